"""The benchmark runs from a checkout and writes figures that programs can read."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from benchmarks.bench import Bench, write_feed
from benchmarks.main import MEASUREMENTS, main
from benchmarks.report import Row

CHECKOUT = Path(__file__).parents[2]


def run_bench(*options: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tools/bench", *map(str, options)]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=300)


def test_two_measurements_of_one_run_write_the_same_feed(tmp_path: Path) -> None:
    # A mark lies beside the folder of the feeds: in a shared one each is held to the other's.
    bench = Bench(tmp_path, 3, quick=True)
    sizes = []
    for count in (3, 2):
        logs = bench.new_logs()
        write_feed(logs, 0, "Ada", bench.backlog[:count])
        sizes += [replica.size for replica in logs.read_all()]
    assert sizes == [5, 4]


@pytest.mark.slow
def test_a_quick_run_prints_a_table_and_writes_the_same_as_json(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    ran = run_bench("--quick", "--posts", "2000", "--only", "append", "encode", "--json", file)
    assert ran.returncode == 0, ran.stderr
    run = json.loads(file.read_text())
    assert (run["version"], run["posts"], run["quick"]) == (1, 2000, True)
    assert run["machine"]["cpus"] >= 1
    results = {result["name"]: result for result in run["results"]}
    assert list(results)[:3] == ["append.one_by_one", "append.batched", "encode.posts"]
    durable = results["append.one_by_one"]
    assert durable["unit"] == "/s"
    assert durable["value"] > 0
    assert durable["ratio"] == pytest.approx(durable["value"] / durable["limit"]["value"])
    assert [(bar["of"], bar["op"], bar["number"]) for bar in durable["bars"]] == [
        ("ratio", ">=", 0.65)
    ]
    assert durable["passed"] == durable["bars"][0]["passed"] == (durable["ratio"] >= 0.65)
    assert results["encode.posts"]["passed"] is None
    assert "of 2 figures reach their bars" in ran.stdout


@pytest.mark.slow
def test_it_measures_with_posts_of_a_file_too(tmp_path: Path) -> None:
    posts = tmp_path / "posts.jsonl"
    posts.write_text('{"author": "a", "time": 1.5, "text": "hello"}\n')
    ran = run_bench("--quick", "--posts", "1000", "--only", "encode", "--data", posts)
    assert ran.returncode == 0, ran.stderr
    assert "encode posts" in ran.stdout


@pytest.mark.slow
def test_commands_are_measured_beside_a_python_that_does_nothing(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    ran = run_bench("--quick", "--only", "commands", "--json", file)
    assert ran.returncode == 0, ran.stderr
    results = {each["name"]: each for each in json.loads(file.read_text())["results"]}
    assert {"commands.version", "commands.help"} < results.keys()
    for name, most in (("commands.help", 0.2), ("commands.post_with_a_node", 0.35)):
        row = results[name]
        assert [(bar["op"], bar["number"]) for bar in row["bars"]] == [("<=", most)]
        assert row["value"] > row["limit"]["value"] > 0
    assert results["commands.post_without_a_node"]["bars"] == []


@pytest.mark.slow
def test_many_feeds_are_fetched_beside_git(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    ran = run_bench("--quick", "--only", "many", "--json", file)
    assert ran.returncode == 0, ran.stderr
    results = {each["name"]: each for each in json.loads(file.read_text())["results"]}
    for holders in (1, 3):
        row = results[f"many.git_50_from_{holders}"]
        assert row["value"] > 0
        assert row["limit"]["value"] > 0
        assert [bar["of"] for bar in row["bars"]] == ["value", "ratio"]
        detail = row["detail"]
        assert max(detail["shown_s"], detail["held_s"]) <= detail["indexed_s"]


@pytest.mark.slow
def test_a_node_that_follows_many_is_measured_beside_one_that_follows_nobody(
    tmp_path: Path,
) -> None:
    file = tmp_path / "figures.json"
    ran = run_bench("--quick", "--only", "scale", "--json", file)
    assert ran.returncode == 0, ran.stderr
    results = {result["name"]: result for result in json.loads(file.read_text())["results"]}
    assert results["scale.follow"]["value"] > 0
    assert results["scale.restart"]["limit"]["value"] > 0
    assert results["scale.job_turn"]["detail"].keys() > {"tidy", "friends-of-friends", "memory"}
    pages = {name for name in results if name.endswith("_turn")}
    assert pages > {"scale.home_turn", "scale.status_turn", "scale.api_follows_turn"}


def test_a_group_measures_each_of_its_own_once(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = list[str]()

    def note(name: str) -> Callable[[Bench], Iterator[Row]]:
        def measure(_: Bench) -> Iterator[Row]:
            measured.append(name)
            yield from ()

        return measure

    for name in MEASUREMENTS:
        monkeypatch.setitem(MEASUREMENTS, name, note(name))
    assert main(["--quick", "--only", "lookup", "supernode", "push"]) == 0
    assert measured == ["lookup", "push"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--only", "nothing"], "invalid choice: 'nothing'"),
        (["--posts", "10"], "at least 1,000"),
        (["--data", "not-there.jsonl"], "there is no file not-there.jsonl"),
    ],
)
def test_a_wrong_option_is_told_in_a_sentence(
    options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(options)
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
