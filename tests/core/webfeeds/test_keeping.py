"""What is kept of a feed of the web, and when it is looked at again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.bencoding import decode
from swarmfeed.core.base.texts import Language
from swarmfeed.core.webfeeds import sentences
from swarmfeed.core.webfeeds.found import (
    FoundArticle,
    FoundFeed,
    decode_article,
    encode_article,
)
from swarmfeed.core.webfeeds.keeping import (
    KnownFeed,
    article_key,
    decode_known,
    encode_known,
    in_trouble,
    moved,
    moved_for_good,
    new_address,
    sent_on,
    wait_of,
    with_news,
    without_news,
)
from swarmfeed.core.webfeeds.limits import (
    ARTICLES_MAX,
    ASKED_EVERY_MS,
    HOUR_MS,
    LOOK_EVERY_MS,
    QUIET_EVERY_MS,
    WAIT_MS_MAX,
)

NOW = 1_800_000_000_000


def article(name: str, time_ms: int = 0, text: str = "") -> FoundArticle:
    return FoundArticle(id=name, url="", title=name, author="", text=text, time_ms=time_ms)


def told(*articles: FoundArticle, title: str = "Blog") -> FoundFeed:
    return FoundFeed(title=title, home_url="https://example.org/", articles=articles)


def titles(known: KnownFeed, *kept: FoundArticle) -> list[str]:
    names = {article_key(each): each.title for each in kept}
    return [names[each.key] for each in known.articles]


def test_articles_stand_by_when_they_were_published_or_first_seen() -> None:
    some = (article("old", NOW - 5), article("ahead", NOW + 9 * HOUR_MS), article("undated"))
    known, changes = with_news(KnownFeed(), told(*some), NOW, etag='"1"')
    assert [each.time_ms for each in known.articles] == [NOW, NOW, NOW - 5]
    assert changes == {article_key(each): encode_article(each) for each in some}
    assert (known.etag, known.looked_ms, known.next_ms) == ('"1"', NOW, NOW + LOOK_EVERY_MS)
    again, _ = with_news(known, told(*some), NOW + HOUR_MS)
    assert again.articles == known.articles, "an undated one does not become new"


def test_an_edited_article_stays_in_its_place() -> None:
    known, _ = with_news(KnownFeed(), told(article("a", NOW - 2, "one")), NOW)
    now, changes = with_news(known, told(article("a", NOW - 1, "two")), NOW)
    (value,) = changes.values()
    assert value is not None and decode_article(value).text == "two"
    assert now.articles == known.articles


@pytest.mark.attack("A305")
def test_of_many_articles_the_told_ones_and_the_newest_others_stay() -> None:
    first = [article(f"a{n}", NOW - n) for n in range(ARTICLES_MAX)]
    known, _ = with_news(KnownFeed(), told(*first), NOW)
    second = [article(f"b{n}", NOW - HOUR_MS) for n in range(10)]
    now, changes = with_news(known, told(*second), NOW)
    assert len(now.articles) == ARTICLES_MAX
    assert set(titles(now, *first, *second)) == {
        *(each.title for each in first[:-10]),
        *(each.title for each in second),
    }
    gone = {key for key, value in changes.items() if value is None}
    assert gone == {article_key(each) for each in first[-10:]}
    assert with_news(now, told(*second), NOW)[0].articles == now.articles
    too_many = [article(f"c{n}", NOW) for n in range(3 * ARTICLES_MAX)]
    assert len(with_news(now, told(*too_many), NOW)[0].articles) == ARTICLES_MAX


def test_a_quiet_feed_is_looked_at_less_often() -> None:
    known, _ = with_news(KnownFeed(), told(article("a", NOW - 40 * 24 * HOUR_MS)), NOW)
    assert known.next_ms == NOW + QUIET_EVERY_MS
    assert without_news(KnownFeed(), NOW).next_ms == NOW + QUIET_EVERY_MS


def test_after_failures_the_pauses_grow_up_to_a_week_and_end_with_success() -> None:
    known, pauses = KnownFeed(), []
    for _ in range(12):
        known = in_trouble(known, "not reached", NOW)
        pauses.append((known.next_ms - NOW) // HOUR_MS)
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 168, 168, 168, 168]
    well = without_news(known, NOW)
    assert (well.failures, well.trouble, well.sentence) == (0, "", "")


def test_who_asks_to_be_left_alone_is_left_also_when_a_person_asks() -> None:
    known = in_trouble(KnownFeed(), "busy", NOW, wait_ms=5 * HOUR_MS)
    assert not known.is_due(NOW + 5 * HOUR_MS - 1) and known.is_due(NOW + 5 * HOUR_MS)
    assert not known.may_be_asked(NOW + 5 * HOUR_MS - 1)
    just = without_news(KnownFeed(), NOW)
    assert not just.may_be_asked(NOW) and just.may_be_asked(NOW + ASKED_EVERY_MS)


def test_what_is_gone_is_looked_at_when_a_person_asks_alone() -> None:
    gone = in_trouble(KnownFeed(), "gone", NOW, gone=True)
    assert not gone.is_due(NOW + 10 * WAIT_MS_MAX)
    assert gone.may_be_asked(NOW + HOUR_MS)
    assert not without_news(gone, NOW).gone


@pytest.mark.parametrize(
    ("header", "wait_ms"),
    [
        ("", 0),
        ("120", 120_000),
        ("Fri, 15 Jan 2027 09:00:00 GMT", 3_600_000),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0),
        ("9" * 5_000, WAIT_MS_MAX),
        ("-5", 0),
        ("soon", 0),
        ("²", 0),
    ],
)
def test_how_long_a_site_asks_for(header: str, wait_ms: int) -> None:
    assert NOW == 1_800_000_000_000, "2027-01-15 08:00:00 UTC"
    assert wait_of(header, NOW) == wait_ms


@pytest.mark.parametrize("tag", ["x" * 257, "a\nb", "ä", "\x7f"])
def test_a_tag_that_cannot_be_sent_back_is_forgotten(tag: str) -> None:
    known, _ = with_news(KnownFeed(), told(), NOW, etag=tag, modified=tag)
    assert (known.etag, known.modified) == ("", "")


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 2**41)), max_size=120))
def test_what_is_known_is_written_and_read_as_it_is(some: list[tuple[int, int]]) -> None:
    articles = [article(str(n), time_ms) for n, time_ms in some]
    known, changes = with_news(KnownFeed(), told(*articles), NOW)
    assert decode_known(encode_known(known)) == known
    assert {each.key for each in known.articles} == {*changes}
    times = [each.time_ms for each in known.articles]
    assert times == sorted(times, reverse=True)
    troubled = in_trouble(replace(known), "x" * 9_999, NOW)
    assert decode_known(encode_known(troubled)) == troubled


def test_what_went_wrong_can_be_said_in_any_language_after_a_restart() -> None:
    said = sentences.NOT_REACHED(host="{a}.example", reason="no route")
    known = decode_known(encode_known(in_trouble(KnownFeed(), said, NOW)))
    assert known.sentence == said == "{a}.example is not reached: no route"
    german = Language(texts={sentences.NOT_REACHED.english: "{reason}: {host}"})
    assert german.render(known.sentence) == "no route: {a}.example"


OLD, NEW, OTHER = "https://old.example/f", "https://new.example/f", "https://other.example/f"
DAY_MS = 24 * HOUR_MS


def looks(*seen: tuple[int, str]) -> KnownFeed:
    """Looks that answered well: on which day, and where each was sent on for good."""
    known = KnownFeed()
    for day, there in seen:
        now_ms = NOW + day * DAY_MS
        known = sent_on(without_news(known, now_ms), there, now_ms)
    return known


@pytest.mark.attack("A345")
def test_a_feed_has_moved_when_all_looks_of_three_days_say_so() -> None:
    known = looks((0, NEW), (1, NEW), (2, NEW))
    assert new_address(known, NOW + 3 * DAY_MS - 1) == ""
    assert new_address(known, NOW + 3 * DAY_MS) == NEW
    assert decode_known(encode_known(known)) == known
    for seen in (
        [(0, NEW), (1, ""), (2, NEW), (3, NEW)],
        [(0, OTHER), (1, NEW), (3, NEW)],
        [(0, NEW), (3, "")],
        [(9, NEW)],
    ):
        assert new_address(looks(*seen), NOW + seen[-1][0] * DAY_MS) == ""
    failing = in_trouble(looks((0, NEW)), "not reached", NOW + DAY_MS)
    assert new_address(sent_on(failing, NEW, NOW + 3 * DAY_MS), NOW + 3 * DAY_MS) == NEW
    at_new = moved(known, OLD)
    assert (new_address(at_new, NOW + 9 * DAY_MS), at_new.moved_from) == ("", OLD)


@pytest.mark.attack("A345")
def test_what_is_read_in_secret_is_not_read_in_the_open_from_then_on() -> None:
    plain, old = NEW.replace("https", "http"), OLD.replace("https", "http")
    assert moved_for_good(OLD, [(301, plain)]) == ""
    assert moved_for_good(OLD, [(301, plain), (301, OTHER)]) == "", "who listens may answer"
    assert moved_for_good(OLD, [(301, NEW), (308, plain), (301, OTHER)]) == NEW
    for there in (plain, NEW):
        assert moved_for_good(old, [(308, there)]) == there
    assert moved_for_good(OLD, [(301, NEW), (301, OLD)]) == ""


def test_rows_of_before_are_read() -> None:
    fields = decode(encode_known(KnownFeed(title="Blog")), limit_bytes=10_000)
    assert isinstance(fields, dict) and not fields.keys() & {b"p", b"q", b"o"}
