"""Apps, codes and tokens: conversations with literal times."""

import base64
from hashlib import sha256

import pytest
from msgspec.structs import replace
from swarmfeed.core.oauth import book as rules
from swarmfeed.core.oauth.book import App, AppRegister, AppWish, Registration
from swarmfeed.core.oauth.limits import (
    APPS_MAX,
    CODE_S,
    CODES_MAX,
    ORIGINS_MAX,
    SEEN_EVERY_S,
    TOKENS_MAX,
)
from swarmfeed.core.oauth.refusal import INVALID_CLIENT, INVALID_GRANT, OAuthError

BACK = "https://app.example/back"
NOON_S = 1_795_176_000
SAID = Registration(name="  Phanpy \n App ", redirects=[BACK], scopes="read write")
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {"client_id": "app1", "response_type": "code", "redirect_uri": BACK, "scope": "read"}


def registered() -> tuple[AppRegister, App]:
    return rules.register(AppRegister(), SAID, id="app1", secret="secret1", now_s=NOON_S)


def wished(**more: str) -> AppWish:
    return rules.read_wish(registered()[0], {**ASKED, **more})


def refusal(call: object, *args: object) -> str:
    with pytest.raises(OAuthError) as caught:
        call(*args)  # type: ignore[operator]
    return caught.value.code


def test_an_app_registers_with_a_name_on_one_line() -> None:
    book, app = registered()
    assert book.apps == (app,)
    assert (app.name, app.redirects, app.scopes) == ("Phanpy App", (BACK,), ("read", "write"))


@pytest.mark.attack("A266")
def test_no_secret_stands_in_the_book() -> None:
    book, app = registered()
    book = rules.grant(book, app.id, ("read",), secret="token1", now_s=NOON_S)
    assert "secret1" not in repr(book)
    assert "token1" not in repr(book)
    assert rules.require_app(book, "app1", "secret1") == app
    assert rules.find_grant(book, "token1") is not None


@pytest.mark.attack("A270")
def test_of_too_many_apps_one_that_was_never_let_in_goes() -> None:
    book = AppRegister()
    for number in range(APPS_MAX):
        book, app = rules.register(book, SAID, id=f"a{number}", secret="s", now_s=NOON_S)
        if number != 7:
            book = rules.grant(book, app.id, ("read",), secret=f"t{number}", now_s=NOON_S)
    book, _ = rules.register(book, SAID, id="new", secret="s", now_s=NOON_S)
    assert len(book.apps) == APPS_MAX
    assert "a7" not in {each.id for each in book.apps}
    book = rules.grant(book, "new", ("read",), secret="t", now_s=NOON_S)
    with pytest.raises(OAuthError):
        rules.register(book, SAID, id="newer", secret="s", now_s=NOON_S)


@pytest.mark.attack("A262")
def test_a_code_goes_nowhere_but_where_the_app_registered() -> None:
    book, _ = registered()
    for place in (f"{BACK}/", f"{BACK}?x", "https://app.example", "https://evil.example/back"):
        assert refusal(rules.read_wish, book, {**ASKED, "redirect_uri": place}) != ""
    assert rules.read_wish(book, {**ASKED, "redirect_uri": ""}).redirect == BACK


def test_what_an_app_asks_is_checked_before_the_person_is_asked() -> None:
    book, _ = registered()
    for wrong in (
        {"client_id": "app2"},
        {"response_type": "token"},
        {"scope": "follow"},
        {"scope": "nonsense"},
        {"code_challenge": CHALLENGE, "code_challenge_method": "plain"},
        {"code_challenge": CHALLENGE},
        {"code_challenge_method": "S256"},
        {"state": "s" * 3_000},
    ):
        assert refusal(rules.read_wish, book, {**ASKED, **wrong}) != ""


def redeemed(at_s: int = NOON_S, wish: AppWish | None = None, **said: str) -> rules.Code:
    codes = rules.issue((), wish or wished(), secret="code1", now_s=NOON_S)
    asked = {"code": "code1", "client_id": "app1", "redirect_uri": BACK, **said}
    return rules.redeem(codes, asked, at_s)


