"""The key file: what it keeps, what it hides, what it refuses."""

import stat
from base64 import b64decode
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from nacl.pwhash import argon2id
from swarmfeed.core.base.types import AuthorId, Hash
from swarmfeed.errors import UserError
from swarmfeed.shell.disk.keyfile import (
    AuthorSeeds,
    Keys,
    change_passphrase,
    create_keys,
    is_protected,
    new_seed,
    open_keys,
)

from tests.examples import at_most

KEYS = Keys(
    author=AuthorSeeds(
        seed=bytes(range(32)), generation=3, next_key_hash=Hash(bytes(range(128, 160)))
    ),
    author_id=AuthorId(bytes(range(160, 192))),
    feed_seed=bytes(range(32, 64)),
    node_seed=bytes(range(64, 96)),
    recipient_seed=bytes(range(96, 128)),
    created_at_ms=1_700_000_000_000,
)

VECTOR = (
    "swarmfeed keys 2\n"
    "Whoever has this file and its passphrase can write in your name: keep both safe.\n"
    "passphrase: none\n"
    "argon2id: 1 operations, 8192 bytes\n"
    "salt: AAECAwQFBgcICQoLDA0ODw==\n"
    "\n"
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXM5ZLHLuDr5kFwdVXWjVGIMPbi7F9KAOhwXO10NWNllqG\n"
    "U8jyc+FNTGcifrZ4dzh1mQmYLM3JBmCEz0QBnxoBaDEE4sbwtmhU157zyD9o4WJ6GomdpZO+Y/qD\n"
    "m1dZ/SkUGMCgTunI1ZudomZFYfS8/QKFQq2x1Gd1+KyeOv0fv15VzxP8GPCgpGxDMglLpP+akdHQ\n"
    "CZhLqdEDxHbQ18CD+7/KqrjooFXsfl3DqvM4Myd0EOII2pVXfaftV0KYQgte9Uo2edeZ092lCxRp\n"
    "cKljGsx0jFdAqSxmvbI=\n"
)
"""Made with salt 00..0f and nonce 00..17; keys as in KEYS, no passphrase."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cheapest argon2id for passphrases too: milliseconds, not half a second."""
    monkeypatch.setattr(argon2id, "OPSLIMIT_MODERATE", 1)
    monkeypatch.setattr(argon2id, "MEMLIMIT_MODERATE", 8_192)


def rewrite(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)


@pytest.mark.parametrize("passphrase", ["", "correct horse", "Grüße ✓", "x" * 2_000])
def test_what_was_sealed_is_opened(path: Path, cheap: None, passphrase: str) -> None:
    create_keys(path, KEYS, passphrase)
    assert open_keys(path, passphrase) == KEYS
    assert is_protected(path) == bool(passphrase)


def test_a_file_written_by_version_1_opens(path: Path) -> None:
    rewrite(path, VECTOR)
    assert open_keys(path, "") == KEYS


@pytest.mark.slow
@pytest.mark.attack("A23")
def test_a_passphrase_costs_a_thief_256_mib_a_try(path: Path) -> None:
    create_keys(path, KEYS, "correct horse")
    assert "argon2id: 3 operations, 268435456 bytes\n" in path.read_text()
    assert open_keys(path, "correct horse") == KEYS


def test_without_a_passphrase_the_file_says_so_and_is_cheap(path: Path) -> None:
    create_keys(path, KEYS, "")
    text = path.read_text()
    assert text.startswith("swarmfeed keys 2\n")
    assert "\npassphrase: none\nargon2id: 1 operations, 8192 bytes\n" in text


@pytest.mark.attack("A23")
def test_only_the_owner_may_read_the_file(path: Path) -> None:
    create_keys(path, KEYS, "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.attack("A23")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_may_read_is_refused(path: Path, mode: int) -> None:
    create_keys(path, KEYS, "")
    path.chmod(mode)
    with pytest.raises(UserError, match="chmod 600"):
        open_keys(path, "")


@pytest.mark.attack("A23")
def test_neither_the_file_nor_the_text_form_shows_a_seed(path: Path, cheap: None) -> None:
    create_keys(path, KEYS, "correct horse")
    written = path.read_bytes()
    payload = b64decode(written.partition(b"\n\n")[2].replace(b"\n", b""))
    assert KEYS.author is not None
    for seed in (KEYS.author.seed, KEYS.feed_seed, KEYS.node_seed, KEYS.recipient_seed):
        assert seed[:8] not in written and seed[:8] not in payload
        assert repr(seed) not in repr(KEYS) and seed.hex() not in repr(KEYS)
    public = "generation=3", "created_at_ms=1700000000000"
    assert all(each in repr(KEYS) for each in public) and "seed" not in repr(KEYS)
    assert b"correct horse" not in written


def test_keys_are_never_overwritten(path: Path) -> None:
    create_keys(path, KEYS, "")
    with pytest.raises(UserError, match="already"):
        create_keys(path, replace(KEYS, feed_seed=new_seed()), "")
    assert open_keys(path, "") == KEYS


def test_two_files_of_the_same_keys_differ_in_salt_and_nonce(tmp_path: Path) -> None:
    for name in ("one", "two"):
        create_keys(tmp_path / name, KEYS, "")
    one, two = ((tmp_path / name).read_text().splitlines() for name in ("one", "two"))
    assert one[4] != two[4] and one[4].startswith("salt: ")
    assert one[6] != two[6]


@pytest.mark.attack("A23")
@pytest.mark.parametrize("wrong", ["", "Correct horse", "correct horse ", "correct hors"])
def test_a_wrong_passphrase_opens_nothing(path: Path, cheap: None, wrong: str) -> None:
    create_keys(path, KEYS, "correct horse")
    with pytest.raises(UserError, match="passphrase"):
        open_keys(path, wrong)


def test_the_same_letters_open_however_a_keyboard_composes_them(
    path: Path, cheap: None
) -> None:
    create_keys(path, KEYS, "caf\u00e9")
    assert open_keys(path, "cafe\u0301") == KEYS


@pytest.mark.attack("A23")
@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("passphrase: none", "passphrase: set"),
        ("passphrase: none", "passphrase: maybe"),
        ("keep both safe", "send both to us"),
        ("swarmfeed keys 2", "swarmfeed keys 3"),
        ("1 operations", "2 operations"),
        ("8192 bytes", "16384 bytes"),
        ("8192 bytes", "8191 bytes"),
        ("1 operations", "17 operations"),
        ("8192 bytes", "1073741825 bytes"),
        ("8192 bytes", "999999999999 bytes"),
        ("salt: AAEC", "salt: BBEC"),
        ("salt: AAEC", "salt: "),
        ("salt: AAEC", "salt: A"),
    ],
)
def test_a_changed_header_opens_nothing(path: Path, was: str, becomes: str) -> None:
    assert was in VECTOR
    rewrite(path, VECTOR.replace(was, becomes))
    for passphrase in ("", "guess"):
        with pytest.raises(UserError):
            open_keys(path, passphrase)


