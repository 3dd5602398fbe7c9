"""What pages and commands may ask of a node: the thread-safe front of a node's loop.

Reading goes straight to the index, from the caller's thread.  Everything else is handed to
the loop, which alone owns the node, and waited for.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any, TypeVar

from swarmfeed.core.asks.views import (
    AuthorView,
    Change,
    Cursor,
    Explanation,
    FetchProgress,
    HistoryStatus,
    ImportReport,
    NodeStatus,
    PostView,
    VerifyReport,
    Whoami,
)
from swarmfeed.core.base.address import Link, format_link, parse_address, parse_link
from swarmfeed.core.base.types import AuthorId, ChunkSpan, EntryRef, FeedId, Hash
from swarmfeed.core.feed.metainfo import chunk_torrent, magnet_link
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.errors import FatalError, UserError
from swarmfeed.node.feeds.writer import find_post
from swarmfeed.node.ground.interests import Interest
from swarmfeed.node.history.scope import Reach
from swarmfeed.node.node import Node

T = TypeVar("T")

_THREAD_POSTS_MAX = 200
"""Ancestors and replies shown of one thread."""


class NodeFacade:
    """Implements ``facade.Facade``."""

    def __init__(self, node: Node, loop: asyncio.AbstractEventLoop) -> None:
        self._node = node
        self._loop = loop
        self._index = node.doors.index

    # --- writing ---

    def publish_post(self, text: str, reply_to: EntryRef | None = None) -> PostView:
        index = self._call(self._node.author.publish_post(text, reply_to))
        post = self._index.post(self._node.identity.feed_id, index)
        if post is None:
            raise FatalError("the post was saved, but is not in the index; run: reindex")
        return post

    def follow(self, link_or_address: str) -> AuthorView:
        link = self._parse(link_or_address)
        self._call(self._follow(link))
        return self.author(link.author_id)

    def unfollow(self, link_or_address: str) -> AuthorView:
        link = self._parse(link_or_address)
        self._call(self._node.unfollow(link.author_id))
        return self.author(link.author_id)

    def fetch(self, link_or_address: str) -> AuthorId:
        link = self._parse(link_or_address)
        self._call(self._fetch(link))
        return link.author_id

    def import_posts(self, posts: Sequence[tuple[int, str]]) -> ImportReport:
        return self._call(self._node.author.import_posts(posts))

    def verify(self) -> VerifyReport:
        return self._call(self._node.caretaker.verify())

    def reindex(self) -> int:
        return self._call(self._node.reindex())

    # --- reading ---

    def whoami(self) -> Whoami:
        node = self._node
        known = self._index.author(node.identity.author_id)
        name = known.name if known else ""
        endpoint = node.endpoint()
        link = Link(node.identity.author_id, name, (endpoint,) if endpoint else ())
        return Whoami(
            author_id=node.identity.author_id,
            name=name,
            link=format_link(link),
            node_id=node.identity.node_id,
        )

    def home(self, limit: int, before: Cursor | None = None) -> list[PostView]:
        return self._index.home(limit, before)

    def newer_than(self, after: Cursor) -> int:
        return self._index.newer_than(after)

    def author_posts(
        self, author_id: AuthorId, limit: int, before: Cursor | None = None
    ) -> list[PostView]:
        return self._index.author_posts(author_id, limit, before)

    def search(self, words: str, limit: int, before: Cursor | None = None) -> list[PostView]:
        return self._index.search(words, limit, before)

    def post(self, ref_text: str) -> PostView:
        post = self._find_post(ref_text.strip())
        if post is None:
            raise UserError("that post is not here; fetch its author first")
        return post

    def thread(self, post: PostView) -> tuple[list[PostView], list[PostView]]:
        ancestors: list[PostView] = []
        seen = {post.ref.entry_hash}
        top = post
        while top.reply_to is not None and len(ancestors) < _THREAD_POSTS_MAX:
            above = find_post(self._index, top.reply_to)
            if above is None or above.ref.entry_hash in seen:
                break
            seen.add(above.ref.entry_hash)
            ancestors.append(above)
            top = above
        ancestors.reverse()
        return ancestors, self._index.replies(post.ref.entry_hash, _THREAD_POSTS_MAX)

    def author(self, author_id: AuthorId) -> AuthorView:
        return self._call(self._authors([author_id]))[0]

    def follows(self) -> list[AuthorView]:
        own = self._node.identity.author_id
        return self._call(self._authors(self._index.follows_of(own)))

    def fetch_progress(self, author_id: AuthorId) -> FetchProgress:
        return self._call(self._fetch_progress(author_id))

    def status(self) -> NodeStatus:
        return self._call(self._status())

    def history(self) -> HistoryStatus:
        return self._call(self._history())

    def explain(self, link_or_address: str) -> list[Explanation]:
        return self._call(self._explain(self._parse(link_or_address).author_id))

    def choose_history(self, choice: HistoryChoice) -> HistoryStatus:
        if choice.scope not in set(Reach):
            raise UserError(f"the scope is one of {', '.join(Reach)}")
        self._call(self._choose_history(choice))
        return self.history()

    def leave_history(self) -> HistoryStatus:
        self._call(self._leave_history())
        return self.history()

    def say_goodbye(self) -> int:
        return self._call(self._say_goodbye())

    def torrent_file(self, feed_id: FeedId, span: ChunkSpan) -> tuple[str, bytes]:
        replica = self._node.shelf.replica(feed_id)
        record = replica.chunks().get(span) if replica else None
        if record is None:
            raise UserError("that chunk is not here")
        torrent = chunk_torrent(feed_id, span, record.pieces)
        # A plain client will come for it, and cannot ask over a link.
        self._call(self._wake(feed_id))
        return f"{torrent.name}.torrent", torrent.torrent

    def torrents(self, feed_id: FeedId) -> list[tuple[ChunkSpan, str, str, int]]:
        replica = self._node.shelf.replica(feed_id)
        if replica is None:
            raise UserError("that feed is not here")
        found = []
        for span, record in replica.chunks().items():
            torrent = chunk_torrent(feed_id, span, record.pieces)
            found.append((span, torrent.name, magnet_link(torrent), torrent.size_bytes))
        return found

    async def changes(self) -> AsyncIterator[Change]:
        async for change in self._node.changes.listen():
            yield change

    # --- inside the loop ---

    async def _history(self) -> HistoryStatus:
        return self._node.history.reporter.status()

    async def _explain(self, author_id: AuthorId) -> list[Explanation]:
        return self._node.history.reporter.explain(author_id)

    async def _choose_history(self, choice: HistoryChoice) -> None:
        self._node.history.choose(choice)

    async def _leave_history(self) -> None:
        self._node.history.leave()

    async def _say_goodbye(self) -> int:
        return self._node.history.board.say_goodbye()

    async def _wake(self, feed_id: FeedId) -> None:
        self._node.seeder.wake(feed_id)

    async def _follow(self, link: Link) -> None:
        self._node.finder.hint(link.at)
        await self._node.follow(link.author_id)

    async def _fetch(self, link: Link) -> None:
        self._node.finder.hint(link.at)
        await self._node.care(link.author_id, Interest.FETCHED)

    async def _fetch_progress(self, author_id: AuthorId) -> FetchProgress:
        return self._node.reporter.fetch_progress(author_id)

    async def _authors(self, author_ids: Sequence[AuthorId]) -> list[AuthorView]:
        followed = frozenset(self._index.follows_of(self._node.identity.author_id))
        return [self._author(each, each in followed) for each in author_ids]

    def _author(self, author_id: AuthorId, followed: bool) -> AuthorView:
        node = self._node
        known = self._index.author(author_id)
        size = node.reporter.author_size(author_id)
        return AuthorView(
            author_id=author_id,
            name=known.name if known else "",
            bio=known.bio if known else "",
            is_self=author_id == node.identity.author_id,
            followed=followed,
            entry_count=size.entries,
            entries_held=size.entries_held,
            post_count=known.post_count if known else 0,
            bytes_held=size.bytes_held,
            forked=any(node.shelf.is_forked(each) for each in node.shelf.feeds_of(author_id)),
        )

    async def _status(self) -> NodeStatus:
        node = self._node
        online = node.settings.network
        endpoint = node.endpoint()
        return NodeStatus(
            node_id=node.identity.node_id,
            author_id=node.identity.author_id,
            running=online,
            sentence=node.reporter.sentence(running=online),
            feeds=node.reporter.feeds(),
            peers=node.sessions.status(),
            disk_bytes=node.reporter.disk_bytes(),
            disk_budget_bytes=node.settings.disk_budget_bytes,
            disk_free_bytes=node.doors.logs.free_bytes(),
            dht_nodes=len(node.doors.swarm.dht_nodes()) if online else 0,
            link_endpoint=str(endpoint) if endpoint else f":{node.link_port}",
            swarm_port=node.swarm_port,
            jobs=tuple(node.doors.jobs.status()) if online else (),
            safety=node.history.safety.tell() if online else None,
            is_history_server=node.history.is_server,
        )

    def _find_post(self, ref_text: str) -> PostView | None:
        feed, slash, index = ref_text.rpartition("/")
        if slash and index.isdecimal() and len(index) <= 10:
            return self._index.post(FeedId(parse_address(feed)), int(index))
        try:
            raw = bytes.fromhex(ref_text)
        except ValueError as error:
            raise UserError(
                "name a post as <feed address>/<number>, or by its hash of 64 characters"
            ) from error
        return self._index.post_by_hash(Hash(raw)) if len(raw) == 32 else None

    def _parse(self, link_or_address: str) -> Link:
        return parse_link(link_or_address)

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
