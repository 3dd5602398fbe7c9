"""GET /import: what is in an archive of another place.  POST /import: look at one.

POST /import/bring: bring it in.  POST /import/leave: stop, or look at another one.
GET and POST /export: write all that is one's own into a folder or a zip.
POST /export/site: write a site for any web space.  POST /export/site/end: keep one no longer.

All of it works without script: while something is at work, the page has a link to look again.
"""

from collections.abc import Sequence
from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.archives import sentences
from swarmfeed.core.archives.telling import counts, headline, left_out
from swarmfeed.core.asks.archives import (
    BRINGING,
    DONE,
    ArchiveView,
    BringArchiveIn,
    HowIsArchive,
    LeaveArchive,
    LookAtArchive,
)
from swarmfeed.core.asks.exports import EndSite, ExportAll, WhichSites, WriteSite
from swarmfeed.core.exports import sentences as said
from swarmfeed.errors import UserError
from werkzeug.wrappers import Response

from webui.current import ask
from webui.pages.media import chosen
from webui.routes import Page, Typed, get, post


def show_import() -> str:
    view = ask(HowIsArchive())
    return render_template(
        "import.html",
        view=view,
        head=headline(view) if view.what else "",
        counts=counts(view),
        left_out=left_out(view),
        why=sentences.WHY_PERHAPS(),
        question=sentences.CANNOT_BE_TAKEN_BACK(posts=max(view.posts - view.already_there, 0)),
        progress=_progress(view),
    )


def look() -> Response:
    file = chosen("file")
    path = request.form.get("path", "").strip()
    if file is None and not path:
        raise UserError(sentences.NAME_A_FILE())
    ask(LookAtArchive(path="" if file else path, upload=file.upload if file else ""))
    return redirect(url_for("show_import"), 303)


def bring() -> Response:
    ask(BringArchiveIn(anyway=bool(request.form.get("anyway"))))
    return redirect(url_for("show_import"), 303)


def leave() -> Response:
    ask(LeaveArchive())
    return redirect(url_for("show_import"), 303)


def show_export(told: Sequence[str] = ()) -> str:
    return render_template("export.html", told=told, sites=ask(WhichSites()).sites)


def export() -> str:
    path = request.form.get("path", "").strip()
    if not path:
        raise UserError(said.NAME_A_PLACE())
    done = ask(ExportAll(path=path))
    told = [said.EXPORTED(posts=done.posts, media=done.media, path=done.path)]
    return show_export([*told, *_missing(done.media_missing), said.WHAT_OTHERS_TAKE()])


def write_site() -> str:
    path = request.form.get("path", "").strip()
    if not path:
        raise UserError(said.NAME_A_FOLDER())
    url, keep = request.form.get("url", "").strip(), bool(request.form.get("keep"))
    done = ask(WriteSite(path=path, url=url, keep=keep))
    kept = [said.SITE_KEPT()] if done.kept else []
    return show_export([said.site_written(done), *_missing(done.media_missing), *kept])


def end_site() -> Response:
    ask(EndSite(path=request.form.get("path", "")))
    return redirect(url_for("show_export"), 303)


def _missing(count: int) -> list[str]:
    return [said.EXPORT_MISSING(missing=count)] if count else []


def _progress(view: ArchiveView) -> str:
    if view.state == DONE:
        return sentences.CAME_IN(posts=view.imported)
    done = view.imported + view.already_there if view.state == BRINGING else view.records
    return sentences.SO_FAR(done=done)


PATH: Final = Typed(name="path", label="File or folder")

PAGE: Final = Page(
    routes=(
        get("/import", "show_import", show_import),
        post("/import", "look_at_archive", look, PATH, files=True),
        post("/import/bring", "bring_archive_in", bring),
        post("/import/leave", "leave_archive", leave),
        get("/export", "show_export", show_export),
        post("/export", "export", export, PATH),
        post("/export/site", "write_site", write_site, PATH),
        post("/export/site/end", "end_site", end_site),
    )
)
