"""A locked node reads and passes on, and signs nothing new in its person's name."""

import asyncio
from pathlib import Path

import pytest
from street.fakes.keyhole import PASSPHRASE, FakeKeyhole
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.locking import IsLocked, LockKeys, UnlockKeys
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.lockable import LockableKey
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.locking import Locking

KEY = SigningKey(bytes(range(32)))


def lock_of(neighbour: Neighbour) -> Locking:
    return Locking(neighbour.running.ground.identity.feed_key)


def test_locked_nothing_is_written_and_everything_is_read(tmp_path: Path) -> None:
    async def scene(street: Neighbourhood) -> None:
        await street.open_dht()
        anna, ben = [await street.move_in() for _ in range(2)]
        await anna.follow(ben)
        await ben.follow(anna)
        await anna.say("one")
        lock = lock_of(anna)
        assert not (await lock.state(IsLocked())).locked
        state = await lock.lock(LockKeys())
        assert state.locked and "swarmfeed unlock" in state.sentence
        before = anna.root(anna.feed_id)
        with pytest.raises(UserError, match="locked"):
            await anna.say("two")
        assert "locked" in anna.running.ground.pen.trouble()
        await ben.say("Ben's")
        await street.pass_time(3 * 3_600 // 60)
        assert anna.reads(ben.author_id) == ["Ben's"]
        cleo = await street.move_in(knows=[anna])
        await cleo.follow(anna)
        await street.pass_time(30)
        assert cleo.reads(anna.author_id) == ["one"]
        assert anna.root(anna.feed_id) == before

        with pytest.raises(UserError, match="passphrase is wrong"):
            await lock.unlock(UnlockKeys(passphrase="house"))
        assert (await lock.state(IsLocked())).locked
        assert not (await lock.unlock(UnlockKeys(passphrase=PASSPHRASE))).locked
        await anna.say("two")
        await street.pass_time(5)
        assert ben.reads(anna.author_id) == ["two", "one"]

    in_neighbourhood(tmp_path, scene)


@pytest.mark.slow
def test_what_was_signed_before_goes_on_into_the_dht(tmp_path: Path) -> None:
    """Its nodes forget within hours: the head is put again, and is no news."""

    async def scene(street: Neighbourhood) -> None:
        await street.open_dht()
        anna = await street.move_in()
        await anna.say("one")
        await street.pass_time(120)
        assert street.dht.items
        await lock_of(anna).lock(LockKeys())
        street.dht.items.clear()
        await street.pass_time(3_700)
        assert anna.feed_id in street.dht.items

    in_neighbourhood(tmp_path, scene)


def test_keys_without_a_passphrase_cannot_be_locked() -> None:
    async def scene() -> None:
        for keyhole in (None, FakeKeyhole(KEY, "")):
            key = LockableKey(KEY, keyhole)
            with pytest.raises(UserError, match="no passphrase"):
                await Locking(key).lock(LockKeys())
            assert not (await Locking(key).state(IsLocked())).has_passphrase
            assert not key.is_locked

    asyncio.run(scene())


def test_a_key_file_that_was_replaced_unlocks_nothing() -> None:
    async def scene() -> None:
        key = LockableKey(KEY, FakeKeyhole(SigningKey(bytes(32))))
        await Locking(key).lock(LockKeys())
        with pytest.raises(UserError, match="was replaced"):
            await Locking(key).unlock(UnlockKeys(passphrase=PASSPHRASE))
        assert key.is_locked

    asyncio.run(scene())
