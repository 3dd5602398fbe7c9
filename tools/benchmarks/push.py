"""Posts of strangers on their way to who listens, and what one costs a supernode."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from msgspec import Struct
from street.authors import author_of
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import FeedId, Hash
from swarmfeed.core.feed.certificate import sign_join
from swarmfeed.core.feed.entry import encode_entry, hash_stored
from swarmfeed.core.feed.head import Head, sign_head
from swarmfeed.core.feed.kinds import PostBody, encode_body
from swarmfeed.core.feed.merkle import inclusion_proof, root_hash
from swarmfeed.core.feed.proven import Proven, ProvenPost
from swarmfeed.core.push.posting import Verified, open_posting
from swarmfeed.core.supernode.interests import Delta, Listeners, words_keys
from swarmfeed.core.supernode.limits import SPARE_LINKS

from benchmarks import physical
from benchmarks.bench import Bench
from benchmarks.processes import Asked, new_home, start_member
from benchmarks.report import Limit, Row, at_most

EVERY_S = 0.25
WARM_UP = 2
AT_ONCE = 10
"""Posts of one author: a stranger may show somebody no more than twelve at a stroke."""
TAG = "#bench"
LISTENING = 3
"""Leaves that listen to it: each takes milliseconds of the processors that all share."""
KINDS = {
    "tag": "a stranger's post with a tag until who listens to it sees it",
    "reply": "a stranger's reply until the author of the post sees it",
}
SPEED = "20"
"""Of the rounds of supernodes: leaves find their parents in seconds."""

CHILDREN = 1_000
MET_BY = 10
"""Children that each post meets, on average."""

POSTS_PER_S = 50
KEYS_OF_CHILD = 150
MESSAGE_BYTES = 1_500
HOPS = 3
"""To a parent, to the reader's parent, to the reader."""


def measure(bench: Bench) -> Iterator[Row]:
    """What a post costs at a supernode; and how long one takes between processes."""
    yield from _cost(bench.choose(2_000, 500))
    yield from _many(bench, bench.choose(CHILDREN, 50), bench.choose(500, 100))
    supernodes, leaves = bench.choose(6, 2), bench.choose(24, 4)
    took_ms = _between(bench, supernodes, leaves, bench.choose(4, 1))
    floor = Limit(f"an fsync and {HOPS} loopback trips ms", _floor_ms(bench, 100))
    for kind, what in KINDS.items():
        among = f"of {len(took_ms[kind])}, {supernodes} supernodes and {leaves} leaves"
        for name, share, bar in (("p50", 0.5, 60), ("p99", 0.99, 300)):
            yield Row(
                f"push.{kind}_{name}",
                f"{what}, {name} {among}",
                physical.percentile(took_ms[kind], share),
                "ms",
                floor if name == "p50" else None,
                (at_most(bar),),
            )


