"""What a link asks for that a stranger hands out: all of it as markup.

It is read by a parser, for there are thousands.
"""

import ast
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from inspect import getsource
from typing import Final
from urllib.parse import quote, urlencode

from webui.pages import PAGES
from webui.pages.apps import ASKED as APP_ASKS

from ordeals.page.markup import TEXTS
from ordeals.page.routes import pages
from ordeals.page.stage import Scene, Stage
from ordeals.page.town import IDA
from ordeals.strangers.besieged import FORM_KEY

PARAMETERS: Final = (
    *("q", "where", "called", "level", "link", "of", "seen", "show", "site", "start", "type"),
    *("which", "who", "ids", "before", "after", "token", "posts", "holes", "gaps", "asked"),
    *("older", "author", "blocked", "already", "feeds", "peers", "key", *APP_ASKS),
    *("back", "next", "name", "path"),
)
"""Names that pages read in a query, and some that they do not."""

TEXTS_ASKED: Final = 3
"""In a case."""


def hand_out_links(stage: Stage, texts: Sequence[str]) -> None:
    """Ask for every page with texts in each parameter, and in its path where one is free."""
    asked = 0
    for text in texts:
        for path in (*_queries(stage, text), *_paths(text)):
            stage.look(path, text)
            asked += 1
    assert FORM_KEY.search(stage.town.read(IDA, "/")), "some link logged her out"
    stage.seen.append(f"{asked} links")
    assert not stage.town.logged(IDA, "Traceback"), "an error that nobody expected"


def _queries(stage: Stage, text: str) -> list[str]:
    """Every page with all parameters, and with each alone that it may read."""
    return [
        f"{page.path}?{urlencode(dict.fromkeys(names, text))}"
        for page in pages(stage.town, IDA)
        if page.path != "/logout"
        for names in (PARAMETERS, *((name,) for name in read_by(page.module)))
    ]


@cache
def read_by(module: str) -> tuple[str, ...]:
    """Parameters that a page may read: those its module has as a text, or as what it calls.

    All others are in one link together, for nothing that shows one could hide another.
    """
    said = set[str]()
    for each in ast.walk(ast.parse(getsource(import_module(module)))):
        if isinstance(each, ast.Constant):
            said.add(str(each.value))
        elif isinstance(each, ast.Call) and isinstance(each.func, ast.Name):
            said.add(each.func.id)
    return tuple(name for name in PARAMETERS if name in said)


def _paths(text: str) -> list[str]:
    """Addresses that end in words of somebody."""
    rules = {route.rule for page in PAGES for route in page.routes if route.method == "GET"}
    heads = (rule.partition("<")[0] for rule in rules if rule.count("<") == 1)
    return [f"{head}{quote(text, safe='')}" for head in sorted(heads)]


def _handed_out(first: int) -> Scene:
    last = first + TEXTS_ASKED
    return Scene(
        name=f"links: texts {first} to {last - 1}",
        play=lambda stage: hand_out_links(stage, TEXTS[first:last]),
        at=IDA,
    )


LINKS: Final = tuple(map(_handed_out, range(0, len(TEXTS), TEXTS_ASKED)))
