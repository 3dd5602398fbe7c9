"""The same posts with git: a commit for each post, a branch and a signed tag for each author.

    holder  a bare repository behind ``git daemon``: refs/heads/<n>, refs/tags/<n>
    reader  one ``git fetch`` of all refs, every object checked --> one Ed25519 signature of
            each author over the newest commit --> texts into FTS5

git syncs each ref and the pack, as it comes.  The hash chain of commits does what a feed's
root does; SHA-1 is git's default.
"""

import os
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from nacl.signing import SigningKey, VerifyKey
from swarmfeed.errors import RetryError

from benchmarks.posts import Sample
from benchmarks.words import insert_words

STOP_TIMEOUT_S: Final = 10
START_TIMEOUT_S: Final = 10
HEAD: Final = "refs/heads/"
TAG: Final = "refs/tags/"


class GitHolder:
    """A repository with all feeds, served on an own port; a context manager."""

    def __init__(
        self, folder: Path, feeds: Mapping[str, Sequence[Sample]], host: str = "127.0.0.1"
    ) -> None:
        self.keys = [_key(number) for number in range(len(feeds))]
        self.posts = sum(map(len, feeds.values()))
        self.repository = repository = new_repository(folder / "holder.git")
        _import(repository, _commits(feeds.values()))
        _import(repository, _tags(_refs(repository, HEAD), self.keys))
        _git(repository, "repack", "-adq")
        _git(repository, "pack-refs", "--all")
        port = _free_port(host)
        self.url = f"git://{host}:{port}/holder.git"
        options = (f"--listen={host}", f"--port={port}", f"--base-path={folder}")
        self._daemon = subprocess.Popen(
            ["git", "daemon", "--export-all", "--reuseaddr", *options, str(folder)],
            env=environment(),
            stderr=subprocess.DEVNULL,
        )
        _wait_for(host, port)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Serve no longer."""
        self._daemon.terminate()
        self._daemon.wait(STOP_TIMEOUT_S)


def read_with_git(holder: GitHolder, folder: Path) -> float:
    """Fetch, verify and index all feeds; return the seconds until all is searchable."""
    repository = new_repository(folder)
    began = time.perf_counter()
    fetch_with_git(repository, holder.url)
    verify_with_git(repository, [key.verify_key for key in holder.keys])
    count = insert_words(folder.with_suffix(".db"), texts_of(repository))
    seconds = time.perf_counter() - began
    if count != holder.posts:
        raise RetryError(f"git brought {count} of {holder.posts} posts")
    return seconds


# --- the holder's side ---


def _commits(feeds: Iterable[Sequence[Sample]]) -> Iterator[bytes]:
    """Commands of ``git fast-import``: a chain of commits for each feed."""
    for number, samples in enumerate(feeds):
        yield b"reset %s%d\n\n" % (HEAD.encode(), number)
        for sample in samples:
            text = sample.text.encode()
            yield b"commit %s%d\n" % (HEAD.encode(), number)
            yield b"committer a%d <> %d +0000\n" % (number, sample.time_ms // 1000)
            yield b"data %d\n%b\n" % (len(text), text)


def _tags(heads: Mapping[int, bytes], keys: Sequence[SigningKey]) -> Iterator[bytes]:
    """Commands of ``git fast-import``: each author signs the newest commit."""
    for number, commit in heads.items():
        signature = keys[number].sign(commit).signature.hex().encode()
        yield b"tag %d\nfrom %b\ntagger a%d <> 0 +0000\n" % (number, commit, number)
        yield b"data %d\n%b\n" % (len(signature), signature)


def _import(repository: Path, commands: Iterator[bytes]) -> None:
    subprocess.run(
        ["git", "fast-import", "--quiet", "--force"],
        cwd=repository,
        env=environment(),
        input=b"".join(commands),
        check=True,
    )


# --- the reader's side ---


def fetch_with_git(repository: Path, url: str) -> None:
    """Fetch all branches and tags in one exchange, every object checked."""
    refs = f"+{HEAD}*:{HEAD}*", f"+{TAG}*:{TAG}*"
    checked = ("-c", "transfer.fsckObjects=true", "-c", "gc.auto=0")
    _git(repository, *checked, "fetch", "--quiet", "--no-tags", url, *refs)


def verify_with_git(repository: Path, keys: Sequence[VerifyKey]) -> None:
    """Check that each author's tag is signed, and names the newest commit of the branch."""
    heads, tags = _refs(repository, HEAD), _refs(repository, TAG)
    opened = _cat(repository, tags.values())
    for (number, commit), content in zip(heads.items(), opened, strict=True):
        header, _, signature = content.partition(b"\n\n")
        if not header.startswith(b"object %b\n" % commit):
            raise RetryError(f"tag {number} is of another commit")
        keys[number].verify(commit, bytes.fromhex(signature.decode()))


def texts_of(repository: Path) -> Iterator[str]:
    """Messages of all commits of a repository."""
    said = _git(repository, "log", "--branches", "-z", "--format=%B")
    return (each.decode().strip("\n") for each in said.split(b"\0") if each.strip(b"\n"))


def _cat(repository: Path, objects: Iterable[bytes]) -> Iterator[bytes]:
    """Contents of objects, in this order."""
    said = _git(repository, "cat-file", "--batch", said=b"\n".join(objects) + b"\n")
    at = 0
    while at < len(said):
        end = said.index(b"\n", at)
        size = int(said[at:end].split()[2])
        yield said[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


# --- both ---


def new_repository(folder: Path) -> Path:
    """Make an empty bare repository in a new folder; return it."""
    _git(folder.parent, "init", "--quiet", "--bare", str(folder))
    return folder


def count_commits(repository: Path) -> int:
    return int(_git(repository, "rev-list", "--count", "--all"))


def _key(number: int) -> SigningKey:
    return SigningKey(b"git" + number.to_bytes(29, "big"))


def _refs(repository: Path, below: str) -> dict[int, bytes]:
    """Object ids of the refs below a name, by number."""
    said = _git(repository, "for-each-ref", "--format=%(refname) %(objectname)", below)
    pairs = (line.split() for line in said.splitlines())
    return {int(name.rpartition(b"/")[2]): found for name, found in pairs}


def _git(folder: Path, *words: str, said: bytes = b"") -> bytes:
    done = subprocess.run(
        ["git", *words], cwd=folder, env=environment(), input=said, capture_output=True
    )
    if done.returncode:
        raise RetryError(f"git {words[0]} failed: {done.stderr.decode(errors='replace')}")
    return done.stdout


def environment() -> dict[str, str]:
    """No settings but git's own."""
    return {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def _free_port(host: str) -> int:
    with socket.create_server((host, 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _wait_for(host: str, port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            socket.create_connection((host, port)).close()
        except ConnectionRefusedError as error:
            if time.monotonic() > deadline:
                raise RetryError("git daemon did not start") from error
            time.sleep(0.05)
        else:
            return
