"""The command line: ``swarmfeed COMMAND``.

A command parses, asks the node, prints.  What goes wrong for a person is one line on
standard error and exit code 1; wrong use is exit code 2; a bug is a traceback.

What is not needed to find the command is not imported here: see ``table``.
"""

import errno
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import click

import swarmfeed
from swarmfeed.cli import leaving
from swarmfeed.cli.hints import complete, keep_home
from swarmfeed.cli.options import keyring_option, passphrase_file_option
from swarmfeed.cli.table import LazyGroup, MakeCommand, Row
from swarmfeed.errors import DamageError, FatalError, RetryError, UserError

LEVELS: Final = ("debug", "info", "warning")
"""What ``--log`` takes: everything, what happens, what somebody should look at."""


_NOT_TAKEN: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF})
"""Why an output takes no more.  That nobody listens any more (EPIPE) ends it in silence."""


class Commands(LazyGroup):
    """Shows what a person can act on as one line; lets bugs be tracebacks."""

    def main(self, *args: Any, **extra: Any) -> Any:
        try:
            return super().main(*args, **extra)
        except OSError as error:
            if error.errno not in _NOT_TAKEN or error.filename is not None:
                raise
            _drop_output()
            sys.exit(f"Error: the output cannot be written: {error.strerror}")

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise click.exceptions.Exit(leaving.EXIT_CODE) from None
        except FatalError as error:
            from swarmfeed.core.asks.sentences import NODE_STOPPED

            raise _sentence(NODE_STOPPED(reason=error)) from error
        except (UserError, RetryError, DamageError) as error:
            raise _sentence(str(error)) from error


