"""The key file: seeds in one small text file, encrypted with a passphrase.

    swarmfeed keys 2
    Whoever has this file and its passphrase can write in your name: keep both safe.
    passphrase: set
    argon2id: 3 operations, 268435456 bytes
    salt: <base64, 16 bytes>

    <base64: nonce (24), then the sealed secret (16 + 202)>

The secret: 1 where the author seed is there, else 0 (1 byte), generation (1), author id (32),
author seed (32), hash of the next author key (32), feed seed (32), node seed (32), recipient
seed (32), time (8, big-endian).  A further device has no author seed: then generation, author
seed and hash are zeros.

argon2id turns the passphrase into a key; the header is hashed into that key, so a changed
header opens nothing.  The box is XSalsa20-Poly1305.  Without a passphrase the format is the
same, with the cheapest argon2id there is: then only the file's mode protects the seeds.

Source: RFC 9106 (argon2id), NaCl's secretbox, RFC 8265 section 4.2 (passphrases are NFC).
"""

import base64
import hashlib
import os
import re
import struct
import unicodedata
from pathlib import Path
from typing import Final

import nacl.exceptions
from msgspec import Struct
from msgspec.structs import replace
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from swarmfeed.core.asks import device_sentences, identity_sentences, sentences
from swarmfeed.core.base.hiding import hiding
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import (
    HASH_BYTES,
    KDF_MEMORY_BYTES_MAX,
    KDF_OPERATIONS_MAX,
    KEY_BYTES,
    KEY_FILE_BYTES_MAX,
)
from swarmfeed.core.base.papers import Papers
from swarmfeed.core.base.spelling import read_base64
from swarmfeed.core.base.types import AuthorId, Hash
from swarmfeed.core.feed.authorkey import AuthorKey
from swarmfeed.errors import BadEncodingError, DamageError, UserError
from swarmfeed.shell.disk.durable import create_file, read_file, unread, write_file
from swarmfeed.shell.disk.modes import OTHERS_BITS
from swarmfeed.shell.disk.papers import read_papers, write_papers

_SECRET: Final = struct.Struct(">BB32s32s32s32s32s32sQ")
_OLD: Final = "swarmfeed keys 1\n"
_LINE_CHARS: Final = 76

_FORM: Final = re.compile(
    r"(?P<header>swarmfeed keys 2\n"
    r"[^\n]*\n"
    r"passphrase: (?P<protection>set|none)\n"
    r"argon2id: (?P<operations>[1-9][0-9]{0,9}) operations,"
    r" (?P<memory>[1-9][0-9]{0,11}) bytes\n"
    r"salt: (?P<salt>[A-Za-z0-9+/=]+)\n)"
    r"\n"
    r"(?P<payload>[A-Za-z0-9+/=\n]+)\n"
)


class AuthorSeeds(Struct, frozen=True, kw_only=True):
    """What certificates are signed with.  Its text form shows no seed."""

    __repr__ = hiding("seed")

    seed: bytes
    """Ed25519 seed of the author key, 32 bytes."""
    generation: int
    """How many author keys came before, 0 <= generation < GENERATIONS_MAX."""
    next_key_hash: Hash
    """SHA-256 of the author key that may take over."""

    @classmethod
    def of(cls, author: AuthorKey) -> "AuthorSeeds":
        """Return what a key file keeps of an author key."""
        return cls(
            seed=author.signing.seed,
            generation=author.generation,
            next_key_hash=author.next_key_hash,
        )

    def author_key(self, author_id: AuthorId) -> AuthorKey:
        """Return the key, to sign with once and then to let go."""
        return AuthorKey(
            signing=SigningKey(self.seed),
            author_id=author_id,
            generation=self.generation,
            next_key_hash=self.next_key_hash,
        )


class Keys(Struct, frozen=True, kw_only=True):
    """What a node signs with.  Its text form shows no seed, so that no log ever does."""

    __repr__ = hiding("feed_seed", "node_seed", "recipient_seed")

    author: AuthorSeeds | None
    """None on a further device: it writes, but certifies nothing."""
    author_id: AuthorId
    feed_seed: bytes
    """Ed25519 seed of this device's feed key, 32 bytes."""
    node_seed: bytes
    """Ed25519 seed of the node key, 32 bytes."""
    recipient_seed: bytes
    """X-Wing decapsulation key of this device, 32 bytes."""
    created_at_ms: int
    """Unix time in milliseconds, UTC."""

    def __post_init__(self) -> None:
        seeds = (self.author_id, self.feed_seed, self.node_seed, self.recipient_seed)
        assert all(len(seed) == KEY_BYTES for seed in seeds)
        assert 0 <= self.created_at_ms < 2**64


