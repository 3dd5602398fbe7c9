"""Chunks packed anew: who holds the old one comes to the new one by a few frames."""

from collections import Counter
from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.people import HowFar
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.withdrawing import HowFarRemoved, Withdraw
from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.limits import (
    PATCHES_PER_MINUTE_IN_ALL,
    PATCHES_PER_MINUTE_OF_HOST,
)
from swarmfeed.core.feed.metainfo import hash_pieces
from swarmfeed.core.talk.words import Frames, Patch, PatchFrame
from swarmfeed.core.vocabulary import VOCABULARY
from swarmfeed.node.ground.session import Session

from tests.node.feeds.test_withdrawing import ask, name
from tests.node.rig import new_session

FIRST = ChunkSpan(0, 0)


class Sent:
    """Counts what nodes of a street say, by the names of messages; some are said otherwise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count: Counter[str] = Counter()
        self.size: Counter[str] = Counter()
        self.spoil = lambda message: message
        send = Session.send

        async def counting(session: Session, message: object) -> bool:
            said = self.spoil(message)
            self.count[said.name] += 1
            self.size[said.name] += len(VOCABULARY.encode(said))
            return await send(session, said)

        monkeypatch.setattr(Session, "send", counting)


def has_body(of: Neighbour, author: Neighbour, index: int) -> bool:
    logs = of.running.ground.shells.logs
    (stored,) = logs.read_entries(author.feed_id, index, index + 1)
    return decode_entry(stored).body is not None


def is_whole(of: Neighbour, author: Neighbour) -> bool:
    """Whether it holds all of a feed, as the author has it."""
    return of.root(author.feed_id) == author.root(author.feed_id) and of.is_complete(
        author.feed_id
    )


async def with_followers(
    street: Neighbourhood, count: int, posts: int = 300
) -> tuple[Neighbour, list[Neighbour]]:
    anna = await street.move_in()
    await anna.say_many(posts)
    others = [await street.move_in(knows=[anna]) for _ in range(count)]
    for each in others:
        await each.follow(anna)
    await street.until(lambda: all(is_whole(each, anna) for each in others), within_s=60)
    await street.pass_time(1)  # their receipts go out a little later
    return anna, others


@pytest.mark.slow
def test_holders_are_patched_and_confirm_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, others = await with_followers(street, 3)
        sent = Sent(monkeypatch)
        ref = name(anna, 20)
        await ask(anna, Withdraw(ref=ref))
        assert (await ask(anna, HowFarRemoved(ref=ref))).removed_at == 0
        await street.until(lambda: all(is_whole(each, anna) for each in others), within_s=9)
        await street.pass_time(2)
        removal = await ask(anna, HowFarRemoved(ref=ref))
        assert (removal.removed_at, removal.holders, removal.waits) == (3, 3, False)
        assert not any(has_body(each, anna, 20) for each in others)
        assert (sent.count["frames"], sent.count["patch"]) == (3, 3)
        for each in others:
            logs = each.running.ground.shells.logs
            record = each.disk.replicas[anna.feed_id].chunks()[FIRST]
            assert hash_pieces(logs.read_chunk(anna.feed_id, FIRST)) == record.pieces
            assert list(logs.incoming_folder(anna.feed_id).iterdir()) == []
        newcomer = await street.move_in(knows=[anna])
        await newcomer.follow(anna)
        await street.until(lambda: is_whole(newcomer, anna), within_s=60)
        assert not has_body(newcomer, anna, 20)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_who_was_away_asks_whoever_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, (ben, cyd) = await with_followers(street, 2)
        await cyd.follow(ben)  # they stay linked without the author
        await street.pass_time(10)
        await cyd.stop()
        await ask(anna, Withdraw(ref=name(anna, 20)))
        await street.until(lambda: is_whole(ben, anna), within_s=9)
        await street.pass_time(3)
        await anna.stop()
        sent = Sent(monkeypatch)
        await cyd.start()
        await street.until(lambda: is_whole(cyd, anna), within_s=60)
        assert not has_body(cyd, anna, 20)
        assert (sent.count["frames"], sent.count["patch"]) == (1, 1)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A95")
@pytest.mark.slow
def test_who_keeps_the_old_chunk_is_not_counted_and_harms_nobody(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, (ben, cyd) = await with_followers(street, 2)
        await cyd.stop()
        ref = name(anna, 20)
        await ask(anna, Withdraw(ref=ref))
        await street.until(lambda: is_whole(ben, anna), within_s=9)
        await street.pass_time(2)
        removal = await ask(anna, HowFarRemoved(ref=ref))
        assert (removal.removed_at, removal.holders) == (1, 2)
        await anna.stop()
        await ben.stop()
        await cyd.start()  # it has heard of nothing, and offers what it has
        newcomer = await street.move_in(knows=[cyd])
        await newcomer.follow(anna)
        await street.until(lambda: newcomer.is_complete(anna.feed_id), within_s=60)
        assert has_body(newcomer, anna, 20)
        await anna.start()
        for each in (cyd, newcomer):
            each.running.feeds.finder.hint([anna.endpoint])
        await street.until(
            lambda: is_whole(cyd, anna) and is_whole(newcomer, anna), within_s=90
        )
        await street.pass_time(3)
        assert not any(has_body(each, anna, 20) for each in (cyd, newcomer))
        removal = await ask(anna, HowFarRemoved(ref=ref))
        assert (removal.removed_at, removal.holders) == (3, 3)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A96")
@pytest.mark.parametrize("lie", ["nothing", "silence", "another frame", "no frame", "others"])
def test_a_false_patch_costs_a_fetch_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, (ben,) = await with_followers(street, 1)
        sent = Sent(monkeypatch)

        def spoil(message: object) -> object:
            if not isinstance(message, Patch):
                return message
            frame = message.frames[0].frame
            said = {
                "nothing": (),
                "another frame": (PatchFrame(0, b"x" + frame[1:]),),
                "no frame": (PatchFrame(0, b""),),
                "others": (PatchFrame(7, frame),),
            }
            level = 1 if lie == "silence" else 0
            return Patch(
                feed_id=anna.feed_id, level=level, position=0, frames=said.get(lie, ())
            )

        sent.spoil = spoil  # type: ignore[assignment]  # it spoils messages alone
        await ask(anna, Withdraw(ref=name(anna, 20)))
        await street.until(lambda: is_whole(ben, anna), within_s=60)
        assert not has_body(ben, anna, 20)
        assert sent.count["patch"] == 1

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A96")
def test_a_patch_that_is_sent_again_and_again_is_put_in_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would read, unpack and write a chunk: 48 MB, as often as the peer likes."""

    async def scenario(street: Neighbourhood) -> None:
        anna, (ben,) = await with_followers(street, 1)
        logs = ben.running.ground.shells.logs
        read, reads = logs.read_incoming, []

        def counting(feed_id: FeedId, span: ChunkSpan) -> bytes:
            reads.append(span)
            return read(feed_id, span)

        def hear_often(message: object) -> object:
            for _ in range(50 if isinstance(message, Patch) else 0):
                ben.running.feeds.patcher.on_patch(session, message)
            return message

        sent, (session,) = Sent(monkeypatch), ben.running.ground.sessions.all()
        sent.spoil = hear_often  # type: ignore[assignment]  # it spoils messages alone
        monkeypatch.setattr(logs, "read_incoming", counting)
        await ask(anna, Withdraw(ref=name(anna, 20)))
        await street.until(lambda: is_whole(ben, anna), within_s=60)
        assert not has_body(ben, anna, 20)
        assert reads == [FIRST, FIRST]  # for what its frames hash to, and for the patch

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A96")
def test_what_nobody_asked_for_is_passed_over_and_floods_are_not_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, (ben,) = await with_followers(street, 1)
        sent = Sent(monkeypatch)
        (session,) = ben.running.ground.sessions.all()
        before = ben.disk.replicas[anna.feed_id]
        patch = Patch(
            feed_id=anna.feed_id, level=0, position=0, frames=(PatchFrame(0, b"lies"),)
        )
        ben.running.feeds.patcher.on_patch(session, patch)
        for digests in [b"", b"12345678", *[bytes(16)] * 198]:
            asked = Frames(feed_id=anna.feed_id, level=0, position=0, digests=digests)
            ben.running.feeds.patcher.on_frames(session, asked)
            await street.pass_time(0)
        unknown = Frames(feed_id=ben.feed_id, level=3, position=9, digests=b"")
        ben.running.feeds.patcher.on_frames(session, unknown)
        await street.pass_time(1)
        assert sent.count["patch"] <= 60
        assert ben.disk.replicas[anna.feed_id] == before
        assert is_whole(ben, anna)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A96")
