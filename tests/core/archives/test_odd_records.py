"""Whatever stands in a record, reading it raises nothing: it is a post, or left out."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.archives.bluesky import ArchiveOfBluesky
from swarmfeed.core.archives.feeds import ArchiveOfFeed
from swarmfeed.core.archives.found import FoundPost
from swarmfeed.core.archives.mastodon import ArchiveOfMastodon
from swarmfeed.core.archives.nostr import ArchiveOfNostr
from swarmfeed.core.archives.ours import ArchiveOfOurs
from swarmfeed.core.archives.twtxt import ArchiveOfTwtxt
from swarmfeed.core.archives.x import ArchiveOfX
from swarmfeed.errors import UserError

from tests.core.archives.reading import survey
from tests.made_archives import tweet

pytestmark = pytest.mark.attack("A285")

NAMES = (
    "id", "id_str", "tweet", "full_text", "created_at", "entities", "urls", "edit_info",
    "initial", "editTweetIds", "extended_entities", "media", "in_reply_to_status_id_str",
    "type", "object", "content", "published", "to", "cc", "attachment", "name", "url",
    "summary", "contentMap", "inReplyTo", "tag", "title", "content_html", "content_text",
    "date_published", "language", "text", "createdAt", "facets", "index", "byteStart",
    "byteEnd", "features", "uri", "reply", "parent", "langs", "embed", "images", "lang",
    "display_text_range", "indices", "time_ms", "file", "kind", "pubkey", "created_at", "tags",
)  # fmt: skip
"""Keys that readers look for."""

WORDS = (
    "", "²", "9" * 5_000, "-1", "1", "<![x]]>", "<!--", "\ud800", "2024-01-01T00:00:00Z",
    "Note", "https://www.w3.org/ns/activitystreams#Public", "Create", "https://[", "\0",
    "1e999", "Fri Jan 21 00:21:51 +0000 2022", "app.bsky.feed.post", "https://a.example/\ud800",
)  # fmt: skip
"""Values that are what they should be, or nearly."""

LEAVES = st.sampled_from(WORDS) | st.none() | st.booleans() | st.integers() | st.floats()
RECORDS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=20,
)

READERS: tuple[tuple[Callable[[Sequence[str]], Any], str], ...] = (
    (ArchiveOfX, "data/tweets.js"),
    (ArchiveOfMastodon, "outbox.json"),
    (ArchiveOfFeed, "feed.json"),
    (ArchiveOfNostr, "nostr.jsonl"),
    (ArchiveOfOurs, "posts.jsonl"),
    (ArchiveOfTwtxt, "twtxt.txt"),
)


@pytest.mark.parametrize(("make", "name"), READERS)
@given(record=RECORDS)
def test_nothing_is_raised(
    make: Callable[[Sequence[str]], Any], name: str, record: object
) -> None:
    reader = make([name])
    reader.learn(record)
    for wrapped in (record, {"tweet": record}, {"type": "Create", "object": record}):
        for found in reader.read(wrapped):
            assert not isinstance(found, FoundPost) or isinstance(found.text, str)


@pytest.mark.parametrize("encoding", ["foo", "rot13", "hex", "base64", "utf-7"])
def test_an_encoding_that_is_none_is_said(tmp_path: Path, encoding: str) -> None:
    raw = f'<?xml version="1.0" encoding="{encoding}"?><rss><channel/></rss>'.encode()
    with pytest.raises(UserError, match="cannot be read"):
        survey(tmp_path, raw, "feed.xml")


def test_half_characters_are_no_part_of_a_name_or_a_sample(tmp_path: Path) -> None:
    raw = (
        b'{"version": "https://jsonfeed.org/version/1.1", "items": ['
        b'{"id": "https://a.example/\\ud800", "date_published": "2024-01-01T00:00:00Z",'
        b' "content_text": "a"}, {"content_text": "b\\ud800", "date_published": "x"}]}'
    )
    found = survey(tmp_path, raw, "feed.json")
    assert [post.src for post in found.posts] == ["https://a.example/"]
    assert [each.about for each in found.left_out] == ["b"]


def test_versions_that_are_no_numbers_are_passed_over(tmp_path: Path) -> None:
    versions = {"initial": {"editTweetIds": ["²", "9" * 5_000, "17"]}}
    reader = ArchiveOfX(["data/tweets.js"])
    (found,) = reader.read(tweet(18, "hello", edit_info=versions))
    assert found.src.endswith("/17")


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("feed.json", b'{"version": "https://jsonfeed.org/version/1.1", "items": [%s]}'),
        ("posts.jsonl", b'{"id": "swarmfeed:", "time_ms": %s}'),
    ],
)
def test_what_is_nested_too_deeply_is_said(tmp_path: Path, name: str, raw: bytes) -> None:
    with pytest.raises(UserError, match="nested too deeply"):
        survey(tmp_path, raw % (b"[" * 200_000 + b"]" * 200_000), name)


@given(record=RECORDS)
def test_of_a_repository_neither(record: object) -> None:
    for found in ArchiveOfBluesky(["repo.car"]).read(("app.bsky.feed.post/3k", record)):
        assert not isinstance(found, FoundPost) or isinstance(found.text, str)
