"""What a search finds is what a query says of the posts themselves, in every script.

The real index looks terms up; the one in memory holds each post against the query
(``core.feed.matching``), as somebody does who was told by others what there is.
"""

import os
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest
from benchmarks.posts import generate, read
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from street.fakes.index import FakeIndex
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import EntryRef, Hash
from swarmfeed.core.feed.kinds import PostBody, ProfileBody
from swarmfeed.core.words.terms import index_text
from swarmfeed.errors import UserError
from swarmfeed.ports import Index
from swarmfeed.shell.store.index import SqliteIndex

from tests.core.words.pairs import PAIRS
from tests.examples import at_most
from tests.shell.store.index_samples import ANN, BOB, BOBS, add, add_timed, stored
from tests.shell.store.test_index_contract_media import BEE

Both = tuple[SqliteIndex, FakeIndex]

SAMPLED = 12
"""Of so many pairs the fast test takes one, the slow one all."""


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    with closing(SqliteIndex(tmp_path / "index.db")) as opened:
        yield opened, FakeIndex()


CHOICES = st.lists(
    st.sampled_from(
        [
            "word",
            "other",
            '"word other"',
            "oth*",
            "lang:de",
            "lang:de-at",
            "is:reply",
            "has:link",
            "has:media",
            "from:bob",
            f"to:{format_author(ANN)}",
            "to:bob",
            "#tag",
        ]
    ).flatmap(lambda one: st.sampled_from([one, f"-{one}"])),
    min_size=1,
    max_size=4,
).map(" ".join)

POSTS = st.lists(
    st.builds(
        PostBody,
        text=st.sampled_from(
            [
                "word",
                "word other",
                "other word #tag",
                "https://a.b/c.png",
                "word http://x.y",
                "日本",
            ]
        ),
        lang=st.sampled_from(["", "de", "de-AT", "en"]),
        mentions=st.sampled_from([(), (ANN,), (BOB, ANN)]),
        reply=st.sampled_from([None, EntryRef(BOBS, Hash(bytes(32)), 1)]),
        media=st.sampled_from([(), (BEE,)]),
    ),
    max_size=6,
)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=at_most(40))
@given(posts=POSTS, searches=st.lists(CHOICES, min_size=1, max_size=8))
def test_whatever_is_asked_for_is_found(
    both: Both, posts: list[PostBody], searches: list[str]
) -> None:
    for index in both:
        index.clear()
        add(
            index,
            BOBS,
            0,
            [stored(ProfileBody("Bob")), *(stored(post, 7) for post in posts)],
        )
    for words in searches:
        answers = [_found_or_refused(index, words) for index in both]
        assert answers[0] == answers[1], words


def _found_or_refused(index: Index, words: str) -> list[int] | str:
    try:
        return [view.ref.index for view in index.search(words, 100, None)]
    except UserError as error:
        return str(error)


@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.slow), SAMPLED])
def test_words_of_every_script_are_found_where_they_match(both: Both, every: int) -> None:
    texts = [text for _, _, text, _ in PAIRS[::every]]
    for index in both:
        add_timed(index, BOBS, *enumerate(texts, 1))
    for _, typed, _, _ in PAIRS[::every]:
        assert _found_or_refused(both[0], typed) == _found_or_refused(both[1], typed), typed


@pytest.mark.slow
def test_texts_like_real_ones_are_found_where_they_match(both: Both) -> None:
    """Of real people where SWARMFEED_TEST_DATA names the folder of their posts."""
    data = os.environ.get("SWARMFEED_TEST_DATA")
    samples = read(Path(data) / "posts.jsonl.gz") if data else generate(400)
    texts = [sample.text for sample in islice(samples, 400)]
    for index in both:
        add_timed(index, BOBS, *enumerate(texts, 1))
    for text in texts[::8]:
        words = index_text(text).split()
        for typed in (
            text[:200],
            f'"{text[:200]}"',
            *words[:2],
            f'"{" ".join(words[1:3])}"',
        ):
            found = [_found_or_refused(index, typed) for index in both]
            assert found[0] == found[1], typed
