"""Every page of somebody who has a million posts, opened again and again.

The site map says which pages there are, the node what stands in their addresses; no page is
left out, and one that is refused ends the measurement.  What counts is the time of the
processor that the whole node took, so that a busy machine tells the same as a quiet one.  A
friend who is new fetches for minutes those whom the reader follows: that is over before, and
what it does to a page is a figure of its own.
"""

import json
import re
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from http.client import HTTPConnection
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from string import Template
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from msgspec import Struct
from PIL import Image
from swarmfeed.core.asks.notifications import TYPES
from swarmfeed.core.asks.posts import KINDS
from swarmfeed.core.base.address import format_author, parse_link
from swarmfeed.core.base.limits import PAGE_POSTS
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import RetryError, UserError
from swarmfeed.node.ground.home import page_path
from webui.pages import PAGES
from webui.routes import Route

from benchmarks import everyday, physical
from benchmarks.bench import Bench
from benchmarks.processes import Asked, new_home, start_member, wait_quiet
from benchmarks.report import Limit, Row, at_most, format_number

POSTS: Final = 1_000_000
POSTS_QUICK: Final = 20_000
BAR_MS: Final = 60
LETTERS: Final = 60
"""Of each of two people who write to each other."""

CHOICES: Final = 10
"""Different posts and people that take turns in the address of one page."""

LOOKS_S: Final = 0.5
"""How often home is opened while the friend fetches."""

ANSWER_S: Final = 120
_CHOICE: Final = re.compile(r"<any\((\w+)[^>]*>")
_HOLE: Final = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")

QUERIES: Final[Mapping[str, Sequence[str]]] = {
    "home": ("", "before=$cursor"),
    "updates": ("seen=$cursor", "seen=$cursor&q=$common"),
    "new_replies": ("of=$ref&seen=0",),
    "counts": ("posts=$refs",),
    "came": ("holes=$refs&gaps=$refs",),
    "reactions_left": ("", "start=50"),
    "author": ("", "before=$cursor", *(f"show={kind}" for kind in KINDS)),
    "search": (
        "",
        *("q=$common", "q=$common&before=$cursor", "q=$rare", "q=$two", "q=$phrase"),
        *("q=$common+from:author0", "q=$common&where=people", "q=$common&where=network"),
    ),
    "tag": ("", "before=$cursor"),
    "list": ("", "before=$cursor"),
    "draft": ("of=$draft",),
    "notices": ("", "which=new", *(f"type={kind}" for kind in TYPES)),
    "follow": ("", "called=author1", "link=$stranger"),
    "saved": ("", "start=50"),
}
"""What a page is asked for beside its address; one without a line here is opened as it is."""

HOLES: Final[Mapping[str, Mapping[str, str]]] = {
    "talk_with": {"author_id": "friend"},
    "picture": {"feed_id": "shown_feed", "index": "shown_index"},
    **{key: {"feed_id": "own_feed", "index": "own_index"} for key in ("edit", "withdraw")},
    **{key: {"feed_id": "chunk_feed"} for key in ("list_torrent", "torrent_file")},
}
"""What stands in the address of a page, where it is not what is called as the hole is."""

SEARCHED: Final[Mapping[str, Sequence[str]]] = {
    "tag": ["libtorrent", "mine", "harbour"],
    "common": ["the", "to", "and", "add", "fix", "in", "of", "for"],
    "rare": ["harbour", "gulls", "umlaut", "torpedo"],
    "two": ["the fix", "to add", "remove unused", "update version"],
    "phrase": ['"in the"', '"fix for"', '"added support"', '"of the"'],
}
"""What is looked for: words of real posts."""

REFUSED: Final = frozenset({"authorize", "app_certificate"})
"""Pages that are refused where no app asks to be let in."""

BARE: Final = "show_lock"
"""A page with nothing on it but a form: what every page costs."""

Known = Mapping[str, Sequence[str]]
"""What can stand in addresses and queries, by turns."""


class Opened(Struct, frozen=True, kw_only=True):
    """What came of one page."""

    status: int
    content: bytes
    cpu_ms: float
    """Of the processor, all threads of the node together."""
    wall_ms: float