def test_a_peer_of_many_names_takes_no_more_than_its_address_may(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        patcher = anna.running.feeds.patcher

        def made(host: str, asks: int) -> int:
            """How many patches peers of one address get that ask once each."""
            sessions = [new_session(number, host=host)[0] for number in range(asks)]
            asked = Frames(feed_id=anna.feed_id, level=0, position=0, digests=b"")
            for session in sessions:
                patcher.on_frames(session, asked)
            return sum(bool(session.outbox) for session in sessions)

        assert made("192.0.2.1", 250) == PATCHES_PER_MINUTE_OF_HOST
        others = sum(made(f"192.0.2.{number}", 100) for number in range(2, 9))
        assert others == PATCHES_PER_MINUTE_IN_ALL - PATCHES_PER_MINUTE_OF_HOST
        await street.pass_time(61)
        assert made("192.0.2.1", 1) == 1

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A96")
def test_who_packs_all_anew_again_and_again_has_others_do_so_twice_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.core.feed.renewing.RENEWED_BYTES_PER_DAY", 10_000)

    async def scenario(street: Neighbourhood) -> None:
        anna, (ben,) = await with_followers(street, 1)
        sent = Sent(monkeypatch)

        async def missing() -> str:
            return (await ask(ben, HowFar(author=anna.author_id))).missing

        for number in range(4):
            await ask(anna, Withdraw(ref=name(anna, 20 + number)))
            await street.pass_time(700)
        assert sent.count["patch"] < 4
        assert "tomorrow" in await missing()
        assert not ben.is_complete(anna.feed_id)
        assert ben.reads(anna.author_id), "the rest is there"
        await street.pass_time(24 * 3_600, step_s=60)
        await street.until(lambda: is_whole(ben, anna), within_s=60)
        assert await missing() == ""
        assert not any(has_body(ben, anna, 20 + number) for number in range(4))

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_two_withdrawals_in_a_row_end_in_one_chunk(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, others = await with_followers(street, 2, 600)
        refs = [name(anna, at) for at in (20, 290, 599)]
        for ref in refs:
            await ask(anna, Withdraw(ref=ref))
        await street.until(lambda: all(is_whole(each, anna) for each in others), within_s=20)
        for at in (20, 290, 599):
            assert not any(has_body(each, anna, at) for each in (anna, *others))
        await street.pass_time(3)
        found = [await ask(anna, HowFarRemoved(ref=ref)) for ref in refs]
        assert [each.removed_at for each in found] == [2, 2, 2]
        assert ref_text(found[0].ref) == refs[0]

    in_neighbourhood(tmp_path, scenario)
