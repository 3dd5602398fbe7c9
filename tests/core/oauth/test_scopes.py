"""What an app may do."""

import pytest
from swarmfeed.core.oauth.refusal import OAuthError
from swarmfeed.core.oauth.scopes import KNOWN, covers, parse_scopes, require_within
from swarmfeed.core.oauth.sentences import meaning


def test_scopes_are_words_with_something_between() -> None:
    assert parse_scopes("read write:statuses  read") == ("read", "write:statuses")
    assert parse_scopes("read+push") == ("read", "push")
    assert parse_scopes("") == ("read",)


def test_an_unknown_scope_is_refused() -> None:
    for text in ("admin:read", "read:everything", "root", "read " * 65):
        with pytest.raises(OAuthError):
            parse_scopes(text)


def test_a_wide_scope_covers_its_parts_and_no_other() -> None:
    yes = (
        (("read",), "read:statuses"),
        (("read:statuses",), "read:statuses"),
        (("follow",), "write:follows"),
        (("follow",), "read:blocks"),
        (("write",), "write"),
    )
    no = (
        (("read",), "write:statuses"),
        (("read:statuses",), "read"),
        (("read:statuses",), "read:accounts"),
        (("follow",), "write:statuses"),
        ((), "read"),
    )
    assert [each for each in yes if not covers(*each)] == []
    assert [each for each in no if covers(*each)] == []


def test_an_app_asks_for_no_more_than_it_registered_for() -> None:
    require_within(("read:statuses",), ("read",))
    with pytest.raises(OAuthError):
        require_within(("read",), ("read:statuses",))


def test_every_scope_is_told_to_a_person() -> None:
    assert [each for each in KNOWN if len(meaning(each)) <= 10] == []
