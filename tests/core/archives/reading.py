"""Reads made-up archives as the node does."""

import io
import zipfile
from pathlib import Path

from swarmfeed.core.archives.survey import Survey
from swarmfeed.node.archives.reading import read_archive
from swarmfeed.node.feeds.importer import clean
from swarmfeed.shell.archives import FileArchives

LATEST_MS = 1_900_000_000_000


def survey(folder: Path, raw: bytes, name: str = "archive.zip") -> Survey:
    path = folder / name
    path.write_bytes(raw)
    with FileArchives(Path("/no/home")).open(str(path)) as archive:
        return read_archive(archive, lambda post: clean(post, LATEST_MS), lambda *_: None)


def left_out(found: Survey) -> dict[str, int]:
    return {each.why: each.count for each in found.left_out}


def member(raw: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        return packed.read(name)
