"""Every page as axe sees it, wide and narrow, light and dark: it keeps nobody out."""

from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from street.fakes.letters import came
from swarmfeed.core.asks.letters import MakeGroup, WriteLetter
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.base.address import format_address, format_author

from tests.web.test_browser import MakeVisit, Node, browser, make_visit, node

__all__ = ["browser", "make_visit", "node"]  # fixtures

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PATHS = (
    *("/", "/search", "/search?q=the", "/search?q=from:nobody", "/notifications", "/drafts"),
    *("/search?q=tea&where=network", "/tags/tea"),
    *("/follow", "/follow?link=swarmfeed:{author}", "/authors/{author}", "/posts/{reply}"),
    *("/posts/{own}", "/posts/{own}/edit", "/posts/{own}/withdraw", "/posts/{own}/versions"),
    *("/circles", "/circles?who={author}", "/rising", "/messages", "/messages/private"),
    *("/messages/with/{author}", "/search?q=ines&where=people"),
    *("/status", "/alarms", "/me", "/devices", "/lock", "/history", "/history/{author}"),
    *("/feeds/{feed}/torrents", "/nothing"),
    *("/messages?who=nobody", "/messages/with/{stranger}", "/messages/in/{group}"),
)


def correspond(node: Node) -> tuple[str, str]:
    """A conversation with an author of posts; returns who asks to write, and a group."""
    desk = node.desk
    author_id = desk.posts[0].author_id
    came(desk, author_id, "Are you there?", missing=2)
    desk.ask(WriteLetter(talk=format_author(author_id), text="I am."))
    came(desk, author_id, "Good.")
    others = [each for each in desk.authors if each not in (author_id, desk.me)]
    came(desk, others[0], "You do not know me", standing="requested")
    people = (format_author(author_id), format_author(others[1]))
    made = desk.ask(MakeGroup(title="The allotment, and all who dig there", people=people))
    return format_author(others[0]), made.talk.talk.removeprefix("group-")


def paths(node: Node) -> list[str]:
    desk = node.desk
    desk.drafts = {"": "begun", "somewhere/1": "an answer"}
    others = [each for each in desk.authors if each != desk.me]
    desk.circles.people = {"Family": others, "Work": []}
    desk.circles.waiting, desk.circles.readable = others[:1], {others[0]: "Neighbours"}
    desk.circles.asked = dict.fromkeys(others, True)
    far = replace(desk.posts[0], far=True)
    desk.network = replace(desk.network, posts=(far, desk.posts[1]), asked=2, answered=2)
    stranger, group = correspond(node)
    own = next(each for each in desk.posts if each.author_id == desk.me)
    names = {
        "author": format_author(desk.posts[0].author_id),
        "reply": next(each for each in desk.posts if each.reply_to).id,
        "own": ref_text(own.ref),
        "feed": format_address(own.ref.feed_id),
        "stranger": stranger,
        "group": group,
    }
    return [path.format(**names) for path in PATHS]


def test_no_page_keeps_anybody_out(make_visit: MakeVisit) -> None:
    visit, found = make_visit(), {}
    for path in paths(visit.node):
        visit.go(path)
        for look in visit.looks(1280, 320):
            seen = Axe().run(visit.page)
            if seen.violations_count:
                found[path, look] = seen.generate_report()
    refused = ("404", "400")
    visit.complaints[:] = [
        each for each in visit.complaints if not any(code in each for code in refused)
    ]
    assert found == {}


def test_a_page_that_does_is_told(make_visit: MakeVisit) -> None:
    visit = make_visit()
    visit.page.evaluate("document.querySelector('#text').labels[0].remove()")
    visit.page.evaluate("document.querySelector('#text').removeAttribute('placeholder')")
    assert "label" in Axe().run(visit.page).generate_report()
