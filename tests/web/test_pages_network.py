"""Pages on people followed, search, status, histories and torrents."""

import re
import xml.etree.ElementTree as ElementTree
from typing import Any
from urllib.parse import quote

import pytest
from msgspec.structs import replace
from street.fakes import upkeep
from street.fakes.desk import FakeDesk
from street.fakes.history import SAFETY
from street.fakes.machine import PEERS
from street.fakes.samples import NOON_MS
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.feeds import FeedStatus
from swarmfeed.core.asks.link_sentences import THROUGH_ROUTERS
from swarmfeed.core.asks.people import AuthorView, WhoIsFollowed
from swarmfeed.core.asks.sentences import how_it_is
from swarmfeed.core.asks.upkeep import Status
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.limits import PAGE_POSTS
from swarmfeed.core.base.types import AuthorId
from webui import formats
from webui.pages.network import say_safe

from tests.web.conftest import URL, Site
from tests.web.test_pages import INES, MIRA


def test_how_a_machine_is_reached_is_said_and_by_way_of_whom(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    crossed = replace(PEERS[0], how=THROUGH_ROUTERS(), crossed=True)
    monkeypatch.setattr(upkeep, "PEERS", (crossed, *PEERS[1:]))
    page = site.get("/network").text
    assert '<td data-label="Address">not known</td>' in page
    assert '<td data-label="Reached">by way of juxbkioh</td>' in page
    assert '<td data-label="Reached">through both routers</td>' in page
    assert "192.0.2.7:4711" in page


def test_what_comes_by_way_of_another_is_said_to_be_slow(site: Site) -> None:
    feed = next(each for each in site.desk.ask(Status()).feeds if each.relation != "own")
    site.desk.feed_statuses[feed.feed_id] = replace(feed, fetching=0, by_another=True)
    cell = '<td data-label="On the way">slowly, by way of another machine'
    assert site.get("/network").text.count(cell) == 1


def test_a_list_of_people_is_followed_at_once(site: Site) -> None:
    ines, other = format_author(INES), format_author(AuthorId(bytes(31) + b"7"))
    page = site.get("/follow").text
    assert "Follow many at once" in page and 'action="/follow-all"' in page
    answer = site.post("/follow-all", {"people": f"# friends\r\n{ines}\r\n\r\n{other}\r\n"})
    assert (answer.status_code, answer.location) == (303, "/follow#following")
    assert site.desk.authors[INES].followed
    assert site.desk.changed == ["follow", "follow"]


def test_who_of_a_list_cannot_be_followed_is_named_and_the_list_kept(site: Site) -> None:
    ines = format_author(INES)
    answer = site.post("/follow-all", {"people": f"{ines}\nhttps://example.org/ann\nxyz"})
    assert (answer.status_code, site.desk.authors[INES].followed) == (400, True)
    assert "You follow 1 more person now. 2 were passed over:" in answer.text
    assert "https://example.org/ann: " in answer.text and "xyz: " in answer.text
    assert f"\n{ines}\nhttps://example.org/ann\nxyz</textarea>" in answer.text
    answer = site.post("/follow-all", {"people": "\n".join(["xyz"] * 30)})
    assert "You follow nobody new. 30 were passed over:" in answer.text
    assert answer.text.count("xyz: ") == 20 and "and 10 more" in answer.text
    assert "Nobody was named" in site.post("/follow-all", {"people": " \n"}).text


def follow_many(site: Site, count: int) -> None:
    for number in range(count):
        site.desk.add_author(f"Friend {number:04}", followed=True)


@pytest.mark.slow
def test_whom_one_follows_comes_in_pages_and_nobody_is_left_out(site: Site) -> None:
    before = site.desk.ask(WhoIsFollowed()).count
    follow_many(site, 3_000)
    url, seen, pages = "/follow", [], 0
    while url:
        page = site.get(url).text
        assert len(page) < 100_000
        assert f'<span class="badge">{3_000 + before:,}</span>' in page
        seen += re.findall(
            r'class="button small">Unfollow<span class="unseen"> ([^<]*)</span>', page
        )
        found = re.search(r'rel="next" href="([^"#]*)', page)
        url = found[1].replace("&amp;", "&") if found else ""
        pages += 1
    assert pages == -(-(3_000 + before) // 50)
    assert len(seen) == len(set(seen)) == 3_000 + before


def test_one_of_many_is_found_by_name(site: Site) -> None:
    follow_many(site, 120)
    page = site.get("/follow?called=friend%200077").text
    assert "1 person has" in page and "Friend 0077" in page and "Friend 0078" not in page
    page = site.get("/follow?called=FRIEND").text
    assert "120 people have" in page
    assert "called=FRIEND" in page.split('rel="next"')[1].split(">")[0]
    assert "0 people have" in site.get("/follow?called=nobody").text


def test_search_says_it_is_local(site: Site) -> None:
    assert "only the posts on this machine" in site.get("/search").text
    found = site.get("/search?q=archive").text
    assert "Moved the whole <mark>archive</mark>" in found
    assert "Nothing found" in site.get("/search?q=zebra").text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("!?", "needs a word"),
        ("x " * 40, "at most 32 words"),
        ("y" * 1_001, "1,000 characters"),
    ],
)
def test_a_search_that_is_refused_is_kept_in_its_box(site: Site, words: str, said: str) -> None:
    answer = site.get(f"/search?q={quote(words)}")
    assert answer.status_code == 400
    assert f'value="{words.strip()}"' in answer.text
    assert said in answer.text.split('role="alert">')[1].split("</p>")[0]
    assert "Nothing found" not in answer.text


