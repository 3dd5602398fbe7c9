"""What nodes say of feeds, read by a second implementation: receipts, notices, goodbyes.

Nothing of swarmfeed is imported.  Written to be compared with docs/FORMAT.md, 6 and 12.
"""

import re
from hashlib import sha256

from _feed_format import check_signature, format_address, need, parse_address, unbase64

RECEIPT = re.compile("\u2014 (swarmfeed-node/([a-z2-7]{56})) ([A-Za-z0-9+/]{102}==)")
TIME_MS_MAX = 10**15 - 1


def open_receipt(line: str, signed_head: bytes) -> tuple[bytes, int]:
    """Verify a receipt for a head that was verified; return its node and time in seconds."""
    match = RECEIPT.fullmatch(line)
    need(match, "receipt: not in the form of one")
    assert match is not None
    node, raw = parse_address(match[2], "receipt: its node"), unbase64(match[3])
    need(match[1] == f"swarmfeed-node/{format_address(node)}", "receipt: a wrong name")
    key_hash = sha256(match[1].encode() + b"\n\x04" + node).digest()[:4]
    need(raw[:4] == key_hash, "receipt: signed by another key")
    time_s = int.from_bytes(raw[4:12], "big")
    need(time_s * 1000 <= TIME_MS_MAX, "receipt: from beyond time")
    text = signed_head[: signed_head.index(b"\n\n") + 1]
    message = b"cosignature/v1\ntime %d\n" % time_s + text
    check_signature(node, message, raw[12:], "receipt")
    return node, time_s
