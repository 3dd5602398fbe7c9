"""A process that makes one picture anew: ``python -m swarmfeed.shell.media.worker``.

    ready    = "!", once it has loaded what it needs
    question = part(side, in decimal) || part(picture)              see ``shell.pipes``
    answer   = "+" || part(type) || part(width) || part(height) || part(whole) || part(small)
             | "-" || part(word)

Asked for side 0, it reads the QR codes in the picture instead: "=" || part(texts, NUL between).

A decoder that a stranger's bytes take over has here: one picture, no file to write, no further
process, bounded memory and time, and nothing of the next picture: it answers once and ends.
"""

import resource
import sys
import warnings
from contextlib import suppress
from io import BytesIO
from typing import Final

from PIL import Image, ImageCms, ImageFile, ImageOps, PngImagePlugin

from swarmfeed.core.media.limits import (
    CODES_MAX,
    PICTURE_PIXELS_MAX,
    PUBLISHED_BYTES,
    SMALL_SIDE,
    WORKER_CPU_S,
    WORKER_MEMORY_BYTES,
)
from swarmfeed.shell.media.words import (
    BETWEEN,
    MADE,
    NO_PICTURE,
    READ,
    READY,
    REFUSED,
    TOO_HARD,
    TOO_LARGE,
)
from swarmfeed.shell.pipes import part, read_part

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
_PHOTOGRAPH: Final = "JPEG"
_QUALITIES: Final = (86, 78, 66, 50)
"""Tried one after the other until the picture is short enough."""


def main() -> None:
    """Answer one question."""
    load_plugins()
    confine()
    with (
        suppress(BrokenPipeError),
        open(0, "rb") as questions,
        open(1, "wb", buffering=0) as out,
    ):
        out.write(READY)
        side, picture = read_part(questions), read_part(questions)
        if side is not None and picture is not None:
            out.write(answer(picture, int(side)))


def load_plugins() -> None:
    """Load the decoders that may be used, and no others, before memory is bounded."""
    Image.preinit()
    with suppress(ImportError):
        from PIL import GifImagePlugin, JpegImagePlugin, WebPImagePlugin  # noqa: F401
    blank = Image.new("RGB", (1, 1))
    for kind in ("JPEG", "WEBP"):
        blank.save(BytesIO(), kind)


def confine() -> None:
    """Take from this process whatever a picture does not need."""
    for what, most in (
        (resource.RLIMIT_AS, WORKER_MEMORY_BYTES),
        (resource.RLIMIT_CPU, WORKER_CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most))
    Image.MAX_IMAGE_PIXELS = PICTURE_PIXELS_MAX
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = 1024 * 1024
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def answer(picture: bytes, side: int) -> bytes:
    """Return the answer to one picture."""
    try:
        if not side:
            return READ + part(BETWEEN.join(each.encode() for each in read_codes(picture)))
        return MADE + b"".join(map(part, make(picture, side)))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return REFUSED + part(TOO_LARGE)
    except MemoryError:
        return REFUSED + part(TOO_HARD)
    except Exception:  # decoders raise whatever they like on hostile bytes
        return REFUSED + part(NO_PICTURE)


def make(picture: bytes, side: int) -> tuple[bytes, bytes, bytes, bytes, bytes]:
    """Return type, width, height, the picture and a small one."""
    with Image.open(BytesIO(picture), formats=FORMATS) as opened:
        is_photograph = opened.format == _PHOTOGRAPH
        if is_photograph:
            opened.draft("RGB", (side, side))  # unpacks no more than is shown
        opened.load()
        pixels = _pixels_of(opened, side)
    kind = _PHOTOGRAPH if is_photograph and pixels.mode == "RGB" else "WEBP"
    whole = _encode(pixels, kind)
    while len(whole) > PUBLISHED_BYTES:  # noise, of which no quality is low enough
        pixels.thumbnail((max(pixels.size) * 3 // 4,) * 2, Image.Resampling.BICUBIC)
        whole = _encode(pixels, kind)
    small = _pure(pixels)
    small.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.BICUBIC, reducing_gap=2.0)
    size = (str(each).encode() for each in pixels.size)
    return (f"image/{kind.lower()}".encode(), *size, whole, _encode(small, kind))  # type: ignore[return-value]


def read_codes(picture: bytes) -> list[str]:
    """Return the texts of QR codes in a picture; none with a NUL, which no link has."""
    from swarmfeed.shell.media.codes import texts_in  # seldom asked for: loaded only then

    with Image.open(BytesIO(picture), formats=FORMATS) as opened:
        opened.load()
        # What shows through is white, as the paper that a code is printed on.
        on_white = Image.new("RGBA", opened.size, "white")
        on_white.alpha_composite(opened.convert("RGBA"))
        texts = texts_in(on_white.convert("L"))
    return [each for each in texts[:CODES_MAX] if BETWEEN.decode() not in each]


def _pixels_of(opened: Image.Image, side: int) -> Image.Image:
    """The picture upright, in sRGB, no larger than asked, and nothing else of its file."""
    upright = _in_srgb(_upright(opened))
    if upright.mode not in ("RGB", "RGBA"):
        has_holes = upright.mode in ("LA", "PA") or "transparency" in upright.info
        upright = upright.convert("RGBA" if has_holes else "RGB")
    upright.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return _pure(upright)


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # what says how it is held is damaged: it is shown as it lies
        return picture


def _in_srgb(opened: Image.Image) -> Image.Image:
    profile = opened.info.get("icc_profile")
    if not profile or opened.mode not in ("RGB", "CMYK", "L"):
        return opened
    try:
        given = ImageCms.ImageCmsProfile(BytesIO(profile))
        wanted = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(opened, given, wanted, outputMode="RGB") or opened
    except (ImageCms.PyCMSError, OSError, ValueError):
        return opened  # the profile is none: its colours are taken as they are


def _pure(picture: Image.Image) -> Image.Image:
    """A new picture of the same pixels: what else the file said stays behind."""
    return Image.frombytes(picture.mode, picture.size, picture.tobytes())


def _encode(picture: Image.Image, kind: str) -> bytes:
    for quality in _QUALITIES:
        out = BytesIO()
        picture.save(out, kind, quality=quality, **({"method": 1} if kind == "WEBP" else {}))
        if out.tell() <= PUBLISHED_BYTES:
            break
    return out.getvalue()


if __name__ == "__main__":
    assert sys.argv[1:] == [], "it is asked through its standard input"
    main()
