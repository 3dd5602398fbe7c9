"""A home whose own feed may not be signed any more goes on as a new device of its author."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from secrets import token_bytes

from msgspec import Struct

from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.people import Whoami
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.feed.author import AuthorFeeds, which_sheet
from swarmfeed.core.feed.authorkey import AuthorKey, Sheet
from swarmfeed.core.feed.moving import key_in_force
from swarmfeed.errors import UserError
from swarmfeed.node.ground.events import Events
from swarmfeed.node.ground.home import key_path
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.inventory import size_in
from swarmfeed.node.ground.pen import Pen
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.node.letters.book import take_along
from swarmfeed.shell.clock import SystemClock
from swarmfeed.shell.disk.birth import finish
from swarmfeed.shell.disk.homelock import HomeLock
from swarmfeed.shell.disk.keyfile import Keys, open_keys
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.shell.store.ledger import open_ledger
from swarmfeed.shell.store.letters import open_letters
from swarmfeed.shell.store.opened import open_index
from swarmfeed.shell.store.private import seal_anew
from swarmfeed.wiring import after, identity_of, make_aside


def device_anew(home: Path, name: str, passphrase: str, seeds: Sequence[bytes]) -> Whoami:
    """Let a home whose own feed may not be signed any more go on as a new device.

    What is in it stays, and so do its keys, beside the new ones.

    Args:
        name: Empty: it stays.
        passphrase: Opens the keys that are there; of the new ones too.
        seeds: Of the sheets that were given; one has to be the first.

    Raises:
        UserError: The words are not right, the keys that are there can write, or nobody knows
            the name.
    """
    with HomeLock(home):
        keys = open_keys(key_path(home), passphrase)
        old = identity_of(home, keys)
        known = _require_ended(home, old)
        state = known.state if known.state.key is not None else _state_in(keys)
        author = _author_of(home, seeds, state)
        if not (name or known.name):
            raise UserError(sentences.NAME_MISSING())
        certify = after(known.rotates, author, None)
        me = make_aside(home, name or known.name, passphrase, author, certify)
        # Rows stay as they were, too: until the new keys are in place, the old ones open them.
        seal_anew(home / "private.db", old.recipient_seed, me.recipient_seed)
        _take_letters_along(home / "letters.db", old.recipient_seed, me.recipient_seed)
        finish(home, me.feed_id, old.feed_id)
        # A copy of what sites tell, that nothing opens any more: they are asked again.
        for each in home.glob("webfeeds.db*"):
            each.unlink()
    return me.whoami


def _take_letters_along(path: Path, old: bytes, new: bytes) -> None:
    """Let the new device read what was written; rows of the old one stay as they were."""
    if not path.exists():
        return
    with (
        closing(open_letters(path, old, token_bytes)) as before,
        closing(open_letters(path, new, token_bytes)) as now,
    ):
        take_along(before, now)


class _Known(Struct, frozen=True, kw_only=True):
    """What a home knows of its author."""

    state: AuthorFeeds
    rotates: tuple[bytes, ...]
    """Signed, oldest first: up to the generation in force."""
    name: str


def _author_of(home: Path, seeds: Sequence[bytes], state: AuthorFeeds) -> AuthorKey:
    """Return the author key that the words are."""
    for seed in seeds:
        if which_sheet(state, SigningKey(seed).public) is Sheet.FIRST:
            return key_in_force(state, SigningKey(seed))
    raise UserError(sentences.KEYS_OF_ANOTHER(home=home))


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


def _state_in(keys: Keys) -> AuthorFeeds:
    """What the key file says of the author, where the feeds are lost."""
    if keys.author is None:
        return AuthorFeeds(author_id=keys.author_id)
    return AuthorFeeds(
        author_id=keys.author_id,
        generation=keys.author.generation,
        key=SigningKey(keys.author.seed).public,
        next_key_hash=keys.author.next_key_hash,
    )
