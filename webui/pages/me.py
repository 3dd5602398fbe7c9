"""GET /me: how others see the person, and the own link, to be copied or scanned.

POST /me/profile: be called otherwise.  What is refused stays in its field, with the reason.
"""

from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks.feeds import FeedsOf
from swarmfeed.core.asks.muting import WhoIsMuted
from swarmfeed.core.asks.people import AboutAuthor, WhoAreYou
from swarmfeed.core.asks.profile import ChangeProfile, clean_bio, clean_name
from swarmfeed.core.base.limits import BIO_CHARS_MAX, NAME_CHARS_MAX
from swarmfeed.errors import UserError
from werkzeug.wrappers import Response

from webui.current import ask
from webui.routes import Menu, Page, Typed, get, post

NAME: Final = Typed(name="name", label="Your name")
BIO: Final = Typed(name="bio", label="About you", lines=True, optional=True)


def show_me() -> str:
    return _page()


def _page(wrong: str = "", field: str = "") -> str:
    """The page; with ``wrong``, what was typed stays, and why ``field`` was refused."""
    me = ask(WhoAreYou()).author_id
    author, own = ask(AboutAuthor(author=me)), ask(FeedsOf(author=me))
    typed = request.form if wrong else {}
    return render_template(
        "me.html",
        author=author,
        feeds=own.feeds,
        muted=ask(WhoIsMuted()).authors,
        wrong=wrong,
        wrong_field=field,
        name=typed.get(NAME.name, author.name),
        bio=typed.get(BIO.name, author.bio),
        name_chars_max=NAME_CHARS_MAX,
        bio_chars_max=BIO_CHARS_MAX,
    )


def change_profile() -> Response | tuple[str, int]:
    field = NAME
    try:
        name = clean_name(request.form.get(field.name, ""))
        field = BIO
        ask(ChangeProfile(called=name, bio=clean_bio(request.form.get(field.name, ""))))
    except UserError as error:
        return _page(wrong=_sentence(error), field=field.name), 400
    return redirect(url_for("me"), 303)


def _sentence(error: UserError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}."


PAGE: Final = Page(
    routes=(
        get("/me", "me", show_me, menu=Menu(label="Me", icon="me")),
        post("/me/profile", "change_profile", change_profile, NAME, BIO),
    )
)
