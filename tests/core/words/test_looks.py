"""Names that can be taken for each other."""

import pytest
from swarmfeed.core.words.looks import look


@pytest.mark.attack("A07")
@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Mira", "mira"),
        ("Mira", "Мirа"),  # Cyrillic М and а
        ("Mira Lind", "Mira  Lind"),
        ("Mira Lind", "MiraLind"),
        ("Mira", "M\u200bira"),
        ("Mira", "Ｍｉｒａ"),  # full width
        ("José", "Jose"),
        ("José", "Jose\u0301"),
        ("Ann", "Αnn"),  # Greek Α
        ("Otto", "0tt0"),
        ("Ilse", "llse"),
        ("Ilse", "1lse"),
        ("Martha", "Mаrtһа"),  # Cyrillic а and һ
        ("Bern", "Bem"),
        ("Horst", "НОRST"),  # Cyrillic Н and О
    ],
)
def test_these_look_alike(name: str, other: str) -> None:
    assert look(name) == look(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [("Mira", "Mara"), ("Ann", "Anna"), ("Ида", "Мира"), ("山田", "田山"), ("Jo", "Joe")],
)
def test_these_do_not(name: str, other: str) -> None:
    assert look(name) != look(other)


def test_letters_without_latin_doubles_stay() -> None:
    assert look("山田 葵") == "山田葵"
    assert look("Дмитрий") != look("Юлия")
