"""``import`` of an archive: what is in it is told first, and comes in when somebody agrees."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from street.fakes.doors import FakeDoors
from swarmfeed import wiring
from swarmfeed.cli.main import main
from swarmfeed.core.asks.posts import Timeline
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.desk import Desk
from swarmfeed.node.ground.settings import NodeSettings

from tests.made_archives import archive_of_mastodon, archive_of_x

Run = Callable[..., Result]

pytestmark = pytest.mark.slow


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Desk]:
    home = tmp_path / "home"
    wiring.create_home(home, "Anna", "")
    with wiring.open_node(home, NodeSettings(network=False, dht=False), "") as desk:
        yield desk


@pytest.fixture
def run(node: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("SWARMFEED_HOME", str(tmp_path / "home"))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, obj=FakeDoors(node).doors)

    return run


def texts(desk: Desk) -> list[str]:
    return [post.text for post in desk.ask(Timeline(limit=50)).posts]


def test_a_dry_run_tells_all_and_brings_nothing(run: Run, node: Desk, tmp_path: Path) -> None:
    (path := tmp_path / "x.zip").write_bytes(archive_of_x())
    result = run("import", str(path), "--dry-run")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[:5] == [
        "x.zip is an archive of X (Twitter): 7 posts, 2022-01-21 to 2022-01-22",
        "  2 of them answer an own post",
        "  3 pictures and files go with them",
        "  2 pictures and files are not in the archive, or too many or too large for a post",
        "  2022-01-21  Fish &amp; chips <3 https://example.org/a?b=1&amp;c",
    ]
    assert "6 records will not come:\n        2  No post" in result.stdout
    assert texts(node) == []
    told = json.loads(run("import", str(path), "--dry-run", "--json").stdout)
    assert (told["state"], told["posts"], told["imported"]) == ("looked", 7, 0)


def test_nobody_agreed_and_nothing_comes(run: Run, node: Desk, tmp_path: Path) -> None:
    (path := tmp_path / "x.zip").write_bytes(archive_of_x())
    result = run("import", str(path))
    assert result.exit_code == 1
    assert "there is no terminal here to answer at; say --yes" in " ".join(
        result.stderr.split()
    )
    assert texts(node) == []


def test_an_archive_comes_in_once(run: Run, node: Desk, tmp_path: Path) -> None:
    (path := tmp_path / "m.zip").write_bytes(archive_of_mastodon())
    result = run("import", str(path), "--yes", "--anyway")
    assert result.stdout.endswith("\n5 posts imported\n"), result
    again = run("import", str(path), "--yes", "--anyway", "--json")
    told = json.loads(again.stdout)
    assert (told["imported"], told["already_there"]) == (0, 5)
    assert len(texts(node)) == 5


def test_a_folder_and_a_single_file_are_taken_too(run: Run, tmp_path: Path) -> None:

    with zipfile.ZipFile(io.BytesIO(archive_of_x())) as packed:
        packed.extractall(tmp_path / "unpacked")
    assert "7 posts" in run("import", str(tmp_path / "unpacked"), "--dry-run").stdout
    file = tmp_path / "unpacked" / "data" / "tweets.js"
    assert "6 posts" in run("import", str(file), "--dry-run").stdout


def test_lines_have_no_dry_run(run: Run, tmp_path: Path) -> None:
    (path := tmp_path / "a.jsonl").write_text('{"author": "a", "time": 1, "text": "x"}\n')
    result = run("import", str(path), "--dry-run")
    assert (result.exit_code, "for archives of other places" in result.stderr) == (1, True)


def test_a_broken_archive_is_one_line(run: Run, tmp_path: Path) -> None:
    (path := tmp_path / "x.js").write_text("window.YTD.tweets.part0 = [ {")
    result = run("import", str(path), "--yes")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: tweets.js in x.js cannot be read to its end:")


def test_logs_go_out_byte_for_byte_and_are_verified_without_the_program(
    run: Run, node: Desk, tmp_path: Path
) -> None:
    (path := tmp_path / "x.zip").write_bytes(archive_of_x())
    run("import", str(path), "--yes", "--anyway")
    result = run("export", str(tmp_path / "out"))
    assert result.stdout.startswith("7 posts and 3 pictures and files are in "), result
    (feed,) = (tmp_path / "out" / "logs").iterdir()
    for original in (tmp_path / "home" / "feeds" / feed.name).rglob("*"):
        if original.is_file():
            copy = feed / original.relative_to(tmp_path / "home" / "feeds" / feed.name)
            assert copy.read_bytes() == original.read_bytes()
    verify = [sys.executable, "tools/verify_feed.py", str(feed)]
    checked = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert run("export", str(tmp_path / "out")).exit_code == 1
    assert json.loads(run("export", str(tmp_path / "b.zip"), "--json").stdout)["posts"] == 7


def test_a_post_goes_out_with_its_proof_and_is_refused_after_one_changed_letter(
    run: Run, node: Desk, tmp_path: Path
) -> None:
    ref = node.ask(WritePost(text="hello all")).id
    path = tmp_path / "post.html"
    assert "The post and its proof are in " in run("export", "--post", ref, str(path)).stdout
    page = path.read_text("utf-8")
    assert run("export", "--post", ref).stdout == page
    assert json.loads(run("export", "--post", ref, "--json").stdout)["page"] == page
    again = run("export", "--post", ref, str(path))
    assert (again.exit_code, "is there already" in again.stderr) == (1, True)
    verify = [sys.executable, "tools/verify_feed.py", "--post", str(path)]
    checked = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.endswith("result     valid\n")
    path.write_text(page.replace("hello all", "hallo all"), "utf-8")
    checked = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert (checked.returncode, "NOT VALID" in checked.stdout) == (1, True)


def test_nothing_named_is_one_line(run: Run) -> None:
    result = run("export")
    assert (result.exit_code, "Say where to" in result.stderr) == (1, True)


def test_a_site_is_written_kept_told_and_ended(run: Run, node: Desk, tmp_path: Path) -> None:
    node.ask(WritePost(text="hello"))
    site = str(tmp_path / "site")
    first = run("export", "--site", site)
    assert " files written, 0 deleted" in " ".join(first.stdout.split()), first
    assert (tmp_path / "site" / "feed.rss").is_file()
    told = json.loads(run("export", "--site", site, "--keep", "--json").stdout)
    assert told == {
        "path": site, "posts": 1, "written": 0, "deleted": 0, "media_missing": 0, "kept": True,
    }  # fmt: skip
    (kept,) = json.loads(run("export", "--sites", "--json").stdout)["sites"]
    assert (kept["path"], kept["url"], kept["posts"]) == (site, "", 1)
    assert "1 post, written 20" in " ".join(run("export", "--sites").stdout.split())
    assert "its files stay" in " ".join(run("export", "--site", site, "--end").stdout.split())
    assert run("export", "--sites").stdout == "No website is kept up to date.\n"


def test_of_several_exports_one_is_asked_for_at_a_time(run: Run, tmp_path: Path) -> None:
    for words in (
        ("--keep",),
        ("--site", "a", "--sites"),
        ("--site", "a", "b"),
        ("--post", "1", "--site", "a"),
        ("--url", "https://a.example/", "b"),
    ):
        result = run("export", *words)
        assert result.exit_code == 1, words
        assert result.stderr.startswith("Error: "), words
