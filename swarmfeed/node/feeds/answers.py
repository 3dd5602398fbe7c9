"""What people ask about posts, people and feeds, and what they want done with them.

Each class answers some asks from the few parts it is given; ``rows`` lists them.
"""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress

from msgspec.structs import replace

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.feeds import AllTogether, FeedsOf, HeldFeeds, HowMuchIsHeld, OneFeed
from swarmfeed.core.asks.filter_sentences import UNBLOCK_FIRST
from swarmfeed.core.asks.input_sentences import THAT_IS_YOURSELF
from swarmfeed.core.asks.media_views import views_of
from swarmfeed.core.asks.network import KeepFound
from swarmfeed.core.asks.people import (
    AboutAuthor,
    AuthorView,
    Cost,
    Fetch,
    FetchProgress,
    Follow,
    FollowAll,
    Followed,
    FollowedNow,
    HowFar,
    LookAt,
    Passed,
    Unfollow,
    Whoami,
    WhoAreYou,
    WhoIsFollowed,
    follows_page,
    read_links,
)
from swarmfeed.core.asks.posts import PostView, place_in
from swarmfeed.core.asks.writing import (
    Beside,
    HowIsMyFeed,
    OwnFeed,
    WritePost,
    clean_language,
    warning_of,
)
from swarmfeed.core.base.address import Link, format_link, parse_link
from swarmfeed.core.base.types import AuthorId, EntryRef
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.head import verifier_key
from swarmfeed.core.feed.highwater import Ruling
from swarmfeed.core.feed.kinds import PostBody, decode_body
from swarmfeed.errors import MendingError, PassingError, UserError
from swarmfeed.node.feeds.carer import Carer
from swarmfeed.node.feeds.finder import Finder
from swarmfeed.node.feeds.looker import Looker
from swarmfeed.node.feeds.reading import Reading
from swarmfeed.node.feeds.showing import Showing
from swarmfeed.node.feeds.shown import Shown
from swarmfeed.node.feeds.status import Reporter
from swarmfeed.node.feeds.writer import Writer, find_post
from swarmfeed.node.ground.desk import Answers, in_loop, in_reader
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.interests import FETCHED
from swarmfeed.node.ground.private import BLOCK, MUTE, NOTE
from swarmfeed.node.ground.tasks import in_turns
from swarmfeed.ports import KnownAuthor


class Writing:
    """Posts, into the own feed."""

    def __init__(
        self, ground: Ground, writer: Writer, reading: Reading, showing: Showing
    ) -> None:
        self._shown = Shown(ground)
        self._logs = ground.shells.logs
        self._author_id = ground.identity.author_id
        self._pen = ground.pen
        self._writer = writer
        self._guests = ground.guests
        self._media = ground.media
        self._reading = reading
        self._showing = showing

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(WritePost, self.write),
            in_loop(KeepFound, self.keep_found),
            in_loop(HowIsMyFeed, self.own_feed),
        )

    async def write(self, ask: WritePost) -> PostView:
        answered = await self.parent(ask.reply_to) if ask.reply_to else None
        parent = answered.ref if answered else None
        beside = Beside(
            quote=(await self.parent(ask.quote)).ref if ask.quote else None,
            cw=warning_of(ask.cw, answered),
            lang=clean_language(ask.lang),
            attached=ask.media,
        )
        ref = await self._writer.publish_post(
            ask.text, parent, key=ask.key, again=ask.again, to=ask.to, beside=beside
        )
        return await self._written(ref, parent)

    async def _saved(self, ref: EntryRef) -> PostView | None:
        return await asyncio.to_thread(find_post, self._shown, ref)

    def own_feed(self, _: HowIsMyFeed) -> OwnFeed:
        verdict = self._pen.verdict()
        start, end = verdict.missing
        return OwnFeed(
            standing=(Ruling.ENDED if self._pen.is_removed else verdict.ruling).value,
            sentence=self._pen.trouble(verdict),
            missing_start=start,
            missing_end=end,
        )

    async def _written(self, ref: EntryRef, parent: EntryRef | None) -> PostView:
        return self._media.told(await self._as_written(ref, parent))

    async def _as_written(self, ref: EntryRef, parent: EntryRef | None) -> PostView:
        """A post that was just saved; from the log while the index does not have it."""
        post: PostView | None = None
        with suppress(PassingError, MendingError):
            post = await self._saved(ref)
        if post is None:
            await self._showing.mend()
        with suppress(PassingError, MendingError):
            post = post or await self._saved(ref)
        return await asyncio.to_thread(self._from_log, ref, parent) if post is None else post

    def _from_log(self, ref: EntryRef, parent: EntryRef | None) -> PostView:
        (stored,) = self._logs.read_entries(ref.feed_id, ref.index, ref.index + 1)
        entry = decode_entry(stored)
        body = decode_body(entry.kind, entry.body or b"")
        assert isinstance(body, PostBody), "the writer appends what was asked for"
        return PostView(
            author_id=self._author_id,
            author_name="",
            ref=ref,
            time_ms=entry.time_ms,
            text=body.text,
            cw=body.cw,
            lang=body.lang,
            quotes=body.quote,
            cursor=Cursor(entry.time_ms, ref.index),
            reply_to=parent,
            media=views_of(body.media),
        )

    async def keep_found(self, ask: KeepFound) -> PostView:
        """Raises UserError: it is neither here nor was it found lately."""
        return await self.parent(ask.ref)

    async def parent(self, name: str) -> PostView:
        """A post that is answered: one that is here, or was found in the network."""
        try:
            return await asyncio.to_thread(self._reading.find, name)
        except UserError:
            if not await self._let_in(name.strip()):
                raise
        return await asyncio.to_thread(self._reading.find, name)

    async def _let_in(self, name: str) -> bool:
        place = place_in(name)
        if place is None:
            with suppress(ValueError):
                place = self._guests.place_of(bytes.fromhex(name))
        return place is not None and await self._guests.let_in(*place)


