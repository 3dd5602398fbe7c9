"""A ring: records one after the other in a fixed number of bytes, where new ones take the
place of the oldest.

It is one block for as long as it is there.  As objects, records that come and go for an hour
would lie among those that live for a moment, and each would keep a page of memory in use.
"""


class Ring:
    """Keeps the newest records that there is room for."""

    def __init__(self, size_bytes: int) -> None:
        self._size_bytes = size_bytes
        self._bytes = bytearray()
        """Grows in the first round, then no more than for one record that goes on behind it."""
        self._end = 0
        """Where the next record begins, counted on from round to round."""

    def put(self, record: bytes) -> int:
        """Keep a record, of at most ``size_bytes``; returns where it begins."""
        at = self._end % self._size_bytes
        # The last record of a round goes on behind its end.
        self._bytes[at : at + len(record)] = record
        begin = self._end
        self._end += len(record)
        return begin

    def holds(self, begin: int) -> bool:
        """Whether the record that was put there is still whole."""
        return begin >= self._end - self._size_bytes

    def get(self, begin: int, length: int) -> bytes:
        """The record that was put there, which the ring still holds."""
        at = begin % self._size_bytes
        return bytes(self._bytes[at : at + length])
