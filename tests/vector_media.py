"""How the code is asked about each vector of media."""

from hashlib import sha256
from pathlib import Path

from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.medium import medium_name, medium_torrent
from swarmfeed.core.feed.metainfo import Pieces, pieces_root
from swarmfeed.core.media.limits import PART_BYTES
from swarmfeed.core.media.sealing import (
    SEALED_PART_BYTES,
    open_part,
    padme,
    seal_parts,
    sealed_bytes,
)

from tests.vector_feeds import Vector, unhex


def check_medium(vector: Vector, _: Path) -> None:
    record = vector["record"]
    pieces = Pieces(record["n"], unhex(record["s"]), unhex(record["p"]))
    torrent = medium_torrent(pieces)
    assert pieces_root(pieces).hex() == vector["id"]
    assert torrent.name == medium_name(Hash(unhex(vector["id"]))) == vector["name"]
    assert torrent.info_hash.hex() == vector["info_hash"]
    assert torrent.info_hash_v2.hex() == vector["info_hash_v2"]
    assert torrent.torrent.hex() == vector["torrent"]


def check_sealed_medium(vector: Vector, _: Path) -> None:
    key, size = unhex(vector["key"]), vector["bytes"]
    content = bytes(at % 251 for at in range(size))
    given = unhex(vector["sealed"]) if "sealed" in vector else None
    if given is not None:
        assert open_part(key, given, 0, size) == content
    parts = [content[at : at + PART_BYTES] for at in range(0, size, PART_BYTES)]
    sealed = b"".join(seal_parts(key, parts, size))
    assert (padme(size), sealed_bytes(size)) == (vector["padded"], vector["sealed_bytes"])
    assert sha256(sealed).hexdigest() == vector["sealed_sha256"]
    for number, part in enumerate(parts):
        start = number * SEALED_PART_BYTES
        assert open_part(key, sealed[start : start + SEALED_PART_BYTES], number, size) == part
