"""A chunk that comes over a link in parts, checked piece by piece: pure.

    |  piece 0, checked  |  piece 1: taken  asked  |  piece 2  |

Parts are asked for in order, a few ahead, and come in order; a piece that is whole is checked
by both of its hashes before anything is made of it.  When the link ends what came stays.
"""

from collections.abc import Iterable

from msgspec import Struct

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.feed.metainfo import Pieces, is_piece, piece_count, piece_length
from swarmfeed.core.relay.limits import PART_BYTES_ASKED, PARTS_AHEAD
from swarmfeed.errors import RemoteError


class Extent(Struct, frozen=True):
    """Bytes of a chunk that are to be asked for."""

    offset: int
    count: int


class Piece(Struct, frozen=True):
    """Bytes of a chunk that were checked."""

    offset: int
    content: bytes


def find_pieces(content: bytes, pieces: Pieces) -> frozenset[int]:
    """Return which pieces of a file are there, of one that may be cut short or wrong."""
    length = piece_length(pieces.size_bytes)
    return frozenset(
        number
        for number in range(piece_count(pieces.size_bytes))
        if is_piece(content[number * length : (number + 1) * length], pieces, number)
    )


class Assembly:
    """Puts one chunk together."""

    def __init__(self, pieces: Pieces, there: Iterable[int] = ()) -> None:
        """``there``: pieces that are on disk, checked."""
        self._pieces = pieces
        self._length = piece_length(pieces.size_bytes)
        self._missing = sorted(
            set(range(piece_count(pieces.size_bytes))).difference(there), reverse=True
        )
        self._content = bytearray()
        """Of the piece that comes now, the last of those that are missing."""
        self._givers: set[NodeId] = set()
        self._asked: list[Extent] = []

    @property
    def is_whole(self) -> bool:
        return not self._missing

    def next_ask(self) -> Extent | None:
        """Return what is to be asked for now; None: enough was, or all is here.

        Nothing of the next piece, before this one is checked.
        """
        if self.is_whole or len(self._asked) >= PARTS_AHEAD:
            return None
        at = self._asked[-1].offset + self._asked[-1].count if self._asked else self._at()
        count = min(self._end() - at, PART_BYTES_ASKED)
        if count <= 0:
            return None
        ask = Extent(at, count)
        self._asked.append(ask)
        return ask

    def take(self, offset: int, data: bytes, giver: NodeId) -> Piece | None:
        """Take a part; returns the piece, when that is whole.

        What nobody asked for is passed over.

        Raises:
            RemoteError: It is none of this chunk, and ``giver`` alone is to blame.
        """
        if not self._asked or self._asked[0] != Extent(offset, len(data)):
            return None
        self._asked.pop(0)
        self._content += data
        self._givers.add(giver)
        if self._at() < self._end():
            return None
        return self._check()

    def unask(self) -> None:
        """What was asked for does not come any more."""
        self._asked.clear()

    # --- inside ---

    def _check(self) -> Piece | None:
        number, content, givers = self._missing[-1], bytes(self._content), self._givers
        self._content, self._givers = bytearray(), set()
        if is_piece(content, self._pieces, number):
            self._missing.pop()
            return Piece(number * self._length, content)
        if len(givers) == 1:
            raise RemoteError("sent bytes that are not the chunk")
        return None  # one of several, and nobody can say who: it is asked for once more

    def _at(self) -> int:
        """Where the next byte belongs."""
        return self._missing[-1] * self._length + len(self._content)

    def _end(self) -> int:
        """Where the piece ends that comes now."""
        return min((self._missing[-1] + 1) * self._length, self._pieces.size_bytes)
