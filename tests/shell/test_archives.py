"""Files of archives: found by name, read piece by piece, and never further than is honest."""

import io
import struct
import zipfile
from pathlib import Path

import pytest
from swarmfeed.core.archives import limits
from swarmfeed.errors import UserError
from swarmfeed.shell import archives
from swarmfeed.shell.archives import FileArchives

from tests.made_archives import archive_of_x, zipped

ARCHIVES = FileArchives(Path("/no/home"))
MEMBERS = {"data/tweets.js": b"window.YTD.tweets.part0 = []", "data/deep/a.png": b"picture"}


def written(folder: Path, raw: bytes, name: str = "a.zip") -> str:
    path = folder / name
    path.write_bytes(raw)
    return str(path)


def unpacked(folder: Path) -> str:
    for name, content in MEMBERS.items():
        path = folder / "unpacked" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return str(folder / "unpacked")


@pytest.mark.parametrize("form", ["zip", "folder"])
def test_a_zip_and_a_folder_are_read_alike(tmp_path: Path, form: str) -> None:
    path = written(tmp_path, zipped(MEMBERS)) if form == "zip" else unpacked(tmp_path)
    with ARCHIVES.open(path) as archive:
        assert set(archive.names()) == set(MEMBERS)
        for name, content in MEMBERS.items():
            assert archive.size_bytes(name) == len(content)
            assert b"".join(archive.chunks(name)) == content
        assert archive.size_bytes("other") == -1
        with pytest.raises(UserError, match="there is no other"):
            list(archive.chunks("other"))


@pytest.mark.parametrize("head", [b"window.YTD.tweets.part0 = [", b"window.YTD.tweet.part2 ="])
def test_a_single_file_is_called_as_in_a_whole_archive(tmp_path: Path, head: bytes) -> None:
    with ARCHIVES.open(written(tmp_path, head, "x.js")) as archive:
        assert list(archive.names()) == ["tweets.js"]


@pytest.mark.attack("A280")
def test_names_that_lead_out_of_a_zip_are_none_and_nothing_is_unpacked(tmp_path: Path) -> None:
    hostile = [
        "../../out.js",
        "/etc/tweets.js",
        "a/../../tweets.js",
        "..\\tweets.js",
        "C:/t.js",
    ]
    raw = zipped({**dict.fromkeys(hostile, b"x"), "data/tweets.js": b"y"})
    before = set(tmp_path.rglob("*"))
    with ARCHIVES.open(path := written(tmp_path, raw)) as archive:
        assert list(archive.names()) == ["data/tweets.js"]
        list(archive.chunks("data/tweets.js"))
    assert set(tmp_path.rglob("*")) - before == {Path(path)}


@pytest.mark.attack("A280")
def test_a_link_in_a_folder_leads_nowhere(tmp_path: Path) -> None:
    folder = Path(unpacked(tmp_path))
    (tmp_path / "secret").write_text("key")
    (folder / "data" / "outbox.json").symlink_to(tmp_path / "secret")
    with ARCHIVES.open(str(folder)) as archive:
        assert set(archive.names()) == set(MEMBERS)


@pytest.mark.attack("A281")
def test_a_bomb_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "RATIO_BYTES", 10_000)
    raw = zipped({"data/tweets.js": b" " * 1_000_000})
    with (
        ARCHIVES.open(written(tmp_path, raw)) as archive,
        pytest.raises(UserError, match="times longer than it is packed"),
    ):
        next(iter(archive.chunks("data/tweets.js")))


@pytest.mark.attack("A281")
def test_a_zip_that_lies_about_a_length_is_read_no_further_than_it_says(
    tmp_path: Path,
) -> None:
    raw = bytearray(zipped({"data/tweets.js": b"a" * 5_000}))
    at = raw.index(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 10)
    with ARCHIVES.open(written(tmp_path, bytes(raw))) as archive:
        try:
            assert len(b"".join(archive.chunks("data/tweets.js"))) <= 10
        except UserError as error:
            assert "cannot be read to its end" in str(error)


