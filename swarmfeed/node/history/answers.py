"""What people ask of history servers, and what they choose to give."""

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
from swarmfeed.core.asks.upkeep import HowSafe, OwnSafety
from swarmfeed.core.base.address import parse_link
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.core.history.limits import DISK_GIVEN_MIN_BYTES
from swarmfeed.core.history.sentences import too_little
from swarmfeed.errors import UserError
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.history.board import NoticeBoard
from swarmfeed.node.history.safety import SafetyTeller
from swarmfeed.node.history.scope import Reach
from swarmfeed.node.history.service import Service
from swarmfeed.node.history.status import HistoryReporter


class HistoryAnswers:
    """Answers about history servers, from the parts of one."""

    def __init__(
        self,
        reporter: HistoryReporter,
        board: NoticeBoard,
        safety: SafetyTeller,
        service: Service,
        *,
        online: bool,
    ) -> None:
        self._reporter = reporter
        self._board = board
        self._safety = safety
        self._service = service
        self._online = online

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(HowHistoryIs, self.status),
            in_loop(Explain, self.explain),
            in_loop(ChooseHistory, self.choose),
            in_loop(LeaveHistory, self.leave),
            in_loop(SayGoodbye, self.say_goodbye),
            in_loop(HowSafe, self.how_safe),
        )

    async def status(self, _: HowHistoryIs) -> HistoryStatus:
        return await self._reporter.status()

    async def explain(self, ask: Explain) -> Explanations:
        author_id = parse_link(ask.who).author_id
        return Explanations(feeds=await self._reporter.explain(author_id))

    async def choose(self, ask: ChooseHistory) -> HistoryStatus:
        if ask.scope not in set(Reach):
            raise UserError(f"the scope is one of {', '.join(Reach)}")
        if ask.disk_bytes < DISK_GIVEN_MIN_BYTES:
            raise UserError(too_little())
        self._service.choose(
            HistoryChoice(
                scope=ask.scope,
                disk_bytes=ask.disk_bytes,
                free_bytes_min=ask.free_bytes_min,
            )
        )
        return await self._reporter.status()

    async def leave(self, _: LeaveHistory) -> HistoryStatus:
        self._service.leave()
        return await self._reporter.status()

    def say_goodbye(self, _: SayGoodbye) -> Told:
        return Told(told=self._board.say_goodbye())

    def how_safe(self, _: HowSafe) -> OwnSafety:
        return OwnSafety(safety=self._safety.tell() if self._online else None)
