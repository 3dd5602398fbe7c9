"""Archives as strangers hand them over: what is in them comes, or is said, and costs little."""

import codecs
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.archives import format as readers
from swarmfeed.core.archives import nostr
from swarmfeed.core.archives import survey as surveying
from swarmfeed.core.archives.formats import called_in_archive
from swarmfeed.core.archives.lines import as_utf8
from swarmfeed.core.archives.nostr import ArchiveOfNostr
from swarmfeed.core.base.limits import WARNING_CHARS_MAX
from swarmfeed.core.feed.limits import MEDIA_MAX
from swarmfeed.errors import UserError

from tests.core.archives.reading import left_out, survey
from tests.made_archives import (
    archive_of_x,
    javascript,
    note,
    picture,
    tweet,
    zipped,
)

FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "items": [{"id": "1", "content_text": "hé", "date_published": "2022-01-01T00:00:00Z"}],
}


def outbox(*posts: dict[str, Any]) -> bytes:
    whole = {"type": "OrderedCollection", "orderedItems": posts}
    return json.dumps(whole, ensure_ascii=False).encode()


def said(number: int, text: str, **more: Any) -> dict[str, Any]:
    """A public note, and what is to be changed in it."""
    made = note(number, text)
    changed = {"published": "2023-05-01T10:00:00Z", **more}
    return {**made, "object": {**made["object"], **changed}}


FILES = {
    "tweets.js": javascript("tweets", [tweet(10, "hé")]),
    "outbox.json": outbox(said(1, "hé")),
    "feed.json": json.dumps(FEED, ensure_ascii=False).encode(),
    "feed.xml": b"<rss><channel><item><title>h\xc3\xa9</title>"
    b"<pubDate>Tue, 21 Jan 2020 00:21:51 GMT</pubDate></item></channel></rss>",
    "twtxt.txt": "2022-01-01T00:00:00Z\thé\n".encode(),
    "posts.jsonl": '{"id": "swarmfeed:x", "time_ms": 1, "text": "hé"}\n'.encode(),
}
MARKED: dict[str, Callable[[bytes], bytes]] = {
    "utf-8": lambda raw: codecs.BOM_UTF8 + raw,
    "utf-16-le": lambda raw: codecs.BOM_UTF16_LE + raw.decode().encode("utf-16-le"),
    "utf-16-be": lambda raw: codecs.BOM_UTF16_BE + raw.decode().encode("utf-16-be"),
}


@pytest.mark.attack("A347")
@pytest.mark.parametrize("mark", MARKED)
@pytest.mark.parametrize("name", FILES)
def test_a_mark_at_the_beginning_tells_the_encoding(
    tmp_path: Path, name: str, mark: str
) -> None:
    raw = MARKED[mark](FILES[name])
    for whole, called in ((zipped({name: raw}), "a.zip"), (raw, "other.bin")):
        found = survey(tmp_path, whole, called)
        assert [post.text for post in found.posts] == ["hé"] and found.left_out == ()


@given(st.text(max_size=30), st.integers(1, 5), st.sampled_from(["utf-8-sig", "utf-16"]))
def test_however_the_bytes_are_cut_the_text_is_the_same(
    text: str, size: int, encoding: str
) -> None:
    raw = text.encode(encoding)
    cut = [raw[at : at + size] for at in range(0, len(raw), size)]
    assert b"".join(as_utf8(cut)).decode() == text


@given(st.binary(max_size=40))
def test_what_begins_like_any_text_is_called_something_or_nothing(head: bytes) -> None:
    assert isinstance(called_in_archive(codecs.BOM_UTF16_LE + head), str)


@pytest.mark.parametrize("name", ["outbox.json", "twtxt.txt", "posts.jsonl"])
def test_another_encoding_is_said_in_words(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="it is not written in UTF-8"):
        survey(tmp_path, zipped({name: FILES[name].decode().encode("latin-1")}))


