"""A real disk of 80 MB that another program fills: in a mount namespace of our own.

Run as a program of its own (``play_full_disk`` starts it), because the mount is its process's.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ordeals.failures.cells import FIRST, HEAL_S, Seen
from ordeals.failures.victim import CHECKOUT, Refused, Victim, answers, until

DISK_MB: Final = 80
STEP_BYTES: Final = 64 * 1024
CHILD_S: Final = 600
SENTENCE: Final = "disk is full"


def play_full_disk(folder: Path) -> Seen:
    """Play it in a namespace of its own, where a disk can be mounted."""
    command = [sys.executable, "-m", "ordeals.failures.full_disk", str(folder)]
    try:
        done = subprocess.run(
            ["unshare", "--mount", "--propagation", "private", *command],
            cwd=CHECKOUT / "tools",
            env={
                "PYTHONPATH": f"{CHECKOUT}:{CHECKOUT / 'tools'}",
                "PATH": "/usr/bin:/bin:/sbin",
            },
            capture_output=True,
            text=True,
            timeout=CHILD_S,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Seen(wrong=[f"no disk of our own can be mounted here: {error!r}"])
    if done.returncode != 0:
        return Seen(wrong=[f"a disk of our own: {done.stderr[-300:]}"])
    told = json.loads(done.stdout.splitlines()[-1])
    return Seen(shown=told["shown"], wrong=told["wrong"])


def main(folder: Path) -> None:
    seen, disk = Seen(), folder / "disk"
    disk.mkdir(parents=True, exist_ok=True)
    options = ["-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(disk)]
    subprocess.run(["mount", *options], check=True)
    friend = Victim(folder, "friend")
    friend.start()
    until(friend.is_found, 10)
    status = friend.get("status")
    at = f"{friend.host}:{status['link'].rpartition(':')[2]}"
    victim = Victim(disk, "victim", "--peer", at, logs=folder)
    try:
        _play(victim, friend, f"swarmfeed:{status['author']}?at={at}", disk, seen)
    finally:
        victim.end()
        friend.end()
    print(json.dumps({"shown": seen.shown, "wrong": seen.wrong}))


def _play(victim: Victim, friend: Victim, link: str, disk: Path, seen: Seen) -> None:
    victim.start()
    until(victim.is_found, 10)
    victim.post("post", text=FIRST)
    victim.post("follow", who=link)
    with _full(disk):
        _read_and_write(victim, seen, "running")
        posts = [[1_600_000_000_000 + n, f"friend {n}"] for n in range(600)]
        friend.post("import", posts=posts)
        until(lambda: bool(victim.get("refused")["sentences"]), 10)
        seen.shown += victim.get("refused")["sentences"]
        seen.must(victim.stop() == 0, "does not end well on a full disk")
        _try_commands(victim, seen)
        seen.must(victim.start(), f"does not start on a full disk: {victim.said()[-300:]}")
        _read_and_write(victim, seen, "started on it")
        victim.end()
        seen.must(victim.start(), f"does not start after kill -9: {victim.said()[-300:]}")
        _read_and_write(victim, seen, "started on it after kill -9")
    ask = victim.get
    seen.must(until(lambda: _is_well(victim), HEAL_S), f"still refused: {ask('refused')}")
    whole = until(lambda: any(each["size"] >= 602 for each in ask("status")["feeds"]), HEAL_S)
    seen.must(whole, "what the friend wrote meanwhile does not come")
    seen.must(FIRST in _own_texts(victim), "what was written before is not shown")
    seen.must(not victim.set_aside(), f"set aside: {victim.set_aside()}")
    seen.wrong += [f"log: {line}" for line in victim.bugs()[:2]]


@contextmanager
def _full(disk: Path) -> Iterator[None]:
    """Another program takes all there is, to the last byte."""
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        for size in (STEP_BYTES, 1):
            try:
                while ballast.write(bytes(size)):
                    pass
            except OSError:
                continue
    assert shutil.disk_usage(disk).free == 0
    yield
    (disk / "ballast").unlink()


def _read_and_write(victim: Victim, seen: Seen, when: str) -> None:
    if not until(victim.is_found, 10):
        seen.must(False, f"{when}: commands do not find it")
        return
    seen.must(FIRST in _own_texts(victim), f"{when}: what was written is not shown")
    try:
        victim.post("post", text="no room")
    except Refused as refused:
        seen.shown.append(f"{when}, writing: {refused}")
        told = SENTENCE in str(refused) or "almost full" in str(refused)
        seen.must(told, f"{when}: refused as {refused}")
    else:
        seen.must(False, f"{when}: a post found room on a full disk")
    seen.wrong += [f"{when}, log: {line}" for line in victim.bugs()[:2]]


def _try_commands(victim: Victim, seen: Seen) -> None:
    """Without a node: reading goes on, writing says why."""
    for words, code in ((("timeline",), 0), (("status",), 0), (("post", "no room"), 1)):
        done = victim.command(*words)
        what = f"{words[0]} without a node"
        seen.must(done.returncode == code, f"{what}: {done.returncode}: {done.stderr[-300:]}")
        seen.must("Traceback" not in done.stderr, f"{what}: a traceback")
        seen.must("full" in done.stderr, f"{what}: says nothing of the disk: {done.stderr}")
        if words[0] == "timeline":
            seen.must(FIRST in done.stdout, f"{what}: what was written is not shown")
    seen.shown.append(f"post without a node: {done.stderr.strip()[-160:]}")


def _own_texts(victim: Victim) -> set[str]:
    own = victim.get("whoami")["author"]
    posts = victim.get(f"timeline?author={own}&limit=200")["posts"]
    return {each["text"] for each in posts}


def _is_well(victim: Victim) -> bool:
    return (
        answers(lambda: victim.post("post", text="room again"))
        and not (victim.get("refused")["sentences"])
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
