"""Anna's node for the commands: posts in a list, a fetch that follows a script."""

from typing import ClassVar

from msgspec.structs import replace
from swarmfeed.core.asks import size_sentences
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.history import (
    Explain,
    Explanations,
    HistoryStatus,
    HowHistoryIs,
    LeaveHistory,
    SayGoodbye,
    Told,
)
from swarmfeed.core.asks.link_sentences import CALLED_BY_US
from swarmfeed.core.asks.mailboxes import Mailboxes
from swarmfeed.core.asks.muting import Mute, Muted, Unmute, WhoIsMuted
from swarmfeed.core.asks.network import NetworkPosts, SearchNetwork
from swarmfeed.core.asks.newest import HowNew, HowNewIs
from swarmfeed.core.asks.people import (
    AboutAuthor,
    AuthorView,
    Cost,
    Fetch,
    FetchProgress,
    Follow,
    FollowAll,
    FollowedNow,
    HowFar,
    LookAt,
    Namesake,
    Namesakes,
    Unfollow,
    WhoAreYou,
    WhoIsCalled,
    read_links,
)
from swarmfeed.core.asks.posts import (
    FoundPosts,
    Posts,
    PostView,
    SearchPosts,
    ShowPost,
    ThreadView,
    Timeline,
    found_of,
    page_of,
    ref_text,
)
from swarmfeed.core.asks.state import SavedState, SaveState
from swarmfeed.core.asks.supernode_list import ListSupernodes, SupernodeList
from swarmfeed.core.asks.supernodes import Supernodes, SupernodeStatus
from swarmfeed.core.asks.upkeep import (
    DiskUse,
    JobList,
    NodeStatus,
    PeerStatus,
    Reindex,
    Reindexed,
    Status,
    Verify,
    VerifyReport,
    WhatRepeats,
)
from swarmfeed.core.asks.withdrawal_sentences import NOT_WITHDRAWN
from swarmfeed.core.asks.withdrawing import HowFarRemoved, Removal
from swarmfeed.core.asks.writing import ImportPosts, ImportReport, WritePost
from swarmfeed.core.base.address import parse_link
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.words.query import parse_query
from swarmfeed.errors import UserError

from street.fakes import history
from street.fakes.anna import ANNA, FEED_STATUS, JOBS, ME, NAMES, NODE, NOW_MS, make_post
from street.fakes.boxes import mailbox_status
from street.fakes.chosen import SETTINGS, FakeSettings
from street.fakes.listening import LISTENING
from street.fakes.supernodes import supernode_status
from street.fakes.table import Rows, TableDesk
from street.fakes.threads import ListedPosts, thread_of


