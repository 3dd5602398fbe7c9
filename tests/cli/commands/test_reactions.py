"""``like``, ``boost`` and how they are taken back; quotes, warnings and languages."""

import json

import pytest
from street.fakes.desk import FakeDesk
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.reactions import OwnReaction

from tests.cli.conftest import Run


@pytest.fixture
def node() -> FakeDesk:
    return FakeDesk()


def test_what_is_done_is_said_and_counted(run: Run, node: FakeDesk) -> None:
    name = node.posts[0].id
    printed = run("like", name)
    assert printed.exit_code == 0
    assert printed.stdout.startswith("You like it.") and "1 like" in printed.stdout
    assert json.loads(run("boost", name, "--json").stdout)["boosts"] == 1
    assert "1 like · 1 boost" in run("show", node.posts[0].author_name).stdout
    assert "not like it any more" in run("unlike", name).stdout
    assert "boosted" not in json.loads(run("unboost", name, "--json").stdout)
    assert node.changed == ["like", "boost", "unlike", "unboost"]


def test_what_was_said_of_gone_posts_is_listed_and_taken_back(run: Run, node: FakeDesk) -> None:
    ref = node.posts[0].ref
    said = OwnReaction(ref=ref, liked=True, boosted=True, time_ms=1, author_name="Ines\n")
    node.left = (said,)
    assert (
        run("take-back").stdout == f"{ref_text(ref)}  Ines  You like it, and you boosted it.\n"
    )
    (told,) = json.loads(run("take-back", "--json").stdout)["reactions"]
    assert (told["liked"], told["boosted"], told["author"]) == (True, True, None)
    done = run("take-back", ref_text(ref))
    assert "Taken back" in done.stdout and node.left == ()
    assert "nothing that cannot be read" in run("take-back").stdout
    assert run("take-back", ref_text(ref)).exit_code == 1
    assert node.changed == ["take-back"]


def test_what_is_no_post_changes_nothing(run: Run, node: FakeDesk) -> None:
    for command in ("like", "unlike", "boost", "unboost"):
        assert run(command, "12345678901").exit_code == 1
    assert node.changed == []


def test_a_post_quotes_and_warns(run: Run, node: FakeDesk) -> None:
    quoted = node.posts[0]
    wish = ("post", "so true", "--quote", quoted.id, "--cw", "sad", "--lang", "pt-BR", "--json")
    told = json.loads(run(*wish).stdout)
    assert (told["cw"], told["lang"], told["quotes"]["index"]) == ("sad", "pt-br", 1)
    printed = run("timeline").stdout
    assert "[sad]" in printed and f"| {quoted.author_name}: {quoted.text[:20]}" in printed
    reply = json.loads(
        run("post", "oh", "--reply-to", ref_text(node.posts[-1].ref), "--json").stdout
    )
    assert reply["cw"] == "sad"
    bare = ("post", "oh", "--reply-to", ref_text(node.posts[-1].ref), "--cw", "", "--json")
    assert "cw" not in json.loads(run(*bare).stdout)
    refused = run("post", "oh", "--lang", "german!")
    assert refused.exit_code == 1 and "no language is called" in refused.stderr
