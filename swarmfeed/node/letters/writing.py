"""Writing letters: each is written down with all it takes to deliver it, and then delivered.

What a letter says is kept once; it is sealed for a device each time that is tried
(``delivery``), so a new session, or a new device, changes nothing here.
"""

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from swarmfeed.core.asks import letter_sentences as sentences
from swarmfeed.core.asks.input_sentences import BAD_KEY
from swarmfeed.core.asks.media import Attached
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.limits import WISH_KEY_CHARS_MAX
from swarmfeed.core.feed.medium import Medium
from swarmfeed.core.feed.once import Wish, content_of, is_key, row_key
from swarmfeed.core.letters.content import (
    TEXT,
    TOKEN,
    TOLD,
    Content,
    decode_content,
    encode_content,
    encode_fields,
    letter_id,
    text_body,
    token_body,
)
from swarmfeed.core.letters.groups import (
    GroupHistory,
    decode_history,
    encode_history,
    in_parts,
)
from swarmfeed.core.letters.limits import OWED_MAX, SENT_MAX, TALKS_MAX, TOLD_AT_ONCE
from swarmfeed.core.letters.order import newest_with
from swarmfeed.core.letters.rows import (
    KeptLetter,
    LetterTarget,
    SentLetter,
    TalkRow,
    WishedLetter,
)
from swarmfeed.core.letters.standing import Acquaintance
from swarmfeed.errors import UserError
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.letters import LetterFields
from swarmfeed.node.ground.media import LetterName
from swarmfeed.node.letters.book import Edits, LetterBook
from swarmfeed.node.letters.directory import Directory
from swarmfeed.node.letters.keyring import PrekeyRing


