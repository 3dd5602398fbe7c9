"""Pairing as a conversation: two sides, and whoever stands in between."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from street.authors import author_of, moved
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import Endpoint, FeedId, Hash, NodeId
from swarmfeed.core.feed.author import feeds_of
from swarmfeed.core.feed.authorkey import AuthorKey
from swarmfeed.core.feed.certificate import (
    begin_join,
    finish_join,
    open_certificate,
    sign_join,
    sign_rotate,
)
from swarmfeed.core.talk.device_link import DeviceLink, hash_recipient
from swarmfeed.core.talk.pairing import (
    PairAsk,
    PairDone,
    PairingReason,
    PairJoin,
    PairKey,
    PairWho,
    Welcome,
    Who,
    commit_to,
)
from swarmfeed.core.talk.pairing_sides import Joined, NewSide, OldSide
from swarmfeed.core.vocabulary import PAIRING
from swarmfeed.errors import (
    BadEncodingError,
    BadSignatureError,
    PairingError,
    RemoteError,
)
from swarmfeed.shell.boxes import HpkeBoxes

BOXES = HpkeBoxes()
ANNA = author_of(bytes([1]) * 32)
EVE = author_of(bytes([2]) * 32)
FIRST = SigningKey(bytes([3]) * 32)
FEED = SigningKey(bytes([4]) * 32)
RECIPIENT = bytes([5]) * 32
OLD, NEW = NodeId(bytes([6]) * 32), NodeId(bytes([7]) * 32)
AT = Endpoint("192.0.2.7", 4000)
NOW_MS = 1_800_000_000_000
KNOWN = sign_join(ANNA, FIRST, from_ms=1_700_000_000_000)


def link_to(recipient_seed: bytes = RECIPIENT, feed: SigningKey = FEED) -> DeviceLink:
    return DeviceLink(
        feed_id=FeedId(feed.public),
        key_hash=hash_recipient(BOXES.public_of(recipient_seed)),
        until_s=NOW_MS // 1000 + 600,
        at=(AT,),
    )


def old_side(
    link: DeviceLink, author: AuthorKey = ANNA, node: NodeId = OLD, nonce: int = 8
) -> OldSide:
    who = Who(author_id=author.author_id, nonce=Hash(bytes([nonce]) * 32), called="Anna")
    return OldSide(link, node, who)


def new_side(
    seed: bytes = RECIPIENT, feed: SigningKey = FEED, node: NodeId = NEW, nonce: int = 9
) -> NewSide:
    return NewSide(feed, BOXES.public_of(seed), node, "laptop", Hash(bytes([nonce]) * 32))


def unseal(box: bytes, info: bytes) -> bytes:
    return BOXES.open(RECIPIENT, box, info)


def welcome_of(side: OldSide, author: AuthorKey = ANNA, *known: bytes) -> Welcome:
    join = side.begin_join(author, now_ms=NOW_MS)
    return Welcome(join=join, certificates=known or (KNOWN,), at=(AT,))


def pair(old: OldSide, new: NewSide, welcome: Callable[[], Welcome]) -> Joined:
    """Play all of it; every message goes through its bytes."""
    key = new.answer(OLD, travel(old.ask(NEW), PairAsk))
    who, proposed = old.propose(NEW, travel(key, PairKey), BOXES.seal)
    shown = new.learn(travel(who, PairWho), unseal)
    assert shown == proposed
    join = old.welcome(welcome(), BOXES.seal)
    joined = new.join(travel(join, PairJoin), unseal)
    assert old.finish(travel(PairDone(joined.certificate), PairDone)) == joined.certificate
    return joined


def travel(message, kind):  # type: ignore[no-untyped-def]
    """A message as the other end reads it."""
    decoded = PAIRING.decode(PAIRING.encode(message))
    assert isinstance(decoded, kind) and decoded == message
    return decoded


def refused(reason: PairingReason):  # type: ignore[no-untyped-def]
    return pytest.raises(PairingError, match=f"no pairing: {reason.value}$")


def test_a_machine_becomes_a_device_and_both_show_the_same_code() -> None:
    old = old_side(link_to())
    joined = pair(old, new_side(), lambda: welcome_of(old))
    opened = [open_certificate(each) for each in joined.certificates]
    feeds = feeds_of(ANNA.author_id, opened).feeds
    assert {each.feed_id for each in feeds} == {FIRST.public, FEED.public}
    assert (joined.author_id, joined.at) == (ANNA.author_id, (AT,))


def test_after_a_move_to_the_second_sheet_devices_join_the_new_generation() -> None:
    author = moved(ANNA)
    rotate = sign_rotate(author, ANNA.key)
    own = sign_join(author, FIRST, from_ms=1_750_000_000_000)
    old = old_side(link_to(), author)
    joined = pair(old, new_side(), lambda: welcome_of(old, author, rotate, own))
    state = feeds_of(ANNA.author_id, map(open_certificate, joined.certificates))
    assert (state.generation, len(state.feeds)) == (1, 2)


def test_the_code_is_another_for_each_attempt() -> None:
    codes = set()
    for nonces in ((8, 9), (8, 10), (11, 9)):
        old, new = old_side(link_to(), nonce=nonces[0]), new_side(nonce=nonces[1])
        key = new.answer(OLD, old.ask(NEW))
        codes.add(old.propose(NEW, key, BOXES.seal)[1].code)
    assert len(codes) == 3
    assert all(len(code) == 7 and code[3] == " " for code in codes)


@pytest.mark.attack("A58")
@pytest.mark.parametrize("name", ["laptop\n\nBoth show 123 456", "a\x1b[2K", "\u202e654 321"])
def test_a_name_shows_no_code_of_its_own(name: str) -> None:
    """Whoever put up a false link knows what the other machine shows."""
    who = Who(author_id=ANNA.author_id, nonce=Hash(bytes(32)), called=name)
    old = OldSide(link_to(), OLD, who)
    new = NewSide(FEED, BOXES.public_of(RECIPIENT), NEW, name, Hash(bytes(32)))
    said, proposed = old.propose(NEW, new.answer(OLD, old.ask(NEW)), BOXES.seal)
    assert new.learn(said, unseal) == proposed
    assert (proposed.called, proposed.device) == ("", "")


@pytest.mark.attack("A58")
def test_a_false_qr_code_is_told_by_its_hash() -> None:
    """The link on the screen is Eve's, the machine that answers is not hers, or is."""
    old, new = old_side(link_to(bytes([66]) * 32)), new_side()
    with refused(PairingReason.NOT_THE_LINK):
        new.answer(OLD, old.ask(NEW))
    # Her machine answers, and claims that the link was of the right one all along.
    old, hers = old_side(link_to()), new_side(bytes([66]) * 32)
    old.ask(NEW)
    key = hers._key
    for false in (key, replace(key, feed_id=FeedId(FIRST.public))):
        with refused(PairingReason.OTHER_MACHINE):
            old.propose(NEW, false, BOXES.seal)


