"""tools/verify_feed.py --post, a second implementation, on files that the real code wrote."""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.bencoding import encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import EntryRef, Hash
from swarmfeed.core.exports.single import page_of
from swarmfeed.core.feed.authorkey import first_author_key, hash_key
from swarmfeed.core.feed.certificate import sign_join, sign_leave
from swarmfeed.core.feed.kinds import EditBody, FollowBody, PostBody, ProfileBody
from swarmfeed.core.feed.proven import ProvenPost
from swarmfeed.errors import BadProofError, RemoteError

from tests.core.feed.test_medium import PICTURE
from tests.core.proofs import AUTHOR, FEED, Feed, stored
from tests.core.samples import OTHER_KEY

TOOL_FOLDER = Path(__file__).parent.parent / "tools"
POSTS = Feed(
    stored("hello <b>you</b> & 'me'\n\nbye"),
    stored(PostBody("behind it", cw='a "warning"')),
    stored("old words"),
    stored(EditBody(2, "new words", cw="now", media=(PICTURE, PICTURE))),
    stored(FollowBody(AUTHOR.author_id, True)),
    stored(ProfileBody("Anna")),
    stored(EditBody(0, "of another post")),
    stored(PostBody("look", media=(PICTURE,), reply=EntryRef(FEED, Hash(bytes(32)), 1))),
)

Verify = Callable[..., dict[str, Any]]


@pytest.fixture
def verify(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Verify:
    """Run the tool inside this process, which saves its start-up."""
    monkeypatch.syspath_prepend(str(TOOL_FOLDER))
    import verify_feed

    def run(page: str | bytes, *options: str) -> dict[str, Any]:
        path = tmp_path / "post.html"
        path.write_bytes(page.encode() if isinstance(page, str) else page)
        code = verify_feed.main(["--post", str(path), *options, "--json"])
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        assert code == result["exit_code"]
        return result

    return run


@pytest.mark.parametrize(
    ("index", "edit", "text"),
    [
        (0, None, "hello <b>you</b> & 'me'\n\nbye"),
        (1, None, "behind it"),
        (2, None, "old words"),
        (2, 3, "new words"),
        (7, None, "look"),
    ],
)
def test_what_was_signed_is_confirmed(
    verify: Verify, index: int, edit: int | None, text: str
) -> None:
    result = verify(page_of(POSTS.hit(index, edit)))
    assert (result["problems"], result["text"], result["index"]) == ([], text, index)
    assert result["author"] == format_author(AUTHOR.author_id)
    assert result["time"] == "2027-01-15T08:00:00Z"


def test_a_page_says_all_that_is_signed_and_runs_nothing() -> None:
    page = page_of(POSTS.hit(0))
    assert "hello &lt;b&gt;you&lt;/b&gt; &amp; &#x27;me&#x27;\n\nbye</div>" in page
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "<summary>a &quot;warning&quot;</summary>" in page_of(POSTS.hit(1))
    assert "<summary>now</summary>" in (page := page_of(POSTS.hit(2, 3)))
    assert "new words" in page
    assert ">old words" not in page
    assert "not in this file: 2</p>\n<p>The author changed the text later" in page
    assert "not in this file: 1</p>\n<p>It answers another post." in page_of(POSTS.hit(7))


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, len(page_of(POSTS.hit(0)).encode()) - 1), flip=st.integers(1, 255))
def test_one_changed_byte_anywhere_is_refused(verify: Verify, place: int, flip: int) -> None:
    page = bytearray(page_of(POSTS.hit(0)).encode())
    page[place] ^= flip
    assert verify(bytes(page))["problems"]


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300),
    cw=st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
)
def test_any_text_is_shown_as_both_write_it(verify: Verify, text: str, cw: str) -> None:
    result = verify(page_of(Feed(stored(PostBody(text, cw=cw))).hit(0)))
    assert (result["problems"], result["text"]) == ([], text)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("hello", "hallo", "shows something else"),
        ("2027-01", "2026-01", "shows something else"),
        ("</article>", "<p>and more</p></article>", "shows something else"),
        ("</style>", ".e-content{display:none}</style>", "shows something else"),
        ("</html>\n", "</html>", "shows something else"),
        ('<data class="proof"', "<data", "no proof"),
    ],
)
def test_what_is_seen_has_to_follow_from_the_proof(
    verify: Verify, old: str, new: str, problem: str
) -> None:
    page = page_of(POSTS.hit(0))
    assert old in page
    assert problem in verify(page.replace(old, new, 1))["problems"][0]


