"""What becomes of a letter, by who wrote it."""

import pytest
from swarmfeed.core.letters.limits import REQUEST_CHARS_MAX
from swarmfeed.core.letters.standing import Acquaintance, Reception, receive


@pytest.mark.parametrize("standing", [Acquaintance.BLOCKED, Acquaintance.IGNORED])
def test_whoever_is_kept_out_is_not_heard_even_if_followed(standing: Acquaintance) -> None:
    found = receive(standing, is_known=True, requests_left=9, text="please")
    assert found is Reception.DROPPED


def test_whoever_is_known_or_accepted_is_taken_in() -> None:
    for standing, is_known in ((None, True), (Acquaintance.ACCEPTED, False)):
        found = receive(standing, is_known=is_known, requests_left=0, text=None)
        assert found is Reception.TAKEN


@pytest.mark.parametrize(
    ("standing", "left", "text", "becomes"),
    [
        (None, 1, "x" * REQUEST_CHARS_MAX, Reception.ASKED),
        (None, 1, "x" * (REQUEST_CHARS_MAX + 1), Reception.DROPPED),
        (None, 1, None, Reception.DROPPED),
        (None, 0, "x", Reception.DROPPED),
        (Acquaintance.REQUESTED, 1, "and again", Reception.DROPPED),
    ],
)
def test_a_stranger_asks_once_and_shortly(
    standing: Acquaintance | None, left: int, text: str | None, becomes: Reception
) -> None:
    assert receive(standing, is_known=False, requests_left=left, text=text) is becomes
