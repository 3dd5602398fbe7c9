"""The five-minute tour of the README works when it is copied as it stands."""

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.e2e.nodes import CHECKOUT, PATIENCE_S, new_address

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ADDRESS = re.compile(r"127\.0\.0\.1[0-9]")


def read_tour() -> str:
    """The tour as one shell script, at addresses that nobody else has on this machine."""
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    tour = readme.partition("## Five-minute tour")[2].partition("\n## ")[0]
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```", tour, re.M | re.S))
    free = {address: new_address() for address in sorted(set(ADDRESS.findall(script)))}
    assert len(free) == 3, "Anna, Ben and Cleo"
    return ADDRESS.sub(lambda found: free[found[0]], script)


def run_tour(folder: Path) -> str:
    """Run it; returns all it printed.  Its nodes end with it, however it ends."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "TMPDIR": str(folder), "COLUMNS": "120"}
    with subprocess.Popen(
        ["bash", "-e", "-u", "-c", read_tour()],
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as shell:
        try:
            printed, _ = shell.communicate(timeout=2 * PATIENCE_S)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
    assert shell.returncode == 0, printed
    return printed


def test_the_tour_works_as_written(tmp_path: Path) -> None:
    printed = run_tour(tmp_path)
    assert "1,000 posts imported" in printed
    assert "1 other has your newest post" in printed
    assert "Anna: all 1,003 entries held and verified" in printed, "Cleo has it from Ben"
    assert "Page 365 of an old notebook" in printed
    assert re.search(
        r"Cleo  (just now|[0-9]+ minutes? ago)\n +Answering Anna: .+\n +Hello, Anna", printed
    )
    assert "all good" in printed
    assert list(tmp_path.iterdir()) == [], "it cleans up behind itself"
