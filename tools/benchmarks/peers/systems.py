"""Systems that are measured through programs which all answer the same questions.

A program is started as ``COMMAND FOLDER HOST`` and may do:

    append  {file, batch[, at, durable]} -> {seconds, count}    kept before the next batch
    fill    {file}                     -> {keys}                a feed an author of the file
    serve   {[durable]}                -> {at}
    fetch   {at, keys}                 -> {verified, searchable, count}    seconds
    key                                -> {key}                 of the feed that publishes
    publish {at, texts, every_s}       -> {started}             nanoseconds of each
    watch   {at, key, count}           -> {}, and when asked again {seen}
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from swarmfeed.errors import RetryError

from benchmarks import physical
from benchmarks.live import EVERY_S, WARM_UP
from benchmarks.peers.comparison import About, Figure
from benchmarks.peers.work import (
    BATCH,
    SYNCED_BATCHES,
    SYNCED_POSTS,
    Fetched,
    SyncCounter,
    Work,
    size_of,
)
from benchmarks.posts import Sample
from benchmarks.processes import Program, new_host

COUNT_SYNCS_BELOW_S: Final = 15
"""A fetch that takes longer is not repeated only to count its syncs."""

ANSWER_TIMEOUT_S: Final = 300
"""The slowest of them need a minute to fill a store."""

WORDS: Final = "words.db"

Figures = dict[str, Figure]


class ProgramSystem(Struct, frozen=True, kw_only=True):
    """A system behind such a program."""

    about: About
    command: Sequence[str | Path]
    appends: bool = True
    """Whether feeds of it grow."""
    durable: bool = False
    """Whether what it keeps is safe from a power cut; others are told to make it so, too."""
    relayed: bool = False
    """Whether what is written goes to another process first, which keeps it."""
    one_by_one: int = 2_000
    """Posts to append one by one: as many as take a few seconds."""
    posts_max: int | None = None
    """Posts of the longest backlog: a longer one would take minutes, and as long a post."""
    batched_max: int | None = None
    live_note: str = ""

    def append(self, work: Work) -> Figures:
        """Append one by one and in batches, as it comes and durably; count the syncs."""
        if not self.appends:
            return {}
        batched = work.backlog[: self.batched_max]
        one_by_one = batched[: work.bench.choose(self.one_by_one, self.one_by_one // 10)]
        figures: Figures = {}
        for name, samples, batch, synced in (
            ("append_one", one_by_one, 1, SYNCED_POSTS),
            ("append_batched", batched, BATCH, SYNCED_BATCHES),
        ):
            kept = durable = self._append(work, samples, batch)
            if not self.durable:
                durable = self._append(work, samples, batch, durable=True)
            figures |= {name: Figure(kept), f"{name}_durable": Figure(durable)}
            if SyncCounter.is_there():
                syncs = SyncCounter(work.folder())
                self._append(work, batched[: synced * batch], batch, under=syncs.under)
                figures[f"{name}_syncs"] = Figure(syncs.count())
        return figures

    def backlog(self, work: Work) -> Figures:
        """Fetch one long feed."""
        samples = work.backlog[: self.posts_max]
        note = f"{len(samples):,} posts" if len(samples) < len(work.backlog) else ""
        with self._holding(work, samples) as question:
            got = work.repeat(lambda: self._fetch(work, question, len(samples)))
            figures = fetched_figures("backlog", "disk", got, len(samples), note)
            if SyncCounter.is_there() and got.searchable_s < COUNT_SYNCS_BELOW_S:
                syncs = SyncCounter(work.folder())
                self._fetch(work, question, len(samples), syncs.under)
                figures["backlog_syncs"] = Figure(syncs.count())
        return figures

    def feeds(self, work: Work, name: str) -> Figures:
        """Fetch many feeds; ``name`` is that of the size."""
        feeds = work.feeds(work.sizes[name])
        samples = [sample for posts in feeds.values() for sample in posts]
        with self._holding(work, samples) as question:
            got = work.repeat(lambda: self._fetch(work, question, len(samples)))
        return fetched_figures(name, f"{name}_disk", got, len(samples))

    def live(self, work: Work) -> Figures:
        """Publish posts at a steady pace; each counts as seen when a reader has verified it."""
        if not self.appends:
            return {}
        count = work.sizes["live"]
        texts = [each.text for each in work.bench.samples(WARM_UP + count)]
        with ExitStack() as stack:
            holder = stack.enter_context(self._start(work.folder()))
            at = holder.ask("serve")["at"]
            reader = stack.enter_context(self._start(work.folder()))
            writer = stack.enter_context(self._start(work.folder())) if self.relayed else holder
            key = writer.ask("key")["key"]
            reader.ask("watch", at=at, key=key, count=len(texts))
            started = writer.ask("publish", at=at, texts=texts, every_s=EVERY_S)["started"]
            seen = reader.ask("watch")["seen"]
        took = [(s - b) / 1e6 for b, s in zip(started, seen, strict=True)][WARM_UP:]
        return live_figures(took, self.live_note)

    # --- inside ---

    def _start(self, folder: Path, under: Sequence[str | Path] = ()) -> Program:
        errors = folder.with_suffix(".errors")
        command = [*under, *self.command, folder, new_host()]
        return Program(command, errors=errors, answer_timeout_s=ANSWER_TIMEOUT_S)

    def _append(
        self,
        work: Work,
        samples: Sequence[Sample],
        batch: int,
        *,
        under: Sequence[str | Path] = (),
        durable: bool = False,
    ) -> float:
        """Append posts to an empty store; return posts a second."""
        question: dict[str, Any] = {"file": work.file(samples), "batch": batch}
        safe = {"durable": True} if durable else {}
        with ExitStack() as stack:
            store = stack.enter_context(self._start(work.folder(), under))
            writer = store
            if self.relayed:
                question["at"] = store.ask("serve", **safe)["at"]
                writer = stack.enter_context(self._start(work.folder()))
            said = writer.ask("append", **question, **safe)
        _check(self.about.name, said["count"], len(samples))
        return len(samples) / float(said["seconds"])

    @contextmanager
    def _holding(self, work: Work, samples: Sequence[Sample]) -> Iterator[dict[str, Any]]:
        """Let a holder serve posts; yields what readers are asked with."""
        with self._start(work.folder()) as holder:
            keys = holder.ask("fill", file=work.file(samples))["keys"]
            yield {"at": holder.ask("serve")["at"], "keys": keys}

    def _fetch(
        self,
        work: Work,
        question: dict[str, Any],
        count: int,
        under: Sequence[str | Path] = (),
    ) -> Fetched:
        folder = work.folder()
        with self._start(folder, under) as reader:
            said = reader.ask("fetch", **question)
        _check(self.about.name, said["count"], count)
        index_bytes = sum(file.stat().st_size for file in folder.glob(f"{WORDS}*"))
        return Fetched(
            verified_s=said["verified"],
            searchable_s=said["searchable"],
            store_bytes=size_of(folder) - index_bytes,
            index_bytes=index_bytes,
        )


def fetched_figures(name: str, disk: str, got: Fetched, posts: int, note: str = "") -> Figures:
    """Return the figures of a fetch, under the names of its lines."""
    return {
        name: Figure(posts / got.verified_s, note),
        f"{name}_searchable": Figure(posts / got.searchable_s, note),
        disk: Figure(got.store_bytes / posts, note),
        f"{disk}_indexed": Figure((got.store_bytes + got.index_bytes) / posts, note),
    }


def live_figures(took_ms: Sequence[float], note: str = "") -> Figures:
    return {
        f"live_{name}": Figure(physical.percentile(took_ms, share), note)
        for name, share in (("p50", 0.5), ("p99", 0.99))
    }


def _check(name: str, found: int, wanted: int) -> None:
    if found != wanted:
        raise RetryError(f"{name} has {found:,} of {wanted:,} posts")
