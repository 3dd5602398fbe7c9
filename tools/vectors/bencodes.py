"""Bencode: the one spelling of each value, and its bounds."""

from collections.abc import Iterator
from typing import Any

Case = tuple[str, dict[str, Any]]

GOOD: dict[str, bytes] = {
    "zero": b"i0e",
    "smallest-integer": b"i-9223372036854775808e",
    "largest-integer": b"i9223372036854775807e",
    "empty-bytes": b"0:",
    "empty-list": b"le",
    "empty-dict": b"de",
    "empty-key": b"d0:i1e1:ai2ee",
    "keys-by-their-bytes": b"d1:Ai1e1:ai2e2:aai3e2:\xc3\xa9i4ee",
    "8-lists": b"l" * 8 + b"e" * 8,
    "8-lists-around-an-integer": b"l" * 8 + b"i1e" + b"e" * 8,
    "8-dicts-around-bytes": b"d1:x" * 8 + b"1:y" + b"e" * 8,
}

BAD: dict[str, bytes] = {
    "nothing": b"",
    "integer-with-leading-zero": b"i01e",
    "minus-zero": b"i-0e",
    "integer-with-plus": b"i+1e",
    "integer-without-digits": b"ie",
    "integer-beyond-64-bits": b"i9223372036854775808e",
    "integer-below-64-bits": b"i-9223372036854775809e",
    "length-with-leading-zero": b"01:x",
    "negative-length": b"-1:x",
    "length-beyond-the-end": b"2:x",
    "length-of-20-digits": b"10000000000000000001:x",
    "list-without-end": b"l1:x",
    "dict-without-end": b"d1:ai1e",
    "key-without-value": b"d1:ae",
    "key-that-is-an-integer": b"di1ei1ee",
    "key-that-is-a-list": b"dlei1ee",
    "key-twice": b"d1:ai1e1:ai1ee",
    "keys-out-of-order": b"d1:bi1e1:ai2ee",
    "keys-by-length": b"d1:bi1e2:aai2ee",
    "two-values": b"i1ei2e",
    "line-end-behind": b"i1e\n",
    "blank-inside": b"l i1ee",
    "9-lists": b"l" * 9 + b"e" * 9,
    "9-dicts": b"d1:x" * 9 + b"0:" + b"e" * 9,
    "1000-lists": b"l" * 1000 + b"e" * 1000,
}


def bencode_cases() -> Iterator[Case]:
    for name, value in GOOD.items():
        yield f"bencode/{name}", {"value": value.hex()}
    for name, value in BAD.items():
        yield f"bencode/bad-{name}", {"value": value.hex(), "error": name}
    for name, times in (("400000-parts", 399_999), ("bad-400001-parts", 400_000)):
        case = {"value": b"0:".hex(), "in_a_list_times": times}
        yield f"bencode/{name}", case | ({"error": "too many parts"} if "bad" in name else {})
