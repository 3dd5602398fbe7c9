"""``swarmfeed jobs``: what the running node does again and again."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import format_age, print_json, print_table
from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.codec import to_json
from swarmfeed.core.asks.upkeep import JobStatus, WhatRepeats
from swarmfeed.errors import UserError


@click.command()
@json_option
@pass_context
def jobs(context: Context, as_json: bool) -> None:
    """Print the repeating work of the running node: when, what it decided, and why."""
    with context.open() as desk:
        found = desk.ask(WhatRepeats()).jobs
    if as_json:
        print_json([to_json(job) for job in found])
        return
    if not found:
        raise UserError(sentences.NOT_RUNNING())
    now_ms = context.doors.now_ms()
    print_table(
        ("job", ">every", "last run", "next run", "what it decided"),
        [_job_row(job, now_ms) for job in found],
    )


def _job_row(job: JobStatus, now_ms: int) -> tuple[str, ...]:
    return (
        job.name,
        _period(job.every_s),
        "not yet" if job.last_run_ms is None else format_age(job.last_run_ms, now_ms),
        "" if job.next_run_ms is None else _wait(job.next_run_ms - now_ms),
        job.last_result,
    )


def _period(every_s: int) -> str:
    if every_s >= 3_600:
        return f"{round(every_s / 3_600, 1):g} h"
    return f"{round(every_s / 60):g} min" if every_s >= 60 else f"{every_s} s"


def _wait(wait_ms: int) -> str:
    return "now" if wait_ms < 1_000 else f"in {_period(round(wait_ms / 1_000))}"
