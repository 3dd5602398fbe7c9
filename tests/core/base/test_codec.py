"""Records and their bytes: what each annotation makes of a field, at its bound and beyond."""

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from swarmfeed.core.base.bencoding import Encodable, Fields, Value, decode, encode
from swarmfeed.core.base.codec import codec_of, say
from swarmfeed.core.base.marks import OPTIONAL, At, Between, Spelled, UpTo
from swarmfeed.core.base.types import AuthorId, Endpoint, EntryRef, FeedId, Hash, NodeId
from swarmfeed.errors import BadEncodingError

A, F, H, N = AuthorId(b"a" * 32), FeedId(b"f" * 32), Hash(b"h" * 32), NodeId(b"n" * 32)


def read_shout(raw: bytes) -> str:
    if raw != raw.upper() or not raw.isascii():
        raise BadEncodingError(f"{raw!r} is not loud")
    return raw.decode("ascii")


Far = Annotated[Endpoint, At("z")]
Short = Annotated[bytes, At("s", "Few bytes"), UpTo(3)]


class Inner(Struct, frozen=True):
    number: Annotated[int, At("n"), Between(-1, 9)]
    flag: bool = False


class Everything(Struct, frozen=True, kw_only=True):
    author: Annotated[AuthorId, At("a")]
    feed: Annotated[FeedId, At("f")]
    node: Annotated[NodeId, At("i")]
    short: Short
    wide: Annotated[Short, At("w"), UpTo(5)]
    word: Annotated[str, Between(1, 4)]
    shout: Annotated[str, UpTo(4), Spelled(read_shout, "loud")]
    hashes: Annotated[tuple[Hash, ...], UpTo(2)]
    shorts: Annotated[tuple[Short, ...], UpTo(2)]
    words: Annotated[tuple[Annotated[str, UpTo(2)], ...], UpTo(2)]
    inner: Inner
    inners: Annotated[tuple[Inner, ...], UpTo(2)]
    at: Endpoint | None = None
    far: Annotated[Far | None, At("q")] = None
    ref: Annotated[EntryRef | None, At("r")] = None
    many: Annotated[tuple[Annotated[Inner, At("x")], ...], UpTo(2), OPTIONAL] = ()
    text: Annotated[str, UpTo(4), OPTIONAL] = ""
    count: Annotated[int, Between(0, 5), OPTIONAL] = 0
    sure: Annotated[bool, OPTIONAL] = False


FULL = Everything(
    author=A,
    feed=F,
    node=N,
    short=b"abc",
    wide=b"abcde",
    word="héhé",
    shout="LOUD",
    hashes=(H, H),
    shorts=(b"", b"abc"),
    words=("éé", ""),
    inner=Inner(-1, True),
    inners=(Inner(9), Inner(0, True)),
    at=Endpoint("::1", 65_535),
    far=Endpoint("192.0.2.1", 1),
    ref=EntryRef(F, H, 7),
    many=(Inner(1),),
    text="héhé",
    count=5,
    sure=True,
)
SPELLED: dict[bytes, Value] = {
    b"a": A,
    b"f": F,
    b"i": N,
    b"s": b"abc",
    b"w": b"abcde",
    b"word": "héhé".encode(),
    b"shout": b"LOUD",
    b"hashes": [H, H],
    b"shorts": [b"", b"abc"],
    b"words": ["éé".encode(), b""],
    b"inner": {b"n": -1, b"flag": 1},
    b"inners": [{b"n": 9, b"flag": 0}, {b"n": 0, b"flag": 1}],
    b"at": {b"h": b"::1", b"p": 65_535},
    b"q": {b"h": b"192.0.2.1", b"p": 1},
    b"r": {b"f": F, b"h": H, b"n": 7},
    b"many": [{b"n": 1, b"flag": 0}],
    b"text": "héhé".encode(),
    b"count": 5,
    b"sure": 1,
}
OPTIONAL_KEYS = (b"at", b"q", b"r", b"many", b"text", b"count", b"sure")


def read(value: Value) -> Everything:
    return codec_of(Everything).read(Fields(value, "thing"))


