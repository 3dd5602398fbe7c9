"""Both sides of a pairing, as they go on: what each may hear next, and what it says to that.

Nothing here sends, waits or rolls dice: nonces and boxes come in as arguments.  Each method
is called once, in order; whatever cannot be raises PairingError, and that is the end of it.
"""

import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct

from swarmfeed.core.base.blank import is_one_line
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, Hash, NodeId
from swarmfeed.core.feed.author import feeds_of
from swarmfeed.core.feed.authorkey import AuthorKey
from swarmfeed.core.feed.certificate import (
    Certificate,
    Join,
    begin_join,
    finish_join,
    open_certificate,
)
from swarmfeed.core.feed.claims import open_of
from swarmfeed.core.talk.device_link import DeviceLink, hash_recipient
from swarmfeed.core.talk.pairing import (
    WELCOME_INFO,
    WHO_INFO,
    PairAsk,
    PairDone,
    PairingReason,
    PairJoin,
    PairKey,
    PairWho,
    Welcome,
    Who,
    commit_to,
    decode_record,
    encode_record,
    hash_talk,
    hash_who,
    prove_link,
    short_code,
)
from swarmfeed.errors import PairingError, RemoteError

Seal = Callable[[bytes, bytes, bytes], bytes]
"""Seals to a public key a text that belongs to something: ``ports.Boxes.seal``."""

Unseal = Callable[[bytes, bytes], bytes]
"""Opens a box to the own key that belongs to something.  Raises RemoteError."""


class Proposal(Struct, frozen=True, kw_only=True):
    """What a person is shown before a machine becomes a device."""

    author_id: AuthorId
    called: str
    """Name of the author; may be empty."""
    device: str
    """Name of the new device."""
    code: str
    """What both machines show."""


class Joined(Struct, frozen=True, kw_only=True):
    """What a new device begins with."""

    author_id: AuthorId
    certificate: bytes
    """The own join, with both signatures."""
    certificates: tuple[bytes, ...]
    """All known of the author, in the order to pass them on in, the own join last."""
    at: tuple[Endpoint, ...]
    """Where to ask for what the author wrote."""


class OldSide:
    """A device that has the author key, and takes another machine in."""

    def __init__(self, link: DeviceLink, node_id: NodeId, who: Who) -> None:
        """``who.nonce`` is 32 bytes that nobody else knows, new for each attempt."""
        self._link = link
        self._node_id = node_id
        self._who = who
        self._ask: PairAsk | None = None
        self._key: PairKey | None = None
        self._said: Hash | None = None

    def ask(self, new: NodeId) -> PairAsk:
        """What to say first, to the node that waits at the link's place."""
        commitment = commit_to(self._who.nonce)
        proof = prove_link(self._link.key_hash, self._node_id, new, commitment)
        self._ask = PairAsk(proof=proof, commitment=commitment)
        return self._ask

    def propose(self, new: NodeId, key: PairKey, seal: Seal) -> tuple[PairWho, Proposal]:
        """What to say to a key, and what to show meanwhile.

        Raises:
            PairingError: It is not the key of the link: another machine answered.
        """
        assert self._ask is not None, "first it asks"
        is_meant = hash_recipient(key.recipient) == self._link.key_hash
        if not is_meant or key.feed_id != self._link.feed_id:
            raise PairingError(PairingReason.OTHER_MACHINE.value)
        self._key, who = key, encode_record(self._who)
        talk = hash_talk(self._node_id, new, self._ask, key)
        self._said = hash_who(talk, who)
        with _broken():
            box = seal(key.recipient, who, WHO_INFO + talk)
        return PairWho(box), Proposal(
            author_id=self._who.author_id,
            called=_line(self._who.called),
            device=_line(key.device),
            code=short_code(self._said),
        )

    def begin_join(self, author: AuthorKey, *, now_ms: int) -> bytes:
        """Return the new device's join, as far as the author key signs it."""
        return begin_join(author, self._link.feed_id, from_ms=now_ms)

    def welcome(self, welcome: Welcome, seal: Seal) -> PairJoin:
        """What to say once a person found both codes the same."""
        assert self._key is not None and self._said is not None, "first it proposes"
        info = WELCOME_INFO + self._said
        return PairJoin(seal(self._key.recipient, encode_record(welcome), info))

    def finish(self, done: PairDone) -> bytes:
        """Return the new device's join, once it is what was asked for.

        Raises:
            PairingError: It is not.
        """
        with _broken():
            opened = open_certificate(done.certificate)
            if not isinstance(opened, Join) or opened.author_id != self._who.author_id:
                raise PairingError(PairingReason.BROKEN.value)
            if opened.feed_id != self._link.feed_id:
                raise PairingError(PairingReason.BROKEN.value)
        return done.certificate


