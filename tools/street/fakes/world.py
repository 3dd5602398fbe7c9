"""What fake desks answer from: people, posts, and all else that a test may set."""

from collections.abc import Callable
from hashlib import sha256

from msgspec.structs import replace
from swarmfeed.core.asks.alarms import AlarmView
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.feeds import FeedStatus
from swarmfeed.core.asks.filters import WordFilter
from swarmfeed.core.asks.near import PersonNear
from swarmfeed.core.asks.network import NetworkPosts
from swarmfeed.core.asks.newest import HowNew
from swarmfeed.core.asks.papers import PapersDue, PaperWords
from swarmfeed.core.asks.people import AuthorView
from swarmfeed.core.asks.posts import PostView, ref_text
from swarmfeed.core.asks.reactions import OwnReaction
from swarmfeed.core.asks.sentences import how_it_is
from swarmfeed.core.asks.suggesting import Suggestion
from swarmfeed.core.asks.upkeep import Safety
from swarmfeed.core.asks.withdrawing import Removal, Version
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.feed.public_id import public_id
from swarmfeed.core.witness.sentences import NOBODY_SAW
from swarmfeed.core.words.looks import look
from swarmfeed.errors import UserError

from street.fakes import history
from street.fakes.chosen import FakeSettings
from street.fakes.circles import FakeCircles
from street.fakes.handed import FakeFiles
from street.fakes.letters import FakeTalk
from street.fakes.logbook import FakeLogbook
from street.fakes.machine import NEIGHBOURHOOD
from street.fakes.samples import NOON_MS, SAMPLES, key
from street.fakes.table import TableDesk
from street.fakes.threads import ListedPosts
from street.fakes.webfeeds import FollowedSites


class FakeWorld(TableDesk):
    """Whom a fake desk knows and what they wrote, as a test sets it; rows answer from it."""

    neighbourhood = NEIGHBOURHOOD
    suggested: tuple[Suggestion, ...] = ()
    """Whom to follow, whoever is followed already."""
    near: tuple[PersonNear, ...] = ()
    """Who shows themselves in this network, whether one does so oneself or not."""
    near_trouble: str = ""
    is_shown: bool = False
    left: tuple[OwnReaction, ...] = ()
    """What the person said of posts that cannot be read here."""
    muted_threads: tuple[EntryRef, ...] = ()
    wrong_words: tuple[str, ...] = ()
    """What is said of words that were typed from paper."""
    refused: tuple[str, ...] = ()
    alarms: tuple[AlarmView, ...] = ()

    def __init__(self, name: str = "Ada", *, samples: bool = True) -> None:
        super().__init__()
        self.me = AuthorId(key(name))
        self.now_ms = NOON_MS
        self.authors: dict[AuthorId, AuthorView] = {}
        self.posts: list[PostView] = []
        self.sentence = how_it_is(running=True, peers=2, held_by=2, safe=False)
        self.changed: list[str] = []
        """What was changed, in order."""
        self.once: dict[str, PostView] = {}
        """What was published for a key."""
        self.newest = HowNew(as_of_ms=None, seen_by=0, kept_back=0, sentence=NOBODY_SAW())
        self.network = NetworkPosts(
            posts=(), next=None, asked=0, answered=0, since_ms=0, untrue=0, left_out=0
        )
        """What supernodes find, whatever is looked for; nobody knows one at first."""
        self.papers = PapersDue(first=False, second=False, has_passphrase=False, sentences=())
        self.paper = PaperWords(words="", link="")
        self.pinned: dict[AuthorId, PostView] = {}
        self.removals: dict[str, Removal] = {}
        """Of own posts that were withdrawn, by feed and index."""
        self.versions: dict[EntryRef, list[Version]] = {}
        """Of posts that were edited, oldest first."""
        self.talks: dict[str, FakeTalk] = {}
        self.circles = FakeCircles()
        self.web, self.files = FollowedSites(), FakeFiles()
        self.filters: dict[str, WordFilter] = {}
        self.drafts: dict[str, str] = {}
        """By their places."""
        self.drafts_to: dict[str, str] = {}
        """For whom they are, by the same."""
        self.safety: Safety | None = history.SAFETY
        self.history_status = replace(
            history.history_status(self.me, name, NOON_MS), choice=None
        )
        self.machine, self.logbook = FakeSettings(), FakeLogbook()
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

    # --- what rows look up and change ----------------------------------------------

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

    def find_post(self, name: str) -> PostView:
        for post in self.posts:
            if name in (post.id, ref_text(post.ref), post.ref.entry_hash.hex()):
                return post
        raise UserError("That post is not on this machine.")

    def change_post(
        self, ref: str, what: str, change: Callable[[PostView], PostView]
    ) -> PostView:
        """Put another one in place of a post."""
        post = self.find_post(ref)
        self.changed.append(what)
        self.posts[self.posts.index(post)] = changed = change(post)
        return changed
