"""``swarmfeed message`` and ``messages``: what only two people, or a group, can read."""

import secrets
from collections.abc import Sequence
from typing import Final

import click

from swarmfeed.cli.commands.media import attached
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import (
    INDENT,
    format_age,
    print_answer,
    print_done,
    print_line,
    print_sentence,
    print_table,
    print_text,
    told_of,
)
from swarmfeed.cli.params import STDIN, TextParam, WhomParam, read_stdin
from swarmfeed.cli.whom import Name, Whom, find
from swarmfeed.core.asks import filter_sentences
from swarmfeed.core.asks import letter_sentences as sentences
from swarmfeed.core.asks.letters import (
    AnswerRequest,
    ChangeGroup,
    ConversationView,
    LetterView,
    ListConversations,
    MakeGroup,
    NoteRead,
    ShowConversation,
    TalkView,
    WriteLetter,
    clean_letter,
)
from swarmfeed.core.base.address import format_link
from swarmfeed.core.base.texts import Text
from swarmfeed.desk import Answerer
from swarmfeed.errors import RetryError, UserError

STDIN_BYTES_MAX: Final = 1024 * 1024
"""Most that is read of a message from standard input: so that its true length can be said."""

who_argument = click.argument("whom", metavar="WHO", type=WhomParam())


@click.command()
@who_argument
@click.argument("text", type=TextParam())
@click.option(
    "--media",
    "files",
    metavar="FILE",
    multiple=True,
    help="A picture that goes with it; up to four times.",
)
@click.option(
    "--alt",
    "alts",
    metavar="TEXT",
    multiple=True,
    help="What the picture shows, in words; the first one is of the first --media.",
)
@click.option("--key", help="Send it once, however often this is said with the same KEY.")
@json_option
@pass_context
def message(
    context: Context,
    whom: Whom,
    text: str,
    files: Sequence[str],
    alts: Sequence[str],
    key: str | None,
    as_json: bool,
) -> None:
    """Write TEXT to somebody, or to a group; - reads it from standard input.

    WHO is a link, an address, the name of somebody known here, or of a group. It is sealed for
    each of their devices, pictures too: nobody else can read it, whoever carries it.
    """
    # Before a node is looked for: what cannot be sent needs none.
    cleaned = clean_letter(_read(text))
    with context.open() as desk:
        wish = WriteLetter(
            talk=_talk(desk, whom),
            text=cleaned,
            key=key or secrets.token_urlsafe(16),
            media=attached(desk, files, alts),
        )
        sent = _send(desk, wish)
    print_done(sent, as_json, sent.sentence)


def _send(desk: Answerer, wish: WriteLetter) -> LetterView:
    try:
        return desk.ask(wish)
    except RetryError as error:
        # Whether it was heard is not always known.
        raise RetryError(sentences.WRITE_WITH_KEY(reason=error, key=wish.key)) from error


def _read(text: str) -> str:
    return read_stdin(STDIN_BYTES_MAX).removesuffix("\n") if text == STDIN else text


class Talks(click.Group):
    """Takes what is no command of its own for somebody to show the conversation with."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            return show_talk.name, show_talk, args
        return super().resolve_command(ctx, args)


@click.group(
    cls=Talks, invoke_without_command=True, subcommand_metavar="[WHO|COMMAND [ARGS]...]"
)
@json_option
@click.pass_context
def messages(ctx: click.Context, as_json: bool) -> None:
    """Print your conversations; with WHO, what was written with them.

    WHO is a link, an address, the name of somebody known here, or of a group.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_talks, as_json=as_json)


@messages.command("list")
@json_option
@pass_context
def list_talks(context: Context, as_json: bool) -> None:
    """Print your conversations, the latest first."""
    with context.open() as desk:
        found = desk.ask(ListConversations())
    if as_json:
        print_answer(found)
    elif found.talks:
        now_ms = context.doors.now_ms()
        print_table(("with", "last", "new", ""), [_row(each, now_ms) for each in found.talks])
    else:
        print_sentence(sentences.NO_TALKS())
        print_sentence(sentences.HOW_TO_WRITE())


def _row(talk: TalkView, now_ms: int) -> tuple[str, ...]:
    last = format_age(talk.last_ms, now_ms) if talk.last_ms else ""
    # Of who is not known by a name, all of the address: a part of it names nobody.
    title = talk.talk if talk.talk.startswith(talk.title) else talk.title
    return title, last, str(talk.unread or ""), talk.sentence


