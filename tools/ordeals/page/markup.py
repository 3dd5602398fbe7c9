"""Texts that would run if a page were careless, and how it is noticed that one was."""

from html.parser import HTMLParser
from typing import Final

from playwright.sync_api import Page

TEXTS: Final = (
    "<img src=x data-xss onerror=window.xss=1>",
    '"><script data-xss>window.xss=1</script>',
    "'><svg data-xss onload=window.xss=1>",
    "</textarea><iframe data-xss srcdoc='<script>parent.xss=1</script>'>",
    "</title></style></script><b data-xss>",
    '" autofocus onfocus=window.xss=1 data-xss="',
    "javascript:window.xss=1//https://a.example/",
    "https://a.example/'onmouseover='window.xss=1'data-xss='",
    "{{ 8191*8191 }}${8191*8191}<%= 8191*8191 %>",
    "<math><mi data-xss xlink:href=javascript:window.xss=1>",
    "\u202e\u2066<a data-xss href=javascript:window.xss=1>\u2069",
    "&lt;img data-xss src=x&gt;",
)
"""Ways out of texts, attributes, titles, scripts and templates."""

PRODUCT: Final = str(8191 * 8191)
"""What a template would make of one of them; no page has such a number by luck."""

LEADS: Final = ("href", "src", "action", "formaction")
RUNS: Final = ("javascript:", "data:")
"""Attributes that are addresses, and how those begin that a browser would run."""

SIGNS: Final = """(product) => ({
  ran: window.xss ?? null,
  parts: document.querySelectorAll("[data-xss]").length,
  counts: document.documentElement.outerHTML.includes(product),
  mains: document.querySelectorAll("main").length,
})"""
"""What harm would leave, asked for at once: each question waits for three processes."""


def harmless(page: Page, where: str) -> None:
    """Nothing ran, and nothing of the text became a part of the page."""
    signs = page.evaluate(SIGNS, PRODUCT)
    assert signs["ran"] is None, f"{where}: it ran"
    assert signs["parts"] == 0, f"{where}: it is a part of the page"
    assert not signs["counts"], f"{where}: a template took it for its own"
    assert signs["mains"] == 1, f"{where}: it is no page of ours"


class _Markup(HTMLParser):
    """Notices what of the texts became markup, and whether it is a page of ours."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.mains = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.mains += tag == "main"
        for name, value in attrs:
            runs = name in LEADS and str(value).strip().lower().startswith(RUNS)
            if name == "data-xss" or name.startswith("on") or runs:
                self.found.append(f"<{tag} {name}={value!r}>")


def markup_of(page: str) -> list[str]:
    """Tags of a page that only a careless one has."""
    return _parsed(page).found


def careful(page: str, where: str) -> None:
    """The same as harmless, of a page that is read by a parser: nothing of it can run."""
    parsed = _parsed(page)
    assert not parsed.found, f"{where}: {parsed.found}"
    assert PRODUCT not in page, f"{where}: a template took it for its own"
    assert parsed.mains == 1, f"{where}: it is no page of ours"


def _parsed(page: str) -> _Markup:
    parser = _Markup()
    parser.feed(page)
    return parser
