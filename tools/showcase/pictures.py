"""Pictures for the shown world, drawn here: nobody's photographs, and the same each time."""

from collections.abc import Callable
from io import BytesIO
from math import cos, pi, sin
from random import Random
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]

FINE: Final = 2
"""Drawn that much larger and made smaller again: edges are smooth then."""


def _mixed(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _canvas(width: int, height: int, top: Colour, bottom: Colour) -> Image.Image:
    """A sky, or a wall: one colour that becomes another downwards."""
    image = Image.new("RGB", (1, height * FINE))
    for y in range(height * FINE):
        image.putpixel((0, y), _mixed(top, bottom, y / (height * FINE)))
    return image.resize((width * FINE, height * FINE))


def _done(image: Image.Image) -> bytes:
    small = image.resize((image.width // FINE, image.height // FINE), Image.Resampling.LANCZOS)
    out = BytesIO()
    small.save(out, "WEBP", quality=86)
    return out.getvalue()


def bowl() -> bytes:
    """A deep blue bowl on a table."""
    image = _canvas(900, 1_100, (239, 228, 212), (226, 209, 186))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 1_560, 1_800, 2_200), fill=(140, 104, 80))
    draw.ellipse((420, 1_500, 1_420, 1_640), fill=(112, 80, 60))
    draw.pieslice((280, 260, 1_520, 1_590), 0, 180, fill=(27, 82, 121))
    draw.ellipse((280, 780, 1_520, 1_080), fill=(16, 49, 77))
    for ring, colour in enumerate(((29, 92, 132), (44, 125, 160), (72, 163, 190))):
        inset = 60 + ring * 150
        draw.ellipse(
            (280 + inset, 800 + inset // 3, 1_520 - inset, 1_070 - inset // 5), fill=colour
        )
    return _done(image)


def kiln() -> bytes:
    """The open door of a kiln, and fire in it."""
    image = _canvas(900, 700, (96, 58, 45), (70, 40, 32))
    draw = ImageDraw.Draw(image)
    luck = Random(3)
    for row in range(20):
        for column in range(-1, 12):
            left, top = column * 164 + row % 2 * 82, row * 70
            shade = luck.randrange(-14, 15)
            fill = (122 + shade, 68 + shade // 2, 50 + shade // 2)
            draw.rounded_rectangle((left, top, left + 154, top + 60), 8, fill=fill)
    draw.pieslice((480, 180, 1_320, 1_360), 180, 360, fill=(60, 26, 18))
    draw.rectangle((480, 760, 1_320, 1_400), fill=(60, 26, 18))
    glow = Image.new("RGB", image.size)
    light = ImageDraw.Draw(glow)
    for share in range(24):
        inset = share * 14
        colour = _mixed((214, 66, 18), (255, 232, 150), share / 24)
        light.ellipse(
            (540 + inset, 300 + inset, 1_260 - inset, 1_560 - inset // 2), fill=colour
        )
    mask = Image.new("L", image.size)
    shape = ImageDraw.Draw(mask)
    shape.pieslice((530, 240, 1_270, 1_300), 180, 360, fill=255)
    shape.rectangle((530, 760, 1_270, 1_400), fill=255)
    image.paste(glow.filter(ImageFilter.GaussianBlur(12)), mask=mask)
    for left in (690, 930):
        draw.rounded_rectangle((left, 1_080, left + 190, 1_400), 40, fill=(96, 46, 28))
    return _done(image)


def fog() -> bytes:
    """Hills in the morning, one behind the other."""
    image = _canvas(900, 700, (243, 225, 207), (226, 229, 223))
    draw = ImageDraw.Draw(image)
    draw.ellipse((1_180, 220, 1_380, 420), fill=(255, 246, 229))
    luck = Random(5)
    for hill in range(5):
        base, colour = 560 + hill * 170, _mixed((190, 203, 201), (62, 88, 92), hill / 4)
        waves = [
            (luck.uniform(2, 9), luck.uniform(0, 2 * pi), luck.uniform(20, 70)) for _ in "abc"
        ]
        edge = [
            (x, base + sum(high * sin(x / 1_800 * often + at) for often, at, high in waves))
            for x in range(0, 1_801, 10)
        ]
        draw.polygon([*edge, (1_800, 1_400), (0, 1_400)], fill=colour)
    return _done(image)


def jasmine() -> bytes:
    """White flowers between leaves."""
    image = _canvas(1_200, 800, (24, 74, 54), (16, 52, 40))
    draw = ImageDraw.Draw(image)
    luck = Random(11)
    for _ in range(150):
        _leaf(draw, luck)
    for _ in range(26):
        _flower(draw, luck)
    return _done(image)


def _leaf(draw: ImageDraw.ImageDraw, luck: Random) -> None:
    x, y, turn, long = luck.uniform(0, 2_400), luck.uniform(0, 1_600), luck.uniform(0, pi), 120
    shade = luck.randrange(30)
    tips = [
        (x + long * cos(turn + at) * reach, y + long * sin(turn + at) * reach)
        for at, reach in ((0, 1), (0.6, 0.55), (pi - 0.6, 0.55), (pi, 1), (pi + 0.6, 0.55),
                          (-0.6, 0.55))
    ]  # fmt: skip
    draw.polygon(tips, fill=(36 + shade, 108 + shade, 74 + shade))


def _flower(draw: ImageDraw.ImageDraw, luck: Random) -> None:
    x, y, turn = luck.uniform(0, 2_400), luck.uniform(0, 1_600), luck.uniform(0, pi)
    wide = luck.uniform(28, 48)
    for petal in range(5):
        at = turn + petal * 2 * pi / 5
        cx, cy = x + wide * cos(at), y + wide * sin(at)
        draw.ellipse(
            (cx - wide * 0.7, cy - wide * 0.7, cx + wide * 0.7, cy + wide * 0.7),
            fill=(250, 250, 244),
        )
    draw.ellipse((x - 14, y - 14, x + 14, y + 14), fill=(240, 214, 120))


def stars() -> bytes:
    """A night sky, and somebody with a telescope on a hill."""
    image = _canvas(1_200, 620, (12, 18, 42), (34, 50, 92))
    luck = Random(7)
    band = Image.new("RGB", image.size)
    haze = ImageDraw.Draw(band)
    for _ in range(900):
        along = luck.random()
        x = along * 2_400
        y = 1_000 - along * 800 + luck.gauss(0, 90)
        wide = luck.uniform(10, 60)
        haze.ellipse((x - wide, y - wide, x + wide, y + wide), fill=(92, 98, 150))
    mask = (
        band.convert("L").filter(ImageFilter.GaussianBlur(70)).point(lambda value: value // 2)
    )
    image.paste((150, 150, 205), mask=mask)
    draw = ImageDraw.Draw(image)
    for _ in range(700):
        x, y, wide = luck.uniform(0, 2_400), luck.uniform(0, 1_100), luck.choice((1, 1, 2, 3))
        draw.ellipse((x - wide, y - wide, x + wide, y + wide), fill=(235, 238, 255))
    draw.ellipse((-400, 1_030, 2_800, 2_000), fill=(8, 11, 24))
    draw.ellipse((1_630, 930, 1_670, 970), fill=(4, 5, 12))
    draw.rounded_rectangle((1_628, 965, 1_672, 1_060), 14, fill=(4, 5, 12))
    draw.line((1_670, 985, 1_800, 890), fill=(4, 5, 12), width=26)
    draw.line((1_735, 940, 1_700, 1_060), fill=(4, 5, 12), width=8)
    draw.line((1_735, 940, 1_770, 1_060), fill=(4, 5, 12), width=8)
    return _done(image)


def market() -> bytes:
    """Crates of fish at five in the morning."""
    image = _canvas(1_000, 700, (70, 84, 96), (42, 52, 60))
    draw = ImageDraw.Draw(image)
    luck = Random(13)
    for row in range(3):
        for column in range(4):
            left, top = 90 + column * 460, 420 + row * 310
            draw.rounded_rectangle((left, top, left + 420, top + 260), 18, fill=(196, 164, 116))
            draw.rectangle((left + 20, top + 20, left + 400, top + 200), fill=(222, 232, 236))
            for fish in range(4):
                x, y = left + 60 + fish * 80, top + 60 + luck.randrange(80)
                draw.ellipse((x, y, x + 96, y + 34), fill=(110 + fish * 16, 136, 150))
                draw.polygon(((x, y + 17), (x - 26, y), (x - 26, y + 34)), fill=(96, 120, 134))
    return _done(image)


DRAWN: Final[dict[str, Callable[[], bytes]]] = {
    "bowl": bowl,
    "kiln": kiln,
    "fog": fog,
    "jasmine": jasmine,
    "stars": stars,
    "market": market,
}
"""Name -> what draws it, as WebP."""