@messages.command("show")
@who_argument
@json_option
@pass_context
def show_talk(context: Context, whom: Whom, as_json: bool) -> None:
    """Print what was written with somebody, or in a group."""
    with context.open() as desk:
        talk = _talk(desk, whom)
        found = desk.ask(ShowConversation(talk=talk))
        if found.talk.unread:
            desk.ask(NoteRead(talk=talk))
    _print(context, found, as_json)


def _print(context: Context, found: ConversationView, as_json: bool) -> None:
    if as_json:
        print_answer(found)
        return
    now_ms = context.doors.now_ms()
    if found.talk.group:
        people = ", ".join(each.author_name or "?" for each in found.talk.people)
        print_line(f"{found.talk.title}: {people}")
    if found.talk.sentence:
        print_sentence(f"{found.talk.title}: {found.talk.sentence}")
    for letter in found.letters:
        _print_letter(letter, now_ms)
    if not found.letters:
        print_sentence(sentences.NO_LETTERS())


def _print_letter(letter: LetterView, now_ms: int) -> None:
    if letter.missing:
        print_sentence(sentences.GAP(count=letter.missing))
    if letter.notice:
        print_sentence(letter.notice)
        return
    title = f"{letter.author_name or '?'}  {format_age(letter.time_ms, now_ms)}"
    print_text(f"{title}  {letter.sentence}".rstrip(), letter.text)
    for medium in letter.media:
        print_line(f"{INDENT}{told_of(medium)}")


# --- requests ------------------------------------------------------------------------------


def _answering(name: str, said: Text, what: str) -> click.Command:
    @click.command(name, help=what)
    @who_argument
    @json_option
    @pass_context
    def command(context: Context, whom: Whom, as_json: bool) -> None:
        with context.open() as desk:
            found = desk.ask(AnswerRequest(talk=_talk(desk, whom), answer=name))
        if as_json:
            print_answer(found)
        else:
            print_sentence(said(name=found.talk.title))

    return command


for _command in (
    _answering("accept", sentences.ACCEPTED_NOW, "Let somebody who asked write to you."),
    _answering("ignore", sentences.IGNORED_NOW, "Show nothing more of somebody who asked."),
    _answering(
        "block",
        filter_sentences.BLOCKED,
        "Show nothing of somebody, and take nothing from them.",
    ),
    _answering(
        "unblock", filter_sentences.UNBLOCKED, "Show somebody again, and take what they send."
    ),
):
    messages.add_command(_command)


# --- groups --------------------------------------------------------------------------------


@messages.group()
def group() -> None:
    """Write with several people at once, 32 at most."""


@group.command("create")
@click.argument("name", type=TextParam())
@click.argument("people", metavar="WHO", type=WhomParam(), nargs=-1, required=True)
@json_option
@pass_context
def create_group(context: Context, name: str, people: tuple[Whom, ...], as_json: bool) -> None:
    """Make a group; you add and remove its people."""
    with context.open() as desk:
        links = tuple(format_link(find(desk, each)) for each in people)
        found = desk.ask(MakeGroup(title=name, people=links))
    _print(context, found, as_json)


@group.command("add")
@click.argument("name", type=TextParam())
@who_argument
@json_option
@pass_context
def add_to_group(context: Context, name: str, whom: Whom, as_json: bool) -> None:
    """Add somebody to a group: they read what is written from now on."""
    _change(context, name, whom, as_json, on=True)


@group.command("remove")
@click.argument("name", type=TextParam())
@who_argument
@json_option
@pass_context
def remove_from_group(context: Context, name: str, whom: Whom, as_json: bool) -> None:
    """Remove somebody from a group: they read nothing that is written from now on."""
    _change(context, name, whom, as_json, on=False)


def _change(context: Context, name: str, whom: Whom, as_json: bool, *, on: bool) -> None:
    with context.open() as desk:
        talk = _group_called(desk, name)
        if talk is None:
            raise UserError(sentences.NO_GROUP())
        who = format_link(find(desk, whom))
        found = desk.ask(ChangeGroup(talk=talk, who=who, on=on))
    _print(context, found, as_json)


# --- whom ----------------------------------------------------------------------------------


def _talk(desk: Answerer, whom: Whom) -> str:
    """What names the conversation that is meant: a group of that name counts first."""
    if isinstance(whom, Name) and (found := _group_called(desk, whom.text)):
        return found
    return format_link(find(desk, whom))


def _group_called(desk: Answerer, name: str) -> str | None:
    talks = desk.ask(ListConversations()).talks
    found = [each.talk for each in talks if each.group and each.title == name]
    return found[0] if found else None
