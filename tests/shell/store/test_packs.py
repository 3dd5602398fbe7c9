"""Texts that are packed together: each is read as it was written, and leaves no trace."""

import random
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from seeker.needle import Needle
from seeker.seeking import seek
from swarmfeed.core.feed.chunk import Packer
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.kinds import EditBody, FollowBody, PostBody, WithdrawBody
from swarmfeed.errors import MendingError
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.packs import LOOSE, PACK_BYTES_MAX, PACK_POSTS, PACK_POSTS_MIN

from tests.shell.store.index_samples import (
    ANN,
    BOB,
    BOBS,
    LAPTOP,
    NOW_MS,
    add,
    seen_at,
    stored,
    texts,
)

WORD: Final = "Xyqvkéßwzjhpmbtçrlgnd"


def ask(index: SqliteIndex, question: str) -> Any:
    """The only value of the only row."""
    with index._database.read() as db:
        return db.execute(question).fetchone()[0]


def packed(index: SqliteIndex) -> int:
    return int(ask(index, "SELECT count(*) FROM post WHERE text ISNULL"))


def said(index: SqliteIndex) -> list[str]:
    """All of Ann's, oldest first."""
    return texts(index.author_posts(ANN, 200, None))[::-1]


def numbered(count: int, first: int = 0) -> list[bytes]:
    return [stored(f"post {at}", NOW_MS + at) for at in range(first, first + count)]


def test_what_comes_together_is_packed_and_read_with_its_true_hashes(tmp_path: Path) -> None:
    records = numbered(100)
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        add(index, LAPTOP, 0, records)
        assert said(index) == [f"post {at}" for at in range(100)]
        assert packed(index) == 100
        assert ask(index, "SELECT count(*) FROM pack") == -(-100 // PACK_POSTS)
        for at in (0, 15, 16, 57, 99):
            found = index.post(LAPTOP, at)
            assert found is not None and found.ref.entry_hash == hash_stored(records[at])
            assert texts(index.search(f'"post {at}"', 5, None)) == [f"post {at}"]
        index.check()


def test_texts_that_do_not_fit_a_pack_stand_in_their_rows(tmp_path: Path) -> None:
    dice = random.Random(3)
    noise = ["".join(chr(dice.randrange(0x4E00, 0x9FFF)) for _ in range(890)) for _ in range(8)]
    odd = ["l" * 901, "nul \0 in it", "short", PostBody("warned", cw="careful"), "short too"]
    records = [stored(text, NOW_MS + at) for at, text in enumerate([*odd, *noise, *odd])]
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        add(index, LAPTOP, 0, records)
        plain = [text.text if isinstance(text, PostBody) else text for text in odd]
        assert said(index) == [*plain, *noise, *plain]
        assert ask(index, "SELECT coalesce(max(length(texts)), 0) FROM pack") <= PACK_BYTES_MAX
        assert {*range(1, 19)} >= {ask(index, "SELECT count(*) FROM post WHERE text NOTNULL")}


def test_between_packed_posts_may_stand_what_is_none(tmp_path: Path) -> None:
    records = [
        stored(f"post {at}" if at % 3 else FollowBody(BOB, on=True), NOW_MS + at)
        for at in range(60)
    ]
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        add(index, LAPTOP, 0, records)
        assert said(index) == [f"post {at}" for at in range(60) if at % 3]
        assert packed(index) == 40


def test_what_comes_alone_is_packed_when_there_is_enough_of_it(tmp_path: Path) -> None:
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        add(index, LAPTOP, 0, numbered(5))
        for at, record in enumerate(numbered(95, 5), 5):
            add(index, LAPTOP, at, [record])
        assert said(index) == [f"post {at}" for at in range(100)]
        assert 100 - PACK_POSTS <= packed(index) < 100
        index.check()


def test_a_feed_that_grows_beside_another_is_packed_by_itself(tmp_path: Path) -> None:
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        for at in range(0, 96, PACK_POSTS_MIN):
            add(index, LAPTOP, at, numbered(PACK_POSTS_MIN, at))
            add(index, BOBS, at, [stored(f"bob {n}", NOW_MS + n) for n in range(at, at + 4)])
        assert said(index) == [f"post {at}" for at in range(96)]
        assert texts(index.author_posts(BOB, 96, None))[::-1] == [f"bob {n}" for n in range(96)]
        assert packed(index) == 192
        index.drop_feed(BOBS)
        assert said(index) == [f"post {at}" for at in range(96)]
        index.drop_feed(LAPTOP)
        assert ask(index, "SELECT count(*) FROM pack") == 0


@pytest.mark.attack("A75")
@pytest.mark.parametrize("ending", [WithdrawBody(20), EditBody(index=20, text="another")])
def test_what_is_withdrawn_or_edited_leaves_its_pack_without_a_trace(
    ending: WithdrawBody | EditBody, tmp_path: Path
) -> None:
    records = numbered(40)
    records[20] = stored(f"who says {WORD} here", NOW_MS + 20)
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        add(index, LAPTOP, 0, records)
        assert seek(tmp_path, Needle(WORD))
        add(index, LAPTOP, 40, [stored(ending)])
        while index.sweep():
            pass
        assert seek(tmp_path, Needle(WORD)) == []
        left = [f"post {at}" for at in range(40)]
        left[20:21] = ["another"] if isinstance(ending, EditBody) else []
        assert said(index) == left
        index.check()


def repeating() -> list[str]:
    """Texts of a pack that just fits, and does not once the first of them is gone."""
    dice, packer = random.Random(29), Packer()
    signs = [chr(0x4E00 + at) for at in range(200)]
    pieces = ["".join(dice.choices(signs, k=3)) for _ in range(200)]
    found = ["".join(dice.choices(pieces, k=120)) for _ in range(PACK_POSTS - 1)]
    found.append(found[0])

    def fits(texts: list[str]) -> bool:
        return len(packer.pack("\0".join(texts).encode())) <= PACK_BYTES_MAX

    while not fits(found):
        found[1:-1] = [text[:-4] for text in found[1:-1]]
    for at in range(1, 5):
        while fits(longer := [*found[:at], found[at] + dice.choice(signs), *found[at + 1 :]]):
            found = longer
    assert not fits(["", *found[1:]])
    return found


@pytest.mark.attack("A75")
@pytest.mark.parametrize("ending", [WithdrawBody(0), EditBody(index=0, text="another")])
def test_a_pack_that_gets_longer_when_a_text_goes_loses_no_other(
    ending: WithdrawBody | EditBody, tmp_path: Path
) -> None:
    records = repeating()
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        add(index, LAPTOP, 0, [stored(text, NOW_MS + at) for at, text in enumerate(records)])
        assert packed(index) == PACK_POSTS
        add(index, LAPTOP, PACK_POSTS, [stored(ending)])
        assert said(index) == [*["another"] * isinstance(ending, EditBody), *records[1:]]
        index.check()


def test_posts_that_are_read_again_begin_no_pack_inside_another(tmp_path: Path) -> None:
    """An edit that is withdrawn gives back what was written, from the log."""
    records = numbered(40)
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        add(index, LAPTOP, 0, records)
        for at in range(4, 12):
            add(index, LAPTOP, 36 + at, [stored(EditBody(index=at, text=f"edit {at}"))])
        for at in range(4, 12):
            add(index, LAPTOP, 44 + at, [stored(WithdrawBody(36 + at))])
        assert index.indexed_ranges(LAPTOP) == [(0, 4), (12, 56)]
        add(index, LAPTOP, 4, records[4:12])
        assert said(index) == [f"post {at}" for at in range(40)]
        index.check()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_each_text_is_read_as_it_is_now(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    shown: dict[int, str] = {}
    size = 0
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        for _ in range(40):
            more = dice.choice((1, 1, 3, 5, 40))
            add(index, LAPTOP, size, numbered(more, size))
            shown |= {at: f"post {at}" for at in range(size, size + more)}
            size += more
            target = dice.choice(list(shown))
            if dice.random() < 0.5:
                add(index, LAPTOP, size, [stored(WithdrawBody(target))])
                del shown[target]
            else:
                shown[target] = f"edit {size}"
                add(index, LAPTOP, size, [stored(EditBody(index=target, text=shown[target]))])
            size += 1
            if dice.random() < 0.2:
                index.resort(LAPTOP, 0, size, seen_at(NOW_MS - dice.randrange(10**9)))
        found = {view.ref.index: view.text for view in _all(index)}
        assert found == shown
        index.check()


def _all(index: SqliteIndex) -> list[Any]:
    found: list[Any] = []
    while page := index.author_posts(ANN, 50, found[-1].cursor if found else None):
        found += page
    return found


@pytest.mark.attack("A29")
@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE pack SET texts = x'00'",
        "UPDATE pack SET texts = substr(texts, 1, 20)",
        "UPDATE pack SET first = first + 1000, last = last + 1000",
        "DELETE FROM pack",
        "UPDATE pack SET texts = (SELECT texts FROM pack AS p WHERE p.first > 15 LIMIT 1)",
    ],
)
def test_a_pack_that_is_none_is_damage_and_not_another_text(
    damage: str, tmp_path: Path
) -> None:
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        add(index, LAPTOP, 0, numbered(20))
        with index._database.write() as db:
            db.execute(damage)
        with pytest.raises(MendingError):
            said(index)


