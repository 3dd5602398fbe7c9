"""Pictures without a decoder: what begins like one comes out as the same bytes, shorter."""

from pathlib import Path

from swarmfeed.core.media import sentences
from swarmfeed.core.media.sniffing import is_picture, type_of
from swarmfeed.errors import UserError
from swarmfeed.ports.pictures import MadePicture

SMALL_BYTES = 64


class FakePictures:
    """Implements ``ports.pictures.Pictures``; of bytes behind ``story`` nothing stays."""

    def make(self, file: Path | bytes, side: int) -> MadePicture:
        content = file if isinstance(file, bytes) else file.read_bytes()
        kind = type_of(content)
        if not is_picture(kind):
            raise UserError(sentences.NO_PICTURE())
        pixels = content.partition(b"story")[0]
        return MadePicture(
            type=kind, width=side, height=side // 2, whole=pixels, small=pixels[:SMALL_BYTES]
        )

    def read_codes(self, file: Path | bytes) -> tuple[str, ...]:
        """Of a picture the lines behind ``code``."""
        content = file if isinstance(file, bytes) else file.read_bytes()
        if not is_picture(type_of(content)):
            raise UserError(sentences.NO_PICTURE())
        return tuple(content.partition(b"code\n")[2].decode().split("\n")[:-1])

    def close(self) -> None:
        """Nothing runs."""
