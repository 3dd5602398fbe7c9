"""Section 26 of docs/FORMAT.md: one post as a file that proves itself.

The second implementation, of ``verify_feed.py --post``.  Nothing of swarmfeed is imported.
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from _body_format import read_body
from _feed_author import open_certificate, state_of
from _feed_format import (
    OF_AUTHOR,
    Head,
    Invalid,
    decode,
    format_address,
    need,
    open_head,
    read_entry,
    take,
)

FILE_MAX, CERTIFICATES_MAX, HASHES_MAX = 256 * 1024, 16, 32
LATEST_MS = 253_402_300_799_999
PROOF = re.compile(rb'<data class="proof" value="([A-Za-z0-9+/]+={0,2})"></data>')
TIME = re.compile(rb"1:ti([0-9]+)ee\Z")

HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" \
content="default-src 'none'; style-src 'unsafe-inline'">
<title>A post with its proof</title>
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;\
max-width:40rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}\
.e-content{white-space:pre-wrap;border-left:3px solid #8888;padding-left:1rem}\
code{white-space:nowrap}</style>
</head>
<body>
<article class="h-entry">
"""
END = """<p>Whether the author signed this text is found out by \
<code>verify_feed.py --post FILE</code> of swarmfeed.</p>
</body>
</html>
"""


@dataclass
class PostReport:
    """What was found, in the order of the summary."""

    author: str = ""
    feed: str = ""
    index: int = 0
    time: str = ""
    text: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        return 1 if self.problems else 0


def check_post_file(path: Path, author: str | None = None) -> PostReport:
    report = PostReport()
    try:
        need(path.stat().st_size <= FILE_MAX, "the file is too long")
        content = path.read_bytes()
        match = PROOF.search(content)
        if match is None:
            raise Invalid("the file holds no proof")
        proof = b64decode(match[1])
        need(b64encode(proof) == match[1], "the proof is no canonical base64")
        right = page_of(decode(proof, "proof"), match[1].decode(), report)
        need(content == right.encode(), "the page shows something else than what is signed")
        named = report.author if author is None else author.strip().lower()
        need(named == report.author, f"it is a post of {report.author}, not of {author}")
    except (Invalid, OSError, ValueError) as error:
        report.problems.append(str(error))
    return report


def page_of(proof: Any, spelled: str, report: PostReport) -> str:
    """Check a proof, and return the only page that may stand around it."""
    known = {b"f", b"h", b"c", b"o", b"x"}
    need(isinstance(proof, dict) and set(proof) <= known, "proof: a key that has no place here")
    feed = take(proof, "f", bytes, "proof")
    need(len(feed) == 32, "proof: a short feed id")
    index, time_ms, post = open_entry(proof, feed, "post")
    said, last = post, index
    if b"x" in proof:
        last, _, said = open_entry(proof[b"x"], feed, "edit")
        need(said[b"n"] == index, "the edit is of another post")
    report.feed, report.index, report.text = format_address(feed), index, said[b"text"].decode()
    report.author = format_address(author_of(proof, feed, max(index, last)), OF_AUTHOR)
    report.time = iso(time_ms)
    return render(report, post, said, spelled)


def open_entry(under: Any, feed: bytes, kind: str) -> tuple[int, int, dict[bytes, Any]]:
    """Return index, time and body of an entry that is proven to be under a signed head."""
    head = open_head(take(under, "h", bytes, kind), feed)
    proven = take(under, "o", dict, kind)
    stored = take(proven, "e", bytes, kind)
    entry = read_entry(stored, 0)
    need(entry.end == len(stored), f"{kind}: bytes after the entry")
    need(entry.kind == kind and entry.body is not None, f"what stands there is no {kind}")
    index = take(proven, "n", int, kind)
    check_inclusion(entry.entry_hash, index, head, take(proven, "p", list, kind))
    body = read_body(kind, entry.body or b"")
    time = TIME.search(stored)
    assert body is not None and time is not None
    return index, int(time[1]), body


def check_inclusion(entry_hash: bytes, index: int, head: Head, proof: list[Any]) -> None:
    """RFC 9162, 2.1.3.2."""
    need(0 <= index < head.size and len(proof) <= HASHES_MAX, "inclusion: not in this tree")
    need(all(isinstance(h, bytes) and len(h) == 32 for h in proof), "inclusion: a bad hash")
    fn, sn, root = index, head.size - 1, entry_hash
    for p in proof:
        need(sn != 0, "inclusion: the proof is too long")
        if fn & 1 or fn == sn:
            root = sha256(b"\x01" + p + root).digest()
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            root = sha256(b"\x01" + root + p).digest()
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "inclusion: the proof is too short")
    need(root == head.root, "the entry is not under the signed head")


def author_of(proof: Any, feed: bytes, index: int) -> bytes:
    signed = take(proof, "c", list, "proof")
    need(0 < len(signed) <= CERTIFICATES_MAX, "proof: too many certificates, or none")
    bodies = [open_certificate(each) for each in signed]
    for author in {each[b"author"] for each in bodies if each.get(b"feed") == feed}:
        state = state_of(author, bodies)
        if state is not None and feed in state.ends:
            end = state.ends[feed]
            need(end is None or index < end, "the feed had ended before this post")
            return bytes(author)
    raise Invalid("no certificate says whose feed this is")


def iso(time_ms: int) -> str:
    seconds, part = divmod(min(time_ms, LATEST_MS), 1_000)
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{part:03}Z" if part else f"{whole}Z"


def render(report: PostReport, post: Any, said: Any, proof: str) -> str:
    author, warning = f"swarmfeed:{report.author}", said.get(b"cw", b"").decode()
    text = f'<div class="e-content" dir="auto">{escape(report.text)}</div>\n'
    if warning:
        text = f"<details>\n<summary>{escape(warning)}</summary>\n{text}</details>\n"
    if media := said.get(b"media", []):
        text += f"<p>With pictures or files, not in this file: {len(media)}</p>\n"
    if said is not post:
        text += "<p>The author changed the text later; this is the new one.</p>\n"
    if b"reply" in post:
        text += "<p>It answers another post.</p>\n"
    return (
        f'{HEAD}<p class="p-author h-card"><a class="u-url" href="{author}">{author}</a></p>\n'
        f'<p><time class="dt-published" datetime="{report.time}">{report.time}</time></p>\n'
        f'{text}</article>\n<data class="proof" value="{proof}"></data>\n{END}'
    )


def summary(report: PostReport) -> str:
    """Return the report for people; of what is not valid only why."""
    if report.problems:
        return "\n".join(
            [*(f"PROBLEM    {each}" for each in report.problems), "result     NOT VALID"]
        )
    lines = [
        f"author     swarmfeed:{report.author}",
        f"post       {report.feed}/{report.index}",
        f"time       {report.time}, says the author's clock",
    ]
    return "\n".join([*lines, "result     valid"])
