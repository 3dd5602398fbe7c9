"""The census: who gets which sample, and what is made of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import pytest
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.history.availability import (
    FRIEND,
    SAMPLE_EVERY_MS,
    SERVER,
    first_presence,
    observe,
)
from swarmfeed.core.history.notice import Word, sign_goodbye
from swarmfeed.core.history.rows import decode_seen
from swarmfeed.core.history.words import Farewell, Report
from swarmfeed.node.ground.session import Session
from swarmfeed.node.history import census as census_module
from swarmfeed.node.history.census import Census

from tests.node.history.board_rig import FEED, OWN, Rig

QUARTER_MS = SAMPLE_EVERY_MS
DAY_QUARTERS = 96


class Town(Rig):
    """A board and a census; who is dialled answers if the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.dialled: list[Endpoint] = []
        self.answers: dict[Endpoint, NodeId] = {}
        self.unreached: set[Endpoint] = set()
        self.rows: dict[bytes, bytes | None] = {}
        self.census = self.new_census()

    def new_census(self) -> Census:
        return Census(self.sessions, OWN, self.clock, self.board, self.probe)

    async def probe(self, endpoints: Iterable[Endpoint]) -> dict[Endpoint, NodeId | None]:
        asked = list(endpoints)
        self.dialled += asked
        return {each: self.answers.get(each) for each in asked if each not in self.unreached}

    def holder(self, number: int, word: Word = Word.LEASE) -> Session:
        """A linked node that says it holds the feed."""
        session = self.link(number)
        self.hear(session, self.notice(self.key_of(session), word))
        return session

    def unlink(self, session: Session) -> None:
        del self.sessions._sessions[session.node_id]

    async def sample(self, rounds: int = 1) -> None:
        for _ in range(rounds):
            self.clock.advance(QUARTER_MS)
            await self.census.sample()

    def renew(self, *sessions: Session, word: Word = Word.LEASE) -> None:
        for session in sessions:
            self.hear(session, self.notice(self.key_of(session), word))

    def samples(self, session: Session) -> tuple[float, float]:
        """Samples online and offline."""
        self.rows.update(self.census.take_changes())
        row = self.rows[session.node_id]
        assert row is not None
        presence = decode_seen(row).presence
        return sum(presence.ups), sum(presence.downs)


def play(script: Callable[[Town], Awaitable[None]]) -> None:
    async def run() -> None:
        await script(Town())

    asyncio.run(run())


def test_who_is_linked_is_online_and_who_does_not_answer_is_not() -> None:
    async def script(town: Town) -> None:
        one, other = town.holder(1), town.holder(2)
        await town.sample()
        town.unlink(other)
        await town.sample(3)
        assert town.samples(one) == (4, 0)
        assert town.samples(other) == (1, 3)
        assert town.census.is_online(one.node_id)
        assert not town.census.is_online(other.node_id)
        assert town.dialled == [other.link] * 3

    play(script)


def test_who_answers_a_dial_is_there_and_who_was_not_dialled_got_no_chance() -> None:
    async def script(town: Town) -> None:
        there, other, nobody_dials = town.holder(1), town.holder(2), town.holder(3)
        await town.sample()
        for each in (there, other, nobody_dials):
            town.unlink(each)
        for each in (there, other):
            assert each.link is not None
            # Somebody else answers at the address of the second one.
            town.answers[each.link] = there.node_id
        assert nobody_dials.link is not None
        town.unreached.add(nobody_dials.link)
        await town.sample(2)
        assert town.samples(there) == (3, 0)
        assert town.samples(other) == (1, 2)
        assert town.samples(nobody_dials) == (1, 0)

    play(script)


def test_linked_for_a_moment_between_two_rounds_is_seen() -> None:
    async def script(town: Town) -> None:
        visitor = town.holder(1)
        town.census.met(visitor)
        town.unlink(visitor)
        await town.sample()
        assert town.samples(visitor) == (1, 0)

    play(script)


def test_who_was_not_dialled_gets_no_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(census_module, "PROBES_PER_ROUND", 1)

    async def script(town: Town) -> None:
        holders = [town.holder(number) for number in (1, 2)]
        await town.sample()
        for each in holders:
            town.unlink(each)
        await town.sample(4)
        found = [town.census.outlook(each.node_id, server=True) for each in holders]
        rows = town.census.take_changes()
        downs = [sum(decode_seen(rows[each.node_id] or b"").presence.downs) for each in holders]
        assert downs == [2, 2], "in turn"
        assert found[0].up == pytest.approx(found[1].up, rel=0.05)

    play(script)


@pytest.mark.attack("A38")
def test_reports_without_end_are_not_all_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(census_module, "PRESENCES_MAX", 10)

    async def script(town: Town) -> None:
        for number in range(20):
            seen = tuple(NodeId(bytes([number, each]) * 16) for each in range(3))
            town.census.on_report(Report(seen, (), 8))
        assert len(town.census._told) == 10

    play(script)


