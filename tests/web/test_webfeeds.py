"""Sites of the web on the page: unsigned, as plain text, in a view of their own."""

from io import BytesIO

import pytest
from street.fakes.desk import FakeDesk
from street.fakes.webfeeds import new_article, new_site
from swarmfeed.core.asks.webfeeds import FollowWebFeed, TakenOpml, TakeOpml
from swarmfeed.core.base.limits import PAGE_POSTS
from swarmfeed.errors import UserError

from tests.web.conftest import OWN, URL, Site


def test_an_empty_view_leads_to_the_first_site(site: Site) -> None:
    assert 'href="/web/sites"' in site.get("/web").text
    assert 'action="/web/sites"' in site.get("/web/sites").text


@pytest.mark.attack("A306")
def test_articles_are_plain_text_and_each_says_that_nobody_signed_it(site: Site) -> None:
    bad = '<script>x()</script><img src="https://moss.example/pixel.gif">'
    site.desk.web.articles = [new_article(1, title=bad, text=bad, author=bad, feed_title=bad)]
    page = site.get("/web").text
    main = page.partition("<main")[2]
    assert "<script>x()" not in main and "<img" not in main
    assert "&lt;script&gt;x()" in main
    assert "Not signed, from the web" in main
    link = main.partition('href="https://moss.example/1"')[2].partition(">")[0]
    assert "noreferrer" in link and "noopener" in link
    assert "h-entry" not in main, "it is no post"


def test_the_list_says_where_a_site_was_before(site: Site) -> None:
    old = "https://old.example/<feed>"
    site.desk.web.sites = {"https://moss.example/feed": new_site(moved_from=old)}
    main = site.get("/web/sites").text.partition("<main")[2]
    assert "Moved here from <bdi" in main and "https://old.example/&lt;feed&gt;" in main


@pytest.mark.attack("A309")
def test_articles_are_on_no_other_page(site: Site) -> None:
    site.desk.web.articles = [new_article(1, title="zebra")]
    site.desk.web.sites = {"https://moss.example/feed": new_site(title="zebra")}
    for path in ("/", "/notifications", "/saved", "/search?q=moss"):
        page = site.get(path)
        assert page.status_code == 200, path
        assert "zebra" not in page.text and "moss.example" not in page.text, path


def test_older_articles_have_an_address_of_their_own(site: Site) -> None:
    site.desk.web.articles = [new_article(n) for n in range(PAGE_POSTS + 3)]
    page = site.get("/web?site=https://moss.example/feed").text
    assert "part 49<" in page and "part 50<" not in page
    older = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = site.get(older).text
    assert "part 50<" in second and "part 49<" not in second
    assert "site=https" in older


def test_a_site_is_followed_listed_and_removed(site: Site) -> None:
    site.desk.web.offered = ("https://moss.example/comments",)
    done = site.post("/web/sites", {"url": "moss.example/feed"})
    assert done.status_code == 200
    assert "Followed: moss.example. It is looked at every hour." in done.text
    assert 'value="https://moss.example/comments"' in done.text
    again = site.post("/web/sites", {"url": "moss.example/feed"})
    assert "You follow moss.example already." in again.text
    opml = site.get("/web/sites.opml")
    assert opml.headers["Content-Disposition"] == 'attachment; filename="sites.opml"'
    assert 'xmlUrl="https://moss.example/feed"' in opml.text
    assert (
        site.post("/web/remove", {"url": "https://moss.example/feed"}).location == "/web/sites"
    )
    assert site.desk.web.sites == {}


def test_what_is_refused_keeps_what_was_typed(site: Site) -> None:
    def refuse(desk: FakeDesk, ask: FollowWebFeed) -> None:
        raise UserError("nobody knows where moss.example is")

    site.desk.rows[FollowWebFeed] = refuse
    answer = site.post("/web/sites", {"url": "moss.example"})
    assert answer.status_code == 400
    assert "obody knows where" in answer.text and 'value="moss.example"' in answer.text


def test_a_site_in_trouble_says_so(site: Site) -> None:
    site.desk.web.sites = {"x": new_site(trouble="moss.example answered 503")}
    assert "moss.example answered 503" in site.get("/web/sites").text


def test_a_list_is_handed_over(site: Site) -> None:
    taken: list[str] = []

    def take(desk: FakeDesk, ask: TakeOpml) -> TakenOpml:
        taken.append(ask.opml)
        return TakenOpml(followed=1, there=0, refused=0, beyond=0, sentence="Taken <all>.")

    site.desk.rows[TakeOpml] = take
    browser = site.browser()
    form = {"form_key": site.form_key(browser), "file": (BytesIO(b"<opml/>"), "a.opml")}
    answer = browser.post("/web/import", base_url=URL, headers=OWN, data=form)
    assert (answer.status_code, taken) == (200, ["<opml/>"]), answer.text.partition("<main")[2][
        :900
    ]
    assert "Taken &lt;all&gt;." in answer.text
    bad = {"form_key": site.form_key(browser), "file": (BytesIO(b"\xff"), "a.opml")}
    assert browser.post("/web/import", base_url=URL, headers=OWN, data=bad).status_code == 400
