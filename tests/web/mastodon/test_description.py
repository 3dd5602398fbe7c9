"""docs/MASTODON.md says which parts of the public description are not here, and no others."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from ordeals.api.description import METHODS, bare
from webui.mastodon.resources import CALLS
from webui.mastodon.streaming import PREFIX

from tests.web.mastodon.conftest import Api, read_schema

DOC = Path(__file__).parents[3] / "docs" / "MASTODON.md"
SAID = re.compile(r"`(?:([A-Z]+) )?(/[^`]*)`")
ON_THE_PAGE = "/oauth/authorize"

Operation = tuple[str, str]
"""A method, and a path without names."""


@dataclass(frozen=True)
class Said:
    """A method of a path, or all of it, or all that begins so."""

    method: str
    path: str

    def covers(self, operation: Operation) -> bool:
        method, path = operation
        begin = self.path.removesuffix("…")
        is_there = path.startswith(begin) if self.path != begin else path == begin
        return self.method in ("", method) and is_there


def listed() -> list[Said]:
    """What the docs say is not here."""
    section = DOC.read_text().partition("\n## What is not here\n")[2].partition("\n## ")[0]
    rows = "\n".join(line for line in section.splitlines() if line.startswith("| "))
    return [Said(method.lower(), bare(path)) for method, path in SAID.findall(rows)]


def answered() -> set[Operation]:
    return {(each.method.lower(), bare(each.rule)) for each in CALLS}


@pytest.mark.slow
def test_nothing_that_is_answered_is_said_to_be_missing(api: Api) -> None:
    said = listed()
    assert len(said) > 20
    assert [
        each for each in said if any(each.covers(operation) for operation in answered())
    ] == []
    for each in said:
        if each.path.startswith(("/api/v1/", "/api/v2/")):
            path = each.path.replace("{}", "1").replace("…", "1")
            status = api.call(each.method.upper() or "DELETE", path).status_code
            assert status in (404, 405), each


def test_all_that_the_description_has_beside_what_is_answered_is_listed() -> None:
    said = listed()
    missing = {
        (method, bare(path))
        for path, operations in read_schema()["paths"].items()
        for method in operations.keys() & set(METHODS)
        if not path.startswith(PREFIX) and path != ON_THE_PAGE
    } - answered()
    assert {each for each in missing if not any(one.covers(each) for one in said)} == set()
    assert [each for each in said if not any(map(each.covers, missing))] == []
