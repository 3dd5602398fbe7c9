"""Every field that somebody can type into, with every text that would run."""

from collections.abc import Iterator
from itertools import starmap
from typing import Final

from msgspec import Struct
from playwright.sync_api import Page

from ordeals.page.forms import forms_of
from ordeals.page.markup import TEXTS, careful, harmless
from ordeals.page.routes import pages
from ordeals.page.stage import Scene, Stage
from ordeals.page.town import IDA

SHOWN_AT: Final = (
    *("/", "/me", "/search?q=xss", "/lists", "/not-shown", "/circles", "/messages"),
    *("/notifications", "/drafts", "/devices", "/settings", "/listening", "/network"),
)
"""Where what was typed may stand afterwards."""

FILL: Final = """({ action, name, text, needed }) => {
  const form = [...document.forms].find((form) =>
    form.getAttribute("action") === action && form.elements.namedItem(name));
  if (!form) return false;
  for (const box of form.querySelectorAll("textarea, input[type=text], input[type=search]"))
    if (box.required && !box.value) box.value = needed;
  const box = form.querySelector(`[name="${name}"]`);
  box.removeAttribute("maxlength");
  box.value = text;
  document.filled = form;
  return true;
}"""
"""Writes into a form, and whatever else it wants; false: it is not there now."""

SEND: Final = "() => HTMLFormElement.prototype.submit.call(document.filled)"
"""What script would send beside the page, the page itself sends: both are the same form."""

REFUSED: Final = ("Failed to load resource", "XML Parsing", "HTTP")
"""How browsers tell of a page that says no."""


class Field(Struct, frozen=True, kw_only=True):
    """One field of a page."""

    path: str
    action: str
    """Where its form leads; other forms may come and go."""
    name: str


def type_everywhere(stage: Stage, text: str) -> None:
    """Type one of the texts into every field of every page, and look where it may stand."""
    known, filled = list(fields(stage)), 0
    for field in known:
        filled += fill(stage, field, text)
    stage.seen.append(f"{filled} of {len(known)} fields typed into")
    assert filled > len(known) * 3 // 4, (
        f"{filled} of {len(known)} fields were there to type into"
    )
    for path in (*SHOWN_AT, f"/authors/{stage.town.who(IDA)}"):
        stage.look(path, text)
    if stage.opened:
        stage.opened.excuse(*REFUSED)
    assert not stage.town.logged(IDA, "Traceback"), "an error that nobody expected"


def fields(stage: Stage) -> Iterator[Field]:
    """All fields there are, each once, also of forms that stand on many pages."""
    known: set[tuple[str, str]] = set()
    for each in pages(stage.town, IDA):
        for form in forms_of(stage.town.read(IDA, each.path)):
            for name in form.typed:
                if (form.action, name) not in known:
                    known.add((form.action, name))
                    yield Field(path=each.path, action=form.action, name=name)


def fill(stage: Stage, field: Field, text: str) -> bool:
    """Type it there, whatever else the form wants, and send it: it does no harm.

    False: the field is not there now.
    """
    where = f"{field.path}, {field.name}: {text}"
    written = f"{stage.folder}/{text}" if field.name == "path" else text
    if not stage.opened:
        answer = answered(stage, field, written, f"{stage.folder}/1")
        if answer is not None:
            careful(answer, where)
        return answer is not None
    stage.opened.see(field.path)
    is_there = sent(stage.opened.page, field, written, f"{stage.folder}/1")
    if is_there:
        harmless(stage.opened.page, where)
    return is_there


def answered(stage: Stage, field: Field, text: str, needed: str) -> str | None:
    """The page that a form leads to, sent without a browser; None: it is not there now."""
    for form in forms_of(stage.town.read(IDA, field.path)):
        if form.action == field.action and field.name in form.typed:
            sends = form.filled(field.name, text, needed)
            return stage.town.send(IDA, form.action, form.method, sends)
    return None


def sent(page: Page, field: Field, text: str, needed: str) -> bool:
    """Send a form of the open page with a text in a field, and the other in all it wants."""
    written = {"action": field.action, "name": field.name, "text": text, "needed": needed}
    if not page.evaluate(FILL, written):
        return False
    with page.expect_navigation():
        page.evaluate(SEND)
    page.wait_for_load_state()
    return True


def scene_of(number: int, text: str) -> Scene:
    return Scene(
        name=f"fields: text {number}",
        play=lambda stage: type_everywhere(stage, text),
        at=IDA,
    )


TYPED: Final = tuple(starmap(scene_of, enumerate(TEXTS)))
