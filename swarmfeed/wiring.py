"""Where doors meet implementations: a home is made, and opened.

home/
    keys            encrypted key file
    feeds/          logs: the truth
    settings        what was chosen of how the node is run, for its next starts
    high-water/     how far each own feed was signed
    sheets          what the keys of both sheets say in the DHT
    index.db        what is derived from them; set aside and made anew when damaged
    ledger.db       what was seen of other nodes, and promised to hold for them
    private.db      what the person keeps to themselves, unreadable without the keys
    mailboxes.db    what is kept for others until they come; only they can read it
    webfeeds.db     what sites of the web told, as unreadable
    letters.db      messages and the keys of their sessions, as unreadable
    lists/          chunk lists for plain clients, made anew at every start
    run/            of the running node: how the page is reached, the link's certificate
    lock            one process at a time
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from secrets import token_bytes
from typing import Any, TypeVar

import structlog
from msgspec import Struct

from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.people import Whoami
from swarmfeed.core.base.address import Link, format_link
from swarmfeed.core.base.backup_words import words_of_seed
from swarmfeed.core.base.boxes import recovery_seed
from swarmfeed.core.base.hiding import hiding
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.lockable import LockableKey
from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.feed.author import proving_rotates
from swarmfeed.core.feed.authorkey import AuthorKey, first_author_key, hash_key
from swarmfeed.core.feed.certificate import Join, open_certificate, sign_join
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.head import verifier_key
from swarmfeed.core.feed.kinds import Body, FeedBody, ProfileBody, encode_body
from swarmfeed.core.feed.limits import SALT_BYTES
from swarmfeed.core.talk.sheets import sign_sheets
from swarmfeed.desk import Desk
from swarmfeed.errors import UserError
from swarmfeed.node.ground.events import Events
from swarmfeed.node.ground.home import Created, key_path
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.node.ground.strain import take_refusals
from swarmfeed.node.node import Node
from swarmfeed.node.roster import ROSTER, Roster
from swarmfeed.opening import open_shells
from swarmfeed.paper import note_sheets
from swarmfeed.shell.clock import SystemClock
from swarmfeed.shell.disk.birth import begin, clear_away, finish, unfinished, unfinished_author
from swarmfeed.shell.disk.durable import is_there, make_folder
from swarmfeed.shell.disk.homelock import HomeLock
from swarmfeed.shell.disk.keyfile import (
    AuthorSeeds,
    Keys,
    create_keys,
    new_seed,
    open_keys,
)
from swarmfeed.shell.disk.keyhole import FileKeyhole
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.shell.disk.modes import close_to_others, open_folder
from swarmfeed.shell.disk.sheets import read_sheets, write_sheets

T = TypeVar("T")

logger = structlog.get_logger()

Certify = Callable[[SigningKey, int], tuple[bytes, ...]]
"""Signs what makes a new feed the author's: takes the feed's key and the time in ms; rotates
come before what they prove."""


class NewAuthor(Struct, frozen=True, kw_only=True):
    """Somebody who does not exist yet: seeds of both sheets, in memory only."""

    __repr__ = hiding("seed", "next_seed")

    seed: bytes
    next_seed: bytes

    @classmethod
    def drawn(cls) -> "NewAuthor":
        return cls(seed=new_seed(), next_seed=new_seed())

    @property
    def key(self) -> AuthorKey:
        next_hash = hash_key(SigningKey(self.next_seed).public)
        return first_author_key(SigningKey(self.seed), next_hash)

    @property
    def words(self) -> tuple[str, str]:
        """Of the first sheet, and of the second."""
        return words_of_seed(self.seed), words_of_seed(self.next_seed)

    @property
    def sheet_link(self) -> str:
        """What stands on both sheets below the words."""
        key = self.key
        return format_link(Link(key.author_id, next_key_hash=key.next_key_hash))


def create_home(
    home: Path,
    name: str,
    passphrase: str,
    show: Callable[[Created], None] | None = None,
    *,
    author: NewAuthor | None = None,
) -> Created:
    """Make keys of a new author, and a feed that starts with its certificate and a profile.

    Args:
        show: Gets the words to the person; there is a home only if they were shown.
        author: Whose words were shown already; left out, somebody nobody knows.

    Raises:
        UserError: There are keys already, or the folder cannot be written.
    """
    new = author or NewAuthor.drawn()
    key, words = new.key, new.words
    make_folder(home)
    with HomeLock(home):
        if key_path(home).exists():
            raise UserError(sentences.KEYS_THERE(home=home))
        me = make_aside(home, name, passphrase, key, partial(_join, key, is_first=True))
        write_sheets(unfinished(home), sign_sheets(key, SigningKey(new.next_seed)))
        created = Created(
            whoami=me.whoami,
            author_words=words[0],
            next_words=words[1],
            sheet_link=new.sheet_link,
        )
        if show is not None:
            show(created)
        note_sheets(home, me.recipient_seed, me.feed_id, key, new.next_seed)
        finish(home, me.feed_id)
    return created


def make_device(
    home: Path,
    name: str,
    passphrase: str,
    author: AuthorKey,
    certificates: Sequence[bytes] = (),
    *,
    certify: Certify | None = None,
) -> Whoami:
    """Make a home of an author that there is already, where there are no keys yet.

    It gets keys and a feed of its own: no old feed is ever continued, so nothing can fork.
    What the author wrote before comes from its holders.

    Args:
        name: Empty where it comes from what the author wrote before.
        certificates: Signed rotates up to the author key, oldest first.
        certify: What it signs beside them; left out, a join.

    Raises:
        UserError: There are keys already, or the folder cannot be written.
    """
    make_folder(home)
    with HomeLock(home):
        if key_path(home).exists():
            raise UserError(sentences.KEYS_THERE(home=home))
        me = make_aside(home, name, passphrase, author, after(certificates, author, certify))
        finish(home, me.feed_id)
    return me.whoami


def after(certificates: Sequence[bytes], author: AuthorKey, certify: Certify | None) -> Certify:
    """Return what signs after ``certificates`` that are known: a join, where nothing else is
    said."""
    signing = certify or partial(_join, author)
    return lambda feed_key, now_ms: (*certificates, *signing(feed_key, now_ms))


class _Made(Struct, frozen=True):
    __repr__ = hiding("recipient_seed")

    whoami: Whoami
    feed_id: FeedId
    recipient_seed: bytes


def _join(
    author: AuthorKey, feed_key: SigningKey, now_ms: int, *, is_first: bool = False
) -> tuple[bytes, ...]:
    return (sign_join(author, feed_key, from_ms=now_ms, is_first=is_first),)


def make_aside(
    home: Path, name: str, passphrase: str, author: AuthorKey, certify: Certify
) -> _Made:
    """Make keys and a feed in a folder beside; ``finish`` puts them in place.

    Args:
        name: Empty where the author has one already: then nothing is said of it.
    """
    now_ms = SystemClock().now_ms()
    keys = _new_keys(author, now_ms)
    feed_key = SigningKey(keys.feed_seed)
    feed_id = FeedId(feed_key.public)
    certificates = certify(feed_key, now_ms)
    bodies: list[Body] = [_first_body(feed_id, certificates)]
    if name:
        bodies.append(ProfileBody(name=name))
    write_aside(home, keys, passphrase, certificates, bodies)
    return _Made(whoami_of(keys, name), feed_id, keys.recipient_seed)


def write_aside(
    home: Path,
    keys: Keys,
    passphrase: str,
    certificates: Sequence[bytes],
    bodies: Sequence[Body],
) -> None:
    """Write keys, and the feed they begin, into a folder beside; ``finish`` puts them in place.

    Args:
        certificates: What makes the feed the author's, and what else is known of them.
        bodies: What the feed begins with, said when the keys were made.
    """
    feed_key, now_ms = SigningKey(keys.feed_seed), keys.created_at_ms
    feed_id = FeedId(feed_key.public)
    stored = [
        encode_entry(body.kind, now_ms, encode_body(body, token_bytes(SALT_BYTES)))
        for body in bodies
    ]
    aside = begin(home, feed_id, keys.author_id)
    shelf = Shelf(FileLogs(aside / "feeds"), Events())
    shelf.start_feed(feed_id, keys.author_id, *certificates)
    shelf.append(feed_id, stored, now_ms=now_ms, sign=feed_key.sign)
    create_keys(key_path(aside), keys, passphrase)


def whoami_of(keys: Keys, name: str) -> Whoami:
    """Return who writes with some keys."""
    return Whoami(
        author_id=keys.author_id,
        name=name,
        link=format_link(Link(keys.author_id, name)),
        node_id=NodeId(SigningKey(keys.node_seed).public),
        verifier_key=verifier_key(FeedId(SigningKey(keys.feed_seed).public)),
    )


def _new_keys(author: AuthorKey, now_ms: int) -> Keys:
    """Make the keys of a device that has the author key."""
    return Keys(
        author=AuthorSeeds.of(author),
        author_id=author.author_id,
        feed_seed=new_seed(),
        node_seed=new_seed(),
        recipient_seed=new_seed(),
        created_at_ms=now_ms,
    )


def _first_body(feed_id: FeedId, certificates: Sequence[bytes]) -> FeedBody:
    """What a feed begins with: its join, and the rotates that prove it."""
    opened = {each: open_certificate(each) for each in certificates}
    author_id, join = next(
        (said.author_id, each)
        for each, said in opened.items()
        if isinstance(said, Join) and said.feed_id == feed_id
    )
    return FeedBody(certificate=join, rotates=proving_rotates(author_id, opened))


@contextmanager
def open_node(
    home: Path, settings: NodeSettings, passphrase: str, *, roster: Roster = ROSTER
) -> Iterator[Desk]:
    """Open a home in this process, in a thread of its own, for as long as the block lasts.

    Raises:
        UserError: Wrong passphrase, or another process uses the home.
    """
    require_keys(home)
    close(home)
    # The lock first: whoever waits for it opens the keys once, and that takes half a second.
    with HomeLock(home), _loop_in_thread() as loop:
        identity = open_identity(home, passphrase)
        clear_away(home)
        node = _call(loop, start_node(home, settings, identity, roster=roster))
        desk = node.desk(loop)
        try:
            yield desk
        finally:
            desk.close()
            _call(loop, node.stop())


def close(home: Path) -> None:
    """See to it that nobody else reads a home, whoever wrote it, or copied it here."""
    found = open_folder(home)
    if found is not None:
        logger.warning(sentences.EVERYBODY_MAY_REPLACE(folder=found))
    if home in close_to_others(home):
        # What lies in a closed folder was out of reach, whatever its own mode said.
        logger.warning(sentences.OTHERS_COULD_READ(folder=home))


async def start_node(
    home: Path, settings: NodeSettings, identity: Identity, *, roster: Roster = ROSTER
) -> Node:
    """Start a node on a home in the running loop; stop it with ``Node.stop``.

    The caller holds the home's lock.
    """
    settings = settings.as_far_as_it_goes()
    shells = open_shells(home, settings, identity, roster.vocabulary)
    node = Node(settings, identity, shells, roster.roles)
    asyncio.get_running_loop().set_exception_handler(take_refusals(node.ground.events))
    await node.start()
    return node


def require_keys(home: Path) -> None:
    """Raise UserError when a home has no keys."""
    if not is_there(key_path(home)):
        was_used = any(home.glob("feeds/*/journal")) and not unfinished_author(home)
        raise UserError((sentences.KEYS_LOST if was_used else sentences.NO_KEYS)(home=home))


def open_identity(home: Path, passphrase: str) -> Identity:
    """Open the keys of a home.

    Raises:
        UserError: There are none, or the passphrase is wrong.
    """
    require_keys(home)
    return identity_of(home, open_keys(key_path(home), passphrase))


def identity_of(home: Path, keys: Keys) -> Identity:
    """Return what a node works with, of a home whose keys were opened."""
    return Identity(
        author_id=keys.author_id,
        feed_key=LockableKey(SigningKey(keys.feed_seed), FileKeyhole(key_path(home))),
        node_key=SigningKey(keys.node_seed),
        sheets=read_sheets(home),
        box_seeds=_box_seeds(keys),
        has_author_key=keys.author is not None,
    )


def _box_seeds(keys: Keys) -> tuple[bytes, ...]:
    """What opens boxes here: this device's seed, and where it is at hand that of the words."""
    papers = () if keys.author is None else (recovery_seed(keys.author.seed),)
    return (keys.recipient_seed, *papers)


@contextmanager
def _loop_in_thread() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="node", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        _call(loop, _end_tasks())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end_tasks() -> None:
    """End what still runs in a loop that is about to stop: who waits for it would for ever."""
    for task in (tasks := asyncio.all_tasks() - {asyncio.current_task()}):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _call(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run_coroutine_threadsafe(work, loop).result()