@pytest.mark.attack("A347")
def test_a_number_that_is_too_long_keeps_nothing_else_from_coming(tmp_path: Path) -> None:
    long = b"9" * 5_000
    raw = FILES["tweets.js"].replace(b'"lang"', b'"n": ' + long + b', "lang"')
    assert len(survey(tmp_path, raw, "tweets.js").posts) == 1
    raw = FILES["outbox.json"].replace(b'{"type"', b'{"totalItems": ' + long + b', "type"')
    assert len(survey(tmp_path, raw, "outbox.json").posts) == 1
    raw = FILES["posts.jsonl"].replace(b'"time_ms": 1', b'"time_ms": ' + long)
    assert left_out(survey(tmp_path, raw, "posts.jsonl")) == {
        "Nobody can tell when it was written": 1
    }


@pytest.mark.parametrize(
    ("published", "why"),
    [
        ("0000-01-01T00:00:00Z", "Nobody can tell when it was written"),
        ("1969-12-31T23:59:59Z", "Nobody can tell when it was written"),
        ("2022-02-29T00:00:00Z", "Nobody can tell when it was written"),
        ("10000-01-01T00:00:00Z", "Nobody can tell when it was written"),
        ("9999-12-31T23:59:59Z", "Its time is still to come"),
        ("2016-12-31T23:59:60Z", ""),
    ],
)
def test_times_that_cannot_be_are_said_and_a_leap_second_is_the_next_one(
    tmp_path: Path, published: str, why: str
) -> None:
    found = survey(tmp_path, outbox(said(1, "x", published=published)), "outbox.json")
    assert left_out(found) == ({why: 1} if why else {})
    assert [post.time_ms for post in found.posts] == ([] if why else [1_483_228_800_000])


@pytest.mark.attack("A346")
def test_posts_that_do_not_come_for_one_reason_are_one_line(tmp_path: Path) -> None:
    far = (said(n, "x", published=f"{3_000 + n}-01-01T00:00:00Z") for n in range(300))
    long = (said(300 + n, "x" * (9_000 + n)) for n in range(20))
    covered = (said(320 + n, "x" * 7_900, summary="w" * (300 + n)) for n in range(20))
    found = survey(tmp_path, outbox(*far, *long, *covered), "outbox.json")
    assert left_out(found) == {
        "Its time is still to come": 300,
        "Longer than a post can be: 8,000 bytes": 40,
    }


@pytest.mark.attack("A347")
def test_half_a_character_keeps_only_its_own_post_from_coming(tmp_path: Path) -> None:
    half = b'{"id": "swarmfeed:y", "time_ms": 2, "text": "half \\ud800"}\n'
    found = survey(tmp_path, half + FILES["posts.jsonl"], "posts.jsonl")
    assert [post.text for post in found.posts] == ["h\u00e9"]
    ((why, count),) = left_out(found).items()
    assert "not UTF-8" in why and count == 1


@pytest.mark.attack("A346")
def test_reasons_without_number_are_told_as_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surveying, "REASONS_MAX", 2)
    odd = [said(1, "x", published="x"), said(2, "y", published="9000-01-01T00:00:00Z")]
    many = (said(3 + n, "x" * 9_000) for n in range(3))
    found = survey(tmp_path, outbox(*odd, *many), "outbox.json")
    assert left_out(found)["For another reason"] == 3
    assert len(found.left_out) == 3


@pytest.mark.attack("A346")
def test_no_more_text_is_kept_than_there_is_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "KEPT_CHARS_MAX", 1_000)
    raw = outbox(*(said(n, "x" * 100) for n in range(50)))
    with pytest.raises(
        UserError, match="this archive has more text than can be imported at once"
    ):
        survey(tmp_path, raw, "outbox.json")
    shown = [{"type": "Document", "url": "/media_attachments/1.png", "name": "x" * 500}] * 2
    raw = zipped(
        {"outbox.json": outbox(said(1, "x", attachment=shown)), "media_attachments/1.png": b"x"}
    )
    with pytest.raises(UserError, match="more text than"):
        survey(tmp_path, raw)
    # What is remembered of posts that do not come counts as well.
    line = {"id": "swarmfeed:x", "time_ms": 1, "text": ""}
    raw = b"".join(
        json.dumps({**line, "id": f"swarmfeed:{n}", "src": "x" * 90}).encode() + b"\n"
        for n in range(10)
    )
    with pytest.raises(UserError, match="more text than"):
        survey(tmp_path, raw, "posts.jsonl")
    monkeypatch.setattr(readers, "KEPT_CHARS_MAX", 10)
    with pytest.raises(UserError, match="more text than"):
        survey(tmp_path, archive_of_x())


