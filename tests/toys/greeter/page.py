"""GET /greetings: who said what.  POST: greet them back."""

from pathlib import Path
from typing import Final

from flask import redirect, render_template, request, url_for
from webui.current import ask
from webui.routes import Menu, Page, get, post
from werkzeug.wrappers import Response

from tests.toys.greeter.asks import Greet, WhoGreeted


def show_greetings() -> str:
    return render_template("greetings.html", greetings=ask(WhoGreeted()).greetings)


def greet() -> Response:
    ask(Greet(text=request.form.get("text", "")))
    return redirect(url_for("greetings"), 303)


PAGE: Final = Page(
    routes=(
        get("/greetings", "greetings", show_greetings, menu=Menu(label="Greetings")),
        post("/greetings", "do_greet", greet),
    ),
    templates=Path(__file__).parent / "templates",
)
