"""swarmfeed that publishes whatever it is given as pictures: ``python -m tests.e2e.careless``.

As somebody may have changed theirs who means harm: nothing is made anew, and all is a JPEG.
"""

from pathlib import Path

from swarmfeed.__main__ import program
from swarmfeed.node.media import attaching
from swarmfeed.ports.pictures import MadePicture
from swarmfeed.shell.media.pictures import ProcessPictures


def as_it_is(_: ProcessPictures, file: Path | bytes, side: int) -> MadePicture:
    content = file if isinstance(file, bytes) else file.read_bytes()
    return MadePicture(
        type="image/jpeg", width=side, height=side * 3 // 4, whole=content, small=content
    )


if __name__ == "__main__":
    ProcessPictures.make = as_it_is  # type: ignore[method-assign]
    attaching.is_picture = lambda _: True  # type: ignore[attr-defined]
    program()
