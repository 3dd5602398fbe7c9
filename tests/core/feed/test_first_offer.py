"""What a first offer says is the same when it was told in plain values."""

import marshal

import pytest
from msgspec.structs import replace
from street.authors import moved
from swarmfeed.core.feed.certificate import (
    Keep,
    Leave,
    Rotate,
    sign_keep,
    sign_leave,
    sign_rotate,
)
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.first_offer import (
    FirstOffer,
    OpenedOffer,
    open_first,
    opened_of,
    plain_of,
)
from swarmfeed.core.feed.kinds import WithdrawBody, encode_body
from swarmfeed.errors import BadEncodingError, BadProofError, BadSignatureError, RemoteError

from tests.node.rig import NOW_MS, Scribe


def told(offer: FirstOffer) -> OpenedOffer:
    """What it says, by way of plain values that went through a pipe."""
    plain = plain_of(open_first(offer), offer)
    return opened_of(marshal.loads(marshal.dumps(plain)), offer)


@pytest.mark.parametrize("size", [1, 5, 255, 256, 300, 4_096 + 256 + 3])
def test_a_feed_of_any_size_is_the_same(size: int) -> None:
    anna = Scribe(1)
    anna.grow_to(size)
    offer = anna.offer().as_first
    assert told(offer) == open_first(offer)
    assert told(offer).replica == anna.newest


def test_certificates_of_every_type_are_the_same() -> None:
    anna = Scribe(1)
    other = moved(anna.author)
    more = (
        sign_rotate(other, anna.author.key),
        sign_keep(other, anna.certificate, from_ms=NOW_MS, end=3),
        sign_keep(other, anna.certificate, from_ms=NOW_MS),
        sign_leave(other, anna.feed_id, size=4, from_ms=NOW_MS),
    )
    offer = anna.offer(0, *more, more[0]).as_first
    opened = told(offer)
    assert opened == open_first(offer)
    assert list(opened.certificates) == [anna.certificate, *more]
    types = [type(each) for each in opened.certificates.values()][1:]
    assert types == [Rotate, Keep, Keep, Leave]


def test_a_body_that_the_tail_withdraws_is_gone() -> None:
    anna = Scribe(1)
    anna.grow_to(5)
    whole = anna.offer().tail
    body = encode_body(WithdrawBody(2))
    anna.append([encode_entry(WithdrawBody.kind, NOW_MS, body)])
    offer = replace(anna.offer(), tail=(*whole, anna.newest.tail[-1])).as_first
    assert told(offer).replica == anna.newest
    assert told(offer).replica.tail[2] != whole[2]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("head", BadSignatureError),
        ("tail", BadProofError),
        ("short", BadEncodingError),
        ("certificate", RemoteError),
        ("author", BadProofError),
    ],
)
def test_what_is_false_is_refused(change: str, why: type[RemoteError]) -> None:
    anna, bob = Scribe(1), Scribe(2)
    for each in (anna, bob):
        each.grow_to(5)
    offer = anna.offer()
    false = {
        "head": replace(offer, signed_head=bob.newest.signed_head),
        "tail": replace(offer, tail=(*offer.tail[:-1], bob.newest.tail[-2])),
        "short": replace(offer, tail=offer.tail[:-1]),
        "certificate": replace(offer, certificates=(anna.certificate[:-1] + b"?",)),
        "author": replace(offer, certificates=(bob.certificate,)),
    }
    with pytest.raises(why):
        open_first(false[change].as_first)