class LetterWriter:
    """Implements ``ground.letters.Clerk``; belongs to the node's loop."""

    def __init__(
        self,
        ground: Ground,
        book: LetterBook,
        directory: Directory,
        keyring: PrekeyRing,
        wake: Callable[[], None],
    ) -> None:
        """``wake`` is called when there is something to deliver."""
        self._ground = ground
        self._own = ground.identity.author_id
        self._feed_id = ground.identity.feed_id
        self._clock = ground.shells.clock
        self._book = book
        self._directory = directory
        self._keyring = keyring
        self._wake = wake

    # --- for people ---

    async def say(
        self,
        talk_id: bytes,
        people: Iterable[AuthorId],
        text: str,
        key: str = "",
        attached: tuple[Attached, ...] = (),
    ) -> bytes:
        """Write words, and pictures, to a person or to a group.

        Args:
            key: Of the wish; a letter that was written for it already is returned.

        Raises:
            UserError: They are blocked, nothing can be sealed here, or the key is none.
            PassingError: Not now.
        """
        await self._keyring.publish()
        wish = Wish(key=key, content=content_of(key, text, None, talk_id)) if key else None
        media = await self._attach(wish, attached)
        async with self._book.lock:
            if wish is not None and (done := self._written(wish)):
                return done
            edits, talk = Edits(), self._talk_for(talk_id)
            body = text_body(text, media)
            name = self.write_to(edits, talk_id, talk, tuple(people), TEXT, body)
            self._owe_token(edits, talk_id)
            if wish is not None:
                # Written down with the letter, whole or not at all.
                became = WishedLetter(
                    at_ms=self._clock.now_ms(), content=wish.content, letter=name
                )
                edits.wishes[row_key(key)] = became
            await self._ground.media.name_by_letter(LetterName(self._feed_id, name), media)
            await self._book.save(edits, self._clock.now_ms())
        self._wake()
        await self._ground.media.sent(media, attached)
        return name

    async def _attach(
        self, wish: Wish | None, attached: tuple[Attached, ...]
    ) -> tuple[Medium, ...]:
        """What its files are as media; of a wish that is done they were taken before."""
        if wish is not None and self._written(wish):
            return ()
        return await self._ground.media.attach(attached, is_protected=True)

    def _written(self, wish: Wish) -> bytes | None:
        """The letter that a wish has become; None: it is still to be written."""
        if not is_key(wish.key):
            raise UserError(BAD_KEY(most=WISH_KEY_CHARS_MAX))
        known = self._book.wishes.get(row_key(wish.key))
        if known is not None and known.content != wish.content:
            raise UserError(sentences.SENT_WITH_OTHER_WORDS())
        return None if known is None else known.letter

    def _talk_for(self, talk_id: bytes) -> TalkRow:
        """The conversation that is written in: by writing, a request is accepted."""
        if self._book.is_blocked(AuthorId(talk_id)):
            raise UserError(sentences.IS_BLOCKED())
        talk = self._book.talks.get(talk_id)
        if talk is None:
            if len(self._book.talks) >= TALKS_MAX:
                raise UserError(sentences.TOO_MANY_TALKS(most=TALKS_MAX))
            return TalkRow(standing=Acquaintance.ACCEPTED.value)
        if talk.standing == Acquaintance.LEFT:
            raise UserError(sentences.NOT_IN_GROUP())
        return replace(talk, standing=Acquaintance.ACCEPTED.value)

    # --- for other roles ---

    async def expect(self) -> None:
        """As in ``ground.letters.Letters``."""
        await self._keyring.publish()

    async def send(self, author_id: AuthorId, kind: str, fields: LetterFields) -> bytes:
        """As in ``ground.letters.Letters``."""
        await self._keyring.publish()
        async with self._book.lock:
            if self._book.is_blocked(author_id):
                raise UserError(sentences.IS_BLOCKED())
            edits = Edits()
            name = self.put(edits, (author_id,), kind, encode_fields(fields), author_id)
            await self._book.save(edits, self._clock.now_ms())
        self._wake()
        return name

    # --- with the lock held ---

    def write_to(
        self,
        edits: Edits,
        talk_id: bytes,
        talk: TalkRow,
        people: tuple[AuthorId, ...],
        kind: str,
        body: bytes,
    ) -> bytes:
        """Write to people in a conversation; the lock is held."""
        content = self._content(talk_id, talk.newest, kind, body)
        name = self._send(edits, content, people, talk_id)
        self.keep(edits, talk_id, talk, name, content)
        return name

    def keep(
        self, edits: Edits, talk_id: bytes, talk: TalkRow, name: bytes, content: bytes
    ) -> None:
        """Put an own letter into its conversation; the lock is held."""
        now_ms = self._clock.now_ms()
        kept = KeptLetter(
            author_id=self._own, content=content, came_ms=now_ms, feed_id=self._feed_id
        )
        edits.keep(talk_id, name, kept)
        newest = newest_with(talk.newest, name, talk.newest)
        edits.talks[talk_id] = replace(talk, newest=tuple(newest), last_ms=now_ms)

    def put(
        self,
        edits: Edits,
        people: tuple[AuthorId, ...],
        kind: str,
        body: bytes,
        to: bytes,
    ) -> bytes:
        """Write something that stands in no conversation; the lock is held."""
        return self._send(edits, self._content(to, (), kind, body), people, b"")

    def tell_group(self, edits: Edits, who: AuthorId, history: GroupHistory) -> None:
        """Tell somebody all that changed in a group, in place of what is still on its way to
        them of it; the lock is held."""
        for name, letter in self._book.sent.items():
            if letter.people[:1] == (who,) and _tells_of(letter, history):
                edits.sent[name] = None
        for part in in_parts(history):
            self.put(edits, (who,), TOLD, encode_history(part), who)

    def put_to_device(
        self, edits: Edits, feed_id: FeedId, author_id: AuthorId, kind: str, body: bytes
    ) -> bytes:
        """Write to one device alone; the lock is held."""
        self._make_room(edits)
        content = self._content(author_id, (), kind, body)
        name = letter_id(self._own, content)
        target = LetterTarget(feed_id=feed_id, author_id=author_id)
        edits.sent[name] = SentLetter(
            content=content, made_ms=self._clock.now_ms(), people=(), targets=(target,)
        )
        return name

    def _make_room(self, edits: Edits) -> None:
        """Let go of what nobody takes, if much is on its way that stands in no conversation."""
        owed = {
            name: letter
            for name, letter in self._book.sent.items()
            if not letter.people and name not in edits.sent
        }
        if len(owed) >= OWED_MAX:
            edits.sent[max(owed, key=lambda name: _tried(owed[name]))] = None

    def _content(self, to: bytes, after: tuple[bytes, ...], kind: str, body: bytes) -> bytes:
        return encode_content(
            Content(
                after=after,
                body=body,
                kind=kind,
                node_id=self._ground.identity.node_id,
                time_ms=self._clock.now_ms(),
                to=to,
            )
        )

    def _send(
        self, edits: Edits, content: bytes, people: tuple[AuthorId, ...], talk_id: bytes
    ) -> bytes:
        if sum(1 for each in self._book.sent.values() if each.people) >= SENT_MAX:
            raise UserError(sentences.TOO_MANY_ON_THEIR_WAY(most=SENT_MAX))
        name = letter_id(self._own, content)
        others = [who for who in people if who != self._own]
        edits.sent[name] = SentLetter(
            content=content,
            made_ms=self._clock.now_ms(),
            people=(*others, self._own),
            talk=talk_id,
        )
        return name

    async def tell_token(self) -> None:
        """Tell contacts with what parcels are left for us, where they know none or an old one.

        Raises:
            PassingError: Not now.
        """
        if not self._ground.mail.own_token():
            return
        async with self._book.lock:
            edits = Edits()
            for talk_id, talk in self._book.talks.items():
                room = SENT_MAX - len(self._book.sent) - len(edits.sent)
                if self._book.is_accepted(AuthorId(talk_id)) and room > TOLD_AT_ONCE:
                    edits.talks[talk_id] = talk
                    self._owe_token(edits, talk_id)
                    if edits.talks[talk_id] is talk:
                        del edits.talks[talk_id]  # they know it
                if len(edits.sent) >= TOLD_AT_ONCE:
                    break
            self._tell_devices(edits)
            if edits.sent:
                await self._book.save(edits, self._clock.now_ms())

    def _owe_token(self, edits: Edits, talk_id: bytes) -> None:
        """Tell a person with what to leave parcels for us, unless they know."""
        token, talk = self._ground.mail.own_token(), edits.talks.get(talk_id)
        if not token or talk is None or talk.group is not None or talk.told == token:
            return
        author_id = AuthorId(talk_id)
        self.put(edits, (author_id,), TOKEN, token_body(token), author_id)
        edits.talks[talk_id] = replace(talk, told=token)

    def _tell_devices(self, edits: Edits) -> None:
        """Tell devices that were met since, of contacts and our own: else they would write as
        strangers do."""
        token = self._ground.mail.own_token()
        assert token, "it was looked at"
        late = [
            (feed_id, row.author_id)
            for feed_id, row in self._book.devices.items()
            if row.sessions and row.told != token and self._is_told(row.author_id, token)
        ]
        waiting = self._being_told(edits) if late else set()
        for feed_id, author_id in late:
            # Whoever has a device that was removed, or that a thief added, is not to have this.
            is_ended = self._directory.is_ended(feed_id, author_id)
            is_kept_out = is_ended or self._directory.is_doubted(feed_id)
            is_waiting = author_id in waiting or feed_id in waiting
            if not is_waiting and not is_kept_out and len(edits.sent) < TOLD_AT_ONCE:
                self.put_to_device(edits, feed_id, author_id, TOKEN, token_body(token))

    def _is_told(self, author_id: AuthorId, token: bytes) -> bool:
        talk = self._book.talks.get(author_id)
        is_talk = talk is not None and talk.told == token
        return author_id == self._own or (is_talk and not self._book.is_blocked(author_id))

    def _being_told(self, edits: Edits) -> set[bytes]:
        """People, and devices, that letters with a token are on their way to."""
        found = set[bytes]()
        for letter in (*self._book.sent.values(), *edits.sent.values()):
            if letter is None or letter.talk or decode_content(letter.content).kind != TOKEN:
                continue
            devices = {each.feed_id for each in letter.targets if not each.got}
            found |= ({*letter.people} - {self._own}) | devices
        return found


def _tells_of(letter: SentLetter, history: GroupHistory) -> bool:
    """Whether a letter tells somebody what changed in the same group."""
    said = decode_content(letter.content)
    return said.kind == TOLD and decode_history(said.body).changes[:1] == history.changes[:1]


def _tried(letter: SentLetter) -> int:
    """How often nobody took it."""
    return sum(each.tried for each in letter.targets)
