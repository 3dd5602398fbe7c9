"""Templates in other languages: the same template, with other words in it.

A template is written in plain English, and nothing is marked: what stands between its tags is
what people read, and so are some attributes.  Before it is compiled for another language its
messages are found, and put in that language's words:

    <p>{{ n|number }} of <a href="/x">your people</a> wrote.</p>
    {n} of <a>your people</a> wrote.               the message, as a translator sees it

So a message is a whole sentence with its links, a page in English is exactly its template, and
no page costs more than another.  Strings in code are marked: ``{{ _("Save") }}``.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Final

from webui.template_tree import VOID_INLINE, Element, Leaf, Node, Span, parse, source_of

SAID_ATTRIBUTES: Final = ("alt", "aria-label", "data-label", "label", "placeholder", "title")
"""Attributes with words for people."""

AS_IT_IS: Final = frozenset({"code", "kbd", "pre", "samp", "script", "style"})
"""Elements whose content is no language, unless it stands in a sentence."""

DRAWN: Final = frozenset({"emblem", "form_key", "icon", "mark", "qr_code"})
"""Expressions that draw something, or nothing: no part of a sentence at its ends."""

LETTER: Final = re.compile(r"[^\W\d_]")
_MARKUP: Final = re.compile(r' [\w-]+="|&\w+;')
"""What is no word: an attribute that a macro writes, a character by its name."""
PLACE: Final = re.compile(r"\{(\w+)\}|<(/?)(\w+)(/?)>")
"""A place of a message: ``{name}``, ``<a>``, ``</a>`` or ``<img/>``."""
_ATTRIBUTE: Final = re.compile(
    rf' ({"|".join(SAID_ATTRIBUTES)})="((?:\{{\{{.*?\}}\}}|\{{%.*?%\}}|[^"])*)"', re.DOTALL
)
_STRING: Final = r'"((?:[^"\\]|\\.)*)"'
_CALLED: Final = re.compile(rf"(?<![\w.])_\({_STRING}")
_COUNTED: Final = re.compile(rf"\|\s*counted\({_STRING}, {_STRING}\)")
_ANY_STRING: Final = re.compile(_STRING)
_NAME: Final = re.compile(r"(?:\w+\.)*([a-zA-Z]\w*)")

Find = Callable[[str], str | None]
"""The translation of a message, or None."""


def messages(source: str) -> list[str]:
    """Return the messages of a template, in its order; one may come twice."""
    found: list[str] = []

    def note(message: str) -> None:
        found.append(message)

    translated(source, note)
    for code in codes(source):
        found += _CALLED.findall(code)
        found += [f"{{n:1 {one}|# {many}}}" for one, many in _COUNTED.findall(code)]
    return found


def codes(source: str) -> Iterator[str]:
    """Return the code of a template: its expressions and statements."""
    return (each[0] for each in re.finditer(r"\{\{.*?\}\}|\{%.*?%\}", source, re.DOTALL))


def translated(source: str, find: Find) -> str:
    """Return a template with other words in it.

    What ``find`` has no words for stays as it is; so does all that is code.
    """
    return _rendered(parse(source), find)


def places(message: str) -> Counter[str]:
    """Return the places of a message: a translation has the same ones."""
    return Counter(match[0] for match in PLACE.finditer(message))


def unmarked(source: str) -> list[str]:
    """Return strings in the code of a template that look like words for people."""
    return [
        text
        for code in codes(source)
        for text in _ANY_STRING.findall(_COUNTED.sub("", _CALLED.sub("", code)))
        if re.search(r"[^\W\d_]\w* \w|^[A-Z][a-z]", text) and not text.startswith("#")
    ]


def _rendered(nodes: Iterable[Node], find: Find) -> str:
    """The nodes of one level: sentences are translated whole, all else from within."""
    runs = groupby(nodes, key=_is_inline)
    return "".join(
        _run(list(run), find) if inline else "".join(_within(each, find) for each in run)
        for inline, run in runs
    )


def _is_inline(node: Node) -> bool:
    """Whether a node may stand in the middle of a sentence."""
    if isinstance(node, Leaf):
        return node.kind in ("text", "expression") or node.name in VOID_INLINE
    if isinstance(node, Element):
        return node.is_inline and all(map(_is_inline, node.children))
    return all(_is_inline(each) for branch in node.branches for each in branch.children)


def _within(node: Node, find: Find) -> str:
    """A node that is no part of a sentence around it."""
    if isinstance(node, Leaf):
        return _attributes(node.source, find) if node.kind == "void" else node.source
    if isinstance(node, Element):
        inner = source_of(node.children) if node.name in AS_IT_IS else None
        words = _rendered(node.children, find) if inner is None else inner
        return f"{_attributes(node.start, find)}{words}{node.end}"
    branches = (f"{branch.start}{_rendered(branch.children, find)}" for branch in node.branches)
    return "".join(branches) + node.end


def _run(nodes: list[Node], find: Find) -> str:
    """What stands beside each other in one line: a sentence, or several things."""
    if not any(_is_words(each) for each in nodes):
        return "".join(_within(each, find) for each in nodes)
    first = next(at for at, each in enumerate(nodes) if _belongs(each))
    last = max(at for at, each in enumerate(nodes) if _belongs(each))
    before, after = nodes[:first], nodes[last + 1 :]
    head = "".join(_within(each, find) for each in before)
    middle = _sentence(nodes[first : last + 1], find)
    return head + middle + "".join(_within(each, find) for each in after)


def _is_words(node: Node) -> bool:
    is_text = isinstance(node, Leaf) and node.kind == "text"
    return is_text and bool(LETTER.search(_MARKUP.sub("", source_of([node]))))


def _belongs(node: Node) -> bool:
    """Whether a node at the end of a sentence is a part of it."""
    if isinstance(node, Leaf):
        is_said = node.kind == "expression" and _name_of(node.source) not in DRAWN
        return is_said or (node.kind == "text" and bool(node.source.strip()))
    children = (
        node.children
        if isinstance(node, Element)
        else [c for p in node.branches for c in p.children]
    )
    return any(map(_belongs, children))


def _sentence(nodes: list[Node], find: Find) -> str:
    written = _Message(find)
    text = "".join(written.add(each) for each in nodes)
    bare = text.strip()
    blank_before, blank_after = text.split(bare)[0], text[len(text.rstrip()) :]
    message = " ".join(bare.split())
    found = find(message)
    words = bare if found is None else found
    return blank_before + written.filled(words) + blank_after


class _Message:
    """What the places of one message stand for."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._source: dict[str, str] = {}
        self._names: Counter[str] = Counter()

    def add(self, node: Node) -> str:
        """Return a node as it stands in the message."""
        if isinstance(node, Leaf):
            if node.kind == "text":
                return node.source
            if node.kind == "expression":
                return self._place("{%s}", _name_of(node.source), node.source)
            return self._place("<%s/>", node.name, _attributes(node.source, self._find))
        if isinstance(node, Span):
            return self._place("{%s}", node.name, _within(node, self._find))
        place = self._place("<%s>", node.name, _attributes(node.start, self._find))
        inner = "".join(map(self.add, node.children))
        end = f"</{place[1:]}"
        self._source[end] = node.end
        return f"{place}{inner}{end}"

    def _place(self, form: str, name: str, source: str) -> str:
        self._names[name] += 1
        number = self._names[name]
        place = form % (name if number == 1 else f"{name}{number}")
        self._source[place] = source
        return place

    def filled(self, words: str) -> str:
        """Return a message with the source of its places in place of them."""
        return PLACE.sub(lambda match: self._source.get(match[0], match[0]), words)


def _name_of(expression: str) -> str:
    """What a translator calls an expression: ``{{ disk.bytes|size }}`` is ``bytes``."""
    code = _ANY_STRING.sub(" ", expression[2:-2])
    names = [name for name in _NAME.findall(code) if name not in ("_", "if", "else", "not")]
    return names[0] if names else "value"


def _attributes(tag: str, find: Find) -> str:
    """The start of an element, with the words of its attributes."""

    def attribute(match: re.Match[str]) -> str:
        words = _rendered(parse(match[2]), lambda text: _escaped(find(text)))
        return f' {match[1]}="{words}"'

    return _ATTRIBUTE.sub(attribute, tag)


def _escaped(words: str | None) -> str | None:
    return words if words is None else words.replace('"', "&quot;")
