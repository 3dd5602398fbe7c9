"""GET /notifications: who wrote to the person, liked, boosted, followed or asked.

POST /notifications/read.

GET /notifications/unread tells pages that stay open how many are new.
"""

from collections.abc import Sequence
from typing import Final

from flask import Response, g, jsonify, redirect, render_template, request, url_for
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.letter_sentences import NEW_MESSAGES
from swarmfeed.core.asks.notification_sentences import how_many_new, how_many_short
from swarmfeed.core.asks.notifications import (
    ADMISSIONS,
    ASKS,
    BOOSTS,
    FOLLOWS,
    LIKES,
    MENTIONS,
    QUOTES,
    REPLIES,
    REQUESTS,
    AnyNotification,
    CountUnread,
    MarkRead,
    NotificationList,
    Notifications,
    in_order,
    unread_of,
)
from swarmfeed.core.base.texts import Text
from werkzeug.wrappers import Response as Redirect

from webui.current import ask, before
from webui.pages.messages import letters_waiting
from webui.routes import Menu, Page, get, post

TABS: Final = (
    ("", Text("All")()),
    (REPLIES, Text("Replies")()),
    (MENTIONS, Text("Mentions")()),
    (QUOTES, Text("Quotes")()),
    (LIKES, Text("Likes")()),
    (BOOSTS, Text("Boosts")()),
    (FOLLOWS, Text("Followers")()),
    (REQUESTS, Text("First messages")()),
    (ASKS, Text("Requests")()),
    (ADMISSIONS, Text("Let in")()),
)
"""Types of notices, and what the page calls them."""


def show_notices() -> str:
    """New ones stand first, however old the post is that came only now."""
    start, only_new = before(), request.args.get("which") == "new"
    kind = request.args.get("type", "")
    kind = kind if kind in dict(TABS) else ""
    is_top = start is None and not only_new
    found = ask(Notifications(before=start, unread=only_new, type=kind))
    g.unread = found.unread_count
    listed = in_order(found)
    unread, more_new = _new_ones(found, listed, kind) if is_top else (listed, None)
    return render_template(
        "notices.html",
        new=unread if is_top else (),
        more_new=more_new,
        earlier=[each for each in listed if not (is_top and each.unread)],
        older=found.next,
        only_new=only_new,
        is_top=is_top,
        kind=kind,
        tabs=TABS,
        shown=unread_of(unread),
    )


def _new_ones(
    found: NotificationList, listed: Sequence[AnyNotification], kind: str
) -> tuple[list[AnyNotification], Cursor | None]:
    """The newest that are unread, and where more of them stand; ``found`` is the top page."""
    unread = [each for each in listed if each.unread]
    if len(unread) == found.unread_count or found.next is None:
        return unread, None  # the others are of other types, or are not shown
    if 0 < len(unread) == len(listed):
        return unread, found.next
    new = ask(Notifications(unread=True, type=kind))  # some stand further back
    return in_order(new), new.next


def notices_waiting() -> int:
    """How many are unread; where this request heard it already, nobody is asked again."""
    count: int = g.unread if "unread" in g else ask(CountUnread()).count
    return count


def mark_read() -> Redirect:
    # What came while the page was open, or stands on a further one, nobody has seen here.
    if refs := request.form.get("refs", ""):
        ask(MarkRead(refs=refs))
    return redirect(url_for("notices"), 303)


def show_unread() -> Response:
    """How many notices are new, and how many messages, for pages that stay open."""
    notices, letters = notices_waiting(), letters_waiting()
    return jsonify(
        {
            "notices": {
                "count": notices,
                "number": how_many_short(notices),
                "label": how_many_new(notices),
            },
            "letters": {
                "count": letters,
                "number": how_many_short(letters),
                "label": NEW_MESSAGES(messages=letters),
            },
        }
    )


PAGE: Final = Page(
    routes=(
        get(
            "/notifications",
            "notices",
            show_notices,
            menu=Menu(label="Notices", icon="bell", counts="notices", in_bar=True),
        ),
        get("/notifications/unread", "unread_notices", show_unread),
        post("/notifications/read", "mark_read", mark_read),
    )
)
