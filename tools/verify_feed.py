"""Check a feed folder from its bytes alone, as docs/FORMAT.md describes them.

    python tools/verify_feed.py FOLDER [--author ADDRESS] [--bodies] [--json]
    python tools/verify_feed.py --post FILE [--author ADDRESS] [--json]

FOLDER is ``<home>/feeds/<feed address>``, or a copy of it under that name.  What it lacks is
looked for beside it in ``arrived-<n>``, where small feeds stand together.  FILE is one post
with its proof, as ``swarmfeed export --post`` writes it.  Nothing is changed
and nothing of swarmfeed imported: this is a second implementation, for people who do not want
to trust the first.  It needs zstandard, and ``_feed_author.py``, ``_feed_format.py``,
``_body_format.py``, ``_post_file.py`` and ``_ed25519.py`` beside it.

Exit code: 0 valid, 1 not valid, 3 valid as far as it goes, but chunks are missing.
"""

import argparse
import json
import re
import sys
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import _post_file
import zstandard
from _body_format import read_body
from _feed_author import State, open_certificate, state_of
from _feed_format import (
    OF_AUTHOR,
    Entry,
    Head,
    Invalid,
    check_pieces,
    chunk_entries,
    decode,
    fold,
    format_address,
    info_hash,
    need,
    open_fork,
    open_head,
    parse_address,
    push,
    read_chunk_list,
    read_entry,
    spans,
    take,
    tree_root,
    unpack,
)
from _post_file import PostReport, check_post_file

EXIT_VALID, EXIT_INVALID, EXIT_INCOMPLETE = 0, 1, 3
JOURNAL_MAX = 8 * 1024 * 1024


@dataclass
class Report:
    """What was found, in the order of the summary."""

    feed: str = ""
    author: str = ""
    size: int = 0
    root: str = ""
    time_ms: int = 0
    tail_entries: int = 0
    withdrawn_entries: int = 0
    unreadable_entries: int = 0
    """Entries whose body breaks the rules of its kind; only looked for with ``--bodies``."""
    chunk_bytes: int = 0
    torrents: dict[str, str] = field(default_factory=dict)
    """Chunk file to v1 info-hash, for those that are here and right."""
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        if self.problems:
            return EXIT_INVALID
        return EXIT_INCOMPLETE if self.missing else EXIT_VALID


# --- section 9: the folder ---


def journal_payloads(content: bytes, report: Report) -> Iterator[Any]:
    at = 0
    while payload := payload_at(content, at):
        fields = payload if at else unpack(payload, JOURNAL_MAX, "journal: its base")
        yield decode(fields, "journal frame")
        at += 12 + len(payload)
    need(is_torn(content, at), f"journal: damaged at byte {at}")
    # Appended payloads start with d1:, so only there can a whole frame follow the broken one.
    for match in re.finditer(rb"d1:", content[at:]):
        start = at + match.start() - 12
        need(start < 0 or not payload_at(content, start), f"journal: damaged at byte {at}")
    if at < len(content):
        report.notes.append(f"journal: {len(content) - at} bytes torn by a crash, passed over")


def is_torn(content: bytes, at: int) -> bool:
    """Whether the bytes after the last whole frame can be the work of a crash."""
    end = at + 12 + int.from_bytes(content[at : at + 4], "big")
    if len(content) < at + 12:
        return True
    if sha256(content[at + 12 :]).digest()[:8] == content[at + 4 : at + 12]:
        return False
    first = (at + 2) // 512 * 512
    sectors = (
        content[max(start, at) : min(start + 512, end)] for start in range(first, end, 512)
    )
    return end > len(content) or any(not any(sector) for sector in sectors)


def payload_at(content: bytes, at: int) -> bytes:
    end = at + 12 + int.from_bytes(content[at : at + 4], "big")
    payload = content[at + 12 : end]
    whole = len(content) >= end and sha256(payload).digest()[:8] == content[at + 4 : at + 12]
    return payload if whole else b""


