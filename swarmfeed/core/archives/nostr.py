"""Notes of Nostr (NIP-01): a JSON event on each line, often as ``["EVENT", {...}]``.

Only the person who wrote most of them is read, only kind 1, and only what is true: the id is
the hash of what is said.  Signatures are not checked: what comes in is signed anew by who
brings it.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from typing import Final

from swarmfeed.core.archives import sentences
from swarmfeed.core.archives.bech32 import encode_bech32
from swarmfeed.core.archives.format import Format, called
from swarmfeed.core.archives.found import FoundPost, LeftOut, Read
from swarmfeed.core.archives.json_items import of_text
from swarmfeed.core.archives.limits import WRITERS_MAX
from swarmfeed.core.archives.lines import lines_of
from swarmfeed.core.archives.records import list_at, text_at, value_at, visible
from swarmfeed.core.base.limits import TIME_MS_MAX

NAME: Final = "nostr.jsonl"
NOTE, REPOST = 1, 6
_KEY_DIGITS: Final = 64


class ArchiveOfNostr(Format):
    """Reads one archive; ``learn`` comes before ``read``."""

    what = sentences.OF_NOSTR

    def __init__(self, names: Sequence[str]) -> None:
        self._files = called(names, NAME)
        self._writers: Counter[str] = Counter()

    def first_members(self) -> Sequence[str]:
        """The same file: whose it is, has to be counted first."""
        return self._files

    def members(self) -> Sequence[str]:
        """What holds posts."""
        return self._files

    def records(self, chunks: Iterable[bytes]) -> Iterator[object]:
        """Take the file apart.  ValueError: a line is too long, or no text."""
        return (_event(line) for line in lines_of(chunks) if line.strip())

    def learn(self, record: object) -> None:
        """Count who wrote it."""
        if value_at(record, "kind") == NOTE:
            writer = text_at(record, "pubkey")
            if len(writer) == _KEY_DIGITS and (
                writer in self._writers or len(self._writers) < WRITERS_MAX
            ):
                self._writers[writer] += 1

    @cached_property
    def _owner(self) -> str:
        """Who wrote most, once all is learnt."""
        return max(self._writers, key=self._writers.__getitem__, default="")

    def read(self, record: object) -> Iterator[Read]:
        """Read one event."""
        text, kind = text_at(record, "content"), value_at(record, "kind")
        created_s = value_at(record, "created_at")
        if kind == REPOST:
            yield LeftOut(sentences.REPOST, text)
        elif kind != NOTE:
            yield LeftOut(sentences.NO_POST, text)
        elif text_at(record, "pubkey") != self._owner:
            yield LeftOut(sentences.OF_SOMEBODY_ELSE, text)
        elif not _is_true(record):
            yield LeftOut(sentences.NOT_AS_SIGNED, text)
        elif not isinstance(created_s, int) or not 0 <= created_s * 1_000 <= TIME_MS_MAX:
            yield LeftOut(sentences.NO_TIME, text)
        else:
            yield FoundPost(
                time_ms=created_s * 1_000,
                text=visible(text),
                src=_address(text_at(record, "id")),
                cw=visible(_warning(record)),
                answers=_answered(record),
            )


def is_nostr(head: bytes) -> bool:
    """Whether a file begins as one with events does."""
    first = head.lstrip().partition(b"\n")[0]
    return b'"pubkey"' in first and b'"created_at"' in first and b'"kind"' in first


def _event(line: str) -> object:
    try:
        told = of_text(line)
    except ValueError:
        return None
    return told[-1] if isinstance(told, list) and told[:1] == ["EVENT"] else told


def _is_true(event: object) -> bool:
    """Whether the id is the hash of what the event says (NIP-01)."""
    signed = [0, *(value_at(event, key) for key in ("pubkey", "created_at", "kind"))]
    signed += [value_at(event, "tags"), value_at(event, "content")]
    raw = json.dumps(signed, ensure_ascii=False, separators=(",", ":"))
    return sha256(raw.encode("utf-8", "replace")).hexdigest() == text_at(event, "id")


def _tags(event: object, name: str) -> list[list[str]]:
    return [
        [each for each in tag if isinstance(each, str)]
        for tag in list_at(event, "tags")
        if isinstance(tag, list) and tag[:1] == [name]
    ]


def _answered(event: object) -> str:
    """What it answers (NIP-10): the one marked so, else the last."""
    named = [tag for tag in _tags(event, "e") if len(tag) > 1]
    marked = [tag for tag in named if tag[3:4] == ["reply"]]
    roots = [tag for tag in named if tag[3:4] == ["root"]]
    found = marked or roots or [tag for tag in named if not tag[3:4]]
    return _address(found[-1][1]) if found else ""


def _warning(event: object) -> str:
    """Its content warning (NIP-36)."""
    for tag in _tags(event, "content-warning"):
        return tag[1] if len(tag) > 1 and tag[1] else sentences.SENSITIVE()
    return ""


def _address(event_id: str) -> str:
    """``nostr:note1...`` (NIP-19, NIP-21)."""
    try:
        raw = bytes.fromhex(event_id)
    except ValueError:
        return ""
    return f"nostr:{encode_bech32('note', raw)}" if len(raw) == 32 else ""
