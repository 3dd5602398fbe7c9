"""The doors of letters: nobody behind them, then exactly one."""

import asyncio

import pytest
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.errors import RetryError
from swarmfeed.node.ground.letters import LetterFields, Letters
from swarmfeed.node.ground.mail import Mailing

BEN = AuthorId(b"b" * 32)
HIS_PHONE = FeedId(b"p" * 32)
BOX = NodeId(b"n" * 32)


class Carrier:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.kept: list[tuple[FeedId, bytes, bytes | None]] = []
        self.renewed = 0
        self.receives = False

    async def put(
        self, feed_id: FeedId, parcel: bytes, token: bytes | None
    ) -> frozenset[NodeId]:
        self.kept.append((feed_id, parcel, token))
        return frozenset({BOX})

    def receive(self) -> None:
        self.receives = True

    def own_token(self) -> bytes | None:
        return b"token %d" % self.renewed

    async def renew_token(self) -> None:
        self.renewed += 1


class Clerk:
    """Notes what it is given."""

    def __init__(self) -> None:
        self.sent: list[tuple[AuthorId, str, LetterFields]] = []

    async def send(self, author_id: AuthorId, kind: str, fields: LetterFields) -> bytes:
        self.sent.append((author_id, kind, fields))
        return b"letter"


def test_without_anybody_behind_it_no_parcel_is_kept() -> None:
    mail = Mailing()
    mail.receive()
    assert asyncio.run(mail.put(HIS_PHONE, b"parcel")) == frozenset()
    assert mail.own_token() is None
    asyncio.run(mail.renew_token())


def test_a_parcel_goes_to_who_carries_it() -> None:
    mail, carrier = Mailing(), Carrier()
    mail.connect(carrier)
    assert asyncio.run(mail.put(HIS_PHONE, b"parcel", b"token")) == {BOX}
    assert carrier.kept == [(HIS_PHONE, b"parcel", b"token")]
    asyncio.run(mail.renew_token())
    assert mail.own_token() == b"token 1"
    mail.receive()
    assert carrier.receives


def test_two_carriers_are_a_bug() -> None:
    mail = Mailing()
    mail.connect(Carrier())
    with pytest.raises(ValueError, match="carried already"):
        mail.connect(Carrier())


def test_without_anybody_behind_it_no_letter_is_lost_silently() -> None:
    with pytest.raises(RetryError, match="seals no letters"):
        asyncio.run(Letters().send(BEN, "welcome", {}))


def test_a_letter_goes_to_who_seals_it() -> None:
    letters, clerk = Letters(), Clerk()
    letters.connect(clerk)
    assert asyncio.run(letters.send(BEN, "welcome", {b"l": 1})) == b"letter"
    assert clerk.sent == [(BEN, "welcome", {b"l": 1})]
    with pytest.raises(ValueError, match="sealed already"):
        letters.connect(Clerk())