class AnnasDesk(TableDesk):
    """The desk of Anna, as far as commands ask."""

    def __init__(self) -> None:
        super().__init__()
        self.posts: list[PostView] = []
        """Oldest first."""
        self.network = NetworkPosts(
            posts=(), next=None, asked=0, answered=0, since_ms=0, untrue=0, left_out=0
        )
        """What supernodes find, whatever is looked for."""
        self.searched: list[str] = []
        """What was looked for here."""
        self.followed: set[AuthorId] = set()
        self.muted: set[AuthorId] = set()
        self.strangers: dict[AuthorId, str] = {}
        """Names of people beside Anna and Bert."""
        self.cost: Cost | None = None
        """What following anybody would take."""
        self.fetch_script: list[FetchProgress] = []
        """One for each look; the last one stays."""
        self.fetched: list[str] = []
        self.damaged: tuple[str, ...] = ()
        self.batches: list[int] = []
        """Sizes of the import batches."""
        self.history_status: HistoryStatus = history.history_status(ANNA, "Anna", NOW_MS)
        self.runs = True
        self.machine = FakeSettings()

    # --- answers ----------------------------------------------------------------------

    def write(self, ask: WritePost) -> PostView:
        parent = self._find(ask.reply_to).ref if ask.reply_to else None
        if not ask.text:
            raise UserError("write something first")
        post = make_post(len(self.posts) + 1, ask.text, time_ms=NOW_MS - 1000)
        answers = ListedPosts(self.posts).answered(parent) if parent else None
        self.posts = [
            replace(each, reply_count=each.reply_count + (each.ref == parent))
            for each in self.posts
        ]
        self.posts.append(replace(post, reply_to=parent, answers=answers))
        return self.posts[-1]

    def look_at(self, ask: LookAt) -> Cost:
        return self.cost or Cost(
            author_id=parse_link(ask.who).author_id,
            entry_count=0,
            bytes_total=0,
            unpacked_bytes=0,
            exact=True,
            held_by=0,
            sentences=(size_sentences.SIZE_NOT_KNOWN(),),
        )

    def follow(self, ask: Follow) -> AuthorView:
        self.followed.add(parse_link(ask.who).author_id)
        return self._author(parse_link(ask.who).author_id)

    def follow_all(self, ask: FollowAll) -> FollowedNow:
        links, passed = read_links(ask.who)
        wanted = {each.author_id: None for each in links}
        new = tuple(each for each in wanted if each not in self.followed)
        self.followed.update(new)
        return FollowedNow(authors=new, already=len(wanted) - len(new), passed=tuple(passed))

    def called(self, ask: WhoIsCalled) -> Namesakes:
        found = [
            Namesake(
                author_id=each,
                name=name,
                is_self=each == ANNA,
                followed=each in self.followed,
            )
            for each, name in (NAMES | self.strangers).items()
            if name.casefold() == ask.called.casefold()
        ]
        return Namesakes(people=tuple(found))

    def mute(self, ask: Mute) -> AuthorView:
        author_id = parse_link(ask.who).author_id
        self.muted.add(author_id)
        return self._author(author_id)

    def unmute(self, ask: Unmute) -> AuthorView:
        author_id = parse_link(ask.who).author_id
        self.muted.discard(author_id)
        return self._author(author_id)

    def unfollow(self, ask: Unfollow) -> AuthorView:
        self.followed.discard(parse_link(ask.who).author_id)
        return self._author(parse_link(ask.who).author_id)

    def fetch(self, ask: Fetch) -> FetchProgress:
        self.fetched.append(ask.who)
        return self.fetch_script[0]

    def how_far(self, _: HowFar) -> FetchProgress:
        now = self.fetch_script[0]
        self.fetch_script = self.fetch_script[1:] or [now]
        return now

    def timeline(self, ask: Timeline) -> Posts:
        found = self._newest(ask.before)
        if ask.author is not None:
            found = [post for post in found if post.author_id == ask.author]
        return page_of(found[: ask.limit], ask.limit)

    def search(self, ask: SearchPosts) -> FoundPosts:
        self.searched.append(ask.words)
        count = sum(ask.words in post.text for post in self._newest(None))
        found = [post for post in self._newest(ask.before) if ask.words in post.text]
        return found_of(found[: ask.limit], ask.limit, count)

    def supernodes(self, _: Supernodes) -> SupernodeStatus:
        return supernode_status(NOW_MS)

    def search_network(self, ask: SearchNetwork) -> NetworkPosts:
        parse_query(ask.words)
        return self.network

    def show(self, ask: ShowPost) -> ThreadView:
        start = self._find(ask.start) if ask.start else None
        return thread_of(self.posts, self._find(ask.ref), ask, start)

    def how_far_removed(self, _: HowFarRemoved) -> Removal:
        raise UserError(NOT_WITHDRAWN())

    def status(self, ask: Status) -> NodeStatus:
        peer = PeerStatus(
            node_id=NODE,
            endpoint="127.0.0.2:4000",
            outgoing=True,
            since_ms=NOW_MS,
            how=CALLED_BY_US(),
        )
        return NodeStatus(
            node_id=NODE,
            author_id=ANNA,
            running=True,
            sentence="All is well.",
            feeds=tuple(ask.part([FEED_STATUS])),
            peers=(peer,),
            disk=DiskUse(bytes=1_500_000, budget_bytes=10**10, free_bytes=5 * 10**10),
            dht_nodes=12,
            link_endpoint="127.0.0.1:4001",
            swarm_port=4002,
            jobs=self.what_repeats(WhatRepeats()).jobs,
            safety=history.SAFETY,
            is_history_server=True,
        )

    def what_repeats(self, _: WhatRepeats) -> JobList:
        return JobList(jobs=JOBS if self.runs else ())

    def how_history_is(self, _: HowHistoryIs) -> HistoryStatus:
        return self.history_status

    def explain(self, ask: Explain) -> Explanations:
        is_anna = parse_link(ask.who).author_id == ANNA
        told = (history.explanation(ANNA, "Anna", NOW_MS),) if is_anna else ()
        return Explanations(feeds=told)

    def leave_history(self, _: LeaveHistory) -> HistoryStatus:
        self.history_status = replace(
            self.history_status, leaving=True, sentence="Leaving: 1 feed is held."
        )
        return self.history_status

    def import_posts(self, ask: ImportPosts) -> ImportReport:
        known = {(post.time_ms, post.text) for post in self.posts}
        new = [one for one in ask.posts if one[:2] not in known]
        start = len(self.posts)
        self.posts += [
            make_post(start + n, text, time_ms=ms) for n, (ms, text, _) in enumerate(new)
        ]
        self.batches.append(len(ask.posts))
        already = len(ask.posts) - len(new)
        return ImportReport(read=len(ask.posts), imported=len(new), already_there=already)

    def verify(self, _: Verify) -> VerifyReport:
        return VerifyReport(
            feeds=1,
            entries=1_000,
            bytes=50_000,
            damaged=self.damaged,
            refetching=len(self.damaged),
        )

    def reindex(self, _: Reindex) -> Reindexed:
        return Reindexed(entries=len(self.posts))

    ROWS: ClassVar[Rows] = {
        WhoAreYou: lambda desk, _: ME,
        WritePost: write,
        ImportPosts: import_posts,
        LookAt: look_at,
        Follow: follow,
        FollowAll: follow_all,
        Unfollow: unfollow,
        Mute: mute,
        Unmute: unmute,
        WhoIsMuted: lambda desk, _: Muted(authors=tuple(map(desk._author, desk.muted))),
        ListSupernodes: lambda desk, _: SupernodeList(
            text="# a remark\n192.0.2.1:4711\n", supernodes=1
        ),
        HowNewIs: lambda desk, ask: HowNew(
            as_of_ms=NOW_MS, seen_by=2, kept_back=0, sentence=f"asked about {ask.author.hex()}"
        ),
        SaveState: lambda desk, _: SavedState(rows=3, entries=2, devices=1, sheets=2),
        WhoIsCalled: called,
        AboutAuthor: lambda desk, ask: desk._author(ask.author),
        Fetch: fetch,
        HowFar: how_far,
        Timeline: timeline,
        SearchPosts: search,
        SearchNetwork: search_network,
        Supernodes: supernodes,
        Mailboxes: lambda desk, _: mailbox_status(NOW_MS),
        ShowPost: show,
        HowFarRemoved: how_far_removed,
        Status: status,
        WhatRepeats: what_repeats,
        Verify: verify,
        Reindex: reindex,
        HowHistoryIs: how_history_is,
        Explain: explain,
        LeaveHistory: leave_history,
        SayGoodbye: lambda desk, _: Told(told=2),
        **LISTENING,
        **SETTINGS,
    }

    # --- inside -----------------------------------------------------------------------

    def _newest(self, before: Cursor | None) -> list[PostView]:
        older = [post for post in self.posts if before is None or post.cursor < before]
        return sorted(older, key=lambda post: post.cursor, reverse=True)

    def _find(self, name: str) -> PostView:
        for post in self.posts:
            if name in (post.id, ref_text(post.ref), post.ref.entry_hash.hex()):
                return post
        raise UserError("that post is not held here")

    def _author(self, author_id: AuthorId) -> AuthorView:
        return AuthorView(
            author_id=author_id,
            name=NAMES.get(author_id, ""),
            bio="",
            is_self=author_id == ANNA,
            followed=author_id in self.followed,
            muted=author_id in self.muted,
            entry_count=9,
            entries_held=8,
            post_count=7,
            bytes_held=600,
            forked=False,
        )
