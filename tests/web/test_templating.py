"""Templates without what is only for who reads their files."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from webui.templating import flush_left

from tests.web.conftest import Site

TEMPLATES = sorted((Path(__file__).parents[2] / "webui/templates").rglob("*.html"))
KEPT = re.compile(r"<(pre|textarea)\b.*?</\1>", re.DOTALL)


PIECES = (
    *("word", "<b>", "</b>", "{{ x }}", "{# a note #}", "{{- x }}", "\n", "\n", " ", "\n    "),
    *("{% if x %}b{% endif %}", "{% set y = x %}", "{%- set y = x %}", "{% set y = x -%}"),
)
"""Of templates."""

SHORT = Environment(trim_blocks=True, lstrip_blocks=True)
"""As the page has it."""


def shown(source: str) -> str:
    """What a browser makes of it: blanks in a row are one."""
    return re.sub(r"\s+", " ", SHORT.from_string(source).render(x=1))


def test_the_indentation_goes_and_blanks_within_lines_stay() -> None:
    assert (
        flush_left("<ul>\n  <li>a  b </li>\n\t</ul>\n  \n") == "<ul>\n<li>a  b </li>\n</ul>\n\n"
    )


@pytest.mark.parametrize("name", ["pre", "textarea"])
def test_what_a_browser_shows_as_it_stands_stays_as_it_stands(name: str) -> None:
    kept = f'<{name} id="x"\n  rows="3">\n  one\n    two</{name}>'
    assert flush_left(f"<p>\n  {kept}\n  </p>") == f"<p>\n{kept}\n</p>"


@given(st.lists(st.sampled_from(PIECES)).map(lambda given: "".join(given) + "."))
def test_words_stay_apart_and_each_line_the_same_one(source: str) -> None:
    flush = flush_left(source)
    assert shown(flush) == shown(source)
    assert [each.strip() for each in flush.split("\n")] == [
        each.strip() for each in source.split("\n")
    ]
    assert flush_left(flush) == flush


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_string_in_code_is_longer_than_its_line(path: Path) -> None:
    for code in re.findall(r"\{\{.*?\}\}|\{%.*?%\}", path.read_text(), re.DOTALL):
        assert not re.search(r'"[^"\n]*\n[^"]*"', re.sub(r'"[^"\n]*"', "", code)), code


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("path", ["/", "/network", "/settings", "/follow"])
def test_no_page_sends_its_indentation(site: Site, path: str, language: str) -> None:
    page = site.get(path, **{"Accept-Language": language}).text
    assert f'lang="{language}"' in page
    assert re.findall(r"\n[ \t]{2,}\S.*", KEPT.sub("", page)) == []
