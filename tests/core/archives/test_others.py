"""Bluesky, Nostr, twtxt and feeds: made-up files with what is odd in real ones."""

import json
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.archives import cbor
from swarmfeed.core.archives.bech32 import encode_bech32
from swarmfeed.core.archives.bluesky import ArchiveOfBluesky
from swarmfeed.core.archives.cbor import Cid
from swarmfeed.errors import UserError

from tests.core.archives.reading import left_out, survey
from tests.made_archives import zipped

DID = "did:plc:anna"


def packed(value: Any) -> bytes:
    """DAG-CBOR of a value, keys in its order."""
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, Cid):
        return b"\xd8\x2a" + packed(b"\0" + bytes(value))
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes | str):
        raw = value if isinstance(value, bytes) else value.encode()
        return _head(2 if isinstance(value, bytes) else 3, len(raw)) + raw
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(packed, value))
    keys = sorted(value, key=lambda key: (len(key), key))
    return _head(5, len(value)) + b"".join(packed(k) + packed(value[k]) for k in keys)


def _head(major: int, count: int) -> bytes:
    if count < 24:
        return bytes([major << 5 | count])
    size = next(n for n in (1, 2, 4, 8) if count < 1 << 8 * n)
    return bytes([major << 5 | 23 + size.bit_length()]) + count.to_bytes(size, "big")


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


class Repo:
    """Puts blocks together as a server does."""

    def __init__(self) -> None:
        self.blocks: dict[Cid, bytes] = {}

    def put(self, value: Any) -> Cid:
        raw = packed(value)
        cid = Cid(b"\x01\x71\x12\x20" + sha256(raw).digest())
        self.blocks[cid] = raw
        return cid

    def car(self, root: Cid) -> bytes:
        parts = [packed({"roots": [root], "version": 1})]
        parts += [bytes(cid) + raw for cid, raw in self.blocks.items()]
        return b"".join(varint(len(part)) + part for part in parts)


def post(text: str, second: int, **more: Any) -> dict[str, Any]:
    return {"$type": "app.bsky.feed.post", "text": text,
            "createdAt": f"2024-02-03T10:00:{second:02}.5Z", **more}  # fmt: skip


SHORT = "Grüße an alle, seht example.org/a/lo…"
AT = len("Grüße an alle, seht ".encode())


def repository() -> tuple[Repo, Cid]:
    repo = Repo()
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/a/long/way"}
    facets = [{"index": {"byteStart": AT, "byteEnd": len(SHORT.encode())}, "features": [link]}]
    first = repo.put(post(SHORT, 1, facets=facets, langs=["de"]))
    labels = {"values": [{"val": "nudity"}]}
    parent = {"uri": f"at://{DID}/app.bsky.feed.post/3aaa", "cid": "x"}
    second = repo.put(
        post("an answer", 2, reply={"parent": parent, "root": parent}, labels=labels)
    )
    other = {"uri": "at://did:plc:bob/app.bsky.feed.post/3aaa", "cid": "x"}
    third = repo.put(post("to somebody", 3, reply={"parent": other, "root": other}))
    repo.put(post("deleted, and still in a block", 4))
    repost = repo.put({"$type": "app.bsky.feed.repost", "createdAt": "2024-01-01T00:00:00Z"})
    below = repo.put(
        {"l": None, "e": [{"p": 0, "k": b"app.bsky.feed.post/3bbb", "v": second, "t": None}]}
    )
    entries = [
        {"p": 0, "k": b"app.bsky.feed.post/3aaa", "v": first, "t": below},
        {"p": 20, "k": b"ccc", "v": third, "t": None},
        {"p": 14, "k": b"repost/3aaa", "v": repost, "t": None},
    ]
    return repo, repo.put({"l": None, "e": entries})


def car() -> bytes:
    repo, tree = repository()
    return repo.car(repo.put({"did": DID, "version": 3, "data": tree, "rev": "1", "sig": b"s"}))


def test_a_repository_is_read_from_its_newest_commit_and_no_further(tmp_path: Path) -> None:
    found = survey(tmp_path, car(), "repo.bin")
    first, second, third = found.posts
    assert first.text == "Grüße an alle, seht https://example.org/a/long/way"
    assert (first.time_ms, first.lang) == (1_706_954_401_500, "de")
    assert first.src == f"https://bsky.app/profile/{DID}/post/3aaa"
    assert (second.text, second.answers, second.cw) == (
        "an answer", first.src, "sensitive content",
    )  # fmt: skip
    assert (third.text, third.answers) == ("to somebody", "")
    assert left_out(found) == {"Repeats a post of somebody else": 1}


