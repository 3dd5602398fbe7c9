"""Getting an author back: what is known of them, and the move to their second sheet.

Here alone an author key and a node come together: the key is made of typed words, signs what
is to be signed, and is gone; the node gets only what was signed.
"""

import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed import wiring
from swarmfeed.anew import device_anew
from swarmfeed.core.asks import recovery_sentences as sentences
from swarmfeed.core.asks.identity_sentences import WHOSE_WORDS, WORDS_OF_ANOTHER
from swarmfeed.core.asks.people import Fetch, WhoAreYou
from swarmfeed.core.asks.recovery import (
    Certified,
    CertifiedFeedView,
    TakeCertificates,
    WhatIsCertified,
)
from swarmfeed.core.asks.sheets import TakeSheets, WhoseSheet
from swarmfeed.core.asks.state import NoteSheets
from swarmfeed.core.base.address import Link, format_link
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import GENERATIONS_MAX
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.author import AuthorFeeds, feeds_of, proving_rotates, which_sheet
from swarmfeed.core.feed.authorkey import AuthorKey, Sheet, author_id_of, hash_key
from swarmfeed.core.feed.certificate import Certificate, open_certificate
from swarmfeed.core.feed.moving import Stays, key_after, key_in_force, sign_move
from swarmfeed.core.talk.sheets import sign_sheets
from swarmfeed.desk import Answerer
from swarmfeed.errors import UserError
from swarmfeed.node.ground.home import Restored, key_path
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.paper import note_sheets, sheets_statement
from swarmfeed.shell.clock import SystemClock
from swarmfeed.shell.disk.keyfile import AuthorSeeds, new_seed, open_keys, replace_author
from swarmfeed.shell.disk.sheets import write_sheets

LOOK_UP_S: Final = 60
"""How long an author is looked for; a lookup in the DHT takes some ten seconds."""

LOOK_EVERY_S: Final = 0.1

ASK_EVERY_S: Final = 0.5
"""How often the DHT is asked whose a sheet is: at first nobody in it is known."""

LINGER_S: Final = 2.0
"""How long more is waited for once something is known: others may know of more feeds."""


class Learnt(Struct, frozen=True, kw_only=True):
    """What certificates say of an author."""

    state: AuthorFeeds
    certificates: dict[bytes, Certificate]
    feeds: tuple[CertifiedFeedView, ...]


class Move(Struct, frozen=True, kw_only=True):
    """A move that was thought through, and not yet done."""

    known: Learnt
    author: AuthorKey
    next_seed: bytes | None
    """Of the new second sheet; None where the author moved before, and the sheet is known."""


def known_of(desk: Answerer, author_id: AuthorId) -> Learnt:
    """Ask a node what it knows of an author."""
    return _known(author_id, desk.ask(WhatIsCertified(author=author_id)))


def _known(author_id: AuthorId, told: Certified) -> Learnt:
    opened = {each: open_certificate(each) for each in told.certificates}
    state = feeds_of(author_id, opened.values())
    return Learnt(state=state, certificates=opened, feeds=told.feeds)


def plan_move(known: Learnt, seeds: Iterable[bytes]) -> Move:
    """Think a move through: with the words of the second sheet, or again with what is the
    first one since.

    Args:
        seeds: Of the sheets that were given; one of them has to be the second.

    Raises:
        UserError: None of them is, or the author moved as often as can be.
    """
    sheets = {which_sheet(known.state, SigningKey(seed).public): seed for seed in seeds}
    if Sheet.SECOND in sheets:
        if known.state.generation == GENERATIONS_MAX - 1:
            raise UserError(sentences.NO_SHEET_LEFT(moves=known.state.generation))
        next_seed = new_seed()
        next_hash = hash_key(SigningKey(next_seed).public)
        author = key_after(known.state, SigningKey(sheets[Sheet.SECOND]), next_hash)
        return Move(known=known, author=author, next_seed=next_seed)
    if Sheet.FIRST in sheets and known.state.generation:
        author = key_in_force(known.state, SigningKey(sheets[Sheet.FIRST]))
        return Move(known=known, author=author, next_seed=None)
    is_first = Sheet.FIRST in sheets
    raise UserError((sentences.FIRST_SHEET_GIVEN if is_first else sentences.NOT_SECOND_SHEET)())


