"""What is measured with: short posts like those of real feeds, always the same ones.

Words have the frequencies, and posts the lengths, of 61,719 public posts (98 bytes of UTF-8
and 15 words on average, half of them below 56 bytes, 40,000 different words).  Phrases do not
repeat as they do in real feeds, so chunks of these posts are somewhat larger.
"""

import gzip
import json
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from random import Random

from msgspec import Struct

COMMON = (
    "the to in for and a of on from is with this it when be that at not by as an are was if new"
    " we you have has can no or but all out up one more just only now so my they will after"
    " before into than over about which some there what who how time day people work first last"
    " good long little own other old right still never always again here where between morning"
    " evening garden river train window coffee rain music paper city light kitchen station"
)

SYLLABLES = (
    "an ar be ca co da de di el en er fa ga ha in ka la le li lo ma me mi mo na ne no on or pa"
    " pe po ra re ri ro sa se si so sta ta te ti to tra un va ve vi wa zé ü ö ñ"
)

WORDS = 40_000
START_MS = 1_500_000_000_000
BETWEEN_MS = 600_000


class Sample(Struct, frozen=True):
    """One post to measure with."""

    author: str
    time_ms: int
    text: str


def generate(count: int, *, authors: int = 1) -> Iterator[Sample]:
    """Yield made-up posts, oldest first; the busiest of the authors writes the most."""
    random = Random(20240229)
    words = _vocabulary(random)
    tags = COMMON.split()[-12:]
    weights = list(accumulate(1 / ((n + 5) * (1 + n / 3000)) for n in range(1, WORDS + 1)))
    shares = list(accumulate(1 / (n + 3) for n in range(authors)))
    names = [f"author{n}" for n in range(authors)]
    for done in range(0, count, 1000):
        lengths = [_word_count(random) for _ in range(min(1000, count - done))]
        drawn = random.choices(words, cum_weights=weights, k=sum(lengths))
        by = random.choices(names, cum_weights=shares, k=len(lengths))
        at = 0
        for number, length in enumerate(lengths):
            text = " ".join(drawn[at : at + length])
            at += length
            time_ms = START_MS + (done + number) * BETWEEN_MS
            tag = tags[len(by[number]) * length % len(tags)]
            yield Sample(by[number], time_ms, f"{text[0].upper()}{text[1:]}. #{tag}")


def read(file: Path) -> Iterator[Sample]:
    """Yield the posts of a file of lines with author, time (seconds) and text."""
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            post = json.loads(line)
            yield Sample(str(post["author"]), int(post["time"] * 1000), str(post["text"]))


def _word_count(random: Random) -> int:
    return max(3, min(round(random.lognormvariate(2.31, 0.98)), 220))


def _vocabulary(random: Random) -> list[str]:
    """Return different words, the most frequent first; rarer ones are longer."""
    syllables = SYLLABLES.split()
    words = dict.fromkeys(COMMON.split())
    while len(words) < WORDS:
        length = 2 + (len(words) > 400) + (len(words) > 6000)
        words["".join(random.choices(syllables, k=length))] = None
    return list(words)
