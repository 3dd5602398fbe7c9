"""One spoilt home, opened as a command does: what it may say, sign and show."""

import shutil
from contextlib import suppress
from pathlib import Path
from random import Random

from msgspec import Struct, field
from msgspec.structs import replace
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.highwater import Ruling
from swarmfeed.core.feed.kinds import PostBody, decode_body
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.writer import find_post
from swarmfeed.node.ground.pen import say
from swarmfeed.node.node import Node

from ordeals.own.life import Life, WatchedKey, play
from ordeals.own.spoilings import Spoiling, remembered

TEXT = "written after"


class GaveWayError(Exception):
    """A case ended otherwise than it must."""


class Seen(Struct, kw_only=True):
    """What a node did with a spoilt home."""

    most: int
    """Largest size that anything left tells."""
    start: int = 0
    """Entries it had when it was asked to write."""
    refused: str = ""
    """Its sentence; empty: the post was taken."""
    ruling: Ruling = Ruling.ENDED
    missing: tuple[int, int] = (0, 0)
    named: tuple[str, ...] = ()
    """What verify named."""
    added: list[bytes] = field(default_factory=list)
    """Stored entries behind ``start``, after a restart."""

    @property
    def excused(self) -> bool:
        """It went on from a smaller size, and nothing on the machine knew better."""
        return not self.refused and self.most <= self.start


def suffer(life: Life, case: Spoiling, home: Path, luck: Random) -> Seen:
    """Spoil a copy of the home, write a post, start again, and look at everything.

    Raises:
        GaveWayError: Something was lost, invented, or signed that must not be.
    """
    life.copy(home)
    for spoil in case.spoil:
        with suppress(FileNotFoundError):  # the folder it lies in is gone already
            spoil(life, home, luck)
    seen = Seen(most=remembered(life, home))
    key = WatchedKey(life.feed_key)
    _write(life, home, key, seen)
    _start_again(life, home, seen)
    _check(life, key, seen, case)
    shutil.rmtree(home)
    return seen


def _write(life: Life, home: Path, key: WatchedKey, seen: Seen) -> None:
    async def script(node: Node) -> None:
        verdict = node.ground.pen.verdict()
        replica = node.ground.shelf.replica(life.identity.feed_id)
        seen.ruling, seen.missing = verdict.ruling, verdict.missing
        seen.start = replica.size if replica else 0
        try:
            ref = await node.feeds.writer.publish_post(TEXT, None)
        except UserError as error:
            seen.refused = str(error)
            if seen.refused != say(verdict):
                raise GaveWayError(f"refused for another reason: {seen.refused}") from error
        else:
            shown = find_post(node.ground.shells.index, ref)
            if shown is None or shown.text != TEXT:
                raise GaveWayError("taken, and not there")
        report = await node.feeds.caretaker.verify()
        seen.named = (*report.damaged, *report.missing)

    play(home, replace(life.identity, feed_key=key), script)


def _start_again(life: Life, home: Path, seen: Seen) -> None:
    feed_id = life.identity.feed_id

    async def script(node: Node) -> None:
        replica = node.ground.shelf.replica(feed_id)
        size = replica.size if replica else 0
        if replica is not None and size > seen.start:
            seen.added = list(node.ground.shelf.read_entries(feed_id, seen.start, size))
        post = node.ground.shells.index.post(feed_id, size - 1)
        if not seen.refused and (post is None or post.text != TEXT):
            raise GaveWayError("taken, and not there after a restart")

    play(home, life.identity, script)


def _check(life: Life, key: WatchedKey, seen: Seen, case: Spoiling) -> None:
    if seen.refused:
        _check_refusal(key, seen)
    elif seen.start < seen.most:
        raise GaveWayError(f"signed from {seen.start}, and something here says {seen.most}")
    elif [_text(each) for each in seen.added] != [TEXT]:
        raise GaveWayError(f"{len(seen.added)} entries were added, not the one post")
    elif seen.start == len(life.entries):
        for message in key.signed:
            if not life.is_said(message, seen.added):
                raise GaveWayError("a head was signed that is none of this history")
    if case.signs and seen.refused:
        raise GaveWayError(f"refused though nothing is missing: {seen.refused}")
    if case.refuses and not seen.refused:
        raise GaveWayError("signed without a mark")


def _check_refusal(key: WatchedKey, seen: Seen) -> None:
    if key.signed:
        raise GaveWayError("refused, and signed all the same")
    if "swarmfeed restore" not in seen.refused:
        raise GaveWayError(f"refused without a next step: {seen.refused}")
    if not seen.named:
        raise GaveWayError("refused, and verify says that all is good")
    if seen.ruling is Ruling.WAITS:
        first, last = seen.missing[0], seen.missing[1] - 1
        wanted = f"entries {first} to {last}" if first < last else f"entry {first}"
        if wanted not in seen.refused or not any(
            f"{last} are missing" in s for s in seen.named
        ):
            raise GaveWayError(f"what is missing is not named: {seen.refused} {seen.named}")
    if seen.added:
        raise GaveWayError("refused, and the feed grew all the same")


def _text(stored: bytes) -> str:
    entry = decode_entry(stored)
    body = decode_body(entry.kind, entry.body or b"de")
    return body.text if isinstance(body, PostBody) else ""
