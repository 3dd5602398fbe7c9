"""A home of version 0.1 is named as what it is, by whatever command, and keeps every byte."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from swarmfeed.cli.main import main

KEYS = """swarmfeed keys 1
Whoever has this file and its passphrase can write in your name: keep both safe.
passphrase: none
argon2id: 1 operations, 8192 bytes
salt: Sh1+hnhU3/tJG6No/uNmfA==

g5WOn9j1cFldDRJlR27ovOCOhzHSS5b1ipiwP9fijNh9WgRluYiqghl5KwVOIo1lFnBbXgTu/Rqu
gKawen34yE2vcofbdJ0z9ZrV6OAHdCsofE2bdyjH38mjn2U8mzDM/0CnM553IM2WBV5Wdd3Fhmrf
hpm7jDLav/WeStTWafSOukpW6nv937l5/NpAmWcy
"""
"""As `swarmfeed init --no-passphrase` of version 0.1 wrote it."""

FEED = "2h2apb6wdxl4ks6jd5pp7jakttaavvjmxhrpzsyyft2i3fxrxeowh7ib"
LOCK = "lock"
"""Held while a command looks at a home; there is nothing of anybody in it."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    for name, content in (
        ("keys", KEYS),
        (f"feeds/{FEED}/journal", "entries of version 0.1"),
        (f"feeds/{FEED}/certificates", "le"),
        (f"high-water/{FEED}", "mark"),
        ("index.db", "derived"),
        ("ledger.db", "seen"),
    ):
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(content)
        path.chmod(0o600)
    home.chmod(0o700)
    return home


def held(home: Path) -> dict[Path, bytes]:
    files = (each for each in home.rglob("*") if each.is_file() and each.name != LOCK)
    return {each: each.read_bytes() for each in files}


@pytest.mark.parametrize(
    "words",
    [
        ("post", "hello"),
        ("timeline",),
        ("status",),
        ("verify",),
        ("run", "--no-open", "--no-dht"),
        ("passphrase",),
    ],
    ids=lambda words: words[0],
)
def test_a_home_of_version_0_1_gets_one_sentence_and_keeps_every_byte(
    home: Path, words: tuple[str, ...]
) -> None:
    before = held(home)
    done = CliRunner().invoke(main, ["--home", str(home), *words])
    assert done.exit_code == 1
    said = " ".join(done.stderr.split())
    assert "is of swarmfeed 0.1" in said and "nothing in it was touched" in said
    assert "Traceback" not in done.output
    assert held(home) == before
