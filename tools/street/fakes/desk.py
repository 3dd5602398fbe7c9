"""A node for the faces: the same answers each time, nothing on disk, no network."""

from dataclasses import replace
from hashlib import sha256
from typing import ClassVar, Final

from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.alarm_sentences import NO_SUCH_ALARM
from swarmfeed.core.asks.alarms import Alarms, AlarmView, ThatWasMe, WhatIsAlarming
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.feeds import (
    ChunkList,
    FeedsOf,
    FeedStatus,
    GetListTorrent,
    GetTorrent,
    HeldFeeds,
    ListTorrents,
    OneFeed,
    SealedChunk,
    SealedChunks,
    TorrentFile,
)
from swarmfeed.core.asks.history import (
    ChooseHistory,
    Explain,
    Explanations,
    HistoryStatus,
    HowHistoryIs,
    LeaveHistory,
    SayGoodbye,
    Told,
)
from swarmfeed.core.asks.input_sentences import KEY_OF_ANOTHER, SAID_BEFORE
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
    Followed,
    FollowedNow,
    HowFar,
    LookAt,
    Namesake,
    Namesakes,
    Unfollow,
    Whoami,
    WhoAreYou,
    WhoIsCalled,
    WhoIsFollowed,
    follows_page,
    read_links,
)
from swarmfeed.core.asks.posts import (
    FoundPosts,
    HowManyReplies,
    NamedPosts,
    NewerThan,
    NewPosts,
    Posts,
    PostView,
    SearchPosts,
    ShowPost,
    ThreadSize,
    ThreadView,
    Timeline,
    found_of,
    page_of,
    ref_text,
)
from swarmfeed.core.asks.profile import (
    ChangeProfile,
    Pin,
    Unpin,
    WhatIsPinned,
    clean_bio,
    clean_name,
)
from swarmfeed.core.asks.profile_sentences import NOT_YOURS, NOTHING_PINNED
from swarmfeed.core.asks.sheets import SheetOwner, WhoseSheet
from swarmfeed.core.asks.state import Draft, DraftList, Drafts, KeepDraft
from swarmfeed.core.asks.state_sentences import THAT_IS_YOU
from swarmfeed.core.asks.supernodes import Supernodes, SupernodeStatus
from swarmfeed.core.asks.upkeep import (
    DiskUse,
    HowFullIsIt,
    HowIsIt,
    HowSafe,
    JobList,
    JobStatus,
    LinkedPeers,
    NodeStatus,
    OwnSafety,
    PeerStatus,
    Refusals,
    Reindex,
    Reindexed,
    Safety,
    Status,
    Verify,
    VerifyReport,
    Wellbeing,
    WhatIsRefused,
    WhatRepeats,
    WhoIsLinked,
)
from swarmfeed.core.asks.withdrawal_sentences import NOT_WITHDRAWN, OF_SOMEBODY_ELSE
from swarmfeed.core.asks.withdrawing import (
    Edit,
    HistoryOfPost,
    HowFarRemoved,
    Removal,
    Version,
    Versions,
    Withdraw,
)
from swarmfeed.core.asks.writing import ImportPosts, ImportReport, WritePost, clean_text
from swarmfeed.core.base.address import Link, format_address, format_link, parse_link
from swarmfeed.core.base.limits import NAME_CHARS_MAX, SEARCH_COUNT_MAX
from swarmfeed.core.base.types import (
    AuthorId,
    Endpoint,
    EntryRef,
    FeedId,
    Hash,
    NodeId,
)
from swarmfeed.core.feed.head import verifier_key
from swarmfeed.core.feed.matching import matches
from swarmfeed.core.feed.public_id import public_id
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.core.history.limits import DISK_GIVEN_MIN_BYTES
from swarmfeed.core.history.sentences import too_little
from swarmfeed.core.witness.sentences import NOBODY_SAW
from swarmfeed.core.words.folding import name_key
from swarmfeed.core.words.looks import look
from swarmfeed.core.words.query import parse_query
from swarmfeed.errors import SaidBeforeError, UserError

from street.fakes import history
from street.fakes.circles import CIRCLES, FakeCircles
from street.fakes.finding import called_among, written_of
from street.fakes.letters import LETTERS, FakeTalk
from street.fakes.listening import LISTENING
from street.fakes.supernodes import supernode_status
from street.fakes.table import Rows, TableDesk
from street.fakes.threads import ListedPosts, size_of, thread_of

