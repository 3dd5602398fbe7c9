"""``swarmfeed export``: all that is one's own, for other programs and to keep; or one post."""

import os
from pathlib import Path

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_sentence
from swarmfeed.cli.sites import end_site, print_sites, write_site
from swarmfeed.core.asks.exports import ExportAll, ExportPost
from swarmfeed.core.exports import sentences
from swarmfeed.errors import UserError


@click.command("export")
@click.argument("path", metavar="DIR|FILE.zip", required=False, type=click.Path(path_type=Path))
@click.option(
    "--post", "ref", metavar="REF", help="One post with its proof, as one HTML file instead."
)
@click.option(
    "--site",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="A website of your public posts, for any web space, instead.",
)
@click.option(
    "--url", metavar="URL", default="", help="Of a website: its address, for its feeds."
)
@click.option("--keep", is_flag=True, help="Of a website: keep it up to date from now on.")
@click.option("--end", is_flag=True, help="Of a website: keep it up to date no longer.")
@click.option("--sites", is_flag=True, help="Tell which websites are kept up to date.")
@json_option
@pass_context
def export(
    context: Context,
    path: Path | None,
    ref: str | None,
    site: Path | None,
    url: str,
    keep: bool,
    end: bool,
    sites: bool,
    as_json: bool,
) -> None:
    """Write all your posts, pictures, lists of people and logs into a folder or a zip.

    index.html in it can be read without any program; feeds, lists and the files of Mastodon's
    archives are for others. swarmfeed import reads it again. It is not encrypted: whoever has
    it reads whom you follow, block and mute.

    With --post a post goes into a file (or is printed) that anybody can check with
    tools/verify_feed.py --post.

    With --site your public posts become pages and feeds in DIR, for any web space. Again writes
    only what changed, and pages of withdrawn posts go.
    """
    if (url or keep or end) and site is None:
        raise UserError(sentences.OF_A_SITE())
    if sum((ref is not None, site is not None, sites)) > 1 or (site is not None and path):
        raise UserError(sentences.ONE_AT_A_TIME())
    if sites:
        print_sites(context, as_json=as_json)
    elif site is not None and end:
        end_site(context, site, as_json=as_json)
    elif site is not None:
        write_site(context, site, url, keep=keep, as_json=as_json)
    elif ref is not None:
        _export_post(context, ref, path, as_json)
    else:
        _export_all(context, path, as_json)


def _export_all(context: Context, path: Path | None, as_json: bool) -> None:
    if path is None:
        raise UserError(sentences.NAME_A_PLACE())
    with context.open() as desk:
        done = desk.ask(ExportAll(path=str(path.absolute())))
    if as_json:
        print_answer(done)
        return
    print_sentence(sentences.EXPORTED(posts=done.posts, media=done.media, path=done.path))
    if done.media_missing:
        print_sentence(sentences.EXPORT_MISSING(missing=done.media_missing))
    print_sentence(sentences.WHAT_OTHERS_TAKE())


def _export_post(context: Context, ref: str, path: Path | None, as_json: bool) -> None:
    with context.open() as desk:
        found = desk.ask(ExportPost(ref=ref))
    if path is not None:
        write_new(path, found.page.encode("utf-8"))
    if as_json:
        print_answer(found)
    elif path is None:
        click.echo(found.page.encode("utf-8"), nl=False)
    else:
        print_sentence(sentences.POST_WRITTEN(path=str(path)))


def write_new(path: Path, content: bytes) -> None:
    """Write a file that was not there, whole and synced.  UserError: it cannot be."""
    try:
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise UserError(sentences.NOT_EMPTY(path=str(path))) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(sentences.CANNOT_WRITE(path=str(path), reason=reason)) from error
