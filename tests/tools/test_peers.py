"""The comparison says who is ahead, by how much, and what was not measured."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.bench import Bench
from benchmarks.peers.comparison import (
    OURS,
    About,
    Comparison,
    Figure,
    Line,
    markdown,
    verdict,
)
from benchmarks.peers.packages import PROGRAMS, programs_in
from benchmarks.peers.programs.common import (
    by_author,
    read_posts,
    write_posts,
)
from benchmarks.peers.run import measure
from benchmarks.peers.systems import ProgramSystem
from benchmarks.peers.work import SYNCED_POSTS, Fetched, Work, count_syncs, sizes_for
from benchmarks.posts import Sample
from benchmarks.words import insert_words
from swarmfeed.errors import RetryError

CHECKOUT = Path(__file__).parents[2]

SIZES = sizes_for(Bench(Path(), 100_000, quick=False))

RATE = Line(key="backlog", what="", unit="/s")
LATENCY = Line(key="live_p50", what="", unit="ms", better=-1)
SYNCS = Line(key="backlog_syncs", what="", unit="", better=0)


def about(name: str) -> About:
    return About(name=name, version="1.2", verifies="hashes", syncs="always")


def compared(**figures: dict[str, float]) -> Comparison:
    found = Comparison(sizes=SIZES)
    for name, values in figures.items():
        found.add(about(name), {key: Figure(value) for key, value in values.items()})
    return found


def test_more_is_better_in_a_rate_and_less_in_a_latency() -> None:
    found = compared(
        swarmfeed={"backlog": 300.0, "live_p50": 4.0, "backlog_syncs": 9},
        git={"backlog": 100.0, "live_p50": 8.0, "backlog_syncs": 3},
        torrent={"backlog": 600.0, "backlog_syncs": 0},
    )
    assert found.against(RATE) == {"git": 3.0, "torrent": 0.5}
    assert found.against(LATENCY) == {"git": 2.0}
    assert found.against(SYNCS) == {}


def test_what_we_did_not_measure_is_compared_with_nobody() -> None:
    assert compared(git={"backlog": 100.0}).against(RATE) == {}


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        ({"git": 3.0, "Nostr": 40.0}, "ahead, 3x of git"),
        ({"git": 1.01, "Nostr": 40.0}, "even with git"),
        ({"git": 0.99, "Nostr": 40.0}, "even with git"),
        ({"git": 0.5, "Nostr": 40.0, "torrent": 0.25}, "behind: 0.5x of git, 0.25x of torrent"),
        ({}, ""),
    ],
)
def test_the_verdict_names_the_nearest_behind_or_all_before(
    times: dict[str, float], sentence: str
) -> None:
    assert verdict(times) == sentence


def test_the_table_has_a_column_a_system_and_says_what_is_missing() -> None:
    found = compared(swarmfeed={"backlog": 300_000.0}, git={"backlog": 100_000.0})
    found.add(about("git"), {"disk": Figure(220.4, "20,000 posts")})
    found.absent["Nostr"] = "there is no node on this machine"
    found.failed.append("git, live: it did not answer")
    lines = markdown(found).splitlines()
    assert lines[0] == "|  | swarmfeed | git | swarmfeed beside them |"
    assert lines[2] == (
        "| a backlog of 100,000 posts from one holder, verified and stored"
        " | 300,000 /s | 100,000 /s | ahead, 3x of git |"
    )
    assert lines[3] == (
        "| disk for a post of one author, no index | - | 220 bytes (20,000 posts) |  |"
    )
    assert "| git | 1.2 | hashes | always |" in lines
    assert "| Nostr | not measured: there is no node on this machine |  |  |" in lines
    assert lines[-1] == "git, live: it did not answer"


def test_programs_can_read_the_same() -> None:
    found = compared(swarmfeed={"backlog": 300.0}, git={"backlog": 100.0})
    value = json.loads(json.dumps(found.as_json()))
    rows = {row["key"]: row for row in value["rows"]}
    assert rows["backlog"]["figures"]["git"] == {"value": 100.0, "note": ""}
    assert rows["backlog"]["times_better"] == {"git": 3.0}
    assert rows["live_p50"]["figures"] == {}
    assert value["systems"]["git"]["verifies"] == "hashes"


def test_calls_are_read_out_of_what_strace_writes() -> None:
    summary = """\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 93.01    0.001197         119        10           fdatasync
  6.99    0.000090          30         3         1 fsync