@pytest.mark.attack("A58")
def test_a_link_is_good_once() -> None:
    old, new = old_side(link_to()), new_side()
    ask = old.ask(NEW)
    new.answer(OLD, ask)
    for again in (ask, old_side(link_to(), nonce=12).ask(NEW)):
        with refused(PairingReason.USED):
            new.answer(OLD, again)


@pytest.mark.attack("A58")
def test_nobody_without_the_link_uses_it_up() -> None:
    new = new_side()
    stranger = PairAsk(proof=Hash(bytes(32)), commitment=Hash(bytes(32)))
    for _ in range(3):
        with refused(PairingReason.NOT_THE_LINK):
            new.answer(OLD, stranger)
    # What was said to another node, or by another one, is worth nothing either.
    ask = old_side(link_to()).ask(NodeId(bytes([67]) * 32))
    with refused(PairingReason.NOT_THE_LINK):
        new.answer(OLD, ask)
    with refused(PairingReason.NOT_THE_LINK):
        new.answer(NodeId(bytes([68]) * 32), old_side(link_to()).ask(NEW))
    assert new.answer(OLD, old_side(link_to()).ask(NEW))


@pytest.mark.attack("A58")
def test_who_stands_in_between_shows_two_codes() -> None:
    """Eve has seen the true link, gives Anna her own, and talks with both."""
    eve_seed, eve_feed = bytes([66]) * 32, SigningKey(bytes([69]) * 32)
    anna, eve_as_new = old_side(link_to(eve_seed, eve_feed)), new_side(eve_seed, eve_feed)
    eve_as_old, laptop = old_side(link_to(), EVE, nonce=70), new_side()
    key = eve_as_new.answer(OLD, anna.ask(NEW))
    _, at_anna = anna.propose(NEW, key, BOXES.seal)
    who, _ = eve_as_old.propose(NEW, laptop.answer(OLD, eve_as_old.ask(NEW)), BOXES.seal)
    at_laptop = laptop.learn(who, unseal)
    assert at_anna.code != at_laptop.code


