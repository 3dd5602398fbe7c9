"""Archives: folders, zips and single files.  Nothing is unpacked; what is read is bounded.

Names in a zip, and what it says of lengths, are claims: a name only ever finds a member, never
a place on disk, and no more is read than was said.
"""

import lzma
import os
import zipfile
import zlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Final

from swarmfeed.core.archives import sentences
from swarmfeed.core.archives.formats import called_in_archive
from swarmfeed.core.archives.limits import (
    DIRECTORY_BYTES_MAX,
    MEMBER_BYTES_MAX,
    MEMBERS_MAX,
    PART_BYTES,
    RATIO_BYTES,
    RATIO_MAX,
)
from swarmfeed.core.base.texts import format_size
from swarmfeed.core.exports import sentences as said
from swarmfeed.errors import UserError
from swarmfeed.ports.archives import Archive, NewArchive
from swarmfeed.shell.outside import require_outside

HEAD_BYTES: Final = 64 * 1024
"""Of a single file, to tell what it is."""

_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
)
"""What reading a member raises that is not as it should be."""

_ZIP_BEGINS: Final = b"PK\3\4"

_DIRECTORY_SIZE: Final = 5
"""Which value at the end of a zip it is (APPNOTE 4.3.16)."""

_LOCKED: Final = 0x1
"""General purpose bit 0 of a member (APPNOTE 4.4.4)."""


class FileArchives:
    """Archives on the disks of this machine."""

    def __init__(self, home: Path) -> None:
        """``home``: of the node; nothing is written into it."""
        self._home = home

    @contextmanager
    def open(self, path: str) -> Iterator[Archive]:
        place = Path(path)
        with ExitStack() as stack:
            try:
                yield _opened(place, stack)
            except OSError as error:
                reason = error.strerror or error
                raise UserError(sentences.NOT_THERE(path=path, reason=reason)) from error

    @contextmanager
    def create(self, path: str) -> Iterator[NewArchive]:
        place = require_outside(self._home, path)
        try:
            if place.exists() and not (place.is_dir() and not any(place.iterdir())):
                raise UserError(said.NOT_EMPTY(path=path))
            if place.suffix.lower() == ".zip":
                with _new_zip(place) as packed:
                    yield _NewZip(packed)
            else:
                place.mkdir(parents=True, exist_ok=True)
                yield _NewFolder(place)
            os.sync()  # the folders, too: what was written survives a power cut from here on
        except OSError as error:
            reason = error.strerror or error
            raise UserError(said.CANNOT_WRITE(path=path, reason=reason)) from error


def _opened(place: Path, stack: ExitStack) -> "_Folder | _Zip | _Single":
    if place.is_dir():
        return _Folder(place)
    try:
        listed_bytes = _directory_bytes(place)
        if listed_bytes is None:
            return _Single(place)
        if listed_bytes > DIRECTORY_BYTES_MAX:
            raise UserError(sentences.TOO_MANY_FILES(name=place.name, most=MEMBERS_MAX))
        return _Zip(place.name, stack.enter_context(zipfile.ZipFile(place)))
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise UserError(sentences.BROKEN_ZIP(name=place.name, reason=error)) from error


def _directory_bytes(place: Path) -> int | None:
    """How long the list of a zip's files is, which ``zipfile`` reads as a whole; None: it is no
    zip.  BadZipFile: it is one in several parts."""
    with place.open("rb") as file:
        # Its own function: what it reads is what counts, not what a reader of ours would find.
        found = zipfile._EndRecData(file)  # type: ignore[attr-defined]
    size_bytes: int | None = found[_DIRECTORY_SIZE] if found else None
    return size_bytes


@contextmanager
def _new_zip(place: Path) -> Iterator[zipfile.ZipFile]:
    aside = place.with_name(place.name + ".part")
    try:
        with aside.open("wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
                yield packed
            file.flush()
            os.fsync(file.fileno())
        aside.replace(place)
    finally:
        aside.unlink(missing_ok=True)


class _NewZip:
    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed

    def write(self, member: str, chunks: Iterable[bytes]) -> None:
        with self._packed.open(member, "w", force_zip64=True) as file:
            for chunk in chunks:
                file.write(chunk)


class _NewFolder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, member: str, chunks: Iterable[bytes]) -> None:
        path = self._folder / member
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            for chunk in chunks:
                file.write(chunk)


