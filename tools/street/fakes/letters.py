"""Messages of a desk for the faces: what was written stands there, and nothing is sealed."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, Protocol

from msgspec.structs import replace
from swarmfeed.core.asks import letter_sentences as sentences
from swarmfeed.core.asks.letters import (
    AnswerRequest,
    ChangeGroup,
    Conversations,
    ConversationView,
    Correspondent,
    FetchLetterPicture,
    HowManyWait,
    LetterView,
    ListConversations,
    MakeGroup,
    NoteRead,
    ShowConversation,
    TalkView,
    WaitingMessages,
    WriteLetter,
    clean_letter,
)
from swarmfeed.core.asks.media import HERE, Attached, MediumView
from swarmfeed.core.asks.people import AuthorView
from swarmfeed.core.base.address import format_author, parse_link
from swarmfeed.core.base.types import AuthorId, Hash
from swarmfeed.errors import UserError

from street.fakes.table import Rows

GROUP: Final = "group-"


@dataclass
class FakeTalk:
    """One conversation."""

    view: TalkView
    letters: list[LetterView] = field(default_factory=list)
    once: dict[str, LetterView] = field(default_factory=dict)
    """What was sent for a key."""
    before: TalkView | None = None
    """How it was before its person was blocked."""


class Correspondence(Protocol):
    """A desk whose person writes to others."""

    me: AuthorId
    now_ms: int
    authors: dict[AuthorId, AuthorView]
    talks: dict[str, FakeTalk]


def name_of(desk: Correspondence, author_id: AuthorId) -> str:
    known = desk.authors.get(author_id)
    return known.name if known is not None else ""


def talk_with(
    desk: Correspondence, author_id: AuthorId, standing: str = "accepted"
) -> FakeTalk:
    """The conversation with somebody, begun if there is none."""
    name = format_author(author_id)
    person = Correspondent(author_id=author_id, author_name=name_of(desk, author_id))
    view = TalkView(
        talk=name,
        title=person.author_name or name[:12],
        standing=standing,
        sentence=sentences.REQUESTED() if standing == "requested" else "",
        last_ms=desk.now_ms,
        unread=0,
        people=(person,),
    )
    return desk.talks.setdefault(name, FakeTalk(view))


def came(desk: Correspondence, author_id: AuthorId, text: str, **more: Any) -> LetterView:
    """Somebody wrote."""
    talk = talk_with(desk, author_id, more.pop("standing", "accepted"))
    talk.view = replace(talk.view, unread=talk.view.unread + 1)
    return _add(desk, talk, author_id, text, **more)


def _add(
    desk: Correspondence, talk: FakeTalk, author_id: AuthorId, text: str, **more: Any
) -> LetterView:
    number = sum(len(each.letters) for each in desk.talks.values())
    letter = LetterView(
        id=sha256(b"letter %d" % number).hexdigest()[:32],
        author_id=author_id,
        author_name=name_of(desk, author_id),
        own=author_id == desk.me,
        time_ms=desk.now_ms,
        text=text,
        **more,
    )
    talk.letters.append(letter)
    return letter


def _find(desk: Correspondence, name: str) -> FakeTalk:
    if name.startswith(GROUP):
        if name not in desk.talks:
            raise UserError(sentences.NO_GROUP())
        return desk.talks[name]
    author_id = parse_link(name).author_id
    if author_id == desk.me:
        raise UserError(sentences.TO_YOURSELF())
    return desk.talks.get(format_author(author_id)) or FakeTalk(_empty(desk, author_id))


def _empty(desk: Correspondence, author_id: AuthorId) -> TalkView:
    """What a conversation looks like that nobody began."""
    before = dict(desk.talks)
    view = talk_with(desk, author_id).view
    desk.talks.clear()
    desk.talks.update(before)
    return view


def _shown(talk: FakeTalk) -> ConversationView:
    return ConversationView(talk=talk.view, letters=tuple(talk.letters))


def listed(desk: Correspondence, _: ListConversations) -> Conversations:
    views = [each.view for each in desk.talks.values()]
    return Conversations(
        talks=tuple(sorted(views, key=lambda each: -each.last_ms)),
        unread=sum(each.unread for each in views if each.standing == "accepted"),
        requests=sum(each.standing == "requested" for each in views),
    )


def waiting(desk: Correspondence, _: HowManyWait) -> WaitingMessages:
    found = listed(desk, ListConversations())
    return WaitingMessages(unread=found.unread, requests=found.requests)


def show(desk: Correspondence, ask: ShowConversation) -> ConversationView:
    return _shown(_find(desk, ask.talk))


def write(desk: Correspondence, ask: WriteLetter) -> LetterView:
    text = clean_letter(ask.text, ask.media)
    talk = _find(desk, ask.talk)
    if ask.key and (done := talk.once.get(ask.key)):
        return done
    if talk.view.standing == "blocked":
        raise UserError(sentences.IS_BLOCKED())
    desk.talks[talk.view.talk] = talk
    talk.view = replace(talk.view, standing="accepted", sentence="", unread=0)
    media = tuple(map(_picture, ask.media))
    said = {"state": "waits", "sentence": sentences.WAITS(), "media": media}
    sent = _add(desk, talk, desk.me, text, **said)
    if ask.key:
        talk.once[ask.key] = sent
    return sent


def _picture(attached: Attached) -> MediumView:
    """A picture as it would be named, of one pixel."""
    named = Hash(sha256(attached.upload.encode()).digest())
    return MediumView(
        id=named, type="image/png", size_bytes=100, state=HERE, alt=attached.alt,
        width=1, height=1,
    )  # fmt: skip


def fetch_picture(desk: Correspondence, ask: FetchLetterPicture) -> MediumView:
    talk = _find(desk, ask.talk)
    for at, letter in enumerate(talk.letters):
        if letter.id == ask.letter and ask.number <= len(letter.media):
            media = list(letter.media)
            media[ask.number - 1] = replace(media[ask.number - 1], state=HERE)
            talk.letters[at] = replace(letter, media=tuple(media))
            return media[ask.number - 1]
    raise UserError(sentences.NO_SUCH_PICTURE())


def answer(desk: Correspondence, ask: AnswerRequest) -> ConversationView:
    said = {
        "accept": ("accepted", ""),
        "ignore": ("ignored", sentences.IGNORED()),
        "block": ("blocked", sentences.BLOCKED()),
    }
    if ask.answer not in (*said, "unblock"):
        raise UserError(sentences.WHAT_TO_ANSWER())
    talk = _find(desk, ask.talk)
    if ask.answer == "unblock":
        if talk.before is None:
            raise UserError(sentences.NOT_BLOCKED())
        talk.view, talk.before = talk.before, None
        return _shown(talk)
    if ask.answer == "block" and talk.before is None:
        talk.before = talk.view
    standing, sentence = said[ask.answer]
    talk.view = replace(talk.view, standing=standing, sentence=sentence)
    desk.talks[talk.view.talk] = talk
    return _shown(talk)


def note_read(desk: Correspondence, ask: NoteRead) -> ConversationView:
    talk = _find(desk, ask.talk)
    talk.view = replace(talk.view, unread=0)
    return _shown(talk)


def make_group(desk: Correspondence, ask: MakeGroup) -> ConversationView:
    if not ask.title:
        raise UserError(sentences.GROUP_NAME(most=64))
    people = [desk.me, *(parse_link(each).author_id for each in ask.people)]
    name = GROUP + sha256(ask.title.encode()).hexdigest()
    view = TalkView(
        talk=name,
        title=ask.title,
        standing="accepted",
        sentence="",
        last_ms=desk.now_ms,
        unread=0,
        people=tuple(
            Correspondent(
                author_id=each, author_name=name_of(desk, each), admin=each == desk.me
            )
            for each in people
        ),
        group=True,
    )
    talk = desk.talks[name] = FakeTalk(view)
    notice = sentences.GROUP_MADE(who=name_of(desk, desk.me), name=ask.title)
    _add(desk, talk, desk.me, "", notice=notice)
    return _shown(talk)


def change_group(desk: Correspondence, ask: ChangeGroup) -> ConversationView:
    talk, who = _find(desk, ask.talk), parse_link(ask.who).author_id
    people = [each for each in talk.view.people if each.author_id != who]
    if ask.on:
        people.append(Correspondent(author_id=who, author_name=name_of(desk, who)))
    talk.view = replace(talk.view, people=tuple(people))
    if who == desk.me and not ask.on:
        talk.view = replace(talk.view, standing="left", sentence=sentences.LEFT())
    return _shown(talk)


LETTERS: Final[Rows] = {
    HowManyWait: waiting,
    ListConversations: listed,
    ShowConversation: show,
    WriteLetter: write,
    FetchLetterPicture: fetch_picture,
    AnswerRequest: answer,
    NoteRead: note_read,
    MakeGroup: make_group,
    ChangeGroup: change_group,
}
"""Rows of such a desk."""
