"""Direct messages: letters to one person, sealed for their devices alone.

An app knows a message as a status that only two can read; it is published nowhere.
"""

from typing import Final

from swarmfeed.core.asks.letters import (
    ListConversations,
    NoteRead,
    ShowConversation,
    TalkView,
    WriteLetter,
)
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import UserError

from webui.current import ask
from webui.mastodon import content, sentences
from webui.mastodon.accounts import me
from webui.mastodon.endpoint import (
    ApiCall,
    Json,
    MissingError,
    get,
    params,
    post,
    sought,
    wish,
)
from webui.mastodon.entities import account, letter, people
from webui.mastodon.ids import LETTER, find_status, letter_id

ACCEPTED: Final = "accepted"


def send() -> Json:
    """Send what an app posts with the visibility ``direct``, or raise UserError."""
    asked = params()
    if asked.many("media_ids") or asked.text("spoiler_text") or asked.has("quoted_status_id"):
        raise UserError(sentences.LETTER_PLAIN())
    text = asked.text("status")
    to = _recipient(text, asked.text("in_reply_to_id"))
    said = content.without_handles(text)
    if not said:
        raise UserError(sentences.NO_TEXT())
    return letter(ask(WriteLetter(talk=format_author(to), text=said, key=wish())), to)


def _recipient(text: str, answered: str) -> AuthorId:
    """For whom it is: who is named in it, else who wrote what it answers."""
    named = [each for each in content.mentioned(text) if each != me().author_id]
    if not named and answered and not answered.startswith(LETTER):
        named = [find_status(answered).author_id]
    if not named and answered:
        named = [_talk_with(answered)]
    if not named:
        raise UserError(sentences.NO_RECIPIENT(acct=f"anna@ADDRESS.{content.DOMAIN}"))
    if len(named) > 1:
        raise UserError(sentences.ONE_RECIPIENT())
    return named[0]


def _talk_with(id: str) -> AuthorId:
    for talk in _talks():
        letters = ask(ShowConversation(talk=talk.talk)).letters
        if any(letter_id(each.id) == id for each in letters):
            return talk.people[0].author_id
    raise MissingError(id)


def _talks() -> list[TalkView]:
    """Talks with one person who may write."""
    return [
        each
        for each in ask(ListConversations()).talks
        if each.people and not each.group and each.standing == ACCEPTED
    ]


def conversations() -> list[Json]:
    """GET /api/v1/conversations"""
    return [_conversation(each) for each in _talks()]


def _conversation(talk: TalkView) -> Json:
    other = talk.people[0].author_id
    letters = ask(ShowConversation(talk=talk.talk, limit=1)).letters
    return {
        "id": talk.talk,
        "unread": talk.unread > 0,
        "accounts": [account(people([other])[other])],
        "last_status": letter(letters[-1], other) if letters else None,
    }


def mark_read(id: str) -> Json:
    """POST /api/v1/conversations/:id/read"""
    return _conversation(sought(NoteRead(talk=id)).talk)


CALLS: Final[tuple[ApiCall, ...]] = (
    get("/api/v1/conversations", conversations, "read:statuses"),
    post("/api/v1/conversations/<id>/read", mark_read, "write:conversations"),
)
