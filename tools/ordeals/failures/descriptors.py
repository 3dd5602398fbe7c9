"""Real EMFILE: a node that may open few files, strangers who take theirs, then none is left.

Strangers alone cannot take the last ones any more, so these are taken away from outside.
"""

import json
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from ordeals.failures.cells import FIRST, HEAL_S, Seen
from ordeals.failures.victim import Refused, Silent, Victim, answers, sentence_of, until

FILES_MAX: Final = 256
STRANGERS: Final = 400
ROUNDS: Final = 4


def play_descriptors(folder: Path) -> Seen:
    """Let all descriptors be taken while somebody writes, and given back."""
    seen, victim = Seen(), Victim(folder, "few-files", files_max=FILES_MAX)
    try:
        if not victim.start():
            return Seen(wrong=[f"does not start with {FILES_MAX}: {victim.said()[-300:]}"])
        until(victim.is_found, 10)
        victim.post("post", text=FIRST)
        _besiege(victim, seen)
        if not victim.is_alive:
            seen.must(False, f"ended: {sentence_of(victim.said().splitlines())}")
            return seen
        seen.must(until(lambda: _is_well(victim), HEAL_S), f"not well {HEAL_S} s after")
        seen.must(not victim.set_aside(), f"set aside: {victim.set_aside()}")
        seen.wrong += [f"log: {line}" for line in victim.bugs()[:2]]
    finally:
        victim.end()
    return seen


def _besiege(victim: Victim, seen: Seen) -> None:
    assert victim.process is not None
    page = json.loads((victim.home / "run" / "page.json").read_text())
    at = urlsplit(page["url"])
    with ExitStack() as opened:
        for _ in range(STRANGERS):
            with suppress(OSError):
                taken = socket.create_connection((at.hostname, at.port), timeout=0.2)
                opened.callback(taken.close)
        speaking = HTTPConnection(at.hostname or "", at.port, timeout=10)
        opened.callback(speaking.close)
        _write(speaking, page["key"], "beside strangers who take what they can")
        with _no_more_files(victim.process.pid):
            refused = [_refusal(speaking, page["key"], n) for n in range(ROUNDS)]
        seen.shown += [f"writing: {each}" for each in refused if each]
        seen.must(any(refused), "no descriptor was refused: nothing was tried here")
        for each in refused:
            seen.must(each is None or each.startswith("503"), f"refused as {each}")
        seen.must(victim.is_alive, "it ended")


@contextmanager
def _no_more_files(pid: int) -> Iterator[None]:
    """A running process may open nothing meanwhile; what it has open stays open."""
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


def _refusal(speaking: HTTPConnection, key: str, number: int) -> str | None:
    time.sleep(0.5)
    try:
        _write(speaking, key, f"without files {number}")
    except Refused as refused:
        return str(refused)
    return None


def _write(speaking: HTTPConnection, key: str, text: str) -> None:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    try:
        speaking.request("POST", "/api/1/post", json.dumps({"text": text}).encode(), headers)
        response = speaking.getresponse()
        answer: Any = json.loads(response.read())
    except (OSError, HTTPException, ValueError) as error:
        raise Silent(repr(error)) from error
    if response.status != 201:
        raise Refused(f"{response.status} {answer.get('error')}")


def _is_well(victim: Victim) -> bool:
    return (
        answers(lambda: victim.post("post", text="files again"))
        and not (victim.get("refused")["sentences"])
    )
