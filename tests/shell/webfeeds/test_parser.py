"""RSS and Atom as sites write them, read in a process of its own; the fake reads the rest."""

import json
import resource
import subprocess
import sys
import threading
from calendar import timegm

import pytest
from street.fakes.web import FakeFeedParser
from swarmfeed.core.exports.syndication import FeedFile, FeedOf, FeedPost, atom, json_feed, rss
from swarmfeed.core.webfeeds.found import FoundFeed
from swarmfeed.core.webfeeds.limits import ARTICLES_MAX, FOUND_BYTES_MAX, TEXT_BYTES_MAX
from swarmfeed.errors import PassingError, UserError
from swarmfeed.ports.web import FeedParser
from swarmfeed.shell.webfeeds.parser import ProcessFeedParser
from swarmfeed.shell.webfeeds.worker import NONE, answer, read

AT = "https://blog.example/feed"
RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>A &amp; B</title>
 <link>https://blog.example/</link><item><title>First &lt;b&gt;post&lt;/b&gt;</title>
 <link>/first</link><guid isPermaLink="false">urn:1</guid><author>a@b.example (Ada)</author>
 <pubDate>Fri, 02 Jan 2026 03:04:05 +0100</pubDate><description>short</description>
 <content:encoded><![CDATA[<p>Hello <a href="/there">there</a></p><script>x()</script>
 <img src="https://tracker.example/pixel.gif" onerror="x()">]]></content:encoded></item>
 </channel></rss>"""


def found(text: str | bytes, kind: str = "") -> FoundFeed:
    said = read(text.encode() if isinstance(text, str) else text, AT, kind)
    assert said is not None
    return said


def test_rss_becomes_plain_text_with_whole_addresses() -> None:
    feed = found(RSS)
    assert (feed.title, feed.home_url) == ("A & B", "https://blog.example/")
    (article,) = feed.articles
    assert (article.id, article.url) == ("urn:1", "https://blog.example/first")
    assert article.title == "First post"
    assert article.text == "Hello there (https://blog.example/there)"
    assert article.time_ms == timegm((2026, 1, 2, 2, 4, 5)) * 1_000


def test_what_we_write_ourselves_is_read_alike_in_all_three_forms() -> None:
    of = FeedOf(id="swarmfeed:x", title="Ada", home_url="https://ada.example/", author="Ada")
    file = FeedFile(url="https://ada.example/a.png", type="image/png", size_bytes=1, alt="dog")
    posts = [
        FeedPost(
            id="swarmfeed:x?post=1", time_ms=1_767_323_045_000, text="one\ntwo\n\n<three>"
        ),
        FeedPost(id="swarmfeed:x?post=2", time_ms=1_767_323_044_000, text="b", files=(file,)),
    ]
    forms = [found(write(of, posts)) for write in (atom, rss, json_feed)]
    assert [each.title for each in forms] == ["Ada"] * 3
    for one, two in zip(forms, forms[1:] + forms[:1], strict=True):
        assert [a.id for a in one.articles] == [a.id for a in two.articles]
        assert [a.time_ms for a in one.articles] == [a.time_ms for a in two.articles]
    assert forms[0].articles[0].text == "one\ntwo\n\n<three>"
    assert forms[0].articles[1].text == forms[1].articles[1].text == "b\n\ndog"


@pytest.mark.parametrize(
    "broken",
    [
        RSS.replace("</channel></rss>", ""),
        RSS.replace("<title>A &amp; B", "<title>A & B"),
        RSS.replace("short", "a & b &nbsp; &eacute; <br> unclosed"),
        "\n\n" + RSS,
        RSS.replace("utf-8", "no-such-encoding"),
    ],
)
def test_feeds_that_are_no_xml_are_read_as_readers_do(broken: str) -> None:
    assert found(broken).articles[0].id == "urn:1"


def test_encodings_are_those_that_are_said() -> None:
    latin = RSS.replace("utf-8", "iso-8859-1").replace("A &amp; B", "Müller")
    assert found(latin.encode("latin-1")).title == "Müller"
    assert found(RSS.replace("utf-8", "utf-16").encode("utf-16")).title == "A & B"


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 20 if n else "ha" * 50}">' for n in range(12))


@pytest.mark.slow
@pytest.mark.attack("A305")
@pytest.mark.parametrize(
    "hostile",
    [
        f"<?xml version='1.0'?><!DOCTYPE rss [{BOMB}]><rss><channel><title>&e11;</title>",
        "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
        "<rss version='2.0'><channel><title>&a;</title></channel></rss>",
        "<?xml version='1.0'?><!DOCTYPE rss SYSTEM 'http://127.0.0.1:1/x.dtd'><rss/>",
        "<rss><channel>" + "<a>" * 20_000,
        "<rss><channel><item>" + "<title>" * 2_000,
    ],
    ids=["laughs", "file", "dtd", "deep", "titles"],
)
def test_what_would_swell_or_open_something_does_not(hostile: str) -> None:
    told = answer(hostile.encode(), AT)
    assert len(told) < 10_000
    assert b"root:" not in told and b"haha" * 100 not in told


@pytest.mark.slow
@pytest.mark.attack("A305")
def test_of_many_and_long_articles_no_more_is_handed_on_than_may_be() -> None:
    item = f"<item><title>{'t' * 9_000}</title><description>{'ä' * 9_000}</description></item>"
    feed = found(f"<rss version='2.0'><channel>{item * 80}</channel></rss>")
    assert len(feed.articles) == ARTICLES_MAX
    assert len(feed.articles[0].text.encode()) <= TEXT_BYTES_MAX
    assert len(answer(f"<rss><channel>{item * 80}".encode(), AT)) < FOUND_BYTES_MAX


@pytest.mark.attack("A306")
def test_no_address_but_of_the_web_is_handed_on() -> None:
    item = "<item><title>x</title><link>javascript:alert(1)</link><guid>x</guid></item>"
    feed = found(f"<rss version='2.0'><channel><link>data:x</link>{item}</channel></rss>")
    assert (feed.home_url, feed.articles[0].url) == ("", "")


@pytest.mark.parametrize("kind", ["fake", pytest.param("real", marks=pytest.mark.slow)])
def test_every_parser_reads_feeds_and_pages_and_refuses_all_else(kind: str) -> None:
    parser: FeedParser = FakeFeedParser() if kind == "fake" else ProcessFeedParser()
    body = json.dumps(
        {"version": "https://jsonfeed.org/version/1", "title": "T", "items": [{"id": "1"}]}
    )
    feed = parser.parse(body.encode(), AT)
    assert (feed.title, [each.id for each in feed.articles]) == ("T", ["1"])
    page = parser.parse(b"<!doctype html><title>P</title>", AT)
    assert (page.is_page, page.title) == (True, "P")
    for bad in (b"", b"hello", b'{"version": "https://jsonfeed.org/version/1"'):
        with pytest.raises(UserError, match="neither RSS"):
            parser.parse(bad, AT)
    parser.close()


@pytest.mark.slow
@pytest.mark.attack("A305")
def test_one_that_hangs_is_ended_and_the_next_one_is_read() -> None:
    parser = ProcessFeedParser(wait_s=0.01)
    with pytest.raises(UserError, match="neither RSS"):
        parser.parse(RSS.encode(), AT)
    assert ProcessFeedParser().parse(RSS.encode(), AT).title == "A & B"


@pytest.mark.slow
def test_a_node_that_stops_waits_for_none() -> None:
    parser = ProcessFeedParser()
    failed: list[Exception] = []

    def parse() -> None:
        try:
            parser.parse(RSS.encode(), AT)
        except PassingError as error:
            failed.append(error)

    thread = threading.Thread(target=parse)
    thread.start()
    while not parser._busy:
        pass
    parser.close()
    thread.join()
    assert len(failed) == 1
    with pytest.raises(PassingError, match="stops"):
        parser.parse(RSS.encode(), AT)


@pytest.mark.slow
@pytest.mark.attack("A305")
def test_the_process_can_write_no_file_and_start_no_other() -> None:
    script = (
        "import resource\n"
        "from swarmfeed.shell.webfeeds.worker import confine\n"
        "confine()\n"
        "print(*(resource.getrlimit(getattr(resource, 'RLIMIT_' + each))[1]"
        " for each in ('FSIZE', 'NPROC', 'CORE')))"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert told.stdout.split() == ["0", "0", "0"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] != 0, "only in that process"


def test_what_nobody_can_read_says_that_nothing_was_found() -> None:
    assert answer(b"", AT) == answer(b"\0" * 100, AT) == NONE