TORRENT: Final = b"d4:infod6:lengthi1eee"

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


PEERS: Final = (
    PeerStatus(
        node_id=NodeId(sha256(b"fake peer one").digest()),
        endpoint="192.0.2.7:4711",
        outgoing=True,
        since_ms=NOON_MS - 7_200_000,
    ),
    PeerStatus(
        node_id=NodeId(sha256(b"fake peer two").digest()),
        endpoint="[2001:db8::5]:4711",
        outgoing=False,
        since_ms=NOON_MS - 300_000,
    ),
)

JOBS: Final = (
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
)

DISK: Final = DiskUse(bytes=312_000_000, budget_bytes=10_737_418_240, free_bytes=84_000_000_000)


def key(name: str) -> bytes:
    """Return a made-up public key, always the same for a name."""
    return sha256(b"fake " + name.encode()).digest()


class FakeDesk(TableDesk):
    """The desk of Ada, who follows three people."""

    def __init__(self, name: str = "Ada", *, samples: bool = True) -> None:
        super().__init__()
        self.me = AuthorId(key(name))
        self.now_ms = NOON_MS
        self.authors: dict[AuthorId, AuthorView] = {}
        self.posts: list[PostView] = []
        self.sentence = "Well connected: linked to 2 nodes."
        self.refused: tuple[str, ...] = ()
        self.changed: list[str] = []
        """What was changed, in order."""
        self.once: dict[str, PostView] = {}
        """What was published for a key."""
        self.newest = HowNew(as_of_ms=None, seen_by=0, kept_back=0, sentence=NOBODY_SAW())
        self.network = NetworkPosts(
            posts=(), next=None, asked=0, answered=0, since_ms=0, untrue=0, left_out=0
        )
        """What supernodes find, whatever is looked for; nobody knows one at first."""
        self.pinned: dict[AuthorId, PostView] = {}
        self.alarms: tuple[AlarmView, ...] = ()
        self.removals: dict[str, Removal] = {}
        """Of own posts that were withdrawn, by feed and index."""
        self.versions: dict[EntryRef, list[Version]] = {}
        """Of posts that were edited, oldest first."""
        self.talks: dict[str, FakeTalk] = {}
        self.circles = FakeCircles()
        self.drafts: dict[str, str] = {}
        self.drafts_to: dict[str, str] = {}
        """For whom they are."""
        """By their places."""
        self.safety: Safety | None = history.SAFETY
        self.history_status = replace(
            history.history_status(self.me, name, NOON_MS), choice=None
        )
        self.feed_statuses: dict[FeedId, FeedStatus] = {}
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
            namesake=self._has_namesake(author_id),
            time_ms=time_ms,
            text=text,
            reply_to=reply_to,
            answers=ListedPosts(self.posts).answered(reply_to) if reply_to else None,
            held_by=held_by,
            cursor=Cursor(time_ms, len(self.posts) + 1),
            id=public_id(feed_id, index, time_ms),
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

    def _has_namesake(self, author_id: AuthorId) -> bool:
        names = {each: look(author.name) for each, author in self.authors.items()}
        return list(names.values()).count(names[author_id]) > 1

    def feed_of(self, author_id: AuthorId) -> FeedId:
        return FeedId(sha256(b"feed" + author_id).digest())

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

    # --- answers ----------------------------------------------------------------------

    def whoami(self, _: WhoAreYou) -> Whoami:
        name = self.authors[self.me].name
        link = Link(self.me, name[:NAME_CHARS_MAX], (Endpoint("127.0.0.1", 4711),))
        return Whoami(
            author_id=self.me,
            name=name,
            link=format_link(link),
            node_id=NodeId(key("node of " + name)),
            verifier_key=verifier_key(self.feed_of(self.me)),
        )

    def write(self, ask: WritePost) -> PostView:
        parent = self._find(ask.reply_to).ref if ask.reply_to else None
        text = clean_text(ask.text)
        if done := self.once.get(ask.key):
            if (done.text, done.reply_to) != (text, parent):
                raise UserError(KEY_OF_ANOTHER())
            return done
        own = [(each.text, each.reply_to) for each in self.posts if each.author_id == self.me]
        if not ask.again and own[-1:] == [(text, parent)]:
            raise SaidBeforeError(SAID_BEFORE())
        audience = self.circles.words(ask.to) if ask.to else ""
        self.changed.append("publish_post")
        self.now_ms += 1_000
        post = self.add_post(self.me, text, reply_to=parent)
        if audience:
            self.posts[-1] = post = replace(post, audience=audience)
        if ask.key:
            self.once[ask.key] = post
        return post

    def withdraw(self, ask: Withdraw) -> Removal:
        post = self._own(ask.ref)
        self.changed.append("withdraw")
        self.posts.remove(post)
        self.removals[ref_text(post.ref)] = Removal(
            ref=post.ref, removed_at=0, holders=post.held_by, waits=False
        )
        return self.removals[ref_text(post.ref)]

    def edit(self, ask: Edit) -> PostView:
        post, text = self._own(ask.ref), clean_text(ask.text)
        self.changed.append("edit")
        old = self.versions.setdefault(
            post.ref, [Version(time_ms=post.time_ms, text=post.text)]
        )
        if ask.remove_old:
            old.clear()
            self.removals[ref_text(post.ref)] = Removal(
                ref=post.ref, removed_at=0, holders=post.held_by, waits=True
            )
        self.now_ms += 1_000
        old.append(Version(time_ms=self.now_ms, text=text))
        after = replace(post, text=text, edited=True)
        self.posts[self.posts.index(post)] = after
        return after

    def how_far_removed(self, ask: HowFarRemoved) -> Removal:
        if ask.ref not in self.removals:
            raise UserError(NOT_WITHDRAWN())
        return self.removals[ask.ref]

    def history_of(self, ask: HistoryOfPost) -> Versions:
        post = self._find(ask.ref)
        only = [Version(time_ms=post.time_ms, text=post.text)]
        return Versions(versions=tuple(self.versions.get(post.ref, only)))

    def _own(self, name: str) -> PostView:
        post = self._find(name)
        if post.author_id != self.me:
            raise UserError(OF_SOMEBODY_ELSE())
        return post

    def follow(self, ask: Follow) -> AuthorView:
        return self._set_followed(ask.who, True, "follow")

    def follow_all(self, ask: FollowAll) -> FollowedNow:
        links, passed = read_links(ask.who)
        wanted = {each.author_id: each for each in links}
        new = [each for each in wanted if not self._author(each).followed]
        for author_id in new:
            self._set_followed(format_link(wanted[author_id]), True, "follow")
        already = len(wanted) - len(new)
        return FollowedNow(authors=tuple(new), already=already, passed=tuple(passed))

    def unfollow(self, ask: Unfollow) -> AuthorView:
        return self._set_followed(ask.who, False, "unfollow")

    def mute(self, ask: Mute) -> AuthorView:
        return self._set_muted(ask.who, True, "mute")

    def unmute(self, ask: Unmute) -> AuthorView:
        return self._set_muted(ask.who, False, "unmute")

    def muted(self, _: WhoIsMuted) -> Muted:
        return Muted(authors=tuple(each for each in self.authors.values() if each.muted))

    def all_drafts(self, _: Drafts | None = None) -> DraftList:
        found = sorted(self.drafts.items())
        to = self.drafts_to
        drafts = (Draft(place=at, text=text, to=to.get(at, "")) for at, text in found)
        return DraftList(drafts=tuple(drafts))

    def keep_draft(self, ask: KeepDraft) -> DraftList:
        self.drafts[ask.place] = ask.text
        self.drafts_to[ask.place] = ask.to
        if not ask.text:
            del self.drafts[ask.place]
        return self.all_drafts()

    def _set_muted(self, who: str, muted: bool, what: str) -> AuthorView:
        author_id = parse_link(who).author_id
        if author_id == self.me:
            raise UserError(THAT_IS_YOU())
        self.changed.append(what)
        self.authors[author_id] = replace(self._author(author_id), muted=muted)
        return self.authors[author_id]

    def fetch(self, ask: Fetch) -> FetchProgress:
        author_id = parse_link(ask.who).author_id
        self.changed.append("fetch")
        self.authors.setdefault(author_id, self._author(author_id))
        return self.how_far(HowFar(author=author_id))

    def how_far(self, ask: HowFar) -> FetchProgress:
        author = self._author(ask.author)
        return FetchProgress(
            author_id=ask.author,
            name=author.name,
            entries_held=author.entries_held,
            entries_total=author.entry_count,
            bytes_held=author.bytes_held,
            bytes_total=author.entry_count * 56,
            holders=("127.0.0.1:4712",),
            done=author.entries_held == author.entry_count,
            searchable=True,
        )

    def timeline(self, ask: Timeline) -> Posts:
        chosen = self._home_posts()
        if ask.author is not None:
            chosen = [post for post in self.posts if post.author_id == ask.author]
        return page_of(self._newest(chosen, ask.limit, ask.before), ask.limit)

    def newer_than(self, ask: NewerThan) -> NewPosts:
        return NewPosts(count=sum(post.cursor > ask.after for post in self._home_posts()))

    def search(self, ask: SearchPosts) -> FoundPosts:
        query = parse_query(ask.words)
        names = {post.author_id: post.author_name for post in self.posts}
        called = called_among(names, {post.ref.feed_id: post.author_id for post in self.posts})
        found = [post for post in self.posts if matches(query, written_of(post), called)]
        count = min(len(found), SEARCH_COUNT_MAX + 1)
        shown = self._newest(found, ask.limit, ask.before)
        return found_of(shown, ask.limit, count, best_first=query.best_first)

    def supernodes(self, _: Supernodes) -> SupernodeStatus:
        return supernode_status(NOON_MS)

    def how_new(self, _: HowNewIs) -> HowNew:
        return self.newest

    def search_network(self, ask: SearchNetwork) -> NetworkPosts:
        parse_query(ask.words)
        return replace(self.network, posts=self.network.posts[: ask.limit])

    def show(self, ask: ShowPost) -> ThreadView:
        start = self._find(ask.start) if ask.start else None
        return thread_of(self.posts, self._find(ask.ref), ask, start)

    def how_many_replies(self, ask: HowManyReplies) -> ThreadSize:
        return size_of(self.posts, self._find(ask.ref))

    def named_posts(self, ask: NamedPosts) -> Posts:
        names = ask.refs.split(",")
        found = [post for post in self.posts if {post.id, ref_text(post.ref)} & set(names)]
        return Posts(posts=tuple(found), next=None)

    def look_at(self, ask: LookAt) -> Cost:
        author = self._author(parse_link(ask.who).author_id)
        unpacked_bytes = author.entry_count * 100
        return Cost(
            author_id=author.author_id,
            entry_count=author.entry_count,
            bytes_total=author.entry_count * 56,
            unpacked_bytes=unpacked_bytes,
            exact=True,
            sentences=sentences.what_it_would_take(
                entries=author.entry_count,
                size_bytes=author.entry_count * 56,
                unpacked_bytes=unpacked_bytes,
                exact=True,
                budget_bytes=10**9,
            ),
        )

    def about(self, ask: AboutAuthor) -> AuthorView:
        return self._author(ask.author)

    def followed(self, ask: WhoIsFollowed) -> Followed:
        follows = {each.author_id: each for each in self.authors.values() if each.followed}
        named = [(author_id, each.name) for author_id, each in follows.items()]
        chosen, found, following = follows_page(named, ask)
        return Followed(
            authors=tuple(follows[each] for each in chosen),
            count=len(follows),
            found=found,
            next=following,
        )

    def called(self, ask: WhoIsCalled) -> Namesakes:
        wanted = name_key(ask.called)
        return Namesakes(
            people=tuple(
                Namesake(
                    author_id=each.author_id,
                    name=each.name,
                    is_self=each.is_self,
                    followed=each.followed,
                )
                for each in sorted(self.authors.values(), key=lambda each: not each.followed)
                if name_key(each.name) == wanted
            )
        )

    def whose_sheet(self, ask: WhoseSheet) -> SheetOwner:
        return SheetOwner(author=self.me if ask.key == key("sheet") else None)

    def feeds_of(self, ask: FeedsOf) -> HeldFeeds:
        feeds = tuple(each for each in self._feeds() if each.author_id == ask.author)
        return HeldFeeds(feeds=feeds)

    def one_feed(self, ask: OneFeed) -> HeldFeeds:
        return HeldFeeds(feeds=tuple(e for e in self._feeds() if e.feed_id == ask.feed))

    def change_profile(self, ask: ChangeProfile) -> AuthorView:
        self.changed.append("profile")
        me = self._author(self.me)
        name = me.name if ask.called is None else clean_name(ask.called)
        bio = me.bio if ask.bio is None else clean_bio(ask.bio)
        self.authors[self.me] = replace(me, name=name, bio=bio)
        return self.authors[self.me]

    def pin(self, ask: Pin) -> PostView:
        post = self._find(ask.ref)
        if post.author_id != self.me:
            raise UserError(NOT_YOURS())
        self.changed.append("pin")
        self.pinned[self.me] = post
        return post

    def unpin(self, _: Unpin) -> PostView:
        if self.me not in self.pinned:
            raise UserError(NOTHING_PINNED())
        self.changed.append("unpin")
        return self.pinned.pop(self.me)

    def what_is_pinned(self, ask: WhatIsPinned) -> Posts:
        pinned = self.pinned.get(ask.author)
        return Posts(posts=(pinned,) if pinned else (), next=None)

    def that_was_me(self, ask: ThatWasMe) -> Alarms:
        left = tuple(each for each in self.alarms if not each.id.startswith(ask.alarm))
        if not ask.alarm or len(left) == len(self.alarms):
            raise UserError(NO_SUCH_ALARM())
        self.changed.append("that_was_me")
        self.alarms = left
        return Alarms(alarms=left)

    def how_is_it(self, _: HowIsIt) -> Wellbeing:
        return Wellbeing(
            sentence=self.sentence,
            running=True,
            peers=len(PEERS),
            held_by=2,
            refused=bool(self.refused),
        )

    def status(self, _: Status) -> NodeStatus:
        return NodeStatus(
            node_id=self.whoami(WhoAreYou()).node_id,
            author_id=self.me,
            running=True,
            sentence=self.sentence,
            feeds=self._feeds(),
            peers=PEERS,
            disk=DISK,
            dht_nodes=214,
            link_endpoint="127.0.0.1:4711",
            swarm_port=4712,
            jobs=JOBS,
            safety=self.safety,
            is_history_server=self.history_status.choice is not None,
            alarms=tuple(each.sentence for each in self.alarms),
        )

    def how_history_is(self, _: HowHistoryIs) -> HistoryStatus:
        return self.history_status

    def explain(self, ask: Explain) -> Explanations:
        author_id = parse_link(ask.who).author_id
        known = self.authors.get(author_id)
        told = (history.explanation(author_id, known.name, NOON_MS),) if known else ()
        return Explanations(feeds=told)

    def choose_history(self, ask: ChooseHistory) -> HistoryStatus:
        if ask.scope not in ("friends", "community", "open"):
            raise UserError("the scope is one of friends, community, open")
        if ask.disk_bytes < DISK_GIVEN_MIN_BYTES:
            raise UserError(too_little())
        self.changed.append("choose_history")
        choice = HistoryChoice(
            scope=ask.scope, disk_bytes=ask.disk_bytes, free_bytes_min=ask.free_bytes_min
        )
        self.history_status = replace(self.history_status, choice=choice, leaving=False)
        return self.history_status

    def leave_history(self, _: LeaveHistory) -> HistoryStatus:
        self.changed.append("leave_history")
        self.history_status = replace(self.history_status, leaving=True)
        return self.history_status

    def get_torrent(self, ask: GetTorrent) -> TorrentFile:
        for known in self.torrents(ListTorrents(feed=ask.feed)).torrents:
            if (known.level, known.position) == (ask.level, ask.position):
                return TorrentFile(name=f"{known.name}.torrent", torrent=TORRENT)
        raise UserError("That chunk is not held here.")

    def torrents(self, ask: ListTorrents) -> SealedChunks:
        name = f"{format_address(ask.feed)[:16]}-0-0.zst"
        chunk = SealedChunk(
            level=0,
            position=0,
            start=0,
            end=256,
            name=name,
            magnet=f"magnet:?xt=urn:btih:{key('torrent')[:20].hex()}&dn={name}",
            bytes=14_336,
        )
        listed = f"{format_address(ask.feed)[:16]}-list-256.ben"
        chunk_list = ChunkList(
            name=listed,
            magnet=f"magnet:?xt=urn:btih:{key('list')[:20].hex()}&dn={listed}",
            bytes=180,
        )
        return SealedChunks(torrents=(chunk,), chunk_list=chunk_list)

    def get_list_torrent(self, ask: GetListTorrent) -> TorrentFile:
        known = self.torrents(ListTorrents(feed=ask.feed)).chunk_list
        assert known is not None
        return TorrentFile(name=f"{known.name}.torrent", torrent=TORRENT)

    def import_posts(self, ask: ImportPosts) -> ImportReport:
        self.changed.append("import_posts")
        known = {(post.time_ms, post.text) for post in self.posts}
        fresh = [one for one in ask.posts if one[:2] not in known]
        for time_ms, text, _ in fresh:
            self.add_post(self.me, text, time_ms)
        already = len(ask.posts) - len(fresh)
        return ImportReport(read=len(ask.posts), imported=len(fresh), already_there=already)

    def verify(self, _: Verify) -> VerifyReport:
        self.changed.append("verify")
        return VerifyReport(
            feeds=1,
            entries=len(self.posts),
            bytes=56 * len(self.posts),
            damaged=(),
            refetching=0,
        )

    def reindex(self, _: Reindex) -> Reindexed:
        self.changed.append("reindex")
        return Reindexed(entries=len(self.posts))

    ROWS: ClassVar[Rows] = {
        **LETTERS,
        **CIRCLES,
        **LISTENING,
        WhoAreYou: whoami,
        WritePost: write,
        ImportPosts: import_posts,
        Timeline: timeline,
        NewerThan: newer_than,
        SearchPosts: search,
        SearchNetwork: search_network,
        HowNewIs: how_new,
        Supernodes: supernodes,
        ShowPost: show,
        HowManyReplies: how_many_replies,
        NamedPosts: named_posts,
        LookAt: look_at,
        AboutAuthor: about,
        WhoIsFollowed: followed,
        WhoIsCalled: called,
        ChangeProfile: change_profile,
        Pin: pin,
        Unpin: unpin,
        WhatIsPinned: what_is_pinned,
        WhatIsAlarming: lambda desk, _: Alarms(alarms=desk.alarms),
        ThatWasMe: that_was_me,
        Withdraw: withdraw,
        Edit: edit,
        HowFarRemoved: how_far_removed,
        HistoryOfPost: history_of,
        Follow: follow,
        FollowAll: follow_all,
        Unfollow: unfollow,
        Mute: mute,
        Unmute: unmute,
        WhoIsMuted: muted,
        Drafts: all_drafts,
        KeepDraft: keep_draft,
        Fetch: fetch,
        HowFar: how_far,
        FeedsOf: feeds_of,
        WhoseSheet: whose_sheet,
        OneFeed: one_feed,
        ListTorrents: torrents,
        GetTorrent: get_torrent,
        GetListTorrent: get_list_torrent,
        HowIsIt: how_is_it,
        WhatIsRefused: lambda desk, _: Refusals(sentences=desk.refused),
        WhoIsLinked: lambda desk, _: LinkedPeers(peers=PEERS),
        WhatRepeats: lambda desk, _: JobList(jobs=JOBS),
        HowFullIsIt: lambda desk, _: DISK,
        HowSafe: lambda desk, _: OwnSafety(safety=desk.safety),
        Status: status,
        Verify: verify,
        Reindex: reindex,
        HowHistoryIs: how_history_is,
        Explain: explain,
        ChooseHistory: choose_history,
        LeaveHistory: leave_history,
        SayGoodbye: lambda desk, _: Told(told=2),
    }

    # --- inside -------------------------------------------------------------------------

    def _author(self, author_id: AuthorId) -> AuthorView:
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

    def _set_followed(self, who: str, followed: bool, what: str) -> AuthorView:
        link = parse_link(who)
        if link.author_id == self.me:
            raise UserError("That is you.")
        self.changed.append(what)
        author = replace(self._author(link.author_id), followed=followed)
        self.authors[link.author_id] = replace(author, name=author.name or link.name)
        return self.authors[link.author_id]

    def _find(self, name: str) -> PostView:
        for post in self.posts:
            if name in (post.id, ref_text(post.ref), post.ref.entry_hash.hex()):
                return post
        raise UserError("That post is not on this machine.")

    def _feeds(self) -> tuple[FeedStatus, ...]:
        held = [a for a in self.authors.values() if a.is_self or a.followed]
        return tuple(map(self._feed, held))

    def _home_posts(self) -> list[PostView]:
        shown = {a.author_id for a in self.authors.values() if a.is_self or a.followed}
        return [post for post in self.posts if post.author_id in shown]

    def _newest(
        self, posts: list[PostView], limit: int, before: Cursor | None
    ) -> list[PostView]:
        wanted = [post for post in posts if before is None or post.cursor < before]
        return sorted(wanted, key=lambda post: post.cursor, reverse=True)[:limit]

    def _feed(self, author: AuthorView) -> FeedStatus:
        chosen = self.feed_statuses.get(self.feed_of(author.author_id))
        return chosen or FeedStatus(
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
