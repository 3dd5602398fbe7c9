"""What every page shows around its own: who is at home, how the node is, what is unread."""

from datetime import UTC, datetime
from typing import Final

from flask import g, request
from swarmfeed.core.asks.alarms import WhatIsAlarming
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.upkeep import HowIsIt, WhatIsRefused
from swarmfeed.core.asks.writing import HowIsMyFeed
from swarmfeed.errors import SwarmfeedError

from webui.current import ask, is_own_host, running
from webui.languages import script_texts, tongue_now
from webui.look import look_in
from webui.pages.messages import letters_waiting
from webui.pages.notices import notices_waiting

_NOBODY: Final[dict[str, object]] = {
    "me": None,
    "how": None,
    "alarms": (),
    "trouble": "",
    "refused": (),
    "unread": 0,
    "letters": 0,
}
"""Around a page of somebody who is not in."""


def shared_values() -> dict[str, object]:
    """What every template is given."""
    return {
        "at_home": is_own_host(),
        "tongue": tongue_now(),
        "script_texts": script_texts(tongue_now().code),
        "look": look_in(request.headers.get("Cookie", "")),
        "now_year": datetime.now(UTC).year,
        **(_told_by_node() if _is_in() else _NOBODY),
    }


def draw_anyhow() -> None:
    """Have this page, which says what is wrong, drawn also where the node tells nothing."""
    g.is_drawn_anyhow = True


def _is_in() -> bool:
    # Before there is a node, nobody can be asked who is at home.
    has_node = WhoAreYou.name in running().desk.asks()
    return has_node and bool(g.get("session") or g.get("has_key"))


def _told_by_node() -> dict[str, object]:
    try:
        return {
            "me": ask(WhoAreYou()),
            "how": ask(HowIsIt()),
            "alarms": ask(WhatIsAlarming()).alarms,
            "trouble": ask(HowIsMyFeed()).sentence,
            "refused": ask(WhatIsRefused()).sentences,
            "unread": notices_waiting(),
            "letters": letters_waiting(),
        }
    except SwarmfeedError:
        if g.get("is_drawn_anyhow"):
            return _NOBODY
        raise