class _Folder:
    def __init__(self, folder: Path) -> None:
        self.name = folder.resolve().name
        self._folder = folder
        self._sizes = dict(self._find())

    def names(self) -> Sequence[str]:
        return tuple(self._sizes)

    def size_bytes(self, member: str) -> int:
        return self._sizes.get(member, -1)

    def chunks(self, member: str) -> Generator[bytes, None, None]:
        size = _bounded(self.name, member, self.size_bytes(member))
        with (self._folder / member).open("rb") as file:
            yield from _parts(file, size)

    def _find(self) -> Iterator[tuple[str, int]]:
        for count, path in enumerate(self._folder.rglob("*")):
            if count == MEMBERS_MAX:
                raise UserError(sentences.TOO_MANY_FILES(name=self.name, most=MEMBERS_MAX))
            # A link may lead anywhere: what is in the folder is meant, and nothing else.
            name = path.relative_to(self._folder).as_posix()
            if path.is_file() and not path.is_symlink() and _is_meant(name):
                yield name, path.stat().st_size


class _Zip:
    def __init__(self, name: str, packed: zipfile.ZipFile) -> None:
        self.name = name
        self._packed = packed
        members = packed.infolist()
        if len(members) > MEMBERS_MAX:
            raise UserError(sentences.TOO_MANY_FILES(name=name, most=MEMBERS_MAX))
        # Of two members of one name the last is meant, as unpacking would leave it.
        named = ((each.filename.replace("\\", "/"), each) for each in members)
        self._members = {
            name: each
            for name, each in named
            if not each.is_dir() and _stays_inside(name) and _is_meant(name)
        }

    def names(self) -> Sequence[str]:
        return tuple(self._members)

    def size_bytes(self, member: str) -> int:
        found = self._members.get(member)
        return -1 if found is None else found.file_size

    def chunks(self, member: str) -> Generator[bytes, None, None]:
        size = _bounded(self.name, member, self.size_bytes(member))
        found = self._members[member]
        if found.flag_bits & _LOCKED:
            raise UserError(sentences.LOCKED_ZIP(name=self.name))
        times = size // max(1, found.compress_size)
        if size > RATIO_BYTES and times > RATIO_MAX:
            raise UserError(sentences.BOMB(member=member, name=self.name, times=f"{times:,}"))
        try:
            with self._packed.open(found) as file:
                yield from _parts(file, size)
        except _BROKEN as error:
            told = sentences.BROKEN_FILE(member=member, name=self.name, reason=error)
            raise UserError(told) from error


class _Single:
    """One file: it is called as it would be in a whole archive."""

    def __init__(self, path: Path) -> None:
        """UserError: it is the beginning of a zip."""
        self.name = path.name
        self._path = path
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        if head.startswith(_ZIP_BEGINS) or path.suffix.lower() == ".zip":
            raise UserError(sentences.CUT_ZIP(name=path.name))
        self._called = called_in_archive(head) or path.name
        self._size = path.stat().st_size

    def names(self) -> Sequence[str]:
        return (self._called,)

    def size_bytes(self, member: str) -> int:
        return self._size if member == self._called else -1

    def chunks(self, member: str) -> Generator[bytes, None, None]:
        size = _bounded(self.name, member, self.size_bytes(member))
        with self._path.open("rb") as file:
            yield from _parts(file, size)


def _parts(file: IO[bytes], size: int) -> Iterator[bytes]:
    left = size
    while left > 0 and (part := file.read(min(PART_BYTES, left))):
        left -= len(part)
        yield part


def _bounded(name: str, member: str, size: int) -> int:
    """Return a length that may be read.  UserError: it may not, or there is no such file."""
    if size < 0:
        raise UserError(sentences.NOT_THERE(path=member, reason=name))
    if size > MEMBER_BYTES_MAX:
        most = format_size(MEMBER_BYTES_MAX, tenths_below=10)
        raise UserError(sentences.TOO_LONG(member=member, name=name, most=most))
    return size


def _is_meant(name: str) -> bool:
    """Whether it is a file, and not what macOS packs beside each file."""
    return not (name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith("._"))


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not (path.is_absolute() or ".." in path.parts or "\0" in name or ":" in name[:3])
