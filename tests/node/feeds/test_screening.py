"""Blocks, word filters, lists and bookmarks, between neighbours."""

from collections.abc import Collection
from pathlib import Path
from typing import TypeVar

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.blocking import Block, BlockAll, Unblock, WhoIsBlocked
from swarmfeed.core.asks.bookmarks import AddBookmark, Bookmarks, RemoveBookmark
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.filter_sentences import UNBLOCK_FIRST
from swarmfeed.core.asks.filters import ListFilters, RemoveFilter, SetFilter
from swarmfeed.core.asks.limits import NEWER_COUNTED
from swarmfeed.core.asks.notifications import CountUnread, Notifications
from swarmfeed.core.asks.people import AboutAuthor, Follow, FollowAll
from swarmfeed.core.asks.people_lists import (
    AddToList,
    CreateList,
    ListTimeline,
    PeopleLists,
    RemoveList,
    RenameList,
    ShowLists,
    TakeFromList,
)
from swarmfeed.core.asks.posts import (
    NewerThan,
    NewPosts,
    Posts,
    SearchPosts,
    ShowPost,
    Timeline,
    ref_text,
)
from swarmfeed.core.asks.reactions import Like
from swarmfeed.core.asks.withdrawing import Withdraw
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.state.rows import PrivateRow
from swarmfeed.errors import UserError
from swarmfeed.ports.known import KnownAuthor

A = TypeVar("A")
DAY_S = 24 * 3_600


async def ask(of: Neighbour, question: Ask[A]) -> A:
    return await of.running.ground.answering.answer(question)


def words(page: Posts) -> list[str]:
    return [post.text for post in page.posts]