def test_byte_ranges_that_cannot_be_are_no_harm_and_the_others_count(tmp_path: Path) -> None:
    text = "grün 😀 see a.example/x…"
    at, end = len("grün 😀 see ".encode()), len(text.encode())
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://a.example/xyz"}

    def facet(start: object, stop: object) -> dict[str, Any]:
        return {"index": {"byteStart": start, "byteEnd": stop}, "features": [link]}

    odd = [(3, 5), (2, 3), (-5, -1), (9, 2), (at, end + 50), (2**40, 2**41), ("1", None)]
    facets = [*(facet(*each) for each in odd), facet(at, end), facet(at + 2, end)]
    repo = Repo()
    cid = repo.put(post(text, 1, facets=facets))
    tree = repo.put({"l": None, "e": [
        {"p": 0, "k": b"app.bsky.feed.post/3aaa", "v": cid, "t": None}]})  # fmt: skip
    raw = repo.car(repo.put({"did": DID, "version": 3, "data": tree, "rev": "1", "sig": b""}))
    (found,) = survey(tmp_path, raw, "repo.car").posts
    assert found.text == "grün 😀 see https://a.example/xyz"


@pytest.mark.attack("A282")
def test_a_repository_that_lies_is_refused(tmp_path: Path) -> None:
    repo, tree = repository()
    commit = {"did": DID, "data": tree}
    missing = Repo()
    loops = Repo()
    node = loops.put({"l": None, "e": []})
    for _ in range(100):
        node = loops.put({"l": node, "e": []})
    twice = Repo()
    record = twice.put(post("x", 1))
    first, second = (
        {"p": 0, "k": f"app.bsky.feed.post/{n}".encode(), "v": record} for n in "ab"
    )
    leaf = twice.put({"l": None, "e": [{**first, "t": None}]})
    both = twice.put({"l": leaf, "e": [{**second, "t": leaf}]})
    spoilt = bytearray(repo.car(repo.put(commit)))
    spoilt[spoilt.index("Grüße".encode())] ^= 1
    cases = {
        "missing": missing.car(missing.put(commit)),
        "deep": loops.car(loops.put({"did": DID, "data": node})),
        "in no order": twice.car(twice.put({"did": DID, "data": both})),
        "not what its name says": bytes(spoilt),
        "no end": car()[:-5],
    }  # fmt: skip
    for said, raw in cases.items():
        with pytest.raises(UserError, match=said):
            survey(tmp_path, raw, "repo.car")


@given(st.binary(max_size=80))
def test_garbage_is_a_value_error(raw: bytes) -> None:
    with suppress(ValueError):
        cbor.decode(raw)
    with suppress(ValueError):
        list(ArchiveOfBluesky(["a.car"]).records([raw]))


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(JSONS)
def test_cbor_is_read_as_it_was_written(value: object) -> None:
    assert cbor.decode(packed(value)) == value


# --- Nostr ------------------------------------------------------------------------------------

ANNA, BOB = "a" * 64, "b" * 64


def event(
    text: str, second: int, kind: int = 1, who: str = ANNA, tags: Any = ()
) -> dict[str, Any]:
    told = [0, who, 1_600_000_000 + second, kind, list(tags), text]
    raw = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return {"id": sha256(raw).hexdigest(), "pubkey": who, "created_at": told[2], "kind": kind,
            "tags": list(tags), "content": text, "sig": "0" * 128}  # fmt: skip


def test_notes_of_nostr_come_from_the_one_who_wrote_most(tmp_path: Path) -> None:
    first = event("Grüße \u2028 x\n", 1)
    answer = event(
        "answer", 2, tags=[["e", "f" * 64, "", "root"], ["e", first["id"], "", "reply"]]
    )
    covered = event("covered", 3, tags=[["content-warning", "spoiler"]])
    false = {**event("changed", 4), "content": "another text"}
    lines = [
        json.dumps(["EVENT", first]),
        json.dumps(answer),
        json.dumps(answer),
        json.dumps(covered),
        json.dumps(false),
        json.dumps(event("of bob", 5, who=BOB)),
        json.dumps(event("{}", 6, kind=0)),
        json.dumps(event("", 7, kind=6)),
        "no json",
    ]
    found = survey(tmp_path, "\n".join(lines).encode(), "events.jsonl")
    assert [post.text for post in found.posts] == ["Grüße \u2028 x", "answer", "covered"]
    assert found.posts[0].src == f"nostr:{encode_bech32('note', bytes.fromhex(first['id']))}"
    assert found.posts[1].answers == found.posts[0].src
    assert found.posts[2].cw == "spoiler"
    assert left_out(found) == {
        "Is not what its author signed": 1,
        "Written by somebody else": 1,
        "Repeats a post of somebody else": 1,
        "No post": 2,
        "Stands in the archive twice": 1,
    }


