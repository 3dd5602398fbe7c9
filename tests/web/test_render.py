"""Foreign text as HTML: nothing of it is markup, and links say where they lead."""

import re
import time
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from street.fakes.desk import FakeDesk
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.base.limits import TEXT_BYTES_MAX
from swarmfeed.core.words.links import MAY_BE_LINK
from swarmfeed.core.words.query import parse_query
from swarmfeed.core.words.seeking import seek
from webui.render import LINKIFY, link_text, one_line, plain, render_text, shown_host

from tests.web.conftest import Site

XSS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><script>alert(1)</script>',
    "' autofocus onfocus=alert(1) x='",
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    "[a](javascript:alert(1))",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    'https://evil.example/"onmouseover="alert(1)',
    "https://evil.example/'><img src=x onerror=alert(1)>",
    "http://evil.example/</a><script>alert(1)</script>",
    "swarmfeed:" + "a" * 56 + '?name="><script>alert(1)</script>',
    'magnet:?xt=urn:btih:0&dn="><script>alert(1)</script>',
    "#<script>alert(1)</script>",
    '#tag"onclick=alert(1)',
    "<a href=//evil.example>click</a>",
    "<form action=https://evil.example><button>go",
    "<style>@import'https://evil.example'</style>",
    "<meta http-equiv=refresh content=0;url=https://evil.example>",
    "<base href=https://evil.example/>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '<!--<img src="--><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#x3c;script&#x3e;alert(1)",
    "\x00<scr\x00ipt>alert(1)</script>",
    "＜script＞alert(1)＜/script＞",
]
"""After the OWASP XSS filter evasion cheat sheet: one of each family."""


