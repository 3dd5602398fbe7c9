"""A node for the faces: the same answers each time, nothing on disk, no network."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Final

from swarmfeed.core.asks.views import (
    AuthorView,
    Change,
    Cursor,
    Explanation,
    FeedStatus,
    FetchProgress,
    HistoryStatus,
    ImportReport,
    JobStatus,
    NodeStatus,
    PeerStatus,
    PostView,
    Safety,
    VerifyReport,
    Whoami,
)
from swarmfeed.core.asks.views_json import ref_text
from swarmfeed.core.base.address import Link, format_address, format_link, parse_link
from swarmfeed.core.base.limits import NAME_CHARS_MAX, TEXT_BYTES_MAX
from swarmfeed.core.base.types import (
    AuthorId,
    ChunkSpan,
    Endpoint,
    EntryRef,
    FeedId,
    Hash,
    NodeId,
)
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.errors import UserError

from street.fakes import history

NOON_MS: Final = 1_795_176_000_000
"""20 November 2026, 12:00 UTC: when the samples are looked at."""

SAMPLES: Final = (
    ("Mira Lindqvist", 5, "Moved the whole archive over last night. 61,719 posts, one root."),
    ("Tomás Ferreira", 9, "client_test works on Linux again. #libtorrent"),
    (
        "Mira Lindqvist",
        40,
        "Notes on tiles and why 256 is a good width: https://c2sp.org/tlog-tiles",
    ),
    ("山田 葵", 75, "検証できる履歴は、消えない記憶になる。"),
    ("Tomás Ferreira", 130, "merged logging fix from RC_0_16 #libtorrent"),
    ("Ines Okafor", 260, "Two nodes, one café, no internet. Posts still arrive."),
    (
        "Ines Okafor",
        900,
        "fix issue with UDP socket closing before trackers are told #libtorrent",
    ),
)
"""Name, minutes before NOON_MS, text."""


def key(name: str) -> bytes:
    """Return a made-up public key, always the same for a name."""
    return sha256(b"fake " + name.encode()).digest()


class FakeFacade:
    """Implements ``facade.Facade`` in memory."""

    def __init__(self, name: str = "Ada", *, samples: bool = True) -> None:
        self.me = AuthorId(key(name))
        self.now_ms = NOON_MS
        self.authors: dict[AuthorId, AuthorView] = {}
        self.posts: list[PostView] = []
        self.sentence = "Well connected: linked to 2 nodes."
        self.changed: list[str] = []
        """Names of the changing methods that were called."""
        self.safety: Safety | None = history.SAFETY
        self.history_status = replace(
            history.history_status(self.me, name, NOON_MS), choice=None
        )
        self.feed_statuses: dict[FeedId, FeedStatus] = {}
        self._listeners: list[asyncio.Queue[Change]] = []
        self._change_number = 0
        self.add_author(name, bio="Keeps her own history.", is_self=True)
        if samples:
            self._add_samples()

    # --- setting the scene ----------------------------------------------------------

    def add_author(
        self,
        name: str,
        *,
        bio: str = "",
        is_self: bool = False,
        followed: bool = False,
        held: int | None = None,
        size: int = 0,
    ) -> AuthorId:
        author_id = AuthorId(key(name))
        self.authors[author_id] = AuthorView(
            author_id=author_id,
            name=name,
            bio=bio,
            is_self=is_self,
            followed=followed,
            entry_count=size,
            entries_held=size if held is None else held,
            post_count=0,
            bytes_held=(size if held is None else held) * 56,
            forked=False,
        )
        return author_id

    def add_post(
        self,
        author_id: AuthorId,
        text: str,
        time_ms: int | None = None,
        reply_to: EntryRef | None = None,
        held_by: int = 0,
    ) -> PostView:
        author = self.authors[author_id]
        index = author.post_count + 1
        feed_id = self.feed_of(author_id)
        time_ms = self.now_ms if time_ms is None else time_ms
        post = PostView(
            ref=EntryRef(feed_id, Hash(sha256(feed_id + b"%d" % index).digest()), index),
            author_id=author_id,
            author_name=author.name,
            time_ms=time_ms,
            text=text,
            reply_to=reply_to,
            held_by=held_by,
            cursor=Cursor(time_ms, len(self.posts) + 1),
        )
        self.posts.append(post)
        self.authors[author_id] = replace(
            author,
            post_count=author.post_count + 1,
            entry_count=max(author.entry_count, index + 1),
            entries_held=max(author.entries_held, index + 1),
        )
        if reply_to is not None:
            self._count_reply(reply_to)
        return post

    def feed_of(self, author_id: AuthorId) -> FeedId:
        return FeedId(sha256(b"feed" + author_id).digest())

    def announce(self, name: str, **fields: str | int) -> None:
        """Tell open pages something; to be called in the loop ``changes`` runs in."""
        self._change_number += 1
        for queue in self._listeners:
            queue.put_nowait(Change(name, self._change_number, fields))

    def _add_samples(self) -> None:
        mira = self.add_author("Mira Lindqvist", bio="Archives. Bicycles.", followed=True)
        self.add_author("Tomás Ferreira", bio="BitTorrent since 2003.", followed=True)
        self.add_author("山田 葵", followed=True, size=20_000, held=8_200)
        self.add_author("Ines Okafor")
        for name, minutes, text in reversed(SAMPLES):
            self.add_post(AuthorId(key(name)), text, NOON_MS - minutes * 60_000)
        mine = self.add_post(self.me, "Hello, swarm.", NOON_MS - 3_600_000, held_by=2)
        self.add_post(mira, "Welcome! Your feed is here already.", NOON_MS - 60_000, mine.ref)

    def _count_reply(self, ref: EntryRef) -> None:
        for at, post in enumerate(self.posts):
            if post.ref == ref:
                self.posts[at] = replace(post, reply_count=post.reply_count + 1)

    # --- Facade -----------------------------------------------------------------------

    def whoami(self) -> Whoami:
        name = self.authors[self.me].name
        link = Link(self.me, name[:NAME_CHARS_MAX], (Endpoint("127.0.0.1", 4711),))
        return Whoami(
            author_id=self.me,
            name=name,
            link=format_link(link),
            node_id=NodeId(key("node of " + name)),
        )

    def publish_post(self, text: str, reply_to: EntryRef | None = None) -> PostView:
        if not text.strip():
            raise UserError("A post needs some text.")
        if len(text.encode()) > TEXT_BYTES_MAX:
            raise UserError(f"A post has at most {TEXT_BYTES_MAX:,} bytes.")
        self.changed.append("publish_post")
        self.now_ms += 1_000
        return self.add_post(self.me, text, reply_to=reply_to)

    def follow(self, link_or_address: str) -> AuthorView:
        return self._set_followed(link_or_address, True, "follow")

    def unfollow(self, link_or_address: str) -> AuthorView:
        return self._set_followed(link_or_address, False, "unfollow")

    def _set_followed(self, link_or_address: str, followed: bool, what: str) -> AuthorView:
        link = parse_link(link_or_address)
        if link.author_id == self.me:
            raise UserError("That is you.")
        self.changed.append(what)
        author = replace(self.author(link.author_id), followed=followed)
        self.authors[link.author_id] = replace(author, name=author.name or link.name)
        return self.authors[link.author_id]

    def fetch(self, link_or_address: str) -> AuthorId:
        author_id = parse_link(link_or_address).author_id
        self.changed.append("fetch")
        self.authors.setdefault(author_id, self.author(author_id))
        return author_id

    def fetch_progress(self, author_id: AuthorId) -> FetchProgress:
        author = self.author(author_id)
        return FetchProgress(
            author_id=author_id,
            name=author.name,
            entries_held=author.entries_held,
            entries_total=author.entry_count,
            bytes_held=author.bytes_held,
            bytes_total=author.entry_count * 56,
            holders=("127.0.0.1:4712",),
            done=author.entries_held == author.entry_count,
            searchable=True,
        )

    def home(self, limit: int, before: Cursor | None = None) -> list[PostView]:
        return self._newest(self._home_posts(), limit, before)

    def newer_than(self, after: Cursor) -> int:
        return sum(post.cursor > after for post in self._home_posts())

    def author_posts(
        self, author_id: AuthorId, limit: int, before: Cursor | None = None
    ) -> list[PostView]:
        return self._newest([p for p in self.posts if p.author_id == author_id], limit, before)

    def search(self, words: str, limit: int, before: Cursor | None = None) -> list[PostView]:
        wanted = [word.strip('"#').lower() for word in words.split()]
        found = [p for p in self.posts if all(word in p.text.lower() for word in wanted)]
        return self._newest(found, limit, before)

    def post(self, ref_text_or_hash: str) -> PostView:
        for post in self.posts:
            if ref_text_or_hash in (ref_text(post.ref), post.ref.entry_hash.hex()):
                return post
        raise UserError("That post is not on this machine.")

    def thread(self, post: PostView) -> tuple[list[PostView], list[PostView]]:
        ancestors: list[PostView] = []
        above = post.reply_to
        while above is not None:
            found = [known for known in self.posts if known.ref == above]
            ancestors[:0] = found
            above = found[0].reply_to if found else None
        return ancestors, [known for known in self.posts if known.reply_to == post.ref]

    def author(self, author_id: AuthorId) -> AuthorView:
        unknown = AuthorView(
            author_id=author_id,
            name="",
            bio="",
            is_self=False,
            followed=False,
            entry_count=0,
            entries_held=0,
            post_count=0,
            bytes_held=0,
            forked=False,
        )
        return self.authors.get(author_id, unknown)

    def follows(self) -> list[AuthorView]:
        return [author for author in self.authors.values() if author.followed]

    def status(self) -> NodeStatus:
        held = [a for a in self.authors.values() if a.is_self or a.followed]
        return NodeStatus(
            node_id=self.whoami().node_id,
            author_id=self.me,
            running=True,
            sentence=self.sentence,
            feeds=tuple(
                self.feed_statuses.get(self.feed_of(a.author_id), self._feed(a)) for a in held
            ),
            peers=(
                PeerStatus(
                    node_id=NodeId(key("peer one")),
                    endpoint="192.0.2.7:4711",
                    outgoing=True,
                    since_ms=NOON_MS - 7_200_000,
                ),
                PeerStatus(
                    node_id=NodeId(key("peer two")),
                    endpoint="[2001:db8::5]:4711",
                    outgoing=False,
                    since_ms=NOON_MS - 300_000,
                ),
            ),
            disk_bytes=312_000_000,
            disk_budget_bytes=10_737_418_240,
            disk_free_bytes=84_000_000_000,
            dht_nodes=214,
            link_endpoint="127.0.0.1:4711",
            swarm_port=4712,
            jobs=(
                JobStatus(
                    name="find holders",
                    every_s=300,
                    last_run_ms=NOON_MS - 100_000,
                    next_run_ms=NOON_MS + 200_000,
                    last_result="asked 2 peers about 3 authors",
                ),
                JobStatus(
                    name="put heads in the DHT",
                    every_s=3_600,
                    last_run_ms=None,
                    next_run_ms=NOON_MS + 60_000,
                    last_result="",
                ),
            ),
            safety=self.safety,
            is_history_server=self.history_status.choice is not None,
        )

    def history(self) -> HistoryStatus:
        return self.history_status

    def explain(self, link_or_address: str) -> list[Explanation]:
        author_id = parse_link(link_or_address).author_id
        known = self.authors.get(author_id)
        return [history.explanation(author_id, known.name, NOON_MS)] if known else []

    def choose_history(self, choice: HistoryChoice) -> HistoryStatus:
        if choice.scope not in ("friends", "community", "open"):
            raise UserError("the scope is one of friends, community, open")
        self.changed.append("choose_history")
        self.history_status = replace(self.history_status, choice=choice, leaving=False)
        return self.history_status

    def say_goodbye(self) -> int:
        return 2

    def leave_history(self) -> HistoryStatus:
        self.changed.append("leave_history")
        self.history_status = replace(self.history_status, leaving=True)
        return self.history_status

    def torrent_file(self, feed_id: FeedId, span: ChunkSpan) -> tuple[str, bytes]:
        for known, name, _, _ in self.torrents(feed_id):
            if known == span:
                return f"{name}.torrent", b"d4:infod6:lengthi1eee"
        raise UserError("That chunk is not held here.")

    def torrents(self, feed_id: FeedId) -> list[tuple[ChunkSpan, str, str, int]]:
        name = format_address(feed_id)[:16]
        magnet = f"magnet:?xt=urn:btih:{key('torrent')[:20].hex()}&dn={name}-0-0.zst"
        return [(ChunkSpan(0, 0), f"{name}-0-0.zst", magnet, 14_336)]

    def import_posts(self, posts: Sequence[tuple[int, str]]) -> ImportReport:
        self.changed.append("import_posts")
        known = {(post.time_ms, post.text) for post in self.posts}
        fresh = [one for one in posts if one not in known]
        for time_ms, text in fresh:
            self.add_post(self.me, text, time_ms)
        return ImportReport(
            read=len(posts), imported=len(fresh), already_there=len(posts) - len(fresh)
        )

    def verify(self) -> VerifyReport:
        self.changed.append("verify")
        return VerifyReport(
            feeds=1,
            entries=len(self.posts),
            bytes=56 * len(self.posts),
            damaged=(),
            refetching=0,
        )

    def reindex(self) -> int:
        self.changed.append("reindex")
        return len(self.posts)

    async def changes(self) -> AsyncIterator[Change]:
        queue: asyncio.Queue[Change] = asyncio.Queue()
        self._listeners.append(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.remove(queue)

    # --- inside -------------------------------------------------------------------------

    def _home_posts(self) -> list[PostView]:
        shown = {a.author_id for a in self.authors.values() if a.is_self or a.followed}
        return [post for post in self.posts if post.author_id in shown]

    def _newest(
        self, posts: list[PostView], limit: int, before: Cursor | None
    ) -> list[PostView]:
        wanted = [post for post in posts if before is None or post.cursor < before]
        return sorted(wanted, key=lambda post: post.cursor, reverse=True)[:limit]

    def _feed(self, author: AuthorView) -> FeedStatus:
        return FeedStatus(
            author_id=author.author_id,
            author_name=author.name,
            feed_id=self.feed_of(author.author_id),
            relation="own" if author.is_self else "followed",
            size=author.entry_count,
            root=Hash(sha256(author.author_id).digest()),
            entries_held=author.entries_held,
            bytes_held=author.entries_held * 56,
            bytes_total=author.entry_count * 56,
            holders=2,
            held_by=2 if author.is_self else 0,
            fetching=3 if author.entries_held < author.entry_count else 0,
            rate_bytes_per_s=1_200_000,
            uploaded_bytes=2_500_000,
            forked=author.forked,
        )
