"""``profile``, ``pin`` and ``unpin``."""

import json

import pytest
from msgspec.structs import replace
from street.fakes.desk import FakeDesk
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.feed.profile_field import ProfileField

from tests.cli.conftest import Run


@pytest.fixture
def node() -> FakeDesk:
    return FakeDesk()


def test_without_options_it_only_tells(run: Run, node: FakeDesk) -> None:
    printed = run("profile")
    assert printed.exit_code == 0
    assert "Ada" in printed.stdout and "Keeps her own history." in printed.stdout
    assert json.loads(run("profile", "--json").stdout)["bio"] == "Keeps her own history."
    assert node.changed == []


def test_name_and_bio_are_changed_apart(run: Run) -> None:
    assert run("profile", "--name", " Ada L. ").stdout == "Others see you as Ada L. now.\n"
    assert run("profile", "--bio", "").stdout == "Your profile is changed.\n"
    told = json.loads(run("profile", "--json").stdout)
    assert (told["name"], told["bio"]) == ("Ada L.", "")
    assert "nothing was changed" in run("profile", "--name", "Ada L.").stdout
    changed = json.loads(run("profile", "--bio", "x", "--json").stdout)
    assert (changed["name"], changed["bio"]) == ("Ada L.", "x")


def test_details_are_given_all_at_once_and_taken_away(run: Run) -> None:
    site, town = ("--field", "Website", "https://example.org/"), ("--field", "Town", "Łódź")
    assert run("profile", *site, *town).stdout == "Your profile is changed.\n"
    printed = run("profile").stdout
    assert "Website" in printed and "https://example.org/" in printed
    told = json.loads(run("profile", *town, "--json").stdout)
    assert told["fields"] == [{"label": "Town", "text": "Łódź"}]
    assert "fields" in json.loads(run("profile", "--bio", "x", "--json").stdout)
    assert "not both" in run("profile", *site, "--no-fields").stderr
    assert "fields" not in json.loads(run("profile", "--no-fields", "--json").stdout)


@pytest.mark.attack("A07")
def test_details_that_another_program_signed_move_no_cursor_and_add_no_line(
    run: Run, node: FakeDesk
) -> None:
    before = len(run("profile").stdout.splitlines())
    fields = (ProfileField("\x1b]0;x\a\nname", "\u202e\x1b[2J\nEve"),)
    node.authors[node.me] = replace(node.authors[node.me], fields=fields)
    printed = run("profile").stdout
    assert len(printed.splitlines()) == before + 1
    assert not set(printed) & set("\x1b\a\u202e")


@pytest.mark.parametrize(
    "options",
    [
        ("--field", "Website", " "),
        ("--field", "x" * 41, "x"),
        ("--name", " "),
        ("--name", "n" * 65),
        ("--name", "\u3164"),
        ("--bio", "b" * 1001),
    ],
)
def test_what_cannot_be_published_is_refused(
    run: Run, node: FakeDesk, options: tuple[str, ...]
) -> None:
    refused = run("profile", *options)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: ")
    assert node.changed == []


def test_a_post_is_pinned_shown_and_unpinned(run: Run, node: FakeDesk) -> None:
    mine = node.add_post(node.me, "read this first")
    foreign = node.posts[0]
    assert "read this first" in run("pin", mine.id).stdout
    assert "read this first" in run("profile").stdout
    assert run("pin", ref_text(foreign.ref)).exit_code == 1
    assert json.loads(run("unpin", "--json").stdout)["text"] == "read this first"
    refused = run("unpin")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "nothing was changed" in refused.stderr
    assert "read this first" not in run("profile").stdout