class AboutPeople:
    """Who somebody is, and how much of them is here."""

    def __init__(self, ground: Ground, reporter: Reporter, showing: Showing) -> None:
        self._identity = ground.identity
        self._private = ground.private
        self._index = ground.shells.index
        self._media = ground.media
        self._introduction = ground.introduction
        self._layer = ground.layer
        self._reporter = reporter
        self._showing = showing

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_reader(WhoAreYou, self.whoami),
            in_loop(AboutAuthor, self.about),
            in_loop(WhoIsFollowed, self.followed),
            in_loop(HowFar, self.how_far),
            in_loop(FeedsOf, self.feeds_of),
            in_loop(OneFeed, self.one_feed),
            in_loop(HowMuchIsHeld, self.how_much_is_held),
        )

    def whoami(self, _: WhoAreYou) -> Whoami:
        author_id = self._identity.author_id
        name = self._index.names([author_id]).get(author_id, "")
        # A supernode leads a newcomer in, and to who cannot be dialled.
        parents = (each.link for each in self._layer.parents)
        places = (*self._introduction.places(), *parents)
        return Whoami(
            author_id=author_id,
            name=name,
            link=format_link(Link(author_id, name, tuple(filter(None, places)))),
            node_id=self._identity.node_id,
            verifier_key=verifier_key(self._identity.feed_id),
        )

    async def about(self, ask: AboutAuthor) -> AuthorView:
        await self._showing.open(ask.author)
        follows = await asyncio.to_thread(self._follows)
        known = await asyncio.to_thread(self._known, ask.author)
        faces = await asyncio.to_thread(self._index.faces, [ask.author])
        face = faces.get(ask.author)
        fields = await asyncio.to_thread(self._index.profile_fields, [ask.author])
        view = self._view(ask.author, known, followed=ask.author in follows)
        # Of one: of three thousand it would take reading all that is held.
        return replace(
            view,
            unpacked_bytes=self._reporter.unpacked_bytes(ask.author),
            limit=self._reporter.limit(ask.author, known.name),
            missing=self._reporter.missing(ask.author),
            avatar=self._media.view(face.avatar if face else None),
            banner=self._media.view(face.banner if face else None),
            fields=fields.get(ask.author, ()),
        )

    async def followed(self, ask: WhoIsFollowed) -> Followed:
        follows = await asyncio.to_thread(self._follows)
        # Names are read only to look among them: of three thousand it takes a while.
        names = await asyncio.to_thread(self._index.names, follows) if ask.called else {}
        named = [(each, names.get(each, "")) for each in follows]
        chosen, found, following = follows_page(named, ask)
        views = await self._in_a_list(chosen, follows)
        return Followed(authors=views, count=len(follows), found=found, next=following)

    async def listed(self, authors: Sequence[AuthorId]) -> tuple[AuthorView, ...]:
        """The same of anybody."""
        return await self._in_a_list(authors, await asyncio.to_thread(self._follows))

    async def _in_a_list(
        self, authors: Sequence[AuthorId], follows: Collection[AuthorId]
    ) -> tuple[AuthorView, ...]:
        """People as they stand in a list: what takes reading all of one is left out."""
        followed = set(follows)
        known = await asyncio.to_thread(self._index.authors, authors)
        views = [
            self._view(each, known.get(each, KnownAuthor()), followed=each in followed)
            async for each in in_turns(authors)
        ]
        return tuple(views)

    def how_far(self, ask: HowFar) -> FetchProgress:
        return self._reporter.fetch_progress(ask.author)

    async def feeds_of(self, ask: FeedsOf) -> HeldFeeds:
        return HeldFeeds(feeds=await self._reporter.feeds_of(ask.author))

    async def one_feed(self, ask: OneFeed) -> HeldFeeds:
        return HeldFeeds(feeds=await self._reporter.feeds([ask.feed]))

    async def how_much_is_held(self, _: HowMuchIsHeld) -> AllTogether:
        return await self._reporter.together()

    def _known(self, author_id: AuthorId) -> KnownAuthor:
        return self._index.author(author_id) or KnownAuthor()

    def _follows(self) -> list[AuthorId]:
        return self._index.follows_of(self._identity.author_id)

    def _view(self, author_id: AuthorId, known: KnownAuthor, *, followed: bool) -> AuthorView:
        size = self._reporter.author_size(author_id)
        return AuthorView(
            author_id=author_id,
            name=known.name,
            bio=known.bio,
            is_self=author_id == self._identity.author_id,
            followed=followed,
            muted=author_id in self._private.names(MUTE),
            blocked=author_id in self._private.names(BLOCK),
            note=self._private.text(NOTE, author_id),
            entry_count=size.entries,
            entries_held=size.entries_held,
            post_count=known.post_count,
            namesake=known.namesake,
            bytes_held=size.bytes_held,
            forked=self._reporter.is_forked(author_id),
            disputed=self._reporter.is_disputed(author_id),
        )


