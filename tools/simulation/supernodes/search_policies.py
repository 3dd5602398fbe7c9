"""Where postings are and who is asked: ours in both modes, and rivals from their papers."""

import math
from collections.abc import Callable, Iterator
from typing import Final

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.partition.limits import TAKEN_FROM
from swarmfeed.core.supernode.limits import OWNERS, RECORD_BYTES_A_POST
from swarmfeed.core.supernode.placement import handovers, owners_of, term_key

from simulation.supernodes.push_policies import DEGREE
from simulation.supernodes.search_world import Asked, SearchWorld, search_figures

TERMS: Final = 12
"""Keys of a post: its words, tags, author and mentions."""

POSTING_BYTES: Final = 100
KADEMLIA_K: Final = 8
"""Nodes that keep a key, and nodes of a bucket (BEP 5)."""

ALPHA: Final = 3
"""Nodes that a look-up of Kademlia asks at once (Maymounkov and Mazieres, 2002)."""

CERTAINTY: Final = 3.0
"""Factor of both bubbles: they meet with a chance of 1 - exp(-9) (Terpstra et al., 2007)."""

FLOOD_TTL: Final = 4
"""Steps a question goes over links: they reach some thousands of supernodes."""

PARENTS: Final = 2

OTHERS_ASKED: Final = 2
"""Supernodes that a leaf asks beside its parents."""

PROVEN_BYTES: Final = 1_000
"""A post with what proves it."""


def by_keys(world: SearchWorld, *, handing: bool = True) -> dict[str, float]:
    """Ours in a large network: OWNERS of each key are asked, by one's parent."""
    asked = [
        _ask_owners(world, term_key(str(number), 20_000), handing=handing)
        for number in range(world.setting.keys)
    ]
    return search_figures(asked, TERMS * OWNERS * POSTING_BYTES)


def _ask_owners(world: SearchWorld, key: int, *, handing: bool) -> Asked:
    old = [each.node_id for each in owners_of(key, world.before)]
    having = {each for each in old if world.came()}
    if handing:
        having |= {
            each.to
            for giver in list(having)
            if world.tells(giver)
            for each in handovers(giver, [key], world.before, world.after)
            if world.came()
        }
    owners = [each.node_id for each in owners_of(key, world.after)]
    good = [each for each in owners if world.tells(each) and each in having]
    way_ms = [world.lines_ms(2) for _ in good]
    ms = world.lines_ms(2) + min(way_ms) if good else 0.0
    return Asked(found=bool(good), ms=ms, messages=2 + 2 * len(owners))


def in_nodes(world: SearchWorld) -> dict[str, float]:
    """Ours as nodes do it: posts come to all, and who owns any key of a post keeps all of it.

    A new owner of a key takes over from the TAKEN_FROM who are called to own it most.  Parents
    and others are asked for the owners of the key, and for what they have; then these are.
    """
    asked = [_ask_in_nodes(world, number) for number in range(world.setting.keys)]
    kept = TERMS * OWNERS / world.setting.supernodes
    copies = world.setting.supernodes * (1 - math.exp(-kept))
    return search_figures(asked, copies * PROVEN_BYTES)


def _ask_in_nodes(world: SearchWorld, number: int) -> Asked:
    keys = [term_key(f"{number} {each}", 20_000) for each in range(TERMS)]
    having = {
        each.node_id for key in keys for each in owners_of(key, world.before) if world.came()
    }
    first = keys[0]
    owners = [each.node_id for each in owners_of(first, world.after)]
    for new in owners:
        called = owners_of(first, world.after, TAKEN_FROM)
        if any(world.tells(each.node_id) and each.node_id in having for each in called):
            having.add(new)
    others = [each.node_id for each in world.dice.sample(world.after, PARENTS + OTHERS_ASKED)]
    named = any(world.tells(each) for each in others)
    asked = {*others, *(owners if named else ())}
    good = [each for each in asked if world.tells(each) and each in having]
    ways = 1 if any(each in others for each in good) else 2
    way_ms = [world.lines_ms(2 * ways) for _ in good]
    return Asked(found=bool(good), ms=min(way_ms, default=0.0), messages=2 * len(asked))


def everywhere(world: SearchWorld) -> dict[str, float]:
    """Ours in a small network: both parents have everything, and are asked."""
    asked = []
    for _ in range(world.setting.keys):
        parents = world.dice.sample(world.after, PARENTS)
        good = [each for each in parents if world.tells(each.node_id) and world.came()]
        ms = min((world.lines_ms(2) for _ in good), default=0.0)
        asked.append(Asked(found=bool(good), ms=ms, messages=2 * PARENTS))
    return search_figures(asked, world.setting.supernodes * RECORD_BYTES_A_POST)


