"""Writing: what is appended, what is left out, what a reply points to."""

from pathlib import Path

import pytest
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.withdrawing import Edit, Withdraw
from swarmfeed.core.asks.writing import OldPost
from swarmfeed.core.base.types import EntryRef, Hash
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import FollowBody, PostBody, ProfileBody, decode_body
from swarmfeed.errors import UserError

from tests.node.rig import Scribe
from tests.node.talk import Talk, talk


def bodies(to: Talk) -> list[object]:
    """Bodies of the own feed after its certificate and profile."""
    feed_id = to.node.ground.identity.feed_id
    size = to.node.ground.shelf.replica(feed_id).size  # type: ignore[union-attr]  # it is there
    entries = [decode_entry(each) for each in to.me.disk.replicas[feed_id].tail]
    assert len(entries) == size
    return [decode_body(each.kind, each.body) for each in entries[2:] if each.body]


def ref_of(to: Talk, index: int) -> EntryRef:
    post = to.me.index.post(to.node.ground.identity.feed_id, index)
    assert post is not None
    return post.ref


def test_a_post_is_on_disk_and_in_the_index_when_it_was_published(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        ref = await to.node.feeds.writer.publish_post("hello \r\n", None)
        assert ref == ref_of(to, 2)
        assert bodies(to) == [PostBody("hello")]
        assert to.me.reads(to.node.ground.identity.author_id) == ["hello"]
        with pytest.raises(UserError):
            await to.node.feeds.writer.publish_post("   ", None)
        assert len(bodies(to)) == 1

    talk(tmp_path, script)


def test_a_profile_is_an_entry_like_any_other(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        await to.node.feeds.writer.publish_profile("Anna", "likes trees")
        assert bodies(to) == [ProfileBody("Anna", "likes trees")]

    talk(tmp_path, script)


def test_somebody_is_followed_once_and_unfollowed_once(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1).author_id
        author = to.node.feeds.writer
        for on in (False, True, True, False, False, True):
            await author.set_follow(anna, on=on)
        assert bodies(to) == [FollowBody(anna, on=on) for on in (True, False, True)]
        with pytest.raises(UserError):
            await author.set_follow(to.node.ground.identity.author_id, on=True)

    talk(tmp_path, script)


def test_a_reply_names_its_parent_and_where_the_thread_began(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        author = to.node.feeds.writer
        top = await author.publish_post("top", None)
        reply = await author.publish_post("reply", top)
        await author.publish_post("reply to the reply", reply)
        unknown = EntryRef(top.feed_id, Hash(bytes(32)), 99)
        lost = await author.publish_post("reply to what is not here", unknown)
        await author.publish_post("reply to that", lost)
        forged = EntryRef(reply.feed_id, top.entry_hash, reply.index)
        await author.publish_post("reply to a hash of another place", forged)
        assert bodies(to)[1:] == [
            PostBody("reply", reply=top, root=top),
            PostBody("reply to the reply", reply=reply, root=top),
            PostBody("reply to what is not here", reply=unknown, root=unknown),
            PostBody("reply to that", reply=lost, root=unknown),
            PostBody("reply to a hash of another place", reply=forged, root=forged),
        ]

    talk(tmp_path, script)


def test_an_endless_thread_is_not_climbed_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.feeds.writer.THREAD_DEPTH_MAX", 3)

    async def script(to: Talk) -> None:
        ref = await to.node.feeds.writer.publish_post("top", None)
        for number in range(6):
            ref = await to.node.feeds.writer.publish_post(f"{number}", ref)
        newest = bodies(to)[-1]
        assert isinstance(newest, PostBody)
        assert newest.root == ref_of(to, 4), "three above its parent"

    talk(tmp_path, script)


@pytest.mark.attack("A42")
def test_whatever_is_written_holds_a_salt_of_its_own(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        feeds = to.node.feeds
        ref = await feeds.writer.publish_post("I quit", None)
        await feeds.writer.publish_post("I quit", ref)
        await feeds.writer.publish_profile("Anna")
        await feeds.writer.set_follow(Scribe(1).author_id, on=True)
        await feeds.importer.import_posts([OldPost(1_000, "I quit"), OldPost(1_000, "I quit")])
        name = ref_text(ref)
        await feeds.withdrawing.edit(Edit(ref=name, text="I stay", remove_old=True))
        await feeds.withdrawing.withdraw(Withdraw(ref=name))
        feed_id = to.node.ground.identity.feed_id
        logs, size = to.node.ground.shells.logs, to.me.disk.replicas[feed_id].size
        found = [decode_entry(each).body for each in logs.read_entries(feed_id, 0, size)]
        salts = [body[-23:] for body in found if body is not None]
        assert all(each.startswith(b"1:z16:") and each.endswith(b"e") for each in salts)
        assert len(set(salts)) == len(salts) >= 10

    talk(tmp_path, script)
