"""Heads that do not belong together in one message: each counts as if it came alone."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.certificate import sign_join
from swarmfeed.core.talk.words import HeadOffer, Several
from swarmfeed.errors import BadProofError, PassingError

from tests.node.rig import Scribe
from tests.node.talk import Talk, talk

pytestmark = pytest.mark.attack("A13")


def writer(to: Talk, number: int) -> Scribe:
    """Somebody whom the node follows, with five entries."""
    found = Scribe(number)
    found.grow_to(5)
    to.care(found.author_id)
    return found


def device(of: Scribe, number: int) -> Scribe:
    """One more feed of the same author."""
    found = Scribe(number)
    found.author = of.author
    found.certificate = sign_join(of.author, found.feed_key, from_ms=number)
    found.grow_to(5)
    return found


def test_two_histories_in_one_message_are_a_fork(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna, bert, peer = writer(to, 1), writer(to, 2), to.link(1)
        forked = anna.branch()
        first = anna.append([b"d1:b0:1:k1:x1:ti1ee"])
        second = forked.append([b"d1:b0:1:k1:y1:ti1ee"])
        assert first.size == second.size
        told = Several(heads=(anna.offer(), forked.offer(), bert.offer()))
        await to.hear(peer, told)
        shelf = to.node.ground.shelf
        assert shelf.is_forked(anna.feed_id)
        assert shelf.replica(anna.feed_id) == first
        assert shelf.replica(bert.feed_id) == bert.newest
        proof = shelf.fork_proof(anna.feed_id)
        assert proof is not None
        assert {proof.first, proof.second} == {first.signed_head, second.signed_head}

    talk(tmp_path, script)


@pytest.mark.parametrize("newer_first", [True, False])
def test_of_an_older_and_a_newer_head_the_newer_stays(
    tmp_path: Path, *, newer_first: bool
) -> None:
    async def script(to: Talk) -> None:
        anna, peer = writer(to, 1), to.link(1)
        older = anna.offer()
        anna.grow_to(8)
        heads = (anna.offer(5), older) if newer_first else (older, anna.offer(5))
        await to.hear(peer, Several(heads=heads))
        assert to.node.ground.shelf.replica(anna.feed_id) == anna.newest
        assert peer.knows[anna.feed_id] == 8

    talk(tmp_path, script)


def test_a_feed_that_two_authors_certify_is_that_of_the_first(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna, bert, peer = writer(to, 1), writer(to, 2), to.link(1)
        stolen = replace(
            anna.offer(),
            author_id=bert.author_id,
            certificates=(sign_join(bert.author, anna.feed_key, from_ms=1),),
        )
        await to.hear(peer, Several(heads=(anna.offer(), stolen, bert.offer())))
        shelf = to.node.ground.shelf
        assert shelf.author_of(anna.feed_id) == anna.author_id
        assert shelf.feeds_of(bert.author_id) == [bert.feed_id]
        assert to.node.ground.shells.logs.read_certificates(anna.feed_id) == (anna.certificate,)

    talk(tmp_path, script)


def test_feeds_that_bring_a_certificate_more_each_write_all_of_them_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(to: Talk) -> None:
        anna, peer = writer(to, 1), to.link(1)
        devices = [anna, *(device(anna, number) for number in range(20, 29))]
        said = [each.certificate for each in devices]
        heads = tuple(each.offer(0, *said[:at]) for at, each in enumerate(devices))
        logs, written = to.node.ground.shells.logs, list[FeedId]()
        really = logs.replace_certificates

        def write(feed_id: FeedId, signed: Sequence[bytes]) -> None:
            written.append(feed_id)
            really(feed_id, signed)

        monkeypatch.setattr(logs, "replace_certificates", write)
        await to.hear(peer, Several(heads=heads))
        assert sorted(written) == sorted(each.feed_id for each in devices)
        shelf = to.node.ground.shelf
        assert set(shelf.feeds_of(anna.author_id)) == {each.feed_id for each in devices}
        for each in devices:
            assert set(logs.read_certificates(each.feed_id)) == set(said)

    talk(tmp_path, script)


def test_a_feed_that_cannot_be_read_now_keeps_no_other_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(to: Talk) -> None:
        authors, peer = [writer(to, number) for number in (1, 2, 3)], to.link(1)
        heads = tuple(each.offer() for each in authors)
        unread = {authors[1].feed_id: PassingError("no open files are left", "busy")}
        monkeypatch.setattr(to.node.ground.shells.logs, "unread", lambda: unread)
        await to.hear(peer, Several(heads=heads))
        shelf = to.node.ground.shelf
        held = [shelf.replica(each.feed_id) is not None for each in authors]
        assert held == [True, False, True]
        assert to.node.ground.strain.now() != []
        unread.clear()
        await to.hear(peer, heads[1])
        assert shelf.replica(authors[1].feed_id) == authors[1].newest

    talk(tmp_path, script)


def test_a_false_second_word_on_a_feed_shuts_out_and_loses_nothing(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna, peer = writer(to, 1), to.link(1)
        true = anna.offer()
        anna.grow_to(7)
        false: HeadOffer = replace(anna.offer(5), tail=anna.newest.tail[::-1])
        with pytest.raises(BadProofError):
            await to.hear(peer, Several(heads=(true, false)))
        known = to.node.ground.shelf.replica(anna.feed_id)
        assert known is not None
        assert known.size == 5

    talk(tmp_path, script)
