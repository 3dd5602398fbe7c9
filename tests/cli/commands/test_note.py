"""``note``."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from street.fakes.desk import FakeDesk
from swarmfeed.core.asks.limits import NOTE_CHARS_MAX
from swarmfeed.core.base.address import format_author

Run = Callable[..., Result]


@pytest.fixture
def node() -> FakeDesk:
    return FakeDesk()


def test_a_note_is_written_printed_and_taken_away(run: Run, node: FakeDesk) -> None:
    who = format_author(next(each for each in node.authors if each != node.me))
    assert "wrote nothing down" in run("note", who).stdout
    assert "Only your own devices" in run("note", who, "sings bass\nsince 2019").stdout
    assert run("note", who).stdout == "sings bass\nsince 2019\n"
    assert json.loads(run("note", who, "--json").stdout)["note"] == "sings bass\nsince 2019"
    assert "Nothing is written down" in run("note", who, "").stdout
    assert "note" not in json.loads(run("note", who, "--json").stdout)
    refused = run("note", who, "x" * (NOTE_CHARS_MAX + 1))
    assert refused.exit_code == 1 and "room for" in refused.stderr
    assert node.changed == ["set-note", "set-note"]
