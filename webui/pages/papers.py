"""GET /papers: sheets that are still to be written down.  POST: their words, four asked back.

Words stand in the answer to a form alone, which no browser keeps.
"""

import secrets
from collections.abc import Mapping
from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks.locking import PASSPHRASE_CHARS_MAX
from swarmfeed.core.asks.papers import CheckPaper, ShowPaper, WhichPapers
from swarmfeed.core.base.papers import asked_back
from swarmfeed.errors import UserError
from werkzeug.wrappers import Response

from webui.current import ask
from webui.languages import why
from webui.routes import Page, get, post

Answer = str | tuple[str, int] | Response


def show_papers() -> Answer:
    return _page()


def _page(wrong: str = "", **values: object) -> Answer:
    found = render_template(
        "papers.html",
        due=ask(WhichPapers()),
        chars_max=PASSPHRASE_CHARS_MAX,
        wrong=wrong,
        is_second=_is_second(),
        **values,
    )
    return found, 400 if wrong else 200


def show_words() -> Answer:
    try:
        sheet = ask(ShowPaper(second=_is_second(), passphrase=_passphrase()))
    except UserError as error:
        return _page(wrong=why(error))
    return _page(sheet=sheet)


def show_practice() -> Answer:
    numbers = asked_back(secrets.token_bytes(64))
    return _page(typed=dict.fromkeys(numbers, ""), said={})


def practise() -> Answer:
    typed = _typed()
    question = CheckPaper(
        second=_is_second(),
        numbers=tuple(typed),
        typed=tuple(typed.values()),
        passphrase=_passphrase(),
    )
    try:
        found = ask(question)
    except UserError as error:
        return _page(wrong=why(error), typed=typed, said={})
    said = {number: each for number, each in zip(typed, found.wrong, strict=True) if each}
    if said:
        page = render_template(
            "papers.html",
            due=found.due,
            chars_max=PASSPHRASE_CHARS_MAX,
            wrong="",
            is_second=_is_second(),
            typed=typed,
            said=said,
            checked=True,
        )
        return page, 400
    return redirect(url_for("papers"), 303)


def _typed() -> Mapping[int, str]:
    """Words by their numbers, as the form has them."""
    fields = {name.removeprefix("word"): typed for name, typed in request.form.items()}
    return {int(name): typed for name, typed in fields.items() if name in NUMBERS}


NUMBERS: Final = frozenset(map(str, range(1, 25)))


def _is_second() -> bool:
    return request.values.get("sheet") == "second"


def _passphrase() -> str:
    return request.form.get("passphrase", "")


PAGE: Final = Page(
    routes=(
        get("/papers", "papers", show_papers),
        get("/papers/practice", "paper_practice", show_practice),
        post("/papers/words", "paper_words", show_words),
        post("/papers/practice", "practise_paper", practise),
    )
)
