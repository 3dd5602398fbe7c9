"""Sheets that were put off are reminded of until words of theirs came back from paper."""

from pathlib import Path

import pytest
from swarmfeed.core.asks.papers import CheckPaper, ShowPaper, WhichPapers
from swarmfeed.core.base.papers import Papers, seal_second
from swarmfeed.errors import UserError
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.shell.disk.papers import read_papers, write_papers
from swarmfeed.wiring import NewAuthor, create_home, open_node

pytestmark = pytest.mark.slow

OFFLINE = NodeSettings(network=False)
NUMBERS = (2, 7, 13, 24)


def home_of(folder: Path, author: NewAuthor, passphrase: str = "") -> Path:
    home = folder / "home"
    create_home(home, "Ann", passphrase, author=author)
    sealed = seal_second(author.seed, author.next_seed, b"n" * 24)
    write_papers(home, Papers(first=True, second=sealed))
    return home


def typed(words: str) -> tuple[str, ...]:
    return tuple(words.split()[number - 1] for number in NUMBERS)


@pytest.mark.parametrize("passphrase", ["", "secret"])
def test_each_sheet_is_shown_until_four_words_of_it_are_right(
    tmp_path: Path, passphrase: str
) -> None:
    author = NewAuthor.drawn()
    home = home_of(tmp_path, author, passphrase)
    with open_node(home, OFFLINE, passphrase) as desk:
        for second, words in enumerate(author.words):
            due = desk.ask(WhichPapers())
            assert (due.first, due.second, len(due.sentences)) == (not second, True, 2 - second)
            assert due.has_passphrase == bool(passphrase)
            shown = desk.ask(ShowPaper(second=bool(second), passphrase=passphrase))
            assert (shown.words, shown.link) == (words, author.sheet_link)
            assert words not in repr(shown) and "words=" not in repr(shown)
            wrong = CheckPaper(
                second=bool(second),
                numbers=NUMBERS,
                typed=("", *typed(words)[1:]),
                passphrase=passphrase,
            )
            said = desk.ask(wrong)
            assert [bool(each) for each in said.wrong] == [True, False, False, False]
            assert len(said.due.sentences) == 2 - second
            right = CheckPaper(
                second=bool(second), numbers=NUMBERS, typed=typed(words), passphrase=passphrase
            )
            assert not any(desk.ask(right).wrong)
            with pytest.raises(UserError, match="not shown again"):
                desk.ask(ShowPaper(second=bool(second), passphrase=passphrase))
        assert desk.ask(WhichPapers()).sentences == ()
    assert not (home / "papers").exists()


def test_nothing_is_shown_for_a_wrong_passphrase_or_fewer_words(tmp_path: Path) -> None:
    author = NewAuthor.drawn()
    home = home_of(tmp_path, author, "secret")
    with open_node(home, OFFLINE, "secret") as desk:
        with pytest.raises(UserError, match="passphrase"):
            desk.ask(ShowPaper(second=False, passphrase=""))
        for numbers in ((), (1,), (1, 1, 1, 1), (0, 1, 2, 3), (1, 2, 3, 25), (1, 2, 3, 4, 5)):
            few = CheckPaper(
                second=False, numbers=numbers, typed=("a",) * len(numbers), passphrase="secret"
            )
            with pytest.raises(UserError, match="four words"):
                desk.ask(few)
    assert read_papers(home).first


def test_of_an_author_who_moved_since_the_old_second_sheet_is_due_no_more(
    tmp_path: Path,
) -> None:
    author = NewAuthor.drawn()
    home = home_of(tmp_path, author)
    write_papers(home, Papers(second=seal_second(b"x" * 32, author.next_seed, b"n" * 24)))
    with open_node(home, OFFLINE, "") as desk:
        with pytest.raises(UserError, match="not shown again"):
            desk.ask(ShowPaper(second=True, passphrase=""))
        assert desk.ask(WhichPapers()).sentences == ()