def feed_file(folder: Path, name: str) -> bytes | None:
    """Return a file of a feed: of its folder, or from where it came together with others."""
    path = folder / name
    if path.is_file():
        need(path.stat().st_size <= JOURNAL_MAX, f"{name}: too long")
        return path.read_bytes()
    feed = parse_address(folder.resolve().name, "the folder's name")
    for beside in folder.resolve().parent.glob("arrived-*"):
        if (found := arrived_files(beside, feed).get(name)) is not None:
            return found
    return None


def arrived_files(path: Path, feed: bytes) -> dict[str, bytes]:
    """Return what a file of many feeds has of one; both of its indexes say where."""
    need(path.stat().st_size <= JOURNAL_MAX, f"{path.name}: too long")
    content = path.read_bytes()
    second = max(len(content) - 4 - int.from_bytes(content[-4:], "big"), 0)
    index = payload_at(content, 0) or payload_at(content, second)
    at = 12 + len(index)
    for row in decode(index, path.name) if index else []:
        need(isinstance(row, list) and len(row) == 3, f"{path.name}: no row of an index")
        middle, end = at + row[1], at + row[1] + row[2]
        if row[0] == feed:
            return {"certificates": content[at:middle], "journal": content[middle:end]}
        at = end
    return {}


def read_journal(folder: Path, report: Report) -> tuple[bytes, bytes, list[bytes]]:
    """Return signed head, chunk list and stored entries of the tail."""
    content = feed_file(folder, "journal")
    need(content is not None, "journal: there is none")
    chunk_list, signed, tail = None, b"", []
    for fields in journal_payloads(content or b"", report):
        if chunk_list is None:
            chunk_list = take(fields, "c", bytes, "journal base")
        stored = take(fields, "e", list, "journal frame")
        need(len(stored) <= 256, f"journal: {len(stored)} entries in a frame")
        tail += stored
        signed = take(fields, "h", bytes, "journal frame")
        need(len(signed) <= 996, f"journal: a head of {len(signed)} bytes")
    if chunk_list is None:
        raise Invalid("journal: it does not start with a whole frame")
    need(all(isinstance(item, bytes) for item in tail), "journal: an entry is not bytes")
    need(all(len(item) <= 8_256 for item in tail), "journal: an entry is too long")
    return signed, chunk_list, tail


