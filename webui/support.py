"""What helps others to help: versions, sizes and counts.

No name, key, address, post or sentence that anybody else wrote is in it: it is made of numbers
and of words of this program alone, so nothing has to be taken out again.
"""

import platform
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from typing import Final

import swarmfeed
from swarmfeed.core.asks.feeds import AllTogether
from swarmfeed.core.asks.starting import StartOption
from swarmfeed.core.asks.upkeep import JobStatus, NodeStatus

LIBRARIES: Final = ("libtorrent", "flask", "uvicorn", "apsw", "pynacl", "cryptography")

RELATIONS: Final = ("own", "followed", "fetched")
"""What is counted by its name; all else is "other"."""


def support_text(status: NodeStatus, held: AllTogether, options: Sequence[StartOption]) -> str:
    """Return the file; which options were chosen is in it, and what they were set to is not."""
    jobs = ("", "jobs: name, how often, whether it ran", *map(_job, status.jobs), "")
    parts = (_versions(), _counts(status, held), _chosen(options), jobs)
    return "\n".join(("swarmfeed support file", "", *chain.from_iterable(parts)))


@cache
def _versions() -> tuple[str, ...]:
    """Of what is loaded: looked up once, for each stands in a file of its own."""
    return (
        f"swarmfeed {swarmfeed.__version__}",
        f"python {platform.python_version()}",
        f"system {sys.platform} {platform.machine()}",
        *map(_version, LIBRARIES),
    )


def _version(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"{name} is not here"


def _counts(status: NodeStatus, held: AllTogether) -> Iterator[str]:
    kinds = Counter[str]()
    for each in held.sums:
        kinds[each.relation if each.relation in RELATIONS else "other"] += each.feeds
    yield ""
    for name in (*RELATIONS, "other"):
        yield f"histories, {name}: {kinds[name]}"
    yield f"entries held: {sum(each.entries_held for each in held.sums)}"
    yield f"entries missing: {sum(each.entries - each.entries_held for each in held.sums)}"
    yield f"histories forked: {sum(each.forked for each in held.sums)}"
    yield f"parts coming in: {sum(each.fetching for each in held.sums)}"
    yield f"disk used: {status.disk.bytes} of {status.disk.budget_bytes} bytes"
    yield f"disk free: {status.disk.free_bytes} bytes"
    yield f"on the network: {'yes' if status.running else 'no'}"
    yield f"machines linked: {len(status.peers)}"
    yield f"of these dialled by us: {sum(each.outgoing for each in status.peers)}"
    yield f"machines of the DHT known: {status.dht_nodes}"
    yield f"history server: {'yes' if status.is_history_server else 'no'}"


def _chosen(options: Sequence[StartOption]) -> Iterator[str]:
    flags = [each.flag for each in options if each.given]
    yield ""
    yield f"options chosen: {', '.join(flags) or 'none'}"


def _job(job: JobStatus) -> str:
    ran = "not yet" if job.last_run_ms is None else "ran"
    return f"{job.name}, every {job.every_s} s, {ran}"
