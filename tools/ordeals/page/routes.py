"""Every address of the site, filled with what is really there on a node."""

import re
from collections.abc import Mapping
from functools import cache
from http.client import HTTPConnection
from typing import Final
from urllib.parse import quote

from msgspec import Struct
from webui.pages import PAGES

from ordeals.page.town import CLEO, Town

ANSWER_S: Final = 300
_HOLE: Final = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")


class Address(Struct, frozen=True, kw_only=True):
    """Where a form is sent to, or a page is asked for."""

    method: str
    path: str
    module: str = ""
    """Where it is answered."""


def addresses(town: Town, name: str) -> list[Address]:
    """All addresses of somebody's page, each once."""
    known = _known(town, name)
    found = [
        Address(
            method=route.method,
            path=_filled(route.rule, each),
            module=route.view.__module__,
        )
        for page in PAGES
        for route in page.routes
        for each in (known, known | {"author_id": town.who(CLEO)})
    ]
    return list(dict.fromkeys(found))


def _filled(rule: str, known: Mapping[str, str]) -> str:
    return _HOLE.sub(lambda hole: known.get(hole[1], "1"), rule)


@cache
def pages(town: Town, name: str) -> list[Address]:
    """Those that are shown in a browser, and not saved as a file."""
    node = town.at(name)
    login, found = node.log_in(), list[Address]()
    for each in addresses(town, name):
        if each.method != "GET":
            continue
        connection = HTTPConnection(*node.page, timeout=ANSWER_S)
        connection.request(
            "GET", each.path, headers={"Host": login.host, "Cookie": login.cookie}
        )
        answer = connection.getresponse()
        if answer.headers.get_content_type() == "text/html":
            found.append(each)
        connection.close()
    return found


@cache
def _known(town: Town, name: str) -> dict[str, str]:
    """What stands in the holes of rules: an own post with a picture, an own list and group."""
    town.show(name, "A picture, #harbour", "a harbour")
    post, node = town.reads(name, "#harbour"), town.at(name)
    node.post("create-list", called="Choir")
    group = node.post("make-group", title="Choir", people=[town.link(CLEO)])["talk"]
    return {
        "feed_id": str(post["feed"]),
        "index": str(post["index"]),
        "author_id": town.who(name),
        "name": quote(str(post["id"])),
        "medium": str(post["media"][0]["id"]),
        "form": "small",  # of a picture; of a feed for newsreaders it is none
        "tag": "harbour",
        "called": "Choir",
        "group": str(group["talk"]).removeprefix("group-"),
        "level": "0",
        "position": "0",
        "number": "1",
    }