def test_bech32_is_that_of_its_specification() -> None:
    assert encode_bech32("a", b"") == "a12uel5l"
    note = bytes.fromhex("3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d")
    assert encode_bech32("npub", note) == (
        "npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkwsyjh6w6"
    )


# --- twtxt ------------------------------------------------------------------------------------


def test_lines_of_twtxt_have_times_with_zones_and_lines_in_them(tmp_path: Path) -> None:
    raw = (
        "# nick = anna\n# url = https://example.org/twtxt.txt\n\n"
        "2016-02-03T23:05:00.123456+01:00\tHello @<bob https://b.example/t.txt>\n"
        "2016-02-03T22:05:00Z\tone\u2028two\n"
        "2016-02-03T22:05:00Z\tsame second\n"
        "nothing\n"
        "yesterday\tx\n"
    )
    found = survey(tmp_path, raw.encode(), "t.txt")
    assert [(post.time_ms, post.text) for post in found.posts] == [
        (1_454_537_100_000, "one\ntwo"),
        (1_454_537_100_001, "same second"),
        (1_454_537_100_123, "Hello @<bob https://b.example/t.txt>"),
    ]
    assert left_out(found) == {"No post": 1, "Nobody can tell when it was written": 1}


# --- feeds ------------------------------------------------------------------------------------

RSS = """<?xml version="1.0"?><rss version="2.0"
 xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Blog</title><item><title>A title</title><link>https://blog.example/1</link>
<guid isPermaLink="false">1</guid><pubDate>Wed, 03 Feb 2016 22:05:00 GMT</pubDate>
<description>short</description>
<content:encoded><![CDATA[<p>long &amp; <b>whole</b></p>]]></content:encoded>
</item><item><title>no time</title></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title><entry>
<id>urn:1</id><title>Hello, world and</title><link rel="edit" href="https://no.example/"/>
<link href="https://blog.example/2"/><published>2016-02-03T22:05:00Z</published>
<updated>2017-01-01T00:00:00Z</updated>
<content type="html">&lt;p&gt;Hello, world and more&lt;/p&gt;</content></entry></feed>"""
JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Blog",
    "items": [
        {"id": "1", "url": "https://blog.example/3", "content_text": "plain",
         "date_published": "Wed, 03 Feb 2016 22:05:00 GMT"},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "text", "src"),
    [
        (RSS, "A title\n\nlong & whole", "https://blog.example/1"),
        (ATOM, "Hello, world and more", "https://blog.example/2"),
        (json.dumps(JSON_FEED), "plain", "https://blog.example/3"),
    ],
    ids=["RSS", "Atom", "JSON"],
)  # fmt: skip
def test_feeds_come_with_whole_texts_and_first_times(
    tmp_path: Path, raw: str, text: str, src: str
) -> None:
    (post,) = survey(tmp_path, raw.encode(), "feed").posts
    assert (post.text, post.src, post.time_ms) == (text, src, 1_454_537_100_000)


@pytest.mark.attack("A282")
@pytest.mark.parametrize(
    "declared",
    ['<!DOCTYPE rss [<!ENTITY a "aaaa">]>', '<!DOCTYPE rss SYSTEM "file:///etc/passwd">',
     "<!DOCTYPE rss>"],
)  # fmt: skip
def test_a_document_type_is_refused_before_it_is_read(tmp_path: Path, declared: str) -> None:
    raw = RSS.replace("<rss", f"{declared}<rss", 1)
    with pytest.raises(UserError, match="declares a document type"):
        survey(tmp_path, raw.encode(), "feed.xml")
    wide = raw.replace('version="1.0"', 'version="1.0" encoding="utf-16"').encode("utf-16")
    with pytest.raises(UserError, match="declares a document type"):
        survey(tmp_path, zipped({"feed.xml": wide}), "feed.zip")
