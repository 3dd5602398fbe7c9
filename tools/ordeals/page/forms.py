"""Forms of a page, as a parser finds them: what each sends, and where somebody types."""

from html.parser import HTMLParser
from typing import Final

from msgspec import Struct, field

Attributes = list[tuple[str, str | None]]

TYPES: Final = ("text", "search", "password", "url")
"""Of boxes that somebody types into."""

SILENT: Final = ("submit", "button", "image", "reset", "file")
"""Of boxes that send nothing unless they are pressed, or a file is chosen."""

CHOSEN: Final = ("checkbox", "radio")
"""Of boxes that send something where they are marked."""


class Form(Struct, kw_only=True):
    """One form of a page."""

    action: str
    method: str
    sends: list[tuple[str, str]] = field(default_factory=list)
    """Names and values, as nobody touched it."""
    typed: list[str] = field(default_factory=list)
    """Names of the boxes that somebody types into."""
    needed: set[str] = field(default_factory=set)
    """Those that must not stay empty, and are."""

    def filled(self, name: str, text: str, needed: str) -> list[tuple[str, str]]:
        """What it sends with a text in one box, and another in all that must not be empty."""
        other = dict.fromkeys(self.needed, needed) | {name: text}
        return [(each, other.get(each, value)) for each, value in self.sends]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._area = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        told = {name: value or "" for name, value in attrs}
        name = told.get("name", "")
        if tag == "form":
            method = told.get("method", "get").lower()
            self._form = Form(action=told.get("action", ""), method=method)
            self.found.append(self._form)
        elif self._form and name and tag == "input":
            self._box(self._form, name, told)
        elif self._form and name and tag == "textarea":
            self._area = name
            self._form.typed.append(name)
            self._form.sends.append((name, ""))
            if "required" in told:
                self._form.needed.add(name)
        elif self._form and name and tag == "select":
            self._select = name
        elif self._form and self._select and tag == "option":
            self._option(self._form, told)

    def handle_data(self, data: str) -> None:
        if self._form and self._area:
            name, value = self._form.sends.pop()
            self._form.sends.append((name, value + data))
            self._form.needed.discard(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""

    def _box(self, form: Form, name: str, told: dict[str, str]) -> None:
        kind, value = told.get("type", "text"), told.get("value", "")
        if kind in SILENT or (kind in CHOSEN and "checked" not in told):
            return
        form.sends.append((name, told.get("value", "on") if kind in CHOSEN else value))
        if kind in TYPES:
            form.typed.append(name)
            if "required" in told and not value:
                form.needed.add(name)

    def _option(self, form: Form, told: dict[str, str]) -> None:
        """The first is chosen, until one comes that says so of itself."""
        chosen = (self._select, told.get("value", ""))
        if not form.sends or form.sends[-1][0] != self._select:
            form.sends.append(chosen)
        elif "selected" in told:
            form.sends[-1] = chosen


def forms_of(page: str) -> list[Form]:
    """All forms of a page, in order."""
    parser = _Forms()
    parser.feed(page)
    return parser.found