class Person:
    """Somebody who is logged in to the page of a node that runs."""

    def __init__(self, home: Path, node: Asked) -> None:
        said = json.loads(page_path(home).read_text(encoding="utf-8"))
        self._at, self._key = urlsplit(said["url"]), said["key"]
        # What clock_getcpuclockid(3) makes of the number of a process.
        self._clock = (~node.process.pid << 3) | 2
        link = urlsplit(self.tell("login-link")["url"])
        answer = self._send("GET", f"{link.path}?{link.query}", {"Host": link.netloc})
        cookie = str(answer[1]).partition(";")[0]
        self._headers = {"Host": link.netloc, "Cookie": cookie}

    def ask(self, name: str, **query: object) -> Any:
        """``/api/1/NAME``, as a program asks it."""
        path = f"/api/1/{name}?{urlencode(query)}"
        return json.loads(self._send("GET", path, self._program())[2])

    def tell(self, name: str, **body: object) -> Any:
        """Change something."""
        said = self._send("POST", f"/api/1/{name}", self._program(), json.dumps(body))
        if said[0] >= 300:
            raise RetryError(f"{name}: {said[2].decode()}")
        return json.loads(said[2])

    def open(self, path: str) -> Opened:
        """Open a page and read it to its end."""
        started, cpu_ns = time.perf_counter(), time.clock_gettime_ns(self._clock)
        status, _, content = self._send("GET", path, self._headers)
        cpu_ms = (time.clock_gettime_ns(self._clock) - cpu_ns) / 1e6
        wall_ms = (time.perf_counter() - started) * 1000
        return Opened(status=status, content=content, cpu_ms=cpu_ms, wall_ms=wall_ms)

    def _program(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}

    def _send(
        self, method: str, path: str, headers: dict[str, str], body: str | None = None
    ) -> tuple[int, str | None, bytes]:
        wire = HTTPConnection(str(self._at.hostname), self._at.port, timeout=ANSWER_S)
        with closing(wire):
            wire.request(method, path, body, headers)
            answer = wire.getresponse()
            return answer.status, answer.headers["Set-Cookie"], answer.read()


class Visit(Struct, frozen=True, kw_only=True):
    """A page, and the addresses by which it is opened by turns."""

    name: str
    paths: Sequence[str]


def measure(bench: Bench) -> Iterator[Row]:
    """Run the node of a reader, with a friend who writes to them, and open every page."""
    count = bench.choose(POSTS, POSTS_QUICK)
    folder = bench.kept_folder(
        f"everyday-{count}", lambda folder: everyday.make(bench, count, folder)
    )
    home, friends = folder / everyday.READER, new_home(bench.new_folder(), "friend")
    times = bench.choose(40, 3)
    with start_member(home) as node, start_member(friends, node.ready["at"]) as friend:
        reader = Person(home, node)
        group = _correspond(reader, Person(friends, friend), bench)
        known = _known(reader, group, friend)
        wait_quiet([node, friend])
        if bench.choose(True, False):  # it takes them two minutes
            yield _while_fetched(count, reader, Person(friends, friend))
            wait_quiet([node, friend])
        bare = _bare(reader, known, times)
        for visit in chosen(visits(known), bench.pages):
            opened = [reader.open(path) for path in islice(cycle(visit.paths), times)]
            check(visit, opened)
            yield _row(count, visit, opened, bare)


def _while_fetched(count: int, reader: Person, friend: Person) -> Row:
    """Open home until a new friend holds everybody whom the reader follows."""
    expected = len(everyday.followed())
    waits_ms: list[float] = []
    reader.open("/")  # its template is made once, at the first visit
    while not waits_ms or _whole(friend) < expected:
        waits_ms.append(reader.open("/").wall_ms)
        time.sleep(LOOKS_S)
    return Row(
        "pages.while-fetched",
        f"{count:,} posts: home while a new friend fetches {expected} people from here, the"
        f" longest of {len(waits_ms)} by the clock (p50 {format_number(median(waits_ms))})",
        max(waits_ms),
        "ms",
    )


def _whole(person: Person) -> int:
    """Whose feeds somebody holds to their ends."""
    feeds = person.ask("status")["feeds"]
    return sum(each["entries_held"] == each["size"] for each in feeds)


def visits(known: Known) -> Iterator[Visit]:
    """Every page of the site map, with each query that it is asked with."""
    for page in PAGES:
        for route in page.routes:
            if route.method == "GET":
                for query in QUERIES.get(route.endpoint, ("",)):
                    yield _visit(route, query, known)


def chosen(every: Iterable[Visit], names: Sequence[str]) -> list[Visit]:
    """Return those of the pages whose names begin with one of ``names``; all without names.

    Raises:
        UserError: No page is called so.
    """
    every = list(every)
    for name in names:
        if not any(visit.name.startswith(name) for visit in every):
            raise UserError(f"no page is called {name}")
    return [each for each in every if not names or each.name.startswith(tuple(names))]


def _visit(route: Route, query: str, known: Known) -> Visit:
    others, paths = HOLES.get(route.endpoint, {}), []
    for at in range(CHOICES):
        fills = {name: quote(each[at % len(each)], safe="") for name, each in known.items()}
        rule = _CHOICE.sub(r"\1", route.rule)  # the first of several forms
        path = _HOLE.sub(lambda hole: fills[others.get(hole[1], hole[1])], rule)  # noqa: B023
        paths.append(path + (f"?{Template(query).substitute(fills)}" if query else ""))
    mark = "?" if query else ""
    return Visit(name=f"{route.endpoint}{mark}{query.replace('$', '')}", paths=paths)


