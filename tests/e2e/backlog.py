"""A backlog as long as that of a busy author, made of words: the same in every run.

It has the shape of a real feed of commit messages: 9,204 posts of 20 to 300 characters, most of
them short, over eighteen years, in bursts with long pauses in between.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Final

from msgspec import Struct

POST_COUNT: Final = 9_204

FIRST_TIME_S: Final = 1_066_863_657
"""October 2003."""

_PAUSES_S: Final = (60, 600, 3_600, 40_000, 90_000, 240_000)
"""Between two posts; as likely one as the other, which makes bursts."""

_SYLLABLES: Final = (
    *("ba", "re", "mi", "tor", "lan", "ve", "sha", "dri", "ko", "pel", "sun", "qua", "ter"),
    *("ni", "fol", "gra", "hem", "jo", "lis", "mar", "nex", "ob", "pra", "rin", "sto", "tal"),
)
_COMMON: Final = (
    *("the", "a", "to", "of", "and", "in", "that", "is", "was", "for", "on", "with", "it"),
    *("fix", "add", "peer", "piece", "torrent", "build", "test", "when", "after", "not"),
    *("größer", "naïve", "été", "ключ", "日本", "señal", "🙂", "“quoted”", "100%", "a/b_c"),
)
_TAGS: Final = ("#libtorrent", "#bittorrent", "#dht", "#caching", "#Straße", "#ふるい")


class Post(Struct, frozen=True):
    """One line of an export."""

    time_s: int
    text: str


def make_backlog(count: int = POST_COUNT, seed: int = 1) -> list[Post]:
    """Return posts in the order of their times; no two have the same text.

    Each text begins with a word of its own, ``p`` and its number, which a search finds.
    """
    random = Random(seed)
    words = _make_words(random)
    time_s = FIRST_TIME_S
    posts = []
    for number in range(count):
        time_s += random.choice(_PAUSES_S) + random.randrange(60)
        posts.append(Post(time_s, _make_text(random, words, number)))
    return posts


def write_jsonl(path: Path, posts: Sequence[Post], author: str) -> Path:
    """Write an export that ``swarmfeed import`` reads; returns ``path``."""
    lines = (
        json.dumps({"author": author, "time": post.time_s, "text": post.text}) for post in posts
    )
    path.write_text("\n".join(lines) + "\n")
    return path


def own_word(number: int) -> str:
    """The word that only post ``number`` holds."""
    return f"p{number}x"


def _make_words(random: Random) -> list[str]:
    made = {"".join(random.choices(_SYLLABLES, k=random.randint(2, 4))) for _ in range(4_000)}
    return sorted(made)


def _make_text(random: Random, words: Sequence[str], number: int) -> str:
    wanted_chars = min(20 + int(random.expovariate(1 / 45)), 280)
    parts = [own_word(number)]
    chars = len(parts[0])
    while chars < wanted_chars:
        part = random.choice(_COMMON if random.random() < 0.6 else words)
        parts.append(part)
        chars += len(part) + 1
    if random.random() < 0.3:
        parts.append(random.choice(_TAGS))
    return " ".join(parts)
