"""What is said of threads."""

import pytest
from msgspec.structs import replace
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import Answered, PostView
from swarmfeed.core.asks.thread_sentences import above, answering, direct_replies, replies_below
from swarmfeed.core.base.limits import REPLY_COUNT_MAX, THREAD_COUNT_MAX
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash

RUI, ADA = AuthorId(b"r" * 32), AuthorId(b"a" * 32)
POST = PostView(
    author_id=RUI,
    author_name="Rui",
    ref=EntryRef(FeedId(b"f" * 32), Hash(b"h" * 32), 0),
    time_ms=1,
    text="The library has a scanner",
    cursor=Cursor(1, 1),
)


@pytest.mark.parametrize(
    ("direct", "total", "said"),
    [
        (0, 0, "No replies yet"),
        (1, 1, "1 reply"),
        (14, 14, "14 replies"),
        (1, 2, "2 replies, 1 of them to this post"),
        (3, 14, "14 replies, 3 of them to this post"),
        (REPLY_COUNT_MAX, 1_500, "1,500 replies"),
        (3, THREAD_COUNT_MAX, "20,000 replies or more"),
    ],
)
def test_how_many_replies_there_are(direct: int, total: int, said: str) -> None:
    assert replies_below(replace(POST, reply_count=direct), total) == said


def test_direct_replies_beyond_the_count_are_not_left_out() -> None:
    said = [direct_replies(replace(POST, reply_count=n)) for n in (0, 1, 999, REPLY_COUNT_MAX)]
    assert said == ["", "1 reply", "999 replies", "1,000 replies or more"]


def mark(text: str) -> str:
    return f"<{text}>"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("here", "Answering <Rui>: <The library>"),
        ("withdrawn", "Answering <Rui>: a post that was withdrawn"),
        ("unshown", "Answering <Rui>: a post that cannot be shown here"),
        ("absent", "Answering <Rui>: a post that is not here"),
    ],
)
def test_what_is_answered_is_named(state: str, said: str) -> None:
    answered = Answered(state=state, author_id=RUI, author_name="Rui", words="The library")
    assert answering(answered, by=ADA, me=None, mark=mark) == said
    if state != "here":
        assert "<Rui>" in above(answered, mark)


def test_an_answer_to_the_reader_says_so() -> None:
    answered = Answered(state="here", author_id=RUI, author_name="Rui", words="x")
    assert answering(answered, by=ADA, me=RUI, mark=mark) == "Answering you: <x>"
    assert answering(answered, by=RUI, me=RUI, mark=mark) == "Answering yourself: <x>"
    assert answering(answered, by=RUI, me=ADA, mark=mark) == "Answering <Rui>: <x>"


def test_nobody_is_named_where_nobody_is_known() -> None:
    nobody = Answered(state="absent")
    assert answering(nobody, by=ADA, me=RUI, mark=mark) == "Answering a post that is not here"
    assert above(nobody, mark).endswith("nobody here knows whose it is.")
    nameless = Answered(state="here", author_id=RUI, words="x")
    assert answering(nameless, by=ADA, me=ADA, mark=mark).startswith(
        "Answering somebody without a name: "
    )