class NewSide:
    """A machine that becomes a device of somebody."""

    def __init__(
        self,
        feed_key: SigningKey,
        recipient: bytes,
        node_id: NodeId,
        device: str,
        nonce: Hash,
    ) -> None:
        """``nonce`` is 32 bytes that nobody else knows, new for each attempt."""
        self._feed_key = feed_key
        self._node_id = node_id
        self._key_hash = hash_recipient(recipient)
        self._key = PairKey(
            feed_id=FeedId(feed_key.public),
            recipient=recipient,
            nonce=nonce,
            device=device,
        )
        self._ask: PairAsk | None = None
        self._talk: Hash | None = None
        self._said: Hash | None = None
        self._author_id: AuthorId | None = None

    def answer(self, old: NodeId, ask: PairAsk) -> PairKey:
        """What to say to whoever has the link.

        Raises:
            PairingError: They do not have it, or it was used before.
        """
        proof = prove_link(self._key_hash, old, self._node_id, ask.commitment)
        if not hmac.compare_digest(proof, ask.proof):
            raise PairingError(PairingReason.NOT_THE_LINK.value)
        if self._ask is not None:
            raise PairingError(PairingReason.USED.value)
        self._ask = ask
        self._talk = hash_talk(old, self._node_id, ask, self._key)
        return self._key

    def learn(self, who: PairWho, unseal: Unseal) -> Proposal:
        """What to show: whose device this would be, and the code.

        Raises:
            PairingError: It does not open, or is another than the one that asked.
        """
        assert self._ask is not None and self._talk is not None, "first it answers"
        with _broken():
            opened = unseal(who.box, WHO_INFO + self._talk)
            said = decode_record(Who, opened)
        if commit_to(said.nonce) != self._ask.commitment:
            raise PairingError(PairingReason.BROKEN.value)
        self._said, self._author_id = hash_who(self._talk, opened), said.author_id
        return Proposal(
            author_id=said.author_id,
            called=_line(said.called),
            device=_line(self._key.device),
            code=short_code(self._said),
        )

    def join(self, message: PairJoin, unseal: Unseal) -> Joined:
        """Sign the join that came, and return all that a home is made of.

        Raises:
            PairingError: It makes no device of the author that was shown.
        """
        assert self._said is not None and self._author_id is not None, "first it learns"
        with _broken():
            opened = unseal(message.box, WELCOME_INFO + self._said)
            welcome = decode_record(Welcome, opened)
            certificate = finish_join(welcome.join, self._feed_key)
            known = [open_of(self._author_id, each) for each in welcome.certificates]
            self._check(open_of(self._author_id, certificate), known)
        return Joined(
            author_id=self._author_id,
            certificate=certificate,
            certificates=(*welcome.certificates, certificate),
            at=welcome.at,
        )

    def _check(self, join: Certificate, known: list[Certificate]) -> None:
        """Check that whoever knows all these takes the own feed for the author's."""
        author_id, feed_id = join.author_id, self._key.feed_id
        if feeds_of(author_id, [*known, join]).feed(feed_id) is None:
            raise PairingError(PairingReason.BROKEN.value)


def _line(name: str) -> str:
    """Return a name; empty where it is more than a line: it could show a code of its own."""
    return name if is_one_line(name) else ""


@contextmanager
def _broken() -> Iterator[None]:
    """Whatever is wrong with what the other end said ends the pairing alike."""
    try:
        yield
    except PairingError:
        raise
    except RemoteError as error:
        raise PairingError(PairingReason.BROKEN.value) from error
