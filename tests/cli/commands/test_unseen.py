"""``block``, ``filters``, ``lists`` and ``bookmarks``."""

import json
from pathlib import Path

import pytest
from street.fakes.desk import FakeDesk
from swarmfeed.core.asks.blocking import BlockAll, BlockedNow
from swarmfeed.core.asks.filters import RemoveFilter, SetFilter, WordFilter, WordFilters
from swarmfeed.core.asks.limits import FOLLOWED_BYTES_MAX
from swarmfeed.core.asks.people_lists import (
    AddToList,
    CreateList,
    ListTimeline,
    PeopleList,
    PeopleLists,
    RenameList,
)
from swarmfeed.core.asks.posts import Posts
from swarmfeed.core.base.address import format_author

from tests.cli.conftest import Run


@pytest.fixture
def node() -> FakeDesk:
    return FakeDesk()


def test_block_says_what_it_does_and_lists_what_can_be_shared(run: Run) -> None:
    assert run("block").stdout == "You blocked nobody.\n"
    printed = run("block", "Ines Okafor")
    assert printed.exit_code == 0 and "they can still read" in printed.stdout
    (line,) = run("block").stdout.splitlines()
    assert line.startswith("swarmfeed:")
    told = json.loads(run("unblock", "Ines Okafor", "--json").stdout)
    assert "blocked" not in told
    refused = run("unblock", "Ines Okafor")
    assert refused.exit_code == 1 and "You did not block" in refused.stderr


def test_a_list_of_somebody_is_taken_over(run: Run, node: FakeDesk, tmp_path: Path) -> None:
    asked: list[BlockAll] = []

    def block_all(_: object, ask: BlockAll) -> BlockedNow:
        asked.append(ask)
        return BlockedNow(blocked=1, already=0)

    node.rows[BlockAll] = block_all
    path = tmp_path / "blocked.txt"
    path.write_text("# from a friend\n\nswarmfeed:x\n")
    assert run("block", "--file", str(path)).stdout.startswith("Blocked 1 person;")
    assert asked == [BlockAll(who=("swarmfeed:x",))]
    path.write_bytes(b"#" * (FOLLOWED_BYTES_MAX + 1))
    refused = run("block", "--file", str(path))
    assert refused.exit_code == 1 and "the list is longer than" in refused.stderr
    assert len(asked) == 1


def test_filters_are_added_with_an_end_and_removed(run: Run, node: FakeDesk) -> None:
    asked: list[object] = []

    def note(_: object, ask: object) -> WordFilters:
        asked.append(ask)
        return WordFilters(filters=(WordFilter(words="a cat", hides=False, until_ms=None),))

    node.rows[SetFilter] = node.rows[RemoveFilter] = note
    assert run("filters").stdout == "You filter no words.\n"
    printed = run("filters", "add", "a cat", "--warn", "--days", "3").stdout
    assert printed.split() == ["warn", "always", "a", "cat"]
    assert run("filters", "remove", "a cat").exit_code == 0
    assert asked == [SetFilter(words="a cat", hides=False, days=3), RemoveFilter(words="a cat")]


def test_lists_are_made_filled_and_read(run: Run, node: FakeDesk) -> None:
    asked: list[object] = []
    person = next(each for each in node.authors.values() if each.name == "Ines Okafor")

    def note(_: object, ask: object) -> PeopleLists:
        asked.append(ask)
        return PeopleLists(lists=(PeopleList(called="Choir", people=(person,)),))

    node.rows[CreateList] = node.rows[RenameList] = node.rows[AddToList] = note
    node.rows[ListTimeline] = lambda _, __: Posts(posts=(node.posts[0],), next=None)
    assert "No lists yet" in run("lists").stdout
    printed = run("lists", "create", "Choir").stdout.splitlines()
    assert printed == ["Choir", f"  {format_author(person.author_id)}  Ines Okafor"]
    run("lists", "rename", "Choir", "Chor")
    assert run("lists", "add", "Choir", "Ines Okafor").exit_code == 0
    assert [type(each).__name__ for each in asked] == ["CreateList", "RenameList", "AddToList"]
    assert node.posts[0].text in run("lists", "read", "Choir").stdout


def test_bookmarks_are_kept_printed_and_removed(run: Run, node: FakeDesk) -> None:
    name = node.posts[0].id
    assert run("bookmarks").stdout == "No bookmarks yet.\n"
    assert run("bookmarks", "add", name).stdout.startswith("Kept among")
    assert node.posts[0].text in run("bookmarks").stdout
    assert json.loads(run("bookmarks", "--json").stdout)["count"] == 1
    assert run("bookmarks", "remove", name).exit_code == 0
    assert node.changed == ["bookmark", "unbookmark"]
