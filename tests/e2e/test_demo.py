"""The demo plays the main job with real processes and ends as it should."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.nodes import CHECKOUT, PATIENCE_S

DEMO = [sys.executable, "tools/run", "--demo", "--no-open"]
pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def environment(folder: Path) -> dict[str, str]:
    """With an own folder for temporary files, to see what is left there."""
    return {**os.environ, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"}


def run_demo(folder: Path, *options: str | Path) -> subprocess.CompletedProcess[str]:
    command = [*DEMO, "--exit", *map(str, options)]
    return subprocess.run(
        command,
        cwd=CHECKOUT,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
    )


def test_the_demo_brings_the_whole_backlog_from_both_friends(tmp_path: Path) -> None:
    ran = run_demo(tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "all 9,206 entries are here" in ran.stdout
    assert "served by Jonas and Lea, while Mira was offline" in ran.stdout
    roots = re.findall(r"root.* ([0-9a-f]{32})$", ran.stdout, re.MULTILINE)
    assert len(roots) == 2 and roots[0] == roots[1]
    assert "Jonas sees it" in ran.stdout
    assert ran.stderr == ""
    assert list(tmp_path.iterdir()) == [], "the folder of the demo was not removed"


def write_posts(posts: Path) -> None:
    """1,200 of Anna's and as many of Ben's."""
    lines = [
        json.dumps(
            {"author": author, "time": 1_600_000_000 + n, "text": f"post {n} of {author}"}
        )
        for n in range(1_200)
        for author in ("anna", "ben")
    ]
    posts.write_text("\n".join(lines))


def test_a_file_without_posts_ends_the_demo_with_a_sentence(tmp_path: Path) -> None:
    posts = tmp_path / "posts.jsonl"
    posts.write_text('{"author": "anna", "time": 1, "text": "hello"}\n')
    ran = run_demo(tmp_path, "--data", posts, "--author", "ben")
    assert ran.returncode == 1
    assert "there are no posts of ben" in ran.stdout
    assert "Traceback" not in ran.stderr


def test_a_few_posts_come_from_whom_they_come(tmp_path: Path) -> None:
    """Whoever gives them all is done before another one is found; of three no file is made."""
    posts, folder = tmp_path / "posts.jsonl", tmp_path / "temporary"
    lines = [{"author": "ben", "time": number, "text": f"number {number}"} for number in (1, 2)]
    posts.write_text("\n".join(map(json.dumps, lines)))
    folder.mkdir()
    ran = run_demo(folder, "--data", posts)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "all 4 entries are here" in ran.stdout
    assert "so few that they came as they are, while Mira was offline" in ran.stdout


def test_with_posts_of_a_file_ctrl_c_stops_every_node_and_removes_the_folder(
    tmp_path: Path,
) -> None:
    posts, folder = tmp_path / "posts.jsonl", tmp_path / "temporary"
    write_posts(posts)
    folder.mkdir()
    with _running_demo(folder, "--data", posts, "--author", "ben") as demo:
        said = _read_until(demo, "/login?token=")
        assert "all 1,202 entries are here" in said
        children = _children(demo.pid)
        assert len(children) == 3, "Jonas, Lea and the newcomer"
        demo.send_signal(signal.SIGINT)
        rest, _ = demo.communicate(timeout=PATIENCE_S)
        assert demo.returncode == 0, said + rest
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)
    assert list(folder.iterdir()) == []


@contextmanager
def _running_demo(folder: Path, *options: str | Path) -> Iterator[subprocess.Popen[str]]:
    """A demo as a shell starts it in the background; its nodes do not outlive a failure."""
    # An ignored signal is inherited: where these tests run in the background, it is anyway.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        demo = subprocess.Popen(
            [*DEMO, *map(str, options)],
            cwd=CHECKOUT,
            env=environment(folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    with demo:
        try:
            yield demo
        finally:
            _end(demo)


def _end(demo: subprocess.Popen[str]) -> None:
    """Let it stop its nodes, if it still runs; kill it if it does not listen."""
    demo.terminate()
    try:
        demo.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        demo.kill()


def _read_until(demo: subprocess.Popen[str], words: str) -> str:
    """What was said before these words."""
    assert demo.stdout is not None
    said = []
    for line in demo.stdout:
        if words in line:
            return "".join(said)
        said.append(line)
    raise AssertionError(f"the demo ended without saying {words}, but\n{''.join(said)}")


def _children(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
