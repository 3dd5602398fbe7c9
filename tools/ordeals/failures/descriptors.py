"""Real EMFILE: a node that may open few files, and strangers who take all that are left."""

import json
import socket
import time
from contextlib import ExitStack, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from ordeals.failures.cells import FIRST, HEAL_S, Seen
from ordeals.failures.victim import Refused, Silent, Victim, answers, sentence_of, until

FILES_MAX: Final = 128
STRANGERS: Final = 200
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
    page = json.loads((victim.home / "run" / "page.json").read_text())
    at = urlsplit(page["url"])
    with ExitStack() as opened:
        speaking = HTTPConnection(at.hostname or "", at.port, timeout=10)
        opened.callback(speaking.close)
        _write(speaking, page["key"], "with all the files it wants")
        for _ in range(STRANGERS):
            with suppress(OSError):
                taken = socket.create_connection((at.hostname, at.port), timeout=0.2)
                opened.callback(taken.close)
        for number in range(ROUNDS):
            try:
                _write(speaking, page["key"], f"without files {number}")
            except Refused as refused:
                seen.shown.append(f"writing: {refused}")
                seen.must(str(refused).startswith("503"), f"refused as {refused}")
            except Silent:
                seen.must(victim.is_alive, "it ended")
                break
            time.sleep(0.5)
        seen.must(victim.is_alive, "it ended")


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
