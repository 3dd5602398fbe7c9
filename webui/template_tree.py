"""A template as a tree: HTML and Jinja together, each character of the source in its place.

A small reader for templates that are our own, not for HTML of others.  What does not nest - an
element that is opened in one branch and closed in another - is kept as stray leaves.
"""

import re
from collections.abc import Iterable
from typing import Final, Literal, TypeVar

from msgspec import Struct, field

INLINE: Final = re.compile(
    r"a|abbr|b(di|do)?|cite|code|data|dfn|em|i|kbd|mark|q|s|samp|small|span|strong|su[bp]|time"
)
"""Elements that may stand in the middle of a sentence."""

VOID: Final = frozenset(["br", "wbr", "img", "input", "link", "meta", "hr", "source", "track"])
VOID_INLINE: Final = frozenset({"br", "wbr"})

_JINJA: Final = r"\{\{.*?\}\}|\{%.*?%\}"
_TOKEN: Final = re.compile(
    r"(?P<comment>\{#.*?#\}|<!--.*?-->|<![a-zA-Z][^>]*>)"
    r"|(?P<expression>\{\{.*?\}\})"
    r"|(?P<statement>\{%-?\s*(?P<word>\w+).*?%\})"
    rf'|(?P<tag></?(?P<name>[a-zA-Z][\w-]*|\{{\{{.*?\}}\}})(?:{_JINJA}|"(?:{_JINJA}|[^"])*"|[^>"])*>)',
    re.DOTALL,
)
_OPENS: Final = frozenset(
    {"if", "for", "macro", "block", "call", "filter", "with", "autoescape"}
)
_BRANCHES: Final = frozenset({"elif", "else"})

Kind = Literal["text", "expression", "void", "other"]


class Leaf(Struct):
    """A piece of source with nothing in it."""

    source: str
    kind: Kind
    name: str = ""
    """Of a void element."""


class Element(Struct):
    """An element with its two tags."""

    start: str
    name: str
    children: list["Node"] = field(default_factory=list)
    end: str = ""

    @property
    def is_inline(self) -> bool:
        return INLINE.fullmatch(self.name) is not None


class Branch(Struct):
    """One branch of a statement."""

    start: str
    children: list["Node"] = field(default_factory=list)


class Span(Struct):
    """A statement with an end, such as ``{% if %}``, in its branches."""

    name: str
    branches: list[Branch]
    end: str = ""

    @property
    def children(self) -> list["Node"]:
        """Where what comes next belongs: the branch that was begun last."""
        return self.branches[-1].children


Node = Leaf | Element | Span
T = TypeVar("T", Element, Span)


def parse(source: str) -> list[Node]:
    """Read a template; ``source_of`` gives it back."""
    reader = _Reader()
    at = 0
    for match in _TOKEN.finditer(source):
        reader.text(source[at : match.start()])
        reader.token(match)
        at = match.end()
    reader.text(source[at:])
    return reader.finish()


def source_of(nodes: Iterable[Node]) -> str:
    """Return the source of a tree, character by character."""
    return "".join(map(_source, nodes))


def _source(node: Node) -> str:
    if isinstance(node, Leaf):
        return node.source
    if isinstance(node, Element):
        return f"{node.start}{source_of(node.children)}{node.end}"
    branches = (f"{branch.start}{source_of(branch.children)}" for branch in node.branches)
    return "".join(branches) + node.end


class _Reader:
    def __init__(self) -> None:
        self._root = Element("", "")
        self._open: list[Element | Span] = [self._root]

    def text(self, source: str) -> None:
        if source:
            self._add(Leaf(source, "text"))

    def token(self, match: re.Match[str]) -> None:
        source = match[0]
        if match["comment"]:
            self._add(Leaf(source, "other"))
        elif match["expression"]:
            self._add(Leaf(source, "expression"))
        elif match["statement"]:
            self._statement(source, match["word"])
        else:
            self._tag(source, match["name"].lower())

    def finish(self) -> list[Node]:
        while len(self._open) > 1:
            self._scatter()
        return self._root.children

    def _add(self, node: Node) -> None:
        self._open[-1].children.append(node)

    def _statement(self, source: str, word: str) -> None:
        if word in _OPENS or (word == "set" and "=" not in source):
            self._open.append(Span(word, [Branch(source)]))
        elif word in _BRANCHES and (branch := self._close(Span, "")):
            branch.branches.append(Branch(source))
            self._open.append(branch)
        elif word.startswith("end") and (block := self._close(Span, word[3:])):
            block.end = source
            self._add(block)
        else:
            self._add(Leaf(source, "other"))

    def _tag(self, source: str, name: str) -> None:
        if name in VOID or source.endswith("/>"):
            self._add(Leaf(source, "void", name))
        elif not source.startswith("</"):
            self._open.append(Element(source, name))
        elif element := self._close(Element, name):
            element.end = source
            self._add(element)
        else:
            self._add(Leaf(source, "other"))

    def _close(self, kind: type[T], name: str) -> T | None:
        """Take the open node of that name off the stack; what was opened after it is stray."""
        for each in reversed(self._open[1:]):
            if isinstance(each, kind) and name in ("", each.name):
                while self._open[-1] is not each:
                    self._scatter()
                self._open.pop()
                return each
            if isinstance(each, Span):
                return None  # a tag closes nothing that is around its statement
        return None

    def _scatter(self) -> None:
        """Leave what was opened last without its end."""
        node = self._open.pop()
        if isinstance(node, Element):
            self._add(Leaf(node.start, "other"))
            self._open[-1].children.extend(node.children)
        else:
            self._add(node)
