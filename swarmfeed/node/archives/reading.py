"""Reads what is in an archive, in a thread: files on one side, a pure reader on the other."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing

from swarmfeed.core.archives import sentences
from swarmfeed.core.archives.formats import format_of, packed_inside
from swarmfeed.core.archives.limits import NAMED_MAX
from swarmfeed.core.archives.survey import Clean, Survey, Surveying
from swarmfeed.errors import UserError
from swarmfeed.ports.archives import Archive

TOLD_EVERY = 256
"""Records after which the count moves that a person sees."""

TakeApart = Callable[[Iterable[bytes]], Iterator[object]]
"""Makes records of the bytes of a file."""

Tell = Callable[[str, int], None]
"""Told what is read, and how many records of it; raises to stop."""


def read_archive(archive: Archive, clean: Clean, tell: Tell) -> Survey:
    """Read all of it.

    Raises:
        UserError: It is none that is known, is broken, or nobody waits for it any more.
    """
    reader = format_of(archive.names())
    if reader is None:
        if packed := packed_inside(archive.names()):
            raise UserError(sentences.PACKED_INSIDE(member=packed))
        raise UserError(sentences.UNKNOWN_ARCHIVE(name=archive.name))
    if reader.is_one_file and len(reader.members()) > 1:
        named = ", ".join(reader.members()[:NAMED_MAX])
        raise UserError(sentences.SEVERAL(name=archive.name, named=named))
    looking = Surveying(clean, archive.size_bytes)
    tell(reader.what(), 0)
    for member in reader.first_members():
        for record in _records(archive, member, reader.first_records):
            reader.learn(record)
    count = 0
    for member in reader.members():
        for record in _records(archive, member, reader.records):
            looking.take(reader.read(record))
            count += 1
            if count % TOLD_EVERY == 0:
                tell(reader.what(), count)
    tell(reader.what(), count)
    return looking.end(reader.name_of)


def _records(archive: Archive, member: str, take_apart: TakeApart) -> Iterator[object]:
    """Records of a file; what is wrong with it names the file."""
    with closing(archive.chunks(member)) as chunks:
        try:
            yield from take_apart(chunks)
        except ValueError as error:
            reason = sentences.NO_UTF8() if isinstance(error, UnicodeDecodeError) else error
            said = sentences.BROKEN_FILE(member=member, name=archive.name, reason=reason)
            raise UserError(said) from error
