"""Small feeds that came together: their first files, in one file for many feeds.

    feeds/arrived-<n>   index || the files of each feed || index || length of the index (4)

    index   frame as in journal.py, of rows [feed id, bytes of certificates, bytes of journal]
    files   certificates || journal, as they would stand in the feed's folder (statements.py)

A feed stands here until it grows: then its folder has a journal, which counts alone.  What is
behind such a journal is left out when the file is written anew, in one step as any other.  The
index stands there twice, so that one bad byte hides no feed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode, encode
from swarmfeed.core.base.limits import KEY_BYTES
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.limits import (
    ARRIVED_BYTES_MAX,
    ARRIVED_FEED_BYTES_MAX,
    ARRIVED_FEEDS_MAX,
)
from swarmfeed.core.feed.replica import Replica
from swarmfeed.errors import BadEncodingError, DamageError, PassingError
from swarmfeed.shell.disk.durable import (
    delete_file,
    fsync_folder,
    is_there,
    read_file,
    write_file,
)
from swarmfeed.shell.disk.journal import JournalState, frame, next_payload, open_journal
from swarmfeed.shell.disk.statements import open_certificates

FirstFiles = Mapping[str, bytes]
"""What a feed begins with: its "certificates" and its "journal"."""

_NAME: Final = re.compile(r"arrived-(0|[1-9][0-9]{0,9})")
_LENGTH_BYTES: Final = 4


class _Place(Struct, frozen=True):
    """Where the files of a feed stand."""

    path: Path
    start: int
    middle: int
    """Where the certificates end and the journal starts."""
    end: int


class Intake:
    """The files that new feeds came in; belongs to one folder of feeds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._places: dict[FeedId, _Place] = {}
        self._beside: dict[Path, tuple[FeedId, ...]] = {}
        """Feeds that have files in the same file."""
        self._replaced: set[FeedId] = set()
        """Feeds that have a journal of their own since."""
        self._unread: dict[Path, PassingError] = {}
        self._number = 0

    # --- looking ---

    def load(self, names: Iterable[str]) -> None:
        """Find what is there.  A file whose index is lost says nothing: its feeds come again.

        Args:
            names: All names in the folder.
        """
        numbers = sorted(int(each[1]) for each in map(_NAME.fullmatch, names) if each)
        for number in numbers:
            path, self._number = self._path(number), number + 1
            try:
                self._note(path, _read(path))
            except PassingError as error:
                self._unread[path] = error
            except DamageError:
                continue  # a folder, say, in its place: it has no index

    def load_again(self) -> list[FeedId]:
        """Read the files that could not be read; returns the feeds that are in them.

        Raises:
            PassingError: One of them still cannot; none was taken up.
        """
        contents = {path: _read(path) for path in self._unread}
        for path, content in contents.items():
            self._note(path, content)
        self._unread.clear()
        return [feed_id for path in contents for feed_id in self._beside[path]]

    def unread(self) -> PassingError | None:
        """Why it is not known which feeds are here, if it is not."""
        return next(iter(self._unread.values()), None)

    def feed_ids(self) -> list[FeedId]:
        """Feeds that have files here, also behind a journal of their own."""
        return list(self._places)

    def counts(self, feed_id: FeedId) -> bool:
        """Whether what stands here is what is kept of a feed."""
        return feed_id in self._places and feed_id not in self._replaced

    def read_certificates(self, feed_id: FeedId) -> tuple[bytes, ...]:
        """Return the certificates of a feed, none where it has no files here.

        Raises:
            PassingError: Not now.
            DamageError: They are none, or the file is gone.
        """
        place = self._places.get(feed_id)
        if place is None:
            return ()
        content = _cut(_read(place.path), place)["certificates"]
        return open_certificates(place.path, content)

    def read_journal(self, feed_id: FeedId) -> JournalState | None:
        """Return what the journal of a feed says, None where another one counts.

        Raises:
            PassingError: Not now.
            DamageError: It is not what was written, or the file is gone.
        """
        if not self.counts(feed_id):
            return None
        place = self._places[feed_id]
        return open_journal(place.path, _cut(_read(place.path), place)["journal"])

    def files_of(self, feed_id: FeedId) -> FirstFiles:
        """Return the files of a feed, none where others count.

        Raises:
            PassingError: Not now.
            DamageError: The file they are in is gone.
        """
        if not self.counts(feed_id):
            return {}
        place = self._places[feed_id]
        return _cut(_read(place.path), place)

    def bytes_of(self, feed_id: FeedId) -> int:
        """How many bytes a feed has here."""
        place = self._places.get(feed_id)
        return place.end - place.start if place else 0

    # --- changing ---

    def write(self, files: Mapping[FeedId, FirstFiles]) -> None:
        """Keep the first files of new feeds; when this returns they survive a power cut.

        May be called from any thread, for feeds that nobody else writes.

        Raises:
            PassingError, UserError, FatalError: As ``write_file``.
        """
        rows = list(files.items())
        for at in range(0, len(rows), ARRIVED_FEEDS_MAX):
            self._write(dict(rows[at : at + ARRIVED_FEEDS_MAX]))

    def replace(self, feed_id: FeedId) -> None:
        """A feed has a journal of its own."""
        if feed_id in self._places:
            self._replaced.add(feed_id)

    def drop(self, feed_id: FeedId) -> None:
        """Keep no files of a feed here, nor of others that need none; it is durable then.

        Raises:
            PassingError, UserError, FatalError: As ``write_file``; nothing changed.
        """
        place = self._places.get(feed_id)
        if place is None:
            return
        beside = self._beside[place.path]
        gone = {feed_id, *self._replaced.intersection(beside)}
        left = [each for each in beside if each not in gone]
        if left:
            content = _read(place.path)
            content = _packed({each: _cut(content, self._places[each]) for each in left})
            write_file(place.path, content)
            self._note(place.path, content)
        else:
            delete_file(place.path)
            fsync_folder(self._folder)
            del self._beside[place.path]
        for each in gone:
            del self._places[each]
        self._replaced -= gone

    def pack(self, feed_id: FeedId) -> None:
        """Write the file anew that a feed's files are in, if half of it is needed no more.

        Raises:
            PassingError, UserError, FatalError: As ``write_file``; nothing changed.
        """
        place = self._places.get(feed_id)
        if place is None or feed_id not in self._replaced:
            return
        beside = self._beside[place.path]
        if 2 * len(self._replaced.intersection(beside)) >= len(beside):
            self.drop(feed_id)

    def _write(self, files: Mapping[FeedId, FirstFiles]) -> None:
        while is_there(self._path(self._number)):
            self._number += 1  # it was never loaded
        path, self._number = self._path(self._number), self._number + 1
        content = _packed(files)
        write_file(path, content)
        self._note(path, content)
        self._replaced.difference_update(files)

    def _note(self, path: Path, content: bytes) -> None:
        places = dict(_index(path, content))
        self._beside[path] = tuple(places)
        self._places |= places

    def _path(self, number: int) -> Path:
        return self._folder / f"arrived-{number}"


