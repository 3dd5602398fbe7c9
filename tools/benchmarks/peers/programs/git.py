"""git: a commit for each post, a branch and a signed tag for each author (``../../git.py``)."""

import argparse
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from nacl.signing import VerifyKey

from benchmarks.git import (
    HEAD,
    GitHolder,
    count_commits,
    environment,
    fetch_with_git,
    new_repository,
    texts_of,
    verify_with_git,
)
from benchmarks.peers.programs.common import (
    Answer,
    answer,
    by_author,
    paced,
    read_posts,
)
from benchmarks.words import insert_words

LIVE: Final = "live"
DURABLE: Final = ("-c", "core.fsync=all")
"""By itself git syncs packs and refs, and no lone objects."""


class Side:
    """One side of the transfer."""

    def __init__(self, folder: Path, host: str) -> None:
        self._folder = folder
        self._host = host
        self._holder: GitHolder | None = None
        self._watching: threading.Thread | None = None
        self._seen: list[int] = []

    def append(self, file: str, batch: int, durable: bool = False) -> Answer:
        """Append to a new branch; git has each batch, and its branch, before the next."""
        repository = new_repository(self._folder / f"appended-{batch}.git")
        samples = read_posts(file)
        with Importer(repository, DURABLE if durable else ()) as importer:
            started = time.perf_counter()
            for at in range(0, len(samples), batch):
                importer.append([each.text for each in samples[at : at + batch]])
            seconds = time.perf_counter() - started
        return {"seconds": seconds, "count": count_commits(repository)}

    def fill(self, file: str) -> Answer:
        """Write a repository of all authors; ``keys`` are their public keys."""
        self._holder = GitHolder(self._folder, by_author(read_posts(file)), self._host)
        return {"keys": [bytes(key.verify_key).hex() for key in self._holder.keys]}

    def serve(self) -> Answer:
        if self._holder is None:
            self._holder = GitHolder(self._folder, {LIVE: []}, self._host)
        return {"at": self._holder.url}

    def fetch(self, at: str, keys: Sequence[str]) -> Answer:
        """Fetch all branches at once, verify each, and make the posts searchable."""
        repository = new_repository(self._folder / "reader.git")
        started = time.perf_counter()
        fetch_with_git(repository, at)
        verify_with_git(repository, [VerifyKey(bytes.fromhex(key)) for key in keys])
        verified = time.perf_counter() - started
        count = insert_words(self._folder / "words.db", texts_of(repository))
        searchable = time.perf_counter() - started
        return {"verified": verified, "searchable": searchable, "count": count}

    def key(self) -> Answer:
        return {"key": LIVE}

    def publish(self, at: str, texts: Sequence[str], every_s: float) -> Answer:
        """Append posts at a steady pace to what this side serves."""
        assert self._holder is not None
        with Importer(self._holder.repository) as importer:
            return {"started": paced(texts, every_s, lambda text: importer.append([text]))}

    def watch(self, at: str = "", key: str = "", count: int = 0) -> Answer:
        """Begin to fetch again and again; asked again, tell when each post was here."""
        if self._watching is None:
            self._watching = threading.Thread(target=self._poll, args=(at, count))
            self._watching.start()
            return {}
        self._watching.join()
        return {"seen": self._seen}

    def stop(self) -> None:
        if self._holder is not None:
            self._holder.stop()

    def _poll(self, at: str, count: int) -> None:
        repository = new_repository(self._folder / "watcher.git")
        while len(self._seen) < count:
            fetch_with_git(repository, at)
            now = time.monotonic_ns()
            self._seen += [now] * (count_commits(repository) - len(self._seen))


class Importer:
    """A ``git fast-import`` that stays: the quickest way to many commits; a context manager."""

    def __init__(self, repository: Path, options: Sequence[str] = ()) -> None:
        self._process = subprocess.Popen(
            ["git", *options, "fast-import", "--quiet"],
            cwd=repository,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def append(self, texts: Sequence[str]) -> None:
        """Commit texts, and return when git has kept commits and branch."""
        assert self._process.stdin is not None and self._process.stdout is not None
        for text in texts:
            content = text.encode()
            self._process.stdin.write(
                b"commit %sappended\ncommitter a <> %d +0000\ndata %d\n%b\n"
                % (HEAD.encode(), time.time(), len(content), content)
            )
        self._process.stdin.write(b"checkpoint\nprogress done\n")
        self._process.stdin.flush()
        self._process.stdout.readline()


def main() -> None:
    """Answer until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("host")
    asked = parser.parse_args()
    side = Side(asked.folder, asked.host)
    names = ("append", "fill", "serve", "fetch", "key", "publish", "watch")
    answer({}, {name: getattr(side, name) for name in names})
    side.stop()


if __name__ == "__main__":
    main()
