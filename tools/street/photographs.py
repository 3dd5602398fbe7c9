"""Photographs as a phone takes them, made of light, shade and noise."""

from io import BytesIO
from typing import Final

from PIL import Image

CANARY: Final = "CANARY-51.4778N"
"""Where it was taken: nobody else may find it."""

_SIZE: Final = (4_000, 3_000)
_QUALITIES: Final = (70, 80, 86, 90, 93, 95, 97)


def photograph(megabytes: float = 5, number: int = 0) -> bytes:
    """Return a JPEG of 12 million pixels, about so many megabytes long.

    Args:
        number: Turns it, so that each is another picture.
    """
    light = Image.radial_gradient("L").resize(_SIZE)
    shade = Image.linear_gradient("L").resize(_SIZE)
    grain = Image.effect_noise(_SIZE, 26)
    colours = (Image.blend(each, grain, 0.35) for each in (light, shade, light))
    picture = Image.merge("RGB", tuple(colours)).rotate(11 * number)
    exif = Image.Exif()
    exif[0x010E] = CANARY
    out = BytesIO()
    for quality in _QUALITIES:
        out = BytesIO()
        picture.save(out, "JPEG", quality=quality, exif=exif)
        if out.tell() >= megabytes * 1_000_000:
            break
    return out.getvalue()
