"""Every sentence for people stands once: none is in two faces, none is left without a use."""

import ast
import re
import string
from collections import Counter
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from swarmfeed.core.base.texts import Text

CHECKOUT = Path(__file__).parents[1]
MODULES = {
    path: import_module(".".join(path.relative_to(CHECKOUT).with_suffix("").parts))
    for path in sorted((CHECKOUT / "swarmfeed/core").glob("*/*sentences.py"))
}
"""The tables: that of the node, and one of each role."""
TABLES = {
    f"{module.__name__}.{name}": text
    for module in MODULES.values()
    for name, text in vars(module).items()
    if isinstance(text, Text)
}
FACES = {
    "node": ("swarmfeed/node/", "swarmfeed/shell/", "swarmfeed/core/"),
    "command line": ("swarmfeed/cli/",),
    "page": ("webui/",),
}
SENTENCE = re.compile(r"\w+(?:[ ,;:'-]+\w+){3}")
"""Four words: fewer may be the same by chance."""
WORD = re.compile(r"\w+")


@cache
def texts_of_sources() -> dict[Path, str]:
    return {
        path: path.read_text(encoding="utf-8")
        for room in ("swarmfeed", "webui")
        for path in sorted((CHECKOUT / room).rglob("*.py"))
    }


@cache
def sources() -> dict[Path, ast.Module]:
    return {path: ast.parse(text) for path, text in texts_of_sources().items()}


def places(text: Text) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text.english) if name}


def test_a_text_has_named_places_and_only_numbers_have_plurals() -> None:
    for name, text in TABLES.items():
        values = {}
        for _, place, spec, conversion in string.Formatter().parse(text.english):
            if place is not None:
                assert place.isidentifier() and conversion is None, name
                values[place] = 2 if spec else "two"
                assert spec is None or spec.count("|") < 2, f"{name}: English has two forms"
        assert text(**values), name


ONE_OF_MANY = re.compile(
    r"\b1 (?:(?:other|more|of|lasting|superseded|new|history|full|regular) )*"
    r"(?!(?:is|has|was|its|this|goes|stands|as|times)\b)[a-z]+s\b(?!/s)"
    r"|\b1 (?:are|have|were|come|stand)\b"
)
MANY_AS_ONE = re.compile(
    r"\b2 (?:is|has|was|comes|stands|goes|other|more|new)? ?(?:is|has|was|post|reply|feed|entry"
    r"|chunk|node|friend|server|history|machine|link|author|head|row|notice|holder|file|copy"
    r"|journal|hour|minute|look|statement)\b(?! (?:files|servers?|feeds?))"
)
WORDS = {"name", "feed", "who", "home", "path", "folder", "kept", "what", "reason", "line"}
WORDS |= {"first", "last", "size", "unpacked", "budget", "used", "given", "quota", "left"}
WORDS |= {"free", "floor", "host", "port", "option", "people", "error", "chars", "member"}
"""Places for names and the like, of which nobody counts one or two."""


def said_with(text: Text, number: int) -> str:
    """A text with ``number`` in every place that may take one."""
    found = {}
    for _, place, spec, _ in string.Formatter().parse(text.english):
        if place:
            found[place] = "Ann" if place in WORDS and not spec else number
    return text(**found)


def test_every_sentence_can_be_said_with_one_and_with_two() -> None:
    said = [(name, said_with(text, 1), said_with(text, 2)) for name, text in TABLES.items()]
    assert [(name, one) for name, one, _ in said if ONE_OF_MANY.search(one)] == []
    assert [(name, two) for name, _, two in said if MANY_AS_ONE.search(two)] == []


@pytest.mark.parametrize(
    "wrong", ["1 links, 1 new", "1 notices on 1 feeds", "1 feeds are held", "1 chunks stand"]
)
def test_a_plural_of_one_is_noticed(wrong: str) -> None:
    assert ONE_OF_MANY.search(wrong)


def table_of(nodes: list[ast.AST]) -> dict[str, Text]:
    """The texts that a module can name: by the table's name, or imported by their own."""
    found: dict[str, Text] = {}
    tables = {module.__name__: module for module in MODULES.values()}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                whole = tables.get(f"{node.module}.{alias.name}")
                if whole is not None:
                    given = alias.asname or alias.name
                    found |= {f"{given}.{name}": text for name, text in texts_in(whole)}
                elif node.module in tables:
                    text = vars(tables[node.module]).get(alias.name)
                    found |= {alias.name: text} if isinstance(text, Text) else {}
    return found


def texts_in(module: ModuleType) -> Iterator[tuple[str, Text]]:
    yield from ((name, text) for name, text in vars(module).items() if isinstance(text, Text))


def name_of(called: ast.expr) -> str:
    """As a table of ``table_of`` has it: ``NAME`` or ``table.NAME``; else nothing."""
    if isinstance(called, ast.Name):
        return called.id
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        return f"{called.value.id}.{called.attr}"
    return ""


def calls() -> Iterator[tuple[str, Text, set[str]]]:
    """Each place where a text is given its values."""
    for path, tree in sources().items():
        if "sentences" not in texts_of_sources()[path]:
            continue  # it can name no table
        nodes = [*ast.walk(tree)]
        known = table_of(nodes)
        if path in MODULES:
            known |= dict(texts_in(MODULES[path]))
        for node in nodes:
            if isinstance(node, ast.Call) and (called := name_of(node.func)) in known:
                where = f"{path.relative_to(CHECKOUT)}:{node.lineno}"
                given = {keyword.arg or "**" for keyword in node.keywords}
                yield where, known[called], given


@pytest.mark.slow
def test_every_text_is_given_the_values_that_it_has_places_for() -> None:
    wrong = [
        (where, given ^ places(text)) for where, text, given in calls() if given != places(text)
    ]
    assert wrong == []


@pytest.mark.slow
def test_no_text_is_left_over() -> None:
    uses = Counter(word for text in texts_of_sources().values() for word in WORD.findall(text))
    unsaid = [name for name in TABLES if uses[name.rpartition(".")[2]] <= 1]
    assert unsaid == [], "they stand in the table, and nobody says them"


class Words(HTMLParser):
    """The text of a template."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def words_of_templates() -> Iterator[str]:
    for path in sorted((CHECKOUT / "webui" / "templates").glob("*.html")):
        words = Words()
        words.feed(re.sub(r"{%.*?%}|{{.*?}}", " ", path.read_text(encoding="utf-8")))
        yield from words.found


def words_of_source(tree: ast.Module) -> Iterator[str]:
    """Strings that may be shown: whole, and without docstrings and what else only stands."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}"
                for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            waiting += ast.iter_child_nodes(node)


def sentences_of(face: str) -> set[str]:
    words = [
        each
        for path, tree in sources().items()
        if str(path.relative_to(CHECKOUT)).startswith(FACES[face])
        for each in words_of_source(tree)
    ]
    words += words_of_templates() if face == "page" else ()
    plain = (" ".join(each.split()).strip(" .:;,").lower() for each in words)
    return {each for each in plain if SENTENCE.search(each)}


@pytest.mark.slow
def test_no_sentence_stands_in_two_faces() -> None:
    spoken = Counter(each for face in FACES for each in sentences_of(face))
    assert len(spoken) > 200
    assert [each for each, faces in spoken.items() if faces > 1] == []
