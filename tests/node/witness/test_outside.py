"""Witnesses on the web see the own feed, and what they sign counts as the word of one more."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.newest import HowNewIs, WhoWitnesses
from swarmfeed.core.base.address import format_address
from swarmfeed.core.witness.limits import OUTSIDE_AFTER_S, OUTSIDE_EVERY_S, OUTSIDE_TURNS
from swarmfeed.node.witness.role import WitnessParts
from swarmfeed.node.witness.settings import WitnessSettings
from swarmfeed.ports import WebReply

from tests.node.witness.tlog_witness import TlogWitness

PLACE = "https://witness.example:443/add-checkpoint"


def with_witness(one: Neighbour, *urls: str) -> None:
    others = (*one.settings.others, WitnessSettings(witness_url=urls))
    one.settings = replace(one.settings, others=others)


async def anna_of(street: Neighbourhood, witness: TlogWitness) -> Neighbour:
    """Anna, who has her feed witnessed, with a few posts."""
    anna = await street.move_in(on=False)
    with_witness(anna, f"https://witness.example#{witness.verifier_key}")
    await anna.start()
    witness.logs[f"swarmfeed/{format_address(anna.feed_id)}"] = bytes(anna.feed_id)
    street.web.answers[PLACE] = witness.answer
    witness.time_s = street.clock.now_ms() // 1000
    await anna.say(*(f"post {number}" for number in range(5)))
    return anna


def sentence(one: Neighbour) -> str:
    (word,) = one.running.parts(WitnessParts).answers.who(WhoWitnesses()).witnesses
    return word.sentence


def seen_by(one: Neighbour, author: Neighbour) -> int:
    answers = one.running.parts(WitnessParts).answers
    return answers.how_new(HowNewIs(author=author.author_id)).seen_by


@pytest.mark.parametrize("more", [1, 2, 9, 60])
def test_a_witness_by_the_book_signs_each_head_as_it_grows(tmp_path: Path, more: int) -> None:
    async def scenario(street: Neighbourhood) -> None:
        witness = TlogWitness()
        anna = await anna_of(street, witness)
        assert "not asked yet" in sentence(anna)
        await street.until(lambda: witness.answers == [200], within_s=10)
        assert seen_by(anna, anna) == 1
        for number in range(4):
            await anna.say(*(f"more {number} {each}" for each in range(more)))
            await street.pass_time(OUTSIDE_AFTER_S + 6)
        replica = anna.running.ground.shelf.replica(anna.feed_id)
        assert replica is not None
        assert list(witness.last.values()) == [(replica.size, replica.head.root)]
        assert witness.answers == [200] * 5
        assert f"saw all of {replica.size} entries" in sentence(anna)

    in_neighbourhood(tmp_path, scenario)


def test_after_a_restart_it_is_asked_where_it_is_and_given_the_proof(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        witness = TlogWitness()
        anna = await anna_of(street, witness)
        await street.until(lambda: witness.answers == [200], within_s=10)
        await anna.stop()
        await anna.start()
        await anna.say("later")
        await street.until(lambda: witness.answers == [200, 409, 200], within_s=10)
        assert seen_by(anna, anna) == 1

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_without_news_it_is_asked_every_five_minutes(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        witness = TlogWitness()
        anna = await anna_of(street, witness)
        await street.pass_time(10)
        for rounds in (1, 2):
            witness.time_s = street.clock.now_ms() // 1000 + OUTSIDE_EVERY_S
            await street.pass_time(OUTSIDE_EVERY_S)
            assert len(witness.answers) == 1 + rounds
        assert "saw all" in sentence(anna)

    in_neighbourhood(tmp_path, scenario)


def test_its_word_is_told_nobody_and_is_no_word_of_a_holder(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        witness = TlogWitness()
        anna = await anna_of(street, witness)
        ben = await street.move_in(knows=[anna])
        said: list[bytes] = []
        street.links.watch(lambda *carried: said.append(carried[2]))
        await ben.follow(anna)
        await street.pass_time(30)
        assert witness.answers == [200] and seen_by(anna, anna) == 1
        assert seen_by(ben, anna) == 0
        assert not [each for each in said if b"witness.example" in each]
        (feed,) = await anna.running.feeds.reporter.feeds([anna.feed_id])
        assert feed.holders == feed.held_by == 1, "that is ben"

    in_neighbourhood(tmp_path, scenario)


def test_our_own_witness_is_asked_by_the_address_of_its_machine(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        other = await street.move_in()
        notes = other.running.parts(WitnessParts).notes

        async def answer(body: bytes) -> WebReply:
            reply = await notes.add(body, "192.0.2.7")
            return WebReply(reply.status, reply.body)

        anna = await street.move_in(on=False)
        address = format_address(other.identity.node_id)
        with_witness(anna, f"http://127.0.0.9:8080#swarmfeed-witness/{address}")
        street.web.answers["http://127.0.0.9:8080/add-checkpoint"] = answer
        await anna.start()
        await anna.say("hello")
        await street.until(lambda: seen_by(anna, anna) == 1, within_s=20)
        await anna.say("again")
        await street.pass_time(OUTSIDE_AFTER_S + 6)
        assert "saw all" in sentence(anna)

    in_neighbourhood(tmp_path, scenario)


async def forged(body: bytes) -> WebReply:
    forger = TlogWitness(seed=b"f" * 32)
    text = body.partition(b"\n\n")[2].decode()
    forger.logs[text.split("\n")[0]] = b""
    forger._is_signed = lambda *_: True  # type: ignore[method-assign]
    forger.time_s = 1_700_000_000
    return await forger.answer(body)


def always(status: int, body: bytes = b"") -> object:
    async def answer(_: bytes) -> WebReply:
        return WebReply(status, body)

    return answer


@pytest.mark.attack("A227")
@pytest.mark.attack("A228")
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (forged, "not signed with its key"),
        (always(200, b"garbage"), "not signed with its key"),
        (always(200), "not signed with its key"),
        (always(404), "its operator has to add it"),
        (always(403), "with the number 403"),
        (always(301), "with the number 301"),
        (always(500), "with the number 500"),
        (always(422), "something else writes in your name"),
        (always(409, b"many"), "no answer that a witness gives"),
        (always(409, b"0\n"), "no answer that a witness gives"),
        (always(409, b"99999999999\n"), "no answer that a witness gives"),
        (always(409, b"1000\n"), "saw 1,000 entries of yours, and of these 7 are here"),
        (always(409, b"3\n"), "something else writes in your name"),
        (None, "it is not reached"),
    ],
)
def test_what_is_no_word_of_it_counts_for_nothing_and_is_told(
    tmp_path: Path, answer: object, told: str
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await anna_of(street, TlogWitness())
        street.web.answers[PLACE] = answer  # type: ignore[assignment]
        if answer is None:
            del street.web.answers[PLACE]
        await street.pass_time(8)
        assert told in sentence(anna)
        assert seen_by(anna, anna) == 0
        assert 1 <= len(street.web.posted) <= OUTSIDE_TURNS

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A227")
def test_a_word_from_another_time_counts_for_nothing(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        witness = TlogWitness()
        anna = await anna_of(street, witness)
        witness.time_s += 1_000
        await street.pass_time(8)
        assert "clock" in sentence(anna) and seen_by(anna, anna) == 0

    in_neighbourhood(tmp_path, scenario)
