"""The guard on a street: what others do in the person's name is told, and until when."""

from pathlib import Path
from typing import TypeVar

import pytest
from msgspec.structs import replace
from street.authors import author_of, moved
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from street.thefts import cut_off, move
from swarmfeed.core.asks.alarms import AlarmView, ThatWasMe, WhatIsAlarming
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.people import AboutAuthor
from swarmfeed.core.asks.upkeep import Status
from swarmfeed.core.asks.withdrawing import Withdraw
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.feed.certificate import sign_join, sign_rotate
from swarmfeed.core.talk.words import Certificates
from swarmfeed.errors import UserError
from swarmfeed.node.ground.events import CertificatesSigned

A = TypeVar("A")

WITHIN_S = 60
"""An alarm is told within a minute of meeting a theft."""


async def ask(of: Neighbour, question: Ask[A]) -> A:
    return await of.running.ground.answering.answer(question)


async def alarms(of: Neighbour) -> list[AlarmView]:
    return list((await ask(of, WhatIsAlarming())).alarms)


async def kinds(of: Neighbour) -> list[str]:
    return [each.what for each in await alarms(of)]


async def until_alarmed(street: Neighbourhood, of: Neighbour, *expected: str) -> None:
    for _ in range(WITHIN_S):
        if sorted(await kinds(of)) == sorted(expected):
            return
        await street.pass_time(1)
    assert sorted(await kinds(of)) == sorted(expected)


def tell(at: Neighbour, of: Neighbour, *signed: bytes) -> None:
    """Let a node know certificates, as if somebody had told it."""
    at.running.ground.shelf.accept_certificates(Certificates(of.author_id, signed))


async def friends(street: Neighbourhood) -> tuple[Neighbour, Neighbour]:
    """Anna, who wrote; Ben, who follows her."""
    anna, ben = [await street.move_in() for _ in range(2)]
    await anna.say("one", "two")
    await ben.follow(anna)
    await street.until(lambda: ben.is_complete(anna.feed_id), within_s=60)
    return anna, ben


