"""Bluesky: a repository in one CAR file (atproto), of which only what its newest commit names
is read.  Blocks of deleted posts may still be there: they are never looked for.

    CAR     varint length, header {roots}; then varint length, CID, block, each
    commit  {data: root of the tree, did, rev}
    node    {l: left subtree, e: [{p: bytes of the key before, k: rest, v: record, t: subtree}]}
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any, Final

from swarmfeed.core.archives import cbor, sentences
from swarmfeed.core.archives.cbor import Cid
from swarmfeed.core.archives.format import Format
from swarmfeed.core.archives.found import FoundPost, LeftOut, Read
from swarmfeed.core.archives.limits import CAR_BYTES_MAX, TREE_DEPTH_MAX
from swarmfeed.core.archives.lines import bounded
from swarmfeed.core.archives.records import list_at, text_at, value_at, visible
from swarmfeed.core.archives.times import parse_iso

POST: Final = "app.bsky.feed.post/"
REPOST: Final = "app.bsky.feed.repost/"
CID_BYTES: Final = 36
"""Version 1, codec, SHA-256, its length, 32 bytes: the only CIDs that a repository has."""
LABELS: Final = {"porn", "sexual", "nudity", "graphic-media"}


class ArchiveOfBluesky(Format):
    """Reads one repository.  Pictures are not in it."""

    what = sentences.OF_BLUESKY
    is_one_file = True

    def __init__(self, names: Sequence[str]) -> None:
        self._files = [name for name in names if name.endswith(".car")]
        self._did = ""

    def members(self) -> Sequence[str]:
        """What holds posts."""
        return self._files

    def records(self, chunks: Iterable[bytes]) -> Iterator[object]:
        """Take the repository apart: key and record.  ValueError: it is none."""
        root, blocks = _read_car(chunks)
        commit = _block(blocks, root)
        self._did = text_at(commit, "did")
        data = value_at(commit, "data")
        if not isinstance(data, Cid):
            raise ValueError("there is no commit")
        before = ""
        for key, cid in _walk(blocks, data, TREE_DEPTH_MAX):
            if key <= before:
                raise ValueError("the tree is in no order")
            before = key
            if key.startswith((POST, REPOST)):
                yield key, (_block(blocks, cid) if key.startswith(POST) else None)

    def read(self, record: object) -> Iterator[Read]:
        """Read one post."""
        assert isinstance(record, tuple), "records are pairs"
        key, post = record
        if not key.startswith(POST):
            yield LeftOut(sentences.REPOST)
            return
        text = visible(_with_links(post))
        try:
            time_ms = parse_iso(text_at(post, "createdAt"))
        except ValueError:
            yield LeftOut(sentences.NO_TIME, text)
            return
        embed = text_at(post, "embed", "external", "uri")
        shown = f"{text}\n\n{embed}".strip() if embed and embed not in text else text
        parent = text_at(post, "reply", "parent", "uri")
        langs = list_at(post, "langs")
        yield FoundPost(
            time_ms=time_ms,
            text=shown,
            src=_address(self._did, key.removeprefix(POST)),
            cw=str(sentences.SENSITIVE()) if _is_sensitive(post) else "",
            lang=langs[0] if len(langs) == 1 and isinstance(langs[0], str) else "",
            answers=self._own(parent),
        )

    def _own(self, uri: str) -> str:
        begins = f"at://{self._did}/{POST}"
        return _address(self._did, uri.removeprefix(begins)) if uri.startswith(begins) else ""


def is_car(head: bytes) -> bool:
    """Whether a file begins as a CAR of version 1 does."""
    return b"gversion\x01" in head[:96] and b"eroots" in head[:96]


def _address(did: str, name: str) -> str:
    return f"https://bsky.app/profile/{did}/post/{name}"


def _is_sensitive(post: object) -> bool:
    return any(text_at(each, "val") in LABELS for each in list_at(post, "labels", "values"))


def _with_links(post: object) -> str:
    """The text, with whole addresses where it shows short ones: places count bytes of UTF-8."""
    raw = text_at(post, "text").encode("utf-8", "replace")
    parts, at = [], 0
    for start, end, uri in sorted(_links(post, raw)):
        if start < at:
            continue  # in another one
        shown = raw[start:end].decode("utf-8")
        is_short = shown.rstrip("….").removeprefix("https://") in uri
        parts += [raw[at:start].decode("utf-8"), uri if is_short else f"{shown} ({uri})"]
        at = end
    return "".join([*parts, raw[at:].decode("utf-8")])


def _links(post: object, raw: bytes) -> Iterator[tuple[int, int, str]]:
    """Where links stand; what says it stands within a character stands nowhere."""
    for facet in list_at(post, "facets"):
        start, end = (value_at(facet, "index", key) for key in ("byteStart", "byteEnd"))
        uris = [text_at(each, "uri") for each in list_at(facet, "features")]
        uri = next((each for each in uris if each.startswith(("https://", "http://"))), "")
        if not (uri and isinstance(start, int) and isinstance(end, int)):
            continue
        is_inside = 0 <= start < end <= len(raw)
        if is_inside and _begins_character(raw, start) and _begins_character(raw, end):
            yield start, end, uri


def _begins_character(raw: bytes, at: int) -> bool:
    return at == len(raw) or raw[at] & 0xC0 != 0x80


def _read_car(chunks: Iterable[bytes]) -> tuple[Cid, dict[bytes, bytes]]:
    whole = b"".join(bounded(chunks, CAR_BYTES_MAX))
    size, at = _varint(whole, 0)
    roots = list_at(cbor.decode(whole[at : at + size]), "roots")
    if len(roots) != 1 or not isinstance(roots[0], Cid):
        raise ValueError("there is no root")
    blocks: dict[bytes, bytes] = {}
    at += size
    while at < len(whole):
        size, at = _varint(whole, at)
        if size < CID_BYTES or at + size > len(whole):
            raise ValueError("a block has no end")
        blocks[whole[at : at + CID_BYTES]] = whole[at + CID_BYTES : at + size]
        at += size
    return roots[0], blocks


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 63, 7):
        if at >= len(raw):
            raise ValueError("a length has no end")
        value |= (raw[at] & 127) << shift
        at += 1
        if raw[at - 1] < 128:
            return value, at
    raise ValueError("a length is too long")


def _block(blocks: dict[bytes, bytes], cid: Cid) -> Any:
    """What a block says.  ValueError: it is not there, or another one."""
    found = blocks.get(bytes(cid))
    if found is None:
        raise ValueError("a block is missing")
    if cid[:4] != b"\x01\x71\x12\x20" or sha256(found).digest() != cid[4:]:
        raise ValueError("a block is not what its name says")
    return cbor.decode(found)


def _walk(blocks: dict[bytes, bytes], root: Cid, depth: int) -> Iterator[tuple[str, Cid]]:
    """Keys and records of a tree, in order.  Each node is visited once: its keys go up."""
    if depth == 0:
        raise ValueError("the tree is too deep")
    node, key = _block(blocks, root), b""
    if isinstance(left := value_at(node, "l"), Cid):
        yield from _walk(blocks, left, depth - 1)
    for entry in list_at(node, "e"):
        shared, rest = value_at(entry, "p"), value_at(entry, "k")
        value = value_at(entry, "v")
        if (
            not isinstance(shared, int)
            or not isinstance(rest, bytes)
            or not isinstance(value, Cid)
        ):
            raise ValueError("no entry of a tree")
        key = key[:shared] + rest
        yield key.decode("ascii", "replace"), value
        if isinstance(below := value_at(entry, "t"), Cid):
            yield from _walk(blocks, below, depth - 1)
