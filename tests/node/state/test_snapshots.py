"""Snapshots of private state in the log: whole nodes on a street, literal days."""

from pathlib import Path

import pytest
from street.loop import settle
from street.neighbour import BOXES, Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.state import SavedState, SaveState
from swarmfeed.core.base.boxes import recovery_seed
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import decode_body
from swarmfeed.core.feed.sealed_kinds import KeysBody, StateBody
from swarmfeed.core.state.recovery import sign_recovery
from swarmfeed.core.state.rows import PrivateRow
from swarmfeed.errors import UserError
from swarmfeed.node.ground.private import DRAFT, MUTE, PAPER
from swarmfeed.node.state.role import StateRole

DAY_MS = 86_400_000
CANARY = b"nobody shall read this canary"


def private(of: Neighbour) -> dict[bytes, bytes]:
    return of.running.ground.private.all(DRAFT)


def write(of: Neighbour, key: bytes, value: bytes = b"1") -> None:
    of.running.ground.private.set(DRAFT, {key: value})


async def save(of: Neighbour) -> SavedState:
    saved = await of.running.ground.answering.answer(SaveState())
    await settle()
    return saved


def parts(of: Neighbour, by: Neighbour) -> list[StateBody | None]:
    """Parts of snapshots in the log of ``of``, as ``by`` has it; None for withdrawn ones."""
    found: list[StateBody | None] = []
    for index in by.index.sealed_entries(of.feed_id, "state", 99):
        (stored,) = by.running.ground.shelf.read_entries(of.feed_id, index, index + 1)
        entry = decode_entry(stored)
        body = None if entry.body is None else decode_body("state", entry.body)
        assert body is None or isinstance(body, StateBody)
        found.append(body)
    return found


def with_paper(me: Neighbour) -> None:
    """Tell a device what both sheets open, as it is told when its author is born."""
    seeds = me.author.signing.seed, bytes(32)
    this, next_ = (BOXES.public_of(recovery_seed(seed)) for seed in seeds)
    signed = sign_recovery(me.author.signing, me.author_id, 0, this=this, next_=next_)
    me.running.ground.private.set(PAPER, {bytes(4): signed})


@pytest.mark.attack("A92")
@pytest.mark.parametrize("false", [b"x" * 8_000, b"x", b""], ids=["long", "short", "old"])
def test_another_devices_false_statement_of_the_sheets_stops_no_snapshot(
    tmp_path: Path, false: bytes
) -> None:
    """It stays in the table after that device was removed, and would for ever."""

    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in(is_first=True)
        with_paper(me)
        private = me.running.ground.private
        key, device = b"\xff" * 4, FeedId(bytes(32))
        value = false or sign_recovery(
            SigningKey(bytes(32)), me.author_id, 9, this=bytes(1_216), next_=bytes(1_216)
        )
        private.merge([PrivateRow(scope=PAPER, key=key, value=value, time_ms=1, device=device)])
        assert (await save(me)).sheets == 2
        (at,) = me.index.sealed_entries(me.feed_id, "keys", 9)
        (stored,) = me.running.ground.shelf.read_entries(me.feed_id, at, at + 1)
        body = decode_body("keys", decode_entry(stored).body or b"")
        assert isinstance(body, KeysBody)
        assert body.recovery == private.get(PAPER, bytes(4))

    in_neighbourhood(tmp_path, scenario)


