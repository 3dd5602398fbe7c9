"""Pictures the page draws itself: an author's emblem and the QR code of a link.

Inline SVG with attributes only, as the content security policy allows no styles.
"""

import io
from functools import lru_cache

import segno
from markupsafe import Markup
from swarmfeed.core.base.types import AuthorId

_SHAPES = (
    "M0 0h8v8A8 8 0 0 1 0 0z",
    "M8 0v8H0A8 8 0 0 1 8 0z",
    "M8 8H0V0A8 8 0 0 1 8 8z",
    "M0 8V0h8A8 8 0 0 1 0 8z",
    "M4 0a4 4 0 0 1 0 8a4 4 0 0 1 0-8z",
    "M0 0h8L0 8z",
    "M8 8H0L8 0z",
)
"""Tiles of 8 by 8: four quarters of a circle, a circle, two triangles."""


@lru_cache(maxsize=1024)
def emblem(author_id: AuthorId) -> Markup:
    """Return an author's emblem: drawn from the key, so a copied name does not copy it."""
    hue = int.from_bytes(author_id[:2], "big") % 360
    second = (hue + (30, 150, 180, 210)[author_id[2] % 4]) % 360
    tiles = []
    for number, byte in enumerate(author_id[3:7]):
        colour = (
            f"hsl({second} 58% 74%)",
            f"hsl({hue} 52% 87%)",
            f"hsl({hue} 42% 34%)",
        )[byte // 7 % 3]
        x, y = number % 2 * 8, number // 2 * 8
        tiles.append(
            f'<path transform="translate({x} {y})" d="{_SHAPES[byte % 7]}" fill="{colour}"/>'
        )
    # Only numbers and constants are in it, so it is safe as it stands.
    return Markup(  # noqa: S704
        '<svg class="emblem" viewBox="0 0 16 16" aria-hidden="true" focusable="false">'
        f'<rect width="16" height="16" fill="hsl({hue} 38% 54%)"/>{"".join(tiles)}</svg>'
    )


_HALVES = {(0, 0): "\u2588", (0, 1): "\u2580", (1, 0): "\u2584", (1, 1): " "}
"""Two rows in one line of a terminal, which shows what is light."""


def qr_lines(text: str) -> list[str]:
    """Return a QR code as lines for a dark terminal; phones read it turned as well."""
    rows = [list(row) for row in segno.make(text, error="l", micro=False).matrix_iter(border=4)]
    rows.append([0] * len(rows[0]))
    pairs = zip(rows[::2], rows[1::2], strict=False)
    return ["".join(_HALVES[both] for both in zip(*pair, strict=True)) for pair in pairs]


@lru_cache(maxsize=64)
def qr_code(text: str) -> Markup:
    """Return a QR code as inline SVG; text up to about 2,000 characters."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgclass="qr", lineclass=None, border=2,
        omitsize=True, dark="#111", light="#fff", title="QR code of your link",
    )  # fmt: skip
    # segno escapes the title, and the rest is geometry.
    return Markup(out.getvalue().decode())  # noqa: S704
