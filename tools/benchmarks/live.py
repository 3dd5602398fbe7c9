"""A post on its way: from the hand of its author to a reader's page in another process."""

from collections.abc import Iterator

from benchmarks import physical
from benchmarks.bench import Bench
from benchmarks.processes import new_home, start_member
from benchmarks.report import Limit, Row, at_most

EVERY_S = 0.02
WARM_UP = 10
SYNCS = 2
"""The log at the author and at the reader; what is shown of it is not synced."""
MESSAGE_BYTES = 700


def measure(bench: Bench) -> Iterator[Row]:
    """Publish posts one by one; each counts as seen when a reader's query returns it."""
    count = bench.choose(300, 60)
    took_ms, own_ms = publish_and_watch(bench, count)
    floor = Limit(f"{SYNCS} fsyncs and a loopback trip ms", _floor_ms(bench, count))
    for name, share, bar in (("p50", 0.5, 2.5), ("p99", 0.99, 8)):
        yield Row(
            f"live.{name}",
            f"publish until a follower sees it, {name} of {count}",
            physical.percentile(took_ms, share),
            "ms",
            floor if name == "p50" else None,
            (at_most(bar),),
        )
    yield Row(
        "live.own",
        "publish until the author's call returns, p50",
        physical.percentile(own_ms, 0.5),
        "ms",
    )


def publish_and_watch(bench: Bench, count: int) -> tuple[list[float], list[float]]:
    """Return what each of so many posts took until it was seen, and until it was written."""
    folder = bench.new_folder()
    texts = [sample.text for sample in bench.samples(WARM_UP + count)]
    with (
        start_member(new_home(folder, "author")) as author,
        start_member(new_home(folder, "reader")) as reader,
    ):
        link = author.ready["link"]
        reader.ask("follow", link=link)
        reader.ask("watch", links=[link], count=len(texts))
        said = author.ask("publish", texts=texts, every_s=EVERY_S)
        seen = {index: at for _, index, at in reader.ask("watch")["seen"]}
    published = said["published"][WARM_UP:]
    took_ms = [(seen[index] - started) / 1e6 for index, started, _ in published]
    own_ms = [(ended - started) / 1e6 for _, started, ended in published]
    return took_ms, own_ms


def _floor_ms(bench: Bench, count: int) -> float:
    synced = physical.write_and_fsync(bench.new_folder(), [MESSAGE_BYTES] * count)
    trips = physical.loopback_round_trips_s(count, MESSAGE_BYTES)
    middle = physical.percentile(synced, 0.5), physical.percentile(trips, 0.5)
    return (SYNCS * middle[0] + middle[1] / 2) * 1000
