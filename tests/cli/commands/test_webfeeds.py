"""``webfeeds``: sites of the web, followed by URL."""

import json
from pathlib import Path

import pytest
from street.fakes.desk import FakeDesk
from street.fakes.webfeeds import new_article, new_site
from swarmfeed.core.asks.webfeeds import TakenOpml, TakeOpml
from swarmfeed.core.webfeeds.limits import OPML_BYTES_MAX

from tests.cli.conftest import Run


@pytest.fixture
def node() -> FakeDesk:
    return FakeDesk()


def test_a_site_is_followed_printed_and_removed(run: Run, node: FakeDesk) -> None:
    assert "swarmfeed webfeeds add" in run("webfeeds").stdout
    node.web.offered = ("https://moss.example/comments",)
    done = run("webfeeds", "add", "moss.example/feed").stdout
    assert "Followed: moss.example." in done and "https://moss.example/comments" in done
    assert "already" in run("webfeeds", "add", "moss.example/feed").stdout
    lines = run("webfeeds").stdout.splitlines()
    assert lines[:2] == ["moss.example", "  https://moss.example/feed"]
    told = json.loads(run("webfeeds", "--json").stdout)
    assert [each["url"] for each in told["web_feeds"]] == ["https://moss.example/feed"]
    assert "no longer" in run("webfeeds", "remove", "https://moss.example/feed").stdout
    assert node.web.sites == {}


def test_one_in_trouble_says_why(run: Run, node: FakeDesk) -> None:
    node.web.sites = {
        "a": new_site("https://a.example/", trouble="a.example answered 503"),
        "b": new_site("https://b.example/", looked_ms=0),
    }
    printed = run("webfeeds").stdout
    assert "not read since: a.example answered 503" in printed
    assert "not looked at yet" in printed


def test_articles_are_printed_as_unsigned_and_no_terminal_obeys_them(
    run: Run, node: FakeDesk
) -> None:
    assert run("webfeeds", "read").stdout == "Nothing came from the web yet.\n"
    node.web.articles = [new_article(1, title="\x1b]0;x\x07red"), new_article(2)]
    printed = run("webfeeds", "read").stdout
    assert "\x1b" not in printed and "https://moss.example/1" in printed
    assert printed.endswith("Not signed, from the web\n")
    told = json.loads(run("webfeeds", "read", "--limit", "1", "--json").stdout)
    assert [each["url"] for each in told] == ["https://moss.example/1"]
    rest = run("webfeeds", "read", "--before", told[0]["cursor"], "--json").stdout
    assert [each["url"] for each in json.loads(rest)] == ["https://moss.example/2"]


def test_lists_come_in_and_go_out(run: Run, node: FakeDesk, tmp_path: Path) -> None:
    taken: list[str] = []

    def take(_: object, ask: TakeOpml) -> TakenOpml:
        taken.append(ask.opml)
        return TakenOpml(followed=1, there=0, refused=0, beyond=0, sentence="One.")

    node.rows[TakeOpml] = take
    node.web.sites = {"x": new_site()}
    path = tmp_path / "sites.opml"
    assert "1 site" in run("webfeeds", "export", str(path)).stdout
    assert run("webfeeds", "export").stdout == path.read_text(encoding="utf-8")
    again = run("webfeeds", "export", str(path))
    assert again.exit_code == 1, "nothing is written over"
    assert run("webfeeds", "import", str(path)).stdout == "One.\n"
    assert taken == [path.read_text(encoding="utf-8")]
    path.write_bytes(b" " * (OPML_BYTES_MAX + 1))
    assert run("webfeeds", "import", str(path)).exit_code == 1
    assert len(taken) == 1