def written(record: Everything) -> Value:
    return decode(encode(codec_of(Everything).write(record)), limit_bytes=10_000)


def test_every_kind_of_field_is_spelled_like_this() -> None:
    assert written(FULL) == SPELLED
    assert read(SPELLED) == FULL


def test_what_is_optional_is_left_out_when_empty_and_reads_as_its_default() -> None:
    least = {key: value for key, value in SPELLED.items() if key not in OPTIONAL_KEYS}
    record = read(least)
    assert (record.at, record.ref, record.many, record.text) == (None, None, (), "")
    assert (record.count, record.sure) == (0, False)
    assert written(record) == least


@pytest.mark.parametrize("key", sorted({*SPELLED} - {*OPTIONAL_KEYS}))
def test_every_other_key_must_be_there(key: bytes) -> None:
    rest = {each: value for each, value in SPELLED.items() if each != key}
    with pytest.raises(BadEncodingError, match=f"^thing.{key.decode()} is missing$"):
        read(rest)


def test_keys_nobody_declared_are_passed_over() -> None:
    assert read({**SPELLED, b"zz": [1, {b"x": b"y"}], b"author": b""}) == FULL


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (b"a", b"a" * 31, "thing.a is 31 bytes, not 32"),
        (b"i", b"i" * 33, "thing.i is 33 bytes, not 32"),
        (b"f", 1, "thing.f is not bytes"),
        (b"s", b"abcd", "thing.s is 4 bytes, at most 3"),
        (b"w", b"abcdef", "thing.w is 6 bytes, at most 5"),
        (b"word", b"", "thing.word is 0 characters, not 1 to 4"),
        (b"word", b"abcde", "thing.word is 5 characters, not 1 to 4"),
        (b"word", b"\xff", "thing.word is not UTF-8"),
        (b"shout", b"loud", "b'loud' is not loud"),
        (b"shout", b"LOUDER", "thing.shout is 6 bytes, at most 4"),
        (b"hashes", [H, H, H], "thing.hashes has 3 values, at most 2"),
        (b"hashes", [H, b""], "thing.hashes holds 0 bytes, not 32"),
        (b"hashes", [1], "thing.hashes holds something that is not bytes"),
        (b"hashes", H, "thing.hashes is not a list"),
        (b"shorts", [b"abcd"], "thing.shorts holds 4 bytes, at most 3"),
        (b"words", [b"abc"], "thing.words is 3 characters, not 0 to 2"),
        (b"words", [b"", b"", b""], "thing.words has 3 values, at most 2"),
        (b"inner", b"", "thing.inner is not a dict"),
        (b"inner", {b"n": -2, b"flag": 0}, "thing.inner.n is -2, not -1 to 9"),
        (b"inner", {b"n": 10, b"flag": 0}, "thing.inner.n is 10, not -1 to 9"),
        (b"inner", {b"n": b"", b"flag": 0}, "thing.inner.n is not an integer"),
        (b"inner", {b"n": 0, b"flag": 2}, "thing.inner.flag is 2, not 0 to 1"),
        (b"inner", {b"n": 0}, "thing.inner.flag is missing"),
        (b"inners", [{b"flag": 0}], "thing.inners.n is missing"),
        (b"inners", [1], "thing.inners is not a dict"),
        (b"inners", [{b"n": 0, b"flag": 0}] * 3, "thing.inners has 3 values, at most 2"),
        (b"at", {b"h": b"::1", b"p": 0}, "thing.at.p is 0, not 1 to 65535"),
        (b"at", {b"h": b"::1", b"p": 65_536}, "thing.at.p is 65536, not 1 to 65535"),
        (b"at", {b"h": b"::01", b"p": 1}, "'::01' is not the canonical form of an IP address"),
        (b"at", {b"h": b"x" * 46, b"p": 1}, "thing.at.h is 46 bytes, at most 45"),
        (b"r", {b"f": F, b"h": H, b"n": 2**32}, "not 0 to 4294967295"),
        (b"text", b"abcde", "thing.text is 5 characters, not 0 to 4"),
        (b"count", 6, "thing.count is 6, not 0 to 5"),
        (b"sure", -1, "thing.sure is -1, not 0 to 1"),
    ],
)
def test_what_is_beyond_its_bound_is_refused_by_name(
    key: bytes, value: Value, said: str
) -> None:
    with pytest.raises(BadEncodingError) as error:
        read({**SPELLED, key: value})
    assert said in str(error.value)


