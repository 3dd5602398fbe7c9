"""A node for commands: posts in a list, a fetch that follows a script, nothing on disk."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from swarmfeed.cli.context import Doors, Passphrase
from swarmfeed.core.asks.views import (
    AuthorView,
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
    VerifyReport,
    Whoami,
)
from swarmfeed.core.asks.views_json import ref_text
from swarmfeed.core.base.address import parse_link
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash, NodeId
from swarmfeed.errors import UserError
from swarmfeed.node.ground.settings import Created, NodeSettings, Ready

from street.fakes import history

NOW_MS = 1_700_000_000_000
ANNA = AuthorId(bytes([1]) * 32)
BERT = AuthorId(bytes([2]) * 32)
ANNAS_FEED = FeedId(bytes([3]) * 32)
NODE = NodeId(bytes([4]) * 32)
LINK = "swarmfeed:anna"
NAMES = {ANNA: "Anna", BERT: "Bert"}
WORDS = " ".join(["abandon"] * 23 + ["art"])
NEXT_WORDS = " ".join(["zoo"] * 23 + ["vote"])


def make_post(index: int, text: str, *, author_id: AuthorId = ANNA, time_ms: int) -> PostView:
    """A post whose hash is that of its text."""
    return PostView(
        ref=EntryRef(ANNAS_FEED, Hash(sha256(text.encode()).digest()), index),
        author_id=author_id,
        author_name=NAMES[author_id],
        time_ms=time_ms,
        text=text,
        cursor=Cursor(time_ms, index),
    )


@dataclass
class FakeNode:
    """Implements ``cli.node.Node``, and of ``facade.Facade`` what the JSON API needs beside."""

    posts: list[PostView] = field(default_factory=list)
    """Oldest first."""
    followed: set[AuthorId] = field(default_factory=set)
    fetch_script: list[FetchProgress] = field(default_factory=list)
    """One for each look; the last one stays."""
    fetched: list[str] = field(default_factory=list)
    damaged: tuple[str, ...] = ()
    batches: list[int] = field(default_factory=list)
    """Sizes of the import batches."""
    history_status: HistoryStatus = field(
        default_factory=lambda: history.history_status(ANNA, "Anna", NOW_MS)
    )
    runs: bool = True

    def whoami(self) -> Whoami:
        return Whoami(author_id=ANNA, name="Anna", link=LINK, node_id=NODE)

    def publish_post(self, text: str, reply_to: EntryRef | None = None) -> PostView:
        if not text:
            raise UserError("write something first")
        post = make_post(len(self.posts) + 1, text, time_ms=NOW_MS - 1000)
        self.posts.append(replace(post, reply_to=reply_to))
        return self.posts[-1]

    def follow(self, link_or_address: str) -> AuthorView:
        self.followed.add(parse_link(link_or_address).author_id)
        return self.author(parse_link(link_or_address).author_id)

    def unfollow(self, link_or_address: str) -> AuthorView:
        self.followed.discard(parse_link(link_or_address).author_id)
        return self.author(parse_link(link_or_address).author_id)

    def author(self, author_id: AuthorId) -> AuthorView:
        return AuthorView(
            author_id=author_id,
            name=NAMES.get(author_id, ""),
            bio="",
            is_self=author_id == ANNA,
            followed=author_id in self.followed,
            entry_count=9,
            entries_held=8,
            post_count=7,
            bytes_held=600,
            forked=False,
        )

    def fetch(self, link_or_address: str) -> AuthorId:
        self.fetched.append(link_or_address)
        return parse_link(link_or_address).author_id

    def fetch_progress(self, author_id: AuthorId) -> FetchProgress:
        now = self.fetch_script[0]
        self.fetch_script = self.fetch_script[1:] or [now]
        return now

    def home(self, limit: int, before: Cursor | None = None) -> list[PostView]:
        older = [post for post in self.posts if before is None or post.cursor < before]
        return sorted(older, key=lambda post: post.cursor, reverse=True)[:limit]

    def author_posts(
        self, author_id: AuthorId, limit: int, before: Cursor | None = None
    ) -> list[PostView]:
        found = self.home(len(self.posts), before)
        return [post for post in found if post.author_id == author_id][:limit]

    def search(self, words: str, limit: int, before: Cursor | None = None) -> list[PostView]:
        found = self.home(len(self.posts), before)
        return [post for post in found if words in post.text][:limit]

    def post(self, ref_text_or_hash: str) -> PostView:
        for post in self.posts:
            if ref_text_or_hash in (ref_text(post.ref), post.ref.entry_hash.hex()):
                return post
        raise UserError("that post is not held here")

    def thread(self, post: PostView) -> tuple[list[PostView], list[PostView]]:
        return [], [reply for reply in self.posts if reply.reply_to == post.ref]

    def status(self) -> NodeStatus:
        return NodeStatus(
            node_id=NODE,
            author_id=ANNA,
            running=True,
            sentence="All is well.",
            feeds=(FEED_STATUS,),
            peers=(
                PeerStatus(
                    node_id=NODE, endpoint="127.0.0.2:4000", outgoing=True, since_ms=NOW_MS
                ),
            ),
            disk_bytes=1_500_000,
            disk_budget_bytes=10**10,
            disk_free_bytes=5 * 10**10,
            dht_nodes=12,
            link_endpoint="127.0.0.1:4001",
            swarm_port=4002,
            jobs=(
                JobStatus(
                    name="announce",
                    every_s=60,
                    last_run_ms=NOW_MS,
                    next_run_ms=None,
                    last_result="told 3",
                ),
            )
            if self.runs
            else (),
            safety=history.SAFETY,
            is_history_server=True,
        )

    def history(self) -> HistoryStatus:
        return self.history_status

    def explain(self, link_or_address: str) -> list[Explanation]:
        author_id = parse_link(link_or_address).author_id
        return [history.explanation(author_id, "Anna", NOW_MS)] if author_id == ANNA else []

    def say_goodbye(self) -> int:
        return 2

    def leave_history(self) -> HistoryStatus:
        self.history_status = replace(
            self.history_status, leaving=True, sentence="Leaving: 1 feed is held."
        )
        return self.history_status

    def import_posts(self, posts: Sequence[tuple[int, str]]) -> ImportReport:
        known = {(post.time_ms, post.text) for post in self.posts}
        new = [one for one in posts if one not in known]
        start = len(self.posts)
        self.posts += [
            make_post(start + n, text, time_ms=ms) for n, (ms, text) in enumerate(new)
        ]
        self.batches.append(len(posts))
        return ImportReport(
            read=len(posts), imported=len(new), already_there=len(posts) - len(new)
        )

    def verify(self) -> VerifyReport:
        return VerifyReport(
            feeds=1,
            entries=1_000,
            bytes=50_000,
            damaged=self.damaged,
            refetching=len(self.damaged),
        )

    def reindex(self) -> int:
        return len(self.posts)


FEED_STATUS = FeedStatus(
    author_id=ANNA,
    author_name="Anna",
    feed_id=ANNAS_FEED,
    relation="own",
    size=1_000,
    root=Hash(bytes(32)),
    entries_held=900,
    bytes_held=45_000,
    bytes_total=50_000,
    holders=3,
    held_by=2,
    fetching=0,
    rate_bytes_per_s=0,
    uploaded_bytes=150_000,
    forked=False,
)


class FakeDoors:
    """Everything a command reaches, in memory; ``doors`` goes to click as its object."""

    def __init__(self, node: FakeNode) -> None:
        self.node = node
        self.settings: list[NodeSettings] = []
        self.created: list[tuple[str, str]] = []
        self.restored: list[tuple[str, str, str]] = []
        self.ran_with: list[tuple[NodeSettings, str]] = []
        self.opened: list[str] = []
        self.doors = Doors(
            open_facade=self._open_facade,
            page_link=lambda home: "http://127.0.0.1:1/login?token=t",
            create_home=self._create_home,
            restore_home=self._restore_home,
            run_node=self._run_node,
            open_browser=self.opened.append,
            now_ms=lambda: NOW_MS,
        )

    @contextmanager
    def _open_facade(
        self, home: Path, settings: NodeSettings, passphrase: Passphrase
    ) -> Iterator[FakeNode]:
        self.settings.append(settings)
        yield self.node

    def _create_home(self, home: Path, name: str, passphrase: str) -> Created:
        home.mkdir(parents=True, exist_ok=True)
        self.created.append((name, passphrase))
        me = replace(self.node.whoami(), name=name)
        return Created(whoami=me, author_words=WORDS, next_words=NEXT_WORDS)

    def _restore_home(self, home: Path, name: str, passphrase: str, words: str) -> Whoami:
        home.mkdir(parents=True, exist_ok=True)
        self.restored.append((name, passphrase, words))
        return replace(self.node.whoami(), name=name)

    def _run_node(
        self, home: Path, settings: NodeSettings, passphrase: str, on_ready: object
    ) -> None:
        self.ran_with.append((settings, passphrase))
        assert callable(on_ready)
        on_ready(Ready(page_link="http://127.0.0.1:1/login?token=t", link=LINK))
        raise KeyboardInterrupt
