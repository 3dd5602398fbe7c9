"""What the page of the network draws: the map of machines, and the bar of the disk.

Inline SVG with classes only, as the content security policy allows no styles; a list beside
each says the same.
"""

from collections.abc import Iterator, Sequence
from math import cos, pi, sin
from typing import Final

from markupsafe import Markup
from msgspec import Struct
from swarmfeed.core.asks.neighbours import Neighbour
from swarmfeed.core.base.texts import Text
from swarmfeed.core.base.types import NodeId

from webui.languages import spoken

MACHINES_DRAWN: Final = 8
"""More would lie on each other; the list has the others."""

MIDDLE: Final = (180, 176)
REACH: Final = (122, 116)
RADIUS: Final = 24
AROUND: Final = 2 * pi * RADIUS
"""The whole of the ring around a machine."""

_MACHINE: Final = Markup(
    '<rect x="-11" y="-10" width="22" height="15" rx="2"/><path d="M-14 9h28"/>'
)
_SERVER: Final = Markup(
    '<path d="M0-9c5 0 9 1.300 9 3v12c0 1.700-4 3-9 3s-9-1.300-9-3V-6c0-1.700 4-3 9-3zM-9-6'
    'c0 1.700 4 3 9 3s9-1.300 9-3M-9 0c0 1.700 4 3 9 3s9-1.300 9-3"/>'
)
_SUPERNODE: Final = Markup(
    '<circle cy="-6" r="2.500"/><circle cx="-6.500" cy="5" r="2.500"/><circle cx="6.500" cy="5"'
    ' r="2.500"/><path d="m-1.400-3.600-3.700 6.200M1.400-3.600l3.700 6.200M-3.700 5h7.400"/>'
)


class Machine(Struct, frozen=True, kw_only=True):
    """One machine, as the map and the list show it."""

    name: str
    kind: str
    """``machine``, ``server`` or ``supernode``."""
    node_id: NodeId
    since_ms: int | None
    """Since when it is linked; None: it is away."""
    share: float
    """Of what is written here, 0 to 1."""
    words: str
    """How much of it that is."""


KINDS: Final = {
    "machine": Text("Machine {number}"),
    "server": Text("History server {number}"),
    "supernode": Text("Supernode {number}"),
}


def machines(
    around: Sequence[Neighbour], entries: int, supernodes: frozenset[NodeId]
) -> list[Machine]:
    """Name the machines, each kind by itself, in the order they come."""
    counts = dict.fromkeys(KINDS, 0)
    found = []
    for each in around:
        kind = _kind(each, supernodes)
        counts[kind] += 1
        share = each.has / entries if entries else 0.0
        found.append(
            Machine(
                name=spoken(KINDS[kind](number=counts[kind])),
                kind=kind,
                node_id=each.node_id,
                since_ms=each.since_ms,
                share=share,
                words=in_words(share),
            )
        )
    return found


def _kind(each: Neighbour, supernodes: frozenset[NodeId]) -> str:
    if each.node_id in supernodes:
        return "supernode"
    return "server" if each.is_history_server else "machine"


THOSE_AROUND: Final = Text("Your machine in the middle, around it {machines}")
AWAY: Final = Text("away")
HERE: Final = Text("here")
NOBODY_AROUND: Final = Text("Your machine in the middle, around it nobody yet")

PORTIONS: Final = (
    (1.0, Text("all of yours")),
    (0.9, Text("nearly all")),
    (0.6, Text("two thirds")),
    (0.4, Text("half")),
    (0.2, Text("a third")),
    (1e-9, Text("a little")),
    (float("-inf"), Text("nothing of yours yet")),
)
"""From which share on it is called so."""


def in_words(share: float) -> str:
    """How much of a whole that is, as people say it; ``all`` only when nothing is missing."""
    return spoken(next(words for least, words in PORTIONS if share >= least)())


