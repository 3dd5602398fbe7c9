"""GET /search and /tags/<tag>: posts that hold all the words, here or in the network, or people
by their names.  GET /rising: tags of which many people write.

POST /found: keep one that was found in the network, and go where it is answered.
"""

import re
from collections.abc import Sequence
from typing import Final

from flask import redirect, render_template, request, url_for
from msgspec import Struct
from swarmfeed.core.asks.network import (
    FarPeople,
    KeepFound,
    NetworkPosts,
    SearchNetwork,
    SearchPeople,
    WhatRises,
)
from swarmfeed.core.asks.people import Namesake, WhoIsCalled
from swarmfeed.core.asks.posts import FoundPosts, SearchPosts
from swarmfeed.core.asks.search_sentences import NOBODY_OF_THAT_NAME, what_was_found
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.limits import NAME_CHARS_MAX, SEARCH_COUNT_MAX
from swarmfeed.core.lookup import sentences
from swarmfeed.core.words.query import parse_query
from swarmfeed.errors import RetryError, UserError
from werkzeug.wrappers import Response

from webui.conversation import thread_url
from webui.current import ask, before
from webui.formats import count as number
from webui.formats import local_time
from webui.languages import why
from webui.render import one_line
from webui.routes import Menu, Page, get, post

NETWORK: Final = "network"
PEOPLE: Final = "people"
"""Where it is searched, beside this machine."""

OLDER: Final = "older"
"""Whether those are asked too who hold older posts."""

PLAIN: Final = re.compile(r"[^\W_][^\":#*]*")
"""A search that may be a name, too: it asks for words alone."""

NOTHING: Final = FoundPosts(posts=(), next=None, count=0)


def show_search() -> str | tuple[str, int]:
    return _searched(request.args.get("q", "").strip())


def show_tag(tag: str) -> str | tuple[str, int]:
    return _searched(f"#{tag}", tag=tag)


def answer_found() -> Response:
    kept = ask(KeepFound(ref=request.form.get("ref", "")))
    return redirect(f"{thread_url(kept)}#text", 303)


def _searched(words: str, tag: str = "") -> str | tuple[str, int]:
    network = request.args.get("where") == NETWORK
    if request.args.get("where") == PEOPLE:
        return _people(words)
    try:
        if network and words:
            older = bool(request.args.get(OLDER))
            asked = SearchNetwork(words=words, before=before(), older=older)
            return _shown_far(asked, ask(asked), tag)
        found = ask(SearchPosts(words=words, before=before())) if words else NOTHING
        return _shown(words, found, tag, network=network)
    except UserError as error:
        return _shown(words, NOTHING, tag, network=network, not_searched=why(error)), 400
    except RetryError as error:
        if not network:
            raise
        return _shown(words, NOTHING, tag, network=network, not_searched=why(error)), 503


class BesidePosts(Struct, frozen=True, kw_only=True):
    """What else on this machine goes by the words of a search."""

    people: tuple[Namesake, ...] = ()
    tag: str = ""
    """Empty where nobody here wrote of it."""
    tag_posts: str = ""
    posts: str = ""
    """How many were found, as far as they are counted; of both."""


def _beside(words: str, found: int) -> BesidePosts:
    """People who are called so, and posts with the tag, where a search is only of words."""
    if not PLAIN.fullmatch(words) or len(words) > NAME_CHARS_MAX:
        return BesidePosts()
    tag = "".join(words.split())
    count = ask(SearchPosts(words=f"#{tag}", limit=1)).count if words.isalnum() else 0
    people = ask(WhoIsCalled(called=words)).people
    return BesidePosts(
        people=people,
        tag=tag if count else "",
        tag_posts=_as_counted(count),
        posts=_as_counted(found),
    )


def _as_counted(found: int) -> str:
    most = number(SEARCH_COUNT_MAX)
    return f"{most}+" if found > SEARCH_COUNT_MAX else number(found)


def _people(called: str) -> str | tuple[str, int]:
    found, refused = FarPeople(people=(), answered=0, untrue=0), ""
    try:
        found = ask(SearchPeople(called=called)) if called else found
    except UserError as error:
        refused = why(error)
    nobody = sentences.NOBODY_FAR() if found.answered else sentences.NO_SUPERNODE()
    page = render_template(
        "search.html",
        words=called,
        where=PEOPLE,
        network=False,
        learns=sentences.LEARNS(),
        not_searched=refused,
        people=found.people,
        nobody=nobody if called and not refused and not found.people else "",
        went=sentences.FALSE(count=found.untrue) if found.untrue else "",
        posts=(),
        beside=BesidePosts(),
    )
    return (page, 400) if refused else page


