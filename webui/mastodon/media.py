"""Pictures and files: handed over before a post, and shown by pages of other origins."""

from collections import OrderedDict
from threading import Lock
from typing import Final, cast

from flask import Response, current_app, request
from msgspec import Struct
from msgspec.structs import replace
from swarmfeed.core.asks.media import Attached, ShowMedium, Upload
from swarmfeed.core.base.types import Hash
from swarmfeed.core.media.limits import UPLOAD_PART_BYTES
from swarmfeed.core.media.sentences import EMPTY_FILE
from swarmfeed.errors import UserError
from werkzeug.datastructures import FileStorage

from webui.current import ask
from webui.headers import ALONE
from webui.mastodon import places, sentences
from webui.mastodon.endpoint import (
    ANYBODY,
    ApiCall,
    Json,
    MissingError,
    delete,
    get,
    params,
    post,
    put,
    sought,
)
from webui.mastodon.ids import author_of
from webui.mastodon.limits import UPLOADS_KEPT
from webui.pages.media import given
from webui.pictures import emblem

UPLOADS: Final = "mastodon uploads"
"""Where the app keeps what was handed over."""

HEADER: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 1">'
    '<rect width="3" height="1" fill="#3b5a6b"/></svg>'
)


class Handed(Struct, frozen=True):
    """A file that is here and stands in no post yet."""

    upload: str
    type: str
    file_name: str
    alt: str


class Uploads:
    """What apps handed over, the last UPLOADS_KEPT; safe from any thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Handed] = OrderedDict()
        self._lock = Lock()

    def keep(self, handed: Handed) -> None:
        with self._lock:
            self._kept[handed.upload] = handed
            while len(self._kept) > UPLOADS_KEPT:
                self._kept.popitem(last=False)

    def find(self, id: str) -> Handed | None:
        return self._kept.get(id)

    def let_go(self, id: str) -> Handed | None:
        with self._lock:
            return self._kept.pop(id, None)


def uploads() -> Uploads:
    return cast(Uploads, current_app.extensions[UPLOADS])


def take() -> Json:
    """POST /api/v2/media"""
    file = request.files.get("file")
    if file is None:
        raise UserError(EMPTY_FILE())
    handed = Handed(
        upload=_hand_over(file),
        type=file.mimetype or "",
        file_name=file.filename or "",
        alt=params().text("description"),
    )
    uploads().keep(handed)
    return _shown(handed)


def _hand_over(file: FileStorage) -> str:
    upload = ""
    while data := file.stream.read(UPLOAD_PART_BYTES):
        upload = ask(Upload(data=data, upload=upload)).upload
    if not upload:
        raise UserError(EMPTY_FILE())
    return upload


def show(id: str) -> Json:
    return _shown(_found(id))


def describe(id: str) -> Json:
    """PUT /api/v1/media/:id: what it shows, in words."""
    handed = _found(id)
    if params().has("description"):
        handed = replace(handed, alt=params().text("description"))
        uploads().keep(handed)
    return _shown(handed)


def let_go(id: str) -> Json:
    """DELETE /api/v1/media/:id: it can be put into no post any more, and goes by itself."""
    if uploads().let_go(id) is None:
        raise MissingError(id)
    return {}


def _found(id: str) -> Handed:
    handed = uploads().find(id)
    if handed is None:
        raise MissingError(id)
    return handed


def _shown(handed: Handed) -> Json:
    kind = handed.type.partition("/")[0]
    return {
        "id": handed.upload,
        "type": kind if kind in ("image", "video", "audio") else "unknown",
        # Some wait until there is one; of what is not posted yet it is an empty picture.
        "url": places.header(),
        "preview_url": places.header(),
        "remote_url": None,
        "meta": {},
        "description": handed.alt or None,
        "blurhash": None,
    }


def attached(ids: list[str]) -> tuple[Attached, ...]:
    """What goes with a post.  Raises UserError: one of them is not here any more."""
    found = [uploads().find(each) for each in ids]
    kept = [each for each in found if each is not None]
    if len(kept) < len(found):
        raise UserError(sentences.NO_MEDIUM())
    return tuple(
        Attached(upload=each.upload, alt=each.alt, file_name=each.file_name) for each in kept
    )


# --- shown to pages of other origins ---


def show_file(name: str, form: str) -> Response:
    """A picture or file of a post, for who has its key (``webui.mastodon.places``)."""
    if not places.opens_medium(name, form):
        raise MissingError(name)
    try:
        id = Hash(bytes.fromhex(name))
    except ValueError as error:
        raise MissingError(name) from error
    return _for_all(given(sought(ShowMedium(id=id, form=form))))


def show_avatar(id: str) -> Response:
    """The emblem of somebody: drawn of the address alone, so it says nothing of who is here."""
    drawn = str(emblem(author_of(id)))
    return _svg(drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def show_header() -> Response:
    return _svg(HEADER)


def _svg(drawn: str) -> Response:
    return _for_all(Response(drawn, mimetype="image/svg+xml"))


def _for_all(response: Response) -> Response:
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Content-Security-Policy"] = ALONE
    return response


CALLS: Final[tuple[ApiCall, ...]] = (
    post("/api/v2/media", take, "write:media"),
    post("/api/v1/media", take, "write:media"),
    get("/api/v1/media/<id>", show, "write:media"),
    put("/api/v1/media/<id>", describe, "write:media"),
    delete("/api/v1/media/<id>", let_go, "write:media"),
    get("/api/v1/swarmfeed/media/<name>/<form>", show_file, ANYBODY),
    get("/api/v1/swarmfeed/avatars/<id>.svg", show_avatar, ANYBODY),
    get("/api/v1/swarmfeed/header.svg", show_header, ANYBODY),
)
