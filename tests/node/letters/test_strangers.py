"""What strangers can do to letters of friends: nothing."""

from collections.abc import Mapping
from pathlib import Path
from secrets import token_bytes

import pytest
from msgspec.structs import replace
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from street.sealers import ENVELOPES, Published, SealingDevice
from swarmfeed.core.base.ratchets import RatchetHeader
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.letters import limits
from swarmfeed.core.letters.content import CHANGED, GOT, Content, encode_content
from swarmfeed.core.letters.parcel import PARCEL_INFO, encode_inner, make_inner
from swarmfeed.core.letters.rows import LetterDevice
from swarmfeed.core.letters.words import KEPT, LATER
from swarmfeed.errors import PassingError
from swarmfeed.node.letters.book import Edits, LetterBook

from tests.node.letters.scene import friends, parts, states, texts, until, write


def feed_of(who: Neighbour) -> FeedId:
    return who.running.ground.identity.feed_id


def outer_of(who: Neighbour) -> bytes:
    newest = parts(who).keyring.newest()
    assert newest is not None
    return newest.body.outer


def forged(to: Neighbour, sender: FeedId) -> bytes:
    """What anybody can make: it says that somebody sent it, and opens nowhere."""
    header = RatchetHeader(ratchet=token_bytes(32), before=900, number=900)
    inner = encode_inner(make_inner(sender, header, token_bytes(300), None))
    return ENVELOPES.close_up(outer_of(to), inner, PARCEL_INFO)


def withhold(who: Neighbour) -> list[bytes]:
    """Keep from somebody what is brought to them; returns where it is."""
    reading, came = parts(who).reading, list[bytes]()

    async def later(parcel: bytes) -> int:
        came.append(parcel)
        return LATER

    reading.take = later  # type: ignore[method-assign]
    return came


async def acquainted(street: Neighbourhood) -> tuple[Neighbour, Neighbour]:
    """Anna and Ben, who wrote to each other."""
    anna, ben = await friends(street)
    await write(anna, ben, "one")
    await until(street, lambda: _arrived(anna, ben))
    await write(ben, anna, "two")
    await until(street, lambda: _arrived(ben, anna))
    return anna, ben


async def _arrived(who: Neighbour, other: Neighbour) -> bool:
    found = await states(who, other)
    return bool(found) and all(each in ("", "arrived") for each in found)


