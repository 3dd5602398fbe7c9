"""GET /devices: the machines that write for the person.  POST: one more, one less, a name.

Adding takes two steps: the link is pasted, then both machines show a code, and the person says
whether it is the same.
"""

from collections.abc import Callable
from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks import device_sentences
from swarmfeed.core.asks.devices import (
    ConfirmDevice,
    NameDevice,
    ProposeDevice,
    RemoveDevice,
    WhichDevices,
)
from swarmfeed.core.asks.locking import PASSPHRASE_CHARS_MAX
from swarmfeed.core.base.limits import FEED_ENTRIES_MAX
from swarmfeed.errors import UserError
from werkzeug.wrappers import Response

from webui.current import ask
from webui.languages import why
from webui.routes import Page, Typed, get, post

LINK: Final = Typed(name="link", label="The link that the other machine shows")
NAME: Final = Typed(name="name", label="Name of this machine")

Answer = Response | tuple[str, int]


def show_devices() -> str:
    return _page()


def _page(wrong: str = "", form: str = "") -> str:
    """The page; with ``wrong``, why the ``form`` of that name was refused."""
    found = ask(WhichDevices())
    return render_template(
        "devices.html",
        found=found,
        rows=[
            (
                each,
                device_sentences.what_it_is(
                    this=each.this,
                    removed=each.removed,
                    adds_devices=each.adds_devices,
                    crowds=each.crowds,
                ),
            )
            for each in found.devices
        ],
        difference=device_sentences.DIFFERENCE(),
        chars_max=PASSPHRASE_CHARS_MAX,
        wrong=wrong,
        wrong_form=form,
        link=request.form.get("link", "") if form == "add" else "",
        name=next((each.name for each in found.devices if each.this), ""),
    )


def propose() -> Answer:
    """Reach the machine whose link was pasted."""
    link = request.form.get("link", "").strip()
    return _do("add", lambda: ask(ProposeDevice(link=link, passphrase=_passphrase())))


def confirm() -> Answer:
    """Take the word of a person who compared."""
    same = request.form.get("same") == "yes"
    code = request.form.get("code", "")
    if not same:
        try:
            ask(ConfirmDevice(code=code, same=False))
        except UserError as error:
            return _page(wrong=why(error), form="add"), 200
    return _do("add", lambda: ask(ConfirmDevice(code=code, same=True)))


def remove() -> Answer:
    device = request.form.get("device", "")

    def remove_it() -> None:
        after = _after(request.form.get("after", ""))
        ask(RemoveDevice(device=device, passphrase=_passphrase(), after=after))

    return _do(device, remove_it)


def rename() -> Answer:
    return _do("name", lambda: ask(NameDevice(device=request.form.get("name", ""))))


def _do(form: str, change: Callable[[], object]) -> Answer:
    try:
        change()
    except UserError as error:
        return _page(wrong=why(error), form=form), 400
    return redirect(url_for("devices"), 303)


def _passphrase() -> str:
    return request.form.get("passphrase", "")


def _after(text: str) -> int | None:
    """How many things stay; None where the field was left empty.  UserError: no number."""
    typed = text.strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit()) or len(typed) > 10:
        raise UserError(device_sentences.NO_COUNT())
    return min(int(typed), FEED_ENTRIES_MAX)


PAGE: Final = Page(
    routes=(
        get("/devices", "devices", show_devices),
        post("/devices", "propose_device", propose, LINK),
        post("/devices/confirm", "confirm_device", confirm),
        post("/devices/remove", "remove_device", remove),
        post("/devices/name", "name_device", rename, NAME),
    )
)
