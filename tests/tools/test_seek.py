"""``tools/seek`` finds a text in every kind of place where a home may hold one."""

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

import apsw
import pytest
from seeker.main import main
from seeker.needle import Needle
from seeker.packed import unpacked
from seeker.seeking import Place, seek, seek_open
from swarmfeed.core.feed.kinds import EditBody
from swarmfeed.shell.disk.journal import append_frame, base_frame
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.shell.store.index import SqliteIndex

from tests.core.samples import FEED, KEY, frame_of, post, posts
from tests.shell.store.index_samples import LAPTOP, add, stored

WORD: Final = "Xyqvkéßwzjhpmbtçrlgnd"
"""Letters as nobody has them in a row; some that the index folds."""

CANARY: Final = f"who says {WORD} here"
NEEDLE: Final = Needle(CANARY)
NOW_MS: Final = 1_700_000_000_000
LETTERS: Final = bytes(range(97, 123))

pytestmark = pytest.mark.attack("A75")


def files(home: Path) -> set[str]:
    return {place.file.rpartition("/")[2] for place in seek(home, NEEDLE)}


def index_with(path: Path, *texts: str) -> SqliteIndex:
    index = SqliteIndex(path)
    add(index, LAPTOP, 0, [stored(text, NOW_MS + at) for at, text in enumerate(texts)])
    return index


def logs_with(home: Path, size: int, at: int) -> FileLogs:
    """An own feed in which one entry is the canary."""
    logs = FileLogs(home / "feeds")
    logs.read_all()
    entries = [*posts(0, at), post(at, CANARY), *posts(at + 1, size)]
    logs.append(FEED, entries, now_ms=NOW_MS, sign=KEY.sign)
    return logs


# --- places made by the real program ---------------------------------------------------------


def test_in_a_sealed_chunk(tmp_path: Path) -> None:
    logs_with(tmp_path, 300, at=77)
    (place,) = seek(tmp_path, NEEDLE)
    assert place.file.endswith("-0-0.zst") and place.where.startswith("packed at byte 0, byte ")


def test_in_the_base_of_a_journal(tmp_path: Path) -> None:
    logs_with(tmp_path, 20, at=19)
    assert "journal" in files(tmp_path)


def test_in_an_append_of_a_journal_and_in_the_high_water_mark_of_it(tmp_path: Path) -> None:
    logs = logs_with(tmp_path, 20, at=19)
    logs.replace(logs.read_all()[0])
    for path in (tmp_path / "feeds").glob("*/journal"):
        path.unlink()
    fresh = tmp_path / "fresh"
    logs = FileLogs(fresh / "feeds")
    logs.append(FEED, posts(0, 2), now_ms=NOW_MS, sign=KEY.sign)
    assert files(fresh) == set()
    logs.append(FEED, [post(2, CANARY)], now_ms=NOW_MS, sign=KEY.sign)
    (journal,) = fresh.glob("feeds/*/journal")
    (mark,) = fresh.glob("high-water/*")
    assert files(fresh) == {"journal", mark.name}
    logs.append(FEED, [post(3)], now_ms=NOW_MS, sign=KEY.sign)
    assert files(fresh) == {"journal", mark.name}, "the other slot has it still"
    journal.with_name("journal.damaged").write_bytes(journal.read_bytes())
    assert files(fresh) == {"journal", "journal.damaged", mark.name}


def test_in_a_row_of_the_index_in_its_words_and_in_its_log(tmp_path: Path) -> None:
    with closing(index_with(tmp_path / "index.db", "a", CANARY)) as index:
        assert files(tmp_path) == {"index.db-wal"}
        with index._database.write() as db:
            assert db.execute("SELECT text FROM post WHERE id = 2").fetchone() == (CANARY,)
    assert files(tmp_path) == {"index.db"}


def test_in_the_words_alone(tmp_path: Path) -> None:
    """Folded, cut to pieces by FTS5, and in no row any more."""
    path = tmp_path / "index.db"
    index_with(path, CANARY).close()
    with closing(SqliteIndex(path)) as index, index._database.write() as db:
        db.execute("DELETE FROM post")
    assert files(tmp_path) == {"index.db"}
    content = path.read_bytes()
    assert WORD.encode() not in content, "as it was typed it is not there"


def test_in_a_word_of_which_fts5_spells_the_end_alone(tmp_path: Path) -> None:
    db = apsw.Connection(str(tmp_path / "words.db"))
    db.execute("CREATE VIRTUAL TABLE w USING fts5(text, content='')")
    words = [(1, "xyqvkeaa"), (2, "xyqvkesswzjhpmbtcrlgnd")]
    with db:
        db.executemany("INSERT INTO w (rowid, text) VALUES (?, ?)", words)
    db.close()
    assert b"xyqvkess" not in (tmp_path / "words.db").read_bytes()
    assert files(tmp_path) == {"words.db"}


def test_in_an_edit_that_waits_for_its_post(tmp_path: Path) -> None:
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        add(index, LAPTOP, 5, [stored(EditBody(index=2, text=CANARY))])
    assert files(tmp_path) == {"index.db"}


# --- places made by hand ---------------------------------------------------------------------


def free_page(path: Path) -> None:
    db = apsw.Connection(str(path))
    db.execute("CREATE TABLE t (x)")
    db.execute("INSERT INTO t VALUES (?)", (CANARY * 200,))
    db.execute("DELETE FROM t")
    db.close()


