"""What people ask about their messages, and have done with them."""

from contextlib import suppress

from msgspec.structs import replace

from swarmfeed.core.asks import letter_sentences as sentences
from swarmfeed.core.asks.blocking import Block, Unblock
from swarmfeed.core.asks.letters import (
    AnswerRequest,
    ChangeGroup,
    Conversations,
    ConversationView,
    FetchLetterPicture,
    HowManyWait,
    LetterView,
    ListConversations,
    MakeGroup,
    NoteRead,
    ShowConversation,
    WaitingMessages,
    WriteLetter,
    clean_letter,
)
from swarmfeed.core.asks.media import MediumView
from swarmfeed.core.base.address import parse_link
from swarmfeed.core.base.limits import HASH_BYTES
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.medium import decode_medium
from swarmfeed.core.letters.content import decode_content
from swarmfeed.core.letters.limits import LETTERS_SHOWN
from swarmfeed.core.letters.rows import TalkRow
from swarmfeed.core.letters.standing import Acquaintance
from swarmfeed.errors import DamageError, PassingError, UserError
from swarmfeed.node.feeds.carer import Carer
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.interests import FETCHED
from swarmfeed.node.ground.media import LetterName
from swarmfeed.node.letters.book import Edits, LetterBook
from swarmfeed.node.letters.founding import Founding
from swarmfeed.node.letters.receipts import Receipts
from swarmfeed.node.letters.showing import GROUP, LetterViews, pictures_of
from swarmfeed.node.letters.writing import LetterWriter

_ANSWERS = {
    "accept": Acquaintance.ACCEPTED,
    "ignore": Acquaintance.IGNORED,
}
_BLOCKS = {"block": Block, "unblock": Unblock}
"""What is said of a person everywhere, and not of a conversation."""


