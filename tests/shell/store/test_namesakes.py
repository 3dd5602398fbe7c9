"""Authors whose names can be taken for each other's."""

from pathlib import Path

import pytest
from street.fakes.index import FakeIndex
from swarmfeed.core.feed.kinds import ProfileBody
from swarmfeed.ports import Index
from swarmfeed.shell.store.index import SqliteIndex

from tests.shell.store.index_samples import (
    ANN,
    BOB,
    BOBS,
    CYD,
    CYDS,
    LAPTOP,
    PHONE,
    add,
    stored,
)


@pytest.fixture(params=["fake", "sqlite"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Index:
    return FakeIndex() if request.param == "fake" else SqliteIndex(tmp_path / "index.db")


def namesakes(index: Index) -> list[bool]:
    found = []
    for author in (ANN, BOB, CYD):
        known = index.author(author)
        assert known is not None
        posts = index.author_posts(author, 10, None)
        assert {post.namesake for post in posts} == {known.namesake}
        found.append(known.namesake)
    return found


@pytest.mark.attack("A07")
def test_names_that_can_be_taken_for_each_other_are_known(index: Index) -> None:
    add(index, LAPTOP, 0, [stored(ProfileBody("Mira")), stored("by one")])
    add(index, BOBS, 0, [stored(ProfileBody("Ann")), stored("by another")])
    add(index, CYDS, 0, [stored("by somebody without a name")])
    assert namesakes(index) == [False, False, False]
    add(index, CYDS, 1, [stored(ProfileBody("\u041cir\u0430"))])  # Cyrillic
    assert namesakes(index) == [True, False, True]
    add(index, CYDS, 2, [stored(ProfileBody("Cyd"))])
    assert namesakes(index) == [False, False, False]


def test_several_feeds_of_one_author_are_no_namesakes(index: Index) -> None:
    add(index, LAPTOP, 0, [stored(ProfileBody("Ann")), stored("laptop")])
    add(index, PHONE, 0, [stored(ProfileBody("Ann")), stored("phone")])
    known = index.author(ANN)
    assert known is not None and known.namesake is False