def _drop_output() -> None:
    """Let the end of the process write into nothing what could not be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)


def _sentence(text: str) -> click.ClickException:
    from swarmfeed.cli.output import plain

    return click.ClickException(plain(complete(" ".join(text.split()))))


home_option = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="SWARMFEED_HOME",
    show_envvar=True,
    help="Folder of your keys and posts.",
)
log_option = click.option(
    "--log",
    "level",
    type=click.Choice(LEVELS),
    default="warning",
    show_default=True,
    envvar="SWARMFEED_LOG",
    help="How much of what the node does is told on standard error.",
)


def _row(name: str, place: str, about: str) -> Row:
    return Row(name=name, place=f"swarmfeed.cli.commands.{place}", about=about)


COMMANDS: Final[tuple[Row | click.Command | MakeCommand, ...]] = (
    _row("init", "init:init", "Make the keys of a new author."),
    _row(
        "restore",
        "restore:make_restore",
        "Make a home of an author that there is already, from its 24 words.",
    ),
    _row(
        "shares",
        "shares:shares",
        "Split the second sheet among people you trust, and join it again.",
    ),
    _row(
        "move-to-second-sheet",
        "moving:make_move",
        "Let the key of your second sheet take over: when the first one was stolen.",
    ),
    _row(
        "lock", "locking:lock", "Let the running node write nothing until `swarmfeed unlock`."
    ),
    _row(
        "unlock",
        "locking:unlock",
        "Let the running node write again; asks for the passphrase.",
    ),
    _row(
        "passphrase",
        "passphrase:passphrase",
        "Change the passphrase of your keys.",
    ),
    _row(
        "devices", "devices:devices", "Show the machines that write for you; add or remove one."
    ),
    _row("run", "run:make_run", "Run the node and its page until Ctrl-C."),
    _row("open", "run:open_page", "Open the page of the running node."),
    _row(
        "settings",
        "settings:make_settings",
        "Print how the node is run, or choose something else: disk, limits, proxy.",
    ),
    _row("autostart", "launching:autostart", "Let the node start by itself when you log in."),
    _row("desktop", "launching:desktop", "Put swarmfeed in the menu of your desktop."),
    _row("whoami", "people:whoami", "Print who you are here, and the link to give to others."),
    _row("profile", "profile:profile", "Print how others see you, or change it."),
    _row("pin", "profile:pin", "Show a post of yours above your others."),
    _row("unpin", "profile:unpin", "Show no post above your others any more."),
    _row("post", "posts:post", "Sign TEXT and publish it; - reads it from standard input."),
    _row(
        "edit",
        "changing:edit",
        "Give a post of yours another text; - reads it from standard input.",
    ),
    _row(
        "versions",
        "changing:versions",
        "Print what a post said, and what it said before it was edited, oldest first.",
    ),
    _row("media", "media:media", "Fetch pictures and files of posts."),
    _row("withdraw", "changing:withdraw", "Take a post of yours back."),
    _row("like", "reactions:like", "Like a post; everybody who can read it can see that."),
    _row("unlike", "reactions:unlike", "Like a post no longer."),
    _row("boost", "reactions:boost", "Show a post to those who follow you."),
    _row("unboost", "reactions:unboost", "Take a boost back."),
    _row(
        "take-back",
        "reactions:take_back",
        "Take back that you like or boosted a post, also one that cannot be read here.",
    ),
    _row(
        "follow",
        "people:follow",
        "Follow somebody from now on, or many at once.",
    ),
    _row(
        "suggestions",
        "suggestions:suggestions",
        "Print whom those follow whom you follow, and who of them does.",
    ),
    _row(
        "near",
        "near:near",
        "Print who shows themselves in this network, to those who do so too.",
    ),
    _row("unfollow", "people:unfollow", "Follow somebody no longer."),
    _row(
        "circles",
        "circles:circles",
        "Show who can read what you post for some people only; let them in or out.",
    ),
    _row(
        "mute",
        "mute:mute",
        "Show nothing of somebody in your timeline and notifications.",
    ),
    _row("unmute", "mute:unmute", "Show somebody again."),
    _row("note", "note:note", "Write something down about somebody, or print what you wrote."),
    _row("mute-thread", "mute:mute_thread", "Have no more notices of a thread."),
    _row("unmute-thread", "mute:unmute_thread", "Have notices of a thread again."),
    _row(
        "block",
        "blocking:block",
        "Show nothing of somebody, and take nothing from them.",
    ),
    _row("unblock", "blocking:unblock", "Show somebody again, and take what they send."),
    _row(
        "filters",
        "blocking:filters",
        "Print which words you do not want to read, and until when.",
    ),
    _row("lists", "people_lists:lists", "Print your lists of people, and who is in them."),
    _row(
        "bookmarks",
        "bookmarks:bookmarks",
        "Print the posts that you keep to find them again, the last one first.",
    ),
    _row(
        "message",
        "messages:message",
        "Write TEXT to somebody, or to a group; - reads it from standard input.",
    ),
    _row(
        "messages",
        "messages:messages",
        "Print your conversations; with WHO, what was written with them.",
    ),
    _row(
        "state",
        "state:state",
        "What you keep to yourself: whom you muted, and what you read.",
    ),
    _row(
        "fetch",
        "fetch:make_fetch",
        "Fetch everything that somebody wrote.",
    ),
    _row(
        "timeline",
        "posts:timeline",
        "Print what you and those you follow wrote, newest first.",
    ),
    _row("show", "posts:show", "Print the posts of one author, or one post with its thread."),
    _row(
        "search",
        "posts:search",
        "Find posts held here, or in the network, that have all WORDS in them.",
    ),
    _row(
        "rising",
        "rising:rising",
        "Print tags of which unusually many people write since yesterday.",
    ),
    _row(
        "subscribe",
        "subscribe:subscribe",
        "Be told of new posts of anybody: with a tag, with words, or by one person.",
    ),
    _row(
        "notifications",
        "notifications:notifications",
        "Print who answered, mentioned, quoted, liked, boosted or followed you, newest first.",
    ),
    _row(
        "newest",
        "newest:newest",
        "Print whether others saw anything newer of somebody than what is here.",
    ),
    _row("webfeeds", "webfeeds:webfeeds", "Print the sites of the web that you follow."),
    _row("import", "imports:import_", "Import posts from a file into your own feed."),
    _row(
        "export",
        "exports:export",
        "Write all your posts, pictures, lists of people and logs into a folder or a zip.",
    ),
    _row(
        "delete-home",
        "deleting:delete_home",
        "Delete your keys, posts, messages and settings from this machine.",
    ),
    _row("status", "care:status", "Print how the node is: its feeds, its peers, its disk."),
    _row(
        "alarms",
        "alarms:alarms",
        "Print what others did in your name, and what to do.",
    ),
    _row(
        "jobs",
        "jobs:jobs",
        "Print the repeating work of the running node: when, what it decided, and why.",
    ),
    _row(
        "log",
        "log:log",
        "Print what the running node wrote down since its start, newest first.",
    ),
    _row(
        "history",
        "history:history",
        "Give disk for other people's history, and see what is done with it.",
    ),
    _row(
        "supernodes",
        "supernodes:supernodes",
        "Print who serves this machine, or whom it serves, and why it is so.",
    ),
    _row("verify", "care:verify", "Check every byte held here against the signed heads."),
    _row("reindex", "care:reindex", "Build the index anew from the logs, which are the truth."),
)
"""In the order of a first day, not of the alphabet."""


def settings_of_roles() -> tuple[type, ...]:
    """What roles let people set, beside the settings of every node."""
    from swarmfeed.node.history.settings import HistorySettings
    from swarmfeed.node.letters.settings import LetterSettings
    from swarmfeed.node.lookup.settings import LookupSettings
    from swarmfeed.node.mailboxes.settings import MailboxSettings
    from swarmfeed.node.media.settings import MediaSettings
    from swarmfeed.node.relay.settings import RelaySettings
    from swarmfeed.node.supernode.settings import SupernodeSettings
    from swarmfeed.node.wayin.settings import WayInSettings
    from swarmfeed.node.witness.settings import WitnessSettings

    return (
        HistorySettings,
        SupernodeSettings,
        RelaySettings,
        LookupSettings,
        MediaSettings,
        WayInSettings,
        WitnessSettings,
        LetterSettings,
        MailboxSettings,
    )


def make_main(
    commands: Sequence[Row | click.Command | MakeCommand] = COMMANDS,
    settings: Callable[[], Sequence[type]] = settings_of_roles,
) -> Commands:
    """Build the command line of these commands, for nodes with these settings of roles.

    Raises:
        ValueError: Two commands have the same name.
    """

    @click.group(
        cls=Commands,
        rows=commands,
        settings=settings,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    @click.version_option(swarmfeed.__version__, package_name="swarmfeed")
    @home_option
    @passphrase_file_option
    @keyring_option
    @log_option
    @click.pass_context
    def main(
        ctx: click.Context,
        home: Path | None,
        passphrase_file: Path | None,
        keyring: bool,
        level: str,
    ) -> None:
        """A microblog that belongs to the people who write it.

        Start with `swarmfeed run`: its page asks all else.
        """
        from swarmfeed.cli.context import make_context

        if home and ctx.get_parameter_source("home") is click.core.ParameterSource.COMMANDLINE:
            keep_home(ctx, home)
        ctx.obj = make_context(home, passphrase_file, level, ctx.obj, keyring=keyring)

    return main


main: Final = make_main()
