"""The index of the network: what is found in it, and what it lets go."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import EntryRef, FeedId, Hash
from swarmfeed.core.feed.authorkey import first_author_key, hash_key
from swarmfeed.core.feed.certificate import sign_join, sign_leave
from swarmfeed.core.feed.kinds import Body, EditBody, PostBody, ProfileBody
from swarmfeed.core.feed.matching import Called, Meant, matches
from swarmfeed.core.feed.proven import ProvenApart, ProvenPost, check_post
from swarmfeed.core.feed.spot import Spot, spot_of
from swarmfeed.core.lookup.limits import AUTHOR_POSTS_A_DAY, DAY_MS, WINDOW_DAYS
from swarmfeed.core.words.query import parse_query
from swarmfeed.errors import MendingError, RetryError
from swarmfeed.ports.recent import Looked, RecentHits, RecentPost
from swarmfeed.shell.store.recent import SqliteRecent

from tests.core.proofs import AUTHOR, Feed, stored
from tests.shell.store.refusing import refused
from tests.shell.store.sqlite_memory import sqlite_bytes
from tests.shell.store.test_index_contract_media import BEE

TODAY = 20_000
NOW_MS = TODAY * DAY_MS + DAY_MS // 2
ROOM = 10**9


def nobody(_: str) -> Meant:
    return Meant()


@pytest.fixture
def recent(tmp_path: Path) -> Iterator[SqliteRecent]:
    opened = SqliteRecent(tmp_path / "recent.db")
    opened.open(ROOM)
    yield opened
    opened.close()


def feed_of(number: int, *bodies: tuple[Body, int]) -> Feed:
    author = first_author_key(SigningKey(bytes([6, number]) * 16), hash_key(b"next"))
    records = [stored(body, time_ms) for body, time_ms in bodies]
    return Feed(*records, key=SigningKey(bytes([5, number]) * 16), author=author)


def posted(hit: ProvenPost, now_ms: int = NOW_MS) -> RecentPost:
    return RecentPost(proven=hit, checked=check_post(hit, now_ms))


def of_feed(feed: Feed, *indexes: int) -> list[RecentPost]:
    return [posted(feed.hit(index)) for index in indexes]


def said(number: int, *texts: str, time_ms: int = NOW_MS) -> Feed:
    return feed_of(number, *((PostBody(text), time_ms + at) for at, text in enumerate(texts)))


def find(
    recent: SqliteRecent,
    typed: str,
    *,
    called: Called = nobody,
    before: Spot | None = None,
    limit: int = 50,
) -> RecentHits:
    return recent.search(parse_query(typed), called, before, limit)


def texts(found: RecentHits) -> list[str]:
    return [check_post(hit, NOW_MS).written.post.text for hit in found.hits]


def test_what_is_found_comes_with_its_proof_the_newest_first(recent: SqliteRecent) -> None:
    feed = feed_of(
        1,
        (ProfileBody("Anna"), 5),
        (PostBody("one word"), NOW_MS),
        (PostBody("word"), NOW_MS + 9),
    )
    hits = [feed.hit(1, profile=0), feed.hit(2)]
    assert recent.add([posted(hit) for hit in hits], TODAY) == 2
    assert find(recent, "word").hits == (feed.hit(2, profile=0), feed.hit(1, profile=0))
    assert find(recent, "word") == find(recent, "wor*")
    assert find(recent, "absent") == RecentHits(hits=(), more=False)


def test_a_post_is_kept_once(recent: SqliteRecent) -> None:
    feed = said(1, "word")
    assert recent.add(of_feed(feed, 0) * 2, TODAY) == 1
    later = Feed(*feed.records, stored("more"), key=feed.key)
    assert recent.add([posted(Feed(*later.records, key=feed.key).hit(0))], TODAY) == 0
    assert recent.count() == 1
    assert find(recent, "word").hits[0].head == feed.head


def test_pages_follow_on_each_other_over_days_and_moments(recent: SqliteRecent) -> None:
    feeds = [
        said(number, "word a", "word b", time_ms=NOW_MS - number // 2 * DAY_MS)
        for number in range(8)
    ]
    for feed in feeds:
        recent.add(of_feed(feed, 0, 1), TODAY)
    spots: list[Spot] = []
    before, more = None, True
    while more:
        page = find(recent, "word", before=before, limit=3)
        found = [check_post(hit, NOW_MS) for hit in page.hits]
        spots += [spot_of(hit.written.time_ms, hit.ref.feed_id, hit.ref.index) for hit in found]
        before, more = spots[-1], page.more
    assert len(spots) == 16
    assert spots == sorted(set(spots), reverse=True)


def test_all_there_is_comes_page_by_page(recent: SqliteRecent) -> None:
    for number in range(5):
        feed = said(number, "one", "two", time_ms=NOW_MS - number // 2 * DAY_MS)
        recent.add(of_feed(feed, 0, 1), TODAY)
    spots: list[Spot] = []
    page = recent.newest(None, 3)
    while True:
        found = [check_post(hit, NOW_MS) for hit in page.hits]
        spots += [spot_of(hit.written.time_ms, hit.ref.feed_id, hit.ref.index) for hit in found]
        if not page.more:
            break
        page = recent.newest(spots[-1], 3)
    assert len(spots) == 10
    assert spots == sorted(set(spots), reverse=True)


def test_the_best_come_first_where_that_is_asked(recent: SqliteRecent) -> None:
    recent.add(of_feed(said(1, "word word", "word and much else"), 0, 1), TODAY)
    assert texts(find(recent, "word order:best")) == ["word word", "word and much else"]
    assert find(recent, "word order:best", limit=1).more


QUERIES = (
    *("word", "-word tea", '"green tea"', "gre*", "#tea", "from:anna", "from:nobody"),
    *("to:anna", "to:anna tea", "is:reply", "has:link", "lang:de", "tea -from:anna"),
    *("東京", "c++", "tea since:2024-10-04", "tea until:2024-10-03"),
)


def test_what_is_found_is_what_matches(recent: SqliteRecent) -> None:
    anna = said(1, "green tea", "word", "#tea https://example.org/")
    anna_id = check_post(anna.hit(0), NOW_MS).written.author_id
    ref = EntryRef(anna.feed_id, Hash(bytes(32)), 0)
    ben = feed_of(
        2,
        (PostBody("tea, c++ and 東京都"), NOW_MS - 1),
        (PostBody("Tee", lang="de-AT", media=(BEE,)), NOW_MS - 2),
        (PostBody("I answer", reply=ref), NOW_MS - DAY_MS),
        (
            PostBody("hello", mentions=(check_post(anna.hit(0), NOW_MS).written.author_id,)),
            NOW_MS,
        ),
    )
    kept = of_feed(anna, 0, 1, 2) + of_feed(ben, 0, 1, 2, 3)
    recent.add(kept, TODAY)
    known = Meant(authors=frozenset({anna_id}), feeds=frozenset({anna.feed_id}))

    def called(name: str) -> Meant:
        return known if name == "anna" else Meant()

    for typed in QUERIES:
        query = parse_query(typed)
        expected = {
            each.checked.written.post.text
            for each in kept
            if matches(query, each.checked.written, called)
        }
        assert {*texts(find(recent, typed, called=called))} == expected, typed


def test_an_edit_takes_the_place_of_the_old_text(recent: SqliteRecent) -> None:
    feed = feed_of(1, (PostBody("old words"), NOW_MS), (EditBody(0, "new ones"), NOW_MS))
    first = Feed(feed.records[0], key=feed.key)
    recent.add([posted(first.hit(0))], TODAY)
    assert recent.add([posted(Feed(*feed.records, key=feed.key).hit(0, edit=1))], TODAY) == 0
    assert texts(find(recent, "ones")) == ["new ones"]
    assert find(recent, "old").hits == ()


def test_media_are_those_that_the_newest_edit_names(recent: SqliteRecent) -> None:
    feed = feed_of(
        1,
        (PostBody("bee", media=(BEE,)), NOW_MS),
        (PostBody("none"), NOW_MS),
        (EditBody(0, "bee gone"), NOW_MS),
        (EditBody(1, "some", media=(BEE,)), NOW_MS),
    )
    recent.add(of_feed(feed, 0, 1), TODAY)
    assert texts(find(recent, "has:media")) == ["bee"]
    for post, edit in ((0, 2), (1, 3)):
        assert recent.amend(feed.feed_id, post, edit_of(feed, edit))
    assert texts(find(recent, "has:media")) == ["some"]
    assert {*texts(find(recent, "-has:media bee"))} == {"bee gone"}


def edit_of(feed: Feed, index: int) -> ProvenApart:
    return ProvenApart(head=feed.head, entry=feed.proven(index))


def test_a_post_is_given_a_text_that_came_later_alone(recent: SqliteRecent) -> None:
    records = [stored(PostBody("old words"), NOW_MS)]
    records += [stored(EditBody(0, text), NOW_MS) for text in ("newer ones", "newest ones")]
    feed, first = Feed(*records), Feed(*records[:1])
    assert not recent.amend(feed.feed_id, 0, edit_of(feed, 1))
    recent.add([posted(first.hit(0))], TODAY)
    assert not recent.amend(feed.feed_id, 1, edit_of(feed, 1))
    for edit in (2, 1):  # they may come in any order
        assert recent.amend(feed.feed_id, 0, edit_of(feed, edit))
        assert texts(find(recent, "ones")) == ["newest ones"]
        assert find(recent, "old").hits == find(recent, "newer").hits == ()
    recent.drop_feed(feed.feed_id)
    assert recent.count() == 0


@pytest.mark.attack("A160")
def test_a_feed_that_ends_or_has_another_author_makes_no_liar(recent: SqliteRecent) -> None:
    """All that is shown is proven by what came last of its feed."""
    records = [stored(PostBody(f"word {n}"), NOW_MS + n) for n in range(3)]
    feed = Feed(*records, stored(EditBody(0, "word edited"), NOW_MS))
    recent.add([posted(feed.hit(0, edit=3)), *of_feed(feed, 1, 2)], TODAY)
    mallory = first_author_key(SigningKey(b"\x09" * 32), hash_key(b"next"))
    joined = (sign_join(mallory, feed.key, from_ms=1),)
    assert recent.add([posted(replace(feed.hit(1), certificates=joined))], TODAY) == 0
    ended = (*feed.certificates, sign_leave(AUTHOR, feed.feed_id, size=2, from_ms=2))
    recent.add([posted(replace(feed.hit(1), certificates=ended))], TODAY)
    assert texts(find(recent, "word")) == ["word 1"]
    assert recent.add([posted(replace(feed.hit(0), certificates=ended))], TODAY) == 1
    assert recent.amend(feed.feed_id, 0, edit_of(feed, 3))  # and changes nothing
    assert texts(find(recent, "word")) == ["word 1", "word 0"]


@pytest.mark.slow
@pytest.mark.attack("A160")
def test_of_one_author_only_so_many_posts_of_a_day_are_kept(recent: SqliteRecent) -> None:
    count = AUTHOR_POSTS_A_DAY + 50
    flood = said(1, *(f"flood {n}" for n in range(count)))
    recent.add(of_feed(said(2, "word", time_ms=NOW_MS - 1), 0), TODAY)
    recent.add(of_feed(flood, *range(50, count)), TODAY)
    recent.add(of_feed(flood, *range(50)), TODAY)  # older ones come later
    assert recent.count() == AUTHOR_POSTS_A_DAY + 1
    assert texts(find(recent, "flood", limit=1)) == [f"flood {count - 1}"]
    assert find(recent, '"flood 49"').hits == ()
    assert len(find(recent, '"flood 50"').hits) == len(find(recent, "word").hits) == 1


def test_what_is_withdrawn_is_found_no_more(recent: SqliteRecent) -> None:
    feed, other = said(1, "word a", "word b"), said(2, "word c")
    recent.add([*of_feed(feed, 0, 1), *of_feed(other, 0)], TODAY)
    looked = Looked(feed_id=feed.feed_id, start=0, end=9, withdrawn=(0, 7))
    recent.add([], TODAY, looked)
    assert {*texts(find(recent, "word"))} == {"word b", "word c"}
    recent.drop_feed(feed.feed_id)
    recent.drop_feed(FeedId(bytes(32)))
    assert texts(find(recent, "word")) == ["word c"]


def test_old_days_go_whole(recent: SqliteRecent) -> None:
    first = TODAY - WINDOW_DAYS + 1
    old = said(1, "word old", time_ms=first * DAY_MS)
    older = said(2, "word older", time_ms=first * DAY_MS - 1)
    ahead = said(3, "word ahead", time_ms=(TODAY + 2) * DAY_MS)
    assert recent.add([*of_feed(old, 0), *of_feed(older, 0)], TODAY) == 1
    assert (
        recent.add(
            [RecentPost(proven=ahead.hit(0), checked=check_post(ahead.hit(0), 2**60))], TODAY
        )
        == 0
    )
    assert recent.add(of_feed(said(4, "word new"), 0), TODAY) == 1
    assert texts(find(recent, "word")) == ["word new", "word old"]
    assert recent.add(of_feed(said(5, "word newer", time_ms=NOW_MS + 9), 0), TODAY + 1) == 1
    assert texts(find(recent, "word")) == ["word newer", "word new"]


def test_a_day_whose_tables_are_used_again_has_nothing_of_the_old(recent: SqliteRecent) -> None:
    for turn in range(3):
        day_ms = NOW_MS + turn * 32 * DAY_MS
        hit = said(turn, f"word {turn}", time_ms=day_ms).hit(0)
        recent.add([posted(hit, now_ms=day_ms)], day_ms // DAY_MS)
        assert find(recent, "word").hits == (hit,)


def test_where_there_is_no_room_the_oldest_days_go(tmp_path: Path) -> None:
    small = SqliteRecent(tmp_path / "recent.db")
    small.open(0)
    days = [said(n, f"word {n}", time_ms=NOW_MS - n * DAY_MS) for n in range(3)]
    for feed in days:
        small.add(of_feed(feed, 0), TODAY)
    assert texts(find(small, "word")) == ["word 0"]
    assert small.first_day() == TODAY
    assert small.add(of_feed(days[1], 0), TODAY) == 0
    small.close()


def test_how_far_a_feed_was_looked_through_is_remembered(recent: SqliteRecent) -> None:
    feed, other = said(1, "word"), said(2, "word")
    for start, end in ((3, 7), (0, 2), (2, 3), (1, 2), (9, 12)):
        looked = Looked(feed_id=feed.feed_id, start=start, end=end)
        recent.add(of_feed(feed, 0), TODAY, looked)
    recent.add(of_feed(other, 0), TODAY)
    recent.close()
    recent.open(ROOM)
    assert recent.looked_through() == {feed.feed_id: 3}
    assert recent.count() == 2


def test_it_is_known_which_entries_of_a_feed_are_kept(recent: SqliteRecent) -> None:
    feed, other = said(1, *"abcdef"), said(2, "word")
    recent.add(of_feed(feed, 0, 1, 4), TODAY)
    recent.add(of_feed(other, 0), TODAY)
    assert recent.places(feed.feed_id, feed.certificates, 0, 9) == {0, 1, 4}
    assert recent.places(feed.feed_id, feed.certificates, 1, 4) == {1}
    assert recent.places(FeedId(bytes(32)), feed.certificates, 0, 9) == frozenset()
    looked = Looked(feed_id=feed.feed_id, start=0, end=6, withdrawn=(1,))
    recent.add((), TODAY, looked)
    assert recent.places(feed.feed_id, feed.certificates, 0, 9) == {0, 4}


def test_none_is_known_once_other_certificates_prove_whose_a_feed_is(
    recent: SqliteRecent,
) -> None:
    """They may say that it had ended before: then what comes behind is not the author's."""
    feed = said(1, "word a", "word b", "word c")
    recent.add(of_feed(feed, 0, 1, 2), TODAY)
    ended = (*feed.certificates, sign_leave(AUTHOR, feed.feed_id, size=2, from_ms=2))
    assert recent.places(feed.feed_id, ended, 0, 9) == frozenset()
    assert recent.places(feed.feed_id, feed.certificates, 0, 9) == {0, 1, 2}


