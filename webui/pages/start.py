"""The pages of a first start, before there is a node: a tour, then an author, new or known.

GET / leads to where the start is.  What is typed is posted; words stand in answers that no
browser keeps, and in no address.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from flask import redirect, render_template, request
from swarmfeed.core.asks import start_sentences as sentences
from swarmfeed.core.asks.locking import PASSPHRASE_CHARS_MAX
from swarmfeed.core.base.limits import NAME_CHARS_MAX
from swarmfeed.errors import UserError
from werkzeug.wrappers import Response

from webui.begin import Beginner, SoFar, Stage
from webui.languages import why
from webui.routes import Page, Route, get, post

Answer = str | tuple[str, int] | Response
View = Callable[[Beginner], Answer]

LEADS: Final = {"new": "/start/name", "words": "/start/restore", "device": "/start/device"}
"""Where the answer to "have you been here before" leads."""

BUSY: Final = {
    Stage.CLOSED: "/start/unlock",
    Stage.SHEETS: "/start/words",
    Stage.LOOKING: "/start/wait",
    Stage.WAITING: "/start/wait",
    Stage.DONE: "/start/wait",
}
"""The one page there is at a stage; at ``NEW`` there are several."""


def start_pages(beginner: Beginner) -> Page:
    """The site map of a start."""

    def show(rule: str, name: str, view: View, stage: Stage = Stage.NEW) -> Route:
        return get(rule, name, partial(_show, beginner, stage, view))

    def take(rule: str, name: str, view: View) -> Route:
        return post(rule, name, partial(view, beginner))

    return Page(
        routes=(
            show("/", "home", _tour),
            show("/start", "start", _tour),
            show("/start/how", "start_how", _how),
            show("/start/name", "start_name", _name),
            show("/start/restore", "start_restore", _restore),
            show("/start/device", "start_device", _device),
            show("/start/words", "start_words", _words, Stage.SHEETS),
            show("/start/practice", "start_practice", _practice, Stage.SHEETS),
            show("/start/unlock", "start_unlock", _unlock, Stage.CLOSED),
            get("/start/wait", "start_wait", partial(_wait, beginner)),
            # Whoever comes here early is about to get the node's page of that name.
            get("/start/people", "start_people", partial(_wait, beginner)),
            take("/start/how", "choose_how", _choose),
            take("/start/name", "draw_keys", _draw),
            take("/start/practice", "practise", _practise),
            take("/start/later", "put_off", _put_off),
            take("/start/restore", "begin_restore", _begin_restore),
            take("/start/device", "begin_device", _begin_device),
            take("/start/unlock", "open_keys", _open_keys),
            take("/start/over", "start_over", _start_over),
        )
    )


def _show(beginner: Beginner, stage: Stage, view: View) -> Answer:
    """Show a page of a stage, or lead to where the start is."""
    now = beginner.so_far().stage
    if now is not stage:
        return redirect(BUSY.get(now, "/start"), 303)
    return view(beginner)


STEPS: Final = {
    "tour": 1,
    "how": 2,
    **dict.fromkeys(("name", "restore", "device"), 3),
    **dict.fromkeys(("words", "practice"), 4),
}
"""Which of the five steps a screen is."""


def _page(screen: str, status: int = 200, **values: object) -> Answer:
    bounds = {"name_chars_max": NAME_CHARS_MAX, "passphrase_chars_max": PASSPHRASE_CHARS_MAX}
    step = STEPS.get(screen, 0)
    return render_template(f"start/{screen}.html", step=step, **bounds, **values), status


def _tour(beginner: Beginner) -> Answer:
    return _page("tour")


def _how(beginner: Beginner) -> Answer:
    return _page("how")


def _choose(beginner: Beginner) -> Answer:
    return redirect(LEADS.get(request.form.get("how", ""), "/start/how"), 303)


def _name(beginner: Beginner, wrong: str = "") -> Answer:
    return _page("name", 400 if wrong else 200, wrong=wrong, name=request.form.get("name", ""))


def _draw(beginner: Beginner) -> Answer:
    return _try(
        lambda: beginner.draw(request.form.get("name", ""), _new_passphrase()),
        partial(_name, beginner),
        "/start/words",
    )


def _words(beginner: Beginner) -> Answer:
    return _page("words", sheet=beginner.so_far().sheet)


def _practice(beginner: Beginner, wrong: Mapping[int, str] | None = None) -> Answer:
    sheet = beginner.so_far().sheet
    assert sheet is not None, "there is one at this stage"
    return _page(
        "practice",
        400 if wrong else 200,
        sheet=sheet,
        wrong=wrong or {},
        typed={number: request.form.get(f"word{number}", "") for number in sheet.asked},
        checked=wrong is not None,
    )


def _practise(beginner: Beginner) -> Answer:
    sheet = beginner.so_far().sheet
    if sheet is None:
        return redirect("/", 303)
    typed = {number: request.form.get(f"word{number}", "") for number in sheet.asked}
    wrong = beginner.practise(typed)
    return _practice(beginner, wrong) if wrong else _lead_on(beginner)


def _put_off(beginner: Beginner) -> Answer:
    beginner.put_off()
    return _lead_on(beginner)


def _lead_on(beginner: Beginner) -> Answer:
    """Lead to the one page there is now: also where the node answers there before we would."""
    return redirect(BUSY.get(beginner.so_far().stage, "/"), 303)


def _restore(beginner: Beginner, wrong: str = "") -> Answer:
    return _page(
        "restore",
        400 if wrong else 200,
        wrong=wrong or _trouble(beginner),
        words=request.form.get("words", ""),
        link=request.form.get("link", ""),
        kept=beginner.so_far().has_words,
    )


def _begin_restore(beginner: Beginner) -> Answer:
    words, link = request.form.get("words", ""), request.form.get("link", "").strip()
    return _try(
        lambda: beginner.restore(words, link, _new_passphrase()),
        partial(_restore, beginner),
        "/start/wait",
    )


def _device(beginner: Beginner, wrong: str = "") -> Answer:
    return _page(
        "device",
        400 if wrong else 200,
        wrong=wrong or _trouble(beginner),
        name=request.form.get("name", ""),
    )


def _trouble(beginner: Beginner) -> str:
    """Why the last attempt on this very page came to nothing."""
    now = beginner.so_far()
    return now.trouble if now.leads_to == request.path else ""


def _begin_device(beginner: Beginner) -> Answer:
    called = request.form.get("name", "").strip()
    return _try(
        lambda: beginner.wait_for_device(called, _new_passphrase()),
        partial(_device, beginner),
        "/start/wait",
    )


def _unlock(beginner: Beginner, wrong: str = "") -> Answer:
    return _page("unlock", 400 if wrong else 200, wrong=wrong)


def _open_keys(beginner: Beginner) -> Answer:
    return _try(
        lambda: beginner.unlock(request.form.get("passphrase", "")),
        partial(_unlock, beginner),
        "/start/wait",
    )


def _wait(beginner: Beginner) -> Answer:
    now: SoFar = beginner.so_far()
    if now.stage not in (Stage.LOOKING, Stage.WAITING, Stage.DONE):
        return redirect(_after_waiting(now), 303)
    leads_to = now.leads_to if now.stage is Stage.DONE else "/start/wait"
    return _page("wait", now=now, leads_to=leads_to, waits=now.stage is Stage.WAITING)


def _after_waiting(now: SoFar) -> str:
    """Where it is told what came of it, or where the start is."""
    return now.leads_to if now.stage is Stage.NEW and now.trouble else "/"


def _start_over(beginner: Beginner) -> Answer:
    beginner.start_over()
    return redirect("/start/how", 303)


def _try(change: Callable[[], None], again: Callable[[str], Answer], next_url: str) -> Answer:
    try:
        change()
    except UserError as error:
        return again(why(error))
    return redirect(next_url, 303)


def _new_passphrase() -> str:
    """The passphrase that was typed twice; empty: none.  UserError: they differ."""
    first, again = (request.form.get(name, "") for name in ("passphrase", "again"))
    if first != again:
        raise UserError(sentences.PASSPHRASES_DIFFER())
    return first