def test_a_new_machine_gets_all_back_by_the_words_though_nobody_of_us_is_there(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, friend = await street.move_in(is_first=True), await street.move_in()
        with_paper(me)
        await friend.follow(me)
        write(me, b"place", CANARY)
        saved = await save(me)
        assert (saved.devices, saved.sheets, saved.rows) == (1, 2, 2)
        await street.until(lambda: friend.is_complete(me.feed_id), within_s=60)
        await me.stop()
        restored = await street.move_in(device_of=me, knows=[friend])
        await street.until(lambda: private(restored) == {b"place": CANARY}, within_s=200)
        assert private(friend) == {}
        held = b"".join(part.data for part in parts(me, friend) if part)
        assert len(held) == 8_192 and CANARY not in held

    in_neighbourhood(tmp_path, scenario)


def test_a_device_that_has_no_words_opens_what_was_sealed_to_it(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, friend = await street.move_in(is_first=True), await street.move_in()
        phone = await street.move_in(device_of=me, knows=[me, friend], on=False)
        phone.has_words = False
        await phone.start()
        me.recognise_each_other(phone)
        await friend.follow(me)
        await street.until(
            lambda: bool(me.index.sealed_entries(phone.feed_id, "keys", 1)), within_s=200
        )
        await phone.stop()
        write(me, b"place", b"text")
        assert (await save(me)).devices == 2
        await street.until(lambda: friend.is_complete(me.feed_id), within_s=60)
        await me.stop()
        await phone.start()
        await street.until(lambda: private(phone) == {b"place": b"text"}, within_s=200)

    in_neighbourhood(tmp_path, scenario)


def test_one_a_day_when_something_changed_and_the_one_before_is_withdrawn(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in(is_first=True)
        snapshots = me.running.parts(StateRole).snapshots

        async def days_later(days: float) -> list[bool]:
            me.clock.ahead_ms += int(days * DAY_MS)
            await snapshots.save_daily()
            return [part is not None for part in reversed(parts(me, me))]

        assert await days_later(2) == [], "there is nothing to be kept"
        write(me, b"one")
        assert await days_later(0) == [True]
        write(me, b"two")
        assert await days_later(0.9) == [True], "the first is not a day old"
        assert await days_later(0.2) == [False, True], "of the first nothing is left"
        assert await days_later(3) == [False, True], "nothing changed"

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_a_part_that_a_chunk_was_sealed_over_leaves_the_chunk(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in(is_first=True)
        write(me, b"one", CANARY)
        await save(me)
        for number in range(300):
            await me.say(f"post {number}")
        before = me.running.ground.shells.logs.read_chunk(me.feed_id, ChunkSpan(0, 0))
        write(me, b"two")
        await save(me)
        after = me.running.ground.shells.logs.read_chunk(me.feed_id, ChunkSpan(0, 0))
        assert len(after) < len(before) - 4_000, "a snapshot is 4 KiB at least"
        assert [part is not None for part in reversed(parts(me, me))] == [False, True]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A91")
def test_a_snapshot_that_a_holder_brings_up_again_changes_nothing(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in(is_first=True)
        write(me, b"place", b"old")
        await save(me)
        snapshots = me.running.parts(StateRole).snapshots
        write(me, b"place", b"new")
        write(me, b"other", b"newer")
        snapshots._read.clear()
        await snapshots.take_up()
        assert private(me) == {b"place": b"new", b"other": b"newer"}

    in_neighbourhood(tmp_path, scenario)


def test_what_the_sheets_open_is_said_by_the_author_key_in_force_alone(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, other = await street.move_in(is_first=True), await street.move_in()
        write(me, b"place")
        assert (await save(me)).sheets == 0
        keys = [BOXES.public_of(bytes([n]) * 32) for n in range(2)]
        of_another = sign_recovery(
            other.author.signing, me.author_id, 0, this=keys[0], next_=keys[1]
        )
        me.running.ground.private.set(PAPER, {bytes(4): of_another})
        assert (await save(me)).sheets == 0
        with_paper(me)
        assert (await save(me)).sheets == 2

    in_neighbourhood(tmp_path, scenario)


def test_without_mlkem_it_is_said_and_nothing_else_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BOXES, "_trouble", "This build cannot.")

    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in(is_first=True)
        phone = await street.move_in(device_of=me, knows=[me])
        write(me, b"place", b"text")
        with pytest.raises(UserError, match="This build cannot"):
            await save(me)
        me.clock.ahead_ms += 2 * DAY_MS
        await me.running.parts(StateRole).snapshots.save_daily()
        await me.say("a post")
        await street.until(lambda: phone.reads(me.author_id) == ["a post"], within_s=60)
        assert parts(me, me) == []
        assert private(me) == {b"place": b"text"}

    in_neighbourhood(tmp_path, scenario)


def test_mutes_are_rows_like_any(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in(is_first=True)
        me.running.ground.private.set(MUTE, {b"anna": b"1"})
        assert (await save(me)).rows == 1

    in_neighbourhood(tmp_path, scenario)
