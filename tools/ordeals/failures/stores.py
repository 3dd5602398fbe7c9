"""Every database of a home, as one thing: it is opened, read, and given one more row."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec import Struct
from swarmfeed.core.asks.letter_sentences import LETTERS_SET_ASIDE
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.state.rows import PrivateRow
from swarmfeed.core.webfeeds.sentences import SET_ASIDE
from swarmfeed.ports import Ledger
from swarmfeed.ports.mailstore import KeptBox
from swarmfeed.ports.recent import Looked
from swarmfeed.shell.store.ledger import open_ledger
from swarmfeed.shell.store.mailboxes import SqliteMailStore
from swarmfeed.shell.store.opened import open_index
from swarmfeed.shell.store.private import open_private
from swarmfeed.shell.store.recent import SqliteRecent
from swarmfeed.shell.store.sealed_ledger import open_sealed

SEED: Final = bytes(range(32))
PAGE: Final = "what is kept"
ROW_BYTES: Final = 400
"""So that a few dozen rows take several pages, which are read one by one."""


class Store(Struct, frozen=True, kw_only=True):
    """A database that is open."""

    read: Callable[[], set[int]]
    """The numbers of its rows."""
    add: Callable[[int], object]
    close: Callable[[], object]


def _feed(number: int) -> FeedId:
    return FeedId(number.to_bytes(32, "big"))


def _ledger(opened: Ledger) -> Store:
    def add(number: int) -> None:
        opened.write({PAGE: {b"%d" % number: bytes(ROW_BYTES)}})

    return Store(
        read=lambda: {int(key) for key in opened.read(PAGE)}, add=add, close=opened.close
    )


def _private(path: Path) -> Store:
    opened = open_private(path, SEED)

    def add(number: int) -> None:
        key, device = b"%d" % number, _feed(0)
        row = PrivateRow(scope="a", key=key, value=bytes(ROW_BYTES), time_ms=1, device=device)
        opened.write([row])

    return Store(
        read=lambda: {int(row.key) for row in opened.read()}, add=add, close=opened.close
    )


def _mailboxes(path: Path) -> Store:
    opened = SqliteMailStore(path)

    def add(number: int) -> None:
        opened.lease(
            KeptBox(
                box=_feed(number)[16:],
                feed_id=_feed(0),
                token_hash=bytes(32),
                bytes_max=1,
                until_s=1,
            )
        )

    def read() -> set[int]:
        return {int.from_bytes(each.box, "big") for each in opened.read()}

    return Store(read=read, add=add, close=opened.close)


def _index(path: Path) -> Store:
    opened = open_index(path)

    def add(number: int) -> None:
        opened.reserve(_feed(number), AuthorId(bytes(32)), 1)

    def read() -> set[int]:
        return {int.from_bytes(each, "big") for each in opened.known_sizes()}

    return Store(read=read, add=add, close=opened.close)


def _recent(path: Path) -> Store:
    opened = SqliteRecent(path)
    opened.open(10**9)

    def add(number: int) -> None:
        opened.add([], 1, Looked(feed_id=_feed(number), start=0, end=1))

    def read() -> set[int]:
        return {int.from_bytes(each, "big") for each in opened.looked_through()}

    return Store(read=read, add=add, close=opened.close)


STORES: Final[dict[str, Callable[[Path], Store]]] = {
    "letters.db": lambda path: _ledger(
        open_sealed(path, SEED, secrets.token_bytes, "letter", LETTERS_SET_ASIDE)
    ),
    "webfeeds.db": lambda path: _ledger(
        open_sealed(path, SEED, secrets.token_bytes, "web", SET_ASIDE)
    ),
    "ledger.db": lambda path: _ledger(open_ledger(path)),
    "private.db": _private,
    "mailboxes.db": _mailboxes,
    "index.db": _index,
    "recent.db": _recent,
}
"""Each opened as a node opens it."""