def drawn_map(known: Sequence[Machine], face: Markup) -> Markup:
    """Return the map: this machine in the middle, the others around it."""
    shown = known[:MACHINES_DRAWN]
    places = list(_places(len(shown)))
    ways = Markup("").join(_way(each, place) for each, place in zip(shown, places, strict=True))
    signs = Markup("").join(
        _sign(each, place) for each, place in zip(shown, places, strict=True)
    )
    told = ", ".join(f"{each.name}: {each.words}" for each in shown)
    heard = spoken(THOSE_AROUND(machines=told) if told else NOBODY_AROUND())
    x, y = MIDDLE
    return Markup(
        '<svg class="map" viewBox="0 0 360 372" role="img" aria-label="{told}">'
        '{ways}{signs}<g transform="translate({x} {y})">'
        '<circle class="plate" r="31"/><circle class="part" r="31"/>'
        '<svg x="-23" y="-23" width="46" height="46" clip-path="inset(0 round 15px)">'
        "{face}</svg></g></svg>"
    ).format(told=heard, ways=ways, signs=signs, x=x, y=y, face=face)


def _places(count: int) -> Iterator[tuple[int, int]]:
    """Points around the middle, evenly, the first one above it.

    So of an even number none stand side by side above or below, where names are wider than the
    way between them.
    """
    for number in range(count):
        angle = -pi / 2 + number * 2 * pi / count
        yield (
            round(MIDDLE[0] + REACH[0] * cos(angle)),
            round(MIDDLE[1] + REACH[1] * sin(angle)),
        )


def _way(each: Machine, place: tuple[int, int]) -> Markup:
    away = " away" if each.since_ms is None else ""
    return Markup('<path class="way{}" d="M{} {} {} {}"/>').format(away, *MIDDLE, *place)


def _sign(each: Machine, place: tuple[int, int]) -> Markup:
    glyph = {"machine": _MACHINE, "server": _SERVER, "supernode": _SUPERNODE}[each.kind]
    return Markup(
        '<g transform="translate({} {})">{}<g class="glyph{}">{}</g><text y="41">{}</text>'
        '<text class="sub" y="55">{}</text></g>'
    ).format(
        *place,
        _frame(each),
        _look(each),
        glyph,
        each.name,
        each.words if each.share else spoken((AWAY if each.since_ms is None else HERE)()),
    )


def _look(each: Machine) -> str:
    """Further classes of what is drawn in the middle of a machine."""
    up = " up" if each.kind == "supernode" else ""
    return up if each.since_ms is not None else f"{up} face-away"


def _frame(each: Machine) -> Markup:
    if each.kind == "supernode":
        return Markup('<path class="parent" d="M0-24 21-12v24L0 24-21 12v-24z"/>')
    if each.kind == "server":
        return Markup('<rect class="server" x="-22" y="-22" width="44" height="44" rx="13"/>')
    part = Markup(
        '<circle class="part" r="{}" stroke-dasharray="{:.1f} {:.1f}" transform="rotate(-90)"/>'
    ).format(RADIUS, AROUND * each.share, AROUND + 1)
    return Markup('<circle class="plate" r="25"/><circle class="ring" r="{}"/>{}').format(
        RADIUS, part if each.share else ""
    )


class DiskPart(Struct, frozen=True, kw_only=True):
    """One part of the bar, and its line in the list."""

    label: str
    size_bytes: int
    look: str
    """A class of the style sheet: ``c0`` is what is not used."""


BAR: Final = (240, 14)


def drawn_bar(parts: Sequence[DiskPart]) -> Markup:
    """Return the bar: each part as wide as it is large, and none that is there left out."""
    whole = max(sum(each.size_bytes for each in parts), 1)
    width, height = BAR
    pieces, at = [], 0.0
    for each in parts:
        if each.size_bytes and each.look != "c0":
            wide = max(each.size_bytes * width / whole, 1.5)
            pieces.append(
                Markup('<rect class="{}" x="{:.2f}" width="{:.2f}" height="{}"/>').format(
                    each.look, at, wide, height
                )
            )
            at += wide + 0.7
    return Markup(
        '<svg class="chart bar" viewBox="0 0 {0} {1}" preserveAspectRatio="none"'
        ' aria-hidden="true"><rect class="c0" width="{0}" height="{1}"/>'
        "{2}</svg>"
    ).format(width, height, Markup("").join(pieces))
