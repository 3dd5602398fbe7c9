"""When a letter is tried again, and how far it is: pure functions of what was written down."""

from collections.abc import Collection
from enum import StrEnum

from msgspec.structs import replace

from swarmfeed.core.base.types import AuthorId, NodeId
from swarmfeed.core.letters.limits import EXPIRES_MS, RESEND_AFTER_MS, RETRY_MS
from swarmfeed.core.letters.rows import BOXES_NOTED_MAX, LetterTarget, SentLetter


class Progress(StrEnum):
    """How far an own letter is, as its writer is told."""

    WAITS = "waits"
    """Sealed, and nobody took it yet."""
    KEPT = "kept"
    """Machines keep it for somebody."""
    ARRIVED = "arrived"
    """A device of each person confirmed it."""
    EXPIRED = "expired"


def taken(target: LetterTarget, now_ms: int, boxes: Collection[NodeId] = ()) -> LetterTarget:
    """Return a target once somebody took its parcel: boxes, or (none) the device itself."""
    pause = RESEND_AFTER_MS[min(target.sent, len(RESEND_AFTER_MS) - 1)]
    return replace(
        target,
        boxes=tuple(sorted({*target.boxes, *boxes}))[:BOXES_NOTED_MAX],
        given=target.given or not boxes,
        next_ms=now_ms + pause,
        sent=target.sent + 1,
        tried=0,
    )


def refused(target: LetterTarget, now_ms: int) -> LetterTarget:
    """Return a target once nobody took its parcel."""
    pause = RETRY_MS[min(target.tried, len(RETRY_MS) - 1)]
    return replace(target, next_ms=now_ms + pause, tried=target.tried + 1)


def untaken(target: LetterTarget, now_ms: int) -> LetterTarget:
    """Return a target that is tried at once, if nobody took its parcel: there is a new way."""
    is_waiting = target.tried and not (target.got or target.given or target.boxes)
    return replace(target, next_ms=now_ms, tried=0) if is_waiting else target


def is_due(target: LetterTarget, now_ms: int) -> bool:
    return not target.got and target.next_ms <= now_ms


def is_expired(letter: SentLetter, now_ms: int) -> bool:
    return now_ms - letter.made_ms >= EXPIRES_MS


def is_done(letter: SentLetter, own: AuthorId) -> bool:
    """Whether each device it goes to has confirmed it, and all people have one among them."""
    reached = {each.author_id for each in letter.targets}
    is_known = all(who in reached for who in letter.people if who != own)
    return is_known and all(each.got for each in letter.targets)


def progress(letter: SentLetter, own: AuthorId) -> Progress:
    """Return how far a letter is, apart from the copies for our own devices."""
    others = [who for who in letter.people if who != own]
    reached = {each.author_id for each in letter.targets if each.got}
    if others and all(who in reached for who in others):
        return Progress.ARRIVED
    kept = any(each.boxes or each.given for each in letter.targets if each.author_id != own)
    return Progress.KEPT if kept else Progress.WAITS


def boxes_of(letter: SentLetter, own: AuthorId) -> frozenset[NodeId]:
    """Machines that keep it for somebody else than us."""
    others = (each for each in letter.targets if each.author_id != own and not each.got)
    return frozenset(box for each in others for box in each.boxes)
