"""``swarmfeed subscribe``: what a person listens to, and what was heard of it."""

import json
from collections.abc import Callable

from click.testing import Result
from street.fakes.anna import BERT, make_post
from street.fakes.annas_desk import AnnasDesk
from swarmfeed.core.base.address import format_author

Run = Callable[..., Result]


def test_what_is_listened_to_is_added_listed_and_removed(run: Run, node: AnnasDesk) -> None:
    assert "You listen to nothing" in run("subscribe", "list").stdout
    added = run("subscribe", "add", "cold", "brew")
    assert added.exit_code == 0
    assert "cold brew" in added.stdout
    assert "2 supernodes look out for it" in added.stdout
    run("subscribe", "add", "#rust")
    assert run("subscribe", "list").stdout.startswith("#rust\ncold brew\n")
    printed = json.loads(run("subscribe", "remove", "#rust", "--json").stdout)
    assert printed == {"what": ["cold brew"], "parents": 2, "serves": False}
    assert node.subscriptions == ["cold brew"]


def test_somebody_is_named_by_link_address_or_name(run: Run, node: AnnasDesk) -> None:
    address = format_author(BERT)
    for named in (address, f"swarmfeed:{address}?name=Bert", "@Bert"):
        assert run("subscribe", "add", named).exit_code == 0
        assert node.subscriptions == [f"from:{address}"]


def test_without_a_supernode_it_is_said(run: Run, node: AnnasDesk) -> None:
    node.parents = 0
    assert "No supernode is told of it now" in run("subscribe", "add", "tea").stdout


def test_a_supernode_is_told_by_nobody_and_hears_all_the_same(
    run: Run, node: AnnasDesk
) -> None:
    node.parents, node.serves = 0, True
    told = run("subscribe", "add", "tea").stdout
    assert "This machine is a supernode" in told and "No supernode" not in told


def test_what_cannot_be_listened_to_is_refused(run: Run, node: AnnasDesk) -> None:
    result = run("subscribe", "add", "begin*")
    assert result.exit_code == 1 and "nothing to listen to" in result.stderr
    result = run("subscribe", "remove", "tea")
    assert result.exit_code == 1 and "you do not listen to tea" in result.stderr.lower()
    assert node.subscriptions == []


def test_what_was_heard_is_read(run: Run, node: AnnasDesk) -> None:
    assert "Nothing was heard" in run("subscribe", "read").stdout
    node.posts += [
        make_post(n, f"{what} {n}", author_id=BERT, time_ms=n)
        for n, what in enumerate(["tea", "milk", "tea"], start=1)
    ]
    run("subscribe", "add", "tea")
    run("subscribe", "add", "milk")
    printed = json.loads(run("subscribe", "read", "tea", "--json").stdout)
    assert [post["text"] for post in printed["posts"]] == ["tea 3", "tea 1"]
    assert "milk 2" in run("subscribe", "read").stdout
