"""Which apps were let in, kept across restarts."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from swarmfeed.core.asks.troubles import FULL
from swarmfeed.core.oauth.book import AppRegister, Registration
from swarmfeed.core.oauth.limits import ASKED_MAX, SEEN_EVERY_S
from swarmfeed.core.oauth.refusal import OAuthError
from swarmfeed.errors import PassingError
from webui.apps import AppBook, format_book, parse_book
from webui.runfile import RunFile

PORT = 8765
BACK = "https://app.example/back"
SAID = Registration(name="Test", redirects=[BACK], scopes="read write")


def let_in(apps: AppBook) -> tuple[str, str, str]:
    """Have an app registered and let in; returns id, secret and token."""
    app, secret = apps.register(SAID)
    asked = {"client_id": app.id, "response_type": "code", "redirect_uri": BACK}
    code = apps.give_code(apps.wish(asked))
    said = {"client_id": app.id, "client_secret": secret, "code": code, "redirect_uri": BACK}
    return app.id, secret, apps.redeem(said).token


def test_what_was_let_in_is_so_after_a_restart(tmp_path: Path) -> None:
    first = RunFile(tmp_path).apps(PORT)
    id, secret, token = let_in(first)
    first.judge_origin("https://phanpy.social", good=True)
    again = RunFile(tmp_path).apps(PORT)
    assert again.book == first.book
    assert again.find(token)
    assert again.lets_in("https://phanpy.social")
    assert again.give_app_token(id, secret, ()).scopes == ("read", "write")


@pytest.mark.attack("A266")
def test_who_reads_the_file_has_no_token(tmp_path: Path) -> None:
    id, secret, token = let_in(RunFile(tmp_path).apps(PORT))
    text = (tmp_path / "apps.json").read_text()
    assert id in text
    assert secret not in text
    assert token not in text
    assert (tmp_path / "apps.json").stat().st_mode & 0o077 == 0


@pytest.mark.attack("A267")
def test_on_another_port_no_token_is_good(tmp_path: Path) -> None:
    id, _, token = let_in(RunFile(tmp_path).apps(PORT))
    moved = RunFile(tmp_path).apps(PORT + 1)
    assert not moved.find(token)
    assert [each.id for each in moved.book.apps] == [id]


def test_a_damaged_file_lets_nobody_in() -> None:
    apps = AppBook()
    let_in(apps)
    good = json.loads(format_book(apps.book, PORT))
    spoilt = (
        "",
        "[]",
        "null",
        json.dumps({**good, "apps": 5}),
        json.dumps({**good, "apps": [{}]}),
        json.dumps({**good, "grants": [{**good["grants"][0], "of_person": 1}]}),
        json.dumps({**good, "grants": [{**good["grants"][0], "scopes": [1]}]}),
        json.dumps({**good, "grants": [{"proof": good["grants"][0]["proof"]}]}),
        json.dumps({**good, "port": None}),
        json.dumps({**good, "origins": [None]}),
    )
    assert parse_book(json.dumps(good), PORT) == apps.book
    for text in spoilt:
        assert parse_book(text, PORT) == AppRegister()


def test_what_the_disk_refuses_has_not_happened() -> None:
    full = PassingError("The disk is full.", FULL)

    def refuse(_: AppRegister) -> None:
        raise full

    apps = AppBook(keep=refuse)
    with pytest.raises(PassingError):
        apps.register(SAID)
    assert apps.book == AppRegister()


@pytest.mark.attack("A26")
def test_a_disk_that_takes_nothing_keeps_no_app_from_reading() -> None:
    full, now_s = PassingError("The disk is full.", FULL), [0]
    kept: list[AppRegister] = []

    def keep(book: AppRegister) -> None:
        if now_s[0]:
            raise full
        kept.append(book)

    apps = AppBook(keep=keep, now_s=lambda: now_s[0])
    *_, token = let_in(apps)
    now_s[0] = 3 * SEEN_EVERY_S
    found = apps.use(token)
    assert found is not None
    assert apps.find(token) == replace(found, seen_at_s=now_s[0])
    assert kept[-1].grants == (found,)


@pytest.mark.attack("A263")
def test_a_code_is_good_once() -> None:
    apps = AppBook()
    app, secret = apps.register(SAID)
    asked = {"client_id": app.id, "response_type": "code"}
    code = apps.give_code(apps.wish(asked))
    said = {"client_id": app.id, "client_secret": secret, "code": code}
    with pytest.raises(OAuthError):
        apps.redeem({**said, "client_secret": "other"})
    assert apps.find(apps.redeem(said).token)
    with pytest.raises(OAuthError):
        apps.redeem(said)


def test_an_app_gives_back_its_own_token_and_no_other() -> None:
    apps = AppBook()
    id, secret, token = let_in(apps)
    other_id, other_secret, other_token = let_in(apps)
    apps.revoke_token(other_id, other_secret, token)
    assert apps.find(token)
    apps.revoke_token(id, secret, token)
    assert not apps.find(token)
    assert apps.find(other_token)


@pytest.mark.attack("A270")
def test_what_waits_for_the_person_is_bounded() -> None:
    apps = AppBook()
    ids = [apps.register(SAID)[0].id for _ in range(ASKED_MAX + 3)]
    for number, id in enumerate(ids):
        apps.note_asking(id, "asked before")
        apps.note_asking(id, f"state={number}")
        apps.note_origin(f"https://a{number}.example")
    apps.note_origin("null")
    assert [query for _, query in apps.asking] == [
        f"state={number}" for number in range(3, ASKED_MAX + 3)
    ]
    assert len(apps.origins_asking) == ASKED_MAX
    apps.judge_origin("https://a9.example", good=False)
    assert "https://a9.example" not in apps.origins_asking
    apps.settle(ids[-1])
    apps.remove(ids[-2])
    assert [app.id for app, _ in apps.asking] == ids[3:-2]


def test_a_removed_app_takes_its_codes_along() -> None:
    apps = AppBook()
    app, secret = apps.register(SAID)
    code = apps.give_code(apps.wish({"client_id": app.id, "response_type": "code"}))
    apps.remove(app.id)
    with pytest.raises(OAuthError):
        apps.redeem({"client_id": app.id, "client_secret": secret, "code": code})