class Tags(HTMLParser):
    """Collects every tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(html)
    parser.close()
    return parser.found


def assert_only_links(html: str) -> None:
    for tag, attributes in tags(html):
        assert tag in ("a", "bdi", "mark")
        if tag != "a":
            assert attributes == {}
            continue
        assert set(attributes) <= {"href", "rel", "target", "class"}
        href = attributes["href"] or ""
        inside = href.startswith(("/tags/", "/follow?link=swarmfeed%3A"))
        outside = href.lower().startswith(("http://", "https://", "magnet:?"))
        assert inside or outside, href
        if outside:
            assert attributes["rel"] == "noopener noreferrer nofollow"


@pytest.mark.attack("A05")
@pytest.mark.parametrize("text", XSS)
def test_no_text_becomes_markup(text: str) -> None:
    assert_only_links(render_text(text))


@pytest.mark.attack("A05")
@pytest.mark.attack("A06")
@given(
    st.text() | st.lists(st.sampled_from([*XSS, " ", "#", "https://a.example/"])).map("".join)
)
def test_any_text_is_only_text_and_links(text: str) -> None:
    assert_only_links(render_text(text))


@pytest.mark.attack("A05")
@given(
    st.text() | st.lists(st.sampled_from([*XSS, " ", "#", "https://a.example/"])).map("".join),
    st.text() | st.sampled_from(["script", "<script>", "evil", "a*", '"alert 1"', "#t*"]),
)
def test_marks_change_nothing_but_marks(text: str, typed: str) -> None:
    marked = seek(typed, begins=typed.endswith("*"))
    html = render_text(text, marked)
    assert_only_links(html)
    assert re.sub("</?mark>", "", html) == render_text(text)


PAGES = [
    "/",
    "/posts/<name>",
    "/follow",
    "/authors/<address:author_id>",
    "/network",
    "/me",
    "/feeds/<address:feed_id>/torrents",
    "/feeds/<address:feed_id>/torrents.rss",
]


@pytest.mark.attack("A05")
@pytest.mark.parametrize("text", XSS)
def test_every_field_of_every_page_is_escaped(site: Site, text: str) -> None:
    desk = FakeDesk(text)
    author = desk.add_author("other " + text, bio=text, followed=True)
    first = desk.add_post(desk.me, text)
    desk.add_post(author, text, reply_to=first.ref)
    site.desk.__dict__.update(desk.__dict__)
    for rule in PAGES:
        assert_own_markup(site.get(site.path_of(rule)).text)
    assert_own_markup(site.browser().get("/search", query_string={"q": text}).text)
    assert_own_markup(site.browser().get("/follow", query_string={"link": text}).text)


def assert_own_markup(html: str) -> None:
    for tag, attributes in tags(html):
        assert tag not in ("iframe", "object", "embed", "base", "style", "math", "mglyph")
        assert not [name for name in attributes if name.startswith("on") or name == "srcdoc"]
        if tag == "script":
            assert attributes["src"] == "/static/swarmfeed.js"
        for name in ("href", "src", "action"):
            value = attributes.get(name) or "/"
            assert value.startswith(("/", "#", "http://", "https://", "magnet:?")), value
            assert not value.startswith("//")


@pytest.mark.attack("A07")
@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/", "example.org"),
        ("https://example.org/path?x=1#y", "example.org/path?x=1#y"),
        ("https://paypal.com@evil.example/login", "evil.example/login"),
        ("https://paypal.com:443@evil.example/", "evil.example"),
        ("http://example.org:8080/", "example.org:8080"),
        ("https://pаypal.com/", "xn--pypal-4ve.com"),
        ("https://xn--pypal-4ve.com/", "xn--pypal-4ve.com"),
        ("https://müller.de/", "müller.de"),
        ("https://президент.рф/", "президент.рф"),
        ("https://example.org/" + "a" * 100, "example.org/" + "a" * 47 + "…"),
        ("https://" + "sub." * 30 + "evil.example/x", "sub." * 30 + "evil.example/x"),
        ("magnet:?xt=urn:btih:" + "0" * 64, "magnet:?xt=urn:btih:" + "0" * 39 + "…"),
    ],
)
def test_a_link_shows_where_it_leads(url: str, shown: str) -> None:
    assert link_text(url) == shown


@pytest.mark.attack("A07")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\u202egnp.exe", "gnp.exe"),
        ("a\u2066b\u2069c\u200fd", "abcd"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("h" + "\u0301" * 40 + "i", "h" + "\u0301" * 4 + "i"),
        ("a\u20dd" + "\u20dd" * 9, "a" + "\u20dd" * 4),
        ("Việt Nam", "Việt Nam"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("می‌خواهم", "می‌خواهم"),
        ("a\r\nb\rc\x07\x1b[31m", "a\nb\nc[31m"),
    ],
)
def test_text_cannot_lie_about_itself(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.attack("A07")
def test_a_name_is_one_line() -> None:
    assert one_line("Ada\n\n  admin\u2028x\u202e") == "Ada adminx"


@pytest.mark.attack("A07")
def test_a_link_that_browsers_read_otherwise_is_no_link() -> None:
    assert render_text("https://evil.example\\@good.example/").startswith("https://")
    with pytest.raises(ValueError, match="backslash"):
        link_text("https://evil.example\\@good.example/")


def test_a_host_of_unknown_letters_is_shown_in_ascii() -> None:
    assert shown_host("ex\U000e0041ample.org").isascii()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        (
            "#विज्ञान 東京#タグ ＃x",
            f'<a class="tag" href="/tags/{quote("विज्ञान")}"><bdi>#विज्ञान</bdi></a> 東京'
            f'<a class="tag" href="/tags/{quote("タグ")}"><bdi>#タグ</bdi></a> '
            f'<a class="tag" href="/tags/x"><bdi>＃x</bdi></a>',
        ),
        ("1 #2 #c4 a#b", '1 #2 <a class="tag" href="/tags/c4"><bdi>#c4</bdi></a> a#b'),
        (
            "see https://a.example/x.",
            'see <a href="https://a.example/x" rel="noopener noreferrer nofollow"'
            ' target="_blank"><bdi>a.example/x</bdi></a>.',
        ),
        ("ftp://a.example //b.example c@d.example", "ftp://a.example //b.example c@d.example"),
    ],
)
def test_links_and_hashtags(text: str, html: str) -> None:
    assert render_text(text) == html


@pytest.mark.parametrize(
    ("text", "typed", "html"),
    [
        ("a < Straße & b", "strasse", "a &lt; <mark>Straße</mark> &amp; b"),
        ("<mark>x</mark>", "x", "&lt;mark&gt;<mark>x</mark>&lt;/mark&gt;"),
        ("so many words", '"many words"', "so <mark>many words</mark>"),
        ("東京都", "京", "東<mark>京</mark>都"),
        (
            "see #Tag",
            "see #tag",
            '<mark>see</mark> <a class="tag" href="/tags/Tag"><bdi><mark>#Tag</mark></bdi></a>',
        ),
        (
            "https://a.example/tag",
            "tag example",
            '<a href="https://a.example/tag" rel="noopener noreferrer nofollow"'
            ' target="_blank"><bdi>a.<mark>example</mark>/<mark>tag</mark></bdi></a>',
        ),
    ],
)
def test_what_was_looked_for_is_marked(text: str, typed: str, html: str) -> None:
    assert render_text(text, parse_query(typed).marked) == html


SIGNS = ["http", "hTTps", "HTTPſ", "magnet", "swarmfeed", ":", "//", "?", "a.b", "ſwarmfeed"]


@given(st.text() | st.lists(st.sampled_from(SIGNS)).map("".join))
def test_no_link_is_without_its_sign(text: str) -> None:
    """So a text that has none is not looked through."""
    if LINKIFY.match(text):
        assert MAY_BE_LINK.search(text.casefold())


def test_a_link_to_an_author_stays_on_the_page(site: Site) -> None:
    html = render_text(f"follow {site.desk.ask(WhoAreYou()).link}, please")
    [(_, attributes), _] = tags(html)
    path = attributes["href"] or ""
    assert path.startswith("/follow?link=swarmfeed%3A")
    assert "That is your own link" in site.get(path).text


@pytest.mark.attack("A30")
def test_text_beyond_the_limit_of_a_post_is_cut() -> None:
    assert render_text("x" * TEXT_BYTES_MAX + "y") == "x" * TEXT_BYTES_MAX


@pytest.mark.attack("A30")
@pytest.mark.parametrize(
    "unit",
    ["http://", "[", "https://a.b/(", "swarmfeed:", "magnet:?", "#", "a#", "\u0301", "//"],
)
def test_the_longest_text_is_rendered_at_once(unit: str) -> None:
    text = unit * (4 * TEXT_BYTES_MAX // len(unit))
    start_s = time.process_time()
    render_text(text, seek("a b", begins=True))
    assert time.process_time() - start_s < 2