def _sign(
    move: Move, own: SigningKey, stays: Sequence[Stays], now_ms: int
) -> tuple[bytes, ...]:
    """Sign what the move takes; ``stays`` are the feeds beside the own one."""
    known = move.known
    return sign_move(move.author, known.state, known.certificates, own, stays, now_ms=now_ms)


def move_home(
    desk: Answerer, home: Path, passphrase: str, move: Move, stays: Sequence[Stays]
) -> None:
    """Move the author of a home, whose node ``desk`` is of.

    Cut short after the certificates are kept, it is done but for the key file: said again with
    the same words it puts that right, and signs nothing twice.

    Raises:
        UserError: The passphrase is wrong, or the machine refuses; nothing was changed.
    """
    keys = open_keys(key_path(home), passphrase)
    signed = _sign(move, SigningKey(keys.feed_seed), stays, SystemClock().now_ms())
    if move.next_seed is not None:
        # Before the certificates: if it is cut short after them, both keys are gone.
        _write_sheets(home, move)
        statement = sheets_statement(move.author, move.next_seed)
        desk.ask(NoteSheets(statement=statement.hex()))
    if signed:
        desk.ask(TakeCertificates(certificates=signed))
    if move.next_seed is not None:
        first, _ = sign_sheets(move.author, SigningKey(move.next_seed))
        said = TakeSheets(
            key=first.public, value=first.value, signature=first.signature, seq=first.seq
        )
        desk.ask(said)
    replace_author(key_path(home), passphrase, AuthorSeeds.of(move.author))


def move_to_new_home(
    home: Path, name: str, passphrase: str, move: Move, stays: Sequence[Stays]
) -> None:
    """Make this machine a new device of an author, who moves by that.

    Raises:
        UserError: There are keys already, or the folder cannot be written; nothing was changed.
    """

    def certify(own: SigningKey, now_ms: int) -> tuple[bytes, ...]:
        return _sign(move, own, stays, now_ms)

    rotates = _rotates_of(move.known)
    wiring.make_device(home, name, passphrase, move.author, rotates, certify=certify)
    _write_sheets(home, move)
    if move.next_seed is not None:
        keys = open_keys(key_path(home), passphrase)
        own = FeedId(SigningKey(keys.feed_seed).public)
        note_sheets(home, keys.recipient_seed, own, move.author, move.next_seed)


def _write_sheets(home: Path, move: Move) -> None:
    """Let the node say in the DHT whose the new sheets are."""
    if move.next_seed is not None:
        write_sheets(home, sign_sheets(move.author, SigningKey(move.next_seed)))


def _rotates_of(known: Learnt) -> tuple[bytes, ...]:
    """Return the signed rotates up to the key in force, oldest first."""
    return proving_rotates(known.state.author_id, known.certificates)


def restore(
    home: Path,
    name: str,
    passphrase: str,
    seeds: Sequence[bytes],
    link: Link | None,
    settings: NodeSettings,
    within_s: float,
) -> Restored:
    """Make this machine a new device of an author, by the words of the first sheet.

    Args:
        name: Empty where it comes from what the author wrote before.
        seeds: Of the sheets that were given; one has to be the first.
        link: Whose words they are; None where the home, or the DHT, knows.
        settings: Of the node that looks the author up; without a network nothing is.

    Raises:
        UserError: The words are of another sheet, nobody knows whose they are, there are keys
            that can write, or the folder cannot be written; nothing was changed.
    """
    if key_path(home).exists():
        return Restored(whoami=device_anew(home, name, passphrase, seeds))
    known = _found(home, seeds, link, settings, within_s)
    sheets = {which_sheet(known.state, SigningKey(seed).public): seed for seed in seeds}
    if Sheet.FIRST not in sheets:
        raise UserError(_why_not(known.state, is_second=Sheet.SECOND in sheets))
    author = key_in_force(known.state, SigningKey(sheets[Sheet.FIRST]))
    wrote = [each for each in known.feeds if each.entries and each.counts]
    return Restored(
        whoami=wiring.make_device(home, name, passphrase, author, _rotates_of(known)),
        entries=sum(each.entries if each.end is None else each.end for each in wrote),
        devices=len(wrote),
        at=link.at if link is not None else (),
    )


