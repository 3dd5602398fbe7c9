"""Lists of people for other programs: CSV as Mastodon imports it, and OPML 2.0."""

from collections.abc import Iterable
from html import escape


def csv_of(people: Iterable[tuple[str, str]]) -> str:
    """Return lines of address and name, below a line of headings."""
    lines = [
        "Account address,Name",
        *(f"{_cell(address)},{_cell(name)}" for address, name in people),
    ]
    return "\r\n".join(lines) + "\r\n"


def opml(title: str, people: Iterable[tuple[str, str]]) -> str:
    """Return an outline: each follows by their link."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<opml version="2.0"><head><title>{escape(title)}</title></head><body>',
        *(
            f'<outline type="rss" text="{escape(name or link)}" title="{escape(name or link)}"'
            f' xmlUrl="{escape(link)}"/>'
            for link, name in people
        ),
        "</body></opml>",
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """A cell that no program takes for a formula (OWASP, CSV injection)."""
    safe = f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
    return '"' + safe.replace('"', '""') + '"' if any(c in safe for c in ',"\r\n') else safe
