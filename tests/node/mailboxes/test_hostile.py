"""Who keeps mailboxes and lies, and strangers that fill them."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood
from swarmfeed.core.mailboxes.ids import box_of
from swarmfeed.core.mailboxes.limits import (
    BOX_BYTES,
    STRANGERS_PER_DAY,
    STRANGERS_SHARE,
    TAKEN_BYTES_PER_DAY,
)
from swarmfeed.core.mailboxes.words import MailAnswer, MailDrop, MailOpen, MailPut, MailSome
from swarmfeed.node.mailboxes.keeping import BoxKeeping
from swarmfeed.ports import SomeParcels

from tests.node.mailboxes.town import (
    Reader,
    befriend,
    holders,
    in_town,
    node_of,
    parts,
    put,
    settled,
    token_of,
)


class LyingStore:
    """A holder's store that loses, repeats and turns round what it keeps."""

    def __init__(self, of: Neighbour, dice: random.Random) -> None:
        self._honest = of.mail
        self._dice = dice
        self.shown: list[bytes] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._honest, name)

    def some(self, box: bytes, after: int, *, bytes_max: int, count_max: int) -> SomeParcels:
        some = self._honest.some(box, after, bytes_max=bytes_max, count_max=count_max)
        kept = [each for each in some.parcels if self._dice.random() < 0.5]
        self.shown += kept
        shown = kept + self._dice.choices(self.shown, k=3) if self.shown else []
        self._dice.shuffle(shown)
        return replace(some, parcels=tuple(shown))


@pytest.mark.slow
@pytest.mark.attack("A53")
@pytest.mark.parametrize("seed", range(2))
def test_of_three_holders_one_lies_and_one_is_gone_and_all_arrives_once(
    tmp_path: Path, seed: int
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        dice = random.Random(seed)
        anna, ben, *keepers = [await street.move_in() for _ in range(5)]
        await befriend(ben, *keepers)
        await anna.follow(ben, *keepers)
        reader = Reader(ben)
        reader.begin()
        await settled(street, ben)
        liar, gone, honest = (each for each in keepers if node_of(each) in holders(ben))
        keeping: BoxKeeping = parts(liar).keeping
        keeping._store = LyingStore(liar, dice)  # type: ignore[assignment]
        token = token_of(ben)
        await ben.stop()
        sent = [b"letter %d" % number for number in range(30)]
        for each in sent[:15]:
            assert node_of(honest) in await put(anna, ben, each, token)
        await gone.stop()
        for each in sent[15:]:
            assert await put(anna, ben, each, token) == {node_of(honest), node_of(liar)}
        await anna.stop()
        for _ in range(3):
            await ben.start()
            reader.begin()
            await street.pass_time(25)
            await ben.stop()
        assert sorted(reader.parcels) == sorted(sent)

    in_town(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A52")
def test_strangers_leave_contacts_their_room(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben, keeper = [await street.move_in() for _ in range(3)]
        await befriend(ben, keeper)
        await anna.follow(ben, keeper)
        reader = Reader(ben)
        reader.begin()
        await street.pass_time(10)
        assert holders(ben) == {node_of(keeper)}
        token = token_of(ben)
        await ben.stop()
        box = parts(keeper).keeping._boxes[box_of(ben.feed_id, node_of(keeper))]
        said = []
        for number in range(200):  # of any number of strangers, each with its work
            box.strangers_day, before = 0, box.strangers
            parcel = b"stranger %d" % number
            put_in = MailPut(box=box.lease.box, parcel=parcel, work=bytes(8))
            said.append(box.take(put_in, node_of(anna), 0).answer)
            assert box.strangers == before
        assert {*said} == {MailAnswer.REFUSED}, "nobody gets in without work"
        box.strangers, box.strangers_day = STRANGERS_PER_DAY, 0
        box.filled.strangers_bytes = box.filled.bytes = BOX_BYTES // STRANGERS_SHARE
        assert await put(anna, ben, b"of a contact", token) == {node_of(keeper)}

    in_town(tmp_path, scenario)


def session_to(one: Neighbour, other: Neighbour):  # type: ignore[no-untyped-def]
    found = one.running.ground.sessions.find(node_of(other))
    assert found is not None
    return found


@pytest.mark.slow
@pytest.mark.attack("A53")
def test_nobody_but_the_owner_opens_or_empties_a_mailbox(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben, keeper, thief = [await street.move_in() for _ in range(4)]
        await befriend(ben, keeper)
        await anna.follow(ben, keeper)
        await thief.follow(keeper)
        reader = Reader(ben)
        reader.begin()
        await street.pass_time(10)
        proofs: list[bytes] = []
        street.links.watch(
            lambda _, to, data: proofs.append(data) if b"9:mail-open" in data else None
        )
        token = token_of(ben)
        await ben.stop()
        letter = b"to ben alone"
        assert await put(anna, ben, letter, token)
        session, box = session_to(thief, keeper), box_of(ben.feed_id, node_of(keeper))
        heard: list[MailSome] = []
        drop = MailDrop(box=box, parcels=(box,))
        session.outbox.put("drop", lambda: session.send(drop))
        await street.pass_time(1)
        await ben.start()
        reader.begin()
        await street.pass_time(25)
        assert reader.parcels == [letter]
        opened = street.links._vocabulary.decode(proofs[-1])
        assert isinstance(opened, MailOpen)
        session = session_to(thief, keeper)
        session.outbox.put("open", lambda: session.send(opened))
        await street.pass_time(1)
        assert thief.running.ground.sessions.find(node_of(keeper)) is None, "it is shut out"
        assert heard == []

    in_town(tmp_path, scenario)


def flood(parcel: Callable[[int], bytes]) -> Callable[..., SomeParcels]:
    def some(_box: bytes, after: int, *, bytes_max: int, count_max: int) -> SomeParcels:
        made = tuple(parcel(after + n) for n in range(count_max // 5))
        return SomeParcels(parcels=made, last=after + count_max, more=True)

    return some


@pytest.mark.slow
@pytest.mark.attack("A53")
def test_a_holder_that_makes_parcels_up_gets_no_further_than_its_share(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        ben, keeper = [await street.move_in() for _ in range(2)]
        await befriend(ben, keeper)
        store = keeper.mail
        store.some = flood(lambda n: b"%d" % n + bytes(60_000))  # type: ignore[method-assign]
        reader = Reader(ben)
        reader.begin()
        await street.pass_time(60)
        brought = sum(map(len, reader.parcels))
        assert 0 < brought <= TAKEN_BYTES_PER_DAY

    in_town(tmp_path, scenario)