def test_nothing_of_who_is_blocked_stands_beside_posts_of_others(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, ben = await street.move_in(), await street.move_in()
        await ben.say("harm")
        await me.follow(ben)
        await street.until(lambda: len(me.reads(ben.author_id)) == 1, within_s=60)
        (harm,) = me.index.author_posts(ben.author_id, 1, None)
        of = ref_text(harm.ref)
        for post in (WritePost(text="so bad", quote=of), WritePost(text="no", reply_to=of)):
            await ask(me, post)
        await ask(me, Block(who=format_author(ben.author_id)))
        answer, quote = (await ask(me, Timeline())).posts
        assert answer.answers is not None
        assert quote.quoted is not None
        assert (answer.answers.state, answer.answers.words) == ("unshown", "")
        assert (quote.quoted.state, quote.quoted.text) == ("unshown", "")
        assert (await ask(me, ShowPost(ref=quote.id))).post.quoted == quote.quoted
        assert (await ask(me, ShowPost(ref=answer.id))).ancestors == ()
        assert (await ask(me, ShowPost(ref=of))).post.text == "harm"

    in_neighbourhood(tmp_path, scenario)


def test_notices_show_no_more_than_other_pages(tmp_path: Path) -> None:
    """Words are covered there, too, and nothing of who is blocked stands beside others."""

    async def scenario(street: Neighbourhood) -> None:
        me, ben, cleo = [await street.move_in() for _ in range(3)]
        await cleo.say("harm")
        for one, other in ((me, cleo), (ben, cleo), (me, ben), (ben, me)):
            await one.follow(other)
        await street.until(lambda: bool(ben.reads(cleo.author_id)), within_s=200)
        await street.until(lambda: bool(me.reads(cleo.author_id)), within_s=200)
        (harm,) = me.index.author_posts(cleo.author_id, 1, None)
        of = ref_text(harm.ref)
        mine = await ask(me, WritePost(text="so bad", quote=of))
        await street.until(lambda: bool(ben.reads(me.author_id)), within_s=200)
        await ask(ben, Like(ref=ref_text(mine.ref)))
        text = f"{format_author(me.author_id)}, an election"
        theirs = await ask(ben, WritePost(text=text, quote=of))
        await street.until(lambda: bool(me.reads(ben.author_id)), within_s=200)
        await street.until(lambda: bool(me.index.reactors(mine.ref)), within_s=200)

        await ask(me, SetFilter(words="election", hides=False))
        await ask(me, AddBookmark(ref=ref_text(theirs.ref)))
        await ask(me, Block(who=format_author(cleo.author_id)))
        for only_new in (False, True):
            found = await ask(me, Notifications(unread=only_new))
            (told,) = [each.post for each in found.notifications]
            assert (told.filtered, told.bookmarked) == ("election", True)
            (liked,) = [each.post for each in found.regards if each.post is not None]
            for each in (told, liked):
                assert each.quoted is not None
                assert (each.quoted.state, each.quoted.text) == ("unshown", "")
        await ask(me, SetFilter(words="election", hides=True))
        assert (await ask(me, Notifications())).notifications == ()

    in_neighbourhood(tmp_path, scenario)


def test_of_who_is_blocked_nothing_is_shown_or_taken(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, ben = await street.move_in(), await street.move_in()
        await me.say("a question")
        await ben.follow(me)
        await me.follow(ben)
        (asked,) = ben.index.author_posts(me.author_id, 1, None)
        await ben.running.feeds.writer.publish_post("an answer", asked.ref)
        await street.until(lambda: len(me.reads(ben.author_id)) == 1, within_s=60)
        assert (await ask(me, CountUnread())).count == 2, "the answer, and that they follow"
        who = format_author(ben.author_id)
        view = await ask(me, Block(who=who))
        assert (view.blocked, view.followed, view.muted) == (True, False, False)
        assert words(await ask(me, Timeline())) == ["a question"]
        assert (await ask(me, NewerThan(after=Cursor(0, 0)))).count == 1
        assert (await ask(me, SearchPosts(words="answer"))).posts == ()
        assert (await ask(me, ShowPost(ref=asked.id))).replies == ()
        assert (await ask(me, Notifications())).notifications == ()
        assert (await ask(me, CountUnread())).count == 0
        # Who opens their page sees it, and knows why it is nowhere else.
        assert words(await ask(me, Timeline(author=ben.author_id))) == ["an answer"]
        await me.stop()
        await me.start()
        (known,) = (await ask(me, WhoIsBlocked())).authors
        assert known.author_id == ben.author_id
        assert not (await ask(me, Unblock(who=who))).blocked
        assert (await ask(me, SearchPosts(words="answer"))).count == 1
        with pytest.raises(UserError):
            await ask(me, Block(who=format_author(me.author_id)))

    in_neighbourhood(tmp_path, scenario)


def test_who_is_blocked_is_not_followed_before_that_ends(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, ben, cleo = [await street.move_in() for _ in range(3)]
        address = format_author(ben.author_id)
        await ask(me, Block(who=address))
        with pytest.raises(UserError, match="unblock them first"):
            await ask(me, Follow(who=address))
        told = await ask(me, FollowAll(who=(address, format_author(cleo.author_id))))
        assert told.authors == (cleo.author_id,)
        assert [each.reason for each in told.passed] == [UNBLOCK_FIRST()]
        await ask(me, Unblock(who=address))
        assert (await ask(me, Follow(who=address))).followed

    in_neighbourhood(tmp_path, scenario)


def test_a_list_of_blocked_people_is_taken_over(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, ben, cyd = [await street.move_in() for _ in range(3)]
        await me.follow(ben)
        named = tuple(format_author(each.author_id) for each in (ben, cyd, me))
        await ask(me, Block(who=named[1]))
        done = await ask(me, BlockAll(who=(*named, "no link")))
        assert (done.blocked, done.already, len(done.passed)) == (1, 1, 2)
        assert not (await ask(me, AboutAuthor(author=ben.author_id))).followed
        assert len((await ask(me, WhoIsBlocked())).authors) == 2

    in_neighbourhood(tmp_path, scenario)


def test_words_are_left_out_or_covered_until_their_filter_ends(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        for text in ("Football tonight", "a cat", "the ÉLECTION is near"):
            await ask(me, WritePost(text=text))
        await ask(me, SetFilter(words="football", days=1))
        kept = await ask(me, SetFilter(words=" election  is ", hides=False))
        assert [(each.words, each.hides) for each in kept.filters] == [
            ("election is", False),
            ("football", True),
        ]
        page = await ask(me, Timeline())
        assert sorted(words(page)) == ["a cat", "the ÉLECTION is near"]
        assert {each.text: each.filtered for each in page.posts}["a cat"] == ""
        assert [each.filtered for each in page.posts if each.filtered] == ["election is"]
        assert (await ask(me, NewerThan(after=Cursor(0, 0)))).count == 2
        assert (await ask(me, SearchPosts(words="tonight"))).posts == ()
        assert len((await ask(me, Timeline(author=me.author_id))).posts) == 3
        street.clock.advance((DAY_S + 1) * 1_000)
        assert [each.words for each in (await ask(me, ListFilters())).filters] == [
            "election is"
        ]
        assert len(words(await ask(me, Timeline()))) == 3
        assert (await ask(me, RemoveFilter(words="election is"))).filters == ()
        for wrong in (
            SetFilter(words=" ... "),
            SetFilter(words="w" * 101),
            SetFilter(words="x", days=-1),
            SetFilter(words="x", seconds=-1),
            SetFilter(words="x", until_ms=1),
            SetFilter(words="x", title="t" * 201),
            RemoveFilter(words="never there"),
        ):
            with pytest.raises(UserError):
                await ask(me, wrong)

    in_neighbourhood(tmp_path, scenario)


def test_filters_that_belong_together_have_a_title_until_they_go(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        now_ms = me.running.ground.shells.clock.now_ms()
        await ask(me, SetFilter(words="beetles", title=" Small  animals ", seconds=90))
        (made,) = (await ask(me, ListFilters())).filters
        assert (made.title, made.until_ms) == ("Small animals", now_ms + 90_000)
        again = await ask(me, SetFilter(words="beetles", until_ms=now_ms + 60_000))
        assert [(each.title, each.until_ms) for each in again.filters] == [
            ("Small animals", now_ms + 60_000)
        ]
        await me.stop()
        await me.start()
        assert (await ask(me, ListFilters())).filters == again.filters
        assert (await ask(me, SetFilter(words="beetles", title=""))).filters[0].title == ""
        await ask(me, SetFilter(words="beetles", title="Small animals"))
        await ask(me, RemoveFilter(words="beetles"))
        assert (await ask(me, SetFilter(words="beetles"))).filters[0].title == ""

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A252")
def test_what_another_device_wrote_in_a_filter_s_place_is_passed_over(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        await ask(me, WritePost(text="a cat"))
        odd = ((b"cat", b"hide x"), (b"\xff", b"hide 0"), (b"cat", b"hide " + b"9" * 40))
        for number, (key, value) in enumerate(odd):
            row = PrivateRow(
                scope="filter", key=key, value=value, time_ms=number, device=me.feed_id
            )
            me.running.ground.private.merge([row])
        assert words(await ask(me, Timeline())) == ["a cat"]

    in_neighbourhood(tmp_path, scenario)


def test_a_list_has_a_timeline_of_its_people_followed_or_not(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, ben = await street.move_in(), await street.move_in()
        await ben.say("sung by Ben")
        await me.follow(ben)
        await street.until(lambda: len(me.reads(ben.author_id)) == 1, within_s=60)
        await ask(me, WritePost(text="mine"))
        who = format_author(ben.author_id)

        def told(found: PeopleLists) -> list[tuple[str, int]]:
            return [(each.called, len(each.people)) for each in found.lists]

        assert told(await ask(me, CreateList(called=" Choir "))) == [("Choir", 0)]
        assert words(await ask(me, ListTimeline(called="choir"))) == []
        assert told(await ask(me, AddToList(called="Choir", who=who))) == [("Choir", 1)]
        assert words(await ask(me, ListTimeline(called="Choir"))) == ["sung by Ben"]
        assert told(await ask(me, RenameList(called="Choir", to="Chor"))) == [("Chor", 1)]
        with pytest.raises(UserError):
            await ask(me, CreateList(called="CHOR"))
        with pytest.raises(UserError):
            await ask(me, ListTimeline(called="Choir"))
        await me.stop()
        await me.start()
        assert told(await ask(me, ShowLists())) == [("Chor", 1)]
        (author,) = (await ask(me, ShowLists())).lists[0].people
        alone = await ask(me, AboutAuthor(author=ben.author_id))
        assert (author.author_id, author.name) == (ben.author_id, alone.name)
        assert author.followed and author.entries_held == alone.entries_held > 0
        assert told(await ask(me, TakeFromList(called="Chor", who=who))) == [("Chor", 0)]
        assert told(await ask(me, RemoveList(called="Chor"))) == []

    in_neighbourhood(tmp_path, scenario)


def test_bookmarks_are_kept_and_those_gone_are_counted(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        posts = [await ask(me, WritePost(text=f"post {n}")) for n in range(3)]
        for post in posts:
            street.clock.advance(1_000)
            assert (await ask(me, AddBookmark(ref=ref_text(post.ref)))).bookmarked
        await ask(me, AddBookmark(ref=posts[0].id))
        assert all(each.bookmarked for each in (await ask(me, Timeline())).posts)
        await me.stop()
        await me.start()
        first = await ask(me, Bookmarks(limit=2))
        assert [each.text for each in first.posts] == ["post 2", "post 1"]
        assert (first.count, first.missing, first.next) == (3, 0, 2)
        await ask(me, Withdraw(ref=posts[1].id))
        assert not (await ask(me, RemoveBookmark(ref=posts[2].id))).bookmarked
        left = await ask(me, Bookmarks())
        assert [each.text for each in left.posts] == ["post 0"]
        assert (left.count, left.missing, left.next) == (2, 1, None)

    in_neighbourhood(tmp_path, scenario)


def test_all_that_wait_are_held_against_filters_not_the_newest_alone(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        await me.say_many(5, "football")
        await me.say_many(300, "a cat")
        await ask(me, SetFilter(words="football", days=1))
        assert await ask(me, NewerThan(after=Cursor(0, 0))) == NewPosts(count=300)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_of_very_many_that_wait_a_thousand_are_counted_and_there_may_be_more(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        await me.say_many(NEWER_COUNTED + 5, "cat number")
        await ask(me, SetFilter(words="1003", days=1))
        new = await ask(me, NewerThan(after=Cursor(0, 0)))
        assert new == NewPosts(count=NEWER_COUNTED - 1, more=True)

    in_neighbourhood(tmp_path, scenario)


def test_lists_ask_once_whom_the_person_follows_however_many_are_in_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        index = me.running.ground.shells.index
        for called in ("Choir", "Work"):
            await ask(me, CreateList(called=called))
            for number in range(1, 21):
                who = format_author(AuthorId(bytes([number]) * 32))
                await ask(me, AddToList(called=called, who=who))
        asked, named = list[AuthorId](), list[int]()
        follows_of, authors = index.follows_of, index.authors

        def whom_they_follow(author_id: AuthorId) -> list[AuthorId]:
            asked.append(author_id)
            return follows_of(author_id)

        def who_they_are(wanted: Collection[AuthorId]) -> dict[AuthorId, KnownAuthor]:
            named.append(len(wanted))
            return authors(wanted)

        monkeypatch.setattr(index, "follows_of", whom_they_follow)
        monkeypatch.setattr(index, "authors", who_they_are)
        found = (await ask(me, ShowLists())).lists
        assert [len(each.people) for each in found] == [20, 20]
        assert (asked, named) == ([me.author_id], [20]), "who is in both is looked up once"

    in_neighbourhood(tmp_path, scenario)
