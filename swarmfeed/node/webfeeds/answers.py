"""What a person asks of feeds of the web."""

import asyncio
from collections.abc import Sequence
from typing import Final

from swarmfeed.core.asks.webfeeds import (
    ArticleList,
    Articles,
    ArticleView,
    FollowedWebFeed,
    FollowWebFeed,
    GiveOpml,
    LookAtWebFeeds,
    Opml,
    TakenOpml,
    TakeOpml,
    UnfollowWebFeed,
    WebFeedList,
    WebFeeds,
    WebFeedView,
)
from swarmfeed.core.base.texts import joined, said_by
from swarmfeed.core.exports.people import opml
from swarmfeed.core.webfeeds import sentences
from swarmfeed.core.webfeeds.addresses import host_of, parse_address
from swarmfeed.core.webfeeds.found import FoundArticle
from swarmfeed.core.webfeeds.keeping import KEY_BYTES, KnownFeed, key_of, with_news
from swarmfeed.core.webfeeds.limits import LOOK_ANSWERED_WITHIN_S, NAMED_MAX, WEB_FEEDS_MAX
from swarmfeed.core.webfeeds.opml import Outline, read_opml
from swarmfeed.errors import RetryError, UserError
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.webfeeds.kept import KeptFeeds, Place
from swarmfeed.node.webfeeds.looking import SiteAnswer, SiteLooker, trouble_of

_TIME_DIGITS: Final = 16


class WebFeedAnswers:
    """Belongs to the node's loop."""

    def __init__(self, ground: Ground, kept: KeptFeeds, looking: SiteLooker) -> None:
        self._clock = ground.shells.clock
        self._tasks = ground.beside
        self._kept = kept
        self._looking = looking

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(WebFeeds, self.list_all),
            in_loop(FollowWebFeed, self.follow),
            in_loop(UnfollowWebFeed, self.unfollow),
            in_loop(LookAtWebFeeds, self.look),
            in_loop(Articles, self.articles),
            in_loop(TakeOpml, self.take_opml),
            in_loop(GiveOpml, self.give_opml),
        )

    def list_all(self, _: WebFeeds) -> WebFeedList:
        views = [self._view(url) for url in self._kept.urls().values()]
        views.sort(key=lambda view: (view.title.casefold(), view.url))
        return WebFeedList(web_feeds=tuple(views))

    async def follow(self, ask: FollowWebFeed) -> FollowedWebFeed:
        """Raises UserError, PassingError: nothing is followed that was not before."""
        url = parse_address(ask.url)
        others: list[str] = []
        looked: SiteAnswer | None = None
        if key_of(url) not in self._kept.urls():
            looked = await self._fetched(url)
            if looked.found.is_page:
                url, *others = self._offered(looked)
                looked = None if key_of(url) in self._kept.urls() else await self._fetched(url)
        if looked is not None and key_of(looked.answer.moved) in self._kept.urls():
            url, looked = looked.answer.moved, None  # it moved to where it is followed
        if looked is None:
            return FollowedWebFeed(web_feed=self._view(url), already=True, others=tuple(others))
        if (trouble := trouble_of(url, looked)) is not None:
            raise UserError(trouble)
        self._kept.follow([url])
        answer = looked.answer
        now, changes = with_news(
            KnownFeed(),
            looked.found,
            self._clock.now_ms(),
            etag=answer.etag,
            modified=answer.modified,
        )
        await self._kept.save(key_of(url), now, changes)
        return FollowedWebFeed(web_feed=self._view(url), already=False, others=tuple(others))

    async def unfollow(self, ask: UnfollowWebFeed) -> WebFeedList:
        """Raises UserError: it is not followed; PassingError: all is as it was."""
        url = parse_address(ask.url)
        if key_of(url) not in self._kept.urls():
            raise UserError(sentences.NO_SUCH_SITE(url=ask.url))
        await self._kept.unfollow(url)
        return self.list_all(WebFeeds())

    async def look(self, _: LookAtWebFeeds) -> WebFeedList:
        """Answers soon; what is slow goes on beside."""
        work = self._tasks.spawn(self._looking.look_again())
        done, _late = await asyncio.wait({work}, timeout=LOOK_ANSWERED_WITHIN_S)
        for each in done:
            each.result()
        return self.list_all(WebFeeds())

    async def articles(self, ask: Articles) -> ArticleList:
        """Raises UserError: that is no place, or the feed is not followed."""
        urls = self._kept.urls()
        keys = [key_of(parse_address(ask.url))] if ask.url else list(urls)
        if any(key not in urls for key in keys):
            raise UserError(sentences.NO_SUCH_SITE(url=ask.url))
        places = self._kept.places(keys)
        if ask.before:
            after = _parse_place(ask.before)
            places = [place for place in places if place > after]
        shown = places[: ask.limit]
        found = await self._kept.articles(shown)
        return ArticleList(
            articles=tuple(self._shown(urls[place[1]], place, each) for place, each in found),
            next=_format_place(shown[-1]) if len(places) > len(shown) else None,
        )

    async def take_opml(self, ask: TakeOpml) -> TakenOpml:
        """Raises UserError: it is no OPML; PassingError: all is as it was."""
        outlines = await asyncio.to_thread(read_opml, ask.opml)
        good, bad = _sorted_out(outlines)
        followed = self._kept.urls()
        new = {url: title for url, title in good.items() if key_of(url) not in followed}
        taken = dict(list(new.items())[: WEB_FEEDS_MAX - len(followed)])
        if taken:
            self._kept.follow(list(taken))
        for url, title in taken.items():
            await self._kept.save(key_of(url), KnownFeed(title=title))
        there, beyond = len(good) - len(new), len(new) - len(taken)
        return TakenOpml(
            followed=len(taken),
            there=there,
            refused=len(bad),
            beyond=beyond,
            sentence=_told(len(taken), there, bad, beyond),
        )

    def give_opml(self, _: GiveOpml) -> Opml:
        views = self.list_all(WebFeeds()).web_feeds
        listed = [(view.url, view.title) for view in views]
        return Opml(opml=opml(sentences.OPML_TITLE(), listed), count=len(listed))

    # --- inside ---

    async def _fetched(self, url: str) -> SiteAnswer:
        """What is at an address.  UserError: nothing that can be followed, and why."""
        try:
            looked = await self._looking.fetch(url)
        except RetryError as error:
            raise UserError(said_by(error)) from error
        if not looked.found.is_page and (trouble := trouble_of(url, looked)) is not None:
            raise UserError(trouble)
        return looked

    def _offered(self, looked: SiteAnswer) -> tuple[str, ...]:
        if not looked.found.offered:
            raise UserError(sentences.NO_FEED(host=host_of(looked.answer.url)))
        return looked.found.offered

    def _view(self, url: str) -> WebFeedView:
        known = self._kept.known(key_of(url))
        return WebFeedView(
            url=url,
            title=known.title or host_of(url),
            home_url=known.home_url,
            articles=len(known.articles),
            looked_ms=known.looked_ms,
            trouble=known.sentence,
            gone=known.gone,
            moved_from=known.moved_from,
        )

    def _shown(self, url: str, place: Place, article: FoundArticle) -> ArticleView:
        return ArticleView(
            web_feed=url,
            feed_title=self._view(url).title,
            time_ms=-place[0],
            title=article.title,
            text=article.text,
            cursor=_format_place(place),
            url=article.url,
            author=article.author,
        )


