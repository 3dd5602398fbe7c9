"""A node that is asked for all news and lies: nothing false is shown, and nothing is missed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.catchup import sentences
from swarmfeed.core.catchup.limits import LATE_S, NEWS_CONTENT_BYTES_MAX
from swarmfeed.core.catchup.news import FeedTold, open_news, pack_news
from swarmfeed.core.catchup.question import Question
from swarmfeed.core.catchup.words import CatchUp, CaughtUp, Lacked, NightNews
from swarmfeed.core.feed.chunk import frame_content, pack_frame
from swarmfeed.core.supernode.limits import PARENTS, ROUND_S
from swarmfeed.core.talk.words import WantedFeed
from swarmfeed.node.catchup.role import catchup_role
from swarmfeed.node.catchup.telling import Since, Telling, _Answer, _Read
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import LinkClosed, Misled, listens
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.switchboard import hears
from swarmfeed.node.role import Role
from swarmfeed.node.roster import ROSTER, Roster
from swarmfeed.node.supernode.settings import SupernodeSettings

from tests.sim.test_catchup import night, texts

pytestmark = pytest.mark.slow


class Liar(Telling):
    """Answers with the truth, changed."""

    def __init__(self, ground: Ground, feeds: Feeds, lie: str) -> None:
        super().__init__(ground, feeds.holder)
        self.lie = lie

    def on_question(self, session: Session, said: CatchUp) -> None:
        if self.lie != "says nothing":
            super().on_question(session, said)

    async def _sort(self, session: Session, question: Question) -> _Answer:
        answer = await super()._sort(session, question)
        if self.lie == "keeps back":
            answer.lacked.clear()  # as if nothing were new of these
        return answer

    def _read(self, number: int, some: Sequence[Since]) -> _Read:
        read = super()._read(number, some)
        assert read.news is not None
        read.news = self._changed(read.news)
        return read

    def _changed(self, news: NightNews) -> NightNews:
        told = open_news(news)
        first = told[0]
        changed = {
            "alters": [FeedTold(first.of, _altered(first.stored)), *told[1:]],
            "cuts an entry": [FeedTold(first.of, first.stored[1:]), *told[1:]],
            "tells twice": [*told, first],
            "starts elsewhere": [
                FeedTold(replace(first.of, start=first.of.start + 1), first.stored),
                *told[1:],
            ],
        }
        frames = {
            "a bomb": bytes(NEWS_CONTENT_BYTES_MAX + 1),
            "no list": b"x" + frame_content(()),
        }
        if self.lie in frames:
            return replace(news, frame=pack_frame(frames[self.lie]))
        if self.lie == "garbage":
            return replace(news, frame=b"garbage" * 9)
        return pack_news(news.number, changed.get(self.lie, told))


def _altered(stored: Sequence[bytes]) -> Sequence[bytes]:
    return stored[0].replace(b"night 0", b"night 9"), *stored[1:]


def liar(lie: str) -> Roster:
    """A node like others, but for that."""

    def role(ground: Ground, feeds: Feeds) -> Role:
        telling = Liar(ground, feeds, lie)
        return Role(
            name="catchup",
            parts=telling,
            hears=(
                hears(CatchUp, telling.on_question),
                *(hears(each, lambda *_: None) for each in (NightNews, Lacked, CaughtUp)),
            ),
            listens=(listens(LinkClosed, telling.on_close),),
        )

    return Roster(roles=tuple(role if each is catchup_role else each for each in ROSTER.roles))


@dataclass
class Misleadings:
    """Who was named as misleading, and why."""

    told: list[tuple[bytes, str]] = field(default_factory=list)

    def note(self, event: Misled) -> None:
        self.told.append((event.session.node_id, event.why))


def noting(_: Ground, __: Feeds) -> Role:
    noted = Misleadings()
    return Role(name="noting", parts=noted, listens=(listens(Misled, noted.note),))


NOTING = Roster(roles=(*ROSTER.roles, noting))
"""A node like others, and its misleadings can be looked at."""


async def comes_back(
    street: Neighbourhood, lie: str
) -> tuple[Neighbour, Neighbour, list[Neighbour], Misleadings]:
    """A leaf whose first parent lies."""
    leaf, (first, second), writers = await night(
        street, authors=3, posts=5, parents=2, rosters=[liar(lie)], reads=NOTING
    )
    return leaf, first, writers, await asks_first(leaf, second)


async def asks_first(leaf: Neighbour, second: Neighbour) -> Misleadings:
    """Start a leaf that reaches its second parent a moment later."""
    leaf.street.split(leaf, second)
    await leaf.start()
    misled = leaf.running.parts(Misleadings)
    await leaf.street.pass_time(1)
    leaf.street.heal(leaf, second)
    leaf.running.ground.sessions.forget_failures(second.endpoint)
    return misled


@pytest.mark.attack("A110")
@pytest.mark.parametrize(
    "lie",
    ["cuts an entry", "tells twice", "starts elsewhere", "a bomb", "no list", "garbage"],
)
def test_who_breaks_the_form_is_shut_out(tmp_path: Path, lie: str) -> None:
    async def scenario(street: Neighbourhood) -> None:
        leaf, first, writers, misled = await comes_back(street, lie)
        await street.until(lambda: texts(leaf, writers) == [8, 9, 10], within_s=5)
        assert misled.told == [(first.identity.node_id, sentences.FALSE())]
        assert leaf.running.ground.sessions.find(first.identity.node_id) is None

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A111")
def test_altered_entries_are_not_shown_and_the_others_are(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        leaf, first, writers, misled = await comes_back(street, "alters")
        await street.until(lambda: texts(leaf, writers) == [8, 9, 10], within_s=5)
        assert misled.told == [(first.identity.node_id, sentences.NOT_FOLLOWING())]
        assert not any("night 9" in leaf.reads(each.author_id) for each in writers)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A111")
def test_an_elected_parent_that_lies_is_replaced(tmp_path: Path) -> None:
    on, off = (SupernodeSettings(supernode=each) for each in ("on", "off"))

    async def scenario(street: Neighbourhood) -> None:
        first = await street.move_in(supernode=on, roster=liar("alters"))
        others = [await street.move_in(supernode=on, knows=[first]) for _ in range(2)]
        leaf = await street.move_in(supernode=off, knows=[first, *others], roster=NOTING)
        writer = await street.move_in(supernode=off, knows=[first, *others])
        for reader in leaf, first, *others:
            await reader.follow(writer)
        await writer.say_many(3, "before")
        await street.pass_time(5)
        await leaf.stop()
        await writer.say_many(5, "night")
        await street.pass_time(5)
        await writer.stop()
        for other in others:
            street.split(leaf, other)
        await leaf.start()
        await street.pass_time(1)
        for other in others:
            street.heal(leaf, other)
            leaf.running.ground.sessions.forget_failures(other.endpoint)
        layer = leaf.running.ground.layer
        await street.until(lambda: len(layer.parents) == PARENTS, within_s=6 * ROUND_S)
        assert texts(leaf, [writer]) == [8]
        assert leaf.running.parts(Misleadings).told == [
            (first.identity.node_id, sentences.NOT_FOLLOWING())
        ]
        assert not layer.is_parent(first.identity.node_id)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A112")
def test_what_one_parent_keeps_back_the_other_tells(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        leaf, (first, second), writers = await night(
            street, authors=3, posts=5, parents=2, rosters=[liar("keeps back")], reads=NOTING
        )
        # Nor does it tell when it is asked the ordinary way.
        first.running.ground.shelf.drop_feed(writers[1].feed_id)
        street.split(first, second)
        misled = await asks_first(leaf, second)
        assert texts(leaf, writers) == [8, 3, 10]
        await street.until(lambda: texts(leaf, writers) == [8, 9, 10], within_s=5)
        assert misled.told == [(first.identity.node_id, sentences.WITHHELD())]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A113")
def test_an_old_head_told_as_the_newest_hides_nothing(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        leaf, (first, second), writers = await night(
            street, authors=3, posts=5, parents=2, reads=NOTING
        )
        for other in second, writers[0]:
            street.split(first, other)
        await writers[0].start()
        await writers[0].say("newer")
        await street.pass_time(5)
        await writers[0].stop()
        await street.pass_time(120)
        misled = await asks_first(leaf, second)
        assert texts(leaf, writers) == [8, 9, 10]
        await street.until(lambda: texts(leaf, writers) == [9, 9, 10], within_s=5)
        assert misled.told == [(first.identity.node_id, sentences.WITHHELD())]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A114")
def test_who_says_nothing_delays_nothing_for_long(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        leaf, first, writers, misled = await comes_back(street, "says nothing")
        await street.until(lambda: texts(leaf, writers) == [8, 9, 10], within_s=5)
        await street.pass_time(int(LATE_S) + 1)
        assert misled.told == [(first.identity.node_id, sentences.LATE())]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A115")
def test_news_that_nobody_asked_for_are_not_looked_at(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        parent = await street.move_in(relays=True)
        leaf = await street.move_in(knows=[parent], roster=NOTING)
        await street.pass_time(1)
        misled = leaf.running.parts(Misleadings)
        session = parent.running.ground.sessions.find(leaf.identity.node_id)
        assert session is not None
        await session.peer.send(NightNews(number=7, feeds=(), frame=b"garbage"))
        await session.peer.send(Lacked(7, ()))
        await session.peer.send(CaughtUp(7, 0))
        await street.pass_time(1)
        assert not misled.told
        assert leaf.running.ground.sessions.find(parent.identity.node_id) is not None

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A116")
def test_a_question_that_breaks_the_form_ends_the_link(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        parent = await street.move_in(relays=True)
        asker, other = [await street.move_in(knows=[parent]) for _ in range(2)]
        await street.pass_time(1)
        session = asker.running.ground.sessions.find(parent.identity.node_id)
        assert session is not None
        twice = (WantedFeed(asker.feed_id, 1),) * 2
        await session.peer.send(CatchUp(number=1, feeds=twice))
        await street.pass_time(1)
        find = parent.running.ground.sessions.find
        assert find(asker.identity.node_id) is None
        assert find(other.identity.node_id) is not None

    in_neighbourhood(tmp_path, scenario)
