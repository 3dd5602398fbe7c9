"""Archives of Mastodon: only what everybody could read comes, as plain text."""

import json
from pathlib import Path

import pytest

from tests.core.archives.reading import left_out, member, survey
from tests.made_archives import ACTOR, archive_of_mastodon, zipped


def test_public_posts_come_and_nothing_else(tmp_path: Path) -> None:
    found = survey(tmp_path, archive_of_mastodon())
    assert [post.text for post in found.posts] == [
        "@bob@far.example look: https://example.org/a/long/way\n\nFish &amp; chips\n<3",
        "an answer to myself",
        "unlisted",
        "covered",
        "Which?\n\n- this\n- that",
    ]
    assert left_out(found) == {
        "Not for everybody when it was written": 3,
        "Repeats a post of somebody else": 1,
        "No post": 1,
        "Written by somebody else": 1,
    }


def test_nothing_is_told_of_what_was_private(tmp_path: Path) -> None:
    found = survey(tmp_path, archive_of_mastodon())
    private = [each for each in found.left_out if each.why.startswith("Not for everybody")]
    assert [each.about for each in private] == [""]


def test_threads_covers_descriptions_and_times_come_with_them(tmp_path: Path) -> None:
    first, second, _, covered, _ = survey(tmp_path, archive_of_mastodon()).posts
    assert (first.time_ms, first.src) == (1_682_935_200_000, f"{ACTOR}/statuses/1")
    assert (second.answers, second.time_ms) == (first.src, 1_683_021_600_000)
    assert covered.cw == "Spoiler & more"
    assert second.lang == "", "no language is called so"
    assert [(each.members, each.alt) for each in covered.media] == [
        (("media_attachments/files/1/original/a.png",), "A blue field")
    ]


@pytest.mark.parametrize(
    ("alt", "kept"),
    [
        ("long " * 2_000, ("long " * 125).strip()),
        ("two\r\nlines\x0b", "two\nlines"),
        ("\x00", ""),
    ],
)
def test_a_description_that_is_none_here_is_cut_and_the_archive_comes(
    tmp_path: Path, alt: str, kept: str
) -> None:
    raw = json.loads(member(archive_of_mastodon(), "outbox.json"))
    told = json.dumps(raw).replace("A blue field", json.dumps(alt)[1:-1])
    files = {"outbox.json": told, "media_attachments/files/1/original/a.png": "picture"}
    found = survey(tmp_path, zipped({name: text.encode() for name, text in files.items()}))
    (medium,) = (each for post in found.posts for each in post.media)
    assert medium.alt == kept


def test_an_outbox_alone_is_enough(tmp_path: Path) -> None:
    raw = member(archive_of_mastodon(), "outbox.json")
    assert len(survey(tmp_path, raw, "mine.json").posts) == 6, "whose it is, nobody knows"