class LetterAnswers:
    """Belongs to the node's loop."""

    def __init__(
        self,
        ground: Ground,
        carer: Carer,
        book: LetterBook,
        writing: LetterWriter,
        founding: Founding,
        receipts: Receipts,
    ) -> None:
        self._ground = ground
        self._own = ground.identity.author_id
        self._feed_id = ground.identity.feed_id
        self._media = ground.media
        self._clock = ground.shells.clock
        self._carer = carer
        self._book = book
        self._writing = writing
        self._founding = founding
        self._receipts = receipts
        self._views = LetterViews(ground, book)

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(HowManyWait, self.how_many_wait),
            in_loop(ListConversations, self.list),
            in_loop(ShowConversation, self.show),
            in_loop(WriteLetter, self.write),
            in_loop(FetchLetterPicture, self.fetch_picture),
            in_loop(AnswerRequest, self.answer),
            in_loop(NoteRead, self.note_read),
            in_loop(MakeGroup, self.make_group),
            in_loop(ChangeGroup, self.change_group),
        )

    async def how_many_wait(self, _: HowManyWait) -> WaitingMessages:
        """Asked by every page: the page of messages says what is wrong, no other one."""
        with suppress(DamageError, PassingError):
            await self._book.open()
        book = self._book
        talks = [
            each for name, each in book.talks.items() if not book.is_blocked(AuthorId(name))
        ]
        return WaitingMessages(
            unread=sum(each.unread for each in talks if each.standing == Acquaintance.ACCEPTED),
            requests=sum(each.standing == Acquaintance.REQUESTED for each in talks),
        )

    async def list(self, _: ListConversations) -> Conversations:
        await self._book.open()
        talks = sorted(self._book.talks.items(), key=lambda each: -each[1].last_ms)
        views = tuple(self._views.talk(name, talk) for name, talk in talks)
        return Conversations(
            talks=views,
            unread=sum(each.unread for each in views if each.standing == Acquaintance.ACCEPTED),
            requests=sum(each.standing == Acquaintance.REQUESTED for each in views),
        )

    async def show(self, ask: ShowConversation) -> ConversationView:
        await self._book.open()
        talk_id = self._named(ask.talk)
        talk = self._book.talks.get(talk_id)
        if talk is None:
            if ask.talk.startswith(GROUP):
                raise UserError(sentences.NO_GROUP())
            talk = TalkRow(standing=Acquaintance.ACCEPTED.value)  # nothing was written yet
        letters = await self._book.letters(talk_id)
        limit = max(1, min(ask.limit, LETTERS_SHOWN))
        view = await self._views.conversation(talk_id, talk, letters, limit)
        for each in view.letters:
            name = bytes.fromhex(each.id)
            for medium in each.media:  # what was let go for want of room comes once more
                letter = LetterName(letters[name].feed_id, name)
                self._media.want_of_letter(decode_medium(medium.named), letter)
        return view

    async def fetch_picture(self, ask: FetchLetterPicture) -> MediumView:
        """Raises UserError: there is no such picture."""
        await self._book.open()
        letters = await self._book.letters(self._named(ask.talk))
        kept = letters.get(_letter_id(ask.letter))
        pictures = pictures_of(decode_content(kept.content)) if kept is not None else ()
        if kept is None or not 1 <= ask.number <= len(pictures):
            raise UserError(sentences.NO_SUCH_PICTURE())
        letter = LetterName(kept.feed_id, _letter_id(ask.letter))
        await self._media.fetch_of_letter(pictures[ask.number - 1], letter)
        return self._media.view_of_letter(pictures[ask.number - 1])

    async def write(self, ask: WriteLetter) -> LetterView:
        """Raises UserError, PassingError: nothing was written."""
        await self._book.open()
        talk_id, text = self._named(ask.talk), clean_letter(ask.text, ask.media)
        before = self._book.talks.get(talk_id)
        if before is not None and before.standing == Acquaintance.REQUESTED:
            await self._stand(talk_id, Acquaintance.ACCEPTED)
        people = self._founding.people(talk_id, before)
        name = await self._writing.say(talk_id, people, text, ask.key, ask.media)
        letter = (await self._book.letters(talk_id))[name]
        view = self._views.letter(name, letter)
        if self._ground.settings.network:
            return replace(view, sentence=sentences.SENT_NOW(state=view.sentence))
        return replace(view, sentence=sentences.OFFLINE_NOW())

    async def answer(self, ask: AnswerRequest) -> ConversationView:
        """Raises UserError, PassingError: all is as it was."""
        await self._book.open()
        if ask.answer not in (*_ANSWERS, *_BLOCKS) or ask.talk.startswith(GROUP):
            raise UserError(sentences.WHAT_TO_ANSWER())
        author_id = AuthorId(self._named(ask.talk))
        if ask.answer in _BLOCKS:
            await self._block(author_id, ask)
        elif self._book.is_blocked(author_id):
            raise UserError(sentences.UNBLOCK_FIRST())
        elif author_id not in self._book.talks:
            raise UserError(sentences.NO_REQUEST())
        else:
            await self._stand(author_id, _ANSWERS[ask.answer])
        return await self.show(ShowConversation(talk=ask.talk))

    async def _block(self, author_id: AuthorId, ask: AnswerRequest) -> None:
        """Have somebody kept out, or in again: how we stand to them is as it was before."""
        if ask.answer == "unblock" and not self._book.is_blocked(author_id):
            raise UserError(sentences.NOT_BLOCKED())
        await self._ground.answering.answer(_BLOCKS[ask.answer](who=ask.talk))
        talk = self._book.talks.get(author_id)
        if ask.answer == "unblock" and talk and talk.standing == Acquaintance.BLOCKED:
            await self._stand(author_id, Acquaintance.REQUESTED)  # nobody noted what it was

    async def _stand(self, talk_id: bytes, standing: Acquaintance) -> None:
        """Stand to somebody like that from now on."""
        async with self._book.lock:
            before = self._book.talks.get(talk_id) or TalkRow(standing=standing.value)
            after = replace(before, standing=standing.value)
            await self._book.save(Edits(talks={talk_id: after}), self._clock.now_ms())
        if before.standing == Acquaintance.REQUESTED and standing is Acquaintance.ACCEPTED:
            await self._confirm_all(talk_id)
            await self._carer.care(AuthorId(talk_id), FETCHED)

    async def _confirm_all(self, talk_id: bytes) -> None:
        """What they asked with has arrived now, for them."""
        for name, letter in (await self._book.letters(talk_id)).items():
            if letter.author_id != self._own:
                self._receipts.owe(letter.feed_id, letter.author_id, name)

    async def note_read(self, ask: NoteRead) -> ConversationView:
        """Raises PassingError: all is as it was."""
        await self._book.open()
        talk_id = self._named(ask.talk)
        async with self._book.lock:
            talk = self._book.talks.get(talk_id)
            if talk is not None and talk.unread:
                seen = replace(talk, unread=0)
                await self._book.save(Edits(talks={talk_id: seen}), self._clock.now_ms())
        return await self.show(ShowConversation(talk=ask.talk))

    # --- groups ---

    async def make_group(self, ask: MakeGroup) -> ConversationView:
        """Raises UserError, PassingError: nothing was made."""
        await self._book.open()
        people = [parse_link(each).author_id for each in ask.people]
        talk_id = await self._founding.make(ask.title.strip(), people)
        return await self.show(ShowConversation(talk=GROUP + talk_id.hex()))

    async def change_group(self, ask: ChangeGroup) -> ConversationView:
        """Raises UserError, PassingError: all is as it was."""
        await self._book.open()
        talk_id = self._named(ask.talk)
        await self._founding.change(talk_id, parse_link(ask.who).author_id, on=ask.on)
        return await self.show(ShowConversation(talk=ask.talk))

    def _named(self, talk: str) -> bytes:
        """The conversation that is meant.  Raises UserError."""
        if talk.startswith(GROUP):
            try:
                talk_id = bytes.fromhex(talk.removeprefix(GROUP))
            except ValueError as error:
                raise UserError(sentences.NO_GROUP()) from error
            if len(talk_id) != HASH_BYTES:
                raise UserError(sentences.NO_GROUP())
            return talk_id
        author_id = parse_link(talk).author_id
        if author_id == self._own:
            raise UserError(sentences.TO_YOURSELF())
        return author_id


def _letter_id(text: str) -> bytes:
    """Raises UserError."""
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise UserError(sentences.NO_SUCH_PICTURE()) from error
