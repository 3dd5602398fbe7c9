"""Roles: what a node does with the rows of one, and in which order they hear what happens."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest
from msgspec import Struct
from street.loop import settle
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.talk.message import Feed
from swarmfeed.core.talk.words import Wake, Want, WantedAuthor, WantedFeed
from swarmfeed.core.vocabulary import VOCABULARY, Vocabulary
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground import events
from swarmfeed.node.ground.events import listens
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.memory import Rows
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.switchboard import hears
from swarmfeed.node.history.role import History
from swarmfeed.node.role import Role
from swarmfeed.node.roster import ROSTER, Roster
from swarmfeed.ports import Job

from tests.node.feeds.test_holder import want
from tests.node.rig import Scribe
from tests.node.talk import Talk, talk

FEED = FeedId(b"f" * 32)
SOUGHT = AuthorId(b"s" * 32)


class Diary:
    """The parts of a role that writes down what happens to it."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.lines: list[str] = []
        self.rounds = 0

    def note(self, line: str) -> Callable[[object], None]:
        return lambda _: self.lines.append(line)

    async def run(self) -> str:
        self.rounds += 1
        return "one more round"

    def load(self, page: Mapping[bytes, bytes]) -> None:
        self.rounds = int(page.get(b"rounds", b"0"))
        self.lines.append("recalled")

    def take_changes(self) -> dict[bytes, bytes | None]:
        return {b"rounds": b"%d" % self.rounds}

    async def start(self) -> None:
        self.lines.append("started")

    async def stop(self) -> None:
        self.lines.append("stopped")


def diary_role(ground: Ground, feeds: Feeds) -> Role:
    diary = Diary(ground)
    return Role(
        name="diary",
        parts=diary,
        says=lambda: diary.rounds > 0,
        listens=(
            listens(events.LinkOpened, diary.note("opened")),
            listens(events.LinkClosed, diary.note("closed")),
        ),
        jobs=lambda: (Job(name="diary", run=diary.run, every_s=10),),
        rows=(Rows(page="diary", load=diary.load, take_changes=diary.take_changes),),
        seeks=lambda: (SOUGHT,),
        policy=lambda: "a diary",
        start=diary.start,
        stop=diary.stop,
    )


WITH_DIARY = Roster(roles=(*ROSTER.roles, diary_role))


