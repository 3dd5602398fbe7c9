"""QR codes, in the process that decodes pictures.  The only module that imports zxingcpp."""

from typing import Final

import zxingcpp
from PIL import Image

_QR: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def texts_in(picture: Image.Image) -> list[str]:
    """Return the text of each QR code that can be read: turned, mirrored, light on dark too.

    Args:
        picture: In shades of grey.
    """
    found = zxingcpp.read_barcodes(picture, formats=_QR, text_mode=zxingcpp.TextMode.Plain)
    return [str(each.text) for each in found if each.valid]
