"""Words and numbers for people."""

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from street.fakes.anna import NOW_MS, WORDS
from swarmfeed.cli import output
from swarmfeed.cli.output import (
    format_age,
    format_bytes,
    format_date,
    plain,
    print_facts,
    print_sentence,
    print_table,
    print_words,
)
from swarmfeed.core.base.backup_words import seed_of_words
from swarmfeed.core.base.limits import TIME_MS_MAX

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (99_940, "99.9 kB"),
        (99_960, "100 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (45_000_000, "45.0 MB"),
        (10**10, "10.0 GB"),
        (10**16, "10000 TB"),
    ],
)
def test_sizes_have_three_digits(size_bytes: int, text: str) -> None:
    assert format_bytes(size_bytes) == text


@pytest.mark.parametrize(
    ("age_ms", "text"),
    [
        (0, "just now"),
        (59 * SECOND, "just now"),
        (-30 * SECOND, "just now"),
        (MINUTE, "1 minute ago"),
        (HOUR - 1, "59 minutes ago"),
        (DAY - 1, "23 hours ago"),
        (7 * DAY - 1, "6 days ago"),
    ],
)
def test_ages_are_told_in_the_largest_unit(age_ms: int, text: str) -> None:
    assert format_age(NOW_MS - age_ms, NOW_MS) == text


def test_old_and_future_posts_carry_their_date() -> None:
    for time_ms in (NOW_MS - 7 * DAY, NOW_MS + DAY):
        assert format_age(time_ms, NOW_MS) == format_date(time_ms)
        assert format_date(time_ms).startswith("2023-11-")


@given(st.integers(min_value=0, max_value=TIME_MS_MAX))
def test_every_time_an_author_may_claim_can_be_told(time_ms: int) -> None:
    assert format_age(time_ms, NOW_MS)


@given(st.text(st.characters(codec=None)))
def test_plain_text_has_no_controls_and_can_always_be_encoded(text: str) -> None:
    shown = plain(text)
    shown.encode("utf-8")
    controls = [one for one in shown if category(one) == "Cc" and one not in "\n\t"]
    assert controls == []
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_plain_leaves_every_script_alone() -> None:
    for text in ("zażółć", "検証できる", "עברית", "👩‍🚀", "two\nlines\tand a tab"):
        assert plain(text) == text


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Output as a terminal of 40 columns gets it."""
    monkeypatch.setattr(output, "terminal_columns", lambda: 40)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.mark.usefixtures("terminal")
def test_backup_words_are_numbered_in_reading_order(capsys: pytest.CaptureFixture[str]) -> None:
    print_words("Sheet", "Keep it.", WORDS)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[-6:][0] == ["1", "abandon", "2", "abandon", "3", "abandon", "4", "abandon"]
    assert lines[-1] == ["21", "abandon", "22", "abandon", "23", "abandon", "24", "art"]


def test_backup_words_in_a_file_stand_as_restore_reads_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_words("Sheet", "Keep it.", WORDS)
    assert seed_of_words(capsys.readouterr().out) == seed_of_words(WORDS)


LONG = "A sentence that is certainly longer than the forty columns of that terminal."


def test_what_no_terminal_shows_is_neither_broken_nor_padded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_sentence(LONG)
    print_facts([("a", LONG), ("longer", "b")])
    print_table(("one", ">two"), [("x", "1"), (LONG, "2,000")])
    assert capsys.readouterr().out.splitlines() == [
        LONG,
        f"a\t{LONG}",
        "longer\tb",
        "one\ttwo",
        "x\t1",
        f"{LONG}\t2,000",
    ]


@pytest.mark.usefixtures("terminal")
def test_sentences_fit_the_terminal_and_values_stay_whole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_sentence(LONG)
    assert all(len(line) <= 40 for line in capsys.readouterr().out.splitlines())
    print_facts([("link", LONG)])
    assert LONG in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "value", "styled"),
    [("NO_COLOR", "1", False), ("NO_COLOR", "", True), ("TERM", "dumb", False)],
)
@pytest.mark.usefixtures("terminal")
def test_who_wants_no_colours_gets_none(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    styled: bool,
) -> None:
    monkeypatch.setenv(name, value)
    print_facts([("link", "x")])
    # click itself takes escapes out again where no terminal listens.
    assert output.styled("x", dim=True).startswith("\x1b") == styled
    assert "\x1b" not in capsys.readouterr().out
