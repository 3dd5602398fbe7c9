"""Where doors meet implementations: a home is made, and opened.

home/
    keys            encrypted key file
    feeds/          logs: the truth
    high-water/     how far each own feed was signed
    sheets          what the keys of both sheets say in the DHT
    index.db        what is derived from them; set aside and made anew when damaged
    ledger.db       what was seen of other nodes, and promised to hold for them
    lists/          chunk lists for plain clients, made anew at every start
    run/            of the running node: how the page is reached, the link's certificate
    lock            one process at a time
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_bytes
from typing import Any, TypeVar

import structlog

from swarmfeed.core.asks import identity_sentences, sentences
from swarmfeed.core.asks.people import Whoami
from swarmfeed.core.base.address import Link, format_link
from swarmfeed.core.base.backup_words import seed_of_words, words_of_seed
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.feed.author import AuthorFeeds, which_sheet
from swarmfeed.core.feed.authorkey import AuthorKey, Sheet, author_id_of, hash_key
from swarmfeed.core.feed.certificate import sign_join
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.head import verifier_key
from swarmfeed.core.feed.kinds import FeedBody, ProfileBody, encode_body
from swarmfeed.core.feed.limits import SALT_BYTES
from swarmfeed.core.talk.sheets import sign_sheets
from swarmfeed.desk import Desk
from swarmfeed.errors import UserError
from swarmfeed.node.ground.events import Events
from swarmfeed.node.ground.home import Created, key_path
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.inventory import size_in
from swarmfeed.node.ground.pen import Pen
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.node.ground.strain import take_refusals
from swarmfeed.node.node import Node
from swarmfeed.node.roster import ROSTER, Roster
from swarmfeed.opening import open_shells
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
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.shell.disk.modes import close_to_others, open_folder
from swarmfeed.shell.disk.sheets import read_sheets, write_sheets
from swarmfeed.shell.store.index import open_index
from swarmfeed.shell.store.ledger import open_ledger

T = TypeVar("T")

logger = structlog.get_logger()


def create_home(
    home: Path, name: str, passphrase: str, show: Callable[[Created], None] | None = None
) -> Created:
    """Make keys of a new author, and a feed that starts with its certificate and a profile.

    Args:
        show: Gets the words to the person; there is a home only if they were shown.

    Raises:
        UserError: There are keys already, or the folder cannot be written.
    """
    author_seed, next_seed = new_seed(), new_seed()
    next_hash = hash_key(SigningKey(next_seed).public)
    seeds = AuthorSeeds(seed=author_seed, generation=0, next_key_hash=next_hash)
    author_id = author_id_of(SigningKey(author_seed).public, next_hash)
    words = words_of_seed(author_seed), words_of_seed(next_seed)
    make_folder(home)
    with HomeLock(home):
        if key_path(home).exists():
            raise UserError(sentences.KEYS_THERE(home=home))
        author = seeds.author_key(author_id)
        me = _make_aside(home, name, passphrase, author, is_first=True)
        write_sheets(unfinished(home), sign_sheets(author, SigningKey(next_seed)))
        created = Created(
            whoami=me.whoami,
            author_words=words[0],
            next_words=words[1],
            sheet_link=format_link(Link(author_id, next_key_hash=next_hash)),
        )
        if show is not None:
            show(created)
        finish(home, me.feed_id)
    return created


def restore_home(
    home: Path, name: str, passphrase: str, author_words: str, link: Link | None = None
) -> Whoami:
    """Make a home of an author that there is already, from the words of the first sheet.

    It gets keys and a feed of its own: no old feed is ever continued, so nothing can fork.
    What the author wrote before comes from its holders.  The second sheet stays as it is: the
    author id commits to it.

    A home of that author whose own feed may not be signed any more goes on as a new device:
    what is in it stays, and so do its keys, beside the new ones.

    Args:
        name: Empty in a home that has one: it stays.
        passphrase: Of the new keys; it also opens those that are there.
        link: Whose words they are, as the sheets say it; needless where there are keys.

    Raises:
        UserError: The words are not right, there are keys already that can write, or are of
            somebody else, nobody knows the name, or the folder cannot be written.
    """
    seed = seed_of_words(author_words)
    make_folder(home)
    with HomeLock(home):
        old_feed_id, known = None, _Known()
        if key_path(home).exists():
            old = open_identity(home, passphrase)
            known, old_feed_id = _require_ended(home, old), old.feed_id
            if known.state is None or known.state.key is None:  # the feeds are lost
                known = replace(known, state=_state_in(open_keys(key_path(home), passphrase)))
        elif link is not None and link.next_key_hash is not None:
            known = _known_by(seed, link)
        author = _author_of(home, seed, known)
        name = name or known.name
        if not name:
            raise UserError(sentences.NAME_MISSING())
        me = _make_aside(home, name, passphrase, author, known.rotates)
        finish(home, me.feed_id, old_feed_id)
    return me.whoami


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of an author whose words are given."""

    state: AuthorFeeds | None = None
    rotates: tuple[bytes, ...] = ()
    """Signed, oldest first: up to the generation in force."""
    name: str = ""