class Checker:
    """Goes through one folder; problems of single chunks do not end it."""

    def __init__(self, folder: Path, *, bodies: bool = False) -> None:
        self.folder = folder
        self.bodies = bodies
        self.report = Report()
        self.first: Entry | None = None
        self.hashes: list[bytes] = []

    def run(self, author: str | None) -> Report:
        try:
            feed = parse_address(self.folder.resolve().name, "the folder's name")
            self.report.feed = format_address(feed)
            self.check_head(feed)
            self.check_author(feed, author)
            self.check_fork(feed)
            if count := self.report.unreadable_entries:
                self.report.notes.append(f"entries that break the rules of their kind: {count}")
        except (Invalid, OSError) as error:
            self.report.problems.append(str(error))
        return self.report

    def check_head(self, feed: bytes) -> None:
        signed, chunk_list, tail = read_journal(self.folder, self.report)
        head = open_head(signed, feed)
        report = self.report
        report.size, report.root, report.time_ms = head.size, head.root.hex(), head.time_ms
        report.tail_entries = len(tail)
        need(head.size > 0, "head: of an empty feed")
        need(sha256(chunk_list).digest() == head.chunks_hash, "chunk list: not the head's")
        records = read_chunk_list(chunk_list, head.size)
        need(head.size % 256 == len(tail), f"tail: {len(tail)} entries, not {head.size % 256}")
        entries = [self.read_tail(stored) for stored in tail]
        stack: list[tuple[int, bytes]] = []
        for (level, _), record in zip(spans(head.size), records, strict=True):
            push_aligned(stack, 256 * 16**level, record[b"r"])
        for entry in entries:
            push(stack, 1, entry.entry_hash)
        need(
            fold(stack) == head.root, "chunk list and tail lead to another root than the head's"
        )
        self.check_chunks(feed, head, records)
        self.take_entries(entries)
        if not report.missing and not report.problems:
            need(tree_root(self.hashes) == head.root, "all entries lead to another root")

    def read_tail(self, stored: bytes) -> Entry:
        entry = read_entry(stored, 0)
        need(entry.end == len(stored), "tail: bytes after an entry")
        return entry

    def take_entries(self, entries: list[Entry]) -> None:
        for entry in entries:
            self.look_at(entry)
        self.hashes += [entry.entry_hash for entry in entries]
        if self.report.tail_entries == self.report.size:
            self.first = entries[0]

    def check_chunks(self, feed: bytes, head: Head, records: list[dict[bytes, Any]]) -> None:
        prefix = b32encode(feed[:10]).decode().lower()
        names = set()
        for (level, position), record in zip(spans(head.size), records, strict=True):
            name = f"{prefix}-{level}-{position}.zst"
            names.add(name)
            path = self.folder / "chunks" / name
            if not path.is_file():
                self.report.missing.append(name)
                continue
            try:
                self.check_chunk(path, level, position, record)
            except (Invalid, zstandard.ZstdError) as error:
                self.report.problems.append(f"{name}: {str(error).removeprefix(name + ': ')}")
        kept = {path.name for path in self.folder.glob("chunks/*")}
        if others := sorted(kept - names):
            first = f"{len(others)} in chunks/ that the chunk list does not name ({others[0]}"
            self.report.notes.append(f"{first}{', ...' if others[1:] else ''}), not looked at")

    def check_chunk(
        self, path: Path, level: int, position: int, record: dict[bytes, Any]
    ) -> None:
        # A chunk that is too long is not even read.
        need(path.stat().st_size == record[b"n"], f"it has {path.stat().st_size} bytes")
        content = path.read_bytes()
        check_pieces(content, record, path.name)
        hashes: list[bytes] = []
        for entry in chunk_entries(content, level):
            if position == 0 and not hashes:
                self.first = entry
            self.look_at(entry)
            hashes.append(entry.entry_hash)
        need(tree_root(hashes) == record[b"r"], "its entries lead to another root")
        self.hashes += hashes
        self.report.chunk_bytes += len(content)
        self.report.torrents[path.name] = info_hash(path.name, record)

    def look_at(self, entry: Entry) -> None:
        if entry.body is None:
            self.report.withdrawn_entries += 1
        elif self.bodies:
            try:
                read_body(entry.kind, entry.body)
            except Invalid:
                self.report.unreadable_entries += 1

    def check_author(self, feed: bytes, wanted: str | None) -> None:
        signed = []
        if content := feed_file(self.folder, "certificates"):
            signed += read_certificates(content)
        if self.first is not None and self.first.body is not None:
            need(self.first.kind == "feed", f"entry 0 is of kind {self.first.kind!r}")
            said = decode(self.first.body, "entry 0")
            rotates = take(said, "r", list, "entry 0") if b"r" in said else []
            signed += [*rotates, take(said, "c", bytes, "entry 0")]
        bodies = [open_certificate(each) for each in signed]
        states = {each[b"author"]: state_of(each[b"author"], bodies) for each in bodies}
        authors = [author for author in states if names(bodies, author, feed)]
        if wanted is not None:
            key = parse_address(wanted.strip().lower(), "--author", OF_AUTHOR)
            need(key in authors, f"no certificate says that this is a feed of {wanted}")
            authors = [key]
        need(authors or self.report.missing, "no certificate says whose feed this is")
        if not authors:
            self.report.notes.append("author unknown: entry 0 is missing")
            return
        self.report.author = format_address(authors[0], OF_AUTHOR)
        self.note_end(feed, states[authors[0]])

    def note_end(self, feed: bytes, state: State | None) -> None:
        """Note what is not the author's, and what is wrong with the author."""
        need(state is not None, "no certificate proves a key of the author")
        assert state is not None
        if state.disputed:
            self.report.notes.append("an author key signed for two successors")
        end = state.ends.get(feed, 0)
        if feed not in state.ends:
            self.report.notes.append("the author does not count this feed any more")
        elif end is not None and end < self.report.size:
            self.report.notes.append(f"entries from {end} on are not the author's")

    def check_fork(self, feed: bytes) -> None:
        if not (self.folder / "fork").is_file():
            return
        first, second = open_fork((self.folder / "fork").read_bytes(), feed)
        raise Invalid(
            f"fork: the author signed two histories, of {first.size} and {second.size} entries"
        )


