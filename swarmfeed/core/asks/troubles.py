"""What a machine means by its error numbers: who has to act, what is said, what is tried again.

One table for files and databases alike.  A number that stands in a row is a *passing* failure:
nothing is damaged by it, nothing is set aside, and what failed is tried again.  Only the codes
in ``DAMAGED`` say that bytes are not what was written.  Whatever stands nowhere is a bug.

Where a failure comes too late to know what the disk kept (an fsync that fails), the shell says
FatalError instead, whatever the number: the table is for what changed nothing.

Source: errno(3), https://sqlite.org/rescode.html
"""

import errno
from typing import Final

from msgspec import Struct

from swarmfeed.core.asks import trouble_sentences as sentences
from swarmfeed.core.base.texts import Text
from swarmfeed.errors import PassingError

SQLITE_PERM: Final = 3
SQLITE_BUSY: Final = 5
SQLITE_LOCKED: Final = 6
SQLITE_NOMEM: Final = 7
SQLITE_READONLY: Final = 8
SQLITE_IOERR: Final = 10
SQLITE_CORRUPT: Final = 11
SQLITE_FULL: Final = 13
SQLITE_CANTOPEN: Final = 14
SQLITE_PROTOCOL: Final = 15
SQLITE_NOLFS: Final = 22
SQLITE_AUTH: Final = 23
SQLITE_NOTADB: Final = 26
SQLITE_IOERR_NOMEM: Final = SQLITE_IOERR | 12 << 8
SQLITE_IOERR_SHMSIZE: Final = SQLITE_IOERR | 19 << 8
"""The file beside a database that its processes share could not grow: the disk is full."""
SQLITE_IOERR_DATA: Final = SQLITE_IOERR | 32 << 8
"""The checksum of a page is wrong."""

DAMAGED: Final = frozenset({SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_IOERR_DATA})
"""SQLite's words for bytes that are not what was written; nothing else is damage."""

_PRIMARY: Final = 0xFF
"""Extended codes carry the primary one in their low byte."""


class Trouble(Struct, frozen=True, kw_only=True):
    """One thing that a machine cannot give just now."""

    name: str
    reason: Text
    """Why, within a sentence."""
    advice: Text
    """What a person can do, and whether the rest goes by itself."""
    state: Text
    """How the node is meanwhile: on status, page and API until it is over."""
    errnos: frozenset[int]
    codes: frozenset[int] = frozenset()
    """SQLite's; an extended one goes before its primary one."""

    def unread(self, what: object) -> PassingError:
        """The error that ``what`` was not read."""
        sentence = sentences.NOT_READ(what=what, reason=self.reason(), advice=self.advice())
        return PassingError(sentence, self.name)

    def unsaved(self, what: object) -> PassingError:
        """The error that ``what`` was not written; nothing of it changed."""
        sentence = sentences.NOT_WRITTEN(what=what, reason=self.reason(), advice=self.advice())
        return PassingError(sentence, self.name)


FULL: Final = Trouble(
    name="full",
    reason=sentences.DISK_FULL,
    advice=sentences.FREE_SPACE,
    state=sentences.DISK_FULL_STATE,
    errnos=frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG}),
    codes=frozenset({SQLITE_FULL, SQLITE_IOERR_SHMSIZE}),
)
FILES: Final = Trouble(
    name="files",
    reason=sentences.TOO_MANY_FILES,
    advice=sentences.CLOSE_FILES,
    state=sentences.TOO_MANY_FILES_STATE,
    errnos=frozenset({errno.EMFILE, errno.ENFILE}),
)
MEMORY: Final = Trouble(
    name="memory",
    reason=sentences.NO_MEMORY,
    advice=sentences.CLOSE_PROGRAMS,
    state=sentences.NO_MEMORY_STATE,
    errnos=frozenset({errno.ENOMEM, errno.ENOBUFS}),
    codes=frozenset({SQLITE_NOMEM, SQLITE_IOERR_NOMEM}),
)
BUSY: Final = Trouble(
    name="busy",
    reason=sentences.IN_USE,
    advice=sentences.CLOSE_THE_OTHER,
    state=sentences.IN_USE_STATE,
    errnos=frozenset({errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.ETXTBSY, errno.ENOLCK}),
    codes=frozenset({SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL}),
)
FORBIDDEN: Final = Trouble(
    name="forbidden",
    reason=sentences.FORBIDDEN,
    advice=sentences.GIVE_RIGHTS,
    state=sentences.FORBIDDEN_STATE,
    errnos=frozenset({errno.EACCES, errno.EPERM}),
    codes=frozenset({SQLITE_PERM, SQLITE_AUTH, SQLITE_CANTOPEN}),
)
READ_ONLY: Final = Trouble(
    name="read-only",
    reason=sentences.READ_ONLY,
    advice=sentences.MAKE_WRITABLE,
    state=sentences.READ_ONLY_STATE,
    errnos=frozenset({errno.EROFS}),
    codes=frozenset({SQLITE_READONLY}),
)
FAILING: Final = Trouble(
    name="failing",
    reason=sentences.DISK_FAILS,
    advice=sentences.SAVE_THE_FOLDER,
    state=sentences.DISK_FAILS_STATE,
    errnos=frozenset({errno.EIO, errno.ENXIO, errno.ENODEV, errno.ESTALE, errno.ETIMEDOUT}),
    codes=frozenset({SQLITE_IOERR, SQLITE_NOLFS}),
)

TROUBLES: Final = (FULL, FILES, MEMORY, BUSY, FORBIDDEN, READ_ONLY, FAILING)
"""In the order in which a person should hear of them."""

_BY_ERRNO: Final = {number: each for each in TROUBLES for number in each.errnos}
_BY_CODE: Final = {code: each for each in TROUBLES for code in each.codes}
_BY_NAME: Final = {each.name: each for each in TROUBLES}


def trouble_of_errno(number: int | None) -> Trouble | None:
    """Return what a system's error number means; None: it is no passing failure."""
    return None if number is None else _BY_ERRNO.get(number)


def refused_reading(number: int, what: object) -> PassingError | None:
    """Return what an error number means of reading; None: no passing failure."""
    trouble = trouble_of_errno(number)
    return None if trouble is None else trouble.unread(what)


def refusal(error: OSError, what: object) -> PassingError | None:
    """Return what it means that ``what`` was not written; None: no passing failure."""
    trouble = trouble_of_errno(error.errno)
    return None if trouble is None else trouble.unsaved(what)


def trouble_of_code(code: int, number: int = 0) -> Trouble | None:
    """Return what SQLite means; None: damage, or a bug.

    Args:
        code: Primary or extended result code.
        number: The system's error number behind it, if known: SQLite says no more than that
            it cannot open a file when there are too many open.
    """
    if is_damage(code):
        return None
    found = _BY_CODE.get(code) or _BY_CODE.get(code & _PRIMARY)
    behind = trouble_of_errno(number)
    return behind if found in (FORBIDDEN, FAILING) and behind is not None else found


def is_damage(code: int) -> bool:
    """Whether SQLite says that a file is not what was written."""
    return code in DAMAGED or code & _PRIMARY in DAMAGED


def named(name: str) -> Trouble:
    """Return the row of a name; KeyError: there is none."""
    return _BY_NAME[name]