def _known_by(seed: bytes, link: Link) -> _Known:
    """What the sheets themselves say: enough for the first author key there was."""
    assert link.next_key_hash is not None
    key = SigningKey(seed).public
    if author_id_of(key, link.next_key_hash) != link.author_id:
        raise UserError(identity_sentences.WORDS_OF_ANOTHER())
    state = AuthorFeeds(author_id=link.author_id, key=key, next_key_hash=link.next_key_hash)
    return _Known(state=state)


def _state_in(keys: Keys) -> AuthorFeeds | None:
    """What a key file says of its author; None on a further device."""
    if keys.author is None:
        return None
    return AuthorFeeds(
        author_id=keys.author_id,
        generation=keys.author.generation,
        key=SigningKey(keys.author.seed).public,
        next_key_hash=keys.author.next_key_hash,
    )


def _author_of(home: Path, seed: bytes, known: _Known) -> AuthorKey:
    """Return the author key that the words are, once it is known whose."""
    state, signing = known.state, SigningKey(seed)
    if state is None or state.next_key_hash is None:
        raise UserError(identity_sentences.WHOSE_WORDS())
    if which_sheet(state, signing.public) is not Sheet.FIRST:
        raise UserError(sentences.KEYS_OF_ANOTHER(home=home))
    return AuthorKey(
        signing=signing,
        author_id=state.author_id,
        generation=state.generation,
        next_key_hash=state.next_key_hash,
    )


def _require_ended(home: Path, old: Identity) -> _Known:
    """Check that a home with keys needs new ones.

    Returns:
        What is known of its author; the name is empty where that was lost.
    """
    logs, index = FileLogs(home / "feeds"), open_index(home / "index.db")
    ledger, shelf = open_ledger(home / "ledger.db"), Shelf(logs, Events())
    shelf.load()
    pen = Pen(old, shelf, logs, index, SystemClock())
    try:
        pen.recall()
        pen.note(size_in(ledger, old.feed_id))
        if not pen.trouble():
            raise UserError(sentences.KEYS_CAN_WRITE(home=home))
        known = index.author(old.author_id)
        return _Known(
            state=shelf.certified(old.author_id),
            rotates=shelf.rotates(old.author_id),
            name=known.name if known else "",
        )
    finally:
        ledger.close()
        index.close()


@dataclass(frozen=True, slots=True)
class _Made:
    whoami: Whoami
    feed_id: FeedId


def _make_aside(
    home: Path,
    name: str,
    passphrase: str,
    author: AuthorKey,
    rotates: tuple[bytes, ...] = (),
    *,
    is_first: bool = False,
) -> _Made:
    """Make keys and a feed in a folder beside; ``finish`` puts them in place."""
    now_ms = SystemClock().now_ms()
    keys = _new_keys(author, now_ms)
    author_id, feed_key = author.author_id, SigningKey(keys.feed_seed)
    feed_id = FeedId(feed_key.public)
    certificate = sign_join(author, feed_key, from_ms=now_ms, is_first=is_first)
    bodies = (FeedBody(certificate=certificate, rotates=rotates), ProfileBody(name=name))
    stored = [
        encode_entry(body.kind, now_ms, encode_body(body, token_bytes(SALT_BYTES)))
        for body in bodies
    ]
    aside = begin(home, feed_id, author_id)
    shelf = Shelf(FileLogs(aside / "feeds"), Events())
    shelf.start_feed(feed_id, author_id, *rotates, certificate)
    shelf.append(feed_id, stored, now_ms=now_ms, sign=feed_key.sign)
    create_keys(key_path(aside), keys, passphrase)
    whoami = Whoami(
        author_id=author_id,
        name=name,
        link=format_link(Link(author_id, name)),
        node_id=NodeId(SigningKey(keys.node_seed).public),
        verifier_key=verifier_key(feed_id),
    )
    return _Made(whoami, feed_id)


def _new_keys(author: AuthorKey, now_ms: int) -> Keys:
    """Make the keys of a device that has the author key."""
    return Keys(
        author=AuthorSeeds(
            seed=author.signing.seed,
            generation=author.generation,
            next_key_hash=author.next_key_hash,
        ),
        author_id=author.author_id,
        feed_seed=new_seed(),
        node_seed=new_seed(),
        recipient_seed=new_seed(),
        created_at_ms=now_ms,
    )


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
    keys = open_keys(key_path(home), passphrase)
    return Identity(
        author_id=keys.author_id,
        feed_key=SigningKey(keys.feed_seed),
        node_key=SigningKey(keys.node_seed),
        sheets=read_sheets(home),
    )


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
