"""Who serves: each node decides alone, by what it lacks itself and what it saw of others.

Nothing is averaged over the network: a leaf goes by its own failed attempts, so no liar has a
number to shift.  Of all that starve each draws with a chance by its capacity squared, so that
few strong nodes come forward, and together as much capacity as is missing:

    sum of chance * capacity  =  BOOST * missing / TARGET_LOAD

Calibration: docs/SUPERNODES.md.  Beside it: SG-1 (Montresor, 2004), DLM (Xiao, Zhuang and Liu,
2005).
"""

from collections.abc import Sequence
from hashlib import sha256
from statistics import fmean, median

from msgspec import Struct

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.supernode import sentences
from swarmfeed.core.supernode.census import Others
from swarmfeed.core.supernode.formulas import (
    draw_chance,
    draw_number,
    floor_chance,
    is_floor_moment,
    spare_chance,
    utility,
)
from swarmfeed.core.supernode.limits import (
    EPOCH_ROUNDS,
    FIRST_DRAWS,
    FLOOR,
    SPARE_LOAD,
    SWAP_AFTER_S,
    SWAP_GAIN,
    TENURE_ROUNDS,
)
from swarmfeed.core.supernode.records import Record


class Decision(Struct, frozen=True, kw_only=True):
    """What a node does about its role, and why, for people."""

    changes: bool
    """It takes up the role that it has not."""
    why: str


class LeafView(Struct, frozen=True, kw_only=True):
    """What a leaf decides by."""

    eligible: bool
    capacity: int
    uptime_s: float
    missing: int
    """Parents it lacks, 0 to PARENTS."""
    starved: int
    """Rounds in a row in which one was missing."""
    known: int
    """Supernodes it knows to serve, its parents among them."""
    others: Others
    moment: int
    """A hash of its id, any integer: when it draws."""
    round_number: int


class ServerView(Struct, frozen=True, kw_only=True):
    """What a supernode decides by when it looks whether it is needed."""

    tenure: int
    """Rounds since it was promoted."""
    load: float
    """Children over capacity, 0 to 1."""
    known: int
    """Supernodes it knows to serve, itself not among them."""
    known_load: float
    """Mean load of those, as they signed it."""


def may_be_spare(view: ServerView) -> bool:
    """Whether a supernode has reason to ask others for their load."""
    quiet = view.load < SPARE_LOAD and view.known_load < SPARE_LOAD
    return quiet and view.tenure >= TENURE_ROUNDS and view.known > FLOOR


def unit_hash(node_id: NodeId, round_number: int) -> float:
    """Hash a node and a round to 0 < h < 1: what it draws, the same to whoever checks it."""
    digest = sha256(b"swarmfeed election 1" + node_id + round_number.to_bytes(8, "big"))
    return ((int.from_bytes(digest.digest()[:8], "big") >> 12) + 0.5) / 2**52


def moment_of(node_id: NodeId) -> int:
    """The number by which nodes that start together do not draw together."""
    return int.from_bytes(sha256(b"swarmfeed moment 1" + node_id).digest()[:4], "big")


def decide_leaf(view: LeafView, drawn: float) -> Decision:
    """Decide whether a leaf becomes a supernode.

    Args:
        view: What it sees.
        drawn: 0 to 1, from ``unit_hash``.
    """
    if not view.missing:
        return _keep_floor(view, drawn)
    if not view.eligible:
        return _lacks(view, sentences.NOT_ELIGIBLE())
    number = draw_number(view.starved, view.moment)
    if number < 0:
        return _lacks(view, sentences.WAITS(rounds=_rounds_to_draw(view)))
    others = view.others
    chance = draw_chance(view.missing, view.capacity, view.uptime_s, others.mean_weight, number)
    chance = min(1.0, max(chance, _floor(view)))
    if drawn < chance:
        return Decision(changes=True, why=sentences.DRAWN(chance=sentences.in_hundred(chance)))
    return _lacks(view, sentences.NOT_DRAWN(chance=sentences.in_hundred(chance)))


def decide_server(
    view: ServerView, probed: Sequence[float], is_weak: bool, drawn: float
) -> Decision:
    """Decide whether a supernode steps down.

    Args:
        view: What it sees.
        probed: Loads of supernodes that it asked just now; without answers it stays.
        is_weak: Whether its utility is no better than the median of theirs.
        drawn: 0 to 1, from ``unit_hash``.
    """
    if view.tenure < TENURE_ROUNDS:
        return _stay(sentences.TENURE(rounds=view.tenure))
    if view.load >= SPARE_LOAD:
        return _stay(sentences.NEEDED(load=sentences.in_hundred(view.load)))
    if view.known <= FLOOR:
        return _stay(sentences.FEW_KNOWN(known=view.known + 1))
    mean_load = max(view.known_load, fmean(probed)) if probed else 1.0
    load = sentences.in_hundred(mean_load)
    if mean_load >= SPARE_LOAD:
        return _stay(sentences.OTHERS_BUSY(load=load))
    if drawn < spare_chance(is_weak, fmean(probed)):
        return Decision(changes=True, why=sentences.SPARE(load=load))
    return _stay(sentences.NOT_YET())


def is_weak(own: float, probed: Sequence[float]) -> bool:
    """Whether a utility is no better than the median of others; True without others."""
    return not probed or own <= median(probed)


def choose_successor(server: Record, children: Sequence[Record], now_s: int) -> Record | None:
    """Return the child that should serve in a supernode's place, if one is so much better."""
    bar = SWAP_GAIN * utility(server.capacity, server.age_s(now_s))
    better = [
        child
        for child in children
        if child.eligible
        and child.size_class > server.size_class
        and child.age_s(now_s) >= SWAP_AFTER_S
        and utility(child.capacity, child.age_s(now_s)) > bar
    ]
    return max(
        better, key=lambda child: utility(child.capacity, child.age_s(now_s)), default=None
    )


def _keep_floor(view: LeafView, drawn: float) -> Decision:
    turn = view.eligible and is_floor_moment(view.round_number, view.moment)
    chance = min(1.0, _floor(view)) if turn else 0.0
    if drawn < chance:
        return Decision(
            changes=True,
            why=sentences.DRAWN_SMALL(known=view.known, chance=sentences.in_hundred(chance)),
        )
    return _stay(sentences.HAS_PARENTS())


def _floor(view: LeafView) -> float:
    others = view.others
    return floor_chance(view.known, others.samples, others.nodes, others.eligible_share)


def _rounds_to_draw(view: LeafView) -> int:
    rounds = range(1, EPOCH_ROUNDS + FIRST_DRAWS + 1)
    return next(more for more in rounds if draw_number(view.starved + more, view.moment) >= 0)


def _lacks(view: LeafView, why: str) -> Decision:
    return _stay(sentences.LACKS(missing=view.missing, why=why))


def _stay(why: str) -> Decision:
    return Decision(changes=False, why=why)
