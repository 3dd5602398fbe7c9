"""Leave certificates: nobody shows what follows on them, and they reach everybody.

For the day when a feed key is stolen: its thief can go on signing heads, but the author's word
that the feed ended counts for more, whenever and from whomever it comes.
"""

from pathlib import Path

import pytest
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.feed.certificate import sign_leave
from swarmfeed.core.feed.limits import CERTIFICATE_NEWS_MAX
from swarmfeed.core.talk.words import Certificates, Have, Want, WantedAuthor, WantedFeed
from swarmfeed.errors import BadProofError, BadSignatureError, UserError
from swarmfeed.node.feeds.follower import FollowerSide
from swarmfeed.node.ground.events import ChunkKept
from swarmfeed.node.ground.interests import FRIEND_OF_FRIEND

from tests.core.samples import claim_of
from tests.node.rig import Scribe
from tests.node.talk import Talk, talk


def leave_of(writer: Scribe, size: int) -> bytes:
    return sign_leave(writer.author, writer.feed_id, size=size, from_ms=2)


def told(writer: Scribe, *more: bytes) -> Certificates:
    return Certificates(writer.author_id, (writer.certificate, *more))


def shown(to: Talk, writer: Scribe) -> list[int]:
    """Which of a writer's posts are shown, by the numbers in their texts, oldest first."""
    posts = to.me.reads(writer.author_id)
    return [int(text.removeprefix("post ")) for text in reversed(posts)]


def hold(to: Talk, writer: Scribe) -> None:
    """Let the node hold all chunks of a feed it follows, so that nothing is to be fetched."""
    to.care(writer.author_id)
    writer.give_all(to.node.ground.shells.logs)  # type: ignore[arg-type]  # the fake ones


def want(writer: Scribe, size: int) -> Want:
    return Want((WantedAuthor(writer.author_id, (WantedFeed(writer.feed_id, size),)),))


# --- what is shown ---


@pytest.mark.attack("A12")
@pytest.mark.parametrize(("end", "size"), [(5, 10), (5, 300), (256, 300), (280, 300), (0, 4)])
def test_a_newcomer_shows_nothing_that_follows_on_a_leave(
    tmp_path: Path, end: int, size: int
) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(size)
        peer = to.link(1)
        to.care(anna.author_id)
        await to.hear(peer, anna.offer(0, leave_of(anna, end)))
        for span in anna.newest.chunks():
            to.node.ground.shells.logs.write_chunk(anna.feed_id, span, anna.chunks[span])
            to.node.ground.events.tell(ChunkKept(anna.feed_id, span))
        await to.node.ground.indexer.drain()
        assert shown(to, anna) == list(range(1, end))
        # Nor does it take more, whoever sends it.
        before = anna.newest
        anna.grow_to(size + 5)
        await to.hear(peer, anna.entries(size, before), anna.offer(size))
        assert shown(to, anna) == list(range(1, end))
        assert to.node.ground.shelf.replica(anna.feed_id) == before

    talk(tmp_path, script)


@pytest.mark.attack("A12")
@pytest.mark.parametrize("by", ["certificates", "head"])
def test_what_was_shown_before_its_author_left_disappears(tmp_path: Path, by: str) -> None:
    async def script(to: Talk) -> None:
        anna, bert = Scribe(1), Scribe(2)
        anna.grow_to(20)
        bert.grow_to(20, "post 7")
        peer = to.link(1)
        for each in (anna, bert):
            to.care(each.author_id)
            await to.hear(peer, each.offer())
        assert shown(to, anna) == list(range(1, 20))
        others = to.me.reads(bert.author_id)
        leave = leave_of(anna, 12)
        news = told(anna, leave) if by == "certificates" else anna.offer(0, leave)
        await to.hear(peer, news)
        await to.node.ground.indexer.drain()
        assert shown(to, anna) == list(range(1, 12))
        assert to.me.reads(bert.author_id) == others
        # A leave of a larger size takes nothing back.
        await to.hear(peer, told(anna, leave_of(anna, 15)))
        await to.node.ground.indexer.drain()
        assert shown(to, anna) == list(range(1, 12))

    talk(tmp_path, script)