leaves = st.integers(-2, 11) | st.binary(max_size=5) | st.sampled_from([A, H])
values: st.SearchStrategy[Encodable] = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([b"n", b"h", b"p", b"f", b"flag"]), inner)
    ),
    max_leaves=6,
)


@given(st.sampled_from(sorted(SPELLED)), values)
def test_any_value_anywhere_is_read_as_it_is_spelled_or_refused(key: bytes, value: Any) -> None:
    try:
        record = read({**SPELLED, key: value})
    except BadEncodingError:
        return
    again = read(written(record))
    assert again == record


def test_a_record_without_fields_is_an_empty_dict() -> None:
    class Nothing(Struct, frozen=True):
        pass

    assert codec_of(Nothing).write(Nothing()) == {}
    assert codec_of(Nothing).read(Fields({b"zz": 1}, "thing")) == Nothing()


def test_a_codec_is_derived_once() -> None:
    assert codec_of(Everything) is codec_of(Everything)


def badly_declared(hint: Any) -> type:
    class Bad(Struct, frozen=True):
        field: hint

    return Bad


@pytest.mark.parametrize(
    ("hint", "said"),
    [
        (bytes, "Bad.field: no bound, such as UpTo"),
        (int, "Bad.field: no bound, such as Between"),
        (str, "Bad.field: no bound, such as UpTo"),
        (tuple[Hash, ...], "Bad.field: no bound, such as UpTo"),
        (Annotated[tuple[bytes, ...], UpTo(1)], "Bad.field: no bound, such as UpTo"),
        (Annotated[tuple[bool, ...], UpTo(1)], "Bad.field: no list of"),
        (Annotated[tuple[Hash, Hash], UpTo(1)], "Bad.field: no bencode for"),
        (float, "Bad.field: no bencode for"),
        (bytes | str | None, "Bad.field: no bencode for"),
    ],
)
def test_an_annotation_that_says_too_little_is_told_at_once(hint: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        codec_of(badly_declared(hint))


def test_what_is_optional_has_an_empty_default() -> None:
    class Awake(Struct, frozen=True):
        awake: Annotated[bool, OPTIONAL] = True

    class Count(Struct, frozen=True):
        count: Annotated[int, Between(0, 9), OPTIONAL]

    for record in (Awake, Count):
        with pytest.raises(TypeError, match="optional, so its default has to be empty"):
            codec_of(record)


def test_a_key_stands_for_one_field_and_records_are_structs() -> None:
    class Twice(Struct, frozen=True):
        one: Annotated[bool, At("x")]
        x: bool

    with pytest.raises(TypeError, match="Twice has a key twice"):
        codec_of(Twice)
    with pytest.raises(TypeError, match="int is not a record"):
        codec_of(int)


def test_a_bound_is_said_as_people_say_it() -> None:
    bounds = {part.key: part.shape.bound for part in codec_of(Everything).parts}
    assert bounds["a"] == "32 bytes"
    assert bounds["s"] == "up to 3 bytes"
    assert bounds["word"] == "1 to 4 characters"
    assert bounds["shout"] == "loud"
    assert bounds["hashes"] == "up to 2 of 32 bytes"
    assert bounds["words"] == "up to 2 of up to 2 characters"
    assert bounds["inner"] == '{"n": -1 to 9, "flag": 0 or 1}'
    assert bounds["inners"] == "up to 2 dicts"
    numbers = (1_000, 65_535, 2**32, 2**32 - 1, 10**9)
    assert [say(each) for each in numbers] == [
        "1,000",
        "65,535",
        "2^32",
        "2^32 - 1",
        "1,000,000,000",
    ]
