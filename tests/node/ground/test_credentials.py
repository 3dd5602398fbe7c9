"""Whose a feed is, by its certificates: what is offered, and what lies on disk."""

from contextlib import suppress
from pathlib import Path

import pytest
from msgspec.structs import replace
from street.fakes.logs import FakeDisk, FakeLogs
from swarmfeed.core.feed.certificate import sign_join
from swarmfeed.core.talk.words import Certificates, HeadOffer
from swarmfeed.errors import (
    BadEncodingError,
    BadProofError,
    BadSignatureError,
    DamageError,
    RollbackError,
)
from swarmfeed.node.ground.events import Events
from swarmfeed.node.ground.shelf import Shelf

from tests.core.samples import claim_of, posts
from tests.node.rig import Scribe, new_shelf


@pytest.mark.attack("A12")
def test_a_feed_without_its_authors_certificate_is_refused(tmp_path: Path) -> None:
    shelf, _ = new_shelf(tmp_path)
    anna, bert = Scribe(1), Scribe(2)
    offer = anna.offer()
    with pytest.raises(BadProofError):
        shelf.accept_offer(with_certificates(offer))
    with pytest.raises(BadProofError):
        shelf.accept_offer(with_certificates(offer, bert.certificate))
    with pytest.raises(BadEncodingError):
        shelf.accept_offer(with_certificates(offer, b"no certificate"))
    broken = anna.certificate[:-1] + bytes([anna.certificate[-1] ^ 1])
    with pytest.raises(BadSignatureError):
        shelf.accept_offer(with_certificates(offer, broken))
    assert shelf.feed_ids() == []
    assert shelf.feeds_of(anna.author_id) == []


@pytest.mark.attack("A12")
@pytest.mark.parametrize("size", [10, 300])
def test_nobody_takes_a_feed_by_signing_that_it_is_theirs(tmp_path: Path, size: int) -> None:
    """Whether the feed is known already, or the false author is heard first."""
    anna, thief = Scribe(1), Scribe(2)
    anna.grow_to(size)
    key = thief.author.signing
    for number, signers in enumerate(((key, key), (key, thief.feed_key), (key,))):
        shelf, _ = new_shelf(tmp_path / str(number))
        claim = claim_of(thief.author, anna.feed_id, *signers)
        for _ in range(2):
            with pytest.raises((BadSignatureError, BadEncodingError)):
                shelf.accept_offer(with_certificates(anna.offer(), claim, author=thief))
            assert shelf.feeds_of(thief.author_id) == []
            with suppress(RollbackError):
                shelf.accept_offer(anna.offer())
            assert shelf.author_of(anna.feed_id) == anna.author_id
            assert shelf.certificates(thief.author_id) == ()


@pytest.mark.attack("A12")
def test_nobody_gives_their_feed_to_an_author_who_does_not_want_it(tmp_path: Path) -> None:
    shelf, _ = new_shelf(tmp_path)
    anna, thief = Scribe(1), Scribe(2)
    gift = claim_of(anna.author, thief.feed_id, thief.author.signing, thief.feed_key)
    with pytest.raises(BadSignatureError):
        shelf.accept_offer(with_certificates(thief.offer(), gift, author=anna))
    assert shelf.feeds_of(anna.author_id) == []


@pytest.mark.attack("A12")
def test_a_false_claim_on_disk_is_not_believed(tmp_path: Path) -> None:
    shelf, logs = new_shelf(tmp_path)
    anna, thief = Scribe(1), Scribe(2)
    shelf.accept_offer(anna.offer())
    claim = claim_of(thief.author, anna.feed_id, *2 * (thief.author.signing,))
    logs.replace_certificates(anna.feed_id, [claim])
    again = Shelf(logs, Events())
    again.load()
    # What the feed says itself counts: its first entry carries the true join.
    assert again.author_of(anna.feed_id) == anna.author_id


def test_the_author_who_was_heard_first_keeps_a_feed_that_signed_for_two(
    tmp_path: Path,
) -> None:
    shelf, _ = new_shelf(tmp_path)
    anna, other = Scribe(1), Scribe(2)
    anna.grow_to(10)
    shelf.accept_offer(anna.offer())
    anna.grow_to(15)
    second = sign_join(other.author, anna.feed_key, from_ms=0)
    with pytest.raises(RollbackError):
        shelf.accept_offer(with_certificates(anna.offer(10), second, author=other))
    assert shelf.author_of(anna.feed_id) == anna.author_id
    assert shelf.feeds_of(other.author_id) == []


def test_a_damaged_certificate_file_is_made_up_for_by_the_feed_itself(tmp_path: Path) -> None:
    class Damaged(FakeLogs):
        def read_certificates(self, feed_id: bytes) -> tuple[bytes, ...]:
            raise DamageError("certificates are damaged")

        def read_fork(self, feed_id: bytes) -> None:
            raise DamageError("fork is damaged")

    disk = FakeDisk(tmp_path)
    shelf = Shelf(FakeLogs(disk), Events())
    anna = Scribe(1)
    shelf.accept_offer(anna.offer())
    again = Shelf(Damaged(disk), Events())
    again.load()
    assert again.author_of(anna.feed_id) == anna.author_id
    assert not again.is_forked(anna.feed_id)


def test_a_feed_of_nobody_is_not_loaded(tmp_path: Path) -> None:
    shelf, logs = new_shelf(tmp_path)
    anna = Scribe(1)
    anna.grow_to(300)  # entry 0 is in a chunk that is not here
    shelf.accept_offer(anna.offer())
    logs.replace_certificates(anna.feed_id, [])
    again = Shelf(logs, Events())
    again.load()
    assert again.feed_ids() == []


def test_an_own_feed_starts_with_its_certificate(tmp_path: Path) -> None:
    shelf, _ = new_shelf(tmp_path)
    me = Scribe(1)
    shelf.start_feed(me.feed_id, me.author_id, me.certificate)
    stored = posts(0, 3)
    replica = shelf.append(me.feed_id, stored, now_ms=1, sign=me.feed_key.sign)
    assert replica.tail == tuple(stored)
    assert shelf.certified(me.author_id).feed(me.feed_id) is not None
    assert shelf.author_ids() == {me.author_id}


def with_certificates(
    offer: HeadOffer, *certificates: bytes, author: Scribe | None = None
) -> HeadOffer:
    author_id = author.author_id if author else offer.author_id
    return replace(offer, certificates=certificates, author_id=author_id)


def test_what_an_author_certified_is_worked_out_anew_with_each_certificate(
    tmp_path: Path,
) -> None:
    shelf, _ = new_shelf(tmp_path)
    anna, other_key = Scribe(1), Scribe(2).feed_key
    assert shelf.certified(anna.author_id).feeds == ()
    shelf.accept_offer(anna.offer())
    assert [each.feed_id for each in shelf.certified(anna.author_id).feeds] == [anna.feed_id]
    other = sign_join(anna.author, other_key, from_ms=2)
    told = Certificates(anna.author_id, (anna.certificate, other))
    shelf.accept_certificates(told)
    certified = {each.feed_id for each in shelf.certified(anna.author_id).feeds}
    assert certified == {anna.feed_id, other_key.public}
