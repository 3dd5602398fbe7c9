"""What each page shows and does, as a person without JavaScript meets it."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import webui
from street.fakes.desk import NOON_MS, FakeDesk, key
from street.fakes.history import SAFETY
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.feeds import FeedStatus
from swarmfeed.core.asks.people import AuthorView, Follow, WhoIsFollowed
from swarmfeed.core.asks.posts import PostView, Timeline
from swarmfeed.core.asks.sentences import how_it_is
from swarmfeed.core.asks.upkeep import Status
from swarmfeed.core.asks.writing import HowIsMyFeed, OwnFeed
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.limits import PAGE_POSTS
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import UserError
from webui import formats
from webui.pages.status import say_safe

from tests.web.conftest import OWN, URL, Site

MIRA = AuthorId(key("Mira Lindqvist"))
INES = AuthorId(key("Ines Okafor"))

TEMPLATES = Path(webui.__file__).parent / "templates"


def newest(site: Site) -> PostView:
    return site.desk.ask(Timeline(limit=1)).posts[0]


def test_home_shows_own_and_followed_newest_first(site: Site) -> None:
    page = site.get("/").text
    assert page.index("Welcome! Your feed") < page.index("client_test works on Linux")
    assert "Hello, swarm." in page
    assert "Two nodes, one café" not in page, "nobody follows Ines"
    assert 'name="text"' in page


@pytest.mark.attack("A50")
@pytest.mark.parametrize("path", ["/", "/me", "/status", "/search?q=post", "/follow"])
def test_every_page_says_that_nothing_can_be_written_and_what_to_do(
    site: Site, path: str
) -> None:
    assert 'role="alert"' not in site.get(path).text
    trouble = OwnFeed(
        standing="ended",
        sentence="Nothing can be written here: swarmfeed restore -",
        missing_start=0,
        missing_end=0,
    )
    site.desk.rows[HowIsMyFeed] = lambda desk, ask: trouble
    page = site.get(path).text
    assert f'role="alert">{trouble.sentence}</p>' in page
    assert 'name="text"' not in page, "no box for what would be refused"


def test_an_empty_timeline_helps(site: Site) -> None:
    site.desk.__dict__.update(FakeDesk(samples=False).__dict__)
    page = site.get("/").text
    assert "It is quiet here" in page
    assert 'href="/follow"' in page


def test_older_posts_have_their_own_address(site: Site) -> None:
    for number in range(PAGE_POSTS + 5):
        site.desk.add_post(site.desk.me, f"number {number}.", NOON_MS - 10**9 - number)
    page = site.get("/").text
    assert "number 10." in page and "number 54." not in page
    older = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = site.get(older).text
    assert "number 54." in second and "number 10." not in second
    assert "That is the beginning of your timeline." in second
    site.desk.add_post(MIRA, "breaking", NOON_MS)
    assert "Show 1 new post<" in site.get(older).text


def test_new_posts_are_counted_above_the_newest_seen(site: Site) -> None:
    seen = newest(site).cursor
    assert site.get(f"/updates?seen={seen}").json == {"count": 0, "label": "Show 0 new posts"}
    site.desk.add_post(MIRA, "one", NOON_MS)
    site.desk.add_post(INES, "not followed", NOON_MS)
    assert site.get(f"/updates?seen={seen}").json == {"count": 1, "label": "Show 1 new post"}
    assert site.get("/updates?seen=x").status_code == 400


def test_the_sentence_for_pages_that_stay_open(site: Site) -> None:
    well = {"sentence": "Well connected: linked to 2 nodes.", "full": 2}
    assert site.get("/sentence").json == {**well, "refused": [], "alarms": []}
    site.desk.refused = ("The disk is full.",)
    full = {**well, "full": 0, "refused": ["The disk is full."], "alarms": []}
    assert site.get("/sentence").json == full, "the mark is empty while something is refused"


def test_publish(site: Site) -> None:
    answer = site.post("/posts", {"text": "two\r\nlines"})
    assert (answer.status_code, answer.location) == (303, "/")
    assert newest(site).text == "two\nlines"


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (b"text=caf%E9", "not UTF-8"),
        (b"text=caf\xe9", "not UTF-8"),
        (b"text=a%00b", "(U+0000)"),
        (b"text=a%1Bb", "(U+001B)"),
        (b"text=ok&reply_to=%ff", "not UTF-8"),
    ],
)
def test_a_form_that_is_not_utf_8_publishes_nothing(
    site: Site, field: bytes, said: str
) -> None:
    browser = site.browser()
    body = field + b"&form_key=" + site.form_key(browser).encode()
    kind = "application/x-www-form-urlencoded"
    answer = browser.post("/posts", base_url=URL, headers=OWN, data=body, content_type=kind)
    assert (answer.status_code, site.desk.changed) == (400, [])
    assert said in answer.text


def test_a_form_in_parts_is_refused(site: Site) -> None:
    browser = site.browser()
    form = {"text": b"caf\xe9", "form_key": site.form_key(browser)}
    kind = "multipart/form-data"
    answer = browser.post("/posts", base_url=URL, headers=OWN, data=form, content_type=kind)
    assert (answer.status_code, site.desk.changed) == (400, [])


def test_reply_returns_to_the_thread(site: Site) -> None:
    parent = next(post for post in site.desk.posts if post.text == "Hello, swarm.")
    feed = format_address(parent.ref.feed_id)
    form = {"text": "And hello.", "reply_to": f"{feed}/{parent.ref.index}"}
    answer = site.post("/posts", form)
    reply = newest(site)
    assert reply.reply_to == parent.ref
    path = f"/posts/{parent.id}"
    assert answer.location == f"{path}#{reply.ref.entry_hash.hex()[:16]}"
    page = site.get(path).text
    assert "2 replies" in page
    assert page.index("Hello, swarm.") < page.index("Welcome!") < page.index("And hello.")


def test_a_hole_above_a_thread_is_said(site: Site) -> None:
    missing = site.desk.posts[0].ref
    site.desk.posts = site.desk.posts[1:]
    orphan = site.desk.add_post(site.desk.me, "An answer to something.", reply_to=missing)
    assert "is not on this machine" in site.get(f"/posts/{orphan.id}").text


def test_the_long_path_of_a_post_leads_to_the_short_one(site: Site) -> None:
    post = newest(site)
    path = f"/posts/{format_address(post.ref.feed_id)}/{post.ref.index}"
    answer = site.get(path)
    assert (answer.status_code, answer.location) == (302, f"/posts/{post.id}")
    home = site.get("/").text
    assert f'href="/posts/{post.id}"' in home
    assert path not in home


def test_a_post_without_an_id_is_shown_at_its_long_path(site: Site) -> None:
    post = replace(newest(site), id="", text="far ahead")
    site.desk.posts[-1] = post
    path = f"/posts/{format_address(post.ref.feed_id)}/{post.ref.index}"
    assert f'href="{path}"' in site.get("/").text
    answer = site.get(path)
    assert answer.status_code == 200
    assert "far ahead" in answer.text


def test_what_is_no_number_of_a_post_is_a_sentence(site: Site) -> None:
    for name in ("nonsense", "123", "1" * 40, "-1", str(2**63), "0007"):
        answer = site.get(f"/posts/{name}")
        assert answer.status_code == 404
        assert "That is not here" in answer.text


def test_a_post_that_is_not_here_is_a_sentence(site: Site) -> None:
    feed = format_address(site.desk.posts[0].ref.feed_id)
    answer = site.get(f"/posts/{feed}/999")
    assert answer.status_code == 404
    assert "is not on this machine." in answer.text


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/authors/nobody", 404),
        ("GET", "/posts/", 404),
        ("GET", "/feeds/x/torrents/0-0.torrent", 404),
        ("GET", "/posts", 405),
        ("GET", "/unfollow", 405),
        ("GET", "/logout", 405),
        ("GET", "/history/leave", 405),
        ("POST", "/", 405),
        ("POST", "/search", 405),
        ("PUT", "/posts", 405),
    ],
)
def test_a_wrong_path_is_a_page_with_a_way_on(
    site: Site, method: str, path: str, code: int
) -> None:
    browser = site.browser()
    form = {} if method == "GET" else {"form_key": site.form_key(browser)}
    answer = browser.open(path, base_url=URL, method=method, headers=OWN, data=form)
    assert answer.status_code == code
    page = answer.text
    assert 'aria-label="Pages"' in page and '<a class="button primary" href="/">Home' in page
    for raw in ("requested URL", "method is not allowed", "manually", "server could not"):
        assert raw not in page
    assert "<p>" in page


def test_profile_of_somebody_half_fetched(site: Site) -> None:
    aoi = format_author(key("山田 葵"))
    page = site.get(f"/authors/{aoi}").text
    assert "山田 葵" in page
    assert '<progress value="8200" max="20000"' in page
    assert "8,200 of 20,000" in page
    assert f"swarmfeed:{aoi}?name=" in page
    assert 'action="/unfollow"' in page


def test_profile_of_a_stranger(site: Site) -> None:
    page = site.get(f"/authors/{format_author(key('nobody'))}").text
    assert "No posts here yet" in page
    assert 'action="/follow"' in page


def test_following_shows_first_what_will_happen(site: Site) -> None:
    ines = format_author(INES)
    page = site.get(f"/follow?link=swarmfeed:{ines}%3Fname=Ines%26at=192.0.2.1:4711").text
    assert "Follow this author?" in page
    assert "1 machine named in the link" in page
    assert site.desk.changed == []
    answer = site.post("/follow", {"who": f"swarmfeed:{ines}?name=Ines"})
    assert (answer.status_code, answer.location) == (303, f"/authors/{ines}")
    assert site.desk.authors[INES].followed
    site.post("/unfollow", {"who": ines})
    assert not site.desk.authors[INES].followed
    site.post("/fetch", {"who": ines})
    assert site.desk.changed == ["follow", "unfollow", "fetch"]


def test_who_is_muted_is_said_on_their_page_and_on_the_own_one(site: Site) -> None:
    aoi = format_author(key("山田 葵"))
    assert 'action="/mute"' in site.get(f"/authors/{aoi}").text
    assert "Whom you muted" not in site.get("/me").text
    answer = site.post("/mute", {"who": aoi})
    assert (answer.status_code, answer.location) == (303, f"/authors/{aoi}")
    page = site.get(f"/authors/{aoi}").text
    assert 'action="/unmute"' in page and ">muted<" in page and "Nobody hears of it" in page
    assert f'href="/authors/{aoi}"' in site.get("/me").text.partition("Whom you muted")[2]
    site.post("/unmute", {"who": aoi})
    assert site.desk.changed == ["mute", "unmute"]


@pytest.mark.parametrize("link", ["hello", "swarmfeed:", "https://example.org/", "a" * 56])
def test_a_wrong_link_is_explained_in_place(site: Site, link: str) -> None:
    for answer in (site.get(f"/follow?link={link}"), site.post("/follow", {"who": link})):
        assert answer.status_code == 400
        page = answer.text
        assert "That is no link to a person. One looks like swarmfeed:" in page
        assert 'role="alert"' in page and 'aria-invalid="true"' in page
        assert f'value="{link}"' in page, "what was typed is still there"
        assert "People you follow" in page


def test_a_bare_address_of_somebody_known_shows_their_own_name(site: Site) -> None:
    for author_id, name in ((site.desk.me, "Ada"), (INES, "Ines Okafor")):
        page = site.get(f"/follow?link={format_author(author_id)}").text
        preview = page[page.index('id="preview"') :]
        assert name in preview and "unnamed" not in preview
    page = site.get(f"/follow?link=swarmfeed:{format_author(INES)}%3Fname=Mallory").text
    assert "Mallory</bdi>" not in page, "what they sign goes before what a link says"


MACHINERY = re.compile(
    r"\b(nodes?|feeds?|peers?|chunks?|swarm|DHT|seeds?|scope|endpoints?|lasting)\b",
    re.IGNORECASE,
)
MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", re.DOTALL)


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_pages_speak_to_people(path: Path) -> None:
    """No word of the machinery, and no figure with a decimal that means nothing to a reader."""
    source = path.read_text(encoding="utf-8")
    assert MACHINERY.findall(MARKUP.sub(" ", source)) == []
    assert re.findall(r"%\.\d[fg]", source) == []


def test_following_oneself_is_refused_in_place(site: Site) -> None:
    me = format_author(site.desk.me)

    def refuse(desk: FakeDesk, ask: Follow) -> None:
        raise UserError("that is yourself")

    site.desk.rows[Follow] = refuse
    answer = site.post("/follow", {"who": me})
    assert answer.status_code == 400
    assert "that is yourself" in answer.text and f'value="{me}"' in answer.text


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
    [("!?", "needs a word"), ("x " * 40, "at most 32 words"), ("y" * 1_001, "1000 characters")],
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
    assert ">55 posts found.<" in page and "wombat</mark> 54." not in page
    older = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = site.get(older).text
    assert ">55 posts found.<" in second and "wombat</mark> 54." in second
    assert ">1 post found.<" in site.get("/search?q=archive").text
    assert "posts found" not in site.get("/search?q=zebra").text


def test_status_names_feeds_peers_disk_and_jobs(site: Site) -> None:
    page = site.get("/status").text
    for said in ("Well connected", "Your posts are safe", "192.0.2.7:4711",
                 "312 MB of 11 GB", "asked 2 peers about 3 authors", "not yet"):  # fmt: skip
        assert said in page


@pytest.mark.slow
def test_three_thousand_histories_come_in_parts(site: Site) -> None:
    follow_many(site, 3_000)
    url, seen = "/status", []
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
    "path", ["/", "/status", "/history", "/me", "/follow", "/search", "/authors/{}", "/nowhere"]
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
