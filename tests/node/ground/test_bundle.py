"""What is due about many feeds goes out in few messages; nothing is lost, nothing too large."""

import asyncio
from collections.abc import Sequence

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.talk.limits import SEVERAL_BYTES, SEVERAL_MAX
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import (
    Have,
    HeadOffer,
    Holders,
    NotHeld,
    Receipt,
    Several,
    Wake,
)
from swarmfeed.core.vocabulary import VOCABULARY
from swarmfeed.node.ground.bundle import Bundle


def feed(number: int) -> FeedId:
    return FeedId(number.to_bytes(32, "big"))


def head(number: int, *tail: bytes) -> HeadOffer:
    return HeadOffer(
        author_id=AuthorId(feed(number)),
        feed_id=feed(number),
        signed_head=b"head",
        certificates=(b"certificate",),
        chunk_list=b"le",
        tail=tail,
        consistency=(),
    )


def answers(number: int) -> list[Message]:
    author_id = AuthorId(feed(number))
    return [
        Have(feed_id=feed(number), size=1, complete=True),
        head(number, b"entry"),
        Holders(author_id, feed(number), ()),
        Receipt(feed(number), b"head", b"signature"),
    ]


def sent(messages: Sequence[Message]) -> list[Message]:
    """Say these, flush, and return what went out."""
    out: list[Message] = []

    async def send(message: Message) -> None:
        out.append(message)

    async def script() -> None:
        bundle = Bundle(send)
        for message in messages:
            await bundle.say(message)
        await bundle.flush()
        await bundle.flush()

    asyncio.run(script())
    return out


def test_what_is_said_of_one_feed_goes_out_as_it_is() -> None:
    assert sent(answers(1)) == answers(1)


def test_of_several_feeds_it_goes_out_together() -> None:
    (message,) = sent([*answers(1), *answers(2), NotHeld(AuthorId(feed(3)))])
    assert isinstance(message, Several)
    for number, said in enumerate((message.haves, message.heads, message.holders)):
        assert list(said) == [answers(1)[number], answers(2)[number]]
    assert [each.feed_id for each in message.receipts] == [feed(1), feed(2)]
    assert message.not_held == (NotHeld(AuthorId(feed(3))),)
    assert VOCABULARY.decode(VOCABULARY.encode(message)) == message


def test_no_message_has_more_of_a_kind_than_a_peer_takes() -> None:
    out = sent([Have(feed_id=feed(number), size=1, complete=True) for number in range(150)])
    counts = [len(each.haves) for each in out if isinstance(each, Several)]
    assert counts == [SEVERAL_MAX, SEVERAL_MAX, 150 - 2 * SEVERAL_MAX]


def test_all_of_as_many_feeds_as_fit_goes_out_together() -> None:
    (message,) = sent([each for number in range(SEVERAL_MAX) for each in answers(number)])
    assert isinstance(message, Several)
    kinds = message.haves, message.heads, message.holders, message.receipts
    assert [len(each) for each in kinds] == [SEVERAL_MAX] * 4


def test_what_is_large_goes_alone_and_in_its_turn() -> None:
    large = head(9, *[bytes(8_000)] * (SEVERAL_BYTES // 8_000 + 1))
    first = [message for number in (1, 2) for message in answers(number)]
    out = sent([*first, large, *answers(3)])
    assert isinstance(out[0], Several)
    assert out[1:] == [large, *answers(3)]


def test_messages_of_middle_size_fill_several() -> None:
    heads = [head(number, *[bytes(1_000)] * 100) for number in range(7)]
    out = sent(heads)
    assert [len(VOCABULARY.encode(each)) > SEVERAL_BYTES for each in out[:-1]]
    found = [each.heads if isinstance(each, Several) else (each,) for each in out]
    assert [each for heads in found for each in heads] == heads
    assert all(len(VOCABULARY.encode(each)) < 2 * SEVERAL_BYTES for each in out)


def test_whatever_else_is_said_comes_after_what_waits() -> None:
    said = [*answers(1), *answers(2)]
    out = sent([*said, Wake(feed(5)), *answers(6)])
    assert [type(each).__name__ for each in out[:2]] == ["Several", "Wake"]
    assert out[2:] == answers(6)
