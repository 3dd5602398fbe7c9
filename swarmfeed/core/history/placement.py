"""Who adds a copy of a feed that has slack, and who may let one go.

No server asks another for permission: each ranks all of them by the same rendezvous hash,
sees whether it is among the few that are needed, and waits longer the lower it ranks.  The
hash chooses who adds, never who holds: a copy that is there is kept, whoever has it, until it
is superfluous, or until one on a better server makes two superfluous.

Sources: Thaler and Ravishankar, "Using name-based mappings to increase hit rates", 1998
(rendezvous hashing); its weighted form -w / ln h is folklore.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from math import log
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.history import sentences
from swarmfeed.core.history.availability import HOUR_MS, Outlook
from swarmfeed.core.history.slack import (
    COPIES_MIN,
    EVEN,
    UNAVAILABLE_MIN,
    Coverage,
    copies_of,
    cover,
    has_slack,
    smooth_unavailability,
    unavailability,
    with_holder,
)

PLAN_EVERY_MS: Final = HOUR_MS
"""How often a feed is looked at; a server of rank n waits n times as long."""

RELEASE_FACTOR: Final = 0.5
"""How far below the target unavailability must be without a copy, so that it may go."""

RELEASE_COPIES: Final = 0.2
"""Copies beyond COPIES_MIN that must be left, so that one may go."""

RELEASE_STEPS: Final = 24
"""Looks in a row, one whole day, that must find a copy superfluous before it goes: what goes
in the morning and is needed in the evening would be sent to and fro."""

MERGED: Final = 2
"""Copies that one on a better server must make superfluous, so that it is worth fetching."""

CLAIM_FACTOR: Final = 0.5
"""What a claim counts of the copy it announces."""

LAST_SOURCE_TAKERS: Final = 2
"""Servers that take a feed at once when no server copy can be reached."""

UP_MAX: Final = 0.999
"""Beyond this, more availability gives a server no more weight."""

SHARPNESS: Final = 3.0
"""Power of a server's nines in its weight: at 3, a server that is reachable 97.5 % of the time
is asked for 99 times as many copies as one at 55 %, of which 4.6 copies equal one of its own.
More would save little and load few servers with everything."""

ROOM_STEPS: Final = 8
"""Steps in which free room is told, so that small changes do not change the order."""


class FeedView(Struct, frozen=True):
    """All that one server knows of one feed at one moment."""

    feed_id: FeedId
    holders: tuple[Outlook, ...]
    """Author, friends and servers that say they have the whole feed."""
    claims: tuple[Outlook, ...]
    """Servers that say they are fetching it."""
    candidates: tuple[Outlook, ...]
    """History servers that are online and do not hold it: what they would offer."""
    weights: Mapping[NodeId, float]
    """From `server_weight`, of candidates and holders; 0 for those not named."""
    target: float
    """From `slack.target`."""
    source_online: bool
    """Whether anybody can be fetched from now."""
    server_online: bool
    """Whether one of the servers among the holders is online."""
    readers: tuple[float, ...] = EVEN
    outages: Mapping[str, float] | None = None


class Memory(Struct, frozen=True):
    """What a server remembers of a feed from one look to the next."""

    unavailable: float | None = None
    """Smoothed."""
    slack_steps: int = 0
    """Looks in a row, up to this one, that found slack."""
    looked_at_ms: int = 0
    spare_steps: int = 0
    """Looks in a row that found our copy superfluous, and us the first to let go; or that
    found that a copy of ours would make two others superfluous."""


class Take(Struct, frozen=True):
    """Claim the feed and fetch it."""

    reason: str


class Release(Struct, frozen=True):
    """Stop promising the feed; its bytes may stay until the disk is wanted."""

    reason: str


class NoChange(Struct, frozen=True):
    """Change nothing."""

    reason: str


Decision = Take | Release | NoChange


def unit_hash(server_id: NodeId, feed_id: FeedId) -> float:
    """Hash a pair to 0 < h < 1; the same on every machine."""
    digest = sha256(b"swarmfeed placement 1" + server_id + feed_id).digest()
    # 52 bits and a half: neither 0 nor rounded up to 1.
    return ((int.from_bytes(digest[:8], "big") >> 12) + 0.5) / 2**52


def server_weight(up: float, room: float) -> float:
    """How often a server is asked, from its mean availability and its free share of disk.

    Args:
        up: Mean share of time reachable with what it holds, 0 to 1.
        room: From `quantised_room`, 0 to 1; a full server is asked last.
    """
    return float((-log(1 - min(UP_MAX, max(0.0, up)))) ** SHARPNESS * room)


def quantised_room(free: float, before: float | None = None) -> float:
    """Round a free share down to an eighth, and keep the one of before while it is near."""
    if before is not None and abs(free - before) <= 1 / ROOM_STEPS:
        return before
    return int(min(1.0, max(0.0, free)) * ROOM_STEPS) / ROOM_STEPS


def score(weight: float, hashed: float) -> float:
    """Return the weighted rendezvous score of one server for one feed; the highest adds."""
    return -weight / log(hashed)


def rank_servers(
    feed_id: FeedId, servers: Iterable[NodeId], weights: Mapping[NodeId, float]
) -> list[NodeId]:
    """Order servers, the first to add and the last to let go first; ties go by id.

    Servers without a weight come last.
    """

    def key(each: NodeId) -> tuple[float, NodeId]:
        return -score(weights.get(each, 0.0), unit_hash(each, feed_id)), each

    return sorted(servers, key=key)


def needed_servers(
    covered: Coverage,
    ranked: Sequence[Outlook],
    allowed: float,
    outages: Mapping[str, float],
    readers: Sequence[float] = EVEN,
) -> list[Outlook]:
    """Return who should add a copy so that the slack ends, the first to be asked first.

    The fewest of ``ranked`` in its order, but one of a new failure domain before one of a
    domain that has a copy; all of them if that is not enough.
    """
    chosen: list[Outlook] = []
    waiting = list(ranked)
    while waiting:
        enough = copies_of(covered) >= COPIES_MIN
        if enough and unavailability(covered, outages, readers) <= allowed:
            break
        apart = (each for each in waiting if each.domain not in covered.domain_copies)
        server = next(apart, waiting[0])
        waiting.remove(server)
        chosen.append(server)
        covered = with_holder(covered, server, outages)
    return chosen


def is_turn(place: int, slack_steps: int) -> bool:
    """Whether the server at ``place`` among the needed ones has waited long enough."""
    return slack_steps > place


def is_spare(rest_unavailable: float, allowed: float, copies: float) -> bool:
    """Whether a copy is superfluous, from what is left without it."""
    enough = copies >= COPIES_MIN + RELEASE_COPIES
    return (rest_unavailable < RELEASE_FACTOR * allowed) & enough


def as_claim(outlook: Outlook) -> Outlook:
    """What somebody who is still fetching counts."""
    up = tuple(part * CLAIM_FACTOR for part in outlook.up)
    return replace(outlook, up=up, held=outlook.held * CLAIM_FACTOR)


def decide(
    me: Outlook, view: FeedView, memory: Memory, now_ms: int, *, refusal: str = ""
) -> tuple[Decision, Memory]:
    """Decide what this server does about one feed now, and what it remembers.

    Args:
        me: This server, whether it holds the feed or not.
        view: What is known; does not depend on who looks.
        memory: What the last look returned.
        now_ms: When it is.
        refusal: Why the quota does not admit the feed; empty when it does.
    """
    outages = view.outages or {}
    covered = _covered(view)
    newest = unavailability(covered, outages, view.readers)
    elapsed_ms = max(0, now_ms - memory.looked_at_ms)
    smoothed = smooth_unavailability(memory.unavailable, newest, elapsed_ms)
    slack = has_slack(smoothed, view.target, copies_of(covered))
    steps = memory.slack_steps + 1 if slack else 0
    seen = replace(memory, unavailable=smoothed, slack_steps=steps, looked_at_ms=now_ms)
    why = _describe(smoothed, view.target, copies_of(covered))
    if me.node_id in {each.node_id for each in view.holders}:
        if slack:
            return NoChange(sentences.NEEDED(why=why)), replace(seen, spare_steps=0)
        return _decide_release(me, view, seen, _swing(smoothed, newest))
    if slack:
        return _decide_take(me, view, steps, why, refusal), replace(seen, spare_steps=0)
    return _decide_merge(me, view, seen, _swing(smoothed, newest), why, refusal)


def _swing(smoothed: float, newest: float) -> float:
    """How far the smoothed value is above the newest one: it holds for any holders."""
    return max(1.0, smoothed / max(newest, UNAVAILABLE_MIN))


def _covered(view: FeedView) -> Coverage:
    claims = [as_claim(each) for each in view.claims]
    return cover([*view.holders, *claims], view.outages or {})


def _decide_take(me: Outlook, view: FeedView, steps: int, why: str, refusal: str) -> Decision:
    by_id = {each.node_id: each for each in view.candidates}
    ranked = [by_id[each] for each in rank_servers(view.feed_id, by_id, view.weights)]
    covered = _covered(view)
    needed = needed_servers(covered, ranked, view.target, view.outages or {}, view.readers)
    place = _place(me.node_id, needed)
    urgent = not view.server_online and not view.claims
    first = _place(me.node_id, ranked[:LAST_SOURCE_TAKERS])
    if urgent and first is not None:
        place, steps = first, max(steps, LAST_SOURCE_TAKERS)
        why = sentences.NO_SERVER_HAS_IT(why=why)
    if place is None:
        return NoChange(sentences.OTHERS_FIRST(why=why))
    if not view.source_online:
        return NoChange(sentences.NO_SOURCE(why=why))
    if refusal:
        return NoChange(sentences.SLACK_BUT(refusal=refusal))
    if not is_turn(place, steps):
        return NoChange(sentences.NOT_OUR_TURN(place=place, why=why))
    return Take(sentences.OUR_TURN(number=place + 1, why=why))


def _decide_release(
    me: Outlook, view: FeedView, memory: Memory, swing: float
) -> tuple[Decision, Memory]:
    outages = view.outages or {}
    rest = cover((each for each in view.holders if each.node_id != me.node_id), outages)
    left = unavailability(rest, outages, view.readers) * swing
    why = sentences.WITHOUT_US(offer=_describe(left, view.target, copies_of(rest)))
    if not is_spare(left, view.target, copies_of(rest)):
        return NoChange(sentences.WORTH_HOLDING(why=why)), replace(memory, spare_steps=0)
    servers = [each.node_id for each in view.holders if each.server]
    if rank_servers(view.feed_id, servers, view.weights)[-1] != me.node_id:
        return NoChange(sentences.ANOTHER_LETS_GO(why=why)), replace(memory, spare_steps=0)
    steps = memory.spare_steps + 1
    if steps < RELEASE_STEPS:
        waited = sentences.SPARE_FOR_NOW(looks=steps, of=RELEASE_STEPS, why=why)
        return NoChange(waited), replace(memory, spare_steps=steps)
    return Release(sentences.SPARE(why=why)), replace(memory, spare_steps=0)


def _decide_merge(
    me: Outlook, view: FeedView, memory: Memory, swing: float, why: str, refusal: str
) -> tuple[Decision, Memory]:
    """Without slack, one copy on a better server may be worth fetching in place of two."""
    no = replace(memory, spare_steps=0)
    outages = view.outages or {}
    servers = [each.node_id for each in view.holders if each.server]
    ranked = rank_servers(view.feed_id, servers, view.weights)
    best = rank_servers(view.feed_id, [each.node_id for each in view.candidates], view.weights)
    weak = ranked[-MERGED:]
    above = rank_servers(view.feed_id, [me.node_id, *weak], view.weights)[0] == me.node_id
    first = best[:1] == [me.node_id] and above and not view.claims
    if len(weak) < MERGED or not first or not view.source_online:
        return NoChange(sentences.NO_SLACK(why=why)), no
    if _is_spare_without(view, ranked[-1:], (), swing, outages):
        return NoChange(sentences.COPY_ABOUT_TO_GO(why=why)), no
    if not _is_spare_without(view, weak, (me,), swing, outages):
        return NoChange(sentences.NO_SLACK(why=why)), no
    steps = memory.spare_steps + 1
    if refusal or steps < RELEASE_STEPS:
        waits = sentences.COULD_STAND_FOR(others=MERGED, why=why)
        return NoChange(waits), replace(no, spare_steps=steps)
    return Take(sentences.STANDS_FOR(others=MERGED, why=why)), no


def _is_spare_without(
    view: FeedView,
    gone: Sequence[NodeId],
    more: Sequence[Outlook],
    swing: float,
    outages: Mapping[str, float],
) -> bool:
    rest = [each for each in view.holders if each.node_id not in gone]
    covered = cover([*rest, *more], outages)
    left = unavailability(covered, outages, view.readers) * swing
    return is_spare(left, view.target, copies_of(covered))


def _place(node_id: NodeId, ranked: Sequence[Outlook]) -> int | None:
    for place, each in enumerate(ranked):
        if each.node_id == node_id:
            return place
    return None


def _describe(unavailable: float, allowed: float, copies: float) -> str:
    return sentences.what_is_offered(
        unavailable=unavailable, allowed=allowed, copies=copies, copies_min=COPIES_MIN
    )
