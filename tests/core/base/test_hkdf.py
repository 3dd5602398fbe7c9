"""HKDF against Wycheproof's vectors."""

from swarmfeed.core.base.hkdf import OUTPUT_BYTES_MAX, hkdf

from tests.wycheproof import cases_of


def answer(case: dict[str, str], length: int) -> str:
    secret, salt, info = (bytes.fromhex(case[key]) for key in ("ikm", "salt", "info"))
    try:
        return hkdf(secret, salt=salt, info=info, length=length).hex()
    except ValueError:
        return "refused"


def test_every_case_of_wycheproof() -> None:
    cases = cases_of("hkdf_sha256_test")
    assert len(cases) == 86
    for case in cases:
        wanted = case["okm"] if case["result"] == "valid" else "refused"
        assert answer(case, case["size"]) == wanted, case["tcId"]


def test_purposes_give_unrelated_keys_and_shorter_ones_begin_alike() -> None:
    secret = bytes(range(32))
    assert hkdf(secret, info=b"one") != hkdf(secret, info=b"two")
    assert len(hkdf(secret, info=b"one", length=OUTPUT_BYTES_MAX)) == OUTPUT_BYTES_MAX
    assert hkdf(secret, info=b"one", length=100)[:32] == hkdf(secret, info=b"one")