class _Sealed(Struct, frozen=True):
    """A key file taken apart, its values within bounds and nothing decrypted yet."""

    header: str
    protected: bool
    operations: int
    memory_bytes: int
    salt: bytes
    box: bytes


def new_seed() -> bytes:
    """Return 32 bytes from the system's random source."""
    return os.urandom(KEY_BYTES)


def create_keys(path: Path, keys: Keys, passphrase: str) -> None:
    """Write a key file, mode 0600, durable when this returns; never overwrites.

    Takes about half a second and 256 MiB, milliseconds when the passphrase is empty.

    Raises:
        UserError: There is a file already, or it cannot be written.
    """
    try:
        create_file(path, _seal(keys, passphrase), 0o600)
    except FileExistsError as error:
        raise UserError(
            f"there are keys in {path} already; move that file away first to make new ones"
        ) from error


def change_passphrase(path: Path, old: str, new: str) -> None:
    """Encrypt a key file with another passphrase, in one step; durable when this returns.

    Whoever has a copy of the file opens that with the old one, as before.

    Args:
        new: Empty leaves the keys unprotected.

    Raises:
        UserError: As ``open_keys``, or it cannot be written; then the old one opens it.
    """
    keys = open_keys(path, old)
    write_file(path, _seal(keys, new))


def replace_author(path: Path, passphrase: str, author: AuthorSeeds) -> None:
    """Let a key file have another author key, in one step; durable when this returns.

    Raises:
        UserError: As ``change_passphrase``.
    """
    keys = open_keys(path, passphrase)
    write_file(path, _seal(replace(keys, author=author), passphrase))


def open_keys(path: Path, passphrase: str) -> Keys:
    """Read and decrypt a key file.

    Raises:
        UserError: Wrong passphrase, a changed or damaged file, no file, or one that other
            users of the machine may read.
    """
    sealed = _read_sealed(path)
    if sealed.protected and not passphrase:
        raise UserError(f"the keys in {path} are protected: give their passphrase")
    key = _derive_key(
        passphrase, sealed.header, sealed.operations, sealed.memory_bytes, sealed.salt
    )
    try:
        secret = SecretBox(key).decrypt(sealed.box)
    except nacl.exceptions.CryptoError as error:
        raise UserError(
            f"{path} does not open: the passphrase is wrong, or the file was changed."
            " Try the passphrase again, or take the file from a backup"
        ) from error
    return _unpack(secret)


def is_protected(path: Path) -> bool:
    """Whether the header says that a passphrase is needed.  Raises as ``open_keys`` does."""
    return _read_sealed(path).protected


def _seal(keys: Keys, passphrase: str) -> bytes:
    """Return the content of a key file; takes as long as ``create_keys``."""
    operations = argon2id.OPSLIMIT_MODERATE if passphrase else argon2id.OPSLIMIT_MIN
    memory_bytes = argon2id.MEMLIMIT_MODERATE if passphrase else argon2id.MEMLIMIT_MIN
    salt = os.urandom(argon2id.SALTBYTES)
    header = _format_header(bool(passphrase), operations, memory_bytes, salt)
    key = _derive_key(passphrase, header, operations, memory_bytes, salt)
    payload = base64.b64encode(bytes(SecretBox(key).encrypt(_pack(keys)))).decode("ascii")
    lines = [payload[at : at + _LINE_CHARS] for at in range(0, len(payload), _LINE_CHARS)]
    return (header + "\n" + "\n".join(lines) + "\n").encode("utf-8")


def _pack(keys: Keys) -> bytes:
    author = keys.author or AuthorSeeds(
        seed=bytes(KEY_BYTES), generation=0, next_key_hash=Hash(bytes(HASH_BYTES))
    )
    return _SECRET.pack(
        keys.author is not None,
        author.generation,
        keys.author_id,
        author.seed,
        author.next_key_hash,
        keys.feed_seed,
        keys.node_seed,
        keys.recipient_seed,
        keys.created_at_ms,
    )


