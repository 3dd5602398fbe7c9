"""Every row of FEATURES.md names tests that exist, or says what is missing."""

import re
from pathlib import Path

from tests.cases import check_each

CHECKOUT = Path(__file__).parents[1]
ROWS = 39


def rows() -> list[list[str]]:
    text = (CHECKOUT / "docs" / "FEATURES.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| \d+ \|.*\|$", text, re.M)
    return [[cell.strip() for cell in line.strip("|").split(" |")] for line in lines]


def test_the_rows_are_numbered_and_each_has_four_cells() -> None:
    assert [int(row[0]) for row in rows()] == list(range(1, ROWS + 1))
    assert {len(row) for row in rows()} == {4}


def test_each_names_a_test_that_is_there_or_says_what_is_missing() -> None:
    def check(row: list[str]) -> None:
        named = re.findall(r"`(tests/[\w/]+\.py)`", row[3])
        assert named or "missing" in row[2]
        for each in named:
            assert "def test_" in (CHECKOUT / each).read_text(encoding="utf-8"), each

    check_each([(row[0], row) for row in rows()], check)