@pytest.mark.attack("A23")
@pytest.mark.parametrize(
    ("was", "becomes"),
    [("8192 bytes", "1073741825 bytes"), ("1 operations", "17 operations")],
)
def test_a_changed_header_cannot_make_us_work_for_hours(
    path: Path, monkeypatch: pytest.MonkeyPatch, was: str, becomes: str
) -> None:
    def never(*_: object) -> bytes:
        raise AssertionError("argon2id ran")

    monkeypatch.setattr(argon2id, "kdf", never)
    rewrite(path, VECTOR.replace(was, becomes))
    with pytest.raises(UserError, match="damaged"):
        open_keys(path, "")


def test_every_truncated_file_is_refused(path: Path) -> None:
    for length in range(0, len(VECTOR), 3):
        rewrite(path, VECTOR[:length])
        with pytest.raises(UserError, match=r"backup|no keys"):
            open_keys(path, "")


@settings(max_examples=at_most(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(VECTOR) - 1), byte=st.integers(0, 255))
@example(at=508, byte=ord("J"))  # only bits that base64 does not use
def test_a_changed_byte_is_noticed(path: Path, at: int, byte: int) -> None:
    content = bytearray(VECTOR.encode())
    content[at] = byte
    path.write_bytes(content)
    path.chmod(0o600)
    try:
        opened = open_keys(path, "")
    except UserError:
        return
    assert content == VECTOR.encode() and opened == KEYS


def test_a_further_device_has_no_author_seed(path: Path) -> None:
    further = replace(KEYS, author=None)
    create_keys(path, further, "")
    assert open_keys(path, "") == further


def test_a_key_file_of_version_0_1_is_named_as_what_it_is(path: Path) -> None:
    old = VECTOR.replace("swarmfeed keys 2", "swarmfeed keys 1")
    rewrite(path, old)
    for look in (is_protected, lambda each: open_keys(each, "")):
        with pytest.raises(UserError, match=r"is of swarmfeed 0\.1"):
            look(path)
    assert path.read_text() == old


def test_missing_keys_are_the_persons_to_mend(path: Path) -> None:
    with pytest.raises(UserError, match="no keys"):
        open_keys(path, "")
    with pytest.raises(UserError, match="no keys"):
        is_protected(path)


@pytest.mark.attack("A23")
def test_a_link_in_the_files_place_is_not_followed(tmp_path: Path, path: Path) -> None:
    create_keys(tmp_path / "real", KEYS, "")
    path.symlink_to(tmp_path / "real")
    with pytest.raises(UserError, match="damaged"):
        open_keys(path, "")


def test_seeds_are_32_bytes_and_never_the_same() -> None:
    seeds = {new_seed() for _ in range(100)}
    assert len(seeds) == 100 and {len(seed) for seed in seeds} == {32}


@pytest.mark.parametrize(("old", "new"), [("", "horse"), ("horse", "staple"), ("horse", "")])
def test_another_passphrase_opens_the_same_keys(
    path: Path, cheap: None, old: str, new: str
) -> None:
    create_keys(path, KEYS, old)
    before = path.read_bytes()
    change_passphrase(path, old, new)
    assert open_keys(path, new) == KEYS and is_protected(path) == bool(new)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not set(before.split()[-4:]) & set(path.read_bytes().split())
    assert [each.name for each in path.parent.iterdir()] == ["keys"]


def test_with_the_wrong_passphrase_nothing_is_changed(path: Path, cheap: None) -> None:
    create_keys(path, KEYS, "horse")
    before = path.read_bytes()
    with pytest.raises(UserError, match="passphrase is wrong"):
        change_passphrase(path, "house", "staple")
    assert path.read_bytes() == before
