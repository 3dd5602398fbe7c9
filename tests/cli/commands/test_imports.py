"""``import``: all lines or none, with their times, once."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from street.fakes.anna import NOW_MS
from street.fakes.annas_desk import AnnasDesk
from swarmfeed.core.asks.writing import ImportPosts

Run = Callable[..., Result]


def line(author: object, time: object, text: object) -> str:
    return json.dumps({"author": author, "time": time, "text": text}) + "\n"


@pytest.fixture
def lines() -> str:
    return line("a", 20, "second") + line("b", 15, "not mine") + line("a", 10, "first")


def test_lines_of_one_author_arrive_in_the_order_of_their_times(
    run: Run, node: AnnasDesk, tmp_path: Path, lines: str
) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text(lines)
    result = run("import", str(file), "--author", "a")
    assert (result.exit_code, result.stdout) == (0, "2 posts imported\n")
    assert [(post.time_ms, post.text) for post in node.posts] == [
        (10_000, "first"),
        (20_000, "second"),
    ]


def test_a_second_import_adds_nothing(run: Run, node: AnnasDesk, lines: str) -> None:
    arguments = ("import", "-", "--author", "a")
    run(*arguments, stdin=lines)
    assert run(*arguments, stdin=lines).stdout == "0 posts imported, 2 were already there\n"
    printed = json.loads(run(*arguments, "--json", stdin=lines).stdout)
    assert printed == {"read": 2, "imported": 0, "already_there": 2, "skipped": []}
    assert len(node.posts) == 2


def test_gzip_is_known_by_its_bytes_not_by_its_name(
    run: Run, node: AnnasDesk, tmp_path: Path, lines: str
) -> None:
    file = tmp_path / "posts"
    file.write_bytes(gzip.compress(lines.encode()))
    assert run("import", str(file), "--author", "b").exit_code == 0
    assert run("import", "-", "--author", "a", stdin=file.read_bytes()).exit_code == 0
    assert len(node.posts) == 3


def test_a_file_of_several_authors_needs_a_choice(
    run: Run, node: AnnasDesk, lines: str
) -> None:
    result = run("import", "-", stdin=lines)
    assert (result.exit_code, node.posts) == (1, [])
    assert "line 2 is by b" in result.stderr
    assert "--author" in result.stderr


BAD = {
    "not json": "{",
    "not utf-8": '"\udcff"',
    "not an object": "[1]",
    "no author": '{"time": 1, "text": "x"}',
    "no time": '{"author": "a", "text": "x"}',
    "time of another type": line("a", "1", "x"),
    "time is a truth": line("a", True, "x"),
    "time before 1970": line("a", -1, "x"),
    "time after year 33658": line("a", 10**12, "x"),
    "time in the year 5138": line("a", 99_999_999_999, "x"),
    "time in milliseconds": line("a", 1_600_000_000_000, "x"),
    "control character": line("a", 1, "x\x1b[31m"),
    "nul": line("a", 1, "x\0y"),
    "time is no number": '{"author": "a", "time": NaN, "text": "x"}',
    "time is endless": '{"author": "a", "time": 1e999, "text": "x"}',
    "time has too many digits": '{"author": "a", "time": ' + "9" * 5000 + ', "text": "x"}',
    "time is larger than any float": '{"author": "a", "time": ' + "9" * 400 + ', "text": "x"}',
    "no text": '{"author": "a", "time": 1}',
    "empty text": line("a", 1, ""),
    "text of another type": line("a", 1, ["x"]),
    "text too long": line("a", 1, "x" * 8001),
    "half a character": '{"author": "a", "time": 1, "text": "\\ud800"}',
    "line too long": line("a", 1, "x" * 100_000),
    "nested without end": "[" * 40_000,
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_line_is_named_and_nothing_is_imported(
    run: Run, node: AnnasDesk, bad: str
) -> None:
    text = line("a", 1, "good") + bad.rstrip("\n") + "\n" + line("a", 2, "good too")
    raw = text.encode("utf-8", "surrogateescape")
    result = run("import", "-", stdin=raw)
    assert (result.exit_code, result.stdout, node.posts) == (1, "", [])
    assert result.stderr.startswith("Error: line 2: ")
    skipped = run("import", "-", "--skip-bad", stdin=raw)
    assert skipped.exit_code == 0
    assert [post.text for post in node.posts] == ["good", "good too"]
    assert skipped.stderr.startswith("left out: line 2: ")


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (99_999_999_999, "is 16 November 5138, which is still to come"),
        (1_600_000_000_000, "seems to be in milliseconds, and has to be in seconds"),
        (NOW_MS // 1000 + 2 * 86_400, "which is still to come"),
    ],
)
def test_a_time_that_is_still_to_come_is_said_with_its_day(
    run: Run, node: AnnasDesk, time: int, said: str
) -> None:
    result = run("import", "jsonl", "-", stdin=line("a", time, "x"))
    assert (result.exit_code, node.posts) == (1, [])
    assert said in " ".join(result.stderr.split())
    near = run("import", "jsonl", "-", stdin=line("a", NOW_MS // 1000 + 86_000, "x"))
    assert near.exit_code == 0, "clocks and time zones differ"


def test_each_equal_line_says_how_many_batches_before_had(run: Run, node: AnnasDesk) -> None:
    asked = []
    node.rows = {
        **node.rows,
        ImportPosts: lambda desk, ask: asked.append(ask) or AnnasDesk.import_posts(desk, ask),
    }
    run("import", "jsonl", "-", "--anyway", stdin=line("a", 1, "x" * 8_000) * 70)
    assert [ask.posts[0].earlier for ask in asked] == [0, 65]
    assert all(ask.anyway for ask in asked)


def test_blank_lines_and_unknown_keys_are_nothing_bad(run: Run, node: AnnasDesk) -> None:
    text = '\n{"author": "a", "time": 1.5, "text": "x", "likes": 3}\n\n'
    assert run("import", "-", stdin=text).exit_code == 0
    assert [(post.time_ms, post.text) for post in node.posts] == [(1500, "x")]


def test_a_cut_off_gzip_file_imports_nothing(run: Run, node: AnnasDesk, lines: str) -> None:
    cut = gzip.compress(lines.encode() * 50)[:-20]
    result = run("import", "-", "--author", "a", stdin=cut)
    assert (result.exit_code, node.posts) == (1, [])
    assert "reading stopped after line" in result.stderr


def test_an_author_who_is_not_in_the_file_is_an_error(run: Run, lines: str) -> None:
    result = run("import", "-", "--author", "zz", stdin=lines)
    assert (result.exit_code, result.stderr) == (1, "Error: there are no posts of zz in it\n")


def test_the_node_gets_batches_bounded_in_posts_and_in_bytes(run: Run, node: AnnasDesk) -> None:
    short = "".join(line("a", n, f"{n}") for n in range(4_100))
    run("import", "-", stdin=short)
    assert node.batches == [4_096, 4]
    node.batches = []
    long = "".join(line("a", n, "x" * 8_000) for n in range(100))
    run("import", "-", stdin=long)
    assert node.batches == [65, 35]


def test_a_missing_file_is_exit_code_2_or_1_in_one_line(run: Run, tmp_path: Path) -> None:
    result = run("import", str(tmp_path / "none"))
    assert result.exit_code == 2
    assert "No such file" in result.stderr


@pytest.mark.parametrize(
    "words", [("jsonl", "-"), ("jsonl", "-", "--author", "a"), ("-",), ("--author", "a", "-")]
)
def test_the_old_name_of_an_import_is_still_taken(
    run: Run, node: AnnasDesk, words: tuple[str, ...]
) -> None:
    lines = '{"author": "a", "time": 1, "text": "old"}\n'
    result = run("import", *words, stdin=lines)
    assert (result.exit_code, result.stdout) == (0, "1 post imported\n")


def test_a_file_may_be_called_as_the_old_name_was(
    run: Run, node: AnnasDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "jsonl").write_text('{"author": "a", "time": 1, "text": "old"}\n')
    for words in (("jsonl",), ("jsonl", "--author", "a"), ("jsonl", "jsonl")):
        assert run("import", *words).exit_code == 0
