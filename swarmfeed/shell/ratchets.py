"""The Double Ratchet.  The only importer of ``doubleratchet``.

The library's methods are coroutines that never wait, so one step drives each of them.  Its
keys, secrets and seals come from our own code: what it adds is the order of steps, which is
what many got wrong.  It is loaded at the first letter: with pydantic that takes 0.3 s and
20 MB, which nodes without letters do not pay.

Source: The Double Ratchet Algorithm (Signal, revision 4).
"""

import hmac
from collections.abc import Coroutine
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

from msgspec import Struct

from swarmfeed.core.base.aead import NONCE_BYTES, seal, unseal
from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.hkdf import hkdf
from swarmfeed.core.base.limits import KEY_BYTES
from swarmfeed.core.base.marks import OPTIONAL, At, Between, UpTo
from swarmfeed.core.base.ratchets import RatchetHeader
from swarmfeed.core.base.x25519 import exchange, x25519_public
from swarmfeed.core.letters.limits import CHAIN_MAX, SKIPPED_MAX
from swarmfeed.errors import BadSealError
from swarmfeed.ports import Dice

if TYPE_CHECKING:
    from doubleratchet import DoubleRatchet

T = TypeVar("T")

_STATE_BYTES_MAX: Final = 2_000 + SKIPPED_MAX * 100
_CHAIN_CONSTANT: Final = b"\x01\x02"
"""HMAC of 1 is the next chain key, HMAC of 2 the key of the letter."""

Count = Annotated[int, Between(0, CHAIN_MAX)]
Secret = Annotated[bytes, UpTo(KEY_BYTES)]


class _Chain(Struct, frozen=True, kw_only=True):
    key: Annotated[Secret, At("k")]
    length: Annotated[Count, At("n")]


class _Skipped(Struct, frozen=True, kw_only=True):
    ratchet: Annotated[Secret, At("h")]
    key: Annotated[Secret, At("k")]
    number: Annotated[Count, At("n")]


class _State(Struct, frozen=True, kw_only=True):
    """A session as it lies on disk."""

    own: Annotated[Secret, At("d")]
    """Private ratchet key."""
    theirs: Annotated[Secret, At("h")]
    before: Annotated[Count, At("p"), OPTIONAL] = 0
    receiving: Annotated[_Chain | None, At("r")] = None
    root: Annotated[_Chain, At("t")]
    sending: Annotated[_Chain | None, At("s")] = None
    skipped: Annotated[tuple[_Skipped, ...], At("x"), UpTo(SKIPPED_MAX), OPTIONAL] = ()


