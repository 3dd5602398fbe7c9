"""``swarmfeed whoami``, ``follow`` and ``unfollow``: who one is, and whom one reads."""

from collections.abc import Sequence

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_facts, print_sentence, warn
from swarmfeed.cli.params import STDIN, TextParam, WhomParam, is_address, read_stdin
from swarmfeed.cli.whom import Name, Whom, find, name_of
from swarmfeed.core.asks import input_sentences as said
from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.alarm_sentences import TWO_SUCCESSORS
from swarmfeed.core.asks.limits import FOLLOWED_AT_ONCE_MAX, FOLLOWED_BYTES_MAX
from swarmfeed.core.asks.people import (
    AboutAuthor,
    AuthorView,
    Follow,
    FollowAll,
    FollowedNow,
    LookAt,
    Passed,
    Unfollow,
    WhoAreYou,
    people_in,
)
from swarmfeed.core.base.address import format_address, format_author, format_link
from swarmfeed.desk import Answerer
from swarmfeed.errors import UserError


@click.command()
@json_option
@pass_context
def whoami(context: Context, as_json: bool) -> None:
    """Print who you are here, and the link to give to others."""
    with context.open() as desk:
        me = desk.ask(WhoAreYou())
    if as_json:
        print_answer(me)
        return
    print_facts(
        [
            ("name", me.name),
            ("author", format_author(me.author_id)),
            ("link", me.link),
            ("node", format_address(me.node_id)),
            ("verifier", me.verifier_key),
        ]
    )


def _one_or_many(
    ctx: click.Context, param: click.Parameter, typed: tuple[str, ...]
) -> Whom | tuple[str, ...]:
    """One person is looked at before; of many whoever is mistyped keeps no other back."""
    is_one = len(typed) == 1 and typed[0] != STDIN
    whom: Whom | None = WhomParam().convert(typed[0], param, ctx) if is_one else None
    return typed if whom is None else whom


@click.command()
@click.argument(
    "whom", nargs=-1, required=True, metavar="WHOM...", type=TextParam(), callback=_one_or_many
)
@json_option
@click.pass_context
@pass_context
def follow(
    context: Context, ctx: click.Context, whom: Whom | tuple[str, ...], as_json: bool
) -> None:
    """Follow somebody from now on, or many at once.

    WHOM is a link, an address, or a name that is known here; - reads them from standard
    input, one a line. Everybody can see whom you follow: it is an entry of your feed.

    Of many, whoever cannot be followed is named, all others are; then the exit code is 1.
    """
    if not isinstance(whom, tuple):
        _follow_one(context, whom, as_json)
    elif _follow_many(context, _listed(whom), as_json).passed:
        ctx.exit(1)


def _follow_one(context: Context, whom: Whom, as_json: bool) -> None:
    with context.open() as desk:
        link = find(desk, whom)
        _, *warnings = desk.ask(LookAt(who=format_link(link))).sentences
        for warning in () if as_json else warnings:
            print_sentence(warning)
        author = desk.ask(Follow(who=format_link(link)))
    # Of somebody new nothing is here yet: then the link says what they are called.
    _print_author(author, as_json, sentences.FOLLOWED(name=name_of(author, link)))


def _listed(typed: Sequence[str]) -> list[str]:
    """All who were named, - replaced by the lines of standard input.  Raises UserError."""
    named: list[str] = []
    for each in typed:
        named += people_in(read_stdin(FOLLOWED_BYTES_MAX)) if each == STDIN else [each]
    if not named:
        raise UserError(said.NOBODY_GIVEN())
    return named


def _follow_many(context: Context, typed: Sequence[str], as_json: bool) -> FollowedNow:
    with context.open() as desk:
        links, unknown = _find_each(desk, typed)
        total = FollowedNow(passed=tuple(unknown))
        for at in range(0, len(links), FOLLOWED_AT_ONCE_MAX):
            done = desk.ask(FollowAll(who=tuple(links[at : at + FOLLOWED_AT_ONCE_MAX])))
            total = FollowedNow(
                authors=total.authors + done.authors,
                already=total.already + done.already,
                passed=total.passed + done.passed,
            )
    if as_json:
        print_answer(total)
        return total
    now, already, passed = len(total.authors), total.already, total.passed
    print_sentence(said.what_was_followed(now=now, already=already, passed=len(passed)))
    for each in passed:
        warn(said.ONE_PASSED(who=each.who, reason=each.reason))
    return total


def _find_each(desk: Answerer, typed: Sequence[str]) -> tuple[list[str], list[Passed]]:
    """Links as they were typed and those of names; and the names that are nobody's."""
    links, unknown = [], []
    for each in typed:
        try:
            links.append(each if is_address(each) else format_link(find(desk, Name(each))))
        except UserError as error:
            unknown.append(Passed(who=each, reason=str(error)))
    return links, unknown


@click.command()
@click.argument("whom", type=WhomParam())
@json_option
@pass_context
def unfollow(context: Context, whom: Whom, as_json: bool) -> None:
    """Follow somebody no longer.

    WHOM is a link, an address, or a name.
    """
    with context.open() as desk:
        link = find(desk, whom)
        before = desk.ask(AboutAuthor(author=link.author_id))
        if not before.followed:
            raise UserError(sentences.NOT_FOLLOWED(name=name_of(before, link)))
        author = desk.ask(Unfollow(who=format_link(link)))
    _print_author(author, as_json, sentences.UNFOLLOWED(name=name_of(author, link)))


def _print_author(author: AuthorView, as_json: bool, sentence: str) -> None:
    if as_json:
        print_answer(author)
        return
    print_sentence(sentence)
    if author.disputed:
        print_sentence(TWO_SUCCESSORS(name=author.name or format_author(author.author_id)))
