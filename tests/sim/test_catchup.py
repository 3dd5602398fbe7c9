"""After a night: one question to who serves brings everything new."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.catchup import news, question
from swarmfeed.core.catchup.words import NightNews
from swarmfeed.core.vocabulary import VOCABULARY, Unknown
from swarmfeed.node.roster import Roster


@dataclass
class Heard:
    """What a node was told by others."""

    of: Neighbour
    kinds: Counter[str] = field(default_factory=Counter)
    news: list[NightNews] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.of.street.links.watch(self.note)

    def note(self, _: NodeId, receiver: NodeId, data: bytes) -> None:
        if receiver != self.of.identity.node_id:
            return
        message = VOCABULARY.decode(data)
        if isinstance(message, Unknown):
            return  # a hello
        self.kinds[message.name] += 1
        if isinstance(message, NightNews):
            self.news.append(message)


async def night(
    street: Neighbourhood,
    authors: int,
    posts: int,
    *,
    parents: int = 1,
    before: int = 3,
    rosters: Sequence[Roster] = (),
    reads: Roster | None = None,
) -> tuple[Neighbour, list[Neighbour], list[Neighbour]]:
    """A leaf that was away while others wrote, who are gone when it comes back; the parents
    heard them, the first of which are made of ``rosters``."""
    made_of = [*rosters, *[None] * parents][:parents]
    served = [await street.move_in(relays=True, roster=each) for each in made_of]
    leaf = await street.move_in(knows=served, roster=reads)
    writers = [await street.move_in(knows=served) for _ in range(authors)]
    for reader in (leaf, *served):
        await reader.follow(*writers)
    for writer in writers:
        await writer.say_many(before, "before")
    await street.pass_time(5)
    await leaf.stop()
    for number, writer in enumerate(writers):
        await writer.say_many(posts + number, "night")
        await street.pass_time(2)
    for writer in writers:
        await writer.stop()
    await street.pass_time(120)
    return leaf, served, writers


def texts(leaf: Neighbour, writers: list[Neighbour]) -> list[int]:
    """How many posts it shows of each."""
    return [len(leaf.reads(each.author_id)) for each in writers]


@pytest.mark.slow
def test_one_question_brings_the_news_of_all(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        leaf, _, writers = await night(street, authors=5, posts=20)
        heard = Heard(leaf)
        await leaf.start()
        await street.pass_time(1)
        assert texts(leaf, writers) == [23, 24, 25, 26, 27]
        assert heard.kinds["news"] == 1
        assert heard.kinds["head"] == heard.kinds["entries"] == 0
        newest = [each.feed_id for each in heard.news[0].feeds]
        assert newest == [each.feed_id for each in reversed(writers)]
        # It is a holder of all of it as if it had come live, and hears what comes now.
        assert all(leaf.is_complete(each.feed_id) for each in writers)
        await writers[0].start()
        await writers[0].say("good morning")
        await street.until(lambda: texts(leaf, writers)[0] == 24, within_s=30)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_chunks_that_were_sealed_meanwhile_are_made_at_home(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        leaf, _, (writer,) = await night(street, authors=1, posts=300, before=300)
        heard = Heard(leaf)
        await leaf.start()
        await street.pass_time(1)
        assert heard.kinds["news"] == 1
        assert texts(leaf, [writer]) == [600]
        assert leaf.is_complete(writer.feed_id)
        await leaf.stop()
        await leaf.start()
        assert texts(leaf, [writer]) == [600]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_who_wrote_too_much_for_an_answer_comes_by_the_swarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "GAP_ENTRIES_MAX", 299)  # in earnest 4,096

    async def scenario(street: Neighbourhood) -> None:
        leaf, _, writers = await night(street, authors=2, posts=299)
        heard = Heard(leaf)
        await leaf.start()
        await street.until(lambda: texts(leaf, writers) == [302, 303], within_s=10)
        assert heard.kinds["news"] == heard.kinds["head"] == 1

    in_neighbourhood(tmp_path, scenario)


def test_without_anybody_who_serves_everything_is_as_ever(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        writer = await street.move_in()
        leaf = await street.move_in(knows=[writer])
        await leaf.follow(writer)
        await leaf.stop()
        await writer.say("one")
        heard = Heard(leaf)
        await leaf.start()
        await street.pass_time(1)
        assert texts(leaf, [writer]) == [1]
        assert not heard.news

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_a_parent_is_asked_also_where_its_hello_did_not_say_so(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        leaf, (parent,), writers = await night(street, authors=2, posts=5)
        parent.running.ground.layer.serve(False)
        heard = Heard(leaf)
        await leaf.start()
        await street.pass_time(1)
        assert heard.kinds["caught-up"] == heard.kinds["news"] == 0
        assert texts(leaf, writers) == [8, 9]
        parent.running.ground.layer.serve(True)
        session = leaf.running.ground.sessions.find(parent.identity.node_id)
        assert session is not None
        leaf.running.ground.layer.add_parent(session)
        await street.pass_time(1)
        assert heard.kinds["caught-up"] == 1

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_a_parent_that_serves_nobody_any_more_says_so_and_another_is_asked(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        leaf, (first, _), writers = await night(street, authors=2, posts=5, parents=2)
        heard = Heard(leaf)
        first.running.ground.layer.serve(False)
        await leaf.start()
        for_us = leaf.running.ground.layer
        street.split(leaf, first)
        street.heal(leaf, first)
        await street.pass_time(3)
        assert not for_us.parents
        assert heard.kinds["news"] == 1
        assert texts(leaf, writers) == [8, 9]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_a_parent_that_is_too_busy_says_so_and_all_comes_the_ordinary_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        leaf, _, writers = await night(street, authors=2, posts=5)
        monkeypatch.setattr(question, "WAITING_MAX", 0)  # in earnest 32
        heard = Heard(leaf)
        await leaf.start()
        await street.pass_time(1)
        assert texts(leaf, writers) == [8, 9]
        assert (heard.kinds["caught-up"], heard.kinds["news"]) == (1, 0)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_holders_of_what_a_parent_lacks_are_named(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        leaf, (parent,), writers = await night(street, authors=2, posts=5)
        stranger = await street.move_in(knows=[parent])
        await writers[0].start()
        await stranger.follow(writers[0])
        await street.pass_time(5)
        await writers[0].stop()
        people = parent.running.feeds.carer
        await people.unfollow(writers[0].author_id)
        await street.pass_time(5)
        if (replica := parent.running.ground.shelf.replica(writers[0].feed_id)) is not None:
            parent.running.ground.shelf.drop_feed(replica.feed_id)
        await leaf.start()
        await street.until(lambda: texts(leaf, writers) == [8, 9], within_s=5)
        session = leaf.running.ground.sessions.find(stranger.identity.node_id)
        assert session is not None

    in_neighbourhood(tmp_path, scenario)