def _sorted_out(outlines: Sequence[Outline]) -> tuple[dict[str, str], list[str]]:
    """Addresses with their titles, each once; and what is no address of the web."""
    good: dict[str, str] = {}
    bad: list[str] = []
    for each in outlines:
        try:
            good.setdefault(parse_address(each.url), each.title)
        except UserError:
            bad.append(each.url)
    return good, bad


def _told(followed: int, there: int, bad: Sequence[str], beyond: int) -> str:
    told = [sentences.TAKEN(followed=followed)]
    if there:
        told.append(sentences.THERE_ALREADY(there=there))
    if bad:
        named = ", ".join(each[:80] for each in bad[:NAMED_MAX])
        told.append(sentences.LEFT_OUT(refused=len(bad), named=named))
    if beyond:
        told.append(sentences.NO_ROOM(beyond=beyond, most=WEB_FEEDS_MAX))
    return joined(told)


def _format_place(place: Place) -> str:
    return f"{-place[0]}-{place[1].hex()}-{place[2].hex()}"


def _parse_place(text: str) -> Place:
    """Raises UserError."""
    parts = text.split("-")
    try:
        time_ms, *keys = parts
        first, second = (bytes.fromhex(each) for each in keys)
    except ValueError as error:
        raise UserError(sentences.BAD_PLACE(what=text)) from error
    is_time = time_ms.isascii() and time_ms.isdigit() and len(time_ms) <= _TIME_DIGITS
    if not is_time or (len(first), len(second)) != (KEY_BYTES, KEY_BYTES):
        raise UserError(sentences.BAD_PLACE(what=text))
    return -int(time_ms), first, second