@pytest.mark.attack("A58")
def test_a_nonce_is_not_chosen_after_the_other_was_seen() -> None:
    """With that, whoever stands in between could try until both codes are the same."""
    old, new = old_side(link_to()), new_side()
    key = new.answer(OLD, old.ask(NEW))
    late = Who(author_id=ANNA.author_id, nonce=Hash(bytes([71]) * 32), called="Anna")
    old._who = late
    who, _ = old.propose(NEW, key, BOXES.seal)
    assert commit_to(late.nonce) != old._ask.commitment  # type: ignore[union-attr]
    with refused(PairingReason.BROKEN):
        new.learn(who, unseal)


def test_boxes_of_another_pairing_do_not_open() -> None:
    old, new = old_side(link_to()), new_side()
    key = new.answer(OLD, old.ask(NEW))
    who, _ = old.propose(NEW, key, BOXES.seal)
    other_old, other = old_side(link_to(), nonce=13), new_side()
    other_key = other.answer(OLD, other_old.ask(NEW))
    with refused(PairingReason.BROKEN):
        other.learn(who, unseal)
    new.learn(who, unseal)
    other_old.propose(NEW, other_key, BOXES.seal)
    with refused(PairingReason.BROKEN):
        new.join(other_old.welcome(welcome_of(other_old), BOXES.seal), unseal)


def begun_of(author: AuthorKey, feed_id: bytes = FEED.public) -> bytes:
    return begin_join(author, FeedId(feed_id), from_ms=NOW_MS)


@pytest.mark.parametrize(
    "welcome",
    [
        Welcome(join=begun_of(EVE), certificates=(), at=()),
        Welcome(join=begun_of(ANNA, FIRST.public), certificates=(KNOWN,), at=()),
        Welcome(join=begun_of(ANNA)[:-1] + b"\0", certificates=(KNOWN,), at=()),
        Welcome(join=KNOWN, certificates=(KNOWN,), at=()),
        Welcome(join=b"", certificates=(KNOWN,), at=()),
        Welcome(join=begun_of(ANNA), certificates=(b"no certificate",), at=()),
        Welcome(join=begun_of(ANNA), certificates=(sign_join(EVE, FIRST, from_ms=1),), at=()),
        # The author has moved on: a join of the old key counts no more.
        Welcome(
            join=begun_of(ANNA),
            certificates=(
                sign_rotate(moved(ANNA), ANNA.key),
                sign_join(moved(ANNA), FIRST, from_ms=1),
            ),
            at=(),
        ),
    ],
)
def test_a_welcome_that_makes_no_device_of_the_author_is_refused(welcome: Welcome) -> None:
    old, new = old_side(link_to()), new_side()
    who, _ = old.propose(NEW, new.answer(OLD, old.ask(NEW)), BOXES.seal)
    new.learn(who, unseal)
    with refused(PairingReason.BROKEN):
        new.join(old.welcome(welcome, BOXES.seal), unseal)


def test_the_old_side_takes_nothing_but_the_join_it_asked_for() -> None:
    old, new = old_side(link_to()), new_side()
    old.propose(NEW, new.answer(OLD, old.ask(NEW)), BOXES.seal)
    for false in (KNOWN, sign_join(EVE, FEED, from_ms=1), b"", begun_of(ANNA)):
        with refused(PairingReason.BROKEN):
            old.finish(PairDone(false))


def test_a_join_that_is_begun_counts_for_nobody() -> None:
    begun = begun_of(ANNA)
    with pytest.raises(RemoteError):
        open_certificate(begun)
    assert finish_join(begun, FEED) == sign_join(ANNA, FEED, from_ms=NOW_MS)
    with pytest.raises(BadEncodingError):
        finish_join(begun, FIRST)
    with pytest.raises(BadSignatureError):
        finish_join(begun[:-64] + bytes(64), FEED)


@given(st.binary(max_size=400))
def test_whatever_is_sealed_makes_a_device_or_ends_the_pairing(plain: bytes) -> None:
    old, new = old_side(link_to()), new_side()
    key = new.answer(OLD, old.ask(NEW))
    with refused(PairingReason.BROKEN):
        new.learn(PairWho(plain), lambda box, _: box)
    assert key.device == "laptop"
