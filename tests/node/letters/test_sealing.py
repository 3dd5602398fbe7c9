"""Sealing and opening: first letters, answers, lost state, and who attacks them."""

from copy import deepcopy
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace
from street.sealers import ENVELOPES, Published, SealingDevice, pair
from swarmfeed.core.letters.limits import OPENING_STEP_BYTES, SESSIONS_MAX
from swarmfeed.core.letters.parcel import PARCEL_INFO, decode_inner, encode_inner
from swarmfeed.core.letters.prekeys import expand_prekeys
from swarmfeed.core.letters.rows import encode_row
from swarmfeed.errors import BadSealError, RemoteError

HPKE_BYTES = 48


def inside(device: SealingDevice, parcel: bytes) -> bytes:
    """What is in a parcel, to the device it is for."""
    outer = expand_prekeys(device.newest.seed).outer
    return ENVELOPES.open_up(outer, parcel, PARCEL_INFO)


def sealed_again(device: SealingDevice, inner: bytes) -> bytes:
    return ENVELOPES.close_up(device.newest.body.outer, inner, PARCEL_INFO)


def test_a_first_letter_opens_where_its_writer_was_never_heard_of() -> None:
    anna, ben = pair()
    del anna.published.keys[anna.feed_id]
    assert ben.open(anna.seal(ben, b"hello")) is None
    assert ben.opened == [b"hello"]
    assert ben.devices[anna.feed_id].author_id == anna.author_id
    assert anna.open(ben.seal(anna, b"hello yourself")) is None, "by what came with the first"
    assert anna.opened == [b"hello yourself"]


def test_letters_carry_what_began_the_session_until_it_is_answered() -> None:
    anna, ben = pair()
    first, second = anna.seal(ben, b"one"), anna.seal(ben, b"two")
    assert decode_inner(inside(ben, second)).opening is not None
    ben.open(second)
    ben.open(first)
    anna.open(ben.seal(anna, b"three"))
    later = anna.seal(ben, b"four")
    assert decode_inner(inside(ben, later)).opening is None
    ben.open(later)
    assert ben.opened == [b"two", b"one", b"four"]
    assert len(later) < len(first) / 4


@pytest.mark.attack("A24")
def test_a_parcel_names_nobody_and_equal_letters_differ() -> None:
    anna, ben = pair()
    parcels = [anna.seal(ben, b"the same") for _ in range(3)]
    ben.open(parcels[0])
    anna.open(ben.seal(anna, b"yes"))
    parcels += [anna.seal(ben, b"the same") for _ in range(3)]
    known = [
        *(each.feed_id for each in (anna, ben)),
        *(each.author_id for each in (anna, ben)),
        *(each.newest.body.outer for each in (anna, ben)),
        *(each.newest.body.identity for each in (anna, ben)),
        *(each.newest.body.prekey for each in (anna, ben)),
    ]
    for parcel in parcels:
        assert not any(each[:8] in parcel for each in known)
    assert all(one != other for one, other in pairwise(parcels))
    starts = {parcel[:8] for parcel in parcels}
    assert len(starts) == len(parcels), "nothing in them is the same"
    first, later = {len(each) for each in parcels[:3]}, {len(each) for each in parcels[3:]}
    assert len(first) == len(later) == 1
    assert (first.pop() - HPKE_BYTES) % OPENING_STEP_BYTES == 0


@pytest.mark.attack("A207")
def test_a_home_that_was_restored_repeats_no_nonce_and_gives_no_text_away() -> None:
    anna, ben = pair()
    ben.open(anna.seal(ben, b"first"))
    anna.open(ben.seal(anna, b"second"))
    backup = deepcopy(anna.devices)
    one = decode_inner(inside(ben, anna.seal(ben, b"the one text")))
    anna.devices = backup
    other = decode_inner(inside(ben, anna.seal(ben, b"another one!")))
    assert one.header == other.header, "the same key of a letter"
    assert one.sealed[:24] != other.sealed[:24], "under another nonce"
    plains = zip(one.sealed[24:], other.sealed[24:], strict=True)
    texts = zip(b"the one text", b"another one!", strict=True)
    assert bytes(a ^ b for a, b in plains)[4:16] != bytes(a ^ b for a, b in texts)


@pytest.mark.attack("A203")
def test_a_replayed_first_letter_opens_nothing_twice() -> None:
    anna, ben = pair()
    parcel = anna.seal(ben, b"pay me")
    for _ in range(3):
        assert ben.open(parcel) is None
    assert ben.opened == [b"pay me"]


@pytest.mark.attack("A204")
def test_a_letter_far_ahead_is_refused_before_a_key_is_worked_out() -> None:
    anna, ben = pair()
    ben.open(anna.seal(ben, b"one"))
    before = encode_row(ben.devices[anna.feed_id])
    inner = decode_inner(inside(ben, anna.seal(ben, b"two")))
    for bent in (
        replace(inner, number=b"\xff\xff\xff\xff"),
        replace(inner, before=b"\xff\xff\xff\xff", ratchet=b"\x09" + bytes(31)),
        replace(inner, number=(1_002).to_bytes(4, "big")),
    ):
        assert ben.open(sealed_again(ben, encode_inner(replace(bent, opening=None, zeros=b""))))
    assert encode_row(ben.devices[anna.feed_id]) == before
    assert len(before) < 4_000


@pytest.mark.attack("A206")
def test_another_suite_is_another_secret() -> None:
    anna, ben = pair()
    inner = decode_inner(inside(ben, anna.seal(ben, b"one")))
    assert inner.opening is not None
    bent = replace(inner, opening=replace(inner.opening, suite=2), zeros=b"")
    assert ben.open(sealed_again(ben, encode_inner(bent))) == anna.feed_id
    assert ben.opened == []


