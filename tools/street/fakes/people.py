"""What a fake desk answers of people: who they are, and who is followed or muted."""

from typing import Final

from msgspec.structs import replace
from swarmfeed.core.asks import size_sentences
from swarmfeed.core.asks.muting import (
    Mute,
    Muted,
    MutedThread,
    MutedThreads,
    MuteThread,
    NamesOfMuted,
    Unmute,
    UnmuteThread,
    WhichAreMuted,
    WhichThreadsAreMuted,
    WhoIsMuted,
)
from swarmfeed.core.asks.notes import SetNote, clean_note
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
    Namesake,
    Namesakes,
    Unfollow,
    Whoami,
    WhoAreYou,
    WhoIsCalled,
    WhoIsFollowed,
    follows_page,
    read_links,
)
from swarmfeed.core.asks.posts import first_words, ref_text
from swarmfeed.core.asks.state_sentences import THAT_IS_YOU
from swarmfeed.core.asks.suggesting import DismissSuggestion, Suggestions, WhoIsSuggested
from swarmfeed.core.base.address import Link, format_link, parse_link
from swarmfeed.core.base.limits import NAME_CHARS_MAX
from swarmfeed.core.base.types import Endpoint, EntryRef, NodeId
from swarmfeed.core.feed.head import verifier_key
from swarmfeed.core.words.folding import name_key
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.threads import Threads

from street.fakes.samples import key
from street.fakes.table import Rows
from street.fakes.threads import ListedPosts
from street.fakes.world import FakeWorld


def whoami(desk: FakeWorld, _: WhoAreYou) -> Whoami:
    name = desk.authors[desk.me].name
    link = Link(desk.me, name[:NAME_CHARS_MAX], (Endpoint("127.0.0.1", 4711),))
    return Whoami(
        author_id=desk.me,
        name=name,
        link=format_link(link),
        node_id=NodeId(key("node of " + name)),
        verifier_key=verifier_key(desk.feed_of(desk.me)),
    )


def suggested(desk: FakeWorld, ask: WhoIsSuggested) -> Suggestions:
    return Suggestions(people=desk.suggested[: ask.limit])


def dismiss(desk: FakeWorld, ask: DismissSuggestion) -> Suggestions:
    gone = parse_link(ask.who).author_id
    desk.suggested = tuple(each for each in desk.suggested if each.author_id != gone)
    return suggested(desk, WhoIsSuggested())


def about(desk: FakeWorld, ask: AboutAuthor) -> AuthorView:
    return desk.author(ask.author)


def followed(desk: FakeWorld, ask: WhoIsFollowed) -> Followed:
    follows = {each.author_id: each for each in desk.authors.values() if each.followed}
    named = [(author_id, each.name) for author_id, each in follows.items()]
    chosen, found, following = follows_page(named, ask)
    return Followed(
        authors=tuple(follows[each] for each in chosen),
        count=len(follows),
        found=found,
        next=following,
    )


def called(desk: FakeWorld, ask: WhoIsCalled) -> Namesakes:
    wanted = name_key(ask.called)
    return Namesakes(
        people=tuple(
            Namesake(
                author_id=each.author_id,
                name=each.name,
                is_self=each.is_self,
                followed=each.followed,
            )
            for each in sorted(desk.authors.values(), key=lambda each: not each.followed)
            if name_key(each.name) == wanted
        )
    )


def follow(desk: FakeWorld, ask: Follow) -> AuthorView:
    return _set_followed(desk, ask.who, True, "follow")


def follow_all(desk: FakeWorld, ask: FollowAll) -> FollowedNow:
    links, passed = read_links(ask.who)
    wanted = {each.author_id: each for each in links}
    new = [each for each in wanted if not desk.author(each).followed]
    for author_id in new:
        _set_followed(desk, format_link(wanted[author_id]), True, "follow")
    already = len(wanted) - len(new)
    return FollowedNow(authors=tuple(new), already=already, passed=tuple(passed))


def unfollow(desk: FakeWorld, ask: Unfollow) -> AuthorView:
    return _set_followed(desk, ask.who, False, "unfollow")


def _set_followed(desk: FakeWorld, who: str, followed: bool, what: str) -> AuthorView:
    link = parse_link(who)
    if link.author_id == desk.me:
        raise UserError("That is you.")
    desk.changed.append(what)
    author = replace(desk.author(link.author_id), followed=followed)
    desk.authors[link.author_id] = replace(author, name=author.name or link.name)
    return desk.authors[link.author_id]


def mute(desk: FakeWorld, ask: Mute) -> AuthorView:
    return _set_muted(desk, ask.who, True, "mute")


