"""All that is the person's own goes out: into a folder or a zip that other programs read."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from msgspec import Struct

from swarmfeed.core.archives.limits import PART_BYTES
from swarmfeed.core.asks.blocking import WhoIsBlocked
from swarmfeed.core.asks.exports import ExportAll, Exported
from swarmfeed.core.asks.muting import WhoIsMuted
from swarmfeed.core.asks.people import AboutAuthor, AuthorView, WhoIsFollowed
from swarmfeed.core.base.address import Link, format_address, format_link
from swarmfeed.core.base.types import AuthorId, EntryRef
from swarmfeed.core.exports import mastodon, ours, page, sentences
from swarmfeed.core.exports.people import csv_of, opml
from swarmfeed.core.exports.syndication import (
    FeedFile,
    FeedOf,
    FeedPost,
    atom_parts,
    json_feed_parts,
)
from swarmfeed.core.exports.writing import OwnPost, file_of, uri_of
from swarmfeed.core.feed.medium import Medium, medium_name
from swarmfeed.node.archives.own import OpenedFeeds, open_own_feeds
from swarmfeed.node.archives.places import whole_path
from swarmfeed.node.ground.ground import Ground
from swarmfeed.ports.archives import NewArchive


class _People(Struct, frozen=True, kw_only=True):
    me: AuthorView
    follows: Sequence[AuthorView]
    blocked: Sequence[AuthorView]
    muted: Sequence[AuthorView]


class Exporting:
    """Writes what is asked for, in a thread."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._author_id = ground.identity.author_id
        self._answering = ground.answering
        self._archives = ground.shells.archives
        self._media = ground.shells.media

    async def export(self, ask: ExportAll) -> Exported:
        """Write everything.  UserError: it cannot be written there."""
        path, answer = whole_path(ask.path), self._answering.answer
        people = _People(
            me=await answer(AboutAuthor(author=self._author_id)),
            follows=(await answer(WhoIsFollowed())).authors,
            blocked=(await answer(WhoIsBlocked())).authors,
            muted=(await answer(WhoIsMuted())).authors,
        )
        own = open_own_feeds(self._ground)
        return await asyncio.to_thread(partial(self._write, path, people, own))

    # --- inside: in a thread ---

    def _write(self, path: str, people: _People, own: OpenedFeeds) -> Exported:
        with own, self._archives.create(path) as new:
            posts = own.posts()
            media = {each.id: each for post in posts for each in post.media}
            missing = sum(not self._write_medium(new, each) for each in media.values())
            self._write_posts(new, posts, people.me)
            _write_people(new, people)
            for feed_id, still in own.feeds.items():
                folder = f"logs/{format_address(feed_id)}"
                for name in still.names():
                    new.write(f"{folder}/{name}", still.parts(name))
        written = len(media) - missing
        return Exported(path=path, posts=len(posts), media=written, media_missing=missing)

    def _write_medium(self, new: NewArchive, medium: Medium) -> bool:
        try:
            file = (self._media.folder / medium_name(medium.id)).open("rb")
        except FileNotFoundError:
            return False
        with file:
            new.write(file_of(medium), iter(partial(file.read, PART_BYTES), b""))
        return True

    def _write_posts(self, new: NewArchive, posts: Sequence[OwnPost], me: AuthorView) -> None:
        own, author_id = _link(me), self._author_id
        name_of = _names(self._author_id, posts)
        new.write(ours.NAME, (_raw(ours.line_of(each, author_id, name_of)) for each in posts))
        new.write("actor.json", [_raw(mastodon.actor(own, me.name, me.bio, me.fields))])
        told = (mastodon.activity(each, author_id, own, name_of) for each in posts)
        new.write("outbox.json", _outbox(len(posts), told))
        feed = FeedOf(
            id=own,
            title=sentences.POSTS_OF(name=me.name or own),
            description=me.bio,
            author=me.name,
            author_url=own,
        )
        shown = [_shown(each, author_id) for each in reversed(posts)]
        new.write("feed.atom", map(_raw, atom_parts(feed, shown)))
        new.write("feed.json", map(_raw, json_feed_parts(feed, shown)))
        new.write("index.html", _page(feed, shown))


def _names(author_id: AuthorId, posts: Sequence[OwnPost]) -> ours.NameOf:
    """Name own posts by what they are, and those of others by feed and place alone."""
    own = {each.feed_id for each in posts}

    def name_of(ref: EntryRef) -> str:
        if ref.feed_id in own:
            return uri_of(author_id, ref.feed_id, ref.index)
        return f"swarmfeed:?post={format_address(ref.feed_id)}/{ref.index}"

    return name_of


def _write_people(new: NewArchive, people: _People) -> None:
    lists = {"following": people.follows, "blocked": people.blocked, "muted": people.muted}
    links = {name: [(_link(each), each.name) for each in who] for name, who in lists.items()}
    for name, listed in links.items():
        new.write(f"{name}_accounts.csv", [_raw(csv_of(listed))])
    title = sentences.FOLLOWED_BY(name=people.me.name)
    new.write("follows.opml", [_raw(opml(title, links["following"]))])


def _shown(post: OwnPost, author_id: AuthorId) -> FeedPost:
    return FeedPost(
        id=post.uri(author_id),
        time_ms=post.time_ms,
        edited_ms=post.edited_ms,
        text=post.text,
        cw=post.cw,
        lang=post.lang,
        files=tuple(
            FeedFile(
                url=file_of(each), type=each.type, size_bytes=each.size_bytes, alt=each.alt
            )
            for each in post.media
        ),
    )


def _outbox(total: int, activities: Iterable[str]) -> Iterator[bytes]:
    yield _raw(mastodon.outbox_head(total))
    for count, each in enumerate(activities):
        yield _raw(f",\n{each}" if count else each)
    yield _raw(mastodon.OUTBOX_END)


def _page(feed: FeedOf, posts: Iterable[FeedPost]) -> Iterator[bytes]:
    yield _raw(page.page_head(feed))
    for each in posts:
        yield _raw(page.article(each))
    yield _raw(page.PAGE_END)


def _link(person: AuthorView) -> str:
    return format_link(Link(person.author_id))


def _raw(text: str) -> bytes:
    return text.encode("utf-8")
