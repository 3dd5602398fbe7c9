"""GET /media/<id>/<form>: a picture or file that is here.  POST /media/fetch: fetch one.

GET /media/here: which of some pictures are here.
GET /uploads/<name>: a picture of a post that is not written yet.

A picture is what our own process made of its pixels.  Whatever a browser is given here it shows
in a world of its own (``sandbox``), with the type that its first bytes say.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from flask import Response, jsonify, redirect, render_template, request, url_for
from msgspec.structs import replace
from swarmfeed.core.asks.media import (
    COMING,
    SMALL,
    UNREADABLE,
    Attached,
    FetchMedium,
    HandedFile,
    HandedOver,
    MediumFile,
    MediumView,
    ShowHanded,
    ShowMedium,
    Upload,
)
from swarmfeed.core.asks.posts import ShowPost
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.limits import HASH_BYTES
from swarmfeed.core.base.texts import format_size
from swarmfeed.core.base.types import FeedId, Hash
from swarmfeed.core.feed.limits import MEDIA_MAX
from swarmfeed.core.media import sentences
from swarmfeed.core.media.limits import PLAYED_PART_BYTES, UPLOAD_PART_BYTES
from swarmfeed.core.media.sniffing import is_picture, is_played
from swarmfeed.errors import UserError
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound, RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response as Redirect

from webui.back import back_to
from webui.current import ask
from webui.languages import why
from webui.routes import Page, get, post

LOOKED_FOR_MAX: Final = 50
"""Pictures that a page asks for at once: as many as it shows posts."""

ATTACHED: Final = re.compile(r"(?:upload|name|alt|without)[0-9]+")
"""Fields of a form about its files."""


def attached() -> tuple[Attached, ...]:
    """Hand over what a form has beside its words: files, and what each shows.

    Those that an earlier form handed over are only named.
    """
    found = [each for number in range(1, MEDIA_MAX + 1) for each in _at(number)]
    if len(found) > MEDIA_MAX:
        raise UserError(sentences.TOO_MANY_MEDIA(most=MEDIA_MAX))
    return tuple(each if isinstance(each, Attached) else _hand_over(*each) for each in found)


def _at(number: int) -> list[Attached | tuple[FileStorage, str]]:
    """What stands at one of the places for files."""
    form, alt = request.form, request.form.get(f"alt{number}", "")
    given = form.get(f"upload{number}", "")
    if given and f"without{number}" not in form:
        return [Attached(upload=given, alt=alt, file_name=form.get(f"name{number}", ""))]
    files = request.files.getlist(f"file{number}")
    return [(file, alt) for file in files if file.filename]


def chosen(name: str) -> Attached | None:
    """Hand over the one file of a field, if one was chosen."""
    file = request.files.get(name)
    return _hand_over(file, "") if file is not None and file.filename else None


def _hand_over(file: FileStorage, alt: str) -> Attached:
    upload = ""
    while data := file.stream.read(UPLOAD_PART_BYTES):
        upload = ask(Upload(data=data, upload=upload)).upload
    if not upload:
        raise UserError(sentences.EMPTY_FILE())
    return Attached(upload=upload, alt=alt, file_name=file.filename or "")


def medium_state(medium: MediumView) -> str:
    """What a box says that stands where a picture or file is not yet."""
    if medium.state == UNREADABLE:
        return sentences.CANNOT_BE_SHOWN()
    return sentences.ON_ITS_WAY() if medium.state == COMING else sentences.NOT_FETCHED()


def medium_facts(medium: MediumView) -> str:
    """What it is, and how long."""
    kind = sentences.PICTURE() if medium.is_picture else medium.file_name or sentences.FILE()
    return sentences.FACTS(kind=kind, size=format_size(medium.size_bytes, tenths_below=10))


def show_file(medium: str, form: str) -> Response:
    """Give what a page shows; a 404 when it is not here."""
    try:
        file = ask(ShowMedium(id=_id(medium), form=form))
    except UserError as error:
        raise NotFound(why(error)) from error
    return given(file)


def which_are_here() -> Response:
    """Of pictures that a page has boxes for, those that came since."""
    asked = request.args.get("ids", "").split(",")[:LOOKED_FOR_MAX]
    return jsonify({"here": [each for each in asked if _is_here(each)]})


def _is_here(medium: str) -> bool:
    try:
        file = ask(ShowMedium(id=_id(medium), form=SMALL))
    except (UserError, NotFound):
        return False
    return bool(file.data or file.path)


def show_handed(upload: str) -> Response:
    """Give a picture that was handed over; a 404 when it is not here, or none."""
    try:
        file = ask(ShowHanded(upload=upload))
    except UserError as error:
        raise NotFound(why(error)) from error
    return given(file)


def handed(files: Sequence[Attached]) -> list[HandedFile]:
    """How it is with files that were handed over, as a form describes them."""
    return [
        replace(ask(HandedOver(upload=each.upload)), alt=each.alt, file_name=each.file_name)
        for each in files
    ]


def show_picture(feed_id: FeedId, index: int, number: int) -> str:
    """One picture of a post, as large as the window."""
    shown = ask(ShowPost(ref=f"{format_address(feed_id)}/{index}", limit=1)).post
    if not 1 <= number <= len(shown.media):
        raise NotFound
    medium = shown.media[number - 1]
    return render_template("picture.html", post=shown, medium=medium, number=number)


def fetch() -> Redirect:
    ref, number = request.form.get("ref", ""), request.form.get("number", 1, type=int)
    ask(FetchMedium(ref=ref, number=number))
    return redirect(back_to(url_for("home")), 303)


def _id(text: str) -> Hash:
    try:
        raw = bytes.fromhex(text)
    except ValueError as error:
        raise NotFound from error
    if len(raw) != HASH_BYTES:
        raise NotFound
    return Hash(raw)


def given(file: MediumFile) -> Response:
    if not (file.data or file.path):
        raise NotFound
    size = len(file.data) or Path(file.path).stat().st_size
    start, end = _part(size) if is_played(file.type) else (0, size)
    response = Response(_read(file, start, end), 200, mimetype=file.type)
    if (start, end) != (0, size):
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    is_shown = is_picture(file.type) or is_played(file.type)
    response.headers["Content-Disposition"] = "inline" if is_shown else "attachment"
    response.headers["Accept-Ranges"] = "bytes" if is_played(file.type) else "none"
    return response


def _part(size: int) -> tuple[int, int]:
    """Which bytes of a film or sound are given: some of what the player asks for."""
    asked = request.range
    first = asked.range_for_length(size) if asked is not None else (0, size)
    if first is None:
        raise RequestedRangeNotSatisfiable(size)
    start, end = first
    return start, min(end, start + PLAYED_PART_BYTES) if asked is not None else size


def _read(file: MediumFile, start: int, end: int) -> bytes:
    if file.data:
        return file.data[start:end]
    with Path(file.path).open("rb") as opened:
        opened.seek(start)
        return opened.read(end - start)


PAGE: Final = Page(
    routes=(
        get("/media/<medium>/<form>", "medium", show_file),
        get("/media/here", "media_here", which_are_here),
        get("/uploads/<upload>", "handed", show_handed),
        get(
            "/posts/<address:feed_id>/<int(max=4294967295):index>/media/<int:number>",
            "picture",
            show_picture,
        ),
        post("/media/fetch", "fetch_medium", fetch),
    )
)
