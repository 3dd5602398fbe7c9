"""Messages of a template, and the template with other words in it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webui.template_tree import parse, source_of
from webui.translating import messages, places, translated, unmarked

TEMPLATES = sorted((Path(__file__).parents[2] / "webui/templates").rglob("*.html"))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Nobody yet.</p>", ["Nobody yet."]),
        ("<p>One <b>two</b>\n  three</p>", ["One <b>two</b> three"]),
        ("<p>{{ a.n|number }} of {{ n }}</p>", ["{n} of {n2}"]),
        ('<li>See <a href="{{ url_for("x") }}">yours</a> or <a href="/">home</a></li>',
         ["See <a>yours</a> or <a2>home</a2>"]),
        ('<button>{{ icon("pen") }}Write</button>', ["Write"]),
        ("<button>Remove<span> {{ who(x) }}</span></button>", ["Remove<span> {who}</span>"]),
        ("<div><b>Here</b> <a>There</a></div>", ["Here", "There"]),
        ("<p>Public{% if x %}, unless so{% endif %}.</p>", [", unless so", "Public{if}."]),
        ("{% if x %}<p>A dog</p>{% else %}<p>A cat</p>{% endif %}", ["A dog", "A cat"]),
        ('<label>Name <input name="n" placeholder="Yours"></label>', ["Name", "Yours"]),
        ('<img alt="A cat" src="/A dog">', ["A cat"]),
        ('<i title="{{ n }} posts"></i>', ["{n} posts"]),
        ("<code>swarmfeed run</code>", []),
        ("<p>Run <kbd>swarmfeed run</kbd></p>", ["Run <kbd>swarmfeed run</kbd>"]),
        ("<p>{{ name }} · {{ other }}</p>", []),
        ('{{ head(_("Your \\"keys\\"")) }}', ['Your \\"keys\\"']),
        ('{{ n|counted("post", "posts") }}', ["{n:1 post|# posts}"]),
        ("{# A note #}<!-- another --><script>let x</script>", []),
        ("{% macro in() %} lang=\"{{ x }}\"{% endmacro %}", []),
    ],
)  # fmt: skip
def test_a_message_is_a_whole_sentence(source: str, found: list[str]) -> None:
    assert messages(source) == found


GERMAN = {
    "{n} of <a>your people</a> wrote.": "Von <a>deinen Leuten</a> schrieben {n}.",
    "At <b>home</b>": "<b>Daheim</b>",
    'Say "{name}"': 'Sag "{name}"',
    "a": "<b>{b}",
}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            '<p>{{ n|number }} of\n <a href="/x">your people</a> wrote.</p>',
            '<p>Von <a href="/x">deinen Leuten</a> schrieben {{ n|number }}.</p>',
        ),
        ("<p> At <b>home</b> </p>", "<p> <b>Daheim</b> </p>"),
        ("<i title='x' aria-label=\"a\"></i>", "<i title='x' aria-label=\"<b>{b}\"></i>"),
        ("<p>Not in it {{ n }}</p>", "<p>Not in it {{ n }}</p>"),
    ],
)
def test_words_change_and_code_does_not(source: str, said: str) -> None:
    assert translated(source, GERMAN.get) == said


def test_quotation_marks_do_not_end_an_attribute() -> None:
    source = '<i title="Say &quot;{{ name }}&quot;"></i>'
    (message,) = messages(source)
    words = {message: 'Sag "{name}"'}
    assert translated(source, words.get) == '<i title="Sag &quot;{{ name }}&quot;"></i>'


def test_every_template_is_read_to_the_last_character() -> None:
    for path in TEMPLATES:
        source = path.read_text(encoding="utf-8")
        assert source_of(parse(source)) == source, path
        assert translated(source, lambda _: None) == source, path


HTML = ["<p>", "</p>", "<a href='{{ x }}'>", "</a>", "<br>", "<", '<i title="Two words">']
JINJA = ["{% if x %}", "{% else %}", "{% endif %}", "{# x #}", "{{ x }}", "Some words", " "]
PIECES = st.sampled_from([*HTML, *JINJA])


@given(st.lists(PIECES).map("".join))
def test_what_does_not_nest_loses_nothing(source: str) -> None:
    assert source_of(parse(source)) == source
    assert translated(source, lambda _: None) == source
    for message in messages(source):
        assert places(message) == places(message.replace("words", "Wörter"))


def test_words_in_code_are_found_where_they_are_not_marked() -> None:
    assert unmarked('{{ head("Your keys") }}{% set x = "some words" %}') == [
        "Your keys",
        "some words",
    ]
    assert unmarked('{{ head(_("Your keys"), "me") }}{{ n|counted("A b", "A c") }}') == []
