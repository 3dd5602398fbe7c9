"""Sites at a terminal: written, kept up to date, ended."""

from pathlib import Path

from swarmfeed.cli.context import Context
from swarmfeed.cli.output import print_answer, print_sentence
from swarmfeed.core.archives.telling import day
from swarmfeed.core.asks.exports import EndSite, SiteView, WhichSites, WriteSite
from swarmfeed.core.exports import sentences


def write_site(context: Context, path: Path, url: str, *, keep: bool, as_json: bool) -> None:
    """Write a site, and keep it up to date if that is asked for."""
    with context.open() as desk:
        done = desk.ask(WriteSite(path=str(path.absolute()), url=url, keep=keep))
    if as_json:
        print_answer(done)
        return
    print_sentence(sentences.site_written(done))
    if done.media_missing:
        print_sentence(sentences.EXPORT_MISSING(missing=done.media_missing))
    if done.kept:
        print_sentence(sentences.SITE_KEPT())


def end_site(context: Context, path: Path, *, as_json: bool) -> None:
    """Keep a site up to date no longer."""
    with context.open() as desk:
        left = desk.ask(EndSite(path=str(path.absolute())))
    if as_json:
        print_answer(left)
    else:
        print_sentence(sentences.SITE_ENDED(path=str(path)))


def print_sites(context: Context, *, as_json: bool) -> None:
    """Tell which sites are kept up to date, and how far they are."""
    with context.open() as desk:
        found = desk.ask(WhichSites())
    if as_json:
        print_answer(found)
        return
    if not found.sites:
        print_sentence(sentences.NO_SITES())
    for site in found.sites:
        print_sentence(_said(site))


def _said(site: SiteView) -> str:
    if site.sentence:
        return sentences.SITE_FAILED(path=site.path, reason=site.sentence)
    return sentences.SITE_SINCE(path=site.path, posts=site.posts, when=day(site.written_ms))
