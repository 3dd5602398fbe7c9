"""A question at a real terminal: yes is yes, and everything else is no."""

import os
import pty
import sys

import pytest
from swarmfeed.cli.asking import agrees
from swarmfeed.errors import UserError


@pytest.mark.parametrize(
    ("typed", "agreed"),
    [("yes", True), ("y", True), (" YES ", True), ("no", False), ("n", False), ("sure", False)],
)
def test_only_a_yes_is_a_yes(monkeypatch: pytest.MonkeyPatch, typed: str, agreed: bool) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        os.write(ours, f"{typed}\n".encode())
        assert agrees("Do both machines show 123 456?") is agreed
    os.close(ours)


def test_nobody_is_asked_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull) as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with pytest.raises(UserError, match=r"say --yes if the answer is yes: Remove it\?"):
            agrees("Remove it?")
