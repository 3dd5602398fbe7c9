"""The main job, played: an author, two friends who hold, the author gone, a newcomer."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from swarmfeed.cli.output import format_bytes
from swarmfeed.core.asks.feeds import FeedStatus
from swarmfeed.core.asks.people import FetchProgress, Follow, HowFar, WhoAreYou
from swarmfeed.core.asks.posts import PostView, SearchPosts, Timeline, ref_text
from swarmfeed.core.asks.starting import ChooseSettings, Chosen
from swarmfeed.core.asks.writing import ImportPosts, OldPost, WritePost
from swarmfeed.core.base.address import Link, format_author, format_link, parse_link
from swarmfeed.core.base.limits import PAGE_POSTS_MAX
from swarmfeed.core.base.texts import counted
from swarmfeed.core.base.types import EntryRef
from swarmfeed.errors import RetryError

from neighbourhood.people import Person, check_loopback
from neighbourhood.show import Show

Post = tuple[int, str]

BATCH_POSTS = 1_500
FETCH_TIMEOUT_S = 300
NEWS_TIMEOUT_S = 300
LIMIT = "--download-limit"
SLOW = "50K"
"""A second: what you take in until both friends serve you.  All of it takes less than half a
second, and on a busy machine Jonas had given everything before Lea was found."""

FOUND_POSTS = 3
HITS_WANTED = 25

PICTURE = """\
      Mira
     /    \\
 Jonas    Lea
     \\    /
      you"""

INTRODUCTION = """\
Four nodes on this computer, as if they were
four laptops: each is a process of its own,
with its own address, keys and disk folder.
No server, no account, and nothing leaves
this machine."""


class Story:
    """The people, and what happens to them in order."""

    def __init__(self, folder: Path, show: Show, posts: Sequence[Post], word: str = "") -> None:
        check_loopback()
        self._show = show
        self._posts = sorted(posts)
        self._word = word or _choose_word(self._posts)
        self._imported = 0
        self._is_limited = True
        names = ("Mira", "Jonas", "Lea", "you")
        self._people = [
            Person(folder, name, number) for number, name in enumerate(names, start=1)
        ]
        self.mira, self.jonas, self.lea, self.you = self._people

    def play(self) -> None:
        """Play all of it.

        Raises:
            SwarmfeedError: Something did not happen that should have.
        """
        self._show.title("swarmfeed", INTRODUCTION, PICTURE)
        self._write()
        self._follow()
        before = self._leave()
        self._fetch()
        self._compare(before)
        found = self._search()
        self._reply(found)

    def close(self) -> None:
        """Stop every node that runs."""
        for person in self._people:
            person.stop()

    # --- steps ---

    def _write(self) -> None:
        self._show.step(
            "Mira writes",
            "Her posts go into a log of her own, on her own disk. One signature covers all of"
            " it, so nobody else can change, drop or slip in a post.",
        )
        self.mira.start()
        started = time.monotonic()
        with self._show.bar("writing", len(self._posts)) as bar:
            for at in range(0, len(self._posts), BATCH_POSTS):
                batch = tuple(OldPost(*each) for each in self._posts[at : at + BATCH_POSTS])
                self._imported += self.mira.node.ask(ImportPosts(posts=batch)).imported
                bar.move(at + len(batch), f"{self._imported:,} posts")
        years = (self._posts[-1][0] - self._posts[0][0]) / (365.25 * 86_400_000)
        self._show.fact(
            f"{self._imported:,} posts of {years:.0f} years are signed and on disk",
            f"{time.monotonic() - started:.1f} s",
        )

    def _follow(self) -> None:
        self._show.step(
            "Jonas and Lea follow her",
            "Whoever follows an author also keeps a verified copy, and serves it to others by"
            " BitTorrent. That is all the hosting there is.",
        )
        link = self.mira.node.ask(WhoAreYou()).link
        self._show.command(f"swarmfeed follow {_shorten(link)}")
        for friend in (self.jonas, self.lea):
            friend.start()
            seconds = self._watch_fetch(friend, link)
            self._show.fact(f"{friend.name} holds all of it, verified", f"{seconds:.1f} s")
        self.mira.wait(
            "both receipts", lambda: (self._own_feed().held_by == 2) or None, NEWS_TIMEOUT_S
        )
        self._show.fact("Mira has signed receipts of both: her posts are safe without her")

    def _leave(self) -> FeedStatus:
        self._show.step(
            "Mira closes her laptop", "From here on she is offline. Her node does not run."
        )
        feed, pid = self._own_feed(), self.mira.pid
        self.mira.stop()
        self._show.fact(f"process {pid} has ended", "gone for the rest of this demo")
        return feed

    def _fetch(self) -> None:
        self._show.step(
            "You arrive",
            "You have Mira's address, and somebody told you where Jonas is. Jonas names Lea;"
            " your node then fetches from both at once, the newest posts first. So that one"
            f" does not give everything before the other is found, it takes {SLOW}B a second"
            " until both serve.",
        )
        self.you.start(LIMIT, SLOW)
        jonas = parse_link(self.jonas.node.ask(WhoAreYou()).link)
        link = format_link(Link(self.mira.author_id, "Mira", jonas.at))
        self._show.command(f"swarmfeed follow {_shorten(link)}")
        seconds = self._watch_fetch(self.you, link, self._lift_limit)
        progress = self._progress(self.you)
        names = sorted(self._name_at(endpoint) for endpoint in progress.holders)
        self._show.fact(
            f"all {progress.entries_total:,} entries are here,"
            f" {format_bytes(progress.bytes_total)} compressed",
            f"{seconds:.1f} s, held back at first",
        )
        self._show.fact(f"{_served_by(names)}, while Mira was offline")

    def _compare(self, before: FeedStatus) -> None:
        self._show.step(
            "You need to trust nobody",
            "Your node hashed every entry by itself. It is the very log that Mira signed,"
            " whoever carried it.",
        )
        now = self.you.feed_of(self.mira.author_id)
        if now is None or (now.root, now.size) != (before.root, before.size):
            raise RetryError("your root is not Mira's root")
        self._show.compare(
            [
                ("Mira's root, before she left", before.root.hex()[:32]),
                ("the root of what you hold", now.root.hex()[:32]),
            ]
        )
        self._show.fact(f"the same {now.size:,} entries, bit for bit")

    def _search(self) -> PostView:
        self._show.step(
            "You search",
            "Everything you hold is indexed on your own disk. Nobody learns what you look for.",
        )
        self._show.command(f"swarmfeed search {self._word}")
        self.you.wait("the index", self._is_indexed, FETCH_TIMEOUT_S)
        started = time.monotonic()
        question = SearchPosts(words=self._word, limit=PAGE_POSTS_MAX)
        found = self.you.node.ask(question).posts
        took_ms = (time.monotonic() - started) * 1000
        if not found:
            raise RetryError(f"the search for {self._word} found nothing")
        self._show.posts(found[:FOUND_POSTS])
        more = " and more" if len(found) == PAGE_POSTS_MAX else ""
        self._show.fact(
            f"{counted(len(found), 'post', 'posts')}{more} found", f"{took_ms:.0f} ms"
        )
        return found[0]

    def _reply(self, parent: PostView) -> None:
        self._show.step(
            "You reply",
            "Your reply goes into your own log. Jonas follows you, and gets it as you write.",
        )
        self.jonas.node.ask(Follow(who=self.you.node.ask(WhoAreYou()).link))
        self.jonas.wait("your feed", self._jonas_knows_you, NEWS_TIMEOUT_S)
        started = time.monotonic()
        text = "I have been there too! Greetings."
        reply = self.you.node.ask(WritePost(text=text, reply_to=ref_text(parent.ref)))
        self._show.posts([reply])
        self.jonas.wait(
            "your reply at Jonas",
            lambda: reply.ref in self._newest_refs(self.jonas) or None,
            NEWS_TIMEOUT_S,
        )
        took_ms = (time.monotonic() - started) * 1000
        self._show.fact("Jonas sees it", f"{took_ms:.0f} ms later, looking every 50 ms")

    # --- inside ---

    def _own_feed(self) -> FeedStatus:
        feed = self.mira.feed_of(self.mira.author_id)
        assert feed is not None, "everybody has their own feed"
        return feed

    def _newest_refs(self, person: Person) -> list[EntryRef]:
        return [post.ref for post in person.node.ask(Timeline(limit=5)).posts]

    def _progress(self, person: Person) -> FetchProgress:
        return person.node.ask(HowFar(author=self.mira.author_id))

    def _lift_limit(self, progress: FetchProgress) -> None:
        if self._is_limited and len(progress.holders) == 2:
            self.you.node.ask(ChooseSettings(settings=(Chosen(flag=LIMIT, value=""),)))
            self._is_limited = False

    def _watch_fetch(
        self,
        person: Person,
        link: str,
        on_progress: Callable[[FetchProgress], None] = lambda _: None,
    ) -> float:
        """Follow Mira and show the fetch until it is done; return its seconds."""
        started = time.monotonic()
        person.node.ask(Follow(who=link))
        with self._show.bar("fetching", len(self._posts)) as bar:

            def look() -> bool | None:
                progress = self._progress(person)
                on_progress(progress)
                bar.move(
                    progress.entries_held,
                    f"{progress.entries_held:,} entries"
                    f" from {counted(len(progress.holders), 'holder', 'holders')}",
                    progress.entries_total or None,
                )
                return progress.done or None

            person.wait(f"{person.name} to hold all of it", look, FETCH_TIMEOUT_S)
        return time.monotonic() - started

    def _is_indexed(self) -> bool | None:
        # To follow once more changes nothing, and tells how things are.
        author = self.you.node.ask(Follow(who=format_author(self.mira.author_id)))
        return author.post_count >= self._imported or None

    def _jonas_knows_you(self) -> bool | None:
        feed = self.jonas.feed_of(self.you.author_id)
        return (feed is not None and feed.entries_held == feed.size) or None

    def _name_at(self, endpoint: str) -> str:
        host = endpoint.rpartition(":")[0]
        return next(person.name for person in self._people if person.host == host)


@contextmanager
def told(folder: Path, show: Show, posts: Sequence[Post], word: str = "") -> Iterator[Story]:
    """A story whose nodes are stopped at the end, whatever happens."""
    story = Story(folder, show, posts, word)
    try:
        yield story
    finally:
        story.close()


def _served_by(names: Sequence[str]) -> str:
    """Who gave the files that the posts are in; a handful of posts is in none."""
    return f"served by {' and '.join(names)}" if names else "so few that they came as they are"


def _shorten(link: str) -> str:
    """Cut an address short, for people to look at."""
    return re.sub(r"([a-z2-7]{8})[a-z2-7]{44}([a-z2-7]{4})", r"\1...\2", link)


def _choose_word(posts: Sequence[Post]) -> str:
    """Choose a plain word that a couple of posts hold."""
    counts: Counter[str] = Counter()
    for _, text in posts:
        counts.update(set(re.findall(r"\w+", text.lower())))
    plain = [word for word in counts if len(word) >= 4 and word.isascii() and word.isalpha()]
    return min(plain or counts, key=lambda word: (abs(counts[word] - HITS_WANTED), word))
