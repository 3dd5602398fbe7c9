"""Which of the posts that were found are shown first when the best ones are wanted."""

from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.words.query import parse_query
from swarmfeed.core.words.ranking import RECENCY_MS, Candidate, best_first
from swarmfeed.core.words.terms import index_text

NOW_MS = 10 * RECENCY_MS


def post(text: str, *, months: float = 0, backers: int = 0) -> Candidate:
    time_ms = NOW_MS - int(months * RECENCY_MS)
    return Candidate(row=index_text(text).split(), time_ms=time_ms, backers=backers)


def order(typed: str, *posts: Candidate, found: tuple[int, ...] = ()) -> list[int]:
    return best_first(posts, parse_query(typed).wanted.words, found)


def test_more_of_a_word_in_a_shorter_text_is_better() -> None:
    long = post("rust and much else that nobody looked for in this long text")
    assert order("rust", long, post("rust rust"), post("rust it is")) == [1, 2, 0]


def test_what_few_hold_counts_more() -> None:
    posts = post("the the the rust"), post("the rust rust rust")
    assert order("the rust", *posts, found=(1_000, 3)) == [1, 0]
    assert order("the rust", *posts, found=(3, 1_000)) == [0, 1]


def test_age_takes_away_and_answers_of_several_authors_bring_back() -> None:
    old, new = post("rust", months=3), post("rust")
    assert order("rust", old, new) == [1, 0]
    assert order("rust", post("rust", months=3, backers=20), new) == [0, 1]


def test_phrases_and_beginnings_are_counted_as_such() -> None:
    apart, together = post("red rose, red wine"), post("wine red, red rose")
    assert order('"red rose"', post("red red rose"), post("red rose red rose")) == [1, 0]
    assert order("ro*", apart, together, post("rose roses")) == [2, 0, 1]


def test_a_search_without_words_goes_by_age_and_answers() -> None:
    posts = post("a", months=1), post("b"), post("c", months=1, backers=7)
    assert order("from:ann", *posts) == [2, 1, 0]
    assert order("from:ann") == []


@given(st.lists(st.tuples(st.text("ab ", max_size=9), st.integers(0, 9)), max_size=9))
def test_every_candidate_has_one_place(many: list[tuple[str, int]]) -> None:
    posts = [post(text, months=age) for text, age in many]
    assert sorted(order("a b", *posts, found=(0, 0))) == list(range(len(posts)))
