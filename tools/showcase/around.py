"""What happens around the person of the shown world: notices, circles, sites, a log."""

from typing import Any, Final, Protocol

from street.fakes.samples import NOON_MS
from street.fakes.webfeeds import new_article, new_site
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.logged import LogLine, WhatWasLogged, lines_of
from swarmfeed.core.asks.notifications import (
    ASKS,
    BOOSTS,
    FOLLOWS,
    LIKES,
    REQUESTS,
    Approach,
    CountUnread,
    Notification,
    NotificationList,
    Notifications,
    Regard,
    Regarding,
    UnreadCount,
)
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.suggesting import Suggestion
from swarmfeed.core.asks.suggestion_sentences import FOLLOWED_BY_MORE, FOLLOWED_BY_TWO
from swarmfeed.core.base.types import AuthorId

MINUTE_MS: Final = 60_000

UNREAD: Final = 2

LOG: Final = (
    ("info", "listening on port 4711"),
    ("info", "linked with 192.0.2.7:4711"),
    ("debug", "asked 3 peers for feed 7qc3..."),
    ("info", "feed 7qc3... is complete: 905 entries"),
    ("warning", "192.0.2.44:6881 answered too late; it is asked again in 2 minutes"),
    ("info", "backup of settings written"),
    ("info", "a supernode chose this machine as its child"),
)
"""Oldest first."""


class Shown(Protocol):
    """What is needed of a desk."""

    me: AuthorId
    rows: Any
    posts: list[PostView]
    circles: Any
    web: Any
    suggested: tuple[Suggestion, ...]


def let_it_happen(desk: Shown, people: dict[str, AuthorId]) -> None:
    """All of it; ``people`` are those whom the person follows, by name."""
    _notice(desk, people)
    _suggest(desk)
    _draw_circles(desk, people)
    _read_the_web(desk)
    lines = [
        LogLine(number=number, time_ms=NOON_MS - (len(LOG) - number) * 97_000, level=level,
                said=said)
        for number, (level, said) in enumerate(LOG, start=1)
    ]  # fmt: skip
    desk.rows[WhatWasLogged] = lambda _, ask: lines_of(lines, ask)


def _notice(desk: Shown, people: dict[str, AuthorId]) -> None:
    own = next(each for each in desk.posts if each.author_id == desk.me)
    answer = next(
        each for each in desk.posts if each.author_name == "Ada Lind" and each.reply_to
    )
    listed = NotificationList(
        notifications=(
            Notification(post=answer, is_answer=True, is_mention=False, unread=True),
        ),
        regards=(
            _regard(people, LIKES, ("Rui", "Mira Aaltonen", "Tomek"), 2, own, unread=True),
            _regard(people, BOOSTS, ("Grete Möller",), 45, own),
            _regard(people, FOLLOWS, ("Anika Rao", "Óscar Nwosu"), 200, None),
        ),
        approaches=(
            _approach(people, ASKS, "Tomek", 90, ""),
            _approach(
                people, REQUESTS, "Mira Aaltonen", 300, "Is it you who wrote about the lamp?"
            ),
        ),
        next=None,
        unread_count=UNREAD,
    )
    desk.rows[Notifications] = lambda _, ask: listed
    desk.rows[CountUnread] = lambda _, ask: UnreadCount(count=UNREAD)


def _regard(
    people: dict[str, AuthorId],
    kind: str,
    names: tuple[str, ...],
    minutes: int,
    post: PostView | None,
    *,
    unread: bool = False,
) -> Regard:
    time_ms = NOON_MS - minutes * MINUTE_MS
    return Regard(
        type=kind,
        people=tuple(Regarding(author_id=people[each], author_name=each) for each in names),
        count=len(names),
        time_ms=time_ms,
        cursor=Cursor(time_ms, 0),
        post=post,
        name=kind,
        unread=unread,
    )


def _approach(
    people: dict[str, AuthorId], kind: str, name: str, minutes: int, words: str
) -> Approach:
    time_ms = NOON_MS - minutes * MINUTE_MS
    return Approach(
        type=kind,
        author_id=people[name],
        author_name=name,
        time_ms=time_ms,
        cursor=Cursor(time_ms, 0),
        words=words,
        mark=kind,
    )


def _suggest(desk: Shown) -> None:
    desk.suggested = tuple(
        Suggestion(
            author_id=AuthorId(bytes([number]) * 32), name=name, bio="", reason=reason, count=4
        )
        for number, name, reason in (
            (200, "Δημήτρης", FOLLOWED_BY_MORE(first="Rui", second="Ada Lind", more=2)),
            (
                91,
                "Jean-Baptiste Kouassi",
                FOLLOWED_BY_TWO(first="Ada Lind", second="Mira Aaltonen"),
            ),
        )
    )


def _draw_circles(desk: Shown, people: dict[str, AuthorId]) -> None:
    desk.circles.people = {
        "Choir": [people["Mira Aaltonen"], people["Grete Möller"], people["Anika Rao"]],
        "Family": [people["Rui"]],
    }
    desk.circles.waiting = [people["Tomek"]]
    desk.circles.readable = {people["Grete Möller"]: "Choir"}


def _read_the_web(desk: Shown) -> None:
    lamps, moss = "https://lamps.example/feed.xml", "https://moss.example/feed"
    desk.web.sites = {
        lamps: new_site(lamps, title="The Lamp Room"),
        moss: new_site(moss, title="Moss & more"),
    }
    desk.web.articles = [
        new_article(1, title="What moss knows of walls"),
        new_article(
            3,
            web_feed=lamps,
            feed_title="The Lamp Room",
            title="A lens of the second order, and who carried it up",
            text="There were a hundred and twelve steps, and a winch that nobody trusted.",
            url="https://lamps.example/lens",
            author="Sara Vik",
        ),
        new_article(5, title="Under the bridge"),
    ]
