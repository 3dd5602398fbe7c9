"""Words alone lead back to their author, while somebody keeps in the DHT whose they are."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from street.authors import moved
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from street.thefts import move
from swarmfeed.core.asks.recovery import TakeCertificates
from swarmfeed.core.asks.sheets import TakeSheets, WhoseSheet
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.net.krpc import SHEET_SALT
from swarmfeed.core.talk.sheets import sign_sheets

HOUR_S = 3_600


async def whose(asker: Neighbour, key: bytes) -> AuthorId | None:
    return (await asker.running.feeds.sheets.whose(WhoseSheet(key=key))).author


def lie(street: Neighbourhood) -> set[bytes]:
    """Keys under which it is said whose they are."""
    return {key for key, salt in street.dht.others if salt == SHEET_SALT}


@pytest.mark.slow
def test_both_sheets_lead_to_their_author_and_followers_keep_it_so(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        await street.open_dht()
        anna = await street.move_in(is_first=True)
        bob = await street.move_in(knows=[anna])
        await bob.follow(anna)
        await street.pass_time(90)
        first, second = anna.author.key, moved(anna.author).key
        for key in (first, second):
            assert await whose(bob, key) == anna.author_id
        assert await whose(bob, bob.author.key) is None
        await street.pass_time(2 * HOUR_S)
        await anna.stop()
        street.dht.others.clear()  # DHT nodes forget after two hours
        await street.pass_time(HOUR_S + 120)
        assert {first, second} <= lie(street)
        carl = await street.move_in()
        assert await whose(carl, second) == anna.author_id

    in_neighbourhood(tmp_path, scenario)


def test_after_a_move_the_new_sheets_are_said_by_the_node_that_runs(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        await street.open_dht()
        anna, eve = await street.move_in(is_first=True), await street.move_in()
        await street.pass_time(90)
        second = moved(anna.author)
        third = moved(second)
        signed = move(anna.author, own=[anna.own_key], from_ms=street.clock.now_ms())
        answering = anna.running.ground.answering
        await answering.answer(TakeCertificates(certificates=signed))
        first, _ = sign_sheets(second, third.signing)
        said = TakeSheets(
            key=first.public, value=first.value, signature=first.signature, seq=first.seq
        )
        of_eve, _ = sign_sheets(eve.author, third.signing)
        for false in (replace(said, seq=9), replace(said, value=of_eve.value)):
            assert not (await answering.answer(false)).taken
        assert (await answering.answer(said)).taken
        street.dht.others.clear()
        await street.pass_time(90)
        assert {second.key, third.key} <= lie(street)
        assert await whose(eve, third.key) == anna.author_id

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_nobody_says_of_another_s_key_whose_it_is(tmp_path: Path) -> None:
    """What somebody signed for another author under their own key is not put again for that."""

    async def scenario(street: Neighbourhood) -> None:
        await street.open_dht()
        anna, bob = await street.move_in(), await street.move_in()
        await bob.follow(anna)
        first, _ = sign_sheets(bob.author, moved(bob.author).signing)
        lies = (anna.author.key, SHEET_SALT)
        street.dht.others[lies] = (first.value, first.seq, first.signature)
        await street.pass_time(90)
        assert bob.running.feeds.sheets._known == {}
        street.dht.others[lies] = (b"junk", 9, bytes(64))
        assert await whose(bob, anna.author.key) is None
        await street.pass_time(HOUR_S)
        assert bob.running.feeds.sheets._known == {}

    in_neighbourhood(tmp_path, scenario)


def test_without_a_dht_nobody_knows(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in(is_first=True)
        await street.pass_time(90)
        assert lie(street) == set()
        assert await whose(anna, anna.author.key) is None

    in_neighbourhood(tmp_path, scenario)
