"""A spoilt home that runs beside somebody who holds the feed: real processes, real links."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Final, TypeVar

from msgspec import Struct
from swarmfeed import wiring
from swarmfeed.cli.desk import RemoteDesk, find_running
from swarmfeed.core.asks.feeds import FeedsOf, FeedStatus
from swarmfeed.core.asks.people import Follow, WhoAreYou
from swarmfeed.core.asks.posts import Timeline
from swarmfeed.core.asks.writing import HowIsMyFeed, WritePost
from swarmfeed.core.base.address import parse_link
from swarmfeed.core.base.types import Endpoint
from swarmfeed.errors import UserError
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.shell.disk.logs import FileLogs

from ordeals.own.life import Life
from ordeals.own.offline import GaveWayError
from ordeals.own.spoilings import (
    Spoil,
    cut_journal,
    delete_chunks,
    delete_feed,
    delete_feeds,
    delete_index_files,
    delete_journal,
    delete_mark,
    flip_journal,
    leave,
    older_journal,
    older_mark,
)

T = TypeVar("T")

START_S: Final = 60
PATIENCE_S: Final = 40
STOP_S: Final = 30
LOOK_EVERY_S: Final = 0.05


class Beside(Struct, frozen=True):
    """One case: what is done to a copy of the home, and how it must end."""

    what: str
    spoil: tuple[Spoil, ...]
    ends: str
    """``signs`` once everything has come back, or ``ended``."""
    step: int = -1
    """Which copy: an old one knows of no holder but the one it is told."""
    by_command: bool = False
    """The post comes from a command that opens the home without running a node."""


def table(life: Life) -> list[Beside]:
    """All cases with a holder online."""
    last = len(life.sizes) - 1
    middle = last // 2
    back: list[tuple[str, tuple[Spoil, ...]]] = [
        ("nothing", (leave,)),
        ("journal deleted", (delete_journal,)),
        ("feed deleted", (delete_feed,)),
        ("feeds deleted", (delete_feeds,)),
        ("feeds and index deleted", (delete_feeds, delete_index_files)),
        ("journal empty", (cut_journal(0),)),
        ("journal flipped", (flip_journal,)),
        ("journal of the first step", (older_journal(0),)),
        ("journal of a middle step", (older_journal(middle),)),
        ("journal two steps old, no index", (older_journal(last - 2), delete_index_files)),
        ("chunks deleted", (delete_chunks,)),
        ("journal and chunks deleted", (delete_journal, delete_chunks)),
    ]
    old = [
        Beside(f"an old copy, of step {step}, that {how}", (leave,), "ended", step, by_command)
        for step in (0, middle, last - 1)
        for how, by_command in (("runs", False), ("posts by command", True))
    ]
    return [
        *(Beside(what, spoil, "signs") for what, spoil in back),
        *(Beside(what, spoil, "ended") for what, spoil in _gone(middle)),
        *old,
    ]


def _gone(middle: int) -> list[tuple[str, tuple[Spoil, ...]]]:
    """Cases where nothing comes back: the mark is gone, or knows too little."""
    return [
        ("mark gone", (delete_mark,)),
        ("mark and journal gone", (delete_mark, delete_journal)),
        ("all but the keys gone", (delete_mark, delete_feeds, delete_index_files)),
        ("mark of a middle step", (older_mark(middle),)),
        (
            "journal and mark of a middle step, index and chunks gone",
            (older_journal(middle), older_mark(middle), delete_index_files, delete_chunks),
        ),
        (
            "mark of a middle step, journal, index and chunks gone",
            (delete_journal, older_mark(middle), delete_index_files, delete_chunks),
        ),
    ]


class Town:
    """The author's home and a holder's, both as they were when all was well."""

    def __init__(self, life: Life, folder: Path) -> None:
        self._life = life
        self._folder = folder
        self._author, self._holder = folder / "author", folder / "holder"
        middle = f"127.{64 + os.getpid() % 128}.{os.getpid() // 128 % 254 + 1}"
        self._hosts = (f"{middle}.2", f"{middle}.3")

    def suffer(self, case: Beside, number: int, luck: Random) -> None:
        """Raises GaveWayError: something was lost, or signed that must not be."""
        if not self._holder.exists():
            self._build()
        home, holder = self._folder / f"a{number}", self._folder / f"h{number}"
        shutil.copytree(self._author if case.step < 0 else self._life.home(case.step), home)
        shutil.copytree(self._holder, holder)
        for spoil in case.spoil:
            with suppress(FileNotFoundError):
                spoil(self._life, home, luck)
        with running(holder, self._hosts[1]) as other:
            at = parse_link(other.ask(WhoAreYou()).link).at[0]
            if case.by_command:
                self._post_by_command(home, at)
            else:
                self._run(case, home, at, other)
            feed = _feed_of(other, self._life)
            if feed is None or feed.forked:
                raise GaveWayError("the holder has seen two histories")
        self._check_log(home, case)
        shutil.rmtree(home)
        shutil.rmtree(holder)

    # --- inside ---

    def _build(self) -> None:
        """Have a holder follow the author and fetch all."""
        self._life.copy(self._author)
        wiring.create_home(self._holder, "Ben", "")
        with running(self._author, self._hosts[0]) as author:
            link = author.ask(WhoAreYou()).link
            with running(self._holder, self._hosts[1]) as holder:
                holder.ask(Follow(who=link))
                size = len(self._life.entries)
                _wait("the holder", lambda: _holds(holder, self._life, size))
                _wait("its receipt", lambda: _is_confirmed(author, self._life))

    def _run(self, case: Beside, home: Path, at: Endpoint, other: RemoteDesk) -> None:
        with running(home, self._hosts[0], at) as author:
            early = _post(author, "early")
            standing = _wait("the feed to be judged", lambda: _judged(author))
            late = _post(author, "late")
            if standing != case.ends:
                sentence = author.ask(HowIsMyFeed()).sentence
                raise GaveWayError(f"it {standing}, and not {case.ends}: {sentence}")
            if standing == "ended" and (early or late):
                raise GaveWayError("a post was taken, and the feed has ended")
            if standing == "signs":
                if not late or _newest(author) != "late":
                    raise GaveWayError("all came back, and the post is not there")
                size = len(self._life.entries) + early + late
                _wait("the post at the holder", lambda: _holds(other, self._life, size))

    def _post_by_command(self, home: Path, at: Endpoint) -> None:
        settings = NodeSettings(
            network=False,
            dht=False,
            listen=self._hosts[0],
            peers=(at,),
        )
        with wiring.open_node(home, settings, "") as desk:
            try:
                desk.ask(WritePost(text="by command"))
            except UserError as error:
                if "old copy" not in str(error):
                    raise GaveWayError(f"refused for another reason: {error}") from error
                return
        raise GaveWayError("a post was taken on an old copy")

    def _check_log(self, home: Path, case: Beside) -> None:
        """What is in the log now is the true history, perhaps with more behind it."""
        logs, feed_id = FileLogs(home / "feeds"), self._life.identity.feed_id
        replicas = [each for each in logs.read_all() if each.feed_id == feed_id]
        size = replicas[0].size if replicas else 0
        if case.ends == "signs" and size <= len(self._life.entries):
            raise GaveWayError(f"only {size} entries are in the log")
        if replicas and not logs.held(feed_id) < replicas[0].chunks().keys():
            entries = logs.read_entries(feed_id, 0, size)
            count = min(size, len(self._life.entries))
            if entries[:count] != list(self._life.entries[:count]):
                raise GaveWayError("the log is another history")


# --- processes ---------------------------------------------------------------------------


@contextmanager
def running(home: Path, host: str, *peers: Endpoint) -> Iterator[RemoteDesk]:
    """Run a node in a process of its own for as long as the block lasts."""
    named = [option for peer in peers for option in ("--peer", str(peer))]
    command: Sequence[str] = (
        *(sys.executable, "-m", "swarmfeed", "--home", str(home)),
        *("run", "--no-open", "--no-dht", "--listen", host, *named),
    )
    log = home.with_name(f"{home.name}.log").open("ab")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        found = _wait("a node to run", lambda: _find(home, process), START_S)
        with found as desk:
            yield desk
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _find(home: Path, process: "subprocess.Popen[bytes]") -> RemoteDesk | None:
    if process.poll() is not None:
        raise GaveWayError(f"the node ended with {process.returncode}")
    return find_running(home)


def _wait(what: str, look: Callable[[], T | None], seconds: float = PATIENCE_S) -> T:
    until_s = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > until_s:
            raise GaveWayError(f"waited {seconds} s for {what}")
        time.sleep(LOOK_EVERY_S)
    return found


# --- what they say -----------------------------------------------------------------------


def _post(desk: RemoteDesk, text: str) -> bool:
    """Whether a post was taken."""
    try:
        desk.ask(WritePost(text=text))
    except UserError as error:
        if "swarmfeed restore" not in str(error):
            raise GaveWayError(f"refused without a next step: {error}") from error
        return False
    return True


def _judged(desk: RemoteDesk) -> str:
    """Where the own feed stands once it waits no more; empty before."""
    standing = desk.ask(HowIsMyFeed()).standing
    return "" if standing == "waits" else standing


def _newest(desk: RemoteDesk) -> str:
    me = desk.ask(WhoAreYou()).author_id
    return desk.ask(Timeline(author=me, limit=1)).posts[0].text


def _feed_of(desk: RemoteDesk, life: Life) -> FeedStatus | None:
    feeds = desk.ask(FeedsOf(author=life.identity.author_id)).feeds
    return next((each for each in feeds if each.feed_id == life.identity.feed_id), None)


def _holds(desk: RemoteDesk, life: Life, size: int) -> bool:
    feed = _feed_of(desk, life)
    return feed is not None and feed.entries_held == feed.size == size


def _is_confirmed(desk: RemoteDesk, life: Life) -> bool:
    feed = _feed_of(desk, life)
    return feed is not None and feed.held_by > 0
