"""Words of many scripts, in every index: each finds what its readers expect, no more."""

from collections.abc import Iterator

import pytest
from swarmfeed.core.feed.kinds import WithdrawBody
from swarmfeed.ports import Index
from swarmfeed.shell.store.index import SqliteIndex

from tests.cases import check_each
from tests.core.words.pairs import PAIRS
from tests.shell.store.index_samples import BOB, BOBS, NOW_MS, add, stored, texts

TEXTS = tuple(dict.fromkeys(text for *_, text, _ in PAIRS))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteIndex]:
    """A real index that holds all texts of the table."""
    index = SqliteIndex(tmp_path_factory.mktemp("scripts") / "index.db")
    add(index, BOBS, 0, [stored(text, NOW_MS + at) for at, text in enumerate(TEXTS)])
    yield index
    index.close()


def test_the_real_index_finds_what_a_reader_finds(filled: SqliteIndex) -> None:
    def find(pair: tuple[str, str, str, bool]) -> None:
        _, typed, text, found = pair
        in_quotes = f'"{typed}"'  # of two words the table means a phrase
        views = filled.search(in_quotes, 1_000, None)
        assert (text in texts(views)) is found
        assert filled.count_found(in_quotes, 1_000) == len(views)

    check_each(((f"{pair[0]}: {pair[1]} in {pair[2]}", pair) for pair in PAIRS), find)


SOME = tuple(dict.fromkeys((typed, text) for _, typed, text, found in PAIRS[::9] if found))


@pytest.mark.parametrize(("typed", "text"), SOME)
def test_a_text_of_any_script_is_found_until_it_is_withdrawn(
    index: Index, typed: str, text: str
) -> None:
    add(index, BOBS, 0, [stored(text), stored("another one", NOW_MS - 1)])
    assert texts(index.search(typed, 10, None)) == [text]
    add(index, BOBS, 2, [stored(WithdrawBody(0))])
    assert index.search(typed, 10, None) == []
    assert texts(index.author_posts(BOB, 10, None)) == ["another one"]
