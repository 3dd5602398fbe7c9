"""``swarmfeed history``."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from msgspec.structs import replace
from street.fakes.anna import ANNA
from street.fakes.annas_desk import AnnasDesk
from swarmfeed.core.asks.history import Explain, Explanations, SayGoodbye, Told
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId

Run = Callable[..., Result]


def test_status_for_people_says_what_is_given_and_why_each_feed_is_held(run: Run) -> None:
    out = run("history", "status").stdout
    assert out.splitlines()[0].startswith("In service for")
    assert "95.0 kB of 20.0 GB used; 1.0 GB of the disk stay free" in out
    assert "1 kept, 2 on their way, 0 leaving; 40 looked at" in out
    assert "4 taken, 1 let go, 0 let go for lack of room, 2 refused" in out
    assert "88 passed, 1 failed" in out
    assert "worth" in out and "3 days ago" in out


def test_status_for_programs(run: Run) -> None:
    printed = json.loads(run("history", "status", "--json").stdout)
    assert printed["choice"] == {
        "scope": "community",
        "disk_bytes": 20 * 10**9,
        "free_bytes_min": 10**9,
    }
    (feed,) = printed["feeds"]
    assert (feed["author"], feed["state"], feed["copies"]) == (
        format_author(ANNA),
        "leased",
        2.9,
    )
    assert "worth keeping" in feed["reason"]


def test_explain_names_every_holder_with_its_chances(run: Run) -> None:
    out = run("history", "explain", format_author(ANNA)).stdout
    assert out.startswith("Anna: worth keeping")
    assert "out of reach\tabout 17 seconds a day\n" in out
    assert "out of reach, at most wanted\tabout 1 minute a day\n" in out
    assert "this machine" in out and "refused it" in out and "the disk is full" in out
    assert "97%" in out and "95%" in out
    printed = json.loads(run("history", "explain", format_author(ANNA), "--json").stdout)
    assert [each["word"] for each in printed["feeds"][0]["holders"]] == [
        "lease",
        "have",
        "refusal",
    ]


def test_explain_says_plainly_when_nothing_is_known(run: Run) -> None:
    somebody = format_author(AuthorId(b"x" * 32))
    assert "Nobody has said anything" in run("history", "explain", somebody).stdout
    assert json.loads(run("history", "explain", somebody, "--json").stdout) == {"feeds": []}


def test_leaving_says_what_is_still_held(run: Run, node: AnnasDesk) -> None:
    assert run("history", "leave").stdout == "Leaving: 1 feed is held.\n"
    assert node.history_status.leaving


def test_a_goodbye_says_how_many_were_told(run: Run) -> None:
    assert run("history", "goodbye").stdout == "2 machines were told; stop this one now.\n"
    assert json.loads(run("history", "goodbye", "--json").stdout) == {"told": 2}


def test_a_goodbye_that_nobody_heard_is_no_goodbye(
    run: Run, node: AnnasDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(node.rows, SayGoodbye, lambda desk, ask: Told(told=0))
    printed = run("history", "goodbye").stdout
    assert "nobody was told" in printed and "stop this one now" not in printed


def test_room_is_named_only_where_it_counts(
    run: Run, node: AnnasDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is one's own, or followed, is kept whatever a history server may take."""
    author = format_author(ANNA)
    (each,) = node.ask(Explain(who=author)).feeds
    assert "room for it here" in run("history", "explain", author).stdout
    for state in ("own", "followed"):
        kept = Explanations(feeds=(replace(each, feed=replace(each.feed, state=state)),))
        monkeypatch.setitem(node.rows, Explain, lambda desk, ask, kept=kept: kept)
        assert "room for it here" not in run("history", "explain", author).stdout
