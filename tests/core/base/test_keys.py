"""Ed25519 by published vectors, and the backup words by those of BIP-39."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.base.keys import SigningKey, seed_of_words, verify_signature, words_of_seed
from swarmfeed.errors import BadSignatureError, UserError

RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
        "1cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613"
        "d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760"
        "984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]

WYCHEPROOF_KEY = "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa"
TEST_R = "7c38e026f29e14aabd059a0f2db8b0cd783040609a8be684db12f82a27774ab0"
TEST_S = "7a9155711ecfaf7f99f277bad0c6ae7e39d4eef676573336a5c51eb6f946b30d"
R_1234 = "657c1492402ab5ce03e2c3a7f0384d051b9cf3570f1207fc78c1bcc98c281c2b"
S_1234 = "f0cf5b3a289976458a1be6277a5055545253b45b07dcc1abd96c8b989c00f301"

WYCHEPROOF_VALID = [
    (
        1,
        "",
        "d4fbdb52bfa726b44d1786a8c0d171c3e62ca83c9e5bbe63de0bb2483f8fd6cc"
        "1429ab72cafc41ab56af02ff8fcc43b99bfe4c7ae940f60f38ebaa9d311c4007",
    ),
    (
        2,
        "78",
        "d80737358ede548acb173ef7e0399f83392fe8125b2ce877de7975d8b726ef5b"
        "1e76632280ee38afad12125ea44b961bf92f1178c9fa819d020869975bcbe109",
    ),
    (3, "54657374", TEST_R + TEST_S),
    (5, "313233343030", R_1234 + S_1234),
    (
        9,
        "ff" * 16,
        "5dbd7360e55aa38e855d6ad48c34bd35b7871628508906861a7c4776765ed7d1"
        "e13d910faabd689ec8618b78295c8ab8f0e19c8b4b43eb8685778499e943ae04",
    ),
]

ORDER = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"
ORDER_LESS_1 = "ec" + ORDER[2:]
FIELD_PRIME = "ed" + "ff" * 30 + "7f"
ZERO, ONE = "00" * 32, "01" + "00" * 31

WYCHEPROOF_INVALID = [
    # 10 to 29: special values for r and s.
    *(
        (10 + number, "3f", r + s)
        for number, (r, s) in enumerate(
            product(
                (ZERO, ONE, ORDER, FIELD_PRIME), (ZERO, ONE, ORDER_LESS_1, ORDER, FIELD_PRIME)
            )
        )
    ),
    # 30 to 37: cut short, or with garbage.
    (30, "54657374", ""),
    (31, "54657374", TEST_R),
    (32, "54657374", TEST_R + TEST_S[:-4]),
    (33, "54657374", TEST_R + TEST_S + "2020"),
    (34, "54657374", TEST_R + TEST_S + WYCHEPROOF_KEY),
    (35, "54657374", "00" + TEST_R + TEST_S),
    (36, "54657374", TEST_R + "00" + TEST_S),
    (37, "54657374", TEST_R + TEST_S + "00"),
    # 42 to 62: r in another encoding.
    (
        42,
        "313233343030",
        "64" + R_1234[2:] + "1d125e5538f38afbcc1c84e489521083041d24bc6240767029da063271a1ff0c",
    ),
    (
        59,
        "313233343030",
        R_1234[:-2] + "ab" + "227aedf259f910f0f3a759a335062665217925d019173b88917eae294f75d40f",
    ),
    (
        60,
        "313233343030",
        ZERO + "e0b8e7770d51c7a36375d006c5bffd6af43ff54aaf47e4330dc118c71d61ec02",
    ),
    (
        61,
        "313233343030",
        "ff" * 32 + "463a1908382e7eb7693acef9884f7cf931a215e0791876be22c631a59881fd0e",
    ),
    # 63: s + L in place of s.
    (
        63,
        "54657374",
        TEST_R + "67654bce3832c2d76f8f6f5dafc08d9339d4eef676573336a5c51eb6f946b31d",
    ),
]

SMALL_ORDER_KEYS = [
    ZERO,
    ONE,
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ec" + "ff" * 30 + "7f",
    FIELD_PRIME,
    "ee" + "ff" * 30 + "7f",
]

KEY = SigningKey(bytes(range(32)))


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_published_signatures_are_made_and_verified(
    seed: str, public: str, message: str, signature: str
) -> None:
    """Source: RFC 8032, 7.1, tests 1 to 3."""
    key = SigningKey(bytes.fromhex(seed))
    assert key.public.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    verify_signature(key.public, bytes.fromhex(message), bytes.fromhex(signature))


@pytest.mark.parametrize(("number", "message", "signature"), WYCHEPROOF_VALID)
def test_valid_signatures_of_wycheproof_verify(
    number: int, message: str, signature: str
) -> None:
    """Source: C2SP/wycheproof, testvectors_v1/ed25519_test.json, by tcId."""
    key = bytes.fromhex(WYCHEPROOF_KEY)
    verify_signature(key, bytes.fromhex(message), bytes.fromhex(signature))


@pytest.mark.attack("A12")
@pytest.mark.parametrize(("number", "message", "signature"), WYCHEPROOF_INVALID)
def test_invalid_signatures_of_wycheproof_are_refused(
    number: int, message: str, signature: str
) -> None:
    """Source: C2SP/wycheproof, testvectors_v1/ed25519_test.json, by tcId."""
    with pytest.raises(BadSignatureError):
        verify_signature(
            bytes.fromhex(WYCHEPROOF_KEY), bytes.fromhex(message), bytes.fromhex(signature)
        )


@pytest.mark.attack("A12")
@pytest.mark.parametrize("public", SMALL_ORDER_KEYS)
def test_keys_of_small_order_verify_nothing(public: str) -> None:
    """Under such a key one signature fits many messages.

    Source: the low order points of curve25519, as listed in libsodium's ed25519_ref10.c.
    """
    for signature in (public + ZERO, ONE + ZERO, ZERO + ZERO):
        for message in (b"", b"1", b"2", b"3", b"4", b"5", b"6", b"7"):
            with pytest.raises(BadSignatureError):
                verify_signature(bytes.fromhex(public), message, bytes.fromhex(signature))


@pytest.mark.attack("A12")
def test_a_changed_bit_of_key_message_or_signature_is_refused() -> None:
    parts = (KEY.public, b"swarm", KEY.sign(b"swarm"))
    whole = b"".join(parts)
    verify_signature(*parts)
    for bit in range(8 * len(whole)):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BadSignatureError):
            verify_signature(bytes(changed[:32]), bytes(changed[32:-64]), bytes(changed[-64:]))


@pytest.mark.attack("A12")
def test_bytes_do_not_move_between_key_signature_and_message() -> None:
    signature = KEY.sign(b"swarm")
    for public, message, moved in (
        (KEY.public, b"arm", signature + b"sw"),
        (KEY.public, signature[-1:] + b"swarm", signature[:-1]),
        (KEY.public + b"x", b"swarm", signature),
        (KEY.public[:-1], b"swarm", signature),
    ):
        with pytest.raises(BadSignatureError, match=r"is \d\d bytes"):
            verify_signature(public, message, moved)


@pytest.mark.attack("A12")
@given(st.binary(max_size=80), st.binary(max_size=40), st.binary(max_size=80))
def test_garbage_raises_the_one_error(public: bytes, message: bytes, signature: bytes) -> None:
    with pytest.raises(BadSignatureError):
        verify_signature(public, message, signature)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_what_a_key_signs_verifies_under_its_public_key(seed: bytes, message: bytes) -> None:
    key = SigningKey(seed)
    verify_signature(key.public, message, key.sign(message))
    assert key == SigningKey(seed)


def test_a_key_does_not_show_its_seed() -> None:
    assert "seed" not in repr(KEY) and KEY.seed.hex() not in repr(KEY)
    assert repr(KEY.seed) not in repr(KEY)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_seed_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=f"{length} bytes"):
        SigningKey(bytes(length))
    with pytest.raises(ValueError, match=f"{length} bytes"):
        words_of_seed(bytes(length))


BIP_39 = [
    ("00" * 32, "abandon " * 23 + "art"),
    ("7f" * 32, "legal winner thank year wave sausage worth useful " * 3),
    ("80" * 32, "letter advice cage absurd amount doctor acoustic avoid " * 3),
    ("ff" * 32, "zoo " * 23 + "vote"),
    (
        "68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c",
        "hamster diagram private dutch cause delay private meat slide toddler razor book happy"
        " fancy gospel tennis maple dilemma loan word shrug inflict delay length",
    ),
]
BIP_39[1] = (BIP_39[1][0], BIP_39[1][1].removesuffix("useful ") + "title")
BIP_39[2] = (BIP_39[2][0], BIP_39[2][1].removesuffix("avoid ") + "bless")


@pytest.mark.parametrize(("seed", "words"), BIP_39)
def test_published_words_are_made_and_read(seed: str, words: str) -> None:
    """Source: trezor/python-mnemonic, vectors.json, English, 256 bits."""
    assert words_of_seed(bytes.fromhex(seed)) == words
    assert seed_of_words(words).hex() == seed


@given(st.binary(min_size=32, max_size=32))
def test_words_lead_back_to_the_seed_however_they_were_typed(seed: bytes) -> None:
    words = words_of_seed(seed)
    assert seed_of_words("\n " + words.upper().replace(" ", " \t\n") + " ") == seed


def test_an_unknown_word_is_named_with_its_place() -> None:
    words = words_of_seed(bytes(32)).split()
    words[6] = "abandom"
    with pytest.raises(UserError, match=r'Word 7, "abandom".*Did you mean "abandon"'):
        seed_of_words(" ".join(words))


def test_two_swapped_words_fail_the_checksum() -> None:
    words = words_of_seed(bytes(range(32))).split()
    words[0], words[1] = words[1], words[0]
    with pytest.raises(UserError, match="together they do not fit"):
        seed_of_words(" ".join(words))


@pytest.mark.parametrize("count", [0, 12, 23, 25])
def test_another_number_of_words_is_told(count: int) -> None:
    with pytest.raises(UserError, match=f"There are {count} words"):
        seed_of_words("abandon " * count)


@settings(max_examples=20)
@given(st.lists(st.text(min_size=1, max_size=9), min_size=24, max_size=24))
def test_any_24_words_raise_the_one_error(words: list[str]) -> None:
    with pytest.raises(UserError):
        seed_of_words(" ".join(words))
