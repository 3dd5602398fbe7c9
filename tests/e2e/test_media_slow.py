"""A photograph of 5 MB over a line as people have it at home: 100 ms, 10 Mbit/s."""

import time
from pathlib import Path
from typing import Final

import pytest
from street.photographs import photograph

from tests.e2e.test_media import states
from tests.e2e.test_punching import Housed
from tests.own_network import machines

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ANNA, BEN = "10.77.0.1", "10.77.0.2"
DELAY_S: Final = 0.1
BYTES_PER_S: Final = 10_000_000 / 8


def test_a_photograph_is_seen_over_a_slow_line(tmp_path: Path) -> None:
    with machines("anna", "ben") as (near, far):
        line = near.slow_line(
            "line", f"{ANNA}/24", far, "line", f"{BEN}/24", DELAY_S, BYTES_PER_S
        )
        with line:
            anna, ben = Housed(near, tmp_path, ANNA), Housed(far, tmp_path, BEN)
            try:
                took_s = seen_after_s(anna, ben, tmp_path / "photo.jpg")
            finally:
                anna.kill()
                ben.kill()
    print(f"seen after {took_s:.1f} s")  # for who measures


def seen_after_s(anna: Housed, ben: Housed, photo: Path) -> float:
    anna.start()
    ben.start("--peer", anna.link_endpoint())
    ben.post("follow", who=anna.get("whoami")["link"])
    ben.wait_for("anna's feed", lambda: ben.feed_of(anna.author))
    photo.write_bytes(photograph())
    begun_s = time.monotonic()
    anna.machine.do(
        lambda: anna.command("post", "Look!", "--media", str(photo), "--alt", "A grey sea.")
    )
    print(f"posted after {time.monotonic() - begun_s:.1f} s")
    ben.wait_for("the picture", lambda: states(ben) == ["here"])
    return time.monotonic() - begun_s