------ ----------- ----------- --------- --------- ----------------
100.00    0.001287          99        13         1 total
"""
    assert count_syncs(summary) == 13
    assert count_syncs(summary.replace("        1 total", "          total")) == 13
    assert count_syncs("") == 0


def test_a_quick_fetch_is_repeated_and_a_slow_one_is_not(tmp_path: Path) -> None:
    def fetched(seconds: float) -> Fetched:
        return Fetched(
            verified_s=seconds / 2, searchable_s=seconds, store_bytes=7, index_bytes=3
        )

    work = Work(bench=Bench(tmp_path, 1_000, quick=False), sizes=SIZES)
    quick, slow = [1.0, 9.0, 2.0, 50.0], [30.0, 50.0]
    assert work.repeat(lambda: fetched(quick.pop(0))).searchable_s == 5.0
    assert work.repeat(lambda: fetched(slow.pop(0))).searchable_s == 30.0


def test_posts_are_the_same_once_written(tmp_path: Path) -> None:
    samples = [Sample("b", 1, "two\nlines ü"), Sample("a", 2, ""), Sample("b", 3, "x")]
    write_posts(tmp_path / "posts", samples)
    assert read_posts(tmp_path / "posts") == samples
    assert by_author(samples) == {"b": [samples[0], samples[2]], "a": [samples[1]]}


def test_words_of_all_texts_go_into_the_index(tmp_path: Path) -> None:
    assert insert_words(tmp_path / "words.db", ["one", "two", "one two"]) == 3


def test_without_packages_the_row_says_so(tmp_path: Path) -> None:
    why = programs_in(tmp_path, install=False)
    assert isinstance(why, str)
    if shutil.which("node") and shutil.which("npm"):
        assert why == "its packages are not installed (--install, --programs FOLDER)"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="needs node")
def test_packages_of_an_earlier_list_are_not_taken(tmp_path: Path) -> None:
    (tmp_path / "installed.json").write_text("{}")
    assert isinstance(programs_in(tmp_path, install=False), str)
    (tmp_path / "installed.json").write_text((PROGRAMS / "package.json").read_text())
    assert programs_in(tmp_path, install=False) == tmp_path
    assert {each.name for each in tmp_path.glob("*.mjs")} == {
        "common.mjs",
        "hypercore.mjs",
        "nostr.mjs",
    }


def test_no_work_is_done_that_was_not_asked_for(tmp_path: Path) -> None:
    work = Work(bench=Bench(tmp_path, 1_000, quick=True), sizes=SIZES)
    found = measure(work, ["torrent", "Nostr"], kinds=[])
    assert (found.figures, list(found.absent)) == ({}, ["Nostr"])


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_what_needs_no_packages_is_measured(tmp_path: Path) -> None:
    bench = Bench(tmp_path, 1_000, quick=True)
    sizes = {**sizes_for(bench), "posts": 300, "few": 20, "many": 30, "live": 10}
    found = measure(Work(bench=bench, sizes=sizes), ["git", "torrent", "Hypercore"])
    assert found.failed == []
    assert list(found.absent) == ["Hypercore"]
    for key in ("backlog", "backlog_searchable", "few", "many_searchable", "disk_indexed"):
        assert has(found, key) == [OURS, "git", "torrent"]
    for key in ("append_one", "append_batched", "live_p50", "live_p99"):
        assert has(found, key) == [OURS, "git"]
    for name in (OURS, "git"):
        assert found.figures[name]["live_p50"].value > 0
        if shutil.which("strace"):
            assert found.figures[name]["append_one_syncs"].value >= SYNCED_POSTS


def has(found: Comparison, key: str) -> list[str]:
    return [name for name, figures in found.figures.items() if key in figures]


@pytest.mark.slow
def test_a_system_that_brings_too_little_fails_alone(tmp_path: Path) -> None:
    bench = Bench(tmp_path, 1_000, quick=True)
    forgetful = tmp_path / "forgetful.py"
    forgetful.write_text(FORGETFUL)
    system = ProgramSystem(about=about("forgetful"), command=(sys.executable, forgetful))
    with pytest.raises(RetryError, match="forgetful has 7 of 300 posts"):
        system.backlog(Work(bench=bench, sizes={**sizes_for(bench), "posts": 300}))


FORGETFUL = """
from benchmarks.peers.programs.common import answer

answer(
    {},
    {
        "fill": lambda file: {"keys": []},
        "serve": lambda: {"at": 1},
        "fetch": lambda at, keys: {"verified": 1, "searchable": 1, "count": 7},
    },
)
"""


@pytest.mark.slow
def test_a_system_that_nobody_knows_is_told_in_a_sentence() -> None:
    command = [sys.executable, "tools/bench", "--peers", "Usenet"]
    ran = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 2
    assert "invalid choice: 'Usenet'" in ran.stderr
