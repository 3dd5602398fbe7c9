"""What the programs in Python share: the pipe they are asked through, posts, the full text."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.posts import Sample

Answer = Mapping[str, Any]


def answer(ready: Answer, actions: Mapping[str, Callable[..., Answer]]) -> None:
    """Answer each line of standard input, an object with ``do``, by one line, until it ends."""
    _say(ready)
    for line in sys.stdin:
        question = json.loads(line)
        _say(actions[question.pop("do")](**question))


def _say(value: Answer) -> None:
    print(json.dumps(value), flush=True)


def write_posts(file: Path, samples: Iterable[Sample]) -> None:
    """Write posts as lines of author, time_ms and text."""
    with file.open("w", encoding="utf-8") as lines:
        for each in samples:
            post = {"author": each.author, "time_ms": each.time_ms, "text": each.text}
            lines.write(json.dumps(post) + "\n")


def read_posts(file: str | Path) -> list[Sample]:
    """Return the posts of such a file."""
    with Path(file).open(encoding="utf-8") as lines:
        return [Sample(**json.loads(line)) for line in lines]


def by_author(samples: Iterable[Sample]) -> dict[str, list[Sample]]:
    """Return posts by author, both in the order of the file."""
    found: dict[str, list[Sample]] = {}
    for sample in samples:
        found.setdefault(sample.author, []).append(sample)
    return found


def paced(texts: Iterable[str], every_s: float, publish: Callable[[str], object]) -> list[int]:
    """Publish one text after another at a steady pace; return when each began."""
    started = []
    due = time.monotonic()
    for text in texts:
        due += every_s
        time.sleep(max(due - time.monotonic(), 0))
        started.append(time.monotonic_ns())
        publish(text)
    return started