def free_room_in_a_page(path: Path) -> None:
    db = apsw.Connection(str(path))
    db.execute("CREATE TABLE t (x)")
    db.execute("INSERT INTO t VALUES (?), ('kept')", (CANARY,))
    db.execute("DELETE FROM t WHERE x <> 'kept'")
    db.close()


def over_two_pages(path: Path) -> None:
    """Only once in a long row, just where it runs over into the next page."""
    db = apsw.Connection(str(path))
    db.execute("PRAGMA page_size = 512")
    db.execute("CREATE TABLE t (x)")
    for start in range(480, 560, 3):
        db.execute("INSERT INTO t VALUES (?)", ("-" * start + CANARY + "-" * 600,))
    db.close()


def torn_chunk(path: Path) -> None:
    """Two frames, and a part of a third."""
    frames = [
        frame_of(posts(0, 256)),
        frame_of([post(0, CANARY), *posts(1, 256)]),
        frame_of(posts(0, 256)),
    ]
    path.write_bytes(b"".join(frames)[:-100])


def chunk_without_its_beginning(path: Path) -> None:
    """As a file that is being fetched has it."""
    first, second = frame_of(posts(0, 256)), frame_of([post(0, CANARY)])
    path.write_bytes(bytes(len(first)) + second)


def torn_journal(path: Path) -> None:
    base = base_frame(b"le", [], b"head")
    path.write_bytes(base + append_frame([post(0, CANARY)], b"head")[:-20])


def half_a_slot(path: Path) -> None:
    content = append_frame([post(0, CANARY)], b"head")
    path.write_bytes(b"\0" * 100 + content[len(content) // 2 - 30 :])


def json_lines(path: Path) -> None:
    path.write_text('{"event": "who says Xyqvk\\u00e9\\u00dfwzjhpmbt\\u00e7rlgnd here"}\n')


def query(path: Path) -> None:
    path.write_text("GET /search?q=Xyqvk%C3%A9%C3%9Fwzjhpmbt%C3%A7rlgnd\n")


def other_accents(path: Path) -> None:
    path.write_text("Xyqvke\u0301ßwzjhpmbtc\u0327rlgnd")


def capitals(path: Path) -> None:
    path.write_text(CANARY.casefold())


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("index.db.damaged", free_page),
        ("index.db.damaged", free_room_in_a_page),
        ("scratch-index.db", over_two_pages),
        ("feed-0-16.zst", torn_chunk),
        ("feed-1-0.zst", chunk_without_its_beginning),
        ("journal", torn_journal),
        ("mark", half_a_slot),
        ("node.log", json_lines),
        ("access.log", query),
        ("name", other_accents),
        ("name", capitals),
    ],
)
def test_in_a_place_made_by_hand(
    name: str, make: Callable[[Path], None], tmp_path: Path
) -> None:
    folder = tmp_path / "feeds" / "incoming"
    folder.mkdir(parents=True)
    (folder / "other").write_bytes(LETTERS * 50)
    assert files(tmp_path) == set()
    make(folder / name)
    assert files(tmp_path) == {name}


def test_places_of_databases_are_named_as_their_tools_name_them(tmp_path: Path) -> None:
    free_page(tmp_path / "a.db")
    places = seek(tmp_path, NEEDLE)
    assert Place("a.db", "page 3 (free)") in places
    db = apsw.Connection(str(tmp_path / "b.db"))
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("CREATE TABLE t (x)")
    db.execute("INSERT INTO t VALUES (?)", (CANARY,))
    found = [place for place in seek(tmp_path, NEEDLE) if place.file > "b"]
    db.close()
    assert found == [Place("b.db-wal", "frame 3")]


def test_in_a_file_that_is_deleted_and_still_open(tmp_path: Path) -> None:
    path = tmp_path / "gone"
    path.write_text(CANARY)
    with path.open("rb"):
        path.unlink()
        assert seek(tmp_path, NEEDLE) == []
        (place,) = seek_open(os.getpid(), NEEDLE)
        assert place.file == f"{path} (deleted)"
    assert seek_open(os.getpid(), NEEDLE) == []


def test_frames_are_unpacked_as_far_as_they_are_whole() -> None:
    frames = frame_of(posts(0, 256)) + frame_of(posts(256, 512))
    assert [at for at, _ in unpacked(frames)] == [0, len(frame_of(posts(0, 256)))]
    assert len(list(unpacked(frames[:-1]))) == 1, "of one block, so all of it or nothing"
    assert list(unpacked(b"\x28\xb5\x2f\xfd" * 3)) == []


def test_a_word_that_may_stand_there_by_chance_is_refused() -> None:
    with pytest.raises(ValueError, match="no word"):
        Needle("short words alone")


def test_its_command_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "node.log").write_text(CANARY)
    assert main([CANARY, str(tmp_path)]) == 1
    assert capsys.readouterr().out == "node.log: byte 9\n1 place\n"
    assert main(["Zbfkwmqjxvtrnplgcd", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "nothing of it is there\n"


def test_its_command_refuses_what_it_cannot_look_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for asked in (["short", str(tmp_path)], [CANARY, str(tmp_path / "nowhere")]):
        with pytest.raises(SystemExit):
            main(asked)
    said = capsys.readouterr().err
    assert "no word of 'short' has 16 bytes" in said and "nowhere is no folder" in said
