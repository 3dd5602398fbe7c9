"""``tools/torture`` says what held and what gave way, and never that nothing ran."""

import pytest
from ordeals import main as torture
from ordeals.letters.story import common
from ordeals.ordeal import Ordeal, Outcome, Plan
from ordeals.strangers.main import ordeal_of
from ordeals.strangers.siege import Siege, Terms


def made(name: str, *gave_way: str, runs: bool = True, is_timed: bool = True) -> Ordeal:
    def play(plan: Plan) -> Outcome:
        cases = plan.cases if runs else 0
        figures = {"luck": str(plan.luck(3).randrange(1000))}
        return Outcome(cases=cases, figures=figures, gave_way=list(gave_way))

    return Ordeal(
        name=name, about="of a test", cases=70, sample=7, play=play, is_timed=is_timed
    )


def sieges() -> Ordeal:
    """A long siege, one that breaks, and one that tries nothing."""

    def last(terms: Terms) -> Outcome:
        posts = terms.of(5_000, least=20)
        return Outcome(cases=1, figures={"posts": f"{posts} in {terms.folder.is_dir()}"})

    def break_off(_: Terms) -> Outcome:
        raise OSError("no room")

    ways = {"long": last, "broken": break_off, "lazy": lambda _: Outcome()}
    return ordeal_of([Siege(name=name, about=name, lay=lay) for name, lay in ways.items()])


@pytest.fixture
def ordeals(monkeypatch: pytest.MonkeyPatch) -> None:
    weak = made("weak", "case 2: lost a post")
    chosen = (made("calm"), weak, made("idle", runs=False), sieges())
    monkeypatch.setattr(torture, "ORDEALS", chosen)


@pytest.mark.usefixtures("ordeals")
@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (["calm"], 0, "calm: held, 70 cases of seed 1"),
        (["calm", "--sample", "--seed", "5"], 0, "calm: held, 7 cases of seed 5"),
        (["calm", "--cases", "3"], 0, "calm: held, 3 cases"),
        (["weak"], 1, "  gave way: case 2: lost a post"),
        (["idle"], 1, "idle: GAVE WAY, 0 cases"),
        ([], 1, "weak: GAVE WAY"),
        (["--list"], 0, "weak           of a test (70 cases)"),
        (["--list"], 0, "strangers/long long (100 cases)"),
        (["strangers"], 1, "  long: posts: 5000 in True"),
        (["strangers"], 1, "  gave way: broken: ended with OSError: no room"),
        (["strangers"], 1, "  gave way: lazy: nothing was tried"),
        (["strangers", "--sample"], 1, "  long: posts: 250 in True"),
        (["strangers/long", "--cases", "1"], 0, "  long: posts: 50 in True"),
    ],
)
def test_it_fails_when_something_gave_way_or_nothing_ran(
    asked: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert torture.main(asked) == code
    assert said in capsys.readouterr().out


def test_each_is_played_once_of_those_that_are_timed_and_those_that_wait(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = made("calm"), made("patient", is_timed=False), made("swift")
    monkeypatch.setattr(torture, "ORDEALS", chosen)
    assert torture.main(["--sample", "--timed"]) == 0
    first = capsys.readouterr().out
    assert "calm: held" in first and "swift: held" in first and "patient" not in first
    assert torture.main(["--sample", "--no-timed"]) == 0
    second = capsys.readouterr().out
    assert "patient: held, 7 cases" in second and "calm" not in second
    assert torture.main(["calm", "--no-timed"]) == 1, "nothing is left to play"


def test_the_luck_of_a_case_does_not_depend_on_those_before_it() -> None:
    first = Plan(seed=1, cases=9).luck(4).random()
    assert first == Plan(seed=1, cases=2).luck(4).random()
    assert first != Plan(seed=2, cases=9).luck(4).random()


def test_a_home_that_was_restored_has_to_show_what_it_had_and_no_more() -> None:
    said = [f"{number} of anna" for number in range(9)]
    stray = [*said[:3], said[5]]
    assert common(stray, said) == 3, "a liar showed it one of later again"
    assert common(said, said) == 9
    assert common([], said) == 0
