"""One run: its options, its folder, and what several measurements need."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from itertools import islice
from pathlib import Path
from shutil import rmtree

from street.authors import author_of
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.certificate import sign_join
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.kinds import Body, FeedBody, PostBody, ProfileBody, encode_body
from swarmfeed.core.feed.limits import SALT_BYTES
from swarmfeed.errors import UserError
from swarmfeed.node.ground.events import Events
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.shell.disk.logs import FileLogs

from benchmarks.posts import Sample, generate, read

IMPORTED_POSTS = 60_000
IMPORTED_AUTHORS = 200


@dataclass
class Bench:
    """What a measurement gets."""

    folder: Path
    posts: int
    """Posts of the backlog that is appended, verified, fetched and indexed."""
    quick: bool
    data: Path | None = None
    kept: Path | None = None
    """Where homes that take minutes to make are left for further runs; None: nothing is."""
    pages: Sequence[str] = ()
    """Of all pages only those whose names begin so; empty: all."""
    _folders: int = field(default=0, init=False)

    def choose(self, full: int, quick: int) -> int:
        """Return how often to do something."""
        return quick if self.quick else full

    def new_folder(self) -> Path:
        """Make an empty folder that is gone after the run."""
        self._folders += 1
        made = self.folder / str(self._folders)
        made.mkdir()
        return made

    def kept_folder(self, name: str, make: Callable[[Path], None]) -> Path:
        """Return a folder that ``make`` filled: in this run, or in one before that kept it."""
        if self.kept is None:
            make(made := self.new_folder())
            return made
        folder = self.kept / name
        if not folder.exists():
            begun = folder.with_name(f"{name}.begun")
            rmtree(begun, ignore_errors=True)
            begun.mkdir(parents=True)
            make(begun)
            begun.rename(folder)
        return folder

    def new_logs(self) -> FileLogs:
        """Make empty logs in a folder of their own: beside that of the feeds lie marks."""
        return FileLogs(self.new_folder() / "feeds")

    def samples(self, count: int, *, authors: int = 1) -> list[Sample]:
        """Return posts of the data file, again and again if it is short, or made-up ones."""
        if self.data is None:
            return list(generate(count, authors=authors))
        real = list(islice(read(self.data), count))
        if not real:
            raise UserError(f"there are no posts in {self.data}")
        return [real[number % len(real)] for number in range(count)]

    @cached_property
    def backlog(self) -> list[Sample]:
        """The posts of one author."""
        return self.samples(self.posts)

    @cached_property
    def stored(self) -> list[bytes]:
        """The backlog as entries."""
        return [encode_post(sample) for sample in self.backlog]

    @cached_property
    def imported(self) -> dict[str, list[Sample]]:
        """Posts of many authors, by author."""
        count = self.choose(IMPORTED_POSTS, IMPORTED_POSTS // 10)
        by_author = defaultdict(list)
        for sample in self.samples(count, authors=IMPORTED_AUTHORS):
            by_author[sample.author].append(sample)
        return dict(by_author)


def encode_post(sample: Sample) -> bytes:
    """Return the stored entry of a post."""
    salt = sha256(f"{sample.time_ms} {sample.text}".encode()).digest()[:SALT_BYTES]
    return encode_entry(PostBody.kind, sample.time_ms, encode_body(PostBody(sample.text), salt))


def feed_key(number: int) -> SigningKey:
    """The key of the feed with a number; the same in every run."""
    return SigningKey(b"feed" + number.to_bytes(28, "big"))


def write_feed(
    logs: FileLogs,
    number: int,
    name: str,
    samples: Sequence[Sample],
    more: Sequence[bytes] = (),
) -> tuple[AuthorId, FeedId]:
    """Write a whole feed into logs, as its author's node would.

    The first post is entry 2; ``more`` are entries that come after all posts.
    """
    author, key = author_of(b"auth" + number.to_bytes(28, "big")), feed_key(number)
    author_id, feed_id = author.author_id, FeedId(key.public)
    from_ms = samples[0].time_ms
    certificate = sign_join(author, key, from_ms=from_ms)
    shelf = Shelf(logs, Events())
    shelf.start_feed(feed_id, author_id, certificate)
    first: tuple[Body, ...] = (FeedBody(certificate=certificate), ProfileBody(name=name))
    stored = [encode_entry(body.kind, from_ms, encode_body(body)) for body in first]
    stored += [encode_post(sample) for sample in samples]
    stored += more
    shelf.append(feed_id, stored, now_ms=samples[-1].time_ms, sign=key.sign)
    return author_id, feed_id