@pytest.mark.attack("A49")
def test_a_device_that_was_not_added_from_here_is_told_with_who_told_it(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        await street.pass_time(60)
        assert await alarms(anna) == []
        thief = await street.move_in(device_of=anna, knows=[ben])
        await thief.say("send me money")
        await until_alarmed(street, anna, "joined")
        (alarm,) = await alarms(anna)
        assert alarm.feed_id == thief.feed_id
        assert alarm.source in (ben.settings.listen, thief.settings.listen)
        assert "move-to-second-sheet" in alarm.advice
        assert (await ask(anna, Status())).alarms == (alarm.sentence,)
        # It is there after a restart, with the time when it was first seen.
        await anna.stop()
        await street.pass_time(5)
        await anna.start()
        assert await alarms(anna) == [alarm]

    in_neighbourhood(tmp_path, scenario)


def test_who_added_it_elsewhere_says_so_once(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        phone = await street.move_in(device_of=anna, knows=[ben])
        await phone.say("from the phone")
        await until_alarmed(street, anna, "joined")
        (alarm,) = await alarms(anna)
        for wrong in ("", alarm.id[:7], "f" * 64):
            with pytest.raises(UserError, match="nothing of that number"):
                await ask(anna, ThatWasMe(alarm=wrong))
        assert (await ask(anna, ThatWasMe(alarm=alarm.id[:8]))).alarms == ()
        await anna.stop()
        await anna.start()
        await street.pass_time(60)
        assert await alarms(anna) == []
        # From now on it is one of ours: somebody who cuts it off is told.
        tell(anna, anna, *cut_off(anna.author, phone.feed_id, 1))
        assert await kinds(anna) == ["left"]

    in_neighbourhood(tmp_path, scenario)


def test_what_a_device_finds_when_it_is_new_is_asked_about_and_its_own_birth_not(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        phone = await street.move_in(device_of=anna, on=False)
        await phone.start()
        assert await alarms(phone) == []
        phone.running.feeds.finder.hint([ben.endpoint])
        await until_alarmed(street, phone, "joined")
        (alarm,) = await alarms(phone)
        assert alarm.feed_id == anna.feed_id

    in_neighbourhood(tmp_path, scenario)


def test_what_is_signed_here_is_no_alarm(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        phone = await street.move_in(device_of=anna, knows=[ben])
        join = phone.running.ground.shelf.certificates(anna.author_id)
        leave = cut_off(anna.author, phone.feed_id, 2)
        for signed in (join, leave):
            anna.running.ground.events.tell(CertificatesSigned(signed))
            tell(anna, anna, *signed)
        await street.pass_time(60)
        assert await alarms(anna) == []

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A81")
def test_who_is_cut_off_is_told_and_all_is_well_after_the_move(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        tell(ben, anna, *cut_off(anna.author, anna.feed_id))
        await until_alarmed(street, anna, "left")
        (alarm,) = await alarms(anna)
        assert alarm.source == ben.settings.listen
        assert ben.reads(anna.author_id) == [] == anna.reads(anna.author_id)
        with pytest.raises(UserError, match="was removed from your devices"):
            await anna.say("nobody would see this")
        signed = move(anna.author, own=[anna.own_key], from_ms=street.clock.now_ms())
        anna.running.ground.events.tell(CertificatesSigned(signed))
        tell(anna, anna, *signed)
        await settle()
        assert await alarms(anna) == []
        await anna.say("three")
        await street.until(
            lambda: ben.reads(anna.author_id) == ["three", "two", "one"], within_s=60
        )
        assert anna.reads(anna.author_id) == ["three", "two", "one"]
        await anna.stop()
        await anna.start()
        await street.pass_time(60)
        assert await alarms(anna) == []

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A84")
def test_who_is_moved_by_somebody_else_is_told_that_nothing_helps(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        thief = await street.move_in(device_of=anna, knows=[ben])
        tell(ben, anna, *move(anna.author, own=[thief.own_key], from_ms=5))
        await until_alarmed(street, anna, "joined", "moved")
        told = {each.what: each.advice for each in await alarms(anna)}
        assert "nothing helps" in told["moved"]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A49")
def test_a_head_that_this_device_did_not_sign_is_told(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, _ = await friends(street)
        replica = anna.running.ground.shelf.replica(anna.feed_id)
        assert replica is not None
        anna.running.ground.pen.heard_of(replica.size + 5)
        await until_alarmed(street, anna, "signed")

    in_neighbourhood(tmp_path, scenario)


def test_who_lost_the_ledger_is_asked_about_every_other_device(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        phone = await street.move_in(device_of=anna, knows=[ben])
        await phone.say("from the phone")
        await until_alarmed(street, anna, "joined")
        await ask(anna, ThatWasMe(alarm=(await alarms(anna))[0].id))
        await anna.stop()
        anna.ledger = type(anna.ledger)()
        await anna.start()
        assert await kinds(anna) == ["joined"]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A84")
def test_of_two_successors_the_first_heard_of_counts_and_a_newcomer_is_told(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        mine = move(anna.author, own=[anna.own_key], from_ms=5)
        anna.running.ground.events.tell(CertificatesSigned(mine))
        tell(anna, anna, *mine)
        await street.pass_time(5)
        assert not (await ask(ben, AboutAuthor(author=anna.author_id))).disputed
        # The thief has the second sheet too, and names another successor for it.
        second = moved(anna.author)
        rival = replace(second, next_key_hash=author_of(b"r" * 32).next_key_hash)
        theirs = sign_join(rival, SigningKey(b"t" * 32), from_ms=0)
        tell(ben, anna, sign_rotate(rival, anna.author.key), theirs)
        carl = await street.move_in(knows=[ben])
        await carl.running.feeds.carer.follow(anna.author_id)
        await street.until(lambda: carl.is_complete(anna.feed_id), within_s=60)
        for each in (ben, carl):
            about = await ask(each, AboutAuthor(author=anna.author_id))
            assert about.disputed
            assert each.reads(anna.author_id) == ["two", "one"], "the first that was heard of"
        await until_alarmed(street, anna, "disputed")
        assert "nothing helps" in (await alarms(anna))[0].advice

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A81")
def test_a_node_whose_feed_a_thief_ended_goes_on_with_all_its_work(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        await anna.say_many(300)
        for index in (5, 6):  # in a sealed chunk: the second one waits to be packed anew
            await ask(anna, Withdraw(ref=f"{format_address(anna.feed_id)}/{index}"))
        await street.move_in(device_of=anna, knows=[ben])  # so others need our key
        tell(anna, anna, *cut_off(anna.author, anna.feed_id))
        await street.pass_time(700)
        assert "left" in await kinds(anna)

    in_neighbourhood(tmp_path, scenario)
