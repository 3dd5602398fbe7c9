"""GET /messages: conversations, who asks, and what is private here.

GET /messages/with/<author>, GET /messages/in/<group>: what was written, and a box to write in.
POST /messages writes, /messages/answer answers who asks, /messages/seen notes what was seen,
/messages/pictures fetches a picture.
POST /messages/groups makes a group, /messages/people adds somebody to one or removes them.
"""

from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks.letter_sentences import GAP, NO_LETTERS, PRIVATE_HERE
from swarmfeed.core.asks.letters import (
    AnswerRequest,
    ChangeGroup,
    ConversationView,
    FetchLetterPicture,
    HowManyWait,
    ListConversations,
    MakeGroup,
    NoteRead,
    ShowConversation,
    TalkView,
    WriteLetter,
)
from swarmfeed.core.base.address import format_author, parse_author, parse_link
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import UserError
from werkzeug.wrappers import Response as Redirect

from webui.current import ask
from webui.kept import ONCE
from webui.languages import why
from webui.pages.drafts import plain_lines
from webui.pages.media import attached
from webui.routes import Menu, Page, Typed, get, post

GROUP: Final = "group-"

Answer = str | tuple[str, int] | Redirect


def show_talks() -> Answer:
    who = request.args.get("who", "").strip()
    if who:
        try:
            return redirect(url_for("talk_with", author_id=parse_link(who).author_id), 303)
        except UserError as error:
            return _talks(who=who, not_taken=why(error)), 400
    return _talks()


def _talks(who: str = "", not_taken: str = "", group: str = "", why_no_group: str = "") -> str:
    private = [(question(), answer()) for question, answer in PRIVATE_HERE]
    return render_template(
        "messages.html",
        found=ask(ListConversations()),
        who=who,
        not_taken=not_taken,
        group=group,
        why_no_group=why_no_group,
        private=private,
        url=talk_url,
    )


def show_private() -> str:
    private = [(question(), answer()) for question, answer in PRIVATE_HERE]
    return render_template("private.html", private=private)


def talk_with(author_id: AuthorId) -> str:
    return _talk(ask(ShowConversation(talk=format_author(author_id))))


def talk_in(group: str) -> str:
    return _talk(ask(ShowConversation(talk=GROUP + group)))


def _talk(found: ConversationView) -> str:
    gaps = {each.missing: GAP(count=each.missing) for each in found.letters if each.missing}
    return render_template("talk.html", found=found, gaps=gaps, nothing_yet=NO_LETTERS())


def talk_url(talk: TalkView | str) -> str:
    """The page of a conversation."""
    name = talk if isinstance(talk, str) else talk.talk
    if name.startswith(GROUP):
        return url_for("talk_in", group=name.removeprefix(GROUP))
    return url_for("talk_with", author_id=parse_author(name))


def write_message() -> Answer:
    talk, text = request.form.get("talk", ""), plain_lines(request.form.get("text", ""))
    key = request.form.get(ONCE, "")
    ask(WriteLetter(talk=talk, text=text, key=key, media=attached()))
    return redirect(talk_url(talk) + "#text", 303)


def fetch_picture() -> Answer:
    talk, letter = request.form.get("talk", ""), request.form.get("letter", "")
    number = request.form.get("number", 1, type=int)
    ask(FetchLetterPicture(talk=talk, letter=letter, number=number))
    return redirect(f"{talk_url(talk)}#m-{letter}", 303)


def answer_request() -> Answer:
    talk = request.form.get("talk", "")
    found = ask(AnswerRequest(talk=talk, answer=request.form.get("answer", "")))
    return redirect(talk_url(found.talk), 303)


def note_seen() -> Answer:
    return redirect(talk_url(ask(NoteRead(talk=request.form.get("talk", ""))).talk), 303)


def make_group() -> Answer:
    title = request.form.get("title", "").strip()
    people = tuple(plain_lines(request.form.get("people", "")).split())
    try:
        return redirect(talk_url(ask(MakeGroup(title=title, people=people)).talk), 303)
    except UserError as error:
        return _talks(group=title, why_no_group=why(error)), 400


def change_people() -> Answer:
    talk, who = request.form.get("talk", ""), request.form.get("who", "").strip()
    changed = ask(ChangeGroup(talk=talk, who=who, on=request.form.get("on", "") == "yes"))
    return redirect(talk_url(changed.talk), 303)


def letters_waiting() -> int:
    """Messages that nobody read yet, those of strangers who ask among them."""
    waiting = ask(HowManyWait())
    return waiting.unread + waiting.requests


PAGE: Final = Page(
    routes=(
        get(
            "/messages",
            "messages",
            show_talks,
            menu=Menu(label="Messages", icon="letter", counts="letters", in_bar=True),
        ),
        get("/messages/private", "private", show_private),
        get("/messages/with/<author:author_id>", "talk_with", talk_with),
        get("/messages/in/<group>", "talk_in", talk_in),
        post(
            "/messages",
            "write_message",
            write_message,
            Typed(name="text", label="Your message", lines=True),
            files=True,
        ),
        post("/messages/pictures", "fetch_letter_picture", fetch_picture),
        post("/messages/answer", "answer_request", answer_request),
        post("/messages/seen", "note_seen", note_seen),
        post(
            "/messages/groups",
            "make_group",
            make_group,
            Typed(name="title", label="Name of the group"),
            Typed(name="people", label="Links of its people", lines=True),
        ),
        post(
            "/messages/people",
            "change_people",
            change_people,
            Typed(name="who", label="A link or an address"),
        ),
    )
)