def unmute(desk: FakeWorld, ask: Unmute) -> AuthorView:
    return _set_muted(desk, ask.who, False, "unmute")


def muted(desk: FakeWorld, _: WhoIsMuted) -> Muted:
    return Muted(authors=tuple(each for each in desk.authors.values() if each.muted))


def _set_muted(desk: FakeWorld, who: str, muted: bool, what: str) -> AuthorView:
    author_id = parse_link(who).author_id
    if author_id == desk.me:
        raise UserError(THAT_IS_YOU())
    desk.changed.append(what)
    desk.authors[author_id] = replace(desk.author(author_id), muted=muted)
    return desk.authors[author_id]


def set_note(desk: FakeWorld, ask: SetNote) -> AuthorView:
    author_id, text = parse_link(ask.who).author_id, clean_note(ask.text)
    desk.changed.append("set-note")
    desk.authors[author_id] = replace(desk.author(author_id), note=text)
    return desk.authors[author_id]


def muted_threads(desk: FakeWorld, _: WhichThreadsAreMuted) -> MutedThreads:
    return MutedThreads(
        threads=tuple(
            MutedThread(
                ref=post.ref,
                since_ms=desk.now_ms,
                author_name=post.author_name,
                words=first_words(post.text, post.cw),
            )
            for ref in reversed(desk.muted_threads)
            for post in [desk.find_post(ref_text(ref))]
        )
    )


def mute_thread(desk: FakeWorld, ask: MuteThread) -> MutedThreads:
    desk.changed.append("mute-thread")
    desk.muted_threads += (_above_all(desk, ask.ref),)
    return muted_threads(desk, WhichThreadsAreMuted())


def unmute_thread(desk: FakeWorld, ask: UnmuteThread) -> MutedThreads:
    desk.changed.append("unmute-thread")
    top = _above_all(desk, ask.ref)
    desk.muted_threads = tuple(each for each in desk.muted_threads if each != top)
    return muted_threads(desk, WhichThreadsAreMuted())


def which_are_muted(desk: FakeWorld, ask: WhichAreMuted) -> NamesOfMuted:
    names = ask.refs.split(",") if desk.muted_threads else []
    return NamesOfMuted(
        refs=tuple(each for each in names if _above_all(desk, each) in desk.muted_threads)
    )


def _above_all(desk: FakeWorld, ref: str) -> EntryRef:
    """What stands above all in a thread."""
    return Threads(ListedPosts(desk.posts)).chain(desk.find_post(ref))[-1]


def look_at(desk: FakeWorld, ask: LookAt) -> Cost:
    author = desk.author(parse_link(ask.who).author_id)
    unpacked_bytes = author.entry_count * 100
    return Cost(
        author_id=author.author_id,
        entry_count=author.entry_count,
        bytes_total=author.entry_count * 56,
        unpacked_bytes=unpacked_bytes,
        exact=True,
        held_by=2,
        sentences=size_sentences.what_it_would_take(
            entries=author.entry_count,
            size_bytes=author.entry_count * 56,
            unpacked_bytes=unpacked_bytes,
            exact=True,
            held_by=2,
            budget_bytes=10**9,
        ),
    )


def fetch(desk: FakeWorld, ask: Fetch) -> FetchProgress:
    author_id = parse_link(ask.who).author_id
    desk.changed.append("fetch")
    desk.authors.setdefault(author_id, desk.author(author_id))
    return how_far(desk, HowFar(author=author_id))


def how_far(desk: FakeWorld, ask: HowFar) -> FetchProgress:
    author = desk.author(ask.author)
    return FetchProgress(
        author_id=ask.author,
        name=author.name,
        entries_held=author.entries_held,
        entries_total=author.entry_count,
        bytes_held=author.bytes_held,
        bytes_total=author.entry_count * 56,
        holders=("127.0.0.1:4712",),
        done=author.entries_held == author.entry_count,
        searchable=True,
    )


PEOPLE: Final[Rows] = {
    WhoAreYou: whoami,
    AboutAuthor: about,
    WhoIsFollowed: followed,
    WhoIsSuggested: suggested,
    DismissSuggestion: dismiss,
    WhoIsCalled: called,
    Follow: follow,
    FollowAll: follow_all,
    Unfollow: unfollow,
    Mute: mute,
    Unmute: unmute,
    WhoIsMuted: muted,
    SetNote: set_note,
    MuteThread: mute_thread,
    UnmuteThread: unmute_thread,
    WhichThreadsAreMuted: muted_threads,
    WhichAreMuted: which_are_muted,
    LookAt: look_at,
    Fetch: fetch,
    HowFar: how_far,
}
