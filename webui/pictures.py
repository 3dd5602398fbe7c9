"""Pictures the page draws itself: an author's emblem and the QR code of a link.

Inline SVG with attributes only, as the content security policy allows no styles.
"""

import io
from functools import lru_cache
from typing import Final

import segno
from markupsafe import Markup
from swarmfeed.core.base.texts import Text
from swarmfeed.core.base.types import AuthorId

from webui.languages import spoken

QR_CODE: Final = Text("QR code of your link")

_SHAPES: Final = (
    (0, 0, "h8v8a8 8 0 0 1-8-8z"),
    (8, 0, "v8h-8a8 8 0 0 1 8-8z"),
    (8, 8, "h-8v-8a8 8 0 0 1 8 8z"),
    (0, 8, "v-8h8a8 8 0 0 1-8 8z"),
    (4, 0, "a4 4 0 0 1 0 8a4 4 0 0 1 0-8z"),
    (0, 0, "h8l-8 8z"),
    (8, 8, "h-8l8-8z"),
)
"""Tiles of 8 by 8, by where they begin: four quarters of a circle, a circle, two triangles."""


@lru_cache(maxsize=1024)
def emblem(author_id: AuthorId) -> Markup:
    """Return an author's emblem: drawn from the key, so a copied name does not copy it."""
    hue = int.from_bytes(author_id[:2], "big") % 360
    second = (hue + (30, 150, 180, 210)[author_id[2] % 4]) % 360
    tiles: dict[str, str] = {}
    for number, byte in enumerate(author_id[3:7]):
        colour = (
            f"hsl({second} 58% 74%)",
            f"hsl({hue} 52% 87%)",
            f"hsl({hue} 42% 34%)",
        )[byte // 7 % 3]
        x, y, way = _SHAPES[byte % 7]
        begin = f"M{x + number % 2 * 8} {y + number // 2 * 8}"
        tiles[colour] = tiles.get(colour, "") + begin + way
    # One path for a colour: a page has dozens of these.
    paths = "".join(f'<path fill="{colour}" d="{way}"/>' for colour, way in tiles.items())
    # Only numbers and constants are in it, so it is safe as it stands.
    return Markup(  # noqa: S704
        '<svg class="emblem" viewBox="0 0 16 16" aria-hidden="true">'
        f'<rect width="16" height="16" fill="hsl({hue} 38% 54%)"/>{paths}</svg>'
    )


_HALVES = {(0, 0): "\u2588", (0, 1): "\u2580", (1, 0): "\u2584", (1, 1): " "}
"""Two rows in one line of a terminal, which shows what is light."""


def qr_lines(text: str) -> list[str]:
    """Return a QR code as lines for a dark terminal; phones read it turned as well."""
    rows = [list(row) for row in segno.make(text, error="l", micro=False).matrix_iter(border=4)]
    rows.append([0] * len(rows[0]))
    pairs = zip(rows[::2], rows[1::2], strict=False)
    return ["".join(_HALVES[both] for both in zip(*pair, strict=True)) for pair in pairs]


def qr_code(text: str) -> Markup:
    """Return a QR code as inline SVG; text up to about 2,000 characters."""
    return _qr_code(text, spoken(QR_CODE()))


@lru_cache(maxsize=64)
def _qr_code(text: str, title: str) -> Markup:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgclass="qr", lineclass=None, border=2,
        omitsize=True, dark="#111", light="#fff", title=title,
    )  # fmt: skip
    # segno escapes the title, and the rest is geometry.
    return Markup(out.getvalue().decode())  # noqa: S704
