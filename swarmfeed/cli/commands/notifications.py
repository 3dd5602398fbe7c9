"""``swarmfeed notifications``: who wrote to the person, liked, boosted or followed."""

import click

from swarmfeed.cli.commands.posts import page_options
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.layout import cut
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import (
    INDENT,
    format_age,
    plain,
    print_answer,
    print_post,
    print_posts,
    print_sentence,
    styled,
    terminal_columns,
    titled,
)
from swarmfeed.core.asks import notification_sentences as sentences
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.notifications import (
    REQUESTS,
    TYPES,
    Approach,
    MarkRead,
    Notification,
    NotificationList,
    Notifications,
    Regard,
    in_order,
    unread_of,
)
from swarmfeed.core.asks.posts import first_words
from swarmfeed.core.asks.reaction_sentences import NAMELESS


@click.command()
@page_options
@click.option("--unread", is_flag=True, help="Only those that are unread.")
@click.option("--mark-read", is_flag=True, help="Mark those that are printed as read.")
@click.option("--type", "kind", type=click.Choice(TYPES), help="Only those of one type.")
@json_option
@pass_context
def notifications(
    context: Context,
    limit: int,
    before: Cursor | None,
    unread: bool,
    mark_read: bool,
    kind: str | None,
    as_json: bool,
) -> None:
    """Print who answered, mentioned, quoted, liked, boosted or followed you, newest first.

    Looks through all that is held here, also of people you do not follow. Among them stand who
    wrote to you for the first time, asks to be let into a circle of yours, or let you into one.
    """
    with context.open() as desk:
        found = desk.ask(
            Notifications(limit=limit, before=before, unread=unread, type=kind or "")
        )
        if mark_read and (shown := unread_of(in_order(found))):
            desk.ask(MarkRead(refs=shown))
    if as_json:
        print_answer(found)
        return
    if found.unread_count:
        print_sentence(sentences.how_many_new(found.unread_count))
    _print_all(found, context.doors.now_ms())


def _print_all(found: NotificationList, now_ms: int) -> None:
    """All kinds as they come, the newest first."""
    listed = in_order(found)
    if not listed:
        print_posts((), now_ms=now_ms, empty=sentences.NO_NOTICES())
    for number, each in enumerate(listed):
        if number:
            click.echo("")
        if isinstance(each, Notification):
            print_post(each.post, now_ms=now_ms, notes=[_what(each)])
        elif isinstance(each, Approach):
            _print_approach(each, now_ms)
        else:
            _print_regard(each, now_ms)


def _print_approach(approach: Approach, now_ms: int) -> None:
    who = plain(approach.author_name) or NAMELESS()
    said = sentences.what_they_want(approach, plain).removeprefix(who).strip()
    told = sentences.IS_NEW(what=said) if approach.unread else said
    click.echo(titled(who, format_age(approach.time_ms, now_ms), told))
    if approach.type == REQUESTS and approach.words:
        click.echo(styled(cut(INDENT + plain(approach.words), terminal_columns()), dim=True))


def _print_regard(regard: Regard, now_ms: int) -> None:
    who = sentences.together(regard, plain)
    # Commands speak English, where who did it comes first: as above a post.
    said = sentences.what_people_did(regard, plain).removeprefix(who).strip()
    told = sentences.IS_NEW(what=said) if regard.unread else said
    click.echo(titled(who, format_age(regard.time_ms, now_ms), told))
    if regard.post is not None:
        words = first_words(regard.post.text, regard.post.cw)
        click.echo(styled(cut(INDENT + plain(words), terminal_columns()), dim=True))


def _what(notification: Notification) -> str:
    said = sentences.what_it_does(
        answers=notification.is_answer,
        mentions=notification.is_mention,
        quotes=notification.is_quote,
    )
    return sentences.IS_NEW(what=said) if notification.unread else said
