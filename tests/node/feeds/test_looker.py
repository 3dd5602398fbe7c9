"""What it would take to follow somebody, told before one does."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace
from street.loop import settle
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.people import Cost
from swarmfeed.core.asks.writing import OldPost
from swarmfeed.core.base.types import AuthorId
from swarmfeed.node.ground.interests import LOOKED_AT


async def look(street: Neighbourhood, reader: int, author_id: AuthorId) -> Cost:
    """Let somebody look at an author, for as long as it takes."""
    parts = street.neighbours[reader].running.feeds
    looking = asyncio.create_task(parts.looker.look_at(author_id))
    for _ in range(10):
        await street.pass_time(1)
        if looking.done():
            break
    return await looking


@pytest.mark.slow
@pytest.mark.attack("A20")
def test_a_bomb_is_told_to_the_byte_before_it_is_followed(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        author = await street.move_in()
        for number in range(3):
            texts = [(1_600_000_000_000 + number, "x" * 8_000)] * 256
            await author.running.feeds.importer.import_posts([OldPost(*each) for each in texts])
        reader = await street.move_in(knows=[author])
        await street.pass_time(3)
        cost = await look(street, 1, author.author_id)
        assert cost.exact
        assert cost.entry_count == author.running.ground.shelf.entries_held(author.feed_id)
        assert cost.unpacked_bytes > 768 * 8_000 > 100 * cost.bytes_total / 2
        interests = reader.running.ground.interests
        assert interests.of(author.author_id) is LOOKED_AT
        assert reader.reads(author.author_id) == [], "nothing is indexed"
        await reader.follow(author)
        await street.pass_time(5)
        await settle()
        assert len(reader.reads(author.author_id)) == 768

    in_neighbourhood(tmp_path, scenario)


def test_of_somebody_nobody_knows_nothing_is_said(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        await street.move_in()
        cost = await look(street, 0, AuthorId(bytes(32)))
        assert (cost.entry_count, cost.unpacked_bytes) == (0, 0)
        assert "not known" in cost.sentences[0]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A20")
def test_what_nothing_has_come_of_is_not_said_to_be_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.feeds.looker.LOOKED_AT_BYTES", 1)

    async def scenario(street: Neighbourhood) -> None:
        author = await street.move_in()
        texts = [(1_600_000_000_000, "x" * 8_000)] * 257
        await author.running.feeds.importer.import_posts([OldPost(*each) for each in texts])
        await street.move_in(knows=[author])
        await street.pass_time(3)
        cost = await look(street, 1, author.author_id)
        assert cost.entry_count > 256 and cost.bytes_total > 0
        assert not cost.exact and cost.unpacked_bytes == 0
        assert "once it is unpacked is not known" in cost.sentences[0]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A336")
def test_who_says_to_have_all_of_it_is_counted_and_nobody_else(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        author = await street.move_in()
        await author.say("one")
        friend = await street.move_in(knows=[author])
        await friend.follow(author)
        await street.pass_time(3)
        await street.move_in(knows=[author, friend])
        await street.pass_time(3)
        assert (await look(street, 2, author.author_id)).held_by == 2
        # One who has a part, says so; one who has all, of less than there is, has not all.
        reader = street.neighbours[2].running
        (behind, partly) = reader.ground.sessions.all()
        holding = behind.holds[author.feed_id]
        behind.holds[author.feed_id] = replace(holding, size=holding.size - 1)
        partly.holds[author.feed_id] = replace(partly.holds[author.feed_id], complete=False)
        cost = await reader.feeds.looker.look_at(author.author_id)
        assert cost.held_by == 0 and "No machine" in cost.sentences[0]

    in_neighbourhood(tmp_path, scenario)