class DoubleRatchets:
    """Implements ``ports.Ratchets``."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice

    def begin(
        self, secret: bytes, theirs: bytes, plain: bytes, context: bytes
    ) -> tuple[bytes, RatchetHeader, bytes]:
        kinds = self._kinds
        began, message = _run(
            kinds.ratchet.encrypt_initial_message(
                **kinds.given,
                shared_secret=secret,
                recipient_ratchet_pub=theirs,
                message=plain,
                associated_data=context,
            )
        )
        return _state_of(began), _header_of(message.header), message.ciphertext

    def answer(
        self, secret: bytes, own: bytes, header: RatchetHeader, sealed: bytes, context: bytes
    ) -> tuple[bytes, bytes]:
        _refuse_far(header, received=0, before=0)
        kinds = self._kinds
        with kinds.refusals:
            began, plain = _run(
                kinds.ratchet.decrypt_initial_message(
                    **kinds.given,
                    shared_secret=secret,
                    own_ratchet_priv=own,
                    message=kinds.message(header, sealed),
                    associated_data=context,
                )
            )
        return _state_of(began), plain

    def seal(
        self, state: bytes, plain: bytes, context: bytes
    ) -> tuple[bytes, RatchetHeader, bytes]:
        session = self._kinds.open(_read(state))
        message = _run(session.encrypt_message(plain, context))
        return _state_of(session), _header_of(message.header), message.ciphertext

    def open(
        self, state: bytes, header: RatchetHeader, sealed: bytes, context: bytes
    ) -> tuple[bytes, bytes]:
        read = _read(state)
        received = read.receiving.length if read.receiving else 0
        if header.ratchet == read.theirs:
            _refuse_far(header, received=received, before=header.before)
        else:
            _refuse_far(header, received=0, before=received)
        session, kinds = self._kinds.open(read), self._kinds
        with kinds.refusals:
            plain = _run(session.decrypt_message(kinds.message(header, sealed), context))
        return _state_of(session), plain

    @cached_property
    def _kinds(self) -> "_Kinds":
        return _Kinds(self._dice)


def _refuse_far(header: RatchetHeader, *, received: int, before: int) -> None:
    """Refuse what would have us work out too many keys, before any is.  BadSealError."""
    if max(header.number - received, header.before - before) > SKIPPED_MAX:
        raise BadSealError("too many letters are missing before this one")


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine gives that never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        found: T = done.value
        return found
    raise AssertionError("doubleratchet waits for something")


# --- the library's classes, filled in ------------------------------------------------------


class _Refusals:
    """Turns the library's errors into ours."""

    def __init__(self, kinds: tuple[type[Exception], ...]) -> None:
        self._kinds = kinds

    def __enter__(self) -> None:
        """Nothing is to be done."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, self._kinds):
            raise BadSealError("this session does not open the letter") from error


class _Kinds:
    """What of the library is to be subclassed, once it is loaded."""

    def __init__(self, dice: Dice) -> None:
        import doubleratchet as library

        self._library = library
        self.ratchet: type[DoubleRatchet] = _ratchet_kind(library)
        self.given: dict[str, Any] = {
            "diffie_hellman_ratchet_class": _exchange_kind(library, dice),
            "root_chain_kdf": _root_kind(library),
            "message_chain_kdf": _chain_kind(library),
            "message_chain_constant": _CHAIN_CONSTANT,
            "dos_protection_threshold": SKIPPED_MAX,
            "max_num_skipped_message_keys": SKIPPED_MAX,
            "aead": _aead_kind(library, dice),
        }
        self.refusals = _Refusals((
            library.AuthenticationFailedException,
            library.DoSProtectionException,
            library.DuplicateMessageException,
        ))  # fmt: skip

    def message(self, header: RatchetHeader, sealed: bytes) -> Any:
        told = self._library.Header(
            ratchet_pub=header.ratchet,
            previous_sending_chain_length=header.before,
            sending_chain_length=header.number,
        )
        return self._library.EncryptedMessage(header=told, ciphertext=sealed)

    def open(self, state: _State) -> "DoubleRatchet":
        from doubleratchet import models

        def chain(each: _Chain | None) -> Any:
            return each and models.KDFChainModel(length=each.length, key=each.key)

        model = models.DoubleRatchetModel(
            diffie_hellman_ratchet=models.DiffieHellmanRatchetModel(
                own_ratchet_priv=state.own,
                other_ratchet_pub=state.theirs,
                root_chain=chain(state.root),
                symmetric_key_ratchet=models.SymmetricKeyRatchetModel(
                    receiving_chain=chain(state.receiving),
                    sending_chain=chain(state.sending),
                    previous_sending_chain_length=state.before,
                ),
            ),
            skipped_message_keys=[
                models.SkippedMessageKeyModel(
                    ratchet_pub=each.ratchet, index=each.number, message_key=each.key
                )
                for each in state.skipped
            ],
        )
        return self.ratchet.from_model(model, **self.given)


def _ratchet_kind(library: Any) -> Any:
    class RatchetSession(library.DoubleRatchet):  # type: ignore[misc]  # known when it is loaded
        @staticmethod
        def _build_associated_data(associated_data: bytes, header: Any) -> bytes:
            numbers = header.previous_sending_chain_length, header.sending_chain_length
            told = b"".join(each.to_bytes(4, "big") for each in numbers)
            return associated_data + bytes(header.ratchet_pub) + told

    return RatchetSession


def _exchange_kind(library: Any, dice: Dice) -> Any:
    class RatchetExchange(library.DiffieHellmanRatchet):  # type: ignore[misc]
        @staticmethod
        def _generate_priv() -> bytes:
            return dice(KEY_BYTES)

        @staticmethod
        def _derive_pub(priv: bytes) -> bytes:
            return x25519_public(priv)

        @staticmethod
        def _perform_diffie_hellman(own_priv: bytes, other_pub: bytes) -> bytes:
            return exchange(own_priv, other_pub)

    return RatchetExchange


def _root_kind(library: Any) -> Any:
    class RootKdf(library.KDF):  # type: ignore[misc]
        @staticmethod
        async def derive(key: bytes, data: bytes, length: int) -> bytes:
            return hkdf(data, salt=key, info=b"swarmfeed ratchet root 1", length=length)

    return RootKdf


def _chain_kind(library: Any) -> Any:
    class ChainKdf(library.KDF):  # type: ignore[misc]
        @staticmethod
        async def derive(key: bytes, data: bytes, length: int) -> bytes:
            found = b"".join(hmac.digest(key, bytes([each]), sha256) for each in data)
            assert len(found) == length, "a chain key and the key of a letter"
            return found

    return ChainKdf


def _aead_kind(library: Any, dice: Dice) -> Any:
    class RatchetSeal(library.AEAD):  # type: ignore[misc]
        @staticmethod
        async def encrypt(plaintext: bytes, key: bytes, associated_data: bytes) -> bytes:
            # Random, not derived: a home that was restored uses a key twice, and two texts
            # under one key and nonce would give away their difference.
            nonce = dice(NONCE_BYTES)
            return nonce + seal(key, nonce, plaintext, associated_data)

        @staticmethod
        async def decrypt(ciphertext: bytes, key: bytes, associated_data: bytes) -> bytes:
            nonce = ciphertext[:NONCE_BYTES].ljust(NONCE_BYTES, b"\0")
            try:
                return unseal(key, nonce, ciphertext[NONCE_BYTES:], associated_data)
            except BadSealError as error:
                raise library.AuthenticationFailedException from error

    return RatchetSeal


# --- states --------------------------------------------------------------------------------


def _read(state: bytes) -> _State:
    return codec_of(_State).read(decode_fields(state, "session", limit_bytes=_STATE_BYTES_MAX))


def _state_of(session: Any) -> bytes:
    model = session.model
    exchanged = model.diffie_hellman_ratchet
    chains = exchanged.symmetric_key_ratchet

    def chain(each: Any) -> _Chain | None:
        return each and _Chain(key=each.key, length=each.length)

    state = _State(
        own=exchanged.own_ratchet_priv,
        theirs=exchanged.other_ratchet_pub,
        before=chains.previous_sending_chain_length or 0,
        receiving=chain(chains.receiving_chain),
        root=_Chain(key=exchanged.root_chain.key, length=exchanged.root_chain.length),
        sending=chain(chains.sending_chain),
        skipped=tuple(
            _Skipped(ratchet=each.ratchet_pub, key=each.message_key, number=each.index)
            for each in model.skipped_message_keys
        ),
    )
    return encode(codec_of(_State).write(state))


def _header_of(header: Any) -> RatchetHeader:
    return RatchetHeader(
        ratchet=header.ratchet_pub,
        before=header.previous_sending_chain_length,
        number=header.sending_chain_length,
    )