def test_a_closed_one_answers_nothing(recent: SqliteRecent) -> None:
    recent.close()
    recent.close()
    with pytest.raises(RetryError):
        recent.count()


@pytest.mark.parametrize("damage", ["no database at all" * 300, ""])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "recent.db"
    path.write_text(damage)
    recent = SqliteRecent(path)
    recent.open(ROOM)
    assert recent.add(of_feed(said(1, "word"), 0), TODAY) == 1
    recent.close()


def test_damage_that_shows_later_is_told_and_mended(tmp_path: Path) -> None:
    path = tmp_path / "recent.db"
    recent = SqliteRecent(path)
    recent.open(ROOM)
    recent.add([*of_feed(said(1, *(f"word {n}" for n in range(40))), *range(40))], TODAY)
    recent.close()
    recent.open(ROOM)
    raw = bytearray(path.read_bytes())
    for at in range(len(raw) // 2, len(raw), 4096):
        raw[at % len(raw)] ^= 0xFF
    path.write_bytes(raw)
    with pytest.raises(MendingError):
        for number in range(40):
            find(recent, f"word {number}")
    recent.begin_anew()
    assert recent.count() == 0
    assert recent.add(of_feed(said(1, "word"), 0), TODAY) == 1
    recent.close()


@pytest.mark.attack("A348")
def test_one_read_that_is_refused_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "recent.db"
    recent = SqliteRecent(path)
    recent.open(ROOM)
    recent.add(of_feed(said(1, "word"), 0), TODAY)
    with refused(path.with_name("recent.db-wal")), pytest.raises(MendingError):
        recent.count()
    recent.begin_anew()
    assert recent.count() == 1
    recent.begin_anew()
    assert recent.count() == 0, "damage that was met twice is believed"
    recent.close()


def test_what_was_kept_at_hand_is_let_go(recent: SqliteRecent) -> None:
    feed = said(1, *(f"water number {n} " + 200 * f"w{n} " for n in range(64)))
    others_bytes = sqlite_bytes()
    recent.add(of_feed(feed, *range(64)), TODAY)
    before = recent.newest(None, 64)
    kept_bytes = sqlite_bytes() - others_bytes
    recent.release_memory()
    assert sqlite_bytes() - others_bytes < kept_bytes / 2
    assert recent.newest(None, 64) == before
    recent.close()
    recent.release_memory()
