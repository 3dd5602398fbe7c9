"""Templates in the language of the request: an environment of Jinja for each language."""

import re
from collections.abc import Callable, MutableMapping
from functools import wraps
from typing import Any, Final

from flask.templating import Environment
from jinja2 import Template
from jinja2.filters import FILTERS

from webui.languages import language_now, language_of, spoken_in, tongue_now
from webui.tongues import SOURCE, TONGUES
from webui.translating import translated

_INDENTED: Final = re.compile(
    r"<(?P<shown>pre|textarea)\b.*?</(?P=shown)>|(?<=\n)(?P<between>(?<=[%#]\}\n))?[ \t]+",
    re.DOTALL,
)
"""Blanks at the beginning of a line, and elements in which they mean something.  Where a tag of
Jinja ended the line before, its line break is none, and they alone keep two words apart."""


class Templates(Environment):
    """The templates of the page.  In English they say what their files say, unchanged."""

    tongue = TONGUES[SOURCE]

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self.globals["_"] = say
        self._others: dict[str, Templates] = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        wanted = tongue_now() if self.tongue.code == SOURCE else self.tongue
        if wanted is self.tongue:
            return super().get_template(name, parent, globals)
        return self._other(wanted.code).get_template(name, parent, globals)

    def preprocess(
        self, source: str, name: str | None = None, filename: str | None = None
    ) -> str:
        if self.tongue.code != SOURCE and (name or "").endswith(".html"):
            source = translated(source, language_of(self.tongue.code).texts.get)
        return super().preprocess(flush_left(source), name, filename)

    def _other(self, code: str) -> "Templates":
        if code not in self._others:
            say_in = spoken_in(code)
            other = self.overlay(finalize=say_in)
            assert isinstance(other, Templates)
            other.tongue = TONGUES[code]
            other.filters = FILTERS | {
                name: _in_language(function, say_in)
                for name, function in self.filters.items()
                if name not in FILTERS
            }
            self._others[code] = other
        return self._others[code]


def flush_left(source: str) -> str:
    """Return a template without its indentation, which is for who reads the file.

    Its lines stay, so that an error names the right one.
    """

    def one(match: re.Match[str]) -> str:
        if match["shown"]:
            return match[0]
        return "" if match["between"] is None else " "

    return _INDENTED.sub(one, source)


def _in_language(
    function: Callable[..., object], say_in: Callable[[object], object]
) -> Callable[..., object]:
    @wraps(function)
    def filtered(*args: object, **values: object) -> object:
        return say_in(function(*args, **values))

    return filtered


def say(english: str, **values: object) -> str:
    """Say a text of a template in the language of the request."""
    return language_now().say(english, **values)
