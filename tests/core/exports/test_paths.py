"""Paths that people name to the node: whole ones, that can be remembered."""

import pytest
from swarmfeed.core.exports.limits import PATH_CHARS_MAX
from swarmfeed.core.exports.paths import check_path
from swarmfeed.errors import UserError


def test_a_whole_path_stays_as_it_is() -> None:
    for path in ("/home/anna/site", "/", "/" + "a" * (PATH_CHARS_MAX - 1)):
        assert check_path(path) == path


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/" + "a" * PATH_CHARS_MAX, "at most 4,096 characters"),
        ("/a\0b", "no name of a folder or file"),
        ("/a\udcff", "no name of a folder or file"),
        ("site", "site could be anywhere"),
        ("./site", "could be anywhere"),
        ("../../etc", "could be anywhere"),
        ("~nobody/site", "begins with / or ~"),
        ("", "could be anywhere"),
    ],
)
def test_what_leads_somewhere_else_in_another_folder_is_refused(path: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        check_path(path)
