"""Threads of many replies: each is reached, page by page, under what it answers."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from street.fakes.index import FakeIndex
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import (
    HowManyReplies,
    NamedPosts,
    PostView,
    ShowPost,
    ThreadView,
    goes_on,
    ref_text,
)
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.limits import THREAD_ABOVE_MAX, THREAD_LEVELS_MAX
from swarmfeed.core.base.types import EntryRef, FeedId, Hash
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.kinds import EditBody, PostBody, WithdrawBody
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.reading import Reading
from swarmfeed.node.feeds.threads import Threads
from swarmfeed.ports import Index
from swarmfeed.shell.store.index import SqliteIndex

from tests.shell.store.index_samples import BOB, BOBS, CYD, CYDS, LAPTOP, add, ref_of, stored

Found = TypeVar("Found")


def fill(index: Index, parents: list[int | None]) -> list[EntryRef]:
    """Add posts 0, 1, ... to one feed, each a reply to the one of the given number."""
    records: list[bytes] = []
    refs: list[EntryRef] = []
    for number, parent in enumerate(parents):
        body = PostBody(f"{number}", reply=None if parent is None else refs[parent])
        records.append(stored(body, 1_000 + number))
        refs.append(EntryRef(BOBS, hash_stored(records[-1]), number))
    add(index, BOBS, 0, records)
    return refs


def walk(reading: Reading, top: str, limit: int = 50) -> list[PostView]:
    """Every reply below a post, as who presses "More replies" and "Continue" sees them."""
    found: list[PostView] = []
    start = ""
    while True:
        page = reading.show(ShowPost(ref=top, limit=limit, start=start))
        assert len(page.replies) <= limit
        for reply in page.replies:
            found.append(reply)
            found += walk(reading, ref_text(reply.ref), limit) if goes_on(reply) else []
        if not page.next:
            return found
        start = page.next


def shape(kind: str, count: int) -> list[int | None]:
    dice = random.Random(count)
    parents: dict[str, Callable[[int], int]] = {
        "wide": lambda _: 0,
        "chain": lambda number: number - 1,
        "bushy": dice.randrange,
    }
    parent = parents[kind]
    return [None, *(parent(number) for number in range(1, count + 1))]


@pytest.fixture
def index(tmp_path: Path) -> SqliteIndex:
    return SqliteIndex(tmp_path / "index.db")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wide", "chain", "bushy"])
def test_of_a_thousand_replies_each_is_reached_once_and_as_many_are_told(
    index: SqliteIndex, kind: str
) -> None:
    refs = fill(index, shape(kind, 1_000))
    reading = Reading(index)
    found = walk(reading, ref_text(refs[0]))
    assert len(found) == 1_000
    assert {reply.ref for reply in found} == set(refs[1:])
    assert reading.show(ShowPost(ref=ref_text(refs[0]))).reply_total == 1_000


@pytest.mark.parametrize("limit", [1, 2, 7, 50])
def test_replies_stand_under_what_they_answer_whatever_the_page(limit: int) -> None:
    index = FakeIndex()
    #        0: 1 (3 (5), 6), 2 (4)
    refs = fill(index, [None, 0, 0, 1, 2, 3, 1])
    found = walk(Reading(index), ref_text(refs[0]), limit)
    assert [(reply.text, reply.depth) for reply in found] == [
        ("1", 0), ("3", 1), ("5", 2), ("6", 1), ("2", 0), ("4", 1),
    ]  # fmt: skip


def test_deep_replies_go_on_at_their_own_page(index: SqliteIndex) -> None:
    refs = fill(index, shape("chain", THREAD_LEVELS_MAX + 3))
    page = Reading(index).show(ShowPost(ref=ref_text(refs[0]), limit=1_000))
    assert len(page.replies) == THREAD_LEVELS_MAX
    assert [reply.depth for reply in page.replies if goes_on(reply)] == [THREAD_LEVELS_MAX - 1]
    assert page.reply_total == THREAD_LEVELS_MAX + 3
    assert len(walk(Reading(index), ref_text(refs[0]))) == THREAD_LEVELS_MAX + 3


def test_the_first_post_is_reached_from_the_last_in_pages(index: SqliteIndex) -> None:
    refs = fill(index, shape("chain", 70))
    reading, ref, seen = Reading(index), ref_text(refs[70]), ["70"]
    while True:
        thread = reading.show(ShowPost(ref=ref))
        assert len(thread.ancestors) <= THREAD_ABOVE_MAX
        seen = [post.text for post in thread.ancestors] + seen
        if thread.oldest.answers is None:
            break
        assert thread.oldest.answers.state == "here"
        seen = [thread.oldest.answers.words, *seen]
        assert thread.oldest.reply_to is not None
        ref = ref_text(thread.oldest.reply_to)
    assert seen == [f"{number}" for number in range(71)]


def test_a_page_may_start_at_any_reply_and_only_there() -> None:
    index = FakeIndex()
    refs = fill(index, [None, 0, 1, 1, 0, None])
    reading = Reading(index)

    def from_reply(number: int) -> ThreadView:
        return reading.show(ShowPost(ref=ref_text(refs[0]), start=ref_text(refs[number])))

    assert [post.text for post in from_reply(3).replies] == ["3", "4"]
    assert [post.depth for post in from_reply(3).replies] == [1, 0]
    for elsewhere in (0, 5):
        with pytest.raises(UserError, match="not in this thread"):
            from_reply(elsewhere)


class Counted:
    """An index that counts what it is asked, and what it gives."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.asked = 0
        self.given = 0

    def post(self, feed_id: FeedId, index: int) -> PostView | None:
        return self._note([self._index.post(feed_id, index)])[0]

    def gone(self, feed_id: FeedId, index: int) -> PostView | None:
        return self._note([self._index.gone(feed_id, index)])[0]

    def replies(
        self, answered: EntryRef, limit: int, after: Cursor | None = None
    ) -> list[PostView]:
        return self._note(self._index.replies(answered, limit, after))

    def count_below(self, answered: EntryRef, limit: int) -> int:
        return self._index.count_below(answered, limit)

    def newest_below(self, answered: EntryRef, limit: int) -> PostView | None:
        return self._note([self._index.newest_below(answered, limit)])[0]

    def _note(self, found: list[Found]) -> list[Found]:
        self.asked += 1
        self.given += len(found)
        return found


