"""What lies in the DHT, read by a second implementation: docs/PROTOCOL.md 1.

Nothing of swarmfeed is imported.
"""

from hashlib import sha256

from _feed_author import open_certificate, state_of
from _feed_format import check_signature, decode, need, open_head, take

VALUE_MAX, DOMAIN = 996, b"swarmfeed certificate 2\n"


def check_item(key: bytes, salt: bytes, seq: int, value: bytes, signature: bytes) -> None:
    """Verify an item of BEP 44 whose value is a byte string."""
    message = b"4:salt%d:%b3:seqi%de1:v%d:%b" % (len(salt), salt, seq, len(value), value)
    check_signature(key, message, signature, "item")


def read_gate(value: bytes, author: bytes) -> tuple[bytes, list[bytes]]:
    """Return feed and certificates of a gate: the rotates, then the join."""
    need(len(value) <= VALUE_MAX, "gate: too long")
    said = decode(value, "gate")
    keys, rotates = take(said, "k", list, "gate"), take(said, "r", list, "gate")
    need(keys and len(keys) == len(rotates) + 1, "gate: not one key more than rotates")
    need(all(isinstance(each, bytes) for each in keys + rotates), "gate: no bytes")
    after = [sha256(key).digest() for key in keys[1:]] + [take(said, "n", bytes, "gate")]
    forms = [
        spell({b"type": b"rotate", b"was": keys[at - 1]}, author, at, keys, after)
        + rotates[at - 1]
        for at in range(1, len(keys))
    ]
    feed, joined = take(said, "f", bytes, "gate"), take(said, "t", int, "gate")
    fields = {b"type": b"join", b"feed": feed, b"from_ms": joined}
    if b"i" in said:
        fields[b"first"] = take(said, "i", int, "gate")
    join = spell(fields, author, len(keys) - 1, keys, after)
    forms.append(join + take(said, "a", bytes, "gate") + take(said, "b", bytes, "gate"))
    state = state_of(author, [open_certificate(each) for each in forms])
    need(state is not None and feed in state.ends, "gate: proves nothing of this author")
    return feed, forms


def spell(
    fields: dict[bytes, bytes | int],
    author: bytes,
    generation: int,
    keys: list[bytes],
    after: list[bytes],
) -> bytes:
    """The message of a certificate, from what the gate leaves out and what it says."""
    whole: dict[bytes, bytes | int] = {
        b"author": author,
        b"gen": generation,
        b"key": keys[generation],
        b"next": after[generation],
        **fields,
    }
    return (
        DOMAIN + b"d" + b"".join(bencode(k) + bencode(whole[k]) for k in sorted(whole)) + b"e"
    )


def bencode(value: bytes | int) -> bytes:
    return b"i%de" % value if isinstance(value, int) else b"%d:%b" % (len(value), value)


def read_sheet(value: bytes) -> tuple[bytes, bytes | None]:
    """Return whose a sheet is, and the key of the second sheet if it says that."""
    said = decode(value, "sheet")
    author = take(said, "a", bytes, "sheet")
    need(len(author) == 32, "sheet: a bad author")
    if b"k" not in said:
        return author, None
    key, signature = take(said, "k", bytes, "sheet"), take(said, "s", bytes, "sheet")
    check_item(key, b"author", 1, b"d1:a32:" + author + b"e", signature)
    return author, key


def read_deposit(value: bytes, feed: bytes, seq: int) -> None:
    """Check a deposit; its certificate counts with the gate's."""
    need(len(value) <= VALUE_MAX, "deposit: too long")
    said = decode(value, "deposit")
    head = open_head(take(said, "h", bytes, "deposit"), feed)
    need(0 < head.size == seq - seq % 256, "deposit: a bad number")
    need(1 <= take(said, "n", int, "deposit") <= 2**20, "deposit: a bad length")
    need(len(take(said, "p", bytes, "deposit")) == 32, "deposit: not one piece")
    need(len(take(said, "s", bytes, "deposit")) == 20, "deposit: not one piece")
    need(len(take(said, "c", bytes, "deposit")) <= 1_000, "deposit: a long certificate")
    others = take(said, "o", list, "deposit")
    need(len(others) <= 8, "deposit: too many feeds")
    need(all(isinstance(o, bytes) and len(o) == 32 for o in others), "deposit: a bad feed")
