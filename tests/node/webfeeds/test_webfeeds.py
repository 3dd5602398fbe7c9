"""Feeds of the web on whole nodes: followed, looked at, kept apart, gone when unfollowed."""

import asyncio
import json
from pathlib import Path

import pytest
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.posts import SearchPosts, Timeline
from swarmfeed.core.asks.troubles import BUSY
from swarmfeed.core.asks.webfeeds import (
    ArticleList,
    Articles,
    FollowedWebFeed,
    FollowWebFeed,
    GiveOpml,
    LookAtWebFeeds,
    TakeOpml,
    UnfollowWebFeed,
    WebFeeds,
    WebFeedView,
)
from swarmfeed.core.webfeeds.keeping import key_of
from swarmfeed.core.webfeeds.limits import HOUR_MS, LOOKS_A_ROUND, WEB_FEEDS_MAX
from swarmfeed.errors import PassingError, UserError
from swarmfeed.node.ground.private import WEBFEED
from swarmfeed.node.webfeeds.role import WebFeedParts

BLOG = "https://blog.example/feed.json"
OTHER = "https://other.example/feed.json"


def feed(*titles: str, title: str = "Blog", day: int = 1) -> str:
    items = [
        {"id": each, "title": each, "content_text": f"about {each}", "url": f"/{each}",
         "date_published": f"2020-01-{day:02}T00:00:{number:02}Z"}
        for number, each in enumerate(titles)
    ]  # fmt: skip
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": title, "items": items}
    )


async def ask(of: Neighbour, wish: Ask[object]) -> object:
    return await of.running.ground.answering.answer(wish)


async def follow(of: Neighbour, url: str = BLOG) -> FollowedWebFeed:
    return await of.running.ground.answering.answer(FollowWebFeed(url=url))


async def sites(of: Neighbour) -> list[WebFeedView]:
    return list((await of.running.ground.answering.answer(WebFeeds())).web_feeds)


async def articles(of: Neighbour, **how: object) -> ArticleList:
    return await of.running.ground.answering.answer(Articles(**how))  # type: ignore[arg-type]


async def titles(of: Neighbour, **how: object) -> list[str]:
    return [each.title for each in (await articles(of, **how)).articles]


async def job(of: Neighbour) -> str:
    return await of.running.parts(WebFeedParts).looking.round()