class Following:
    """Whose posts are wanted here."""

    def __init__(
        self,
        ground: Ground,
        people: AboutPeople,
        finder: Finder,
        carer: Carer,
        looker: Looker,
    ) -> None:
        self._own_id = ground.identity.author_id
        self._private = ground.private
        self._people = people
        self._looker = looker
        self._finder = finder
        self._carer = carer

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(LookAt, self.look_at),
            in_loop(Follow, self.follow),
            in_loop(FollowAll, self.follow_all),
            in_loop(Unfollow, self.unfollow),
            in_loop(Fetch, self.fetch),
        )

    async def look_at(self, ask: LookAt) -> Cost:
        link = parse_link(ask.who)
        self._finder.given(link)
        return await self._looker.look_at(link.author_id, link.at)

    async def follow(self, ask: Follow) -> AuthorView:
        link = parse_link(ask.who)
        if link.author_id in self._private.names(BLOCK):
            raise UserError(UNBLOCK_FIRST())
        self._finder.given(link)
        await self._carer.follow(link.author_id)
        self._finder.followed.keep(link.author_id, link.at)
        return await self._people.about(AboutAuthor(author=link.author_id))

    async def follow_all(self, ask: FollowAll) -> FollowedNow:
        links, passed = await asyncio.to_thread(read_links, ask.who)
        reasons = {
            **dict.fromkeys(self._private.names(BLOCK), UNBLOCK_FIRST()),
            self._own_id: THAT_IS_YOURSELF(),
        }
        passed += [
            Passed(who=format_link(each), reason=reasons[each.author_id])
            for each in links
            if each.author_id in reasons
        ]
        links = [each for each in links if each.author_id not in reasons]
        self._finder.hint(endpoint for each in links for endpoint in each.at)
        wanted = dict.fromkeys(each.author_id for each in links)
        new = await self._carer.follow_all(list(wanted))
        already = len(wanted) - len(new)
        return FollowedNow(authors=tuple(new), already=already, passed=tuple(passed))

    async def unfollow(self, ask: Unfollow) -> AuthorView:
        author_id = parse_link(ask.who).author_id
        await self._carer.unfollow(author_id)
        return await self._people.about(AboutAuthor(author=author_id))

    async def fetch(self, ask: Fetch) -> FetchProgress:
        link = parse_link(ask.who)
        self._finder.given(link)
        await self._carer.care(link.author_id, FETCHED)
        return self._people.how_far(HowFar(author=link.author_id))