def dht(world: SearchWorld) -> dict[str, float]:
    """An index of keywords in a DHT of all nodes (Reynolds and Vahdat, 2003), on Kademlia.

    The KADEMLIA_K closest keep a key until it is published again, a day later; who came nearer
    since has nothing.  Of churned ones as many came as went, at random places.
    """
    rounds = max(math.ceil(math.log2(world.setting.nodes) / math.log2(KADEMLIA_K)) - 1, 1)
    asked = [_look_up(world, rounds) for _ in range(world.setting.keys)]
    return search_figures(asked, TERMS * KADEMLIA_K * POSTING_BYTES)


def _look_up(world: SearchWorld, rounds: int) -> Asked:
    dice, setting = world.dice, world.setting
    closest: list[bool] = []
    """Of those closest now, whether each had been put the posting."""
    old = 0
    while len(closest) < KADEMLIA_K:
        is_new = dice.random() < setting.churn
        stayed = not is_new
        if stayed and old < KADEMLIA_K:
            old += 1 + (dice.random() < setting.churn)  # one that left stood there too
            closest.append(world.came())
        else:
            closest.append(False)
    good = [has for has in closest if has and dice.random() >= setting.liars]
    ms = sum(max(world.lines_ms(2) for _ in range(ALPHA)) for _ in range(rounds))
    ms += min((world.lines_ms(2) for _ in good), default=0.0)
    messages = 2 * (rounds * ALPHA + KADEMLIA_K)
    return Asked(found=bool(good), ms=ms, messages=messages)


def bubblestorm(world: SearchWorld) -> dict[str, float]:
    """Posts and questions go to random sets of about the square root of all, which meet."""
    size = min(math.ceil(CERTAINTY * math.sqrt(world.setting.supernodes)), len(world.before))
    fan_out = max(math.ceil(math.log2(size)), 1)
    asked = []
    for _ in range(world.setting.keys):
        data = world.dice.sample(world.before, size)
        having = {each.node_id for each in data if world.came()}
        query = [each.node_id for each in world.dice.sample(world.after, size)]
        good = [each for each in query if each in having and world.tells(each)]
        steps = [1 + world.dice.randrange(fan_out) for _ in good]
        ms = min((world.lines_ms(step + 1) for step in steps), default=0.0)
        asked.append(Asked(found=bool(good), ms=ms, messages=size + len(good)))
    return search_figures(asked, size * RECORD_BYTES_A_POST)


def flooding(world: SearchWorld) -> dict[str, float]:
    """Both parents of the author keep a post; questions flood links (Gnutella 0.6)."""
    links = _links(world)
    asked = [_flood(world, links) for _ in range(world.setting.keys)]
    return search_figures(asked, PARENTS * RECORD_BYTES_A_POST)


def _links(world: SearchWorld) -> dict[NodeId, set[NodeId]]:
    names = [each.node_id for each in world.after]
    links: dict[NodeId, set[NodeId]] = {each: set() for each in names}
    for each in names:
        for other in world.dice.sample(names, min(DEGREE // 2, len(names))):
            if other != each:
                links[each].add(other)
                links[other].add(each)
    return links


def _flood(world: SearchWorld, links: dict[NodeId, set[NodeId]]) -> Asked:
    holders = {each.node_id for each in world.dice.sample(world.before, PARENTS)}
    holders = {each for each in holders if world.tells(each) and world.came()}
    start = world.dice.choice(world.after).node_id
    messages, hops = 1, None
    for step, (fresh, sent) in enumerate(_waves(world, links, start)):
        messages += sent
        if hops is None and holders & fresh:
            hops = step + 1
    ms = 0.0 if hops is None else world.lines_ms(2 * hops)
    return Asked(found=hops is not None, ms=ms, messages=messages)


def _waves(
    world: SearchWorld, links: dict[NodeId, set[NodeId]], start: NodeId
) -> Iterator[tuple[set[NodeId], int]]:
    """Yield who hears a question first at each step, and the messages of the next step."""
    seen, fresh = {start}, {start}
    for _ in range(FLOOD_TTL):
        senders = [each for each in sorted(fresh) if each == start or world.tells(each)]
        yield fresh, sum(len(links[each]) for each in senders)
        fresh = {other for each in senders for other in links[each]} - seen
        seen |= fresh
    yield fresh, 0


SEARCH_POLICIES: Final[dict[str, Callable[[SearchWorld], dict[str, float]]]] = {
    "ours": by_keys,
    "ours_in_nodes": in_nodes,
    "ours_without_handover": lambda world: by_keys(world, handing=False),
    "ours_everywhere": everywhere,
    "dht": dht,
    "bubblestorm": bubblestorm,
    "flooding": flooding,
}
