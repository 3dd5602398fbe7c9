"""Other history servers: what we report to them, and they to us."""

from functools import partial

from swarmfeed.core.history import sentences
from swarmfeed.core.history.placement import ROOM_STEPS
from swarmfeed.core.history.words import Report
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.sessions import Sessions
from swarmfeed.node.history.allotment import Allotment
from swarmfeed.node.history.office import Office
from swarmfeed.node.history.side import HistorySide, is_server
from swarmfeed.node.history.sight import Sight


class Colleagues:
    """Exchanges reports among servers."""

    def __init__(
        self, sessions: Sessions, office: Office, sight: Sight, allotment: Allotment
    ) -> None:
        self._sessions = sessions
        self._office = office
        self._sight = sight
        self._allotment = allotment

    async def report(self) -> str:
        """Tell what we saw, if we are one; a round of the scheduler."""
        if not self._office.is_held:
            return sentences.NOT_A_SERVER()
        return sentences.REPORTED(servers=self.tell_report())

    def tell_report(self) -> int:
        """Tell every linked server what we saw; returns how many there are."""
        report = Report(
            seen=self._sight.census.report_seen(),
            rates=self._sight.demand.report_rates(),
            room=round(self._allotment.room() * ROOM_STEPS),
        )
        servers = [each for each in self._sessions.all() if is_server(each)]
        for session in servers:
            session.outbox.put(("report",), partial(session.send, report))
        return len(servers)

    def on_report(self, session: Session, report: Report) -> None:
        """Who reports is a history server, also if it became one since it said hello."""
        session.part(HistorySide).reported = True
        self._sight.viewer.note_room(session.node_id, report.room / ROOM_STEPS)
        self._sight.census.on_report(report)
        self._sight.demand.on_report(session.node_id, report)