@pytest.mark.attack("A29")
@pytest.mark.parametrize("content", ["x'00'", "substr(texts, 1, 20)"])
@pytest.mark.parametrize("ending", [WithdrawBody(5), EditBody(index=5, text="another")])
def test_what_is_said_of_a_post_in_a_damaged_pack_says_that_it_is_damaged(
    ending: WithdrawBody | EditBody, content: str, tmp_path: Path
) -> None:
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        add(index, LAPTOP, 0, numbered(20))
        with index._database.write() as db:
            db.execute(f"UPDATE pack SET texts = {content}")
        with pytest.raises(MendingError):
            add(index, LAPTOP, 20, [stored(ending)])


def test_who_packs_looks_at_neighbours_and_not_at_all_posts_of_the_feed(tmp_path: Path) -> None:
    with closing(SqliteIndex(tmp_path / "index.db")) as index, index._database.read() as db:
        plan = db.execute(f"EXPLAIN QUERY PLAN {LOOSE}", (16, 31, 1)).fetchall()
    assert [row[3] for row in plan] == [
        "SEARCH post USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"
    ]


def test_posts_that_came_alone_are_packed_whatever_times_they_claim(tmp_path: Path) -> None:
    """Their order in the feed is that of the pack."""
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        for at in range(PACK_POSTS):
            add(index, BOBS, at, [stored(f"word {at}", NOW_MS - 5_000 * (at % 3))])
        assert packed(index) == PACK_POSTS - 1, "row numbers begin with 1"
        views = [index.post(BOBS, at) for at in range(PACK_POSTS)]
        assert [view and view.text for view in views] == [
            f"word {n}" for n in range(PACK_POSTS)
        ]
