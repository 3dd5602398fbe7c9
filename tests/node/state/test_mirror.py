"""Own devices tell each other private state as it changes: whole nodes on a street."""

from pathlib import Path

import pytest
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.alarms import ThatWasMe, WhatIsAlarming
from swarmfeed.core.base.limits import TIME_MS_MAX
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.certificate import sign_leave
from swarmfeed.core.state.exchange import sign_proof
from swarmfeed.core.state.rows import PrivateRow
from swarmfeed.core.state.words import Mine, PrivateNews
from swarmfeed.core.talk.words import Certificates
from swarmfeed.errors import MendingError
from swarmfeed.node.ground.private import DRAFT, MUTE, READ
from swarmfeed.node.ground.session import Session
from swarmfeed.node.guard.guard import VOUCHED_TOLD_MS
from swarmfeed.node.state.mirror import MirrorSide
from swarmfeed.node.state.role import StateRole


def said(of: Neighbour, scope: str = MUTE) -> dict[bytes, bytes]:
    return of.running.ground.private.all(scope)


def write(of: Neighbour, scope: str, key: bytes, value: bytes = b"1") -> None:
    of.running.ground.private.set(scope, {key: value})


def link(one: Neighbour, other: Neighbour) -> Session:
    found = one.running.ground.sessions.find(other.identity.node_id)
    assert found is not None
    return found


async def two(street: Neighbourhood) -> tuple[Neighbour, Neighbour]:
    """Two devices of one author that are linked, and have each other's keys."""
    laptop = await street.move_in(is_first=True)
    phone = await street.move_in(device_of=laptop, knows=[laptop])
    laptop.recognise_each_other(phone)
    await street.until(
        lambda: (
            link(laptop, phone).part(MirrorSide).hears
            and link(phone, laptop).part(MirrorSide).hears
        ),
        within_s=200,
    )
    return laptop, phone