@pytest.mark.attack("A263")
def test_a_code_is_for_one_app_one_place_and_ten_minutes() -> None:
    assert redeemed(NOON_S + CODE_S - 1).scopes == ("read",)
    for wrong in (
        {"at_s": NOON_S + CODE_S},
        {"client_id": "app2"},
        {"redirect_uri": "https://app.example/"},
        {"code": "code2"},
        {"code": ""},
    ):
        with pytest.raises(OAuthError) as caught:
            redeemed(**wrong)  # type: ignore[arg-type]
        assert caught.value.code == INVALID_GRANT


@pytest.mark.attack("A263")
def test_a_code_that_was_seen_is_no_good_without_the_secret_of_who_asked() -> None:
    wish = wished(code_challenge=CHALLENGE, code_challenge_method="S256")
    assert redeemed(wish=wish, code_verifier=VERIFIER).app == "app1"
    for verifier in ("", "w" * 43, VERIFIER[:-1], "v" * 129, CHALLENGE):
        with pytest.raises(OAuthError):
            redeemed(wish=wish, code_verifier=verifier)


def test_of_too_many_codes_the_oldest_goes() -> None:
    codes: tuple[rules.Code, ...] = ()
    for number in range(CODES_MAX + 1):
        codes = rules.issue(codes, wished(), secret=f"c{number}", now_s=NOON_S)
    assert len(codes) == CODES_MAX
    asked = {"code": "c0", "client_id": "app1"}
    assert refusal(rules.redeem, codes, asked, NOON_S) == INVALID_GRANT


def test_a_wrong_secret_proves_no_app() -> None:
    book, _ = registered()
    assert refusal(rules.require_app, book, "app1", "secret2") == INVALID_CLIENT
    assert refusal(rules.require_app, book, "app2", "secret1") == INVALID_CLIENT


def test_of_too_many_tokens_the_one_used_longest_ago_ends_and_never_a_persons_first() -> None:
    book, _ = registered()
    book = rules.grant(book, "app1", ("read",), secret="person", now_s=NOON_S - 10)
    for number in range(TOKENS_MAX):
        book = rules.grant(
            book, "app1", ("read",), secret=f"t{number}", now_s=NOON_S + number, of_person=False
        )
    assert rules.find_grant(book, "person") is not None
    for number in range(TOKENS_MAX):
        book = rules.grant(book, "app1", ("read",), secret=f"p{number}", now_s=NOON_S + number)
        found = rules.find_grant(book, "person")
        assert (found is None) == (number == TOKENS_MAX - 1)
    book = rules.grant(book, "app1", (), secret="t", now_s=NOON_S + 999, of_person=False)
    assert len(book.grants) == 2 * TOKENS_MAX
    gone = [each for each in ("t0", "t1", "t", "p0") if rules.find_grant(book, each) is None]
    assert gone == ["t0"]


def test_a_token_that_is_used_is_noted_once_a_day() -> None:
    book, _ = registered()
    book = rules.grant(book, "app1", ("read",), secret="t", now_s=NOON_S)
    proof = rules.proof_of("t")
    assert rules.note_use(book, proof, NOON_S + 60) is book
    later = rules.note_use(book, proof, NOON_S + 2 * SEEN_EVERY_S)
    assert later.grants[0].seen_at_s > NOON_S
    assert rules.note_use(later, proof, NOON_S + 2 * SEEN_EVERY_S + 60) is later


def test_what_is_taken_back_is_good_for_nothing() -> None:
    book, _ = registered()
    book = rules.grant(book, "app1", ("read",), secret="t", now_s=NOON_S)
    assert rules.find_grant(rules.revoke(book, rules.proof_of("t")), "t") is None
    gone = rules.remove_app(book, "app1")
    assert (gone.apps, gone.grants) == ((), ())


def test_origins_are_let_in_once_and_in_bounds() -> None:
    book = AppRegister()
    for number in range(ORIGINS_MAX + 1):
        book = rules.let_in(book, f"https://a{number}")
    assert len(book.origins) == ORIGINS_MAX
    assert rules.let_in(book, "https://a5").origins[-1] == "https://a5"
    assert rules.shut_out(book, "https://a5") == replace(
        book, origins=tuple(each for each in book.origins if each != "https://a5")
    )