@pytest.mark.attack("A281")
def test_too_many_or_too_long_files_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, zipped(MEMBERS))
    monkeypatch.setattr(archives, "MEMBERS_MAX", 1)
    for each in (path, unpacked(tmp_path)):
        with pytest.raises(UserError, match="more than 1 file"), ARCHIVES.open(each):
            pass
    monkeypatch.setattr(archives, "MEMBERS_MAX", limits.MEMBERS_MAX)
    monkeypatch.setattr(archives, "MEMBER_BYTES_MAX", 3)
    with (
        ARCHIVES.open(path) as archive,
        pytest.raises(UserError, match="longer than 3 B"),
    ):
        list(archive.chunks("data/tweets.js"))


def test_broken_and_locked_zips_are_named(tmp_path: Path) -> None:
    whole = archive_of_x()
    with pytest.raises(UserError, match=r"cannot be read|no whole zip"):
        spoilt = bytearray(whole)
        spoilt[200:400] = bytes(200)
        with ARCHIVES.open(written(tmp_path, bytes(spoilt))) as archive:
            for name in archive.names():
                list(archive.chunks(name))
    locked = bytearray(zipped({"data/tweets.js": b"x"}))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    with (
        ARCHIVES.open(written(tmp_path, bytes(locked))) as archive,
        pytest.raises(UserError, match="locked with a password"),
    ):
        list(archive.chunks("data/tweets.js"))


@pytest.mark.attack("A285")
def test_zips_of_other_makes_and_damaged_ones_are_named(tmp_path: Path) -> None:
    newer = bytearray(zipped({"data/tweets.js": b"x"}))
    newer[newer.index(b"PK\x01\x02") + 6] = 99
    misnamed = bytearray(zipped({"data/tweets.js": b"x"}))
    directory = misnamed.index(b"PK\x01\x02")
    misnamed[directory + 9] |= 0x08  # the name is UTF-8, it says (APPNOTE 4.4.4, bit 11)
    misnamed[misnamed.index(b"data/", directory)] = 0xFF
    whole = zipped({"data/tweets.js": b"x"})
    end = whole.index(b"PK\5\6")
    one_of_two = whole[:end] + struct.pack("<4sLQL", b"PK\6\7", 0, 0, 2) + whole[end:]
    for raw in (newer, misnamed, one_of_two):
        with (
            pytest.raises(UserError, match="no whole zip"),
            ARCHIVES.open(written(tmp_path, bytes(raw))),
        ):
            pass


@pytest.mark.attack("A285")
@pytest.mark.parametrize("way", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_does_not_unpack_is_named(tmp_path: Path, way: int) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", way) as file:
        file.writestr("outbox.json", bytes(range(256)) * 64)
    raw = bytearray(whole.getvalue())
    at = raw.index(b"outbox.json") + len("outbox.json") + 12
    raw[at : at + 40] = b"\xa5" * 40
    with (
        pytest.raises(UserError, match=r"cannot be read|there is no"),
        ARCHIVES.open(written(tmp_path, bytes(raw))) as archive,
    ):
        list(archive.chunks("outbox.json"))


def test_of_two_members_of_one_name_the_last_is_meant(tmp_path: Path) -> None:
    raw = io.BytesIO()
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(raw, "w") as file:
        file.writestr("outbox.json", b"old")
        file.writestr("outbox.json", b"new")
    with ARCHIVES.open(written(tmp_path, raw.getvalue())) as archive:
        assert b"".join(archive.chunks("outbox.json")) == b"new"


@pytest.mark.attack("A346")
@pytest.mark.parametrize("is_64", [False, True])
def test_a_zip_with_files_without_number_is_refused_before_they_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_64: bool
) -> None:
    monkeypatch.setattr(archives, "DIRECTORY_BYTES_MAX", 1_000_000)
    raw = zipped({"a": b""})
    listed, end = raw.index(b"PK\1\2"), raw.index(b"PK\5\6")
    directory = raw[listed:end] * 30_000
    size = struct.pack("<L", len(directory))
    last = raw[end : end + 12] + (b"\xff" * 4 if is_64 else size) + raw[end + 16 :]
    wide = struct.pack(
        "<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(directory), listed
    ) + struct.pack("<4sLQL", b"PK\6\7", 0, listed + len(directory), 1)
    whole = raw[:listed] + directory + (wide if is_64 else b"") + last
    made: list[object] = []
    monkeypatch.setattr(zipfile, "ZipInfo", made.append)
    with (
        pytest.raises(UserError, match="has more than 1,000,000 files"),
        ARCHIVES.open(written(tmp_path, whole)),
    ):
        pass
    assert made == []