def test_a_feed_is_followed_read_and_looked_at_again_when_it_is_due(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        street.sites.serve(BLOG, feed("one", "two"), etag='"1"')
        done = await follow(anna, "blog.example/feed.json#x")
        assert (done.already, done.web_feed.title, done.web_feed.articles) == (False, "Blog", 2)
        assert (await follow(anna)).already
        page = await articles(anna)
        assert [each.title for each in page.articles] == ["two", "one"]
        first = page.articles[0]
        assert (first.url, first.text) == ("https://blog.example/two", "about two")
        assert (first.web_feed, first.feed_title, page.next) == (BLOG, "Blog", None)
        assert street.sites.asked == [BLOG]
        await job(anna)
        assert street.sites.asked == [BLOG], "it is not due"
        street.clock.advance(7 * HOUR_MS)
        assert await job(anna) == "1 of 1 site looked at, 0 with something new"
        street.sites.serve(BLOG, feed("one", "two", "three"), etag='"2"')
        street.clock.advance(7 * HOUR_MS)
        assert "1 with something new" in await job(anna)
        assert await titles(anna) == ["three", "two", "one"]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A309")
def test_articles_are_in_no_timeline_search_or_log_and_no_neighbour_hears_of_them(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, bert = await street.move_in(), await street.move_in()
        await anna.follow(bert)
        await bert.follow(anna)
        size = anna.running.ground.inventory.size_of(anna.identity.feed_id)
        street.sites.serve(BLOG, feed("zebra"))
        await follow(anna)
        await settle()
        for each in (anna, bert):
            answering = each.running.ground.answering
            assert (await answering.answer(Timeline())).posts == ()
            assert (await answering.answer(SearchPosts(words="zebra"))).posts == ()
        assert anna.running.ground.inventory.size_of(anna.identity.feed_id) == size
        assert await sites(bert) == [] and await titles(bert) == []

    in_neighbourhood(tmp_path, scenario)


def test_a_restart_finds_all_and_what_is_removed_leaves_nothing(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        for url, name in ((BLOG, "one"), (OTHER, "two")):
            street.sites.serve(url, feed(name, title=name))
            await follow(anna, url)
        await anna.stop()
        await anna.start()
        assert sorted(await titles(anna)) == ["one", "two"]
        await ask(anna, UnfollowWebFeed(url=BLOG))
        assert await titles(anna) == ["two"]
        assert anna.web_feeds.read(key_of(BLOG).hex()) == {}
        assert list(anna.web_feeds.read("feeds")) == [key_of(OTHER)]
        with pytest.raises(UserError, match="do not follow"):
            await ask(anna, UnfollowWebFeed(url=BLOG))
        with pytest.raises(UserError, match="do not follow"):
            await articles(anna, url=BLOG)

    in_neighbourhood(tmp_path, scenario)


def test_pages_of_articles_go_on_where_the_last_one_ended(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        street.sites.serve(BLOG, feed(*"abcde"))
        street.sites.serve(OTHER, feed(*"fghij", title="Other"))
        await follow(anna)
        await follow(anna, OTHER)
        whole, found, before = await titles(anna), [], ""
        assert sorted(whole) == list("abcdefghij")
        while True:
            page = await articles(anna, limit=3, before=before)
            found += [each.title for each in page.articles]
            if page.next is None:
                break
            before = page.next
            assert page.articles[-1].cursor == before
        assert found == whole
        assert await titles(anna, url=OTHER) == list("jihgf")
        for bad in ("x", "1-2", "-1-00-00", f"{'9' * 40}-{'00' * 16}-{'00' * 16}"):
            with pytest.raises(UserError, match="no place"):
                await articles(anna, before=bad)

    in_neighbourhood(tmp_path, scenario)


def test_a_page_leads_to_its_first_feed_and_names_the_others(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        link = '<link rel="alternate" type="application/feed+json" href="{}">'
        page = "<!doctype html>" + link.format("/feed.json") + link.format(OTHER)
        street.sites.serve("https://blog.example/", page)
        street.sites.serve(BLOG, feed("one"))
        done = await follow(anna, "blog.example")
        assert (done.web_feed.url, done.others) == (BLOG, (OTHER,))
        assert (await follow(anna, "blog.example")).already
        street.sites.serve("https://blog.example/", "<!doctype html><title>x</title>")
        street.sites.serve(OTHER, "<!doctype html><title>x</title>")
        for url in ("blog.example", OTHER):
            with pytest.raises(UserError, match="nor a page that names one"):
                await follow(anna, url)
        assert len(await sites(anna)) == 1

    in_neighbourhood(tmp_path, scenario)


def test_what_cannot_be_followed_is_said_and_nothing_is(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        street.sites.refuse(BLOG, 404)
        street.sites.serve(OTHER, "hello")
        for url, why in (
            (BLOG, "answered 404"),
            (OTHER, "neither RSS"),
            ("https://nobody.example/", "nobody knows where"),
            ("http://127.0.0.1/", "nobody knows where"),
            ("http://localhost/", "no place on the public web"),
            ("swarmfeed:abc", "no address"),
        ):
            with pytest.raises(UserError, match=why):
                await follow(anna, url)
        assert await sites(anna) == []

    in_neighbourhood(tmp_path, scenario)


def test_a_site_in_trouble_keeps_its_articles_and_is_left_alone_as_it_asks(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        street.sites.serve(BLOG, feed("one"))
        await follow(anna)
        street.sites.refuse(BLOG, 503, retry_after=str(24 * 3_600))
        street.clock.advance(7 * HOUR_MS)
        await job(anna)
        (site,) = await sites(anna)
        assert site.trouble == "blog.example answered 503"
        asked = len(street.sites.asked)
        street.clock.advance(23 * HOUR_MS)
        await job(anna)
        await ask(anna, LookAtWebFeeds())
        assert len(street.sites.asked) == asked
        street.clock.advance(HOUR_MS)
        street.sites.refuse(BLOG, 410)
        await job(anna)
        street.clock.advance(1_000 * HOUR_MS)
        await job(anna)
        assert len(street.sites.asked) == asked + 1
        assert (await sites(anna))[0].gone and await titles(anna) == ["one"]
        street.sites.serve(BLOG, feed("two"))
        await ask(anna, LookAtWebFeeds())
        assert sorted(await titles(anna)) == ["one", "two"]
        assert not (await sites(anna))[0].gone

    in_neighbourhood(tmp_path, scenario)


async def looks(of: Neighbour, street: Neighbourhood, *, days: int) -> None:
    for _ in range(days):
        street.clock.advance(24 * HOUR_MS)
        await job(of)


def test_a_feed_that_moved_for_good_is_followed_there_with_what_it_told(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        street.sites.serve(BLOG, feed("one"))
        await follow(anna)
        street.sites.serve(OTHER, feed("two"), etag='"1"')
        street.sites.move(BLOG, OTHER)
        await looks(anna, street, days=3)
        assert [each.url for each in await sites(anna)] == [BLOG], "it may be a mistake"
        await looks(anna, street, days=1)
        (site,) = await sites(anna)
        assert (site.url, site.moved_from, site.articles) == (OTHER, BLOG, 2)
        assert sorted(await titles(anna)) == sorted(await titles(anna, url=OTHER))
        assert sorted(await titles(anna)) == ["one", "two"]
        del street.sites.sites[BLOG]
        street.sites.serve(OTHER, feed("two", "three"))
        asked = len(street.sites.asked)
        await looks(anna, street, days=1)
        assert street.sites.asked[asked:] == [OTHER]
        assert sorted(await titles(anna)) == ["one", "three", "two"]
        assert list(anna.web_feeds.read("feeds")) == [key_of(OTHER)]
        assert anna.web_feeds.read(key_of(BLOG).hex()) == {}
        await anna.stop()
        await anna.start()
        assert [each.moved_from for each in await sites(anna)] == [BLOG]

    in_neighbourhood(tmp_path, scenario)


def test_one_that_moved_to_where_another_one_is_followed_is_there_once(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        street.sites.serve(BLOG, feed("one"))
        street.sites.serve(OTHER, feed("one"))
        for url in (BLOG, OTHER):
            await follow(anna, url)
        street.sites.move(BLOG, OTHER)
        await looks(anna, street, days=4)
        (site,) = await sites(anna)
        assert (site.url, site.moved_from, await titles(anna)) == (OTHER, "", ["one"])
        again = await follow(anna, BLOG)
        assert again.already and again.web_feed.url == OTHER

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A345")
def test_what_is_sent_on_for_now_or_to_no_feed_stays_where_it_was(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        street.sites.serve(BLOG, feed("one"))
        await follow(anna)
        street.sites.serve(OTHER, feed("two"))
        street.sites.move(BLOG, OTHER, for_good=False)
        await looks(anna, street, days=5)
        street.sites.serve(OTHER, "<!doctype html><title>Log in to our hotel</title>")
        street.sites.move(BLOG, OTHER)
        await looks(anna, street, days=9)
        street.sites.serve(BLOG, feed("three"))
        await looks(anna, street, days=7)
        (site,) = await sites(anna)
        assert (site.url, site.moved_from, site.trouble) == (BLOG, "", "")

    in_neighbourhood(tmp_path, scenario)


def test_the_power_may_go_while_a_feed_moves(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        street.sites.serve(BLOG, feed("one"))
        await follow(anna)
        street.sites.serve(OTHER, feed("two"))
        street.sites.move(BLOG, OTHER)
        await looks(anna, street, days=3)
        private = anna.running.ground.private

        def cut(*_: object) -> None:
            raise PassingError("the power is gone", BUSY.name)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(private), "set", cut)
            street.clock.advance(24 * HOUR_MS)
            with pytest.raises(PassingError):
                await job(anna)
        await anna.stop()
        await anna.start()
        assert [each.url for each in await sites(anna)] == [BLOG]
        assert sorted(await titles(anna)) == ["one", "two"]
        await looks(anna, street, days=1)
        assert [each.url for each in await sites(anna)] == [OTHER]
        assert sorted(await titles(anna)) == ["one", "two"]
        assert list(anna.web_feeds.read("feeds")) == [key_of(OTHER)]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A307")
def test_a_list_of_another_reader_is_followed_and_goes_out_again(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, bert = await street.move_in(), await street.move_in()
        street.sites.serve(BLOG, feed("one"))
        await follow(anna)
        urls = [BLOG, "HTTPS://A.example/x", "https://a.example/x", "swarmfeed:abc"]
        urls += [f"https://b{n}.example/" for n in range(WEB_FEEDS_MAX)]
        outlines = "".join(f'<outline title="T" xmlUrl="{each}"/>' for each in urls)
        text = f"<opml version='2.0'><body>{outlines}</body></opml>"
        taken = await anna.running.ground.answering.answer(TakeOpml(opml=text))
        numbers = (taken.followed, taken.there, taken.refused, taken.beyond)
        assert numbers == (WEB_FEEDS_MAX - 1, 1, 1, 2)
        assert "swarmfeed:abc" in taken.sentence
        assert {each.title for each in await sites(anna)} == {"Blog", "T"}
        with pytest.raises(UserError, match="more are not looked at"):
            street.sites.serve("https://c.example/", feed("x"))
            await follow(anna, "https://c.example/")
        given = await anna.running.ground.answering.answer(GiveOpml())
        assert given.count == WEB_FEEDS_MAX
        again = await bert.running.ground.answering.answer(TakeOpml(opml=given.opml))
        assert (again.followed, again.refused) == (WEB_FEEDS_MAX, 0)
        before = len(street.sites.asked)
        await job(bert)
        assert len(street.sites.asked) == before + LOOKS_A_ROUND

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A308")
def test_rows_that_another_device_made_up_lead_nowhere_and_to_no_more(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        private = anna.running.ground.private
        bad = ["http://127.0.0.1/", "http://localhost/", "file:///etc/passwd", "https://a.b:x/"]
        private.set(WEBFEED, {key_of(url): url.encode() for url in bad[1:]})
        private.set(WEBFEED, {b"k" * 16: b"https://a.example/", b"": b"\xff"})
        assert await sites(anna) == []
        await job(anna)
        assert street.sites.asked == []
        many = [f"https://b{n}.example/" for n in range(2 * WEB_FEEDS_MAX)]
        private.set(WEBFEED, {key_of(url): url.encode() for url in many})
        assert len(await sites(anna)) == WEB_FEEDS_MAX

    in_neighbourhood(tmp_path, scenario)


def test_one_that_is_removed_while_it_is_looked_at_stays_away(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        street.sites.serve(BLOG, feed("one"))
        await follow(anna)
        street.clock.advance(7 * HOUR_MS)
        looking = asyncio.create_task(job(anna))
        await asyncio.sleep(0)
        await ask(anna, UnfollowWebFeed(url=BLOG))
        await looking
        assert anna.web_feeds.read("feeds") == {} and await titles(anna) == []

    in_neighbourhood(tmp_path, scenario)