@pytest.mark.attack("A205")
@pytest.mark.parametrize("weak", [bytes(32), b"\1" + bytes(31)])
def test_keys_that_keep_nothing_secret_are_refused(weak: bytes) -> None:
    anna, ben = pair()
    good = ben.newest.body
    for bent in (
        replace(good, prekey=weak),
        replace(good, identity=weak),
        replace(good, outer=weak),
        replace(good, mlkem=b"\xff" * 1_184),
        replace(good, mlkem=b""),
    ):
        anna.published.keys[ben.feed_id] = bent
        anna.devices.clear()
        with pytest.raises(BadSealError):
            anna.seal(ben, b"one")
    anna.published.keys[ben.feed_id] = good
    inner = decode_inner(inside(ben, anna.seal(ben, b"one")))
    assert inner.opening is not None
    ephemeral = replace(inner.opening, ephemeral=weak)
    mlkem = replace(inner.opening, mlkem=b"short")
    for opening in (ephemeral, mlkem):
        bent_inner = replace(inner, opening=opening, zeros=b"")
        assert ben.open(sealed_again(ben, encode_inner(bent_inner))) == anna.feed_id


def test_an_introduction_of_somebody_else_is_refused() -> None:
    anna, ben = pair()
    cleo = SealingDevice(3, anna.published)
    inner = decode_inner(inside(ben, anna.seal(ben, b"I am Cleo")))
    assert inner.opening is not None
    said = inner.opening.who
    for who in (
        replace(said, certificates=cleo.introduction().certificates),
        replace(said, certificates=()),
        replace(said, identity=cleo.newest.body.identity),
        replace(said, outer=cleo.newest.body.outer),
        replace(said, signature=bytes(64)),
    ):
        opening = replace(inner.opening, who=who)
        with pytest.raises(RemoteError):
            ben.open(
                sealed_again(ben, encode_inner(replace(inner, opening=opening, zeros=b"")))
            )
    assert ben.opened == []


def test_new_keys_begin_a_new_session_and_old_letters_open_still() -> None:
    anna, ben = pair()
    late = anna.seal(ben, b"late")
    ben.publish()
    ben.open(anna.seal(ben, b"by the new keys"))
    ben.open(late)
    assert ben.opened == [b"by the new keys", b"late"]
    for _ in range(6):
        ben.publish()
        ben.open(anna.seal(ben, b"more"))
    assert len(ben.devices[anna.feed_id].sessions) <= SESSIONS_MAX
    assert len(anna.devices[ben.feed_id].sessions) <= SESSIONS_MAX


class Letters(RuleBasedStateMachine):
    """Three devices of two people, and a carrier that delivers in any order, repeats and loses;
    both may begin at once, and each may lose its sessions.  What is written is for all other
    devices, own copies too; what is sent again until it is there arrives, each once."""

    def __init__(self) -> None:
        super().__init__()
        published = Published()
        people = (1, 1, 2)
        self.devices = [
            SealingDevice(number, published, person) for number, person in enumerate(people, 1)
        ]
        self.wanted: list[tuple[int, int, bytes]] = []
        """Who sends it, whom it is for, and what it says."""
        self.on_the_way: list[tuple[int, bytes]] = []
        self.count = 0

    def send(self, sender: int, content: bytes) -> None:
        for to, device in enumerate(self.devices):
            if to != sender:
                self.wanted.append((sender, to, content))
                self.on_the_way.append((to, self.devices[sender].seal(device, content)))

    @rule(sender=st.integers(0, 2))
    def write(self, sender: int) -> None:
        self.count += 1
        self.send(sender, b"letter %d" % self.count)

    @rule()
    def all_write_at_once(self) -> None:
        for sender in range(3):
            self.write(sender)

    @rule(place=st.integers(0, 1_000), keeps=st.booleans())
    def deliver(self, place: int, keeps: bool) -> None:
        if self.on_the_way:
            at = place % len(self.on_the_way)
            to, parcel = self.on_the_way[at] if keeps else self.on_the_way.pop(at)
            self.devices[to].open(parcel)

    @rule(place=st.integers(0, 1_000))
    def lose(self, place: int) -> None:
        if self.on_the_way:
            self.on_the_way.pop(place % len(self.on_the_way))

    @rule(who=st.integers(0, 2))
    def forget_sessions(self, who: int) -> None:
        self.devices[who].devices.clear()

    @rule(who=st.integers(0, 2))
    def publish(self, who: int) -> None:
        self.devices[who].publish()

    @invariant()
    def nothing_opens_that_was_not_written(self) -> None:
        for to, device in enumerate(self.devices):
            assert {*device.opened} <= {text for _, at, text in self.wanted if at == to}

    def teardown(self) -> None:
        """What is not there is sent again, after ``again`` where it does not open."""
        for sent_by, to, content in self.wanted:
            sender, device = self.devices[sent_by], self.devices[to]
            for _ in range(3):
                if content in device.opened:
                    break
                if device.open(sender.seal(device, content)) is not None:
                    # Its sessions are dropped, and a letter of its own begins a new one.
                    device.devices.pop(sender.feed_id, None)
                    sender.open(device.seal(sender, b"again"))
                    sender.opened.remove(b"again")
            assert content in device.opened
            row = device.devices.get(sender.feed_id)  # it may have forgotten it since
            assert row is None or row.author_id == sender.author_id


class TestLetters(Letters.TestCase):  # type: ignore[name-defined,misc]
    settings = settings(max_examples=8, stateful_step_count=10, deadline=None)


del Letters
