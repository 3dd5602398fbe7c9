"""What tests ask of a browser is waited for: it shows nothing at once on a busy machine."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
DRIVING = [
    path
    for path in sorted(TESTS.rglob("*.py"))
    if "playwright" in path.read_text("utf-8") and path != Path(__file__)
]

AT_ONCE = re.compile(
    r"assert .*\.(count|title|input_value|(all_)?(inner_texts?|text_contents?)"
    r"|is_(checked|disabled|editable|enabled|hidden|visible))\(\)"
)
"""Says how a page is this moment, perhaps before it is as it will be; `expect` waits."""

IS_THERE = re.compile(r"wait_for_url\((?!\"chrome-error)")
"""Waits for nothing where one is at that address already, as before a page that is asked for
anew; `expect_navigation` around what leads there waits for the next.  It takes a page that
cannot be had for an error, though."""

IN_PAGE = re.compile(r"wait_for_function\(")
"""Asks again by ``eval``, which our pages forbid: it fails unless it holds at once;
`wait_until` asks from outside."""


@pytest.mark.parametrize("path", DRIVING, ids=lambda path: path.name)
def test_a_page_is_waited_for(path: Path) -> None:
    text = path.read_text("utf-8")
    found = [each for rule in (AT_ONCE, IS_THERE, IN_PAGE) for each in rule.finditer(text)]
    assert [each[0] for each in found] == []


def test_the_rules_know_what_they_forbid() -> None:
    assert len(DRIVING) >= 15
    assert AT_ONCE.search('    assert page.locator("article").count() == 2')
    assert AT_ONCE.search('    assert page.get_by_text("post 71").is_visible()')
    assert IS_THERE.search('    page.wait_for_url("**/history")')
    assert IN_PAGE.search("    page.wait_for_function('document.images.length')")
