"""What each page shows and does, as a person without JavaScript meets it."""

import re
from pathlib import Path

import pytest
import webui
from msgspec.structs import replace
from street.fakes.desk import FakeDesk
from street.fakes.samples import NOON_MS, key
from swarmfeed.core.asks.people import Follow
from swarmfeed.core.asks.posts import PostView, Timeline
from swarmfeed.core.asks.writing import HowIsMyFeed, OwnFeed
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.limits import PAGE_POSTS
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import UserError

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
@pytest.mark.parametrize("path", ["/", "/me", "/network", "/search?q=post", "/follow"])
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


def test_the_sentence_for_pages_that_stay_open(site: Site) -> None:
    well = {"sentence": "Well connected, and 2 others have your newest post.", "full": 2}
    well |= {"short": "Well connected", "more": "2 others have your newest post"}
    assert site.get("/sentence").json == {**well, "refused": [], "alarms": []}
    site.desk.refused = ("The disk is full.",)
    full = {**well, "full": 0, "refused": ["The disk is full."], "alarms": []}
    full |= {
        "short": "Something is in the way",
        "more": "what it is stands at the top of the page",
    }
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


def test_a_form_with_files_has_to_be_utf8_too(site: Site) -> None:
    browser = site.browser()
    fields = {b"text": b"caf\xe9", b"form_key": site.form_key(browser).encode()}
    head = b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
    form = b"".join(head % each for each in fields.items()) + b"--x--\r\n"
    kind = "multipart/form-data; boundary=x"
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
MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>|JSON Feed", re.DOTALL)
"""What nobody reads, and the name of a format, which is its name."""


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
