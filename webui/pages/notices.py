"""GET /notifications: who answered the person or mentioned them.  POST /notifications/read.

GET /notifications/unread tells pages that stay open how many are new.
"""

from typing import Final

from flask import Response, jsonify, redirect, render_template, request, url_for
from swarmfeed.core.asks.notification_sentences import how_many_new, how_many_short
from swarmfeed.core.asks.notifications import CountUnread, MarkRead, Notifications
from swarmfeed.core.asks.posts import ref_text
from werkzeug.wrappers import Response as Redirect

from webui.current import ask, before
from webui.routes import Menu, Page, get, post


def show_notices() -> str:
    """New ones stand first, however old the post is that came only now."""
    start, only_new = before(), request.args.get("which") == "new"
    is_top = start is None and not only_new
    found = ask(Notifications(before=start, unread=only_new))
    new = ask(Notifications(unread=True)) if is_top else None
    earlier = [each for each in found.notifications if not (is_top and each.unread)]
    shown = [each.post for each in (new or found).notifications if each.unread]
    return render_template(
        "notices.html",
        new=new.notifications if new else (),
        more_new=new.next if new else None,
        earlier=earlier,
        older=found.next,
        only_new=only_new,
        is_top=is_top,
        shown=",".join(ref_text(post.ref) for post in shown),
    )


def mark_read() -> Redirect:
    # What came while the page was open, or stands on a further one, nobody has seen here.
    if refs := request.form.get("refs", ""):
        ask(MarkRead(refs=refs))
    return redirect(url_for("notices"), 303)


def show_unread() -> Response:
    count = ask(CountUnread()).count
    return jsonify(
        {"count": count, "number": how_many_short(count), "label": how_many_new(count)}
    )


PAGE: Final = Page(
    routes=(
        get(
            "/notifications",
            "notices",
            show_notices,
            menu=Menu(label="Notices", icon="bell", counts_unread=True),
        ),
        get("/notifications/unread", "unread_notices", show_unread),
        post("/notifications/read", "mark_read", mark_read),
    )
)
