"""A photograph on its way: from the hand of its author to a reader in another process."""

from collections.abc import Iterator

from street.photographs import photograph

from benchmarks import physical
from benchmarks.bench import Bench
from benchmarks.processes import new_home, start_member
from benchmarks.report import Row, at_most

MEGABYTES = 5
WARM_UP = 1


def measure(bench: Bench) -> Iterator[Row]:
    """Publish photographs one by one; each counts as seen when a page has it to draw."""
    seen_s, own_s, bytes_of = publish_and_see(bench, bench.choose(7, 3))
    yield Row(
        "media.seen",
        f"a photograph of {MEGABYTES} MB, handed over until a follower's page has it,"
        f" p50 of {len(seen_s)}",
        physical.percentile(seen_s, 0.5),
        "s",
        None,
        (at_most(2),),
    )
    yield Row(
        "media.own",
        "handed over until the author's call returns, p50",
        physical.percentile(own_s, 0.5),
        "s",
    )
    yield Row("media.bytes", "of which published", physical.percentile(bytes_of, 0.5), "B")


def publish_and_see(bench: Bench, count: int) -> tuple[list[float], list[float], list[float]]:
    """Return what each took until it was seen, and until it was published, and its length."""
    folder = bench.new_folder()
    seen_s, own_s, bytes_of = [], [], []
    with (
        start_member(new_home(folder, "author")) as author,
        start_member(new_home(folder, "reader")) as reader,
    ):
        reader.ask("follow", link=author.ready["link"])
        for number in range(WARM_UP + count):
            photo = folder / f"{number}.jpg"
            photo.write_bytes(photograph(MEGABYTES, number))
            reader.begin("see")
            said = author.ask("illustrate", photo=str(photo))
            seen = reader.end()["seen"]
            if number >= WARM_UP:
                seen_s.append((seen - said["started"]) / 1e9)
                own_s.append((said["ended"] - said["started"]) / 1e9)
                bytes_of.append(said["bytes"])
    return seen_s, own_s, bytes_of
