"""Long posts run over their page: their seal tells what checksums of pages cannot."""

from contextlib import closing
from pathlib import Path

import pytest
from swarmfeed.core.feed.kinds import EditBody, PostBody, WithdrawBody
from swarmfeed.errors import DamageError
from swarmfeed.shell.store.index import SqliteIndex

from tests.shell.store.index_samples import ANN, LAPTOP, PAGE_BYTES, add, stored, texts

LONG = [f"{letter} " * 3_000 for letter in "abcd"]
RECORDS = [*map(stored, LONG), stored("short"), stored(PostBody("e " * 3_000, cw="long"))]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "index.db"
    with closing(SqliteIndex(path)) as index:
        add(index, LAPTOP, 0, RECORDS)
    return path


def overflow_pages(path: Path, letter: str) -> list[int]:
    """Places of pages that hold nothing but a part of one text."""
    content, run = path.read_bytes(), f"{letter} ".encode() * 500
    return [
        at
        for at in range(0, len(content), PAGE_BYTES)
        if run in content[at : at + 1_200] and content[at : at + 4] == bytes(4)
    ]


def read_long(path: Path) -> list[str]:
    with closing(SqliteIndex(path)) as index:
        return [view.text for at in range(6) if (view := index.post(LAPTOP, at))]


def test_all_is_read_as_it_was_written(path: Path) -> None:
    assert read_long(path) == [*LONG, "short", "e " * 3_000]
    assert all(len(overflow_pages(path, letter)) == 1 for letter in "abcde")


@pytest.mark.attack("A29")
@pytest.mark.parametrize("letter", "ae")
def test_a_page_of_zeros_has_the_right_checksum_and_is_damage(path: Path, letter: str) -> None:
    (at,) = overflow_pages(path, letter)
    with path.open("r+b") as file:
        file.seek(at)
        file.write(bytes(PAGE_BYTES))
    with pytest.raises(DamageError):
        read_long(path)


@pytest.mark.attack("A29")
@pytest.mark.parametrize("letters", ["ab", "ae"])
def test_pages_that_changed_places_are_damage(path: Path, letters: str) -> None:
    one, two = (overflow_pages(path, letter)[0] for letter in letters)
    content = path.read_bytes()
    with path.open("r+b") as file:
        for at, other in ((one, two), (two, one)):
            file.seek(at)
            file.write(content[other : other + PAGE_BYTES])
    with pytest.raises(DamageError):
        read_long(path)


def test_an_edit_gets_a_new_seal_and_a_short_one_none(path: Path) -> None:
    with closing(SqliteIndex(path)) as index:
        edits = [
            stored(EditBody(0, "n " * 3_000)),
            stored(EditBody(1, "now short")),
            stored(EditBody(4, "s " * 3_000)),
            stored(WithdrawBody(3)),
        ]
        add(index, LAPTOP, len(RECORDS), edits)
        said = ["e " * 3_000, "s " * 3_000, LONG[2], "now short", "n " * 3_000]
        assert texts(index.author_posts(ANN, 9, None)) == said
        with index._database.read() as db:
            assert db.execute("SELECT count(*) FROM seal").fetchone() == (4,)
        index.drop_feed(LAPTOP)
        with index._database.read() as db:
            assert db.execute("SELECT count(*) FROM seal").fetchone() == (0,)


@pytest.mark.attack("A29")
def test_an_edit_is_not_made_of_a_text_that_is_damaged(path: Path) -> None:
    (at,) = overflow_pages(path, "b")
    with path.open("r+b") as file:
        file.seek(at)
        file.write(bytes(PAGE_BYTES))
    with closing(SqliteIndex(path)) as index, pytest.raises(DamageError):
        add(index, LAPTOP, len(RECORDS), [stored(EditBody(1, "better"))])