def _why_not(state: AuthorFeeds, *, is_second: bool) -> str:
    if is_second:
        return sentences.SECOND_SHEET_GIVEN()
    return sentences.SHEET_REPLACED() if state.generation else WORDS_OF_ANOTHER()


def _found(
    home: Path,
    seeds: Sequence[bytes],
    link: Link | None,
    settings: NodeSettings,
    within_s: float,
) -> Learnt:
    """What others know of an author, else what the sheets say."""
    by_sheet = known_by_sheet(seeds, link) if link is not None else None
    if settings.network:
        try:
            with looking(home, settings) as desk:
                return find(desk, seeds, link, within_s)
        except UserError:
            if by_sheet is None:
                raise
    if by_sheet is None:
        is_sheet = link is not None and link.next_key_hash is not None
        raise UserError((WORDS_OF_ANOTHER if is_sheet else WHOSE_WORDS)())
    return by_sheet


def known_by_sheet(seeds: Iterable[bytes], link: Link) -> Learnt | None:
    """What the sheets themselves say: enough for the first author key there was.

    Raises:
        UserError: The words are the second sheet's.
    """
    if link.next_key_hash is None:
        return None
    for seed in seeds:
        key = SigningKey(seed).public
        if hash_key(key) == link.next_key_hash:
            raise UserError(sentences.SECOND_SHEET_GIVEN())
        if author_id_of(key, link.next_key_hash) == link.author_id:
            state = AuthorFeeds(
                author_id=link.author_id, key=key, next_key_hash=link.next_key_hash
            )
            return Learnt(state=state, certificates={}, feeds=())
    return None


def own_author(desk: Answerer) -> AuthorId:
    return desk.ask(WhoAreYou()).author_id


# --- an author of whom nothing is here ------------------------------------------------------


@contextmanager
def looking(home: Path, settings: NodeSettings) -> Iterator[Answerer]:
    """Open a node of nobody beside a home, to look an author up; nothing of it stays."""
    folder = home / "looking"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        wiring.create_home(folder, "nobody", "")
        with wiring.open_node(folder, replace(settings, is_passing=True), "") as desk:
            yield desk
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find(desk: Answerer, seeds: Iterable[bytes], link: Link | None, within_s: float) -> Learnt:
    """Look an author up by a link, else by what the keys of the sheets say in the DHT.

    Raises:
        UserError: Nobody answered in time, or nobody knows whose the words are.
    """
    meant = link or whose(desk, seeds, within_s)
    if meant is None:
        raise UserError(WHOSE_WORDS())
    return look_up(desk, meant, within_s)


def whose(desk: Answerer, seeds: Iterable[bytes], within_s: float) -> Link | None:
    """Ask the DHT whose some sheets are; None where it does not say so in time."""
    keys, end_s = [SigningKey(seed).public for seed in seeds], time.monotonic() + within_s
    while time.monotonic() < end_s:
        for key in keys:
            author_id = desk.ask(WhoseSheet(key=key)).author
            if author_id is not None:
                return Link(author_id)
        time.sleep(ASK_EVERY_S)
    return None


def look_up(desk: Answerer, link: Link, within_s: float) -> Learnt:
    """Ask all who are reached for an author, until somebody knows them and a little longer.

    Raises:
        UserError: Nobody answered in time.
    """
    desk.ask(Fetch(who=format_link(link)))
    end_s = time.monotonic() + within_s
    found: Learnt | None = None
    while time.monotonic() < end_s:
        known = known_of(desk, link.author_id)
        if known.state.key is not None and any(each.entries for each in known.feeds):
            if found is None:
                end_s = min(end_s, time.monotonic() + LINGER_S)
            found = known
        time.sleep(LOOK_EVERY_S)
    if found is None:
        raise UserError(sentences.NOBODY_FOUND(seconds=round(within_s)))
    return found