@pytest.mark.attack("A74")
@pytest.mark.slow
@pytest.mark.parametrize(("kind", "start"), [("wide", 1_500), ("chain", 60), ("bushy", 1_500)])
def test_a_page_reads_what_it_shows_wherever_it_starts(
    index: SqliteIndex, kind: str, start: int
) -> None:
    refs = fill(index, shape(kind, 2_000))
    top, first = (index.post(BOBS, at) for at in (0, start))
    assert top is not None and first is not None
    counted = Counted(index)
    page = Threads(counted).below(top, 50, first)
    assert page.replies[0].ref == refs[start]
    assert counted.asked < 200
    assert counted.given < 1_000


# --- what a post answers ---------------------------------------------------------------------


def said_of(index: Index, reply: PostBody) -> tuple[str, str]:
    add(index, CYDS, 0, [stored(reply)])
    view = index.post(CYDS, 0)
    assert view is not None and view.answers is not None
    return view.answers.state, view.answers.words


@pytest.fixture(params=["fake", "sqlite"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Index:
    return FakeIndex() if request.param == "fake" else SqliteIndex(tmp_path / "index.db")


def test_a_reply_has_the_first_words_of_what_it_answers(either: Index) -> None:
    add(either, BOBS, 0, [stored("The  library\nhas " + "a scanner " * 50)])
    state, words = said_of(either, PostBody("so", reply=ref_of(either, BOBS, 0)))
    assert state == "here"
    assert words.startswith("The library has a scanner a") and words.endswith(" a…")
    assert len(words) <= 140


def test_a_warning_covers_the_words_that_are_quoted(either: Index) -> None:
    add(either, BOBS, 0, [stored(PostBody("the end of the film", cw="spoiler"))])
    reply = PostBody("so", reply=ref_of(either, BOBS, 0))
    assert said_of(either, reply) == ("here", "spoiler")


def test_an_edited_post_is_quoted_as_it_is_now(either: Index) -> None:
    add(either, BOBS, 0, [stored("1972")])
    asked = ref_of(either, BOBS, 0)
    add(either, BOBS, 1, [stored(EditBody(0, "1971"))])
    assert said_of(either, PostBody("so", reply=asked)) == ("here", "1971")
    assert [each.text for each in either.replies(asked, 10)] == ["so"]


def test_a_withdrawn_post_is_not_called_absent(either: Index) -> None:
    add(either, BOBS, 0, [stored("oh no")])
    asked = ref_of(either, BOBS, 0)
    add(either, BOBS, 1, [stored(WithdrawBody(0))])
    assert said_of(either, PostBody("so", reply=asked)) == ("withdrawn", "")


def test_what_is_here_and_no_post_is_not_called_absent(either: Index) -> None:
    add(either, BOBS, 0, [stored("word"), stored(EditBody(0, "words"))])
    asked = EntryRef(BOBS, Hash(bytes(32)), 1)
    assert said_of(either, PostBody("so", reply=asked)) == ("unshown", "")


@pytest.mark.parametrize(("feed", "index"), [(LAPTOP, 0), (BOBS, 7)])
def test_what_is_not_here_is_called_absent(either: Index, feed: object, index: int) -> None:
    add(either, BOBS, 0, [stored("word")])
    asked = EntryRef(feed, Hash(bytes(32)), index)  # type: ignore[arg-type]
    assert said_of(either, PostBody("so", reply=asked)) == ("absent", "")


@pytest.mark.attack("A74")
def test_a_reply_whose_hash_and_place_do_not_belong_together_answers_nothing(
    either: Index,
) -> None:
    add(either, BOBS, 0, [stored("one"), stored("two")])
    one, two = ref_of(either, BOBS, 0), ref_of(either, BOBS, 1)
    forged = EntryRef(BOBS, one.entry_hash, two.index)
    assert said_of(either, PostBody("so", reply=forged)) == ("absent", "")
    for asked in (one, two):
        assert either.replies(asked, 10) == []
        assert either.count_below(asked, 10) == 0
    assert [view.reply_count for view in either.author_posts(BOB, 10, None)] == [0, 0]


def test_replies_go_on_behind_a_place_and_among_posts_of_one_millisecond(either: Index) -> None:
    add(either, BOBS, 0, [stored("asked")])
    asked = ref_of(either, BOBS, 0)
    for feed in (CYDS, LAPTOP):
        add(either, feed, 0, [stored(PostBody(f"{at}", reply=asked), 7) for at in range(3)])
    whole = either.replies(asked, 10)
    assert [(view.ref.feed_id, view.ref.index) for view in whole] == [
        (feed, at) for feed in (LAPTOP, CYDS) for at in range(3)
    ]
    for at, view in enumerate(whole):
        assert either.replies(asked, 10, view.cursor) == whole[at + 1 :]
    assert either.count_below(asked, 4) == 4


# --- what was withdrawn ----------------------------------------------------------------------


@pytest.mark.attack("A74")
@pytest.mark.parametrize("order", [[(0, 2)], [(0, 1), (1, 2)], [(1, 2), (0, 1)]])
def test_what_answers_a_withdrawn_reply_is_still_reached(
    either: Index, order: list[tuple[int, int]]
) -> None:
    add(either, BOBS, 0, [stored("asked", 1)])
    asked = ref_of(either, BOBS, 0)
    taken_back = [stored(PostBody("oh", reply=asked), 2), stored(WithdrawBody(0), 3)]
    gone = EntryRef(CYDS, hash_stored(taken_back[0]), 0)
    for start, end in order:
        add(either, CYDS, start, taken_back[start:end])
    reading = Reading(either)

    def thread() -> ThreadView:
        return reading.show(ShowPost(ref=ref_text(asked)))

    assert (thread().replies, thread().reply_total) == ((), 0)  # nobody answered it
    assert thread().post.reply_count == 0
    add(either, LAPTOP, 0, [stored(PostBody("still here", reply=gone), 4)])
    shown = thread()
    assert [(r.text, r.depth, r.withdrawn) for r in shown.replies] == [
        ("", 0, True),
        ("still here", 1, False),
    ]
    assert (shown.reply_total, shown.post.reply_count) == (2, 1)
    upwards = reading.show(ShowPost(ref=ref_text(ref_of(either, LAPTOP, 0))))
    assert [post.text for post in upwards.ancestors] == ["asked", ""]
    again = reading.show(ShowPost(ref=ref_text(asked), start=ref_text(shown.replies[1].ref)))
    assert [post.text for post in again.replies] == ["still here"]
    size = reading.how_many_replies(HowManyReplies(ref=ref_text(asked)))
    assert size.newest is not None and size.newest.text == "still here"
    assert either.author_posts(CYD, 10, None) == []
    assert either.search("oh", 10, None) == []
    either.drop_feed(CYDS)
    assert thread().replies == ()


# --- for pages that stay open ----------------------------------------------------------------


def test_the_newest_of_all_replies_is_found_at_any_depth(either: Index) -> None:
    refs = fill(either, [None, 0, 1, 2])
    add(either, CYDS, 0, [stored(PostBody("earlier", reply=refs[0]), 5)])
    size = Reading(either).how_many_replies(HowManyReplies(ref=ref_text(refs[0])))
    assert size.total == 4
    assert size.newest is not None and size.newest.ref == refs[3]
    none = Reading(either).how_many_replies(HowManyReplies(ref=ref_text(refs[3])))
    assert (none.total, none.newest) == (0, None)


def test_posts_are_given_by_their_names(either: Index) -> None:
    refs = fill(either, [None, 0, 1])
    names = f"{refs[2].entry_hash.hex()}, {ref_text(refs[0])},{format_address(BOBS)}/99"
    found = Reading(either).named_posts(NamedPosts(refs=names)).posts
    assert [(post.text, post.reply_count) for post in found] == [("2", 0), ("0", 1)]
    with pytest.raises(UserError, match="At most 1,000"):
        Reading(either).named_posts(NamedPosts(refs=f"{ref_text(refs[0])}," * 1001))
