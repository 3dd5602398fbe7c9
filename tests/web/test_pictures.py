"""QR codes: what a terminal shows is the code, dot for dot."""

import segno
from webui.pictures import qr_lines

LINK = "swarmfeed-device:" + "a" * 112 + "?until=1800000000&at=192.168.178.123:40000"
DARK = {"\u2588": "00", "\u2580": "01", "\u2584": "10", " ": "11"}


def test_a_terminal_shows_the_code_with_its_margin() -> None:
    code = segno.make(LINK, error="l", micro=False)
    wanted = ["".join(map(str, row)) for row in code.matrix_iter(border=4)]
    shown: list[str] = []
    for line in qr_lines(LINK):
        shown += ["".join(DARK[dot][half] for dot in line) for half in (0, 1)]
    assert shown[: len(wanted)] == wanted
    assert set("".join(shown[len(wanted) :])) <= {"0"}, "what fills the last line is light"


def test_the_code_of_a_new_machine_fits_a_terminal_of_80_columns_and_30_lines() -> None:
    lines = qr_lines(LINK)
    assert len(lines) <= 30 and {len(line) for line in lines} == {len(lines[0])}
    assert len(lines[0]) <= 60
