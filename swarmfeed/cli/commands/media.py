"""``swarmfeed media``: pictures and files of posts."""

from collections.abc import Sequence
from pathlib import Path

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_line, print_sentence
from swarmfeed.cli.params import TextParam
from swarmfeed.core.asks.media import (
    HERE,
    Attached,
    FetchMedium,
    HowIsMedia,
    ShowMedium,
    Upload,
)
from swarmfeed.core.asks.posts import ShowPost
from swarmfeed.core.base.texts import format_size
from swarmfeed.core.media import sentences
from swarmfeed.core.media.limits import UPLOAD_PART_BYTES
from swarmfeed.desk import Answerer
from swarmfeed.errors import UserError


@click.group()
def media() -> None:
    """Fetch pictures and files of posts."""


@media.command()
@click.argument("ref", metavar="REF", type=TextParam())
@click.option("--number", type=click.IntRange(1, 4), help="Which, from 1; all if left out.")
@json_option
@pass_context
def fetch(context: Context, ref: str, number: int | None, as_json: bool) -> None:
    """Fetch the pictures and files of a post, and print where they lie.

    REF is its number, FEED/INDEX or its hash.
    """
    with context.open() as desk:
        count = len(desk.ask(ShowPost(ref=ref)).post.media)
        wanted = [number] if number else list(range(1, count + 1))
        for each in wanted or [1]:
            found = desk.ask(FetchMedium(ref=ref, number=each))
            if as_json:
                print_answer(found)
            elif found.state == HERE:
                form = "whole" if found.is_picture else "file"
                print_line(desk.ask(ShowMedium(id=found.id, form=form)).path or found.alt)
            else:
                print_sentence(sentences.STILL_AWAY(number=each))


@media.command()
@json_option
@pass_context
def status(context: Context, as_json: bool) -> None:
    """Print how many pictures and files are here, and what room they have."""
    with context.open() as desk:
        found = desk.ask(HowIsMedia())
    if as_json:
        print_answer(found)
        return
    size = format_size(found.own_bytes, tenths_below=10)
    print_sentence(sentences.OWN_MEDIA(files=found.own, size=size))
    rooms = found.others_bytes, found.disk_bytes
    size, disk = (format_size(each, tenths_below=10) for each in rooms)
    print_sentence(sentences.OTHERS_MEDIA(files=found.others, size=size, disk=disk))


def hand_over(desk: Answerer, path: Path, alt: str) -> Attached:
    """Hand a file over to the node, part by part."""
    upload = ""
    try:
        with path.open("rb") as file:
            while data := file.read(UPLOAD_PART_BYTES):
                upload = desk.ask(Upload(data=data, upload=upload)).upload
    except OSError as error:
        raise UserError(sentences.UNREADABLE(path=path, reason=error.strerror)) from error
    if not upload:
        raise UserError(sentences.EMPTY_FILE())
    return Attached(upload=upload, alt=alt, file_name=path.name)


def attached(desk: Answerer, files: Sequence[str], alts: Sequence[str]) -> tuple[Attached, ...]:
    """Hand over files, the first with the first description."""
    if len(alts) > len(files):
        raise UserError(sentences.MORE_ALTS_THAN_FILES())
    told = [*alts, *[""] * (len(files) - len(alts))]
    return tuple(
        hand_over(desk, Path(file), alt) for file, alt in zip(files, told, strict=True)
    )