def check(visit: Visit, opened: Sequence[Opened]) -> None:
    """Raises RetryError: a page was refused, so that its time says nothing."""
    for path, each in zip(cycle(visit.paths), opened, strict=False):
        if each.status >= 400 and visit.name not in REFUSED:
            raise RetryError(f"{path} was answered with {each.status}")


def _bare(reader: Person, known: Known, times: int) -> Limit:
    visit = next(each for each in visits(known) if each.name == BARE)
    took_ms = [reader.open(visit.paths[0]).cpu_ms for _ in range(times)]
    return Limit("a page with a form alone, p50 ms", physical.percentile(took_ms, 0.5))


def _row(count: int, visit: Visit, opened: Sequence[Opened], bare: Limit) -> Row:
    cpu_ms = [each.cpu_ms for each in opened]
    half_ms = physical.percentile(cpu_ms, 0.5)
    return Row(
        f"pages.{visit.name}",
        f"{count:,} posts: {visit.name}, of the processor, p95 of {len(opened)}"
        f" (p50 {format_number(half_ms)})",
        physical.percentile(cpu_ms, 0.95),
        "ms",
        bare,
        (at_most(BAR_MS),),
        {
            "p50_ms": half_ms,
            "max_ms": max(cpu_ms),
            "wall_p50_ms": physical.percentile([each.wall_ms for each in opened], 0.5),
            "bytes_max": max(len(each.content) for each in opened),
        },
    )


def _correspond(reader: Person, friend: Person, bench: Bench) -> str:
    """Let two people follow and write to each other, alone and in a group, whose name is
    returned."""
    who = [each.ask("whoami")["link"] for each in (reader, friend)]
    count = bench.choose(LETTERS, 3)
    for at in range(count):
        friend.tell("message", talk=who[0], text=f"Letter {at}, from me to you.")
        reader.tell("message", talk=who[1], text=f"Letter {at}, thank you for yours.")
    friend.tell("follow", who=who[0])
    group: str = reader.tell("make-group", title="Walks", people=[who[1]])["talk"]["talk"]
    for at in range(count):
        reader.tell("message", talk=group, text=f"Who comes along, for walk {at}?")
    return group


def _known(reader: Person, group: str, friend: Asked) -> Known:
    """What stands in the holes of addresses."""
    me = reader.ask("whoami")["author"]
    people = [format_author(each) for each in everyday.followed()]
    busy = [*people[:CHOICES:2], *people[-CHOICES::2]]
    by_them = [_posts_of(reader, author) for author in busy]
    own, home = _posts_of(reader, me), reader.ask("timeline", limit=CHOICES)["posts"]
    posts = [*home, *(posts[0] for posts in by_them), own[0]]
    chunk_feed = by_them[0][0]["feed"]
    chunk = reader.ask("torrents", feed=chunk_feed)["torrents"][0]
    upload = reader.tell("upload", data=_picture(0))["upload"]
    shown = reader.tell("post", text="A harbour #harbour", media=[{"upload": upload}])
    begun = [each["place"] for each in reader.ask("drafts")["drafts"]]
    link = parse_link(friend.ready["link"])
    return {
        "author_id": busy,
        "friend": [format_author(link.author_id)],
        "stranger": [format_author(AuthorId(bytes([at]) * 32)) for at in range(1, CHOICES)],
        "feed_id": [each["feed"] for each in posts],
        "index": [str(each["index"]) for each in posts],
        "ref": [_ref(each) for each in posts],
        "refs": [",".join(map(_ref, each)) for each in (home, *by_them)],
        "name": [each["id"] for each in posts],
        "cursor": [posts[-1]["cursor"] for posts in by_them],
        "own_feed": [own[0]["feed"]],
        "own_index": [str(each["index"]) for each in own],
        "shown_feed": [shown["feed"]],
        "shown_index": [str(shown["index"])],
        "number": ["1"],
        "medium": [shown["media"][0]["id"]],
        "form": ["small"],
        "upload": [reader.tell("upload", data=_picture(1))["upload"]],
        "draft": begun,
        "group": [group.removeprefix("group-")],
        "called": everyday.LISTS,
        "chunk_feed": [chunk_feed],
        "level": [str(chunk["level"])],
        "position": [str(chunk["position"])],
        **SEARCHED,
    }


def _posts_of(reader: Person, author: str) -> list[Any]:
    posts: list[Any] = reader.ask("timeline", author=author, limit=PAGE_POSTS)["posts"]
    return posts


def _ref(post: Mapping[str, Any]) -> str:
    return f"{post['feed']}/{post['index']}"


def _picture(number: int) -> str:
    out = BytesIO()
    Image.radial_gradient("L").rotate(number).save(out, "JPEG")
    return b64encode(out.getvalue()).decode()