def _cost(count: int) -> Iterator[Row]:
    """Processor time of one post at a supernode with many children, sending aside."""
    posts = list(_posts(count))
    listeners = Listeners(bytes(16))
    tags = [f"#t{n}" for n in range(CHILDREN // MET_BY)]
    for child in range(CHILDREN):
        keys = {*words_keys(tags[child % len(tags)], listeners.salt)}
        keys |= {8 * (child * KEYS_OF_CHILD + n) for n in range(KEYS_OF_CHILD)}
        listeners.change(child.to_bytes(32, "big"), Delta(added=frozenset(keys)))
    started = time.process_time()
    opened = [open_posting(each) for each in posts]
    verified_s = time.process_time() - started
    started = time.process_time()
    met = sum(len(_concerned(listeners, each)) for each in opened)
    matched_s = time.process_time() - started
    assert met == count * MET_BY, "each post meets as many children"
    rate = physical.ed25519_verified_per_s(posts[0].head, count)
    yield Row(
        "push.verified",
        "a post verified, with head, proof and certificates",
        verified_s / count * 1e6,
        "us",
        Limit("one Ed25519 signature us", 1e6 / rate),
    )
    yield Row(
        "push.matched",
        f"a post held against what {CHILDREN:,} children listen to",
        matched_s / count * 1e6,
        "us",
        None,
        (at_most(500),),
    )


def _concerned(listeners: Listeners, post: Verified) -> Sequence[bytes]:
    assert isinstance(post.body, PostBody)
    return list(listeners.concerned(post.author_id, post.body))


def _between(
    bench: Bench, supernodes: int, leaves: int, writers: int
) -> dict[str, list[float]]:
    """Return how long each post of each kind took to each who is to see it, in ms.

    So many write to a tag that some listen to, and as many answer a post of the last leaf; the
    others are only there.  All are strangers, of whom nobody takes more than a few posts.
    """
    folder = bench.new_folder()
    with ExitStack() as running:
        known: list[str] = []

        def start(name: str, role: str) -> Asked:
            options = ("--supernode", role, "--supernode-speed", SPEED)
            member = start_member(new_home(folder, name), *known, options=options)
            return running.enter_context(member)

        for number in range(supernodes):
            known.append(start(f"supernode{number}", "on").ready["at"])
        members = [start(f"leaf{number}", "off") for number in range(leaves)]
        tagging, answering = members[:writers], members[writers : 2 * writers]
        listening, asking = members[2 * writers : -1][:LISTENING], members[-1]
        for each in listening:
            each.ask("listen", what=TAG)
        for each in members:
            each.ask("parents", count=2)
        asked = asking.ask("publish", texts=["Who knows more?"], every_s=EVERY_S)["last"]
        texts = [sample.text for sample in bench.samples(2 * writers * AT_ONCE)]
        tagged = [f"{text} {TAG}" for text in texts[: len(texts) // 2]]
        return {
            "tag": _seen_after_ms(tagging, listening, tagged),
            "reply": _seen_after_ms(answering, [asking], texts[len(tagged) :], asked),
        }


def _seen_after_ms(
    writers: Sequence[Asked],
    readers: Sequence[Asked],
    texts: Sequence[str],
    answers: Sequence[object] | None = None,
) -> list[float]:
    """Have each write its share of texts, one after the other; how long each reader waited."""
    links = [each.ready["link"] for each in writers]
    for reader in readers:
        reader.ask("watch", links=links, count=len(texts))
    begun: dict[tuple[str, int], int] = {}
    for number, (link, writer) in enumerate(zip(links, writers, strict=True)):
        said = texts[number * AT_ONCE : (number + 1) * AT_ONCE]
        done = writer.ask("publish", texts=said, every_s=EVERY_S, answers=answers)
        begun |= {(link, index): started for index, started, _ in done["published"][WARM_UP:]}
    return [
        (at - begun[link, index]) / 1e6
        for reader in readers
        for link, index, at in reader.ask("watch")["seen"]
        if (link, index) in begun
    ]


def _floor_ms(bench: Bench, count: int) -> float:
    """The author's log is synced before anybody hears of it; what is shown of it is not."""
    synced = physical.write_and_fsync(bench.new_folder(), [MESSAGE_BYTES] * count)
    trips = physical.loopback_round_trips_s(count, MESSAGE_BYTES)
    middle = physical.percentile(synced, 0.5), physical.percentile(trips, 0.5)
    return (middle[0] + HOPS * middle[1] / 2) * 1000


class _Told(Struct, frozen=True, kw_only=True):
    """What came of telling many leaves."""

    took_ms: list[float]
    cpu_ms: float
    """Of the supernode, a post, its own writing of it off."""
    alone_ms: float
    """To write one while nobody is linked."""
    waited_ms: float
    """For a processor, a post, all threads."""
    turns: dict[str, float]
    leaf_bytes: float


def _many(bench: Bench, leaves: int, posts: int) -> Iterator[Row]:
    """One supernode with many leaves: what each takes, and how soon they are told."""
    told = _tell(bench, leaves, posts)
    what = f"{leaves:,} leaves, {POSTS_PER_S} posts/s that {MET_BY} of them listen to"
    yield Row(
        "push.many",
        f"{what}: told, p99",
        physical.percentile(told.took_ms, 0.99),
        "ms",
        None,
        (at_most(150),),
        {
            "p50_ms": physical.percentile(told.took_ms, 0.5),
            "waited_for_cpu_ms": told.waited_ms,
            "longest_turn_ms": told.turns["longest_ms"],
            "longest_turn_cpu_ms": told.turns["longest_cpu_ms"],
        },
    )
    each = f"- processor of the supernode to tell {MET_BY} of a post"
    yield Row(
        "push.many_cpu", each, told.cpu_ms, "ms", None, (), {"to_write_ms": told.alone_ms}
    )
    leaf_kb = told.leaf_bytes / 1000
    yield Row("push.leaf", "- its memory for a leaf", leaf_kb, "kB", None, (at_most(100),))


def _tell(bench: Bench, leaves: int, posts: int) -> _Told:
    """Have a supernode tell its leaves.

    It writes the posts itself, which costs a supernode more than to pass others' on: that is
    measured first, while nobody is linked, and taken off.
    """
    folder = bench.new_folder()
    options = ("--supernode", "on", "--links", str(leaves + SPARE_LINKS))
    with (
        start_member(new_home(folder, "supernode"), options=options) as supernode,
        Asked(
            "benchmarks.leaves",
            *("--at", supernode.ready["at"], "--folder", folder),
            errors=folder / "leaves.txt",
        ) as crowd,
    ):
        alone_ms, _, _ = _say(supernode, _tagged(posts // 5, 1))
        before = supernode.ask("adopt_all")
        tags = leaves // MET_BY
        crowd.ask("open", count=leaves, tags=tags)
        while supernode.ask("adopt_all")["children"] < leaves:
            time.sleep(0.1)
        crowd.ask("told", count=leaves)
        linked = supernode.ask("adopt_all")
        supernode.ask("turns")
        cpu_ms, waited_ms, started = _say(supernode, _tagged(posts, tags))
        turns = supernode.ask("turns")
        heard = crowd.ask("hear", count=posts * MET_BY)["heard"]
    return _Told(
        took_ms=[(at - started[index]) / 1e6 for index, at in heard],
        cpu_ms=cpu_ms - alone_ms,
        alone_ms=alone_ms,
        waited_ms=waited_ms,
        turns=turns,
        leaf_bytes=(linked["rss"] - before["rss"]) / leaves,
    )


def _tagged(count: int, tags: int) -> list[str]:
    return [f"post {number} about #t{number % tags}" for number in range(count)]


def _say(supernode: Asked, texts: list[str]) -> tuple[float, float, dict[int, int]]:
    """Publish; return processor time and waiting for it, ms a post, and when each began."""
    before = supernode.ask("adopt_all")
    said = supernode.ask("publish", texts=texts, every_s=1 / POSTS_PER_S)
    after = supernode.ask("adopt_all")
    cpu_ms, waited_ms = (
        (after[each] - before[each]) / len(texts) * 1000 for each in ("cpu_s", "waited_s")
    )
    return cpu_ms, waited_ms, {index: begun for index, begun, _ in said["published"]}


def _posts(count: int) -> Iterator[ProvenPost]:
    """Posts of as many authors, each with a tag that some listen to."""
    for number in range(count):
        author, key = author_of(_seed(number, 0)), SigningKey(_seed(number, 1))
        feed_id, time_ms = FeedId(key.public), 1_800_000_000_000
        tag = f"#t{number % (CHILDREN // MET_BY)}"
        text = f"a post of {number} about {tag} and some twenty other words that nobody here"
        stored = encode_entry(PostBody.kind, time_ms, encode_body(PostBody(text)))
        hashes = [hash_stored(stored), *(Hash(bytes([n]) * 32) for n in range(1, 200))]
        root = root_hash(hashes)
        head = Head(
            feed_id=feed_id,
            size=len(hashes),
            root=root,
            time_ms=time_ms,
            chunks_hash=Hash(bytes(32)),
        )
        proof = inclusion_proof(0, len(hashes), lambda a, b, h=hashes: root_hash(h[a:b]))  # type: ignore[misc]
        yield ProvenPost(
            feed_id=feed_id,
            head=sign_head(head, key.sign),
            certificates=(sign_join(author, key, from_ms=1),),
            post=Proven(index=0, stored=stored, proof=tuple(proof)),
        )


def _seed(number: int, kind: int) -> bytes:
    return bytes([77, kind]) + number.to_bytes(30, "big")
