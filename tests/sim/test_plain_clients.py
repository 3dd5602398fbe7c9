"""Everybody who runs swarmfeed goes; plain clients and a DHT of strangers are left."""

import shutil
from pathlib import Path

import pytest
from street.fakes.swarm import FakeSwarm
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.feed.certificate import open_certificate
from swarmfeed.core.feed.metainfo import chunk_torrent
from swarmfeed.core.net.krpc import GATE_SALT, SEALED_SALT, signed_buffer
from swarmfeed.core.talk.deposit import torrent_of_list
from swarmfeed.core.talk.gate import gate_key, make_gate

pytestmark = pytest.mark.slow

POSTS = 600
SEALED = 512


async def hold(street: Neighbourhood, author: Neighbour, *, spoil_list: bool = False) -> None:
    """A plain client takes all torrents of an author's feed, and announces them."""
    client = FakeSwarm(street.swarms, Endpoint("127.0.8.1", 8000))
    await client.start(lambda _: None)
    folder = street.folder / "client"
    folder.mkdir()
    replica = author.disk.replicas[author.feed_id]
    chunk_list = torrent_of_list(replica)
    assert chunk_list is not None
    torrents = [chunk_list]
    content = replica.chunk_list
    client.lies = spoil_list
    (folder / chunk_list.name).write_bytes(bytes(len(content)) if spoil_list else content)
    for span, record in replica.chunks().items():
        torrent = chunk_torrent(author.feed_id, span, record.pieces)
        kept = author.running.ground.shells.logs.chunk_folder(author.feed_id)
        shutil.copyfile(kept / torrent.name, folder / torrent.name)
        torrents.append(torrent)
    for torrent in torrents:
        client.seed(torrent, folder)
        client.announce(torrent.info_hash, 8000)


