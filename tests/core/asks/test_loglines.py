"""A line of the log has what happened in it, and no secret, wherever somebody wrote one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.asks.limits import LOG_LINE_CHARS_MAX
from swarmfeed.core.asks.loglines import hide_in_text, line_of
from swarmfeed.core.base.backup_words import words_of_seed

WORDS = words_of_seed(bytes(range(32)))


def test_a_line_says_what_happened_and_the_values_by_their_names() -> None:
    assert line_of({"event": "peer shut out", "node": "0a1b", "reason": "no proof"}) == (
        "peer shut out node=0a1b reason=no proof"
    )


CANARIES = (
    bytes(range(100, 132)).hex(),
    "-tTF_CN3IS1trW9YwPEEeEDJuAyL9gwR2jt1ZMtiPHc",
    "+tTF/CN3IS1trW9YwPEEeEDJuAyL9gwR2jt1ZMtiPHc=",
    WORDS,
    " ".join(WORDS.split()[:12]),
)


@pytest.mark.attack("A312")
@pytest.mark.parametrize("canary", CANARIES)
def test_what_looks_like_a_secret_is_in_no_line(canary: str) -> None:
    for event in (
        {"event": f"failed with {canary}"},
        {"event": "failed", "reason": f"ValueError: {canary}."},
        {"event": "failed", "key": canary},
    ):
        for trouble in ("", f"Traceback\n  ValueError: {canary}"):
            line = line_of(event, trouble)
            assert canary not in line and "failed" in line
            assert not any(part in line for part in (canary[:40], canary[-40:]))


@pytest.mark.attack("A312")
@pytest.mark.parametrize(
    "said",
    [
        "GET /login?token=hunter2 refused",
        "passphrase: hunter2",
        "authorization = Bearer hunter2",
        "socks5://ada:hunter2@192.0.2.9:9050 refused",
        "Password=hunter2; user=ada",
        'sent {"token": "hunter2", "user": "ada"}',
        "sent {'passphrase': 'hunter2'}",
        "client_secret=hunter2&code=1",
        "Authorization: Basic hunter2",
    ],
)
def test_what_is_called_a_secret_is_in_no_line(said: str) -> None:
    assert "hunter2" not in line_of({"event": said}) + line_of({"event": "x", "why": said})


@pytest.mark.parametrize(
    "said",
    [
        "head of 265 entries is known",
        "dial failed endpoint=127.0.1.3:7000 reason=nobody there",
        "the key of a sheet says nothing",
        "feed taken feed=0a1b2c3d4e5f6071 reason=too few keep it now or will keep it later",
    ],
)
def test_what_helps_stays_as_it_is(said: str) -> None:
    assert hide_in_text(said) == said


@given(st.text(max_size=5_000), st.text(max_size=5_000))
def test_a_line_has_a_bound(said: str, trouble: str) -> None:
    assert len(line_of({"event": said}, trouble)) <= LOG_LINE_CHARS_MAX + 1
