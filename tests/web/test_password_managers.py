"""Every form that takes a passphrase names, for password managers, whose it is."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "webui/templates"
FORMS = [
    path for path in sorted(TEMPLATES.rglob("*.html")) if 'type="password"' in path.read_text()
]
NAMED = re.compile(
    r'<input type="text" name="username" value="swarmfeed" autocomplete="username" hidden>'
    r'.*?type="password"',
    re.DOTALL,
)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_passphrase_stands_behind_the_name_it_is_kept_under(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    first = text.index('type="password"') + len('type="password"')
    assert NAMED.search(text[:first])