def test_a_newcomer_gets_what_is_sealed_and_is_told_what_is_missing(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        await street.open_dht()
        anna = await street.move_in()
        await anna.say_many(POSTS)
        size = anna.disk.replicas[anna.feed_id].size
        await street.pass_time(40)
        assert (anna.feed_id, SEALED_SALT) in street.dht.others
        await hold(street, anna)
        await anna.stop()

        bob = await street.move_in()
        await bob.running.feeds.carer.follow(anna.author_id)
        held = bob.running.ground.shelf
        await street.until(lambda: anna.feed_id in held.feeds_of(anna.author_id), within_s=60)
        await street.until(lambda: held.is_complete(anna.feed_id), within_s=60)
        replica = bob.disk.replicas[anna.feed_id]
        assert replica.size == SEALED
        await street.until(lambda: len(bob.reads(anna.author_id)) == SEALED - 2, within_s=20)
        missing = bob.running.feeds.reporter.fetch_progress(anna.author_id).missing
        assert f"newest {size - SEALED} entries are missing" in missing

        # And when the author is back, the rest comes from there.
        await anna.start()
        bob.running.feeds.finder.hint([anna.endpoint])
        await street.until(
            lambda: bob.root(anna.feed_id) == anna.root(anna.feed_id), within_s=60
        )
        assert bob.running.feeds.reporter.fetch_progress(anna.author_id).missing == ""

    in_neighbourhood(tmp_path, scenario)


def test_followers_keep_what_an_author_left_in_the_dht(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        await street.open_dht()
        anna = await street.move_in()
        await anna.say_many(POSTS)
        await street.pass_time(20)
        bob = await street.move_in(knows=[anna])
        await bob.running.feeds.carer.follow(anna.author_id)
        await street.until(lambda: bob.is_complete(anna.feed_id), within_s=60)
        await street.pass_time(120)
        await anna.stop()
        left = dict(street.dht.others)
        gate = gate_key(anna.author_id).public
        assert {(gate, GATE_SALT), (anna.feed_id, SEALED_SALT)} <= left.keys()
        street.dht.others.clear()  # DHT nodes forget after two hours
        await street.pass_time(3_700)
        assert street.dht.others[anna.feed_id, SEALED_SALT] == left[anna.feed_id, SEALED_SALT]
        assert street.dht.others[gate, GATE_SALT] == left[gate, GATE_SALT]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A48")
def test_false_gates_deposits_and_lists_lead_nowhere(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        await street.open_dht()
        anna = await street.move_in()
        await anna.say_many(POSTS)
        await street.pass_time(40)
        await hold(street, anna, spoil_list=True)
        mallory = await street.move_in(on=False)
        await anna.stop()
        bob = await street.move_in()
        await bob.running.feeds.carer.follow(anna.author_id)
        await street.pass_time(60)
        assert not bob.running.ground.shelf.feeds_of(anna.author_id), "the list is not hers"
        assert "127.0.8.1" in bob.running.ground.shells.swarm.banned  # type: ignore[attr-defined]

        # Somebody's own deposit, behind a gate that the author never signed: nobody takes it.
        gate = gate_key(anna.author_id)
        known = mallory.disk.certificates[mallory.feed_id]
        false = make_gate(mallory.author_id, {each: open_certificate(each) for each in known})
        assert false is not None
        true = street.dht.others[anna.feed_id, SEALED_SALT]
        key = mallory.identity.feed_key
        for value in (true[0], b"junk"):
            seq = true[1] + 1
            signature = key.sign(signed_buffer(value, seq, SEALED_SALT))
            street.dht.others[mallory.feed_id, SEALED_SALT] = (value, seq, signature)
            street.dht.others[gate.public, GATE_SALT] = (false.value, 2**50, bytes(64))
            await street.pass_time(1_000)
            assert not bob.running.ground.shelf.feeds_of(anna.author_id)

    in_neighbourhood(tmp_path, scenario)


def test_another_device_s_feed_is_named_by_the_newest_one(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        await street.open_dht()
        anna = await street.move_in()
        await anna.say_many(POSTS)
        await street.pass_time(20)
        laptop = await street.move_in(device_of=anna, knows=[anna])
        await laptop.say_many(POSTS, "from the laptop")
        await street.until(
            lambda: laptop.running.ground.shelf.replica(anna.feed_id) is not None, within_s=60
        )
        await laptop.say_many(300, "later")
        await street.pass_time(40)
        await hold(street, laptop)
        await laptop.stop()
        await anna.stop()
        bob = await street.move_in()
        await bob.running.feeds.carer.follow(anna.author_id)
        held = bob.running.ground.shelf
        await street.until(lambda: laptop.feed_id in held.feeds_of(anna.author_id), within_s=90)
        collecting = bob.running.feeds.collector
        await street.pass_time(5)
        assert {each.deposit.head.feed_id for each in collecting._coming.values()} == {
            anna.feed_id
        }, "nobody has its list, and it is looked for"
        bob.running.ground.interests.forget(anna.author_id)
        await street.pass_time(5)
        assert not collecting._coming, "no more, once nobody here asks for its author"

    in_neighbourhood(tmp_path, scenario)


def test_of_two_lists_that_do_not_come_the_newer_one_is_looked_for(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        await street.open_dht()
        anna = await street.move_in()
        left = []
        for text in ("early", "late"):
            await anna.say_many(POSTS, text)
            await street.pass_time(40)
            left.append(street.dht.others[anna.feed_id, SEALED_SALT])
        await anna.stop()
        bob = await street.move_in()
        collecting = bob.running.feeds.collector
        await bob.running.feeds.carer.follow(anna.author_id)
        for old_or_new, sealed in ((0, SEALED), (1, 2 * SEALED), (0, 2 * SEALED)):
            street.dht.others[anna.feed_id, SEALED_SALT] = left[old_or_new]
            await street.pass_time(120)
            sizes = [each.deposit.head.size for each in collecting._coming.values()]
            assert sizes == [sealed]
            loaded = bob.running.ground.shells.swarm.progress()
            assert loaded.keys() == collecting._coming.keys()

    in_neighbourhood(tmp_path, scenario)