def fits_in(replica: Replica, files: FirstFiles) -> bool:
    """Whether a feed may stand among others: one with chunks needs folders, for the swarm."""
    return not replica.records and sum(map(len, files.values())) <= ARRIVED_FEED_BYTES_MAX


def _packed(files: Mapping[FeedId, FirstFiles]) -> bytes:
    named = [
        (feed_id, each["certificates"], each["journal"]) for feed_id, each in files.items()
    ]
    index = frame(encode([[bytes(row[0]), len(row[1]), len(row[2])] for row in named]))
    parts = [part for row in named for part in row[1:]]
    return b"".join((index, *parts, index, len(index).to_bytes(_LENGTH_BYTES, "big")))


def _index(path: Path, content: bytes) -> Iterator[tuple[FeedId, _Place]]:
    """Yield where the files of each feed stand; nothing where the index is lost."""
    payload, start = next_payload(content, 0)
    if payload is None:
        length = int.from_bytes(content[-_LENGTH_BYTES:], "big")
        payload, _ = next_payload(content, max(len(content) - _LENGTH_BYTES - length, 0))
        start = length
    try:
        for feed_id, certificates, journal in _rows(payload):
            middle = start + certificates
            yield feed_id, _Place(path, start, middle, middle + journal)
            start = middle + journal
    except BadEncodingError:
        return


def _rows(payload: bytes | None) -> Iterator[tuple[FeedId, int, int]]:
    """Yield the rows of an index.  Raises BadEncodingError."""
    rows = decode(payload or b"", limit_bytes=ARRIVED_BYTES_MAX)
    for row in rows if isinstance(rows, list) else []:
        match row:
            case [bytes(feed_id), int(certificates), int(journal)] if (
                len(feed_id) == KEY_BYTES and certificates >= 0 and journal >= 0
            ):
                yield FeedId(feed_id), certificates, journal
            case _:
                raise BadEncodingError("no row of an index")


def _cut(content: bytes, place: _Place) -> FirstFiles:
    return {
        "certificates": content[place.start : place.middle],
        "journal": content[place.middle : place.end],
    }


def _read(path: Path) -> bytes:
    """Raises PassingError; DamageError where it is gone, or no such file."""
    try:
        return read_file(path, ARRIVED_BYTES_MAX)
    except FileNotFoundError as error:
        raise DamageError(f"{path} is missing") from error
