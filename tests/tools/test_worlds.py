"""The worlds that searches are measured on, and that nothing missing goes unnoticed there."""

import unicodedata
from contextlib import closing
from pathlib import Path

import pytest
from benchmarks.search import row_of_the_last
from benchmarks.worlds import fill, make_world
from swarmfeed.core.base.types import FeedId
from swarmfeed.errors import DamageError
from swarmfeed.shell.store.index import SqliteIndex

TEXTS = ["a river", "the river and the sea", "nothing #here", "a stone by the sea"]


def scripts_of(texts: list[str]) -> set[str]:
    letters = {letter for text in texts for letter in text if letter.isalpha()}
    return {unicodedata.name(letter).split()[0] for letter in letters}


@pytest.mark.slow
def test_one_post_in_five_of_the_mixed_world_is_in_one_of_25_scripts() -> None:
    world = make_world("mixed", TEXTS, 2_000)
    assert world == make_world("mixed", TEXTS, 2_000)
    texts = [sample.text for feed in world.feeds for sample in feed]
    foreign = [text for text in texts if text not in TEXTS]
    assert (len(texts), len(foreign)) == (world.posts, 400) == (2_000, 400)
    # Of Japanese, three: Han, Hiragana, Katakana.
    assert len(scripts_of(foreign) - {"LATIN", "HIRAGANA"}) >= 25


@pytest.mark.slow
def test_each_feed_is_in_the_order_of_time_and_some_are_large() -> None:
    world = make_world("latin", TEXTS, 2_000)
    for feed in world.feeds:
        assert feed == sorted(feed, key=lambda sample: sample.time_ms)
    assert len(world.feeds[0]) > 50 > len(world.feeds[-1])


@pytest.mark.slow
def test_a_post_that_is_not_found_ends_the_measurement(tmp_path: Path) -> None:
    world = make_world("latin", TEXTS, 600)
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        fill(index, world)
        assert row_of_the_last(index, world).detail["posts"] == 150
        index.drop_feed(FeedId((0).to_bytes(32, "little")))
        with pytest.raises(DamageError, match="of 150 posts"):
            row_of_the_last(index, world)
