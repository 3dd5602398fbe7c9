"""A witness written from c2sp.org/tlog-witness and tlog-cosignature alone.

Nothing of the program is used: what both agree on, both read in the same pages.
"""

from base64 import b64decode, b64encode
from hashlib import sha256

from nacl.signing import SigningKey, VerifyKey
from swarmfeed.ports import WebReply


class TlogWitness:
    """Knows logs by origin and key, and keeps the last checkpoint of each."""

    def __init__(self, name: str = "witness.example/w1", seed: bytes = b"w" * 32) -> None:
        self.name = name
        self.key = SigningKey(seed)
        self.logs: dict[str, bytes] = {}
        """Public keys of the logs that it takes, by origin; all their key ids are of kind 1."""
        self.last: dict[str, tuple[int, bytes]] = {}
        self.time_s = 0
        self.answers: list[int] = []

    @property
    def verifier_key(self) -> str:
        public = b"\x04" + bytes(self.key.verify_key)
        return f"{self.name}+{self._key_id().hex()}+{b64encode(public).decode()}"

    async def answer(self, body: bytes) -> WebReply:
        posted = self._add(body)
        self.answers.append(posted.status)
        return posted

    def _key_id(self) -> bytes:
        public = bytes(self.key.verify_key)
        return sha256(self.name.encode() + b"\n\x04" + public).digest()[:4]

    def _add(self, body: bytes) -> WebReply:
        asked, _, note = body.partition(b"\n\n")
        old_line, *proof_lines = asked.decode().split("\n")
        old = int(old_line.removeprefix("old "))
        assert old_line == f"old {old}" and len(proof_lines) <= 63
        text, _, signatures = note.decode().partition("\n\n")
        origin, size_line, root_line = text.split("\n")[:3]
        size, root = int(size_line), b64decode(root_line)
        if origin not in self.logs:
            return WebReply(404, b"")
        if not self._is_signed(origin, text + "\n", signatures):
            return WebReply(403, b"")
        if old > size:
            return WebReply(400, b"")
        last_size, last_root = self.last.get(origin, (0, b""))
        if old != last_size or (old == size and root != last_root):
            return WebReply(409, b"%d\n" % last_size)
        proof = [b64decode(line) for line in proof_lines]
        if not _is_consistent(old, size, last_root, root, proof):
            return WebReply(422, b"")
        self.last[origin] = size, root
        message = f"cosignature/v1\ntime {self.time_s}\n{text}\n".encode()
        signature = self.key.sign(message).signature
        signed = self._key_id() + self.time_s.to_bytes(8, "big") + signature
        return WebReply(200, f"\u2014 {self.name} {b64encode(signed).decode()}\n".encode())

    def _is_signed(self, origin: str, text: str, signatures: str) -> bool:
        public = self.logs[origin]
        key_id = sha256(origin.encode() + b"\n\x01" + public).digest()[:4]
        for line in signatures.split("\n"):
            if line.startswith(f"\u2014 {origin} "):
                raw = b64decode(line.rsplit(" ", 1)[1])
                if raw[:4] == key_id:
                    VerifyKey(public).verify(text.encode(), raw[4:])
                    return True
        return False


def _is_consistent(
    old: int, size: int, old_root: bytes, root: bytes, proof: list[bytes]
) -> bool:
    """Check a proof as RFC 9162, 2.1.4.2 says it."""
    if old in (0, size):
        return not proof and (old == 0 or old_root == root)
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    first, second = old - 1, size - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    one = other = path[0]
    for each in path[1:]:
        if second == 0:
            return False
        if first & 1 or first == second:
            one, other = _node(each, one), _node(each, other)
            while first and not first & 1:
                first, second = first >> 1, second >> 1
        else:
            other = _node(other, each)
        first, second = first >> 1, second >> 1
    return second == 0 and one == old_root and other == root


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
