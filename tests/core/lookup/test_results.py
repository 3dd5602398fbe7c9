"""What others say they found: nothing false is shown, and what is left out shows."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.feed.certificate import sign_join, sign_leave
from swarmfeed.core.feed.entry import encode_withdrawn
from swarmfeed.core.feed.kinds import EditBody, PostBody, ProfileBody
from swarmfeed.core.feed.matching import Meant, Written
from swarmfeed.core.feed.proven import Checked, ProvenPost
from swarmfeed.core.lookup.limits import SETTLED_MS
from swarmfeed.core.lookup.results import (
    Answer,
    KnownHead,
    behind,
    check_hit,
    merge,
    merge_best,
    omitted,
)
from swarmfeed.core.words.query import parse_query
from swarmfeed.errors import RemoteError

from tests.core.proofs import AUTHOR, FEED, NOW_MS, Feed, stored

QUERY = parse_query("word")


def nobody(_: str) -> Meant:
    return Meant()


def check(hit: ProvenPost, typed: str = "word") -> Checked:
    return check_hit(hit, parse_query(typed), nobody, NOW_MS)


def test_a_true_hit_is_what_it_proves() -> None:
    feed = Feed(stored("first"), stored("a word", 9), stored("third"))
    found = check(feed.hit(1))
    assert found.ref == EntryRef(FEED, feed.hashes[1], 1)
    assert found.written == Written(
        author_id=AUTHOR.author_id, time_ms=9, post=PostBody("a word")
    )
    assert found.head_size == 3


def test_an_edited_post_is_its_newest_text() -> None:
    feed = Feed(stored("old"), stored(EditBody(0, "a word")), stored(EditBody(5, "word")))
    assert check(feed.hit(0, edit=1)).written.post.text == "a word"
    for hit in (feed.hit(0), feed.hit(0, edit=2), feed.hit(0, edit=0)):
        with pytest.raises(RemoteError):
            check(hit)


def test_a_time_to_come_is_now() -> None:
    assert check(Feed(stored("word", 2 * NOW_MS)).hit(0)).written.time_ms == NOW_MS


LIES: dict[str, Callable[[ProvenPost], ProvenPost]] = {
    "another text": lambda hit: replace(
        hit, post=replace(hit.post, stored=stored("a false word"))
    ),
    "another place": lambda hit: replace(hit, post=replace(hit.post, index=0)),
    "a shorter proof": lambda hit: replace(hit, post=replace(hit.post, proof=())),
    "another feed": lambda hit: replace(hit, feed_id=FeedId(bytes(32))),
    "a head that is none": lambda hit: replace(hit, head=hit.head[:-2]),
    "no certificate": lambda hit: replace(hit, certificates=()),
    "garbage for one": lambda hit: replace(hit, certificates=(b"x",)),
    "a certificate of another feed": lambda hit: replace(
        hit, certificates=(sign_join(AUTHOR, SigningKey(b"\x05" * 32), from_ms=1),)
    ),
    "too many certificates": lambda hit: replace(hit, certificates=hit.certificates * 17),
    "a post that was never asked for": lambda hit: Feed(stored("other")).hit(0),
    "what is no post": lambda hit: Feed(stored(ProfileBody("word"))).hit(0),
    "a withdrawn one": lambda hit: Feed(encode_withdrawn("post", 1, Hash(bytes(32)))).hit(0),
    "one beyond the end of the feed": lambda hit: replace(
        hit,
        certificates=(*hit.certificates, sign_leave(AUTHOR, FEED, size=1, from_ms=2)),
    ),
}


@pytest.mark.attack("A130")
@pytest.mark.parametrize("lie", LIES)
def test_nothing_false_is_shown(lie: str) -> None:
    hit = Feed(stored("first"), stored("a word"), stored("third")).hit(1)
    assert check(hit)
    with pytest.raises(RemoteError):
        check(LIES[lie](hit))


@given(st.data())
def test_no_changed_byte_of_a_hit_is_believed(data: st.DataObject) -> None:
    hit = Feed(stored("first"), stored("a word"), stored("third")).hit(1)
    raw = {
        "head": hit.head,
        "stored": hit.post.stored,
        "proof": b"".join(hit.post.proof),
        "certificate": hit.certificates[0],
    }
    name = data.draw(st.sampled_from(sorted(raw)))
    at = data.draw(st.integers(0, len(raw[name]) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = bytes(b ^ flip if n == at else b for n, b in enumerate(raw[name]))
    post = hit.post
    if name == "stored":
        post = replace(post, stored=changed)
    elif name == "proof":
        hashes = tuple(Hash(changed[n : n + 32]) for n in range(0, len(changed), 32))
        post = replace(post, proof=hashes)
    lie = replace(
        hit,
        post=post,
        head=changed if name == "head" else hit.head,
        certificates=(changed,) if name == "certificate" else hit.certificates,
    )
    with pytest.raises(RemoteError):
        check(lie)


# --- answers of several ---------------------------------------------------------------------


def shown(number: int, time_ms: int, text: str = "word", *, size: int = 9) -> Checked:
    feed_id = FeedId(number.to_bytes(32, "big"))
    author_id = AuthorId(number.to_bytes(32, "big"))
    written = Written(author_id=author_id, time_ms=time_ms, post=PostBody(text))
    ref = EntryRef(feed_id, Hash(number.to_bytes(32, "big")), 1)
    return Checked(ref=ref, written=written, head_size=size)


def answer(*hits: Checked, more: bool = False, since_ms: int = 0) -> Answer:
    return Answer(hits=hits, more=more, since_ms=since_ms)


def numbers(hits: list[Checked]) -> list[int]:
    return [int.from_bytes(hit.ref.feed_id, "big") for hit in hits]


def test_answers_are_one_list_with_each_post_once() -> None:
    one = answer(shown(1, 10), shown(2, 30))
    other = answer(shown(2, 30, size=12), shown(3, 20))
    merged = merge([one, other], 9)
    assert numbers(merged) == [2, 3, 1]
    assert merged[0].head_size == 12
    assert numbers(merge([one, other], 2)) == [2, 3]
    assert merge([], 9) == merge([answer(more=True)], 9) == []


def test_a_page_has_no_gap_that_the_next_one_fills() -> None:
    full = answer(shown(1, 50), shown(2, 40), more=True)
    assert numbers(merge([full, answer(shown(3, 45), shown(4, 30))], 9)) == [1, 3, 2]


def test_pages_go_on_behind_what_is_all_there() -> None:
    full = answer(shown(1, 50), shown(2, 40), more=True, since_ms=60)
    assert numbers(merge([full], 9)) == [1, 2]


def test_the_best_are_told_by_words_age_and_those_who_answered() -> None:
    answers = [answer(shown(1, 10, "word and many others"), shown(2, 10, "word word"))]
    assert numbers(merge_best(answers, QUERY, 9, {})) == [2, 1]
    authors = [AuthorId(bytes([n]) * 32) for n in range(5, 9)]
    backers = {shown(1, 0).ref.entry_hash: authors}
    assert numbers(merge_best(answers, QUERY, 9, backers)) == [1, 2]
    alone = {shown(1, 0).ref.entry_hash: [shown(1, 0).written.author_id]}
    assert numbers(merge_best(answers, QUERY, 1, alone)) == [2]


@pytest.mark.attack("A131")
def test_what_one_leaves_out_and_the_other_shows_is_noticed() -> None:
    now_ms = 100 + SETTLED_MS
    liar = answer(shown(1, 50))
    known = [shown(1, 50), shown(2, 90), shown(3, 100), shown(4, 101)]
    assert omitted(liar, known, now_ms) == [known[1].ref, known[2].ref]


def test_what_an_answer_did_not_claim_to_cover_is_no_lie() -> None:
    now_ms = 1_000 + SETTLED_MS
    known = [shown(2, 40), shown(3, 50), shown(4, 60)]
    full = answer(shown(1, 50), shown(5, 70), more=True)
    assert omitted(full, known, now_ms) == [known[2].ref]
    assert omitted(answer(since_ms=50), known, now_ms) == [known[1].ref, known[2].ref]


def test_a_head_older_than_one_known_for_a_while_is_noticed() -> None:
    now_ms = 100 + SETTLED_MS
    heads = {
        shown(1, 0).ref.feed_id: KnownHead(size=10, seen_at_ms=100),
        shown(2, 0).ref.feed_id: KnownHead(size=10, seen_at_ms=101),
        shown(3, 0).ref.feed_id: KnownHead(size=9, seen_at_ms=0),
    }
    found = answer(*(shown(number, 5) for number in (1, 2, 3, 4)))
    assert behind(found, heads, now_ms) == [shown(1, 0).ref.feed_id]
    assert behind(answer(shown(1, 5), shown(1, 5, size=10)), heads, now_ms) == []
