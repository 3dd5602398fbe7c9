"""GET /me: how others see the person, and the own link, to be copied or scanned.

POST /me/profile: be called otherwise.  What is refused stays in its field, with the reason.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks.feeds import FeedsOf
from swarmfeed.core.asks.media import Attached
from swarmfeed.core.asks.muting import WhoIsMuted
from swarmfeed.core.asks.people import AboutAuthor, WhoAreYou
from swarmfeed.core.asks.profile import ChangeProfile, clean_bio, clean_fields, clean_name
from swarmfeed.core.base.limits import BIO_CHARS_MAX, NAME_CHARS_MAX
from swarmfeed.core.feed.limits import (
    FIELD_LABEL_CHARS_MAX,
    FIELD_TEXT_CHARS_MAX,
    PROFILE_FIELDS_MAX,
)
from swarmfeed.core.feed.profile_field import ProfileField
from swarmfeed.errors import UserError
from werkzeug.wrappers import Response

from webui.current import ask
from webui.languages import why
from webui.pages.media import chosen
from webui.routes import Menu, Page, Typed, get, post

NAME: Final = Typed(name="name", label="Your name")
BIO: Final = Typed(name="bio", label="About you", lines=True, optional=True)
FIELDS: Final = tuple(
    Typed(name=f"{name}{number}", label=label, optional=True)
    for number in range(1, PROFILE_FIELDS_MAX + 1)
    for name, label in (("label", "What it is about"), ("text", "What there is to say"))
)


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
        fields=_fields(typed) if wrong else _padded(author.fields),
        field_label_chars_max=FIELD_LABEL_CHARS_MAX,
        field_text_chars_max=FIELD_TEXT_CHARS_MAX,
        name_chars_max=NAME_CHARS_MAX,
        bio_chars_max=BIO_CHARS_MAX,
    )


def change_profile() -> Response | tuple[str, int]:
    field = NAME.name
    try:
        name = clean_name(request.form.get(field, ""))
        field = BIO.name
        bio = clean_bio(request.form.get(field, ""))
        field = FIELDS[0].name
        fields = clean_fields(_fields(request.form))
        field = "picture"
        avatar = _picture(field)
        field = "banner"
        banner = _picture(field)
        ask(ChangeProfile(called=name, bio=bio, avatar=avatar, banner=banner, fields=fields))
    except UserError as error:
        return _page(wrong=_sentence(error), field=field), 400
    return redirect(url_for("me"), 303)


def _fields(form: Mapping[str, str]) -> list[ProfileField]:
    """Pairs of label and text, as they were typed."""
    return [
        ProfileField(form.get(f"label{number}", ""), form.get(f"text{number}", ""))
        for number in range(1, PROFILE_FIELDS_MAX + 1)
    ]


def _padded(fields: Sequence[ProfileField]) -> list[ProfileField]:
    """The same, with empty ones as far as there may be more."""
    return [*fields, *[ProfileField("", "")] * (PROFILE_FIELDS_MAX - len(fields))]


def _picture(name: str) -> Attached | None:
    """The picture that was chosen, or the wish to show none; None: as before."""
    if request.form.get(f"no_{name}"):
        return Attached(upload="")
    return chosen(name)


def _sentence(error: UserError) -> str:
    text = why(error)
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}."


PAGE: Final = Page(
    routes=(
        get("/me", "me", show_me, menu=Menu(label="Profile", icon="me")),
        post("/me/profile", "change_profile", change_profile, NAME, BIO, *FIELDS, files=True),
    )
)
