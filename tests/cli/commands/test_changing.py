"""``withdraw`` and ``edit``, and what ``show`` says of a post that is withdrawn."""

import json

import pytest
from msgspec.structs import replace
from street.fakes.desk import FakeDesk
from swarmfeed.core.asks.posts import PostView, ref_text

from tests.cli.conftest import Run


@pytest.fixture
def node() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def mine(node: FakeDesk) -> PostView:
    return node.add_post(node.me, "What I should not have said.")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input as at a terminal, whatever click puts in its place."""
    monkeypatch.setattr("swarmfeed.cli.asking.is_asked", lambda: True)


def test_without_a_terminal_nothing_is_taken_for_yes(
    run: Run, node: FakeDesk, mine: PostView
) -> None:
    refused = run("withdraw", ref_text(mine.ref))
    assert (refused.exit_code, node.changed, mine in node.posts) == (1, [], True)
    assert "say --yes" in refused.stderr
    done = run("withdraw", ref_text(mine.ref), "--yes")
    assert (done.exit_code, done.stderr) == (0, "")
    assert node.changed == ["withdraw"] and mine not in node.posts
    assert "hidden" in done.stdout and "may keep it" in done.stdout
    assert f"show {ref_text(mine.ref)}" in done.stdout


def test_how_far_it_is_gone_is_said_by_show(run: Run, node: FakeDesk, mine: PostView) -> None:
    ref = ref_text(mine.ref)
    run("withdraw", ref, "--yes")
    for removed, holders, said in [
        (0, 0, "Nobody else has confirmed that they had it."),
        (0, 1, "0 of 1 machine that had it has dropped it."),
        (4, 5, "4 of 5 machines that had it have dropped it."),
    ]:
        kept = node.removals[ref]
        node.removals[ref] = replace(kept, removed_at=removed, holders=holders)
        assert said in run("show", ref).stdout
    node.removals[ref] = replace(node.removals[ref], waits=True)
    assert "within ten minutes" in run("show", ref).stdout
    told = json.loads(run("show", ref, "--json").stdout)
    assert (told["removed_at"], told["holders"], told["waits"]) == (4, 5, True)


def test_what_is_nobodys_is_refused_as_before(run: Run) -> None:
    shown = run("show", "123456")
    assert shown.exit_code == 1 and "not on this machine" in shown.stderr


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(("answer", "code", "changed"), [("y", 0, ["withdraw"]), ("n", 1, [])])
def test_at_a_terminal_one_question_shows_the_text(
    run: Run, node: FakeDesk, mine: PostView, answer: str, code: int, changed: list[str]
) -> None:
    done = run("withdraw", ref_text(mine.ref), stdin=f"{answer}\n")
    assert (done.exit_code, node.changed) == (code, changed)
    assert mine.text in done.stdout and done.stderr.count("?") == 1


@pytest.mark.usefixtures("terminal")
def test_with_yes_it_is_not_asked(run: Run, node: FakeDesk, mine: PostView) -> None:
    done = run("withdraw", ref_text(mine.ref), "--yes", "--json")
    assert json.loads(done.stdout)["index"] == mine.ref.index
    assert node.changed == ["withdraw"]


def test_a_post_of_somebody_else_is_refused(run: Run, node: FakeDesk) -> None:
    other = next(each for each in node.posts if each.author_id != node.me)
    for words in (
        ["withdraw", ref_text(other.ref), "--yes"],
        ["edit", ref_text(other.ref), "x"],
    ):
        done = run(*words)
        assert done.exit_code == 1 and "only its author" in done.stderr
    assert node.changed == []


def test_an_edit_says_what_becomes_of_the_old_text(
    run: Run, node: FakeDesk, mine: PostView
) -> None:
    ref = ref_text(mine.ref)
    done = run("edit", ref, "Better.")
    assert done.exit_code == 0 and "Better." in done.stdout
    assert "can still be read" in done.stdout and "--remove-old" in done.stdout
    done = run("edit", ref, "-", "--remove-old", stdin="Best.\n")
    assert "Best." in done.stdout and "is removed" in done.stdout
    assert node.changed == ["edit", "edit"]
    assert json.loads(run("edit", ref, "x", "--json").stdout)["text"] == "x"


@pytest.mark.parametrize("text", ["", " \n", "x" * 8_001])
def test_a_text_that_cannot_be_published_needs_no_node(
    run: Run, node: FakeDesk, mine: PostView, text: str
) -> None:
    done = run("edit", ref_text(mine.ref), text)
    assert (done.exit_code, node.changed) == (1, [])
    assert "post" in done.stderr.lower()


def test_what_a_post_said_before_is_printed(run: Run, node: FakeDesk, mine: PostView) -> None:
    ref = ref_text(mine.ref)
    assert "if it was edited at all" in run("versions", ref).stdout
    run("edit", ref, "Better.")
    said = run("versions", ref).stdout
    assert said.index(mine.text) < said.index("Better.")
    assert "removed" not in said
    told = json.loads(run("versions", ref, "--json").stdout)
    assert [each["text"] for each in told["versions"]] == [mine.text, "Better."]
