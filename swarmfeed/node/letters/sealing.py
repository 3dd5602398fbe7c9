"""Sealing a letter for one device, and opening one: shells and rows, nothing is written down.

Whoever seals writes the device's new row down, synced, before the parcel leaves: else a home
that was killed would use a key twice.  All of it may run in a thread.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.limits import KEY_BYTES
from swarmfeed.core.base.ratchets import RatchetHeader
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.base.x25519 import x25519_public
from swarmfeed.core.feed.sealed_kinds import PrekeysBody
from swarmfeed.core.letters.agreeing import (
    Parties,
    parties_of,
    secret_of_answerer,
    secret_of_opener,
)
from swarmfeed.core.letters.content import pad_content, unpad_content
from swarmfeed.core.letters.limits import SESSIONS_MAX
from swarmfeed.core.letters.parcel import (
    PARCEL_INFO,
    Inner,
    Opening,
    decode_inner,
    encode_inner,
    make_inner,
)
from swarmfeed.core.letters.prekeys import (
    SUITE,
    SelfIntroduction,
    expand_prekeys,
    hash_prekeys,
)
from swarmfeed.core.letters.rows import LetterDevice, LetterSession, OwnPrekeys
from swarmfeed.errors import BadSealError
from swarmfeed.ports import Dice, Envelopes, Ratchets

_CONTEXT: Final = b"swarmfeed letter 1"


class OpenedLetter(Struct, frozen=True, kw_only=True):
    """What was in a parcel."""

    feed_id: FeedId
    """Who sent it."""
    device: LetterDevice
    """Its row from now on."""
    content: bytes


class KnownDevices(Protocol):
    """What logs and certificates say: see ``Directory``."""

    def keys_of(self, feed_id: FeedId) -> PrekeysBody | None: ...

    def is_ended(self, feed_id: FeedId, author_id: AuthorId) -> bool: ...

    def author_of(self, feed_id: FeedId, said: SelfIntroduction) -> AuthorId: ...


class UnopenedError(BadSealError):
    """A parcel is for this device, and no session opens what is in it.

    Attributes:
        feed_id: Who says that they sent it.
    """

    def __init__(self, feed_id: FeedId) -> None:
        super().__init__("no session opens this letter")
        self.feed_id = feed_id


class Sealing:
    """Seals and opens; remembers nothing."""

    def __init__(
        self,
        own: FeedId,
        envelopes: Envelopes,
        ratchets: Ratchets,
        dice: Dice,
        directory: KnownDevices,
    ) -> None:
        """``own`` is the feed that this device writes."""
        self._own = own
        self._envelopes = envelopes
        self._ratchets = ratchets
        self._dice = dice
        self._directory = directory

    # --- sealing ---

    def seal(
        self,
        feed_id: FeedId,
        device: LetterDevice,
        content: bytes,
        own: OwnPrekeys,
        who: SelfIntroduction,
    ) -> tuple[LetterDevice, bytes]:
        """Seal a letter for a device.

        Returns:
            The device's row from now on, and the parcel.

        Raises:
            BadSealError: Nothing is known to seal to, or it is no key.
        """
        keys = self._directory.keys_of(feed_id)
        outer = keys.outer if keys is not None else device.outer
        if not outer:
            raise BadSealError("nothing is known to seal to")
        plain, context = pad_content(content), _CONTEXT + self._own + feed_id
        if keys is not None and _is_to_begin(device, keys):
            session, header, sealed = self._begin(feed_id, keys, own, who, plain, context)
            sessions = (session, *device.sessions)[:SESSIONS_MAX]
        elif device.sessions:
            first, *others = device.sessions
            state, header, sealed = self._ratchets.seal(first.state, plain, context)
            session = replace(first, state=state)
            sessions = (session, *others)
        else:
            raise BadSealError("nothing is known to begin a session with")
        inner = encode_inner(make_inner(self._own, header, sealed, session.opening))
        parcel = self._envelopes.close_up(outer, inner, PARCEL_INFO)
        anew = device.anew and keys is None
        return replace(device, sessions=sessions, outer=outer, anew=anew), parcel

    def _begin(
        self,
        feed_id: FeedId,
        keys: PrekeysBody,
        own: OwnPrekeys,
        who: SelfIntroduction,
        plain: bytes,
        context: bytes,
    ) -> tuple[LetterSession, RatchetHeader, bytes]:
        parties, ephemeral = parties_of(self._own, feed_id, keys), self._dice(KEY_BYTES)
        mlkem, text = self._envelopes.encapsulate(keys.mlkem)
        identity = expand_prekeys(own.seed).identity
        secret = secret_of_opener(parties, identity, ephemeral, keys, mlkem)
        state, header, sealed = self._ratchets.begin(secret, keys.prekey, plain, context)
        opening = Opening(
            mlkem=text,
            ephemeral=x25519_public(ephemeral),
            who=who,
            keys_hash=parties.keys_hash,
            suite=parties.suite,
        )
        session = LetterSession(keys_hash=parties.keys_hash, opening=opening, state=state)
        return session, header, sealed

    # --- opening ---

    def open(
        self,
        parcel: bytes,
        keys: Mapping[bytes, OwnPrekeys],
        devices: Mapping[FeedId, LetterDevice],
    ) -> OpenedLetter:
        """Open a parcel.

        Args:
            keys: Our own, by their names.
            devices: Those that letters were exchanged with.

        Raises:
            UnopenedError: It is for us, and does not open.
            RemoteError: It is not for us, or is nothing at all.
        """
        inner = self._unwrap(parcel, keys)
        device = devices.get(inner.sender)
        if device is not None and self._directory.is_ended(inner.sender, device.author_id):
            raise BadSealError("it is of a device that was removed")
        context = _CONTEXT + inner.sender + self._own
        found = self._open_by_session(inner, device, context)
        if found is None and inner.opening is not None:
            found = self._answer(inner, inner.opening, device, keys, context)
        if found is None:
            raise UnopenedError(inner.sender)
        row, plain = found
        return OpenedLetter(feed_id=inner.sender, device=row, content=unpad_content(plain))

    def _unwrap(self, parcel: bytes, keys: Mapping[bytes, OwnPrekeys]) -> Inner:
        for own in sorted(keys.values(), key=lambda each: -each.made_ms):
            with suppress(BadSealError):
                outer = expand_prekeys(own.seed).outer
                return decode_inner(self._envelopes.open_up(outer, parcel, PARCEL_INFO))
        raise BadSealError("it is for keys that are not here")

    def _open_by_session(
        self, inner: Inner, device: LetterDevice | None, context: bytes
    ) -> tuple[LetterDevice, bytes] | None:
        if device is None:
            return None
        for session, others in _each(device):
            try:
                state, plain = self._ratchets.open(
                    session.state, inner.header, inner.sealed, context
                )
            except BadSealError:
                continue
            # The last one that opened something is what we write with; they answered it.
            answered = replace(session, state=state, opening=None)
            return replace(device, sessions=(answered, *others)), plain
        return None

    def _answer(
        self,
        inner: Inner,
        opening: Opening,
        device: LetterDevice | None,
        keys: Mapping[bytes, OwnPrekeys],
        context: bytes,
    ) -> tuple[LetterDevice, bytes] | None:
        own = keys.get(opening.keys_hash)
        if own is None or opening.suite != SUITE:
            return None
        author_id = self._directory.author_of(inner.sender, opening.who)
        if device is not None and device.author_id != author_id:
            raise BadSealError("the device that wrote is another author's")
        privates = expand_prekeys(own.seed)
        parties = Parties(
            opener=inner.sender,
            answerer=self._own,
            keys_hash=opening.keys_hash,
            suite=opening.suite,
        )
        try:
            mlkem = self._envelopes.decapsulate(privates.mlkem_seed, opening.mlkem)
            secret = secret_of_answerer(
                parties, privates, opening.who.identity, opening.ephemeral, mlkem
            )
            state, plain = self._ratchets.answer(
                secret, privates.prekey, inner.header, inner.sealed, context
            )
        except BadSealError:
            return None
        return _with_session(device, author_id, opening.who.outer, state), plain


def _is_to_begin(device: LetterDevice, keys: PrekeysBody) -> bool:
    """Whether a new session is begun: there is none, or the one we write with was begun by us,
    with keys that they have replaced since, or is to be another one."""
    if not device.sessions:
        return True
    first = device.sessions[0]
    # While nobody answered, each letter says how it is opened: that is as good as a new one.
    if device.anew and first.opening is None:
        return True
    return bool(first.keys_hash) and first.keys_hash != hash_prekeys(keys)


def _each(device: LetterDevice) -> Iterator[tuple[LetterSession, tuple[LetterSession, ...]]]:
    """Each session, and all others."""
    for place, session in enumerate(device.sessions):
        yield session, device.sessions[:place] + device.sessions[place + 1 :]


def _with_session(
    device: LetterDevice | None, author_id: AuthorId, outer: bytes, state: bytes
) -> LetterDevice:
    before = device or LetterDevice(author_id=author_id)
    sessions = (LetterSession(state=state), *before.sessions)[:SESSIONS_MAX]
    return replace(before, sessions=sessions, outer=outer)
