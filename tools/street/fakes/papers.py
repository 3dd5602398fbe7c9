"""What a fake desk answers of papers and alarms: what guards the person's name."""

from typing import Final

from swarmfeed.core.asks.alarm_sentences import NO_SUCH_ALARM
from swarmfeed.core.asks.alarms import Alarms, ThatWasMe, WhatIsAlarming
from swarmfeed.core.asks.papers import CheckPaper, PaperCheck, ShowPaper, WhichPapers
from swarmfeed.core.asks.sheets import SheetOwner, WhoseSheet
from swarmfeed.errors import UserError

from street.fakes.samples import key
from street.fakes.table import Rows
from street.fakes.world import FakeWorld


def whose_sheet(desk: FakeWorld, ask: WhoseSheet) -> SheetOwner:
    return SheetOwner(author=desk.me if ask.key == key("sheet") else None)


def that_was_me(desk: FakeWorld, ask: ThatWasMe) -> Alarms:
    left = tuple(each for each in desk.alarms if not each.id.startswith(ask.alarm))
    if not ask.alarm or len(left) == len(desk.alarms):
        raise UserError(NO_SUCH_ALARM())
    desk.changed.append("that_was_me")
    desk.alarms = left
    return Alarms(alarms=left)


PAPERS: Final[Rows] = {
    WhichPapers: lambda desk, _: desk.papers,
    ShowPaper: lambda desk, _: desk.paper,
    CheckPaper: lambda desk, _: PaperCheck(wrong=desk.wrong_words, due=desk.papers),
    WhoseSheet: whose_sheet,
    WhatIsAlarming: lambda desk, _: Alarms(alarms=desk.alarms),
    ThatWasMe: that_was_me,
}