def test_a_feed_that_is_left_where_it_ends_is_shown_whole(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(20)
        peer = to.link(1)
        to.care(anna.author_id)
        await to.hear(peer, anna.offer())
        before = to.node.ground.shells.index.indexed_ranges(anna.feed_id)
        await to.hear(peer, told(anna, leave_of(anna, 20)))
        assert shown(to, anna) == list(range(1, 20))
        assert to.node.ground.shells.index.indexed_ranges(anna.feed_id) == before == [(0, 20)]

    talk(tmp_path, script)


@pytest.mark.attack("A12")
def test_a_restart_and_a_new_index_show_no_more(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(20)
        to.care(anna.author_id)
        peer = to.link(1)
        await to.hear(peer, anna.offer())
        # Power is cut after the certificate is on disk, and before the index is.
        logs = to.node.ground.shells.logs
        to.unlink(peer)
        await to.me.stop()
        logs.replace_certificates(anna.feed_id, [anna.certificate, leave_of(anna, 12)])
        await to.me.start()
        await to.node.ground.indexer.drain()
        assert shown(to, anna) == list(range(1, 12))
        await to.node.feeds.showing.reindex()
        assert shown(to, anna) == list(range(1, 12))

    talk(tmp_path, script)


def test_nothing_is_added_to_an_own_feed_that_was_left(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        me = to.me
        leave = sign_leave(me.author, me.feed_id, size=4, from_ms=2)
        peer = to.link(1)
        await to.hear(peer, Certificates(me.author_id, (leave,)))
        await me.say("the third", "the fourth")
        with pytest.raises(UserError, match="this machine was removed from your devices"):
            await me.say("one too many")
        assert me.reads(me.author_id) == ["the fourth", "the third"]
        replica = to.node.ground.shelf.replica(me.feed_id)
        assert replica is not None and replica.size == 4

    talk(tmp_path, script)


# --- how it travels ---


def test_who_has_the_same_head_is_told_of_a_leave_once(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(20)
        to.care(anna.author_id)
        leave = leave_of(anna, 20)
        to.node.ground.shelf.accept_offer(anna.offer(0, leave))
        asker = to.link(1)
        await to.hear(asker, want(anna, 20))
        have, *_, last = await to.said(asker)
        assert have == Have(feed_id=anna.feed_id, size=20, complete=True)
        assert last == told(anna, leave)
        await to.hear(asker, want(anna, 20))
        assert "Certificates" not in await to.kinds_said(asker)

    talk(tmp_path, script)


def test_joins_travel_with_heads_alone(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        to.care(anna.author_id)
        to.node.ground.shelf.accept_offer(anna.offer())
        asker = to.link(1)
        await to.hear(asker, want(anna, 1))
        assert "Certificates" not in await to.kinds_said(asker)

    talk(tmp_path, script)


def test_news_of_a_leave_go_to_all_who_want_the_author_but_not_back(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(20)
        to.care(anna.author_id)
        source, reader, stranger = to.link(1), to.link(2), to.link(3)
        await to.hear(source, anna.offer(), want(anna, 20))
        await to.hear(reader, want(anna, 20))
        for each in (source, reader, stranger):
            await to.said(each)
        news = told(anna, leave_of(anna, 12))
        await to.hear(source, news)
        assert await to.said(reader) == [news]
        assert await to.said(source) == await to.said(stranger) == []
        await to.hear(reader, news)
        for each in (source, reader, stranger):
            assert await to.said(each) == []

    talk(tmp_path, script)


def test_who_knows_less_than_we_do_is_told_the_rest(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(20)
        to.care(anna.author_id)
        to.node.ground.shelf.accept_offer(anna.offer(0, leave_of(anna, 12)))
        peer = to.link(1)
        await to.hear(peer, told(anna, leave_of(anna, 15)), want(anna, 20))
        assert (await to.said(peer))[-1] == told(anna, leave_of(anna, 12))

    talk(tmp_path, script)


# --- what is not believed ---


@pytest.mark.attack("A12")
def test_only_the_author_ends_a_feed(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna, thief = Scribe(1), Scribe(2)
        anna.grow_to(20)
        peer = to.link(1)
        to.care(anna.author_id)
        await to.hear(peer, anna.offer())
        forged = sign_leave(thief.author, anna.feed_id, size=0, from_ms=0)
        broken = leave_of(anna, 3)[:-1] + b"\0"
        claim = claim_of(anna.author, thief.feed_id, anna.author.signing, anna.feed_key)
        for false, error in (
            (forged, BadProofError),
            (broken, BadSignatureError),
            (claim, BadSignatureError),
            (thief.certificate, BadProofError),
        ):
            with pytest.raises(error):
                await to.hear(peer, told(anna, false))
        assert to.node.ground.shelf.certificates(anna.author_id) == (anna.certificate,)
        assert shown(to, anna) == list(range(1, 20))

    talk(tmp_path, script)


@pytest.mark.attack("A33")
def test_certificates_of_authors_of_whom_nothing_is_held_are_passed_over(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        anna, bert = Scribe(1), Scribe(2)
        peer = to.link(1)
        to.care(anna.author_id)
        await to.hear(peer, told(anna, leave_of(anna, 1)), told(bert, b"garbage"))
        assert to.node.ground.shelf.certificates(anna.author_id) == ()
        assert not peer.part(FollowerSide).certificate_news

    talk(tmp_path, script)


@pytest.mark.slow
@pytest.mark.attack("A33")
def test_a_peer_is_heard_only_so_often_about_one_author(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(100)
        peer = to.link(1)
        to.care(anna.author_id, FRIEND_OF_FRIEND)
        await to.hear(peer, anna.offer())
        sizes = range(99, 99 - 2 * CERTIFICATE_NEWS_MAX, -1)
        await to.hear(peer, *(told(anna, leave_of(anna, size)) for size in sizes))
        assert to.node.ground.shelf.end_of(anna.feed_id) == 100 - CERTIFICATE_NEWS_MAX

    talk(tmp_path, script)


# --- all together ---


@pytest.mark.attack("A12")
def test_a_thief_of_a_feed_key_is_read_by_nobody_once_its_author_said_so(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben, cleo = [await street.move_in() for _ in range(3)]
        for each in (ben, cleo):
            await each.follow(anna)
        await ben.follow(cleo)
        await anna.say("mine", "mine too")
        # From here on her device is somebody else's.
        await anna.say("not mine")
        size = 4

        def read_by(*people: Neighbour) -> list[list[str]]:
            return [each.reads(anna.author_id) for each in people]

        assert read_by(ben, cleo) == [["not mine", "mine too", "mine"]] * 2
        street.split(anna, ben)
        street.split(anna, cleo)
        leave = sign_leave(anna.author, anna.feed_id, size=size, from_ms=2)
        cleo.running.ground.shelf.accept_certificates(Certificates(anna.author_id, (leave,)))
        await settle()
        assert read_by(ben, cleo) == [["mine too", "mine"]] * 2
        await anna.say("not mine either")
        dora = await street.move_in()
        await dora.follow(anna, cleo)
        await street.pass_time(5)
        assert read_by(ben, cleo, dora) == [["mine too", "mine"]] * 3
        await anna.stop()
        emil = await street.move_in()
        await emil.follow(dora)
        await emil.running.feeds.carer.follow(anna.author_id)
        await street.pass_time(30)
        assert read_by(emil) == [["mine too", "mine"]]

    in_neighbourhood(tmp_path, scenario)
