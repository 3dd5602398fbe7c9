"""``profile``, ``pin`` and ``unpin``."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from street.fakes.desk import FakeDesk
from street.fakes.doors import FakeDoors
from swarmfeed.cli.main import main
from swarmfeed.core.asks.posts import ref_text


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def run(desk: FakeDesk, tmp_path: Path) -> Callable[..., Result]:
    def run(*arguments: str) -> Result:
        doors = FakeDoors(desk).doors
        return CliRunner().invoke(
            main, ["--home", str(tmp_path / "home"), *arguments], obj=doors
        )

    return run


Run = Callable[..., Result]


def test_without_options_it_only_tells(run: Run, desk: FakeDesk) -> None:
    printed = run("profile")
    assert printed.exit_code == 0
    assert "Ada" in printed.stdout and "Keeps her own history." in printed.stdout
    assert json.loads(run("profile", "--json").stdout)["bio"] == "Keeps her own history."
    assert desk.changed == []


def test_name_and_bio_are_changed_apart(run: Run) -> None:
    assert run("profile", "--name", " Ada L. ").stdout == "Others see you as Ada L. now.\n"
    assert run("profile", "--bio", "").stdout == "Your profile is changed.\n"
    told = json.loads(run("profile", "--json").stdout)
    assert (told["name"], told["bio"]) == ("Ada L.", "")
    assert "nothing was changed" in run("profile", "--name", "Ada L.").stdout
    changed = json.loads(run("profile", "--bio", "x", "--json").stdout)
    assert (changed["name"], changed["bio"]) == ("Ada L.", "x")


@pytest.mark.parametrize(
    "options",
    [("--name", " "), ("--name", "n" * 65), ("--name", "\u3164"), ("--bio", "b" * 1001)],
)
def test_what_cannot_be_published_is_refused(
    run: Run, desk: FakeDesk, options: tuple[str, ...]
) -> None:
    refused = run("profile", *options)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: ")
    assert desk.changed == []


def test_a_post_is_pinned_shown_and_unpinned(run: Run, desk: FakeDesk) -> None:
    mine = desk.add_post(desk.me, "read this first")
    foreign = desk.posts[0]
    assert "read this first" in run("pin", mine.id).stdout
    assert "read this first" in run("profile").stdout
    assert run("pin", ref_text(foreign.ref)).exit_code == 1
    assert json.loads(run("unpin", "--json").stdout)["text"] == "read this first"
    refused = run("unpin")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "nothing was changed" in refused.stderr
    assert "read this first" not in run("profile").stdout
