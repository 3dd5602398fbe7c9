"""The languages of the page: sentences, numbers and dates, as each is written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from babel import Locale
from babel.dates import format_skeleton
from flask import Flask
from msgspec import Struct
from swarmfeed.core.base.texts import ENGLISH, Language, Text, counted, format_size, joined
from swarmfeed.errors import UserError
from webui import languages
from webui.languages import language_of, plural_forms

WHO = Text("{who} has {posts:1 post|# posts}, {size}")
HELLO = Text("Hello")


@pytest.mark.parametrize(
    ("code", "forms"),
    [
        ("en", ("one", "other")),
        ("de", ("one", "other")),
        ("ar", ("zero", "one", "two", "few", "many", "other")),
        ("ja", ("other",)),
    ],
)
def test_each_language_has_the_plural_forms_of_unicode(
    code: str, forms: tuple[str, ...]
) -> None:
    """Source: CLDR, Language Plural Rules."""
    assert plural_forms(code) == forms


ARABIC = "{n:0|1|2|few #|many #|other #}"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0"),
        (1, "1"),
        (2, "2"),
        (3, "few 3"),
        (10, "few 10"),
        (11, "many 11"),
        (100, "other 100"),
        (103, "few 103"),
        (1111, "many 1,111"),
    ],
)
def test_arabic_counts_in_six_ways(
    number: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Source: CLDR, Arabic."""
    monkeypatch.setattr(languages, "catalog_of", lambda _: {"{n:1 post|# posts}": ARABIC})
    language_of.cache_clear()
    try:
        assert language_of("ar").render(counted(number, "post", "posts")) == said
    finally:
        language_of.cache_clear()


class View(Struct, frozen=True):
    sentence: str
    name: str
    parts: tuple[str, ...] = ()
    inner: "View | None" = None


GERMAN = Language(
    texts={
        WHO.english: "{who} hat {posts:# Beitrag|# Beiträge}, {size}",
        HELLO.english: "Hallo",
        "{size:.1f} MB": "{size:.1f} MB",
    },
    number=lambda number, spec: languages._number("de", number, spec),
)


def test_a_sentence_is_said_in_another_language_with_all_that_is_in_it() -> None:
    said = WHO(who=HELLO(), posts=1200, size=format_size(1_400_000, tenths_below=10))
    assert said == "Hello has 1,200 posts, 1.4 MB"
    assert GERMAN.render(said) == "Hallo hat 1.200 Beiträge, 1,4 MB"
    assert GERMAN.render(joined((HELLO(), "{x}", HELLO()), "; ")) == "Hallo; {x}; Hallo"
    assert GERMAN.render(UserError(HELLO())) == "Hallo"


def test_what_a_person_wrote_is_never_translated() -> None:
    assert GERMAN.render("Hello") == "Hello"


def test_an_answer_is_put_into_the_language_of_its_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    view = View(HELLO(), "Hello", (HELLO(), "b"), View("x", "y"))
    assert languages.spoken(view) is view, "outside of a request nobody reads it"
    monkeypatch.setattr(languages, "language_now", lambda: GERMAN)
    said = languages.spoken(view)
    assert said == View("Hallo", "Hello", ("Hallo", "b"), View("x", "y"))
    assert said.inner is view.inner, "what has no sentence is not copied"
    assert languages.why(UserError(HELLO())) == "Hallo"


@pytest.mark.parametrize(
    ("code", "number", "spec", "said"),
    [
        ("de", 1234567, ",", "1.234.567"),
        ("de", 1.25, ".1f", "1,2"),
        ("de", 10000, ".0f", "10000"),
        ("de", 0.5, ".1%", "50,0%"),
        ("ar", 12345, ",", "12,345"),
        ("ar", 1.5, ".1f", "1.5"),
    ],
)
def test_numbers_are_written_as_each_language_does(
    code: str, number: float, spec: str, said: str
) -> None:
    assert languages._number(code, number, spec) == said


@pytest.mark.parametrize(
    ("path", "wanted", "code"),
    [
        ("/", "", "en"),
        ("/", "fr, xx;q=0.5", "en"),
        ("/api/1/status", "de", "en"),
    ],
)
def test_a_browser_is_answered_in_a_language_there_is(
    path: str, wanted: str, code: str
) -> None:
    with Flask(__name__).test_request_context(path, headers={"Accept-Language": wanted}):
        assert languages.tongue_now().code == code


def test_a_time_is_written_as_ever_in_english() -> None:
    assert (
        languages.date_and_time(datetime(2026, 11, 20, 10, 43, tzinfo=UTC))
        == "20 Nov 2026, 10:43"
    )
    assert ENGLISH.render(HELLO()) == "Hello"


@pytest.mark.parametrize("code", ["de", "ar"])
def test_each_time_is_written_as_unicode_does_whatever_was_written_before(code: str) -> None:
    """Days and minutes are remembered apart: all of each with all of the other."""
    zone = timezone(timedelta(hours=5, minutes=30))
    times = [
        datetime(year, month, 9, hour, minute, tzinfo=zone)
        for year in (1970, 2026)
        for month in (1, 11)
        for hour in (0, 13)
        for minute in (0, 59)
    ]
    locale = Locale(code)
    with Flask(__name__).test_request_context("/", headers={"Accept-Language": code}):
        for local in times * 2:
            parts = (format_skeleton(each, local, locale=locale) for each in ("Hm", "yMMMd"))
            whole = str(locale.datetime_formats["medium"]).format(*parts)
            assert languages.date_and_time(local) == whole
