"""``swarmfeed supernodes``."""

import json
from collections.abc import Callable

from click.testing import Result

Run = Callable[..., Result]


def test_it_says_who_serves_and_why(run: Run) -> None:
    lines = run("supernodes").stdout.splitlines()
    assert lines[0].startswith("2 supernodes serve this machine")
    assert lines[1].startswith("both supernodes that this machine needs are there")
    assert lines[2].startswith("this machine may serve others: every condition is met")
    text = "\n".join(lines)
    assert "7 supernodes" in text and "24 machines" in text
    assert "192.0.2.1:4711" in text and "1 minute ago" in text
    assert "it stepped down: 20 in a hundred" in text


def test_programs_get_all_of_it(run: Run) -> None:
    found = json.loads(run("supernodes", "--json").stdout)
    assert found["serves"] is False and found["may_serve"] is True
    assert [each["endpoint"] for each in found["parents"]] == [
        "192.0.2.1:4711",
        "192.0.2.2:4711",
    ]
    assert [each["serves"] for each in found["changes"]] == [False]


def test_a_list_for_others_is_printed_as_it_is(run: Run) -> None:
    assert run("supernodes", "--export").stdout == "# a remark\n192.0.2.1:4711\n"
    assert json.loads(run("supernodes", "--export", "--json").stdout)["supernodes"] == 1
