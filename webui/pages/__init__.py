"""The site map: every page, in the order of the menu and of reading."""

from typing import Final

from webui.pages import (
    alarms,
    author,
    changing,
    circles,
    devices,
    drafts,
    follow,
    history,
    home,
    listening,
    locking,
    login,
    me,
    messages,
    notices,
    post,
    search,
    status,
    torrents,
)
from webui.routes import Page

PAGES: Final[tuple[Page, ...]] = (
    # Reading and writing
    home.PAGE,
    post.PAGE,
    drafts.PAGE,
    changing.PAGE,
    author.PAGE,
    search.PAGE,
    notices.PAGE,
    messages.PAGE,
    listening.PAGE,
    follow.PAGE,
    circles.PAGE,
    # The node, and oneself
    status.PAGE,
    alarms.PAGE,
    me.PAGE,
    devices.PAGE,
    locking.PAGE,
    # Holding for others
    history.PAGE,
    # For people with ordinary BitTorrent clients
    torrents.PAGE,
    # Coming and going
    login.PAGE,
)
