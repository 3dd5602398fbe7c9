"""A post whose author's clock runs ahead says so, on the page and in a terminal."""

import pytest
from msgspec.structs import replace
from swarmfeed.cli.output import print_posts
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import PostView

from tests.web.conftest import Site

pytestmark = pytest.mark.attack("A25")


def ahead(post: PostView) -> PostView:
    """The same post, with a time that was still to come when it came here."""
    return replace(post, cursor=Cursor(post.time_ms - 1, post.cursor.number))


def test_the_page_marks_a_time_that_was_in_the_future(site: Site) -> None:
    post = site.desk.posts[-1]
    assert "dated ahead" not in site.get("/").text
    site.desk.posts[-1] = ahead(post)
    assert site.get("/").text.count("dated ahead") == 1


def test_a_terminal_marks_it_too(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    post = site.desk.posts[-1]
    print_posts([post], now_ms=post.time_ms, empty="")
    assert "dated ahead" not in capsys.readouterr().out
    print_posts([ahead(post)], now_ms=post.time_ms, empty="")
    assert "dated ahead" in capsys.readouterr().out