def _unpack(secret: bytes) -> Keys:
    has_author, generation, author_id, seed, next_hash, *seeds, time_ms = _SECRET.unpack(secret)
    author = AuthorSeeds(seed=seed, generation=generation, next_key_hash=Hash(next_hash))
    return Keys(
        author=author if has_author else None,
        author_id=AuthorId(author_id),
        feed_seed=seeds[0],
        node_seed=seeds[1],
        recipient_seed=seeds[2],
        created_at_ms=time_ms,
    )


def _format_header(protected: bool, operations: int, memory_bytes: int, salt: bytes) -> str:
    return (
        "swarmfeed keys 2\n"
        "Whoever has this file and its passphrase can write in your name: keep both safe.\n"
        f"passphrase: {'set' if protected else 'none'}\n"
        f"argon2id: {operations} operations, {memory_bytes} bytes\n"
        f"salt: {base64.b64encode(salt).decode('ascii')}\n"
    )


def _derive_key(
    passphrase: str, header: str, operations: int, memory_bytes: int, salt: bytes
) -> bytes:
    normal = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    try:
        stretched = argon2id.kdf(SecretBox.KEY_SIZE, normal, salt, operations, memory_bytes)
    except (MemoryError, nacl.exceptions.RuntimeError) as error:
        mib = memory_bytes // 2**20
        raise UserError(
            f"opening the keys needs {mib} MiB of free memory; close some programs"
        ) from error
    return hashlib.blake2b(
        header.encode("utf-8"), key=stretched, digest_size=SecretBox.KEY_SIZE
    ).digest()


def _read_sealed(path: Path) -> _Sealed:
    try:
        text = read_file(path, KEY_FILE_BYTES_MAX).decode("utf-8")
        with unread(path):
            mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise UserError(f"there are no keys in {path}") from error
    except (DamageError, UnicodeDecodeError) as error:
        raise _damaged(path) from error
    if mode & OTHERS_BITS:
        raise UserError(sentences.OTHERS_MAY_READ(path=path))
    return _parse_sealed(path, text)


def _parse_sealed(path: Path, text: str) -> _Sealed:
    if text.startswith(_OLD):
        raise UserError(identity_sentences.OLD_HOME(home=path.parent))
    match = _FORM.fullmatch(text)
    if match is None:
        raise _damaged(path)
    try:
        salt = read_base64(match["salt"])
        box = read_base64(match["payload"].replace("\n", ""))
    except BadEncodingError as error:
        raise _damaged(path) from error
    sealed = _Sealed(
        header=match["header"],
        protected=match["protection"] == "set",
        operations=int(match["operations"]),
        memory_bytes=int(match["memory"]),
        salt=salt,
        box=box,
    )
    if not _is_within_bounds(sealed):
        raise _damaged(path)
    return sealed


def _is_within_bounds(sealed: _Sealed) -> bool:
    """Checked before a byte of memory is set aside for argon2id."""
    box_bytes = SecretBox.NONCE_SIZE + SecretBox.MACBYTES + _SECRET.size
    return (
        argon2id.OPSLIMIT_MIN <= sealed.operations <= KDF_OPERATIONS_MAX
        and argon2id.MEMLIMIT_MIN <= sealed.memory_bytes <= KDF_MEMORY_BYTES_MAX
        and len(sealed.salt) == argon2id.SALTBYTES
        and len(sealed.box) == box_bytes
    )


def _damaged(path: Path) -> UserError:
    return UserError(
        f"{path} is damaged or no key file; take it from a backup, or restore the author"
        " from its words"
    )


class KeySafe:
    """Implements ``ports.Safe``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def is_protected(self) -> bool:
        return is_protected(self._path)

    def papers(self) -> Papers:
        return read_papers(self._path.parent)

    def note_papers(self, papers: Papers) -> None:
        write_papers(self._path.parent, papers)

    def author_key(self, passphrase: str) -> AuthorKey:
        keys = open_keys(self._path, passphrase if self.is_protected() else "")
        if keys.author is None:
            raise UserError(device_sentences.CANNOT_ADD())
        return keys.author.author_key(keys.author_id)