def read_certificates(content: bytes) -> list[bytes]:
    """Return signed certificates, which are still to be verified."""
    listed = decode(content, "certificates")
    need(isinstance(listed, list), "certificates: not a list")
    need(all(isinstance(each, bytes) for each in listed), "certificates: one is not bytes")
    return list(listed)


def push_aligned(stack: list[tuple[int, bytes]], width: int, root: bytes) -> None:
    need(not stack or stack[-1][0] >= width, "chunk list: chunks out of order")
    push(stack, width, root)


def names(bodies: list[dict[bytes, Any]], author: bytes, feed: bytes) -> bool:
    """Whether an author says that a feed is theirs, and the feed says so too."""
    return any(
        (each[b"author"], each.get(b"feed")) == (author, feed)
        and each[b"type"] in (b"join", b"keep")
        for each in bodies
    )


# --- output ---


def summary(report: Report) -> str:
    """Return the report for people."""
    signed_at = datetime.fromtimestamp(min(report.time_ms / 1000, 253e9), UTC)
    total = len(report.torrents) + len(report.missing)
    lines = [
        f"feed       {report.feed or '?'}",
        f"author     {report.author or '?'}",
        f"head       {report.size:,} entries, signed {signed_at:%Y-%m-%d %H:%M:%S} UTC",
        f"root       {report.root or '?'}",
        f"chunks     {len(report.torrents)} of {total} verified, {report.chunk_bytes:,} bytes",
        f"tail       {report.tail_entries} entries",
        f"withdrawn  {report.withdrawn_entries} entries",
    ]
    lines += [f"note       {note}" for note in report.notes]
    lines += [f"missing    {name}" for name in report.missing]
    lines += [f"PROBLEM    {problem}" for problem in report.problems]
    verdict = {EXIT_VALID: "valid", EXIT_INVALID: "NOT VALID"}
    return "\n".join(
        [*lines, f"result     {verdict.get(report.exit_code, 'valid, but incomplete')}"]
    )


def main(arguments: list[str] | None = None) -> int:
    """Check, print, and return the exit code."""
    parser = argparse.ArgumentParser(description="Check a feed folder from its bytes alone.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("folder", type=Path, nargs="?", help="<home>/feeds/<feed address>")
    what.add_argument("--post", type=Path, metavar="FILE", help="one post with its proof")
    parser.add_argument("--author", metavar="ADDRESS", help="whose feed, or post, it must be")
    parser.add_argument("--bodies", action="store_true", help="read what entries say, too")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = parser.parse_args(arguments)
    found: Report | PostReport
    if chosen.post:
        found = check_post_file(chosen.post, chosen.author)
        said = _post_file.summary(found)
    else:
        found = Checker(chosen.folder, bodies=chosen.bodies).run(chosen.author)
        said = summary(found)
    print(
        json.dumps({**asdict(found), "exit_code": found.exit_code}, indent=1)
        if chosen.json
        else said
    )
    return found.exit_code


if __name__ == "__main__":
    sys.exit(main())
