"""What several certificates of one author say together: docs/FORMAT.md 3."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from _certificate_vectors import DOMAIN, certificate, said_by
from _reference_forms import (
    AUTHOR,
    FEED,
    NEXT,
    NODE,
    NOW_MS,
    THIRD,
    author_id,
    bencode,
    public,
    sign,
)
from nacl.signing import SigningKey

Case = tuple[str, dict[str, Any]]
Feeds = list[list[Any]]

KEYS = (AUTHOR, NEXT, THIRD)
"""Author keys of generations 0, 1 and 2."""

THIEFS = SigningKey(bytes(range(160, 192)))
"""A feed key that somebody made who has an author key."""


def join(feed: SigningKey, generation: int = 0, from_ms: int = NOW_MS, **more: Any) -> bytes:
    fields = join_fields(feed, generation, from_ms) | more
    return certificate((KEYS[generation], feed), fields)


def join_fields(feed: SigningKey, generation: int, from_ms: int) -> dict[str, Any]:
    about = {"feed": public(feed), "from_ms": from_ms, "type": b"join"}
    return {**said_by(generation), **about}


def keep(feed: SigningKey, generation: int = 1, **more: Any) -> bytes:
    """Of a feed that joined in generation 0."""
    old = bencode(join_fields(feed, 0, NOW_MS))
    fields = {
        **said_by(generation),
        "feed": public(feed),
        "from_ms": NOW_MS + 5,
        "join": old,
        "sig": sign(feed, DOMAIN + old),
        "type": b"keep",
    }
    return certificate((KEYS[generation],), fields | more)


def leave(feed: SigningKey, size: int, generation: int = 0) -> bytes:
    about = {"feed": public(feed), "from_ms": NOW_MS + 9, "size": size, "type": b"leave"}
    return certificate((KEYS[generation],), {**said_by(generation), **about})


def rotate(generation: int, **more: Any) -> bytes:
    was = public(KEYS[generation - 1])
    fields = {**said_by(generation), "type": b"rotate", "was": was}
    return certificate((KEYS[generation],), fields | more)


def case(
    name: str,
    certificates: Sequence[bytes],
    feeds: Feeds,
    generation: int = 0,
    *,
    kept: Sequence[bytes] | None = None,
    disputed: bool = False,
) -> Case:
    """A set, and what it says.

    Args:
        name: Of the case.
        certificates: In the order in which they were seen.
        feeds: Key and end (or None) of each feed that counts, in their order.
        generation: The one in force.
        kept: What a holder keeps and passes on, in this order; None: not said.
        disputed: Whether misconduct is proven.
    """
    said = [[public(feed).hex(), end] for feed, end in feeds]
    found = {"generation": generation, "feeds": said, "disputed": disputed}
    if kept is not None:
        found["kept"] = [each.hex() for each in kept]
    shown = {"author": author_id().hex(), "certificates": [each.hex() for each in certificates]}
    return f"certificate-set/{name}", {**shown, **found}


def set_cases() -> Iterator[Case]:
    mine, also = join(FEED), join(NODE_FEED, from_ms=NOW_MS - 1)
    yield case("nothing", [], [], kept=[])
    yield case("one-join", [mine], [[FEED, None]], kept=[mine])
    both = [[NODE_FEED, None], [FEED, None]]
    yield case("two-joins-first-joined-first", [mine, also], both, kept=sorted([mine, also]))
    yield case("the-same-twice", [mine, mine], [[FEED, None]], kept=[mine])
    later = join(FEED, from_ms=NOW_MS + 7)
    yield case("two-joins-of-one-feed", [later, mine], [[FEED, None]], kept=[mine])
    yield from leaves(mine)
    yield from rotations(mine)
    yield from thefts(mine)
    yield from crowds(mine)


NODE_FEED = SigningKey(bytes(range(192, 224)))
"""A second feed of the author."""


def leaves(mine: bytes) -> Iterator[Case]:
    at_9, at_5 = leave(FEED, 9), leave(FEED, 5)
    kept = sorted([mine, at_5])
    yield case("leave-cuts", [mine, at_9], [[FEED, 9]], kept=sorted([mine, at_9]))
    yield case("lowest-leave-counts", [at_9, mine, at_5], [[FEED, 5]], kept=kept)
    yield case("leave-alone-gives-nothing", [at_5], [], kept=[at_5])
    yield case("leave-at-0", [mine, leave(FEED, 0)], [[FEED, 0]])


def rotations(mine: bytes) -> Iterator[Case]:
    first, second = rotate(1), rotate(2)
    again, kept_feed = join(FEED, 1), keep(FEED)
    yield case("rotate-alone", [first], [], kept=[first])
    yield case("rotate-without-joins", [mine, first], [[FEED, None]], kept=[first, mine])
    yield case("rotate-and-join", [mine, again, first], [[FEED, None]], 1, kept=[first, again])
    yield case(
        "rotate-and-keep", [kept_feed, first], [[FEED, None]], 1, kept=[first, kept_feed]
    )
    cut = keep(FEED, end=7)
    yield case("keep-with-an-end", [first, cut], [[FEED, 7]], 1, kept=[first, cut])
    ends = [first, cut, leave(FEED, 3, 1)]
    yield case("leave-below-the-end-of-a-keep", ends, [[FEED, 3]], 1)
    yield case("keep-without-its-rotate", [mine, kept_feed], [[FEED, None]], kept=[mine])
    yield case("nothing-proves-a-key", [kept_feed], [], kept=[])
    twice = [first, second, keep(FEED, 2), again]
    yield case("two-rotates", twice, [[FEED, None]], 2, kept=[first, second, twice[2]])
    yield case("rotate-after-a-missing-one", [mine, second, keep(FEED, 2)], [[FEED, None]])
    other = join(NODE_FEED, from_ms=NOW_MS - 1)
    yield case(
        "what-is-not-signed-anew-is-gone", [mine, other, first, again], [[FEED, None]], 1
    )
    yield case("join-before-keep", [first, kept_feed, join(FEED, 1, NOW_MS)], [[FEED, None]], 1)


def thefts(mine: bytes) -> Iterator[Case]:
    """What whoever has the key of generation 0 can sign."""
    healed = [rotate(1), keep(FEED)]
    said = [[FEED, None]]
    cut, fake = leave(FEED, 0), join(THIEFS, from_ms=0)
    yield case("stolen-key-before-a-rotate", [mine, cut, fake], [[THIEFS, None], [FEED, 0]])
    kept = [healed[0], healed[1]]
    yield case("stolen-key-after-a-rotate", [cut, fake, mine, *healed], said, 1, kept=kept)
    rival = rotate(2, next=sha256(public(NODE)).digest())
    true = rotate(2)
    second = [rotate(1), true, rival, keep(FEED, 2)]
    yield case(
        "two-successors-first-seen-counts",
        second,
        said,
        2,
        kept=[second[0], true, *sorted([rival, second[3]])],
        disputed=True,
    )
    only = [rotate(1), rival, true, keep(FEED, 2)]
    yield case("two-successors-the-other-seen-first", only, [], disputed=True)
    strange = certificate(
        (AUTHOR, FEED), join_fields(FEED, 0, NOW_MS) | {"zz": b"said in another way"}
    )
    lowest = min(mine, strange)
    yield case("said-in-two-ways", [strange, mine], said, kept=[lowest])


def crowds(mine: bytes) -> Iterator[Case]:
    keys = [SigningKey(sha256(b"feed %d" % number).digest()) for number in range(64)]
    early = [join(key, from_ms=NOW_MS - 1) for key in keys]
    first = sorted(keys, key=public)
    yield case("64-feeds-and-one-too-many", [mine, *early], [[key, None] for key in first])
    late = [join(key, from_ms=NOW_MS + 1) for key in keys]
    kept = [[FEED, None], *([key, None] for key in first[:63])]
    yield case("65-feeds-the-last-goes", [*late, mine], kept)
