"""``swarmfeed circles``: who can read what one posts for some people only."""

from collections.abc import Callable, Iterator

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_done, print_line, print_sentence
from swarmfeed.cli.params import WhomParam
from swarmfeed.cli.whom import Whom, find
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.circles import (
    AskToRead,
    CircleDone,
    Circles,
    CreateCircle,
    DeclineReader,
    LetIn,
    ListCircles,
    Person,
    RemoveReader,
    SharePost,
)
from swarmfeed.core.base.address import format_author, format_link
from swarmfeed.core.circles import sentences

who_argument = click.argument("who", type=WhomParam())


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def circles(ctx: click.Context, as_json: bool) -> None:
    """Show who can read what you post for some people only; let them in or out.

    A circle is people you choose. What you post with `swarmfeed post --to CIRCLE` others keep
    as any post of yours, and only people in the circle can read it. WHO is a link, an address,
    or a name that is known here.

    Whoever is in a circle keeps its keys: what was posted while they were in it they can read
    for ever. Nobody from outside has examined this encryption.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_circles, as_json=as_json)


@circles.command("list")
@json_option
@pass_context
def list_circles(context: Context, as_json: bool) -> None:
    """Print your circles, who asks to be let in, and who let you in."""
    with context.open() as desk:
        found = desk.ask(ListCircles())
    if as_json:
        print_answer(found)
        return
    for line in _lines(found):
        print_line(line)
    if not found.own:
        print_sentence(sentences.NO_CIRCLES())


@circles.command("create")
@click.argument("name")
@click.option("--reads-back", is_flag=True, help="Newcomers read what was posted before, too.")
@json_option
@pass_context
def create(context: Context, name: str, reads_back: bool, as_json: bool) -> None:
    """Make a circle with nobody in it."""
    _do(context, lambda _: CreateCircle(circle=name, reads_back=reads_back), as_json)


@circles.command("ask")
@who_argument
@json_option
@pass_context
def ask(context: Context, who: Whom, as_json: bool) -> None:
    """Ask somebody whether you may read what they post to a circle."""
    _do(context, lambda link: AskToRead(who=link), as_json, who)


@circles.command("approve")
@who_argument
@click.argument("circle", default="")
@json_option
@pass_context
def approve(context: Context, who: Whom, circle: str, as_json: bool) -> None:
    """Let somebody in, whether they asked or not."""
    _do(context, lambda link: LetIn(who=link, circle=circle), as_json, who)


@circles.command("decline")
@who_argument
@json_option
@pass_context
def decline(context: Context, who: Whom, as_json: bool) -> None:
    """Tell somebody who asked that you do not let them in."""
    _do(context, lambda link: DeclineReader(who=link), as_json, who)


@circles.command("remove")
@who_argument
@click.argument("circle")
@json_option
@pass_context
def remove(context: Context, who: Whom, circle: str, as_json: bool) -> None:
    """Let somebody read what you post to a circle no longer."""
    _do(context, lambda link: RemoveReader(who=link, circle=circle), as_json, who)


@circles.command("share")
@click.argument("post")
@who_argument
@json_option
@pass_context
def share(context: Context, post: str, who: Whom, as_json: bool) -> None:
    """Let one more person read one post of yours; POST is its number or FEED/INDEX."""
    _do(context, lambda link: SharePost(ref=post, who=link), as_json, who)


def _do(
    context: Context,
    wish: Callable[[str], Ask[CircleDone]],
    as_json: bool,
    who: Whom | None = None,
) -> None:
    with context.open() as desk:
        done = desk.ask(wish("" if who is None else format_link(find(desk, who))))
    print_done(done, as_json, done.sentence)


def _lines(found: Circles) -> Iterator[str]:
    for circle in found.own:
        title = sentences.PEOPLE_IN(name=circle.name, people=circle.count)
        more = f" ({sentences.NEWCOMERS_READ_BACK()})" if circle.reads_back else ""
        yield title + more
        yield from (f"    {_called(each)}" for each in circle.people)
    yield from (sentences.WAITS(who=_called(each)) for each in found.waiting)
    for readable in found.readable:
        yield sentences.READABLE(who=_called(readable.author), name=readable.name)
    for asked in found.asked:
        said = sentences.WE_WERE_DECLINED if asked.declined else sentences.WE_ASKED
        yield said(who=_called(asked.person))


def _called(person: Person) -> str:
    return f"{person.name or '?'}  {format_author(person.author_id)}"
