"""Questions for news: put together from their messages, answered in turn, and bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.catchup.limits import (
    ANSWERED_AT_ONCE,
    FEEDS_ASKED_AT_ONCE,
    FEEDS_ASKED_MAX,
    WAITING_FEEDS_MAX,
    WAITING_MAX,
)
from swarmfeed.core.catchup.question import Question, Queue, Refusal, ask, pick
from swarmfeed.core.catchup.words import BUSY, TOO_MUCH
from swarmfeed.core.vocabulary import VOCABULARY
from swarmfeed.errors import BadEncodingError

pytestmark = pytest.mark.attack("A116")


def feeds(count: int) -> dict[FeedId, int]:
    return {FeedId(number.to_bytes(32, "big")): 1_000_000 + number for number in range(count)}


@given(st.integers(0, 3 * FEEDS_ASKED_AT_ONCE))
def test_a_question_arrives_as_it_was_asked(count: int) -> None:
    sizes, questions = feeds(count), Queue[str]()
    messages = list(ask(7, sizes))
    for said in messages:
        assert list(questions.next()) == []
        assert questions.hear("anna", said) is None
    assert list(questions.next()) == [("anna", Question(7, sizes))]
    assert len(messages) == max(1, -(-count // FEEDS_ASKED_AT_ONCE))


def test_two_hundred_authors_fit_into_one_message_of_16_kb() -> None:
    (only,) = ask(1, feeds(200))
    assert len(VOCABULARY.encode(only)) < 11_000
    longest, *_ = ask(1, feeds(FEEDS_ASKED_AT_ONCE))
    assert len(VOCABULARY.encode(longest)) < 16_000


def test_few_are_answered_at_once_in_the_order_they_came() -> None:
    questions = Queue[int]()
    for asker in range(ANSWERED_AT_ONCE + 2):
        for said in ask(asker, feeds(3)):
            assert questions.hear(asker, said) is None
    assert [asker for asker, _ in questions.next()] == list(range(ANSWERED_AT_ONCE))
    assert list(questions.next()) == []
    questions.end(1)
    assert [asker for asker, _ in questions.next()] == [ANSWERED_AT_ONCE]
    assert questions.count == ANSWERED_AT_ONCE + 1
    for asker in range(ANSWERED_AT_ONCE + 2):
        questions.end(asker)
    assert questions.count == questions.feed_count == 0


def test_too_many_are_refused() -> None:
    questions = Queue[int]()
    (said,) = ask(1, feeds(3))
    for asker in range(WAITING_MAX):
        assert questions.hear(asker, said) is None
    assert questions.hear(WAITING_MAX, said) == Refusal(1, BUSY)
    questions.end(0)
    assert questions.hear(WAITING_MAX, said) is None


def test_too_many_feeds_are_refused_and_forgotten() -> None:
    questions = Queue[str]()
    heard = [questions.hear("anna", said) for said in ask(1, feeds(FEEDS_ASKED_MAX + 1))]
    assert heard[-1] == Refusal(1, TOO_MUCH)
    assert heard[:-1] == [None] * (len(heard) - 1)
    assert questions.count == questions.feed_count == 0


def test_all_together_are_bounded() -> None:
    questions = Queue[int]()
    whole = list(ask(1, feeds(FEEDS_ASKED_MAX)))
    refused: list[Refusal] = []
    for asker in range(WAITING_FEEDS_MAX // FEEDS_ASKED_MAX + 1):
        for said in whole:
            if (refusal := questions.hear(asker, said)) is not None:
                refused.append(refusal)
                break
    assert refused == [Refusal(1, BUSY)]
    assert questions.feed_count <= WAITING_FEEDS_MAX


def test_a_question_begun_anew_forgets_the_last() -> None:
    questions = Queue[str]()
    first, *_ = ask(1, feeds(FEEDS_ASKED_AT_ONCE + 1))
    assert questions.hear("anna", first) is None
    (only,) = ask(2, feeds(2))
    assert questions.hear("anna", only) is None
    assert list(questions.next()) == [("anna", Question(2, feeds(2)))]


def test_who_asks_again_before_the_answer_breaks_the_rules() -> None:
    questions = Queue[str]()
    (said,) = ask(1, feeds(2))
    assert questions.hear("anna", said) is None
    with pytest.raises(BadEncodingError):
        questions.hear("anna", said)


def test_a_feed_is_asked_for_once() -> None:
    questions = Queue[str]()
    first, *_ = ask(1, feeds(FEEDS_ASKED_AT_ONCE + 1))
    assert questions.hear("anna", first) is None
    with pytest.raises(BadEncodingError):
        questions.hear("anna", first)


def test_what_is_asked_for_is_the_first_of_many() -> None:
    sizes = feeds(FEEDS_ASKED_MAX + 9)
    assert list(pick(sizes.items())) == list(sizes)[:FEEDS_ASKED_MAX]