def test_what_one_device_writes_the_other_knows_at_once_and_after_a_restart(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        laptop, phone = await two(street)
        write(laptop, MUTE, b"anna")
        write(phone, DRAFT, b"", b"what I began")
        await settle()
        assert said(phone) == {b"anna": b"1"}
        assert said(laptop, DRAFT) == {b"": b"what I began"}
        write(phone, MUTE, b"anna", b"")
        await settle()
        assert said(laptop) == {}
        await laptop.stop()
        await laptop.start()
        assert said(laptop, DRAFT) == {b"": b"what I began"}

    in_neighbourhood(tmp_path, scenario)


def test_what_was_written_apart_comes_together_when_they_meet(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        laptop, phone = await two(street)
        write(laptop, MUTE, b"both", b"old")
        await settle()
        await phone.stop()
        for number in range(300):
            write(laptop, READ, b"%d" % number)
        write(laptop, MUTE, b"both", b"of the laptop")
        await laptop.stop()
        await phone.start()
        await street.pass_time(60)
        write(phone, MUTE, b"both", b"of the phone, later")
        write(phone, MUTE, b"carl")
        await laptop.start()
        await street.until(lambda: len(said(phone, READ)) == 300, within_s=60)
        for each in (laptop, phone):
            assert said(each) == {b"both": b"of the phone, later", b"carl": b"1"}

    in_neighbourhood(tmp_path, scenario)


def test_a_third_device_hears_it_through_the_second(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        laptop, phone = await two(street)
        tablet = await street.move_in(device_of=laptop, knows=[phone])
        laptop.recognise(tablet)
        tablet.recognise(phone)
        await street.until(lambda: link(phone, tablet).part(MirrorSide).hears, within_s=200)
        await laptop.stop()
        write(tablet, MUTE, b"anna")
        await settle()
        assert said(phone) == {b"anna": b"1"}
        await tablet.stop()
        await laptop.start()
        await street.until(lambda: said(laptop) == {b"anna": b"1"}, within_s=60)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A49")
def test_a_device_of_a_thief_is_told_nothing_until_the_person_says_it_is_theirs(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        laptop, phone = await two(street)
        write(laptop, MUTE, b"anna")
        strange = await street.move_in(device_of=laptop, knows=[laptop, phone])
        strange.recognise(laptop)
        await street.pass_time(100)
        write(strange, MUTE, b"ben")
        await street.pass_time(100)
        assert said(strange) == {b"ben": b"1"}
        assert said(laptop) == said(phone) == {b"anna": b"1"}
        laptop.recognise(strange)  # so the phone hears that it is theirs
        await street.until(lambda: said(phone) == {b"anna": b"1", b"ben": b"1"}, within_s=100)
        assert said(strange) == said(laptop) == said(phone)
        # A thief who has the laptop, too, could say as much: so the person hears of it.
        (alarm,) = (await phone.running.ground.answering.answer(WhatIsAlarming())).alarms
        assert alarm.feed_id == strange.feed_id
        assert "it was said that this was you" in alarm.advice
        was_me = ThatWasMe(alarm=alarm.id)
        assert (await phone.running.ground.answering.answer(was_me)).alarms == ()

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A49")
def test_what_another_device_vouched_for_is_told_for_a_week(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        laptop, phone = await two(street)
        tablet = await street.move_in(device_of=laptop, knows=[laptop, phone])
        laptop.recognise(tablet)

        async def told() -> list[str]:
            found = await phone.running.ground.answering.answer(WhatIsAlarming())
            return [each.what for each in found.alarms if "it was said" in each.advice]

        for _ in range(60):
            await street.pass_time(1)
            if await told():
                break
        assert await told() == ["joined"]
        await phone.stop()
        await phone.start()
        assert await told() == ["joined"], "it is remembered"
        phone.clock.ahead_ms += VOUCHED_TOLD_MS + 1
        await street.pass_time(30)
        assert await told() == []
        assert (await phone.running.ground.answering.answer(WhatIsAlarming())).alarms == ()

    in_neighbourhood(tmp_path, scenario)


def test_an_author_of_one_device_says_nothing_and_a_follower_hears_no_state(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, friend = await street.move_in(), await street.move_in()
        await friend.follow(me)
        await street.until(lambda: friend.is_complete(me.feed_id), within_s=60)
        write(me, MUTE, b"anna")
        await street.pass_time(120)
        side = link(me, friend).part(MirrorSide)
        assert (side.said, side.feed_id, side.due) == (False, None, [])
        assert me.index.sealed_entries(me.feed_id, "keys", 9) == []

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A97")
@pytest.mark.parametrize("in_name_of", ["itself", "the other"])
def test_a_device_has_no_last_word_by_a_time_far_ahead(tmp_path: Path, in_name_of: str) -> None:
    async def scenario(street: Neighbourhood) -> None:
        laptop, phone = await two(street)
        device = phone.feed_id if in_name_of == "itself" else laptop.feed_id
        forever = PrivateRow(
            scope=MUTE, key=b"anna", value=b"1", time_ms=TIME_MS_MAX, device=device
        )
        # What it would have to do: its own table takes no such row either.
        phone.running.ground.private._take([forever], None)
        await settle()
        assert said(laptop) == {}
        write(laptop, MUTE, b"anna")
        write(laptop, MUTE, b"anna", b"")
        write(laptop, MUTE, b"ben")
        await settle()
        assert said(laptop) == {b"ben": b"1"}
        write(phone, MUTE, b"anna", b"2")  # honest again: what is early is replaced
        await settle()
        assert said(laptop) == said(phone) == {b"anna": b"2", b"ben": b"1"}
        await phone.stop()
        await phone.start()
        assert said(phone) == {b"anna": b"2", b"ben": b"1"}

    in_neighbourhood(tmp_path, scenario)


def test_a_device_that_was_removed_is_told_nothing_and_believed_nothing(tmp_path: Path) -> None:
    """Also while the link lasts over which it proved itself before."""

    async def scenario(street: Neighbourhood) -> None:
        laptop, phone = await two(street)
        write(phone, MUTE, b"before")
        await settle()
        leave = sign_leave(laptop.author, phone.feed_id, size=2, from_ms=1)
        await laptop.running.feeds.follower.on_certificates(
            link(laptop, phone), Certificates(laptop.author_id, (leave,))
        )
        assert laptop.running.parts(StateRole).devices.others() == []
        write(phone, MUTE, b"after")
        write(laptop, MUTE, b"secret")
        await street.pass_time(70)
        assert said(laptop) == {b"before": b"1", b"secret": b"1"}
        assert b"secret" not in said(phone)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_while_the_index_cannot_be_read_nothing_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        laptop, phone = await two(street)

        def broken(*_: object) -> list[int]:
            raise MendingError("it is made anew")

        with monkeypatch.context() as patch:
            patch.setattr(laptop.index, "sealed_entries", broken)
            write(laptop, MUTE, b"anna")
            await laptop.stop()
            await laptop.start()
            await street.pass_time(70)
            assert said(laptop) == {b"anna": b"1"}
        await street.until(lambda: said(phone) == {b"anna": b"1"}, within_s=200)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A92")
def test_whoever_claims_to_be_a_device_is_told_nothing(tmp_path: Path) -> None:
    """A follower repeats our own proof, and signs one for a feed that is not ours."""

    async def scenario(street: Neighbourhood) -> None:
        laptop, phone = await two(street)
        stranger = await street.move_in()
        await stranger.follow(laptop)
        await street.until(lambda: stranger.is_complete(laptop.feed_id), within_s=60)
        session, key = link(stranger, laptop), stranger.identity
        node_ids = (key.node_id, laptop.identity.node_id)
        for claim in (
            Mine(stranger.feed_id, sign_proof(key.feed_key, *node_ids)),
            Mine(FeedId(bytes(32)), sign_proof(key.feed_key, *node_ids)),
        ):
            await session.send(claim)
            await session.send(PrivateNews(bytes(2_000)))
            await settle()
        stolen = sign_proof(
            phone.identity.feed_key, phone.identity.node_id, laptop.identity.node_id
        )
        await session.send(Mine(phone.feed_id, stolen))
        await settle()
        write(laptop, MUTE, b"anna")
        await settle()
        assert said(phone) == {b"anna": b"1"}
        found = laptop.running.ground.sessions.find(key.node_id)
        assert found is None or found.part(MirrorSide).feed_id is None

    in_neighbourhood(tmp_path, scenario)
