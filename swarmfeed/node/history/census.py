"""The census: who is there at which hours, and whose word holds.

One sample of each holder every quarter of an hour.  Linked is online; a holder without a link
is dialled, some in each round, and who was not dialled gets no sample: not to have looked is
not to have seen nobody.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.history import rows, sentences
from swarmfeed.core.history.availability import (
    DAY_MS,
    FRIEND,
    HOUR_MS,
    SAMPLE_EVERY_MS,
    SERVER,
    WEEK_MS,
    Audits,
    Outlook,
    audited,
    faded_audits,
    first_presence,
    mean_up,
    observe,
    outlook,
    say_goodbye,
    trust,
)
from swarmfeed.core.history.limits import PRESENCES_MAX, PROBES_PER_ROUND, SEEN_MAX
from swarmfeed.core.history.rows import Seen
from swarmfeed.core.history.words import Report
from swarmfeed.core.net.domain import domain_of
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.memory import readable
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.sessions import Sessions
from swarmfeed.node.history.board import NoticeBoard
from swarmfeed.ports import Clock

_FAILED_LATELY: Final = 0.5
"""Failed audits, faded: one stops counting in the ranking after four weeks."""

Probe = Callable[[Iterable[Endpoint]], Awaitable[Mapping[Endpoint, NodeId | None]]]
"""Dials endpoints: those that were dialled, and who answered there."""


class Census:
    """Samples holders, counts audits, and tells each one's chances."""

    def __init__(
        self,
        sessions: Sessions,
        identity: Identity,
        clock: Clock,
        board: NoticeBoard,
        probe: Probe,
    ) -> None:
        self._sessions = sessions
        self._own = identity.node_id
        self._clock = clock
        self._board = board
        self._probe = probe
        # Packed: a presence as Python numbers takes ten times the memory.
        self._rows: dict[NodeId, bytes] = {}
        self._changed: set[NodeId] = set()
        self._met: dict[NodeId, str] = {}
        """Linked at any time since the last round, and at which host."""
        self._told: set[NodeId] = set()
        """People others reported as seen since the last round."""
        self._seen_first_hand: dict[NodeId, None] = {}
        self._outlooks: dict[tuple[NodeId, bool], tuple[int, Outlook]] = {}
        self._probed_at_ms: dict[NodeId, int] = {}

    # --- remembering ---

    def load(self, page: Mapping[bytes, bytes]) -> None:
        """Take up what was known before a restart; the time since then we were offline."""
        for key, _ in readable(page, rows.decode_seen):
            self._rows[NodeId(key)] = page[key]
        self._fill_own_gap()

    def take_changes(self) -> dict[bytes, bytes | None]:
        """Rows that changed since the last call; None for those that are gone."""
        changed, self._changed = self._changed, set()
        return {each: self._rows.get(each) for each in changed}

    # --- looking ---

    def is_online(self, node_id: NodeId) -> bool:
        """Whether a node is linked, or was there at its last samples."""
        if node_id == self._own or self._sessions.find(node_id) is not None:
            return True
        row = self._rows.get(node_id)
        return row is not None and rows.decode_seen(row).presence.online

    def outlook(self, node_id: NodeId, *, server: bool) -> Outlook:
        """The coming day of a node; of one never seen, what its kind is like."""
        hour = self._clock.now_ms() // HOUR_MS
        cached = self._outlooks.get((node_id, server))
        if cached is not None and cached[0] == hour:
            return cached[1]
        found = self._outlook(node_id, server=server)
        self._outlooks[node_id, server] = hour, found
        return found

    def mean_up(self, node_id: NodeId) -> float:
        """Share of its time that a server is there, less what its failed audits cost it.

        Audits that passed do not count: each server sees others' audits and never its own,
        and all have to rank each other alike.
        """
        seen = self._seen(node_id)
        audits = seen.audits
        failed = audits.failed >= _FAILED_LATELY
        believed = trust(audits.passed, audits.failed, audits.doubt) if failed else 1.0
        return mean_up(seen.presence, SERVER) * believed

    def report_seen(self) -> tuple[NodeId, ...]:
        """People, not servers, we were linked to since the last call."""
        seen, self._seen_first_hand = list(self._seen_first_hand), {}
        return tuple(seen[:SEEN_MAX])

    # --- what happens ---

    def met(self, session: Session) -> None:
        """A link was opened."""
        self._met[session.node_id] = session.proven_host

    def audited(self, node_id: NodeId, *, passed: bool) -> None:
        """Add the result of one audit."""
        seen = self._seen(node_id)
        self._keep(node_id, Seen(seen.presence, audited(seen.audits, passed), seen.host))

    def on_report(self, report: Report) -> None:
        """A history server names people it saw.

        Never servers: their copies are what feeds depend on, so they are seen first hand.
        """
        # More than that are not remembered anyway.
        self._told.update(report.seen[: max(PRESENCES_MAX - len(self._told), 0)])

    async def sample(self) -> str:
        """Take one sample of each holder; a round of the scheduler."""
        holders = self._board.holders()
        kinds = {each: holder.server for each, holder in holders.items()}
        for session in self._sessions.all():
            self.met(session)
        away = {
            each: holder.link
            for each, holder in holders.items()
            if each not in self._met and holder.link is not None
        }
        probed = await self._probe_some(away, kinds)
        told = {each for each in self._told if not kinds.get(each, True)}
        online = self._met.keys() | told
        for node_id, is_server in kinds.items():
            if node_id in online:
                self._sample(node_id, online=True, server=is_server)
            elif node_id in probed:
                self._sample(node_id, online=False, server=is_server)
        self._sample(self._own, online=True, server=True)
        self._note_first_hand(kinds)
        self._met, self._told = {}, set()
        self._forget_some(kinds)
        return sentences.SAMPLED(online=len(online & kinds.keys()), holders=len(kinds))

    # --- inside ---

    async def _probe_some(
        self, away: Mapping[NodeId, Endpoint], kinds: Mapping[NodeId, bool]
    ) -> set[NodeId]:
        """Dial holders without a link, servers first, those longest not dialled first."""
        turn = sorted(
            away, key=lambda each: (not kinds[each], self._probed_at_ms.get(each, 0), each)
        )[:PROBES_PER_ROUND]
        self._probed_at_ms.update(dict.fromkeys(turn, self._clock.now_ms()))
        answers = await self._probe([away[each] for each in turn]) if turn else {}
        for node_id in turn:
            if answers.get(away[node_id]) == node_id:
                self._met[node_id] = away[node_id].host
        return {each for each in turn if away[each] in answers}

    def _sample(self, node_id: NodeId, *, online: bool, server: bool) -> None:
        now_ms = self._clock.now_ms()
        if node_id not in self._rows and not online:
            return  # nothing is remembered of one that was never seen
        seen = self._seen(node_id, server=server)
        host = self._met.get(node_id, seen.host)
        weeks = now_ms // WEEK_MS - seen.presence.sampled_at_ms // WEEK_MS
        audits = faded_audits(seen.audits, weeks) if weeks > 0 else seen.audits
        self._keep(node_id, Seen(observe(seen.presence, online, now_ms), audits, host))

    def _seen(self, node_id: NodeId, *, server: bool = True) -> Seen:
        row = self._rows.get(node_id)
        if row is not None:
            return rows.decode_seen(row)
        prior = SERVER if server else FRIEND
        # Met a moment ago, so that the sample of this very moment is its first.
        return Seen(first_presence(prior, self._clock.now_ms() - 1), Audits(), "")

    def _keep(self, node_id: NodeId, seen: Seen) -> None:
        self._rows[node_id] = rows.encode_seen(seen)
        self._changed.add(node_id)
        self._outlooks.pop((node_id, True), None)
        self._outlooks.pop((node_id, False), None)

    def _outlook(self, node_id: NodeId, *, server: bool) -> Outlook:
        seen = self._seen(node_id, server=server)
        # Our own disk needs no audit: what we hold was verified when it came.
        audits = Audits(doubt=0.0) if node_id == self._own else seen.audits
        presence = seen.presence
        if self._board.has_left(node_id):
            presence = say_goodbye(presence)
        return outlook(
            node_id,
            presence,
            audits,
            SERVER if server else FRIEND,
            domain_of(seen.host) if seen.host else None,
            self._clock.now_ms(),
        )

    def _fill_own_gap(self) -> None:
        """While we were not running, nobody could reach us."""
        row = self._rows.get(self._own)
        if row is None:
            return
        seen, now_ms = rows.decode_seen(row), self._clock.now_ms()
        presence = seen.presence
        start_ms = max(presence.sampled_at_ms + SAMPLE_EVERY_MS, now_ms - 28 * DAY_MS)
        for at_ms in range(start_ms, now_ms, SAMPLE_EVERY_MS):
            presence = observe(presence, False, at_ms)
        self._keep(self._own, Seen(presence, seen.audits, seen.host))

    def _note_first_hand(self, kinds: Mapping[NodeId, bool]) -> None:
        for node_id in self._met:
            if not kinds.get(node_id, True):
                self._seen_first_hand[node_id] = None

    def _forget_some(self, kinds: Mapping[NodeId, bool]) -> None:
        """Those who hold nothing that we watch go first, then those longest unseen."""
        too_many = len(self._rows) - PRESENCES_MAX
        if too_many <= 0:
            return
        ranked = sorted(
            self._rows.keys() - {self._own},
            key=lambda each: (
                each in kinds,
                rows.decode_seen(self._rows[each]).presence.seen_at_ms,
            ),
        )
        for node_id in ranked[:too_many]:
            del self._rows[node_id]
            self._changed.add(node_id)
            self._probed_at_ms.pop(node_id, None)