@pytest.mark.attack("A36")
def test_others_word_counts_for_people_and_never_for_servers() -> None:
    async def script(town: Town) -> None:
        person, server = town.holder(1, Word.HAVE), town.holder(2, Word.LEASE)
        await town.sample()
        for each in (person, server):
            town.unlink(each)
        for _ in range(3):
            town.census.on_report(Report((person.node_id, server.node_id), (), 8))
            await town.sample()
        assert town.samples(person) == (4, 0)
        assert town.samples(server) == (1, 3)

    play(script)


def test_people_seen_first_hand_are_reported_and_servers_are_not() -> None:
    async def script(town: Town) -> None:
        person, _ = town.holder(1, Word.HAVE), town.holder(2, Word.LEASE)
        await town.sample(2)
        assert town.census.report_seen() == (person.node_id,)
        assert town.census.report_seen() == ()

    play(script)


def test_our_own_silence_counts_against_us_after_a_restart() -> None:
    async def script(town: Town) -> None:
        await town.sample(DAY_QUARTERS)
        before = town.census.mean_up(OWN.node_id)
        rows = town.census.take_changes()
        town.clock.advance(DAY_QUARTERS * QUARTER_MS)
        town.census = town.new_census()
        town.census.load({key: row for key, row in rows.items() if row is not None})
        after = town.census.mean_up(OWN.node_id)
        assert before > 0.95 and after == pytest.approx(0.5, abs=0.05)

    play(script)


def test_a_day_of_samples_tells_a_good_server_from_a_stranger() -> None:
    async def script(town: Town) -> None:
        good = town.holder(1)
        for _ in range(4):
            await town.sample(DAY_QUARTERS // 4)
            town.renew(good)
        assert town.census.mean_up(good.node_id) > 0.95
        stranger = NodeId(b"s" * 32)
        expected = observe(first_presence(SERVER, 0), True, 1)
        assert town.census.mean_up(stranger) == pytest.approx(0.7, abs=0.01)
        assert expected.online

    play(script)


@pytest.mark.attack("A36")
def test_failed_audits_take_rank_and_chances_away() -> None:
    async def script(town: Town) -> None:
        one, other = town.holder(1), town.holder(2)
        await town.sample()
        for _ in range(10):
            town.census.audited(one.node_id, passed=True)
        for _ in range(3):
            town.census.audited(other.node_id, passed=False)
        assert town.census.outlook(one.node_id, server=True).held > 0.9
        assert town.census.outlook(other.node_id, server=True).held < 0.05
        assert town.census.mean_up(other.node_id) < town.census.mean_up(one.node_id) / 5

    play(script)


def test_servers_rank_each_other_alike_whoever_audited_whom() -> None:
    async def script(town: Town) -> None:
        one, other = town.holder(1), town.holder(2)
        await town.sample()
        for _ in range(10):
            town.census.audited(one.node_id, passed=True)
        assert town.census.mean_up(one.node_id) == town.census.mean_up(other.node_id)

    play(script)


def test_who_said_goodbye_holds_nothing_any_more() -> None:
    async def script(town: Town) -> None:
        leaver, other = town.holder(1), town.link(2)
        await town.sample()
        key, now_ms = town.key_of(leaver), town.clock.now_ms()
        town.board.on_farewell(other, Farewell(sign_goodbye(leaver.node_id, now_ms, key)))
        town.clock.advance(3_600_000)
        assert town.census.outlook(leaver.node_id, server=True).held == 0
        town.board.forgive(leaver.node_id)
        town.clock.advance(3_600_000)
        assert town.census.outlook(leaver.node_id, server=True).held > 0

    play(script)


@pytest.mark.attack("A35")
def test_how_many_are_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(census_module, "PRESENCES_MAX", 3)

    async def script(town: Town) -> None:
        for number in range(1, 9):
            town.holder(number)
        await town.sample()
        rows = town.census.take_changes()
        kept = [key for key, row in rows.items() if row is not None]
        assert len(kept) == 3 and OWN.node_id in kept

    play(script)


def test_where_a_node_was_met_tells_its_domain() -> None:
    async def script(town: Town) -> None:
        holder = town.holder(1)
        assert town.census.outlook(holder.node_id, server=True).domain is None
        await town.sample()
        assert town.census.outlook(holder.node_id, server=True).domain == holder.host
        friend = town.census.outlook(holder.node_id, server=False)
        assert not friend.server
        assert FRIEND.up < SERVER.up

    play(script)


def test_damaged_rows_are_passed_over() -> None:
    town = Town()
    town.census.load({b"n" * 32: b"junk"})
    assert not town.census.is_online(NodeId(b"n" * 32))
    assert town.board.notices(FEED) == []