def test_a_role_that_is_handed_in_lives_with_the_node(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        diary = me.running.parts(Diary)
        assert diary.lines == ["recalled", "started"]
        other = await street.move_in(knows=[me], roster=ROSTER)
        await street.pass_time(3)
        assert diary.lines[2:] == ["opened"] and diary.rounds == 1
        assert me.running.ground.introduction.hello().roles == ("mailboxes", "diary")
        assert list(me.running.ground.interests.sought()) == [SOUGHT]
        assert await me.running.feeds.friends.hold() == "left to a diary"
        await other.stop()
        assert diary.lines[3:] == ["closed"]
        await street.pass_time(10)
        await me.stop()
        assert diary.lines[4:] == ["stopped"]
        await me.start()
        assert me.running.parts(Diary).rounds == 2, "recalled from its page"

    in_neighbourhood(tmp_path, scenario, roster=WITH_DIARY)


def test_what_no_role_is_made_of_is_not_found(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in(roster=Roster(roles=()))
        with pytest.raises(LookupError, match="made of History"):
            me.running.parts(History)

    in_neighbourhood(tmp_path, scenario)


def test_two_roles_cannot_hear_one_message(tmp_path: Path) -> None:
    def deaf_role(ground: Ground, feeds: Feeds) -> Role:
        return Role(name="deaf", hears=(hears(Wake, lambda *_: None),))

    async def scenario(street: Neighbourhood) -> None:
        with pytest.raises(ValueError, match="Wake is heard twice"):
            await street.move_in(roster=Roster(roles=(deaf_role,)))

    in_neighbourhood(tmp_path, scenario)


class Wave(Struct, frozen=True, kw_only=True):
    """A message that only the role of this test knows."""

    name = "wave"

    feed_id: Feed
    """Any feed."""


class Waver:
    """The parts of a role that waves to every new link, and notes who waves."""

    def __init__(self) -> None:
        self.seen: list[tuple[NodeId, FeedId]] = []

    def greet(self, event: events.LinkOpened) -> None:
        session = event.session
        session.outbox.put(("wave",), partial(session.send, Wave(feed_id=FEED)))

    def note(self, session: Session, wave: Wave) -> None:
        self.seen.append((session.node_id, wave.feed_id))


def waving_role(ground: Ground, feeds: Feeds) -> Role:
    waver = Waver()
    return Role(
        name="waving",
        parts=waver,
        hears=(hears(Wave, waver.note),),
        listens=(listens(events.LinkOpened, waver.greet),),
    )


WAVING = Roster(
    roles=(*ROSTER.roles, waving_role), vocabulary=Vocabulary((*VOCABULARY.words, Wave))
)


def test_a_role_speaks_in_words_of_its_own_with_those_who_know_them(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, deaf = await street.move_in(), await street.move_in(roster=ROSTER)
        other = await street.move_in(knows=[me, deaf])
        await street.pass_time(3)
        assert me.running.parts(Waver).seen == [(other.identity.node_id, FEED)]
        assert other.running.parts(Waver).seen == [(me.identity.node_id, FEED)]
        assert len(deaf.running.ground.sessions.all()) == 1, (
            "it passes over what it does not know"
        )

    in_neighbourhood(tmp_path, scenario, roster=WAVING)


def test_jobs_stand_in_the_order_of_the_roster(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        assert me.jobs is not None
        assert [job.name for job, _ in me.jobs._jobs] == [
            *("connect", "look-up", "announce", "announce-chunks", "fetch-watch"),
            *("own-head", "heads", "deposit", "deposits", "sheets", "collect"),
            *("friends-of-friends", "torrents", "clock", "withdraw", "sweep", "memory"),
            *("retire", "tidy"),
            *("presence", "notices", "report", "audit", "history", "guard"),
            *(
                "state",
                "snapshot",
                "here",
                "in-parts",
                "seek",
                "straight",
                "recent",
                "roll",
                "drawers",
                "library",
                "ways-in",
                "witnesses",
                "parents",
                "letters",
                "letter-pictures",
                "mailboxes",
                "mailboxes-tidy",
                "circles",
                "media",
                "media-tidy",
                "sites",
                "web-feeds",
                "near",
                "diary",
                "ledger",
            ),
        ]

    in_neighbourhood(tmp_path, scenario, roster=WITH_DIARY)


def test_a_new_link_is_asked_for_feeds_before_it_is_told_whom_we_watch(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        to.node.parts(History).sight.board.watch([to.me.author_id])
        peer = to.link(1)
        to.node.ground.events.tell(events.LinkStays(peer))
        assert await to.kinds_said(peer) == ["Want", "Watch"]

    talk(tmp_path, script)


def test_roles_hear_of_a_head_before_its_chunks_are_seeded_and_anybody_is_told(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        seen: list[tuple[int, int]] = []
        me, peer = to.me, to.link(1)
        me_wanted = WantedAuthor(me.author_id, (WantedFeed(me.feed_id, 2),))
        await to.hear(peer, Want((me_wanted,)))
        await to.said(peer)

        def look(_: events.HeadGrew) -> None:
            swarm = to.node.ground.shells.swarm
            seen.append((len(swarm.progress()), len(peer.outbox)))

        to.node.ground.events.connect([listens(events.HeadGrew, look)])
        await me.say_many(300)
        assert seen == [(0, 0)]
        assert len(to.node.ground.shells.swarm.progress()) == 1
        assert (await to.kinds_said(peer))[-1] == "HeadOffer"

    talk(tmp_path, script)


@pytest.mark.parametrize("by_chunk", [False, True])
def test_roles_speak_before_the_receipt_however_a_feed_is_completed(
    tmp_path: Path, *, by_chunk: bool
) -> None:

    async def script(to: Talk) -> None:
        anna = Scribe(1)
        peer = to.link(1)
        to.care(anna.author_id)
        order: list[str] = []

        def note(event: events.FeedCompleted) -> None:
            waiting = [str(key[0]) for key in peer.outbox._soon if isinstance(key, tuple)]
            order.append("receipt is due" if "receipt" in waiting else "nothing is due")

        to.node.ground.events.connect([listens(events.FeedCompleted, note)])
        if by_chunk:
            anna.grow_to(300)
        await to.hear(peer, want(anna), anna.offer())
        if by_chunk:
            assert order == []
            anna.give_all(to.node.ground.shells.logs)  # type: ignore[arg-type]  # the fake ones
            for span in anna.newest.chunks():
                to.node.ground.events.tell(events.ChunkKept(anna.feed_id, span))
        assert order == ["nothing is due"]
        await settle()
        assert ("receipt", anna.feed_id) in peer.outbox._soon

    talk(tmp_path, script)
