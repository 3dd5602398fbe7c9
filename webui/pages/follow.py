"""GET /follow: paste a link, and see what following would do; whom one follows.  POST: do it.

POST /follow/code: read the link in a picture of a QR code; nothing is followed by that.

A list of many is followed at once; who cannot be is named, beside the list.

POST /near/show, /near/hide: be shown to people in the same network for a while, and see who
does the same; or no longer.  GET /near tells a page that stays open what changed.

POST /suggestions/dismiss: suggest somebody no more.

A link that is none is explained beside the field, which keeps what was typed.
"""

from collections.abc import Callable, Sequence
from typing import Final

from flask import jsonify, redirect, render_template, request, url_for
from swarmfeed.core.asks.input_sentences import (
    AND_MORE,
    NO_PICTURE_CHOSEN,
    NOBODY_GIVEN,
    ONE_PASSED,
    what_was_followed,
)
from swarmfeed.core.asks.media import ReadCode
from swarmfeed.core.asks.near import HideYourself, ShowYourself, WhoIsNear
from swarmfeed.core.asks.people import (
    AboutAuthor,
    AuthorView,
    Fetch,
    Follow,
    FollowAll,
    LookAt,
    Passed,
    Unfollow,
    WhoAreYou,
    WhoIsFollowed,
    people_in,
)
from swarmfeed.core.asks.sentences import what_a_link_is
from swarmfeed.core.asks.suggesting import DismissSuggestion, WhoIsSuggested
from swarmfeed.core.base.address import Link, format_author, parse_author, parse_link
from swarmfeed.core.base.texts import Text, joined
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import UserError
from werkzeug.wrappers import Response

from webui.back import back_to
from webui.current import ask
from webui.languages import spoken, why
from webui.pages.media import chosen
from webui.routes import Menu, Page, Typed, get, post

WHO: Final = Typed(name="who", label="Their link or address")

PEOPLE: Final = Typed(name="people", label="Their links or addresses, one a line", lines=True)

LOOK_AGAIN: Final = Text("Look again")

SOME_CAME: Final = Text("{people:1 person|# people} came: see who")

SOME_LEFT: Final = Text("{people:1 person|# people} left: look again")

PASSED_NAMED_MAX: Final = 20
"""Of a list, those who could not be followed and are named."""

FOLLOWS_PER_PAGE: Final = 50
"""People of one page: some 50 kB."""

Answer = str | tuple[str, int] | Response


def show_follow() -> Answer:
    text = request.args.get("link", "").strip()
    try:
        return _page(text, parse_link(text) if text else None)
    except UserError as error:
        return _refused(text, error)


def read_code() -> Answer:
    picture = chosen("picture")
    if picture is None:
        return _page("", wrong_code=NO_PICTURE_CHOSEN()), 400
    try:
        link = ask(ReadCode(upload=picture.upload)).link
    except UserError as error:
        return _page("", wrong_code=why(error)), 400
    return redirect(url_for("follow", link=link), 303)


def _page(text: str, link: Link | None = None, wrong: str = "", wrong_code: str = "") -> str:
    """The page, with what ``link`` would take.

    Args:
        wrong: Why ``text`` is no link.
        wrong_code: Why no link could be read from a picture.
    """
    known = ask(AboutAuthor(author=link.author_id)) if link else None
    after, called = request.args.get("after", ""), request.args.get("called", "").strip()
    page = ask(
        WhoIsFollowed(
            limit=FOLLOWS_PER_PAGE,
            after=parse_author(after) if after else None,
            called=called,
        )
    )
    is_plain = not (called or after or link or wrong or wrong_code)
    return render_template(
        "follow.html",
        link=link,
        link_text=text,
        wrong=wrong,
        wrong_code=wrong_code,
        known=known if known and known.followed else None,
        known_name=known.name if known else "",
        cost=ask(LookAt(who=text)).sentences if link and _is_new(link, known) else (),
        page=page,
        near=ask(WhoIsNear()) if is_plain else None,
        suggested=ask(WhoIsSuggested()).people if not (called or after or link) else (),
        called=called,
        is_top=not after,
        more_url=_more_url(page.next, called) if page.next else "",
    )


def _is_new(link: Link, known: AuthorView | None) -> bool:
    is_own = link.author_id == ask(WhoAreYou()).author_id
    return not is_own and not (known and known.followed)


def _more_url(after: AuthorId, called: str) -> str:
    place = url_for("follow", after=format_author(after), called=called or None)
    return f"{place}#following"


def _refused(text: str, error: UserError) -> tuple[str, int]:
    return _page(text, wrong=what_a_link_is(why(error))), 400


def dismiss() -> Response:
    ask(DismissSuggestion(who=request.form.get("who", "")))
    return redirect(url_for("follow", _anchor="suggested"), 303)


def near_now() -> Response:
    """How long one is shown still, and what the way to look again is called by now."""
    near, seen = ask(WhoIsNear()), set(request.args.get("seen", "").split())
    here = {format_author(each.author_id) for each in near.people}
    came, left = len(here - seen), len(seen - here)
    label = SOME_CAME(people=came) if came else SOME_LEFT(people=left) if left else LOOK_AGAIN()
    return jsonify(sentence=near.sentence, label=spoken(label))


def show_near() -> Response:
    ask(ShowYourself())
    return redirect(back_to("near", "/follow"), 303)


def hide_near() -> Response:
    ask(HideYourself())
    return redirect(back_to("near", "/follow"), 303)


def follow() -> Answer:
    return _do(lambda who: ask(Follow(who=who)))


def follow_all() -> Answer:
    people = people_in(request.form.get("people", ""))
    if not people:
        raise UserError(NOBODY_GIVEN())
    done = ask(FollowAll(who=tuple(people)))
    if done.passed:
        now, already, passed = len(done.authors), done.already, done.passed
        said = what_was_followed(now=now, already=already, passed=len(passed))
        raise UserError(joined((said, _named(passed))))
    return redirect(url_for("follow", _anchor="following"), 303)


def _named(passed: Sequence[Passed]) -> str:
    said = [ONE_PASSED(who=each.who, reason=each.reason) for each in passed[:PASSED_NAMED_MAX]]
    more = len(passed) - len(said)
    return joined([*said, *([AND_MORE(more=more)] if more else [])], "; ")


def unfollow() -> Answer:
    return _do(lambda who: ask(Unfollow(who=who)))


def fetch() -> Answer:
    return _do(lambda who: ask(Fetch(who=who)))


def _do(change: Callable[[str], object]) -> Answer:
    who = request.form.get("who", "").strip()
    try:
        author_id = parse_link(who).author_id
    except UserError as error:
        return _refused(who, error)
    try:
        change(who)
    except UserError as error:
        return _page(who, wrong=why(error)), 400
    return redirect(url_for("author", author_id=author_id), 303)


PAGE: Final = Page(
    routes=(
        get(
            "/follow",
            "follow",
            show_follow,
            menu=Menu(label="People", icon="people"),
        ),
        post("/follow", "do_follow", follow, WHO),
        post("/follow/code", "read_code", read_code, files=True),
        post("/follow-all", "do_follow_all", follow_all, PEOPLE),
        get("/near", "near", near_now),
        post("/near/show", "show_near", show_near),
        post("/near/hide", "hide_near", hide_near),
        post("/suggestions/dismiss", "dismiss_suggestion", dismiss),
        post("/unfollow", "do_unfollow", unfollow, WHO),
        post("/fetch", "do_fetch", fetch, WHO),
    )
)
