"""What a fake desk answers of posts: those written, those shown, those found."""

from typing import Final

from msgspec.structs import replace
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.input_sentences import KEY_OF_ANOTHER, SAID_BEFORE
from swarmfeed.core.asks.limits import NEWER_COUNTED
from swarmfeed.core.asks.posts import (
    REPLIES,
    FoundPosts,
    HowManyReplies,
    NamedPosts,
    NewerThan,
    NewPosts,
    Posts,
    PostView,
    SearchPosts,
    ShowPost,
    ThreadSize,
    ThreadView,
    Timeline,
    found_of,
    page_of,
    ref_text,
)
from swarmfeed.core.asks.writing import (
    ImportPosts,
    ImportReport,
    WritePost,
    clean_language,
    clean_text,
    warning_of,
)
from swarmfeed.core.base.limits import SEARCH_COUNT_MAX
from swarmfeed.core.feed.matching import matches
from swarmfeed.core.words.query import parse_query
from swarmfeed.errors import SaidBeforeError, UserError

from street.fakes.finding import called_among, written_of
from street.fakes.reactions import quoted_of
from street.fakes.table import Rows
from street.fakes.threads import size_of, thread_of
from street.fakes.world import FakeWorld


def write(desk: FakeWorld, ask: WritePost) -> PostView:
    answered = desk.find_post(ask.reply_to) if ask.reply_to else None
    parent, text = answered.ref if answered else None, clean_text(ask.text)
    if done := desk.once.get(ask.key):
        if (done.text, done.reply_to) != (text, parent):
            raise UserError(KEY_OF_ANOTHER())
        return done
    own = [(each.text, each.reply_to) for each in desk.posts if each.author_id == desk.me]
    if not ask.again and own[-1:] == [(text, parent)]:
        raise SaidBeforeError(SAID_BEFORE())
    audience = desk.circles.words(ask.to) if ask.to else ""
    quote = desk.find_post(ask.quote) if ask.quote else None
    cw, lang = warning_of(ask.cw, answered), clean_language(ask.lang)
    desk.changed.append("publish_post")
    desk.now_ms += 1_000
    post = desk.add_post(desk.me, text, reply_to=parent)
    desk.posts[-1] = post = replace(
        post,
        audience=audience,
        cw=cw,
        lang=lang.lower(),
        quotes=quote.ref if quote else None,
        quoted=quoted_of(quote) if quote else None,
    )
    if ask.key:
        desk.once[ask.key] = post
    return post


def timeline(desk: FakeWorld, ask: Timeline) -> Posts:
    chosen = _home_posts(desk)
    if ask.author is not None:
        chosen = [post for post in desk.posts if post.author_id == ask.author]
        if ask.kind == REPLIES:
            chosen = [post for post in chosen if post.reply_to]
    return page_of(_newest(chosen, ask.limit, ask.before), ask.limit)


def newer_than(desk: FakeWorld, ask: NewerThan) -> NewPosts:
    count = sum(post.cursor > ask.after for post in _home_posts(desk))
    return NewPosts(count=min(count, NEWER_COUNTED), more=count >= NEWER_COUNTED)


def search(desk: FakeWorld, ask: SearchPosts) -> FoundPosts:
    query = parse_query(ask.words)
    names = {post.author_id: post.author_name for post in desk.posts}
    called = called_among(names, {post.ref.feed_id: post.author_id for post in desk.posts})
    found = [post for post in desk.posts if matches(query, written_of(post), called)]
    count = min(len(found), SEARCH_COUNT_MAX + 1)
    shown = _newest(found, ask.limit, ask.before)
    return found_of(shown, ask.limit, count, best_first=query.best_first)


def show(desk: FakeWorld, ask: ShowPost) -> ThreadView:
    start = desk.find_post(ask.start) if ask.start else None
    return thread_of(desk.posts, desk.find_post(ask.ref), ask, start)


def how_many_replies(desk: FakeWorld, ask: HowManyReplies) -> ThreadSize:
    return size_of(desk.posts, desk.find_post(ask.ref))


def named_posts(desk: FakeWorld, ask: NamedPosts) -> Posts:
    names = ask.refs.split(",")
    found = [post for post in desk.posts if {post.id, ref_text(post.ref)} & set(names)]
    return Posts(posts=tuple(found), next=None)


def import_posts(desk: FakeWorld, ask: ImportPosts) -> ImportReport:
    desk.changed.append("import_posts")
    known = {(post.time_ms, post.text) for post in desk.posts}
    fresh = [one for one in ask.posts if one[:2] not in known]
    for time_ms, text, _ in fresh:
        desk.add_post(desk.me, text, time_ms)
    already = len(ask.posts) - len(fresh)
    return ImportReport(read=len(ask.posts), imported=len(fresh), already_there=already)


def _home_posts(desk: FakeWorld) -> list[PostView]:
    shown = {a.author_id for a in desk.authors.values() if a.is_self or a.followed}
    return [post for post in desk.posts if post.author_id in shown]


def _newest(posts: list[PostView], limit: int, before: Cursor | None) -> list[PostView]:
    wanted = [post for post in posts if before is None or post.cursor < before]
    return sorted(wanted, key=lambda post: post.cursor, reverse=True)[:limit]


POSTS: Final[Rows] = {
    WritePost: write,
    ImportPosts: import_posts,
    Timeline: timeline,
    NewerThan: newer_than,
    SearchPosts: search,
    ShowPost: show,
    HowManyReplies: how_many_replies,
    NamedPosts: named_posts,
}
