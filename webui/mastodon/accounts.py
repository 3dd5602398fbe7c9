"""People: who one is, who others are, following, muting and blocking them."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from swarmfeed.core.asks.blocking import Block, Unblock, WhoIsBlocked
from swarmfeed.core.asks.circles import CircleView, ListCircles, RemoveReader
from swarmfeed.core.asks.in_short import PersonInShort, WhoFollowsWhom
from swarmfeed.core.asks.muting import Mute, Unmute, WhoIsMuted
from swarmfeed.core.asks.notes import SetNote
from swarmfeed.core.asks.people import Follow, Unfollow, WhoAreYou, WhoIsCalled, WhoIsFollowed
from swarmfeed.core.asks.people_lists import ShowLists
from swarmfeed.core.asks.posts import Timeline
from swarmfeed.core.asks.profile import ChangeProfile, WhatIsPinned
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.profile_field import ProfileField
from swarmfeed.errors import UserError

from webui.current import ask
from webui.mastodon import content, places, sentences
from webui.mastodon.endpoint import (
    ApiAnswer,
    ApiCall,
    Json,
    MissingError,
    get,
    params,
    patch,
    post,
)
from webui.mastodon.entities import (
    account,
    accounts,
    people,
    relationship,
    statuses,
    tags_of,
)
from webui.mastodon.ids import author_of, name_id, post_id
from webui.mastodon.limits import FAMILIAR_MAX, PEOPLE_MAX
from webui.mastodon.paging import PAGE_MAX, Paged, link, turn
from webui.mastodon.times import iso


def who(author_id: AuthorId) -> PersonInShort:
    return people([author_id])[author_id]


def me() -> PersonInShort:
    return who(ask(WhoAreYou()).author_id)


def counted(known: PersonInShort, *, called: str = "") -> Json:
    """An Account with the counts that are looked for when one person is shown."""
    around = ask(WhoFollowsWhom(author=known.author_id))
    newest = ask(Timeline(author=known.author_id, limit=1)).posts
    return {
        **account(known, called=called),
        "followers_count": len(around.followers),
        "following_count": len(around.follows),
        "last_status_at": iso(newest[0].time_ms)[:10] if newest else None,
    }


def credentials() -> Json:
    """GET /api/v1/accounts/verify_credentials"""
    known = me()
    return {
        **counted(known),
        "source": {
            "note": known.bio,
            "fields": [
                {"name": each.label, "value": each.text, "verified_at": None}
                for each in known.fields
            ],
            "privacy": "public",
            "sensitive": False,
            "language": None,
            "follow_requests_count": 0,
            "hide_collections": False,
            "discoverable": True,
            "indexable": True,
            "attribution_domains": [],
            "quote_policy": "public",
        },
        "role": {
            "id": "-99",
            "name": "",
            "color": "",
            "permissions": "0",
            "highlighted": False,
        },
    }


def tell_who() -> Json:
    """GET /oauth/userinfo (OpenID Connect Core, section 5.3)"""
    known = me()
    shown = account(known)
    return {
        "iss": f"{places.base()}/",
        "sub": shown["uri"],
        "name": known.name,
        "preferred_username": shown["username"],
        "profile": shown["url"],
        "picture": shown["avatar"],
    }


def update_credentials() -> Json:
    """PATCH /api/v1/accounts/update_credentials: name, note and fields."""
    asked = params()
    name = asked.text("display_name") if asked.has("display_name") else None
    note = asked.text("note") if asked.has("note") else None
    rows = asked.rows("fields_attributes")
    told = [ProfileField(each.get("name", ""), each.get("value", "")) for each in rows]
    if name is not None or note is not None or rows:
        fields = tuple(told) if rows else None
        ask(ChangeProfile(called=name, bio=note, fields=fields))
    return credentials()


def show(id: str) -> Json:
    return counted(who(author_of(id)))


def show_several() -> list[Json]:
    """GET /api/v1/accounts?id[]="""
    return accounts(author_of(each) for each in params().many("id")[:PEOPLE_MAX])


def look_up() -> Json:
    """GET /api/v1/accounts/lookup?acct="""
    found = by_handle(params().text("acct"))
    if found is None:
        raise MissingError("acct")
    called, known = found
    return counted(known, called=called)


def by_handle(text: str) -> tuple[str, PersonInShort] | None:
    """Who is meant by a handle, an address, a link, or the own short handle; and what they were
    called there."""
    if (named := content.read_acct(text)) is not None:
        called, author_id = named
        return called, who(author_id)
    own = me()
    typed = text.strip().removeprefix("@").lower()
    return ("", own) if typed == content.slug(own.name, own.author_id) else None


def relationships() -> list[Json]:
    """GET /api/v1/accounts/relationships?id[]="""
    ids = [author_of(each) for each in params().many("id")[:PEOPLE_MAX]]
    known = people(ids)
    return [relationship(known[each]) for each in ids]


def search() -> list[Json]:
    """GET /api/v1/accounts/search"""
    asked = params()
    return find(
        asked.text("q"), asked.number("limit", PAGE_MAX, PEOPLE_MAX), asked.flag("following")
    )


def find(words: str, limit: int, only_followed: bool = False) -> list[Json]:
    """People by a handle, by a part of a name among those one follows, or by a whole name."""
    typed = words.strip()
    if not typed:
        return []
    if (exact := by_handle(typed)) is not None:
        called, known = exact
        return [account(known, called=called)]
    called = typed.removeprefix("@")
    found = [each.author_id for each in ask(WhoIsFollowed(called=called, limit=limit)).authors]
    if not only_followed:
        found += [each.author_id for each in ask(WhoIsCalled(called=called)).people]
    return accounts(list(dict.fromkeys(found))[:limit])


def show_statuses(id: str) -> ApiAnswer:
    """GET /api/v1/accounts/:id/statuses"""
    author_id, asked = author_of(id), params()
    if asked.flag("pinned"):
        return ApiAnswer(statuses(ask(WhatIsPinned(author=author_id)).posts))

    def read(limit: int, before: Any) -> Any:
        page = ask(Timeline(author=author_id, limit=limit, before=before))
        return page.posts, page.next

    found, headers = turn(Paged(read=read, place=lambda each: each.cursor, id=post_id))
    tag = asked.text("tagged").lower()
    wanted = [
        each
        for each in found
        if not (asked.flag("only_media") and not each.media)
        and not (asked.flag("exclude_replies") and each.reply_to is not None)
        and not (tag and tag not in map(str.lower, tags_of(each.text)))
    ]
    return ApiAnswer(statuses(wanted), headers=headers)


def _list_people(
    listed: Callable[[AuthorId], Iterable[AuthorId]],
) -> Callable[..., ApiAnswer]:
    """The view of a list of people around somebody, in pages."""

    def show_people(id: str) -> ApiAnswer:
        return page_of_people(listed(author_of(id)))

    return show_people


def page_of_people(authors: Iterable[AuthorId]) -> ApiAnswer:
    """A page of people in the order of their ids; ``max_id`` is the last one of the page."""
    asked = params()
    limit, after = asked.number("limit", PAGE_MAX, PEOPLE_MAX), asked.text("max_id")
    ids = sorted(authors, key=format_author)
    ids = [each for each in ids if not after or format_author(each) > after]
    page = ids[:limit]
    headers = link([format_author(each) for each in page], more=len(ids) > limit)
    return ApiAnswer(accounts(page), headers=headers)


def _change(kind: type[Any]) -> Callable[[str], Json]:
    """The view of a wish about somebody."""

    def change(id: str) -> Json:
        author_id = author_of(id)
        ask(kind(who=format_author(author_id)))
        return relationship(who(author_id))

    return change


def note(id: str) -> Json:
    """POST /api/v1/accounts/:id/note: what the person writes down, for themselves."""
    author_id = author_of(id)
    ask(SetNote(who=format_author(author_id), text=params().text("comment")))
    return relationship(who(author_id))


def let_read_no_longer(id: str) -> Json:
    """POST /api/v1/accounts/:id/remove_from_followers: what is for everybody anybody can
    follow, so it takes them out of the circles they are in.

    Raises:
        UserError: They are in none, or it cannot be done now.
    """
    author_id = author_of(id)
    if not [each for each in ask(ListCircles()).own if _is_taken_out(author_id, each)]:
        raise UserError(sentences.NO_READER())
    return relationship(who(author_id))


def _is_taken_out(author_id: AuthorId, circle: CircleView) -> bool:
    """Take somebody out, if they are in it; returns whether they were."""
    is_in = author_id in {each.author_id for each in circle.people}
    if not is_in and circle.count == len(circle.people):
        return False
    try:
        ask(RemoveReader(who=format_author(author_id), circle=circle.name))
    except UserError:
        if is_in:
            raise
        return False  # of so many people not all are told
    return True


def familiar_followers() -> list[Json]:
    """GET /api/v1/accounts/familiar_followers: who of those one follows follows them."""
    mine = set(ask(WhoFollowsWhom(author=me().author_id)).follows)
    return [
        {
            "id": each,
            "accounts": accounts(
                one
                for one in ask(WhoFollowsWhom(author=author_of(each))).followers
                if one in mine
            ),
        }
        for each in params().many("id")[:FAMILIAR_MAX]
    ]


def lists_with(id: str) -> list[Json]:
    """GET /api/v1/accounts/:id/lists"""
    author_id = author_of(id)
    return [
        people_list(each.called)
        for each in ask(ShowLists()).lists
        if author_id in {one.author_id for one in each.people}
    ]


def people_list(called: str) -> Json:
    """A List."""
    return {
        "id": name_id(called),
        "title": called,
        "replies_policy": "list",
        "exclusive": False,
    }


def none_of_them(id: str) -> list[Json]:
    """What nobody has here."""
    author_of(id)
    return []


def blocked() -> ApiAnswer:
    return page_of_people(each.author_id for each in ask(WhoIsBlocked()).authors)


def muted() -> ApiAnswer:
    return page_of_people(each.author_id for each in ask(WhoIsMuted()).authors)


_ONE: Final = "/api/v1/accounts/<id>"

CALLS: Final[tuple[ApiCall, ...]] = (
    get("/oauth/userinfo", tell_who, "read:accounts profile"),
    get("/api/v1/accounts/verify_credentials", credentials, "read:accounts profile"),
    patch("/api/v1/accounts/update_credentials", update_credentials, "write:accounts"),
    get("/api/v1/accounts/relationships", relationships, "read:follows"),
    get("/api/v1/accounts/lookup", look_up, "read:accounts"),
    get("/api/v1/accounts/search", search, "read:accounts"),
    get("/api/v1/accounts/familiar_followers", familiar_followers, "read:follows"),
    get("/api/v1/accounts", show_several, "read:accounts"),
    get(_ONE, show, "read:accounts"),
    get(f"{_ONE}/statuses", show_statuses, "read:statuses"),
    get(
        f"{_ONE}/following",
        _list_people(lambda one: ask(WhoFollowsWhom(author=one)).follows),
        "read:accounts",
    ),
    get(
        f"{_ONE}/followers",
        _list_people(lambda one: ask(WhoFollowsWhom(author=one)).followers),
        "read:accounts",
    ),
    get(f"{_ONE}/lists", lists_with, "read:lists"),
    get(f"{_ONE}/featured_tags", none_of_them, "read:accounts"),
    get(f"{_ONE}/endorsements", none_of_them, "read:accounts"),
    get(f"{_ONE}/identity_proofs", none_of_them, "read:accounts"),
    post(f"{_ONE}/follow", _change(Follow), "write:follows"),
    post(f"{_ONE}/unfollow", _change(Unfollow), "write:follows"),
    post(f"{_ONE}/remove_from_followers", let_read_no_longer, "write:follows"),
    post(f"{_ONE}/note", note, "write:accounts"),
    post(f"{_ONE}/mute", _change(Mute), "write:mutes"),
    post(f"{_ONE}/unmute", _change(Unmute), "write:mutes"),
    post(f"{_ONE}/block", _change(Block), "write:blocks"),
    post(f"{_ONE}/unblock", _change(Unblock), "write:blocks"),
    get("/api/v1/blocks", blocked, "read:blocks"),
    get("/api/v1/mutes", muted, "read:mutes"),
)