def test_how_many_posts_were_found_is_the_same_on_each_page_of_them(site: Site) -> None:
    for number in range(PAGE_POSTS + 5):
        site.desk.add_post(site.desk.me, f"a wombat {number}.", NOON_MS - 10**9 - number)
    page = site.get("/search?q=wombat").text
    assert ">55 posts found." in page and "wombat</mark> 54." not in page
    older = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = site.get(older).text
    assert ">55 posts found." in second and "wombat</mark> 54." in second
    assert ">1 post found.<" in site.get("/search?q=archive").text
    assert "posts found" not in site.get("/search?q=zebra").text


def test_a_tag_keeps_its_page_as_one_goes_back(site: Site) -> None:
    for number in range(PAGE_POSTS + 5):
        site.desk.add_post(site.desk.me, f"a #wombat {number}.", NOON_MS - 10**9 - number)
    older = site.get("/tags/wombat").text.split('rel="next" href="')[1].split('"')[0]
    assert older.startswith("/tags/wombat?before=")
    second = site.get(older).text
    assert '<h1 class="page-title">#wombat</h1>' in second and "</a> 54." in second
    assert 'href="/tags/wombat">Newest<' in second


def test_status_names_feeds_peers_disk_and_jobs(site: Site) -> None:
    page = site.get("/network").text
    for said in ("Well connected", "Your posts are safe", "192.0.2.7:4711",
                 "312 MB</b> are used", "asked 2 peers about", "not yet"):  # fmt: skip
        assert said in page


@pytest.mark.slow
def test_three_thousand_histories_come_in_parts(site: Site) -> None:
    follow_many(site, 3_000)
    url, seen = "/network", []
    while url:
        page = site.get(url).text
        assert len(page) < 150_000
        seen += re.findall(r"<bdi>(Friend \d+)</bdi>", page)
        found = re.search(r'rel="next" href="([^"#]*)', page)
        url = found[1] if found else ""
    assert len(seen) == len(set(seen)) == 3_000


JARGON = re.compile(r"\b(nodes?|feeds?|peers?|chunks?|swarms?|entry|entries)\b|\d\.\d+ %", re.I)
"""Words that nobody knows who did not write the program, and shares with a fraction."""


@pytest.mark.parametrize(
    "path",
    ["/", "/network", "/history", "/me", "/follow", "/search", "/authors/{}", "/nowhere"],
)
def test_no_jargon_stands_outside_what_is_folded_away(site: Site, path: str) -> None:
    site.desk.sentence = how_it_is(running=True, peers=3, held_by=2, safe=True)
    page = site.get(path.format(format_author(site.desk.me))).text
    main = page[page.index("<body") :]
    main = re.sub(
        r"<article.*?</article>|<details.*?</details>|<dialog.*?</dialog>", "", main, flags=re.S
    )
    said = " ".join(re.sub(r"<[^>]*>", " ", main).split())
    assert JARGON.findall(said) == [], said


