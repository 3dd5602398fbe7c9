"""A node that is started again, whose index is lost or damaged, or whose disk is full."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from street.fakes.index import FakeIndex
from street.loop import settle
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.posts import (
    ShowPost,
    Timeline,
    ref_text,
)
from swarmfeed.core.asks.troubles import FULL
from swarmfeed.core.asks.upkeep import (
    HowIsIt,
    Status,
    WhatIsRefused,
)
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.feed.replica import Replica
from swarmfeed.errors import FatalError, MendingError, PassingError
from swarmfeed.node.ground.events import Fatal
from swarmfeed.node.ground.interests import FETCHED, FOLLOWED

from tests.node.talk import Talk, talk
from tests.node.test_node import asked, texts


@pytest.mark.slow
def test_a_restarted_node_goes_on_with_whom_it_followed_and_what_it_fetched(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, anna, bert = [await street.move_in() for _ in range(3)]
        await anna.say_many(600)
        await bert.say("hello")
        street.swarms.silent.add(await swarm_of(street, anna.settings.listen))
        await me.follow(anna)
        me.running.feeds.finder.hint([bert.endpoint])
        await me.running.feeds.carer.care(bert.author_id, FETCHED)
        await street.pass_time(2)
        assert not me.is_complete(anna.feed_id)
        await me.stop()
        street.swarms.silent.clear()
        await me.start()
        assert me.running.ground.interests.of(anna.author_id) is FOLLOWED
        assert me.running.ground.interests.of(bert.author_id) is FETCHED
        await street.until(lambda: me.is_complete(anna.feed_id), within_s=10)
        assert len(me.reads(anna.author_id)) == 600

    in_neighbourhood(tmp_path, scenario)


async def swarm_of(street: Neighbourhood, host: str):  # type: ignore[no-untyped-def]  # Endpoint
    return next(each for each in street.swarms.swarms if each.host == host)


@pytest.mark.slow
def test_a_lost_index_is_filled_again_from_the_logs(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, anna = await street.move_in(), await street.move_in()
        await anna.say_many(300)
        await me.follow(anna)
        await me.say("mine")
        await street.pass_time(2)
        await me.stop()
        me.index = FakeIndex()
        await me.start()
        await street.pass_time(1)
        assert me.running.ground.interests.of(anna.author_id) is FOLLOWED
        assert len(me.reads(anna.author_id)) == 300
        assert me.reads(me.author_id) == ["mine"]

    in_neighbourhood(tmp_path, scenario)


def test_a_failed_write_of_our_own_stops_the_node(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        assert not to.node.stopped.is_set()
        to.node.ground.events.tell(Fatal(FatalError("the disk lost something")))
        await settle()
        assert to.node.stopped.is_set()

    talk(tmp_path, script)


@pytest.mark.attack("A26")
def test_a_post_is_saved_and_answered_though_the_index_takes_nothing_in(tmp_path: Path) -> None:
    refused = FULL.unsaved("the index")

    class FullIndex(FakeIndex):
        full = True

        def check_writable(self) -> None:
            if self.full:
                raise refused

        def add_entries(self, *given: Any, **named: Any) -> int:
            self.check_writable()
            return super().add_entries(*given, **named)

    async def scenario(street: Neighbourhood) -> None:
        me, anna = await street.move_in(), await street.move_in()
        await me.stop()
        me.index = index = FullIndex()
        await me.start()
        to = Talk(street, me)
        post = await asked(to, WritePost(text="saved"))
        assert (post.text, post.ref.index) == ("saved", 2)
        assert (await asked(to, HowIsIt())).sentence == FULL.state()
        assert (await asked(to, WhatIsRefused())).sentences == (FULL.state(),)
        await me.follow(anna)
        await anna.say("of a friend")
        assert me.root(anna.feed_id) == anna.root(anna.feed_id), "its links go on"
        assert not me.running.stopped.is_set()
        index.full = False
        await street.pass_time(3)
        assert (await asked(to, WhatIsRefused())).sentences == ()
        assert "of a friend" in await texts(to, Timeline(limit=10))
        shown = await asked(to, ShowPost(ref=ref_text(post.ref)))
        assert shown.post.text == "saved"

    in_neighbourhood(tmp_path, scenario)


class DamagedIndex(FakeIndex):
    """From the first writing on, until there is room for another one."""

    is_damaged = False
    full = True
    tell: Callable[[], None]

    def when_damaged(self, tell: Callable[[], None]) -> None:
        self.tell = tell

    def check_writable(self) -> None:
        if self.is_damaged:
            raise MendingError("the index is damaged")

    def save_peer(self, *given: Any, **named: Any) -> None:
        self.check_writable()
        super().save_peer(*given, **named)

    def add_entries(self, *given: Any, **named: Any) -> int:
        self.check_writable()
        return super().add_entries(*given, **named)

    def begin_anew(self) -> bool:
        if self.is_damaged and self.full:
            raise FULL.unsaved("the index")
        was, self.is_damaged = self.is_damaged, False
        if was:
            self.clear()
        return was


@pytest.mark.attack("A26", "A29")
def test_an_index_that_is_damaged_on_a_full_disk_is_made_anew_when_it_has_room(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, anna = await street.move_in(), await street.move_in()
        await me.stop()
        me.index = index = DamagedIndex()
        await me.start()
        to = Talk(street, me)
        await asked(to, WritePost(text="before"))
        index.is_damaged = True
        index.tell()
        await settle()
        assert (await asked(to, WhatIsRefused())).sentences == (FULL.state(),)
        await me.follow(anna)
        assert me.running.ground.sessions.all(), "links go on"
        index.full = False
        await street.pass_time(3)
        assert (await asked(to, WhatIsRefused())).sentences == ()
        assert await texts(to, Timeline(limit=10)) == ["before"]
        assert not me.running.stopped.is_set()

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A26")
def test_what_did_not_fit_on_the_disk_is_asked_for_again_when_it_does(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, anna = await street.move_in(), await street.move_in()
        await anna.say("one")
        await me.follow(anna)
        await street.pass_time(3)
        assert me.reads(anna.author_id) == ["one"]
        logs: Any = me.running.ground.shells.logs
        kept, me.disk.free_bytes = logs.extend, 0

        def full(replica: Replica, start: int) -> None:
            logs.check_writable()
            kept(replica, start)

        logs.extend = full
        await anna.say("two")
        assert me.reads(anna.author_id) == ["one"]
        assert me.running.ground.strain.now() == (FULL.state(),)
        assert len(me.running.ground.sessions.all()) == 1, "the friend is not to blame"
        with pytest.raises(PassingError, match="almost full"):
            await asked(Talk(street, me), WritePost(text="mine"))
        me.disk.free_bytes = 10**12
        await street.pass_time(3)
        assert me.reads(anna.author_id) == ["two", "one"]
        assert me.running.ground.strain.now() == ()

    in_neighbourhood(tmp_path, scenario)


def test_what_a_receipt_confirmed_is_not_denied_a_line_below(tmp_path: Path) -> None:
    """Holders sign every quarter of an hour what they confirm at once."""

    async def scenario(street: Neighbourhood) -> None:
        me, anna = await street.move_in(), await street.move_in()
        to = Talk(street, me)
        alone = await asked(to, Status())
        assert alone.safety is not None
        assert "only on this machine" in alone.safety.sentence
        await me.say("one")
        await anna.follow(me)
        await street.pass_time(1)
        status = await asked(to, Status())
        assert "1 other has your newest post" in status.sentence
        assert status.safety is not None
        assert status.safety.friends + status.safety.servers == 0
        assert "1 other machine has everything" in status.safety.sentence

    in_neighbourhood(tmp_path, scenario)
