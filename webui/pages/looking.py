"""POST /preview: a post as it will look, before it is signed.  POST /writing: go on with it.

Nothing is published: the pages hand over to each other what was written.  It is kept as the
draft that it is, with its files: they are with the node already (``upload``).
"""

from collections.abc import Sequence
from typing import Final

from flask import render_template, request
from msgspec import Struct
from swarmfeed.core.asks.languages import language_choices
from swarmfeed.core.asks.media import Attached, HandedFile
from swarmfeed.core.asks.posts import PostView, ShowPost
from swarmfeed.core.asks.state import Draft
from swarmfeed.core.asks.writing import clean_language, clean_text, warning_of
from swarmfeed.core.circles.sentences import EVERYBODY

from webui.current import ask
from webui.kept import FORM_KEY, ONCE, new_key
from webui.pages.circles import TO, audiences
from webui.pages.drafts import BEGUN, BEGUN_TO, keep_so_far, plain_lines
from webui.pages.media import ATTACHED, attached, handed
from webui.routes import Page, Typed, post

NEW: Final = "new"
"""What a browser calls the box of new posts; the others have the name of what they answer."""


class WrittenSoFar(Struct, frozen=True, kw_only=True):
    """What stood in a box, as it was typed."""

    text: str
    to: str
    cw: str
    lang: str
    once: str
    begun: str
    begun_to: str
    media: list[HandedFile]


def show_preview() -> str:
    answered = _named("reply_to")
    # What is refused is refused before a file is taken.
    text = clean_text(request.form.get("text", ""))
    cw = warning_of(request.form.get("cw"), answered)
    lang = clean_language(request.form.get("lang", ""))
    files = attached()
    return render_template(
        "preview.html",
        text=text,
        cw=cw,
        lang=lang,
        language=dict(language_choices(lang))[lang],
        files=handed(files),
        answered=answered,
        quote=_named("quote"),
        audience=_audience(answered),
        box=request.form.get("reply_to", "") or NEW,
        fields=_handed_on(files, keep_so_far(files)),
    )


def go_on_writing() -> str:
    return render_template(
        "writing.html",
        written=_written(),
        answered=_named("reply_to"),
        quote=_named("quote"),
    )


def _written() -> WrittenSoFar:
    form = request.form
    return WrittenSoFar(
        text=plain_lines(form.get("text", "")),
        to=form.get(TO.name, ""),
        cw=form.get("cw", ""),
        lang=form.get("lang", ""),
        once=form.get(ONCE, "") or new_key(),
        begun=plain_lines(form.get(BEGUN, "")),
        begun_to=form.get(BEGUN_TO, ""),
        media=handed(attached()),
    )


def _named(field: str) -> PostView | None:
    """The post that a field names, if it names any."""
    ref = request.form.get(field, "")
    return ask(ShowPost(ref=ref)).post if ref else None


def _audience(answered: PostView | None) -> str:
    """Who can read it: a reply those who can read what it answers."""
    if answered is not None:
        return answered.audience or EVERYBODY()
    to = request.form.get(TO.name, "")
    return dict(audiences(to))[to]


def _handed_on(files: Sequence[Attached], begun: Draft) -> list[tuple[str, str]]:
    """All that the form had, for the next one; instead of files, what names them.

    Args:
        begun: What the node has of it.
    """
    ours = {FORM_KEY, BEGUN, BEGUN_TO}
    typed = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ours and not ATTACHED.fullmatch(name)
    ]
    named = [
        (f"{field}{number}", value)
        for number, each in enumerate(files, 1)
        for field, value in (
            ("upload", each.upload),
            ("name", each.file_name),
            ("alt", each.alt),
        )
    ]
    return [*typed, (BEGUN, begun.text), (BEGUN_TO, begun.to), *named]


TYPED: Final = (
    Typed(name="text", label="Your text", lines=True),
    TO,
    Typed(name="cw", label="Content warning", optional=True),
    Typed(name="lang", label="Language", optional=True, choices=language_choices),
)
"""What a person types into a box."""

PAGE: Final = Page(
    routes=(
        post("/preview", "preview", show_preview, *TYPED, files=True),
        post("/writing", "go_on_writing", go_on_writing, *TYPED, files=True),
    )
)
