"""Pictures for tests: honest ones with a life's story in them, and hostile ones."""

import struct
import zlib
from io import BytesIO

import segno
from PIL import Image, ImageCms, PngImagePlugin

CANARY = b"CANARY-51.4778N-0.0015W"
"""What says where a picture was taken."""


def photograph(size: tuple[int, int] = (1_200, 900), *, orientation: int = 1) -> bytes:
    """A JPEG as a phone writes it: place, camera, comment, owner, colour profile."""
    picture = Image.radial_gradient("L").resize(size).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = exif[0x010F] = exif[0x013B] = CANARY.decode()
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[29] = CANARY.decode()
    out = BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture.save(
        out,
        "JPEG",
        exif=exif,
        comment=CANARY,
        xmp=b"<x>" + CANARY + b"</x>",
        icc_profile=profile,
    )
    return out.getvalue() + CANARY


def drawing(kind: str = "PNG", size: tuple[int, int] = (300, 200)) -> bytes:
    """A picture with holes and a text in it."""
    picture = Image.linear_gradient("L").resize(size).convert("RGBA")
    picture.putalpha(Image.radial_gradient("L").resize(size))
    out = BytesIO()
    if kind == "PNG":
        said = PngImagePlugin.PngInfo()
        said.add_text("Author", CANARY.decode())
        said.add_itxt("XML:com.adobe.xmp", CANARY.decode())
        picture.save(out, "PNG", pnginfo=said)
    elif kind == "WEBP":
        picture.save(out, "WEBP", exif=b"Exif\0\0" + CANARY, xmp=CANARY)
    else:
        picture.convert("P").save(out, "GIF", comment=CANARY)
    return out.getvalue()


def code(text: str, scale: int = 8) -> Image.Image:
    """A QR code, as pages of ours show it."""
    out = BytesIO()
    segno.make(text, micro=False).save(out, kind="png", scale=scale, border=4)
    return Image.open(BytesIO(out.getvalue())).convert("L")


def chunk(kind: bytes, data: bytes) -> bytes:
    return (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    )


def png(width: int, height: int, data: bytes, *more: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + b"".join(more)
        + chunk(b"IDAT", data)
        + chunk(b"IEND", b"")
    )


def endless() -> bytes:
    """A PNG with much more in it than its pixels."""
    return png(4_000, 4_000, zlib.compress(bytes(10**8), 9) * 50)


def hostile() -> dict[str, bytes]:
    """Bytes that a decoder should not be given, by what they are."""
    zeros = zlib.compress(bytes(200_000_000), 9)
    jpeg, gif = photograph((400, 300)), drawing("GIF", (20, 20))
    webp = drawing("WEBP")
    lie = bytearray(webp)
    lie[4:8] = struct.pack("<I", 2**31)
    wide = bytearray(webp)
    wide[24:30] = b"\xff" * 6
    return {
        "nothing": b"",
        "a text": b"hello" * 1_000,
        "a png of 900 million pixels": png(30_000, 30_000, zlib.compress(b"")),
        "a png of 26 million pixels": png(5_200, 5_000, zeros),
        "a ztxt bomb": png(10, 10, zeros[:100], chunk(b"zTXt", b"k\0\0" + zeros)),
        "an itxt bomb": png(10, 10, zeros[:100], chunk(b"iTXt", b"k\0\1\0\0\0" + zeros)),
        "an iccp bomb": png(10, 10, zeros[:100], chunk(b"iCCP", b"k\0\0" + zeros)),
        "a cut jpeg": jpeg[: len(jpeg) // 2],
        "a jpeg of a head alone": jpeg[:40],
        "a cut webp": webp[:100],
        "a webp that lies of its length": bytes(lie),
        "a webp that lies of its size": bytes(wide),
        "an svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "a tiff": b"II*\0" + bytes(100),
        "a postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "a gif without frames": gif[:30],
    }
