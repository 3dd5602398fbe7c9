"""What is new for one who listens: statuses that came, changed or went, and notifications.

The node tells that something happened, not what.  So the top of each list is looked at, and
held against how it was before.
"""

import json
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct, field
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.people_lists import ListTimeline
from swarmfeed.core.asks.posts import PostView, SearchPosts, Timeline
from swarmfeed.errors import UserError

from webui.current import ask
from webui.mastodon.endpoint import Json
from webui.mastodon.entities import statuses
from webui.mastodon.ids import name_of, place_id, tag_of
from webui.mastodon.notifications import newest

TOP: Final = 20
"""Of a list so many are looked at; of more that come at once the older ones are not told."""

USER: Final = "user"
NOTICES: Final = "user:notification"
HASHTAG: Final = "hashtag"
LIST: Final = "list"
OWN: Final = "public:local"

NAMES: Final = frozenset((USER, NOTICES, HASHTAG, LIST, OWN, "hashtag:local", "direct")) | {
    f"public{where}{what}" for where in ("", ":local", ":remote") for what in ("", ":media")
}

_LOST: Final = Cursor(0, 0)


class NewsItem(Struct, frozen=True):
    """One event of a stream."""

    event: str
    payload: str


class NewsWatch(Struct):
    """What is known of one stream; used by one thread at a time."""

    name: str
    of: str = ""
    """The tag or the list, where it is one of those."""
    tells_notices: bool = True
    """Whether notifications are told where they belong to the stream."""
    _top: list[PostView] = field(default_factory=list)
    _notices: set[str] = field(default_factory=set)

    @property
    def stream(self) -> list[str]:
        """As apps know it."""
        return [self.name, self.of] if self.of else [self.name]

    def begin(self) -> None:
        """From now on what comes is new.  Raises UserError: there is no such list."""
        self._top = self._look()
        self._notices = {each["id"] for each in self._look_at_notices()}

    def look(self) -> list[NewsItem]:
        """What is new, the oldest first."""
        before, self._top = self._top, self._look()
        said = _told(before, self._top)
        notices = self._look_at_notices()
        fresh = [each for each in notices if each["id"] not in self._notices]
        self._notices |= {each["id"] for each in notices}
        said += [NewsItem("notification", json.dumps(each)) for each in reversed(fresh)]
        return said

    def _look(self) -> list[PostView]:
        if self.name in (NOTICES, "direct"):
            return []
        try:
            return list(_QUESTIONS.get(self.name, _home)(self.of))
        except UserError:
            return []  # the list was taken away, or a tag is none

    def _look_at_notices(self) -> list[Json]:
        is_told = self.tells_notices and self.name in (USER, NOTICES)
        return newest(TOP) if is_told else []


def _home(_: str) -> Sequence[PostView]:
    return ask(Timeline(limit=TOP)).posts


def _own(_: str) -> Sequence[PostView]:
    return ask(Timeline(limit=TOP, author=ask(WhoAreYou()).author_id)).posts


def _tag(tag: str) -> Sequence[PostView]:
    return ask(SearchPosts(words=tag_of(tag), limit=TOP)).posts


def _list(id: str) -> Sequence[PostView]:
    return ask(ListTimeline(called=name_of(id), limit=TOP)).posts


_QUESTIONS: Final[dict[str, Callable[[str], Sequence[PostView]]]] = {
    OWN: _own,
    HASHTAG: _tag,
    "hashtag:local": _tag,
    LIST: _list,
}


def _told(before: Sequence[PostView], now: Sequence[PostView]) -> list[NewsItem]:
    """What changed at the top of a list."""
    known = {place_id(each): each for each in before}
    shown = {place_id(each): each for each in now}
    top = before[0].cursor if before else _LOST
    fresh = [each for id, each in shown.items() if id not in known and each.cursor > top]
    changed = [each for id, each in shown.items() if id in known and _differs(known[id], each)]
    end = now[-1].cursor if len(now) == TOP else _LOST
    gone = [id for id, each in known.items() if id not in shown and each.cursor > end]
    updates = zip(["update"] * len(fresh), statuses(fresh), strict=True)
    edits = zip(["status.update"] * len(changed), statuses(changed), strict=True)
    return [
        *(NewsItem("delete", id) for id in gone),
        *(NewsItem(event, json.dumps(each)) for event, each in [*edits, *updates][::-1]),
    ]


def _differs(old: PostView, new: PostView) -> bool:
    return (old.text, old.cw) != (new.text, new.cw)
