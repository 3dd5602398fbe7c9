"""A file that holds no posts is named for what it seems to be."""

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable

import pytest
from click.testing import Result
from street.fakes.annas_desk import AnnasDesk
from swarmfeed.cli.foreign import signature_of, spelling_of

Run = Callable[..., Result]

GOOD = '{"author": "a", "time": 1, "text": "x"}\n'


def zipped() -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as file:
        file.writestr("outbox.json", "{}")
    return raw.getvalue()


def tarred(mode: str) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode=mode) as file:  # type: ignore[call-overload]  # mode is a str
        member = tarfile.TarInfo("outbox.json")
        member.size = 2
        file.addfile(member, io.BytesIO(b"{}"))
    return raw.getvalue()


OUTBOX = {
    "@context": "https://www.w3.org/ns/activitystreams",
    "id": "outbox.json",
    "type": "OrderedCollection",
    "orderedItems": [{"type": "Create", "object": {"content": "<p>Hi</p>"}}],
}
TWEETS = [{"tweet": {"full_text": "Hi", "created_at": "Wed Nov 01 00:00:00 +0000 2023"}}]

FILES = {
    "zip": (zipped(), "a zip archive"),
    "tar": (tarred("w"), "a tar archive"),
    "tar.gz": (tarred("w:gz"), "a tar archive"),
    "tar.bz2": (tarred("w:bz2"), "a packed file"),
    "packed twice": (gzip.compress(gzip.compress(GOOD.encode())), "packed twice"),
    "Mastodon": (json.dumps(OUTBOX).encode(), "an outbox of Mastodon"),
    "Mastodon, laid out": (json.dumps(OUTBOX, indent=2).encode(), "an outbox of Mastodon"),
    "X": (b"window.YTD.tweets.part0 = " + json.dumps(TWEETS).encode(), "X (Twitter)"),
    "list": (json.dumps([json.loads(GOOD)]).encode(), "a JSON list"),
    "list, laid out": (json.dumps([json.loads(GOOD)], indent=1).encode(), "a JSON list"),
    "object": (json.dumps({"posts": [1]}).encode(), "one JSON object"),
    "object, laid out": (json.dumps({"posts": [1]}, indent=1).encode(), "one JSON object"),
    "CSV": (b"id,date,text\n1,2020-01-01,Hello\n", "a table (CSV)"),
    "TSV": (b"id\tdate\ttext\n1\t2020-01-01\tHello\n", "a table (CSV)"),
    "HTML": (b"<!DOCTYPE html>\n<html><body>x", "a web page"),
    "RSS": (b'<?xml version="1.0"?><rss></rss>', "XML"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(20), "a picture"),
    "JPEG": (b"\xff\xd8\xff\xe0" + bytes(20), "a picture"),
    "PDF": (b"%PDF-1.7\n", "a PDF"),
    "film": (b"\0\0\0\x20ftypisom" + bytes(20), "a film"),
    "SQLite": (b"SQLite format 3\0" + bytes(90), "an SQLite database"),
    "UTF-16": (GOOD.encode("utf-16"), "text in UTF-16"),
    "UTF-16, no mark": (GOOD.encode("utf-16-le"), "text in UTF-16"),
}


@pytest.mark.parametrize(("content", "what"), FILES.values(), ids=FILES)
def test_a_foreign_file_is_named_and_told_what_is_expected(
    run: Run, node: AnnasDesk, content: bytes, what: str
) -> None:
    result = run("import", "-", stdin=content)
    assert (result.exit_code, result.stdout, node.posts) == (1, "", [])
    said = " ".join(result.stderr.split())
    assert what in said
    assert '{"author": "me", "time": 1500000000, "text": "Hello"}' in said
    assert "nothing was imported" in said
    again = run("import", "-", "--skip-bad", stdin=content)
    assert (again.exit_code, node.posts) == (1, [])


def test_what_is_only_a_little_wrong_is_not_called_foreign(run: Run) -> None:
    for first in ("Hello, dear, friend", "no post at all"):
        result = run("import", "-", stdin=first + "\n" + GOOD)
        assert result.stderr.startswith("Error: line 1: not JSON")


def test_a_mark_of_the_byte_order_is_no_part_of_the_first_line(
    run: Run, node: AnnasDesk
) -> None:
    assert run("import", "-", stdin=b"\xef\xbb\xbf" + GOOD.encode()).exit_code == 0
    assert len(node.posts) == 1


@pytest.mark.parametrize("head", [b"", b"a", b"{", b"\0"])
def test_the_shortest_files_break_nothing(head: bytes) -> None:
    assert signature_of(head) is None
    spelling_of(head)