def show_rising() -> str:
    found = ask(WhatRises())
    nothing = sentences.NOTHING_RISES() if found.answered else sentences.NO_SUPERNODE()
    return render_template(
        "rising.html",
        tags=[
            (
                each.tag.removeprefix("#"),
                sentences.RISES(authors=each.authors, before=f"{each.before / 100:.0f}"),
            )
            for each in found.tags
        ],
        nothing="" if found.tags else nothing,
        went=sentences.FALSE(count=found.untrue) if found.untrue else "",
    )


def _who_answered(page: NetworkPosts) -> list[str]:
    return [
        sentences.ANSWERED_BY(
            who=sentences.role_of(each.node is None, each.is_parent, each.holds),
            node="" if each.node is None else f" {format_address(each.node)[:8]}",
            posts=each.posts,
        )
        for each in page.answers
    ]


def _shown_far(asked: SearchNetwork, page: NetworkPosts, tag: str) -> str:
    went = sentences.how_it_went(
        asked=page.asked,
        answered=page.answered,
        untrue=page.untrue,
        left_out=page.left_out,
        since=local_time(page.since_ms),
        holders=page.holders_asked if page.looked_back else None,
    )
    found = FoundPosts(posts=page.posts, next=page.next, count=len(page.posts))
    back = _back(asked) if page.goes_further else ""
    return _shown(
        asked.words,
        found,
        tag,
        network=True,
        older=asked.older,
        went=went,
        back=back,
        who_answered=_who_answered(page),
    )


def _back(asked: SearchNetwork) -> str:
    """Where the same search asks those who hold older posts."""
    place = str(asked.before) if asked.before else None
    return url_for("search", q=asked.words, where=NETWORK, older=1, before=place)


def _shown(
    words: str,
    page: FoundPosts,
    tag: str,
    *,
    network: bool,
    older: bool = False,
    went: str = "",
    back: str = "",
    who_answered: Sequence[str] = (),
    not_searched: str = "",
) -> str:
    query = parse_query(words) if page.posts else None
    best_first = query is not None and query.best_first
    is_nothing = bool(words) and not page.posts and not not_searched
    is_first = not (network or tag or not_searched) and before() is None
    return render_template(
        "search.html",
        words=words,
        tag=tag,
        network=network,
        went=went,
        back=back,
        where=NETWORK if network else None,
        who_answered=who_answered,
        people=(),
        go_back=sentences.GO_BACK(),
        hence=_hence(words, tag, network=network, older=older),
        learns=sentences.LEARNS(),
        nobody=_nobody(words) if is_nothing else "",
        not_searched=not_searched,
        marked=query.marked if query else (),
        best_first=best_first,
        in_order=_in_order,
        posts=page.posts,
        found=what_was_found(page.count, best_first=best_first),
        older=page.next,
        is_top=before() is None,
        beside=_beside(words, page.count) if is_first else BesidePosts(),
    )


def _hence(words: str, tag: str, *, network: bool, older: bool) -> str:
    """Where the further pages of a search are, or those of a tag."""
    where, more = NETWORK if network else None, 1 if older else None
    if tag:
        return url_for("tag", tag=tag, where=where, older=more)
    return url_for("search", q=words, where=where, older=more)


def _in_order(words: str, order: str) -> str:
    """The same search in another order."""
    typed = [each for each in words.split() if not each.lower().startswith("order:")]
    return " ".join([*typed, f"order:{order}"] if order else typed)


def _nobody(words: str) -> str:
    """Say of which name nobody is known, where a search is for what somebody wrote."""
    for name in parse_query(words).wanted.names:
        if not ask(WhoIsCalled(called=name)).people:
            return NOBODY_OF_THAT_NAME(name=one_line(name))
    return ""


PAGE: Final = Page(
    routes=(
        get(
            "/search",
            "search",
            show_search,
            menu=Menu(label="Search", icon="search", in_bar=True),
        ),
        get("/tags/<tag>", "tag", show_tag),
        get("/rising", "rising", show_rising),
        post("/found", "answer_found", answer_found),
    )
)