def test_a_signed_text_that_is_changed_in_both_places_is_refused(verify: Verify) -> None:
    page = page_of(POSTS.hit(0))
    found = re.search('value="([^"]+)"></data>', page)
    assert found is not None
    forged = b64encode(b64decode(found[1]).replace(b"hello", b"hallo")).decode()
    result = verify(page.replace(found[1], forged).replace("hello", "hallo"))
    assert result["problems"] == ["the entry is not under the signed head"]


def _forged(page: str, proven: ProvenPost) -> str:
    """Put another proof in, as somebody would who does not ask our code."""
    proof = b64encode(encode(codec_of(ProvenPost).write(proven))).decode()
    return re.sub('value="[^"]+"></data>', f'value="{proof}"></data>', page)


HIT = POSTS.hit(0)
STRANGER = Feed(*POSTS.records, key=OTHER_KEY)
ENDED = (*HIT.certificates, sign_leave(AUTHOR, FEED, size=0, from_ms=2))


@pytest.mark.parametrize(
    ("proven", "problem"),
    [
        (replace(HIT, head=STRANGER.head), "head: it is about another feed"),
        (replace(HIT, post=replace(HIT.post, index=1)), "not under the signed head"),
        (replace(HIT, post=replace(HIT.post, proof=())), "the proof is too short"),
        (replace(HIT, certificates=STRANGER.certificates), "whose feed this is"),
        (replace(HIT, certificates=ENDED), "ended before this post"),
        (replace(HIT, certificates=()), "too many certificates, or none"),
        (replace(HIT, post=POSTS.proven(4)), "is no post"),
        (replace(POSTS.hit(2), edit=POSTS.hit(0, 6).edit), "the edit is of another post"),
        (POSTS.hit(0, profile=5), "a key that has no place here"),
    ],
)
def test_a_proof_that_proves_nothing_is_refused(
    verify: Verify, proven: ProvenPost, problem: str
) -> None:
    (found,) = verify(_forged(page_of(HIT), proven))["problems"]
    assert problem in found


def test_whose_it_must_be_counts_for_a_post_too(verify: Verify) -> None:
    address = format_author(AUTHOR.author_id)
    other = format_author(first_author_key(OTHER_KEY, hash_key(b"next")).author_id)
    assert verify(page_of(HIT), "--author", address.upper())["problems"] == []
    (problem,) = verify(page_of(HIT), "--author", other)["problems"]
    assert problem == f"it is a post of {address}, not of {other}"


@pytest.mark.parametrize("index", [3, 4, 5])
def test_what_is_no_post_does_not_go_out(index: int) -> None:
    with pytest.raises(BadProofError, match="is no post"):
        page_of(POSTS.hit(index))


def test_an_edit_of_another_post_does_not_go_out() -> None:
    with pytest.raises(RemoteError, match="the edit is of another post"):
        page_of(POSTS.hit(2, 6))


def test_a_file_without_end_is_not_read(verify: Verify) -> None:
    assert verify(b"x" * (256 * 1024 + 1))["problems"] == ["the file is too long"]


def test_a_certificate_of_somebody_else_beside_changes_nothing(verify: Verify) -> None:
    other = sign_join(AUTHOR, SigningKey(b"\x09" * 32), from_ms=1)
    page = page_of(replace(HIT, certificates=(*HIT.certificates, other)))
    assert verify(page)["problems"] == []


def test_the_format_says_how_the_file_begins_and_ends() -> None:
    text = (TOOL_FOLDER.parent / "docs" / "FORMAT.md").read_text("utf-8")
    section = text.partition("\n## 26.")[2].partition("\n## ")[0]
    blocks = [
        "".join(f"{line[4:]}\n" for line in each.splitlines())
        for each in re.findall(r"(?:^    .*\n)+", section, re.MULTILINE)
    ]
    page = page_of(POSTS.hit(0))
    assert page.startswith(blocks[0])
    assert page.endswith(blocks[2])