def own_feed(size: int, held_by: int) -> FeedStatus:
    desk = FakeDesk()
    for _ in range(size):
        desk.add_post(desk.me, "x")
    feed = desk.ask(Status()).feeds[0]
    return replace(feed, size=size, held_by=held_by)


@pytest.mark.parametrize(
    ("feeds", "said"),
    [
        ([], "nothing to lose"),
        ([own_feed(0, 0)], "nothing to lose"),
        ([own_feed(1, 0)], "only on this machine"),
        ([own_feed(1, 1)], "1 other machine has everything"),
        ([own_feed(1, 5), own_feed(1, 2)], "2 other machines have everything"),
        ([own_feed(1, 5), own_feed(1, 0)], "only on this machine"),
    ],
)
def test_the_least_held_feed_decides_what_is_safe(feeds: list[FeedStatus], said: str) -> None:
    assert said in say_safe(feeds, None)
    nobody = replace(SAFETY, friends=0, servers=0)
    assert said in say_safe(feeds, nobody)


def test_what_holders_sign_counts_before_receipts() -> None:
    assert say_safe([own_feed(1, 5)], SAFETY) == SAFETY.sentence


def test_me_has_a_code_to_scan(site: Site) -> None:
    page = site.get("/me").text
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in page
    assert page.count("?name=Ada&amp;at=127.0.0.1:4711") == 2, "shown, and to copy"


def test_torrents_of_a_feed(site: Site) -> None:
    feed = format_address(site.desk.feed_of(MIRA))
    page = site.get(f"/feeds/{feed}/torrents").text
    assert f"{feed[:16]}-0-0.zst" in page
    assert 'href="magnet:?xt=urn:btih:' in page
    answer = site.get(f"/feeds/{feed}/torrents/0-0.torrent")
    assert answer.content_type == "application/x-bittorrent"
    assert f'filename="{feed[:16]}-0-0.zst.torrent"' in answer.headers["Content-Disposition"]
    assert site.get(f"/feeds/{feed}/torrents/9-0.torrent").status_code == 404


def test_what_nobody_reachable_has_of_an_author_is_said(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "The newest 22 entries are missing: nobody who has them is online."
    path = f"/authors/{format_author(INES)}"
    assert said not in site.get(path).text
    known = site.desk.ask

    def ask(asked: Ask[Any]) -> Any:
        found = known(asked)
        return replace(found, missing=said) if isinstance(found, AuthorView) else found

    monkeypatch.setattr(site.desk, "ask", ask)
    assert said in site.get(path).text


def test_a_client_subscribes_without_a_session(site: Site) -> None:
    feed, other = (format_address(site.desk.feed_of(who)) for who in (MIRA, INES))
    page = site.get(f"/feeds/{feed}/torrents").text
    rss = page.split('data-copy="')[1].split('"')[0]
    client = site.browser(logged_in=False)
    answer = client.get(rss)
    assert answer.content_type == "application/rss+xml; charset=utf-8"
    items = list(ElementTree.fromstring(answer.text).iter("item"))
    assert len(items) == 2, "the chunk list and a chunk"
    for item in items:
        (enclosure,) = item.iter("enclosure")
        assert enclosure.attrib["url"].startswith("magnet:?xt=urn:btih:")
        torrent = item.findtext("link")
        assert torrent is not None
        assert client.get(torrent).status_code == 200
    assert client.get(rss.replace(feed, other)).status_code == 401
    assert client.get(rss.replace("torrents.rss", "torrents")).status_code == 401
    assert client.get(f"{URL}/feeds/{feed}/torrents.rss?key=").status_code == 401


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (14_336, "14 kB"), (999_900, "1.0 MB"),
     (10**9, "1.0 GB"), (10**16, "10000 TB")],
)  # fmt: skip
def test_sizes(size_bytes: int, text: str) -> None:
    assert formats.size(size_bytes) == text


@pytest.mark.parametrize("time_ms", [0, NOON_MS, 10**15 - 1])
def test_any_time_an_entry_may_carry_is_shown(site: Site, time_ms: int) -> None:
    site.desk.add_post(site.desk.me, "whenever", time_ms)
    assert "whenever" in site.get("/").text


def test_a_share_is_whole_only_when_nothing_is_missing() -> None:
    assert formats.percent(999_999, 1_000_000) == 99
    assert formats.percent(0, 0) == 100