@pytest.mark.attack("A210")
def test_a_forged_parcel_costs_no_session(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await acquainted(street)
        take = parts(anna).reading.take
        on_the_way = withhold(anna)
        await write(ben, anna, "under way")
        await street.pass_time(3)
        (late,) = on_the_way
        before = parts(anna).book.devices[feed_of(ben)].sessions
        assert await take(forged(anna, feed_of(ben))) == KEPT
        parts(anna).reading.take = take  # type: ignore[method-assign]
        after = parts(anna).book.devices[feed_of(ben)]
        assert {each.state for each in before} <= {each.state for each in after.sessions}
        assert await take(late) == KEPT
        assert await texts(anna, ben) == ["one", "two", "under way"]
        await street.pass_time(10)
        seen, sent = len(parts(anna).book.seen), len(parts(anna).book.sent)
        for _ in range(20):
            assert await take(forged(anna, feed_of(ben))) == KEPT
        assert (len(parts(anna).book.seen), len(parts(anna).book.sent)) == (seen, sent)
        await write(anna, ben, "and back")
        await until(street, lambda: _arrived(anna, ben))
        assert (await texts(ben, anna))[-1] == "and back"

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A210")
def test_a_new_session_is_begun_and_the_old_ones_open_still() -> None:
    published = Published()
    anna, ben = SealingDevice(1, published), SealingDevice(2, published)
    ben.open(anna.seal(ben, b"one"))
    anna.open(ben.seal(anna, b"two"))
    late = ben.seal(anna, b"late")
    for _ in range(limits.SESSIONS_MAX * 2):
        anna.devices[ben.feed_id] = replace(anna.devices[ben.feed_id], anew=True)
        anna.seal(ben, b"again")
    row = anna.devices[ben.feed_id]
    assert not row.anew and row.sessions[0].opening is not None
    assert len(row.sessions) == 2, "one that nobody answered is enough"
    anna.open(late)
    assert anna.opened == [b"two", b"late"]
    ben.open(anna.seal(ben, b"three"))
    assert ben.opened[-1] == b"three"


@pytest.mark.attack("A210")
def test_nobody_is_asked_in_the_name_of_a_stranger(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street, follow=False)
        await street.pass_time(5)
        for sender in (feed_of(ben), FeedId(token_bytes(32))):
            assert await parts(anna).reading.take(forged(anna, sender)) == KEPT
        book = parts(anna).book
        assert not book.sent and not book.seen and not book.devices

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A211")
def test_many_strangers_do_not_fill_what_is_remembered(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await acquainted(street)
        book, answers = parts(anna).book, list[int]()
        published = Published()
        body = parts(anna).keyring.newest()
        assert body is not None
        published.keys[feed_of(anna)] = body.body
        known = {*book.seen}
        for number in range(3, 9):
            stranger = SealingDevice(number, published)
            for kind in ("follow-me", "follow-me", GOT):
                answers.append(
                    await parts(anna).reading.take(to_neighbour(stranger, anna, kind))
                )
        assert answers.count(LATER) == 2 * 6 - 4
        assert len({*book.seen} - known) == 2 * 4, "receipts for nothing leave nothing"
        assert len(book.devices) == 1 + 2
        assert feed_of(ben) in book.devices

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("swarmfeed.node.letters.reading.STRANGERS_PER_DAY", 4)
        in_neighbourhood(tmp_path, scenario)


def to_neighbour(stranger: SealingDevice, to: Neighbour, kind: str) -> bytes:
    content = encode_content(
        Content(
            body=b"d1:gl16:" + token_bytes(16) + b"ee",
            kind=kind,
            time_ms=1,
            to=to.author_id,
        )
    )
    return stranger.seal_to(feed_of(to), to.author_id, content)


@pytest.mark.attack("A211")
def test_where_there_are_too_many_devices_strangers_go_first(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await acquainted(street)
        book = parts(anna).book
        for number in range(6):
            row = LetterDevice(author_id=AuthorId(bytes([number]) * 32), heard_ms=2**45)
            async with book.lock:
                await book.save(Edits(devices={FeedId(bytes([number]) * 32): row}), 2**45)
        assert len(book.devices) == 3
        assert feed_of(ben) in book.devices

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("swarmfeed.node.letters.book.DEVICES_MAX", 3)
        in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A211")
def test_receipts_that_nobody_takes_keep_nobody_from_writing(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await acquainted(street)
        writing, book = parts(anna).writing, parts(anna).book
        for number in range(9):
            async with book.lock:
                edits, who = Edits(), bytes([number]) * 32
                writing.put_to_device(edits, FeedId(who), AuthorId(who), GOT, b"d1:glee")
                await book.save(edits, 1)
        assert sum(not each.people for each in book.sent.values()) == 4
        await write(anna, ben, "three")
        await until(street, lambda: _arrived(anna, ben))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("swarmfeed.node.letters.writing.OWED_MAX", 4)
        patched.setattr("swarmfeed.node.letters.writing.SENT_MAX", 2)
        in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A212")
def test_who_asks_for_all_again_without_end_has_it_now_and_then(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await acquainted(street)
        await ben.stop()
        await write(anna, ben, "three")
        await street.pass_time(60)
        book, confirming = parts(anna).book, parts(anna).reading._confirming

        async def heeded(feed_id: FeedId) -> bool:
            async with book.lock:
                return confirming.begin_anew(Edits(), feed_id)

        asked = [await heeded(ben.feed_id) for _ in range(2 * limits.AGAINS_AT_ONCE)]
        assert asked.count(True) == limits.AGAINS_AT_ONCE
        await street.pass_time(limits.AGAIN_EVERY_MS // 1_000)
        assert [await heeded(ben.feed_id) for _ in range(2)] == [True, False]
        assert len(confirming._agains) == 1
        assert await heeded(FeedId(bytes(32))), "nothing goes there"
        assert len(confirming._agains) == 1

    in_neighbourhood(tmp_path, scenario)


class RefusingDisk:
    """A ledger whose disk is full for a while."""

    def __init__(self, book: LetterBook) -> None:
        self._file = book._file
        self.is_full = True
        book._file = self

    def read(self, page: str) -> dict[bytes, bytes]:
        return self._file.read(page)

    def write(self, changes: Mapping[str, Mapping[bytes, bytes | None]]) -> None:
        if self.is_full:
            raise PassingError("the disk is full", "full")
        self._file.write(changes)

    def check_writable(self) -> None:
        self._file.check_writable()

    def was_lost(self) -> bool:
        return False

    def close(self) -> None:
        self._file.close()


def test_nothing_is_confirmed_that_a_full_disk_refused(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await acquainted(street)
        owed = list[bytes]()
        receipts, disk = parts(ben).reading._receipts, RefusingDisk(parts(ben).book)
        owe = receipts.owe

        def note(feed_id: FeedId, author_id: AuthorId, name: bytes) -> None:
            owed.append(name)
            owe(feed_id, author_id, name)

        receipts.owe = note  # type: ignore[method-assign]
        await write(anna, ben, "three")
        await street.pass_time(30)
        assert not owed and (await states(anna, ben))[-1] != "arrived"
        assert await texts(ben, anna) == ["one", "two"]
        disk.is_full = False
        await until(street, lambda: _arrived(anna, ben), within_s=600)
        assert (await texts(ben, anna))[-1] == "three"

    in_neighbourhood(tmp_path, scenario)


def test_a_key_seals_nothing_else_once_its_parcel_left(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await acquainted(street)
        came = withhold(ben)
        disk = RefusingDisk(parts(anna).book)
        disk.is_full = False
        await write(anna, ben, "three")
        disk.is_full = True
        await street.pass_time(20)
        assert not came, "what is sealed leaves when the session is on disk"
        disk.is_full = False
        await street.pass_time(600)
        assert came

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A209")
def test_a_row_that_cannot_be_read_shuts_out_no_other(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await acquainted(street)
        await ben.stop()
        ben.letters.write({"talks": {b"x" * 32: b"d1:gi1ee"}, "sent": {b"y" * 16: b"rubbish"}})
        await ben.start()
        assert await texts(ben, anna) == ["one", "two"]

    in_neighbourhood(tmp_path, scenario)


def test_contacts_are_told_with_what_to_leave_parcels(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await acquainted(street)
        await anna.running.ground.mail.renew_token()
        token = anna.running.ground.mail.own_token()
        await write(anna, ben, "three")
        await until(street, lambda: _arrived(anna, ben))
        await street.pass_time(5)
        assert token and parts(ben).book.talks[anna.author_id].theirs == token

    in_neighbourhood(tmp_path, scenario)


def test_a_device_that_a_contact_has_later_is_told_it_too(tmp_path: Path) -> None:
    """Else it writes as strangers do, twenty parcels a day."""

    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await acquainted(street)
        await anna.running.ground.mail.renew_token()
        token = anna.running.ground.mail.own_token()

        async def is_told(who: Neighbour) -> bool:
            talk = parts(who).book.talks.get(anna.author_id)
            return talk is not None and talk.theirs == token

        await until(street, lambda: is_told(ben))
        phone = await street.move_in(device_of=ben, knows=[anna])
        ben.recognise(phone)
        await street.pass_time(5)
        await write(phone, anna, "from the phone")
        await until(street, lambda: is_told(phone))
        sent = len(parts(anna).book.sent)
        await street.pass_time(60)
        assert len(parts(anna).book.sent) <= sent, "once"

    in_neighbourhood(tmp_path, scenario)


def test_a_change_of_a_group_nobody_told_us_of_is_not_confirmed(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await acquainted(street)
        body = b"d1:gi1e1:p32:" + bytes(32) + b"e"
        async with parts(anna).book.lock:
            edits, group = Edits(), b"g" * 32
            parts(anna).writing.put(edits, (ben.author_id,), CHANGED, body, group)
            await parts(anna).book.save(edits, 1)
        parts(anna).delivery.wake()
        await street.pass_time(20)
        (letter,) = parts(anna).book.sent.values()
        assert any(each.given and not each.got for each in letter.targets), "it comes again"
        assert group not in parts(ben).book.talks

    in_neighbourhood(tmp_path, scenario)
