"""What a fake desk answers of its service as a history server."""

from typing import Final

from msgspec.structs import replace
from swarmfeed.core.asks.history import (
    ChooseHistory,
    Explain,
    Explanations,
    HistoryStatus,
    HowHistoryIs,
    LeaveHistory,
    SayGoodbye,
    Told,
)
from swarmfeed.core.base.address import parse_link
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.core.history.limits import DISK_GIVEN_MIN_BYTES
from swarmfeed.core.history.sentences import too_little
from swarmfeed.errors import UserError

from street.fakes import history
from street.fakes.samples import NOON_MS
from street.fakes.table import Rows
from street.fakes.world import FakeWorld


def how_history_is(desk: FakeWorld, _: HowHistoryIs) -> HistoryStatus:
    return desk.history_status


def explain(desk: FakeWorld, ask: Explain) -> Explanations:
    author_id = parse_link(ask.who).author_id
    known = desk.authors.get(author_id)
    told = (history.explanation(author_id, known.name, NOON_MS),) if known else ()
    return Explanations(feeds=told)


def choose_history(desk: FakeWorld, ask: ChooseHistory) -> HistoryStatus:
    if ask.scope not in ("friends", "community", "open"):
        raise UserError("the scope is one of friends, community, open")
    if ask.disk_bytes < DISK_GIVEN_MIN_BYTES:
        raise UserError(too_little())
    desk.changed.append("choose_history")
    choice = HistoryChoice(
        scope=ask.scope, disk_bytes=ask.disk_bytes, free_bytes_min=ask.free_bytes_min
    )
    desk.history_status = replace(desk.history_status, choice=choice, leaving=False)
    return desk.history_status


def leave_history(desk: FakeWorld, _: LeaveHistory) -> HistoryStatus:
    desk.changed.append("leave_history")
    desk.history_status = replace(desk.history_status, leaving=True)
    return desk.history_status


SERVING_HISTORY: Final[Rows] = {
    HowHistoryIs: how_history_is,
    Explain: explain,
    ChooseHistory: choose_history,
    LeaveHistory: leave_history,
    SayGoodbye: lambda desk, _: Told(told=2),
}