@pytest.mark.attack("A346")
def test_of_the_writers_of_notes_no_more_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nostr, "WRITERS_MAX", 3)
    reader = ArchiveOfNostr(["nostr.jsonl"])
    for writer in ["a" * 64, "b" * 64, "b" * 10_000, *(f"{n:064}" for n in range(9)), "b" * 64]:
        reader.learn({"kind": 1, "pubkey": writer})
    assert reader._writers == {"a" * 64: 1, "b" * 64: 2, "0" * 64: 1}


def test_of_a_hundred_pictures_the_first_come_and_the_others_are_counted(
    tmp_path: Path,
) -> None:
    shown = [{"type": "Document", "url": f"/media_attachments/{n}.png"} for n in range(100)]
    pictures = {f"media_attachments/{n}.png": picture(1) for n in range(100)}
    raw = zipped({"outbox.json": outbox(said(1, "x", attachment=shown)), **pictures})
    found = survey(tmp_path, raw)
    assert (found.media, found.media_missing) == (MEDIA_MAX, 100 - MEDIA_MAX)


def test_a_warning_that_is_too_long_stands_whole_in_the_text(tmp_path: Path) -> None:
    warning = "of spiders, " * 30
    (post,) = survey(tmp_path, outbox(said(1, "hi", summary=warning)), "outbox.json").posts
    assert len(post.cw) == WARNING_CHARS_MAX and post.cw.endswith("…")
    assert post.text == f"{warning.strip()}\n\nhi"


def test_a_language_that_is_none_keeps_no_post_from_coming(tmp_path: Path) -> None:
    items = [{**FEED["items"][0], "language": "English, I think"}]  # type: ignore[dict-item]
    (post,) = survey(tmp_path, json.dumps({**FEED, "items": items}).encode(), "feed.json").posts
    assert (post.text, post.lang) == ("hé", "")


@pytest.mark.parametrize("name", ["outbox.json", "feed.xml", "twtxt.txt", "posts.jsonl"])
def test_of_two_archives_in_one_none_is_passed_over_in_silence(
    tmp_path: Path, name: str
) -> None:
    raw = zipped({f"anna/{name}": FILES[name], f"bert/{name}": FILES[name]})
    with pytest.raises(UserError, match=rf"more than one archive: anna/{name}, bert/{name}"):
        survey(tmp_path, raw)


def test_a_site_that_gives_out_both_forms_of_its_feed_is_one(tmp_path: Path) -> None:
    raw = zipped({f"blog/{name}": FILES[name] for name in ("feed.xml", "feed.json")})
    assert len(survey(tmp_path, raw).posts) == 1


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "outbox.json.gz", "B.7Z"])
def test_what_is_packed_once_more_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match=rf"{name} is packed in a way .*: unpack it"):
        survey(tmp_path, zipped({"readme.txt": b"x", name: zipped(FILES)}))


def test_what_a_mac_or_an_old_windows_packs_is_read(tmp_path: Path) -> None:
    beside = {
        "__MACOSX/outbox.json": b"\0\5\x16\7",
        "__MACOSX/a/._outbox.json": b"\0\5\x16\7",
        "a/._outbox.json": b"\0\5\x16\7",
    }
    raw = zipped({**beside, "a\\outbox.json": FILES["outbox.json"]})
    assert [post.text for post in survey(tmp_path, raw).posts] == ["hé"]


def test_a_zip_that_came_in_part_is_said_to_be_one(tmp_path: Path) -> None:
    whole = archive_of_x()
    for raw, name in ((whole[:-100], "a.zip"), (whole[:-100], "archive"), (b"", "empty.zip")):
        with pytest.raises(UserError, match=f"{name} is no whole zip file: its end is missing"):
            survey(tmp_path, raw, name)
