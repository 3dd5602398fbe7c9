"""``swarmfeed notifications``: who answered the person or mentioned them."""

import click

from swarmfeed.cli.commands.posts import page_options
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_posts, print_sentence
from swarmfeed.core.asks import notification_sentences as sentences
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.notifications import MarkRead, Notification, Notifications
from swarmfeed.core.asks.posts import ref_text


@click.command()
@page_options
@click.option("--unread", is_flag=True, help="Only those that are unread.")
@click.option("--mark-read", is_flag=True, help="Mark those that are printed as read.")
@json_option
@pass_context
def notifications(
    context: Context,
    limit: int,
    before: Cursor | None,
    unread: bool,
    mark_read: bool,
    as_json: bool,
) -> None:
    """Print who answered or mentioned you, newest first.

    Looks through all that is held here, also of people you do not follow.
    """
    with context.open() as desk:
        found = desk.ask(Notifications(limit=limit, before=before, unread=unread))
        shown = [each.post.ref for each in found.notifications if each.unread]
        if mark_read and shown:
            desk.ask(MarkRead(refs=",".join(map(ref_text, shown))))
    if as_json:
        print_answer(found)
        return
    if found.unread_count:
        print_sentence(sentences.how_many_new(found.unread_count))
    posts = [each.post for each in found.notifications]
    notes = [_what(each) for each in found.notifications]
    now_ms = context.doors.now_ms()
    print_posts(posts, now_ms=now_ms, empty=sentences.NO_NOTICES(), notes=notes)


def _what(notification: Notification) -> str:
    said = sentences.what_it_does(
        answers=notification.is_answer, mentions=notification.is_mention
    )
    return sentences.IS_NEW(what=said) if notification.unread else said
