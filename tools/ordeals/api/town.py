"""Two people who know each other; one of them is asked, and has let an app in."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from msgspec import Struct

from ordeals.api.description import Known
from ordeals.strangers.besieged import ANSWER_S, FORM_KEY, Besieged, Refused, besieged

ARRIVE_S: Final = 60
POSTS: Final = 12
SCOPES: Final = "read write follow profile push"
OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"

_CODE: Final = re.compile(r'<code id="code">([^<]+)<')


class Town(Struct, frozen=True, kw_only=True):
    """Who is asked, by which token, and what there is."""

    ada: Besieged
    token: str
    known: Known
    """Of the API for apps."""
    own_known: Known
    """Of our own."""


@contextmanager
def town(folder: Path) -> Iterator[Town]:
    """Two nodes with something to ask about, for as long as the block lasts."""
    with besieged(folder, "ada") as ada, besieged(folder, "ben") as ben:
        for one, other in ((ada, ben), (ben, ada)):
            one.post("follow", who=other.get("whoami")["link"])
        _live(ada, ben)
        token = let_in(ada)
        yield Town(
            ada=ada, token=token, known=_known(ada, token), own_known=_own_known(ada, ben)
        )


def _live(ada: Besieged, ben: Besieged) -> None:
    """Have them write, answer, like, keep and sort."""
    him = ben.get("whoami")["author"]
    for number in range(POSTS):
        ada.post(
            "post", text=f"Number {number}: #tea with swarmfeed:{him}", cw="cups"[number % 5 :]
        )
    posts = ben.wait_for("her posts", partial(_posts_of, ben, ada), ARRIVE_S)
    for each in posts[:3]:
        ben.post("like", ref=each["id"])
        ben.post("boost", ref=each["id"])
        ben.post("post", text="An answer #tea", reply_to=each["id"])
    (answer, *_) = ada.wait_for("his answers", partial(_posts_of, ada, ben), ARRIVE_S)
    ada.post("bookmark", ref=answer["id"])
    ada.post("like", ref=answer["id"])
    ada.post("create-list", called="Choir")
    ada.post("add-to-list", called="Choir", who=him)
    ada.post("set-filter", words="crickets", hides=False, days=7)
    ada.post("message", talk=him, text="for you alone")
    ada.post("create-circle", circle="Friends")


def _posts_of(node: Besieged, other: Besieged) -> list[dict[str, Any]]:
    """Posts of somebody that are at a node; none until there are three."""
    who = other.get("whoami")["author"]
    found: list[dict[str, Any]] = node.get(f"timeline?author={who}")["posts"]
    return found if len(found) >= 3 else []


def let_in(node: Besieged) -> str:
    """Have an app let in on the page; returns its token."""
    app = _send(
        node,
        "/api/v1/apps",
        {"client_name": "probe", "redirect_uris": OUT_OF_BAND, "scopes": SCOPES},
    )
    asked = {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": OUT_OF_BAND,
        "scope": SCOPES,
    }
    login = node.log_in()
    headers = {"Host": login.host, "Cookie": login.cookie}
    page = _ask(node, "GET", f"/oauth/authorize?{urlencode(asked)}", headers)
    key = _found(FORM_KEY, page)
    form = {**asked, "answer": "yes", "form_key": key}
    said = _ask(node, "POST", "/oauth/authorize", {**headers, **_OWN_FORM}, urlencode(form))
    proof = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    grant = {"grant_type": "authorization_code", "code": _found(_CODE, said)}
    told = _send(node, "/oauth/token", {**proof, **grant, "redirect_uri": OUT_OF_BAND})
    return str(told["access_token"])


_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
_OWN_FORM: Final = {**_FORM, "Sec-Fetch-Site": "same-origin"}


def _found(pattern: re.Pattern[str], page: str) -> str:
    match = pattern.search(page)
    if match is None:
        raise Refused(f"no {pattern.pattern} in {page[:300]}")
    return match[1]


def _send(node: Besieged, path: str, form: dict[str, str]) -> Any:
    return json.loads(_ask(node, "POST", path, _FORM, urlencode(form)))


def _ask(
    node: Besieged, method: str, path: str, headers: dict[str, str], body: str | None = None
) -> str:
    connection = HTTPConnection(*node.page, timeout=ANSWER_S)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    if answer.status >= 400:
        raise Refused(f"{method} {path}: {answer.status} {text[:300]}")
    return text


def _known(node: Besieged, token: str) -> Known:
    """Ids as an app sees them."""
    headers = {"Authorization": f"Bearer {token}"}

    def listed(path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(_ask(node, "GET", path, headers))
        return found

    def ids(path: str) -> list[str]:
        return [each["id"] for each in listed(path)]

    home = listed("/api/v1/timelines/home")
    statuses = [each["id"] for each in home]
    people = sorted({each["account"]["id"] for each in home})
    notices, lists = ids("/api/v1/notifications"), ids("/api/v1/lists")
    return {
        "statuses": statuses,
        "accounts": people,
        "lists": lists,
        "list": lists,
        "filters": ids("/api/v2/filters"),
        "notifications": notices,
        "conversations": ids("/api/v1/conversations"),
        "account_ids": people,
        "account_id": people,
        "in_reply_to_id": statuses,
        "quoted_status_id": statuses,
        **{each: [*statuses[:6], *notices[:3]] for each in ("max_id", "since_id", "min_id")},
        "q": ["tea", "#tea", "ben", *people],
        "hashtag": ["tea"],
    }


def _own_known(node: Besieged, other: Besieged) -> Known:
    """Names as our own API takes them."""
    people = [each.get("whoami")["author"] for each in (node, other)]
    posts = [each for one in (node, other) for each in _posts_of(node, one)]
    refs = [each["id"] for each in posts]
    feeds = sorted({each["feed"] for each in node.get("status")["feeds"]})
    return {
        **dict.fromkeys(("who", "author", "authors", "talk"), people),
        **dict.fromkeys(("ref", "refs", "reply_to", "quote"), refs),
        **dict.fromkeys(("feed", "device"), feeds),
        **{each: ["Choir", "Friends", "ben"] for each in ("called", "circle", "to")},
        "q": ["tea", "#tea"],
        "what": ["#tea"],
        "words": ["crickets"],
    }
