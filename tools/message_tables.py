"""Write the tables of messages in docs/PROTOCOL.md as the classes declare them.

    python tools/message_tables.py            write them
    python tools/message_tables.py --check    fail if one is not what would be written

A row is a field: its key, what its docstring or else its ``At`` says, and its bound.  The keys
of the dicts in a list follow it, as ``list.key``.
"""

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import _venv

PAGE = Path(__file__).resolve().parents[1] / "docs" / "PROTOCOL.md"
HEAD = ("| key | value | bound |", "|---|---|---|")


def main() -> str | None:
    """Write or check the page; returns what is wrong."""
    page = PAGE.read_text(encoding="utf-8")
    written = with_tables(page)
    if "--check" in sys.argv:
        return None if written == page else f"{PAGE.name} has other tables than the classes"
    PAGE.write_text(written, encoding="utf-8")
    return None


def with_tables(page: str) -> str:
    """Return the page with every table of a message as its class declares it.

    Raises:
        ValueError: A message has no section ``### name`` with a table in it.
    """
    from swarmfeed.core.vocabulary import PAIRING, VOCABULARY

    for word in (*VOCABULARY.words, *PAIRING.words):
        section = rf"(^### {re.escape(word.name)}\n(?:(?!#|\|).*\n)*)((?:\|.*\n)+)"
        table = "\n".join([*HEAD, *rows(word)]) + "\n"
        table = table.replace("\\", r"\\")
        page, count = re.subn(section, rf"\g<1>{table}", page, flags=re.M)
        if count != 1:
            raise ValueError(f"{word.name} has no section with a table")
    return page


def rows(record: type, above: str = "") -> Iterator[str]:
    """Yield the rows of a record's table, in the order of the bytes."""
    from swarmfeed.core.base.codec import codec_of

    docstrings = dict(field_docstrings(record))
    for part in sorted(codec_of(record).parts, key=lambda part: part.key):
        key, shape = above + part.key, part.shape
        value = docstrings.get(part.name) or part.means
        missing = ", or missing" if part.optional else ""
        yield f"| `{key}` | {value} | {shape.bound}{missing} |"
        if shape.item is not None:
            yield from rows(shape.item, f"{key}.")


def field_docstrings(record: type) -> Iterable[tuple[str, str]]:
    """Yield fields and the first paragraph of what stands under them, as Markdown."""
    (class_def,) = ast.parse(inspect.getsource(record)).body
    assert isinstance(class_def, ast.ClassDef)
    for field, below in zip(class_def.body, class_def.body[1:], strict=False):
        match field, below:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                first = " ".join(text.partition("\n\n")[0].split())
                yield name, first.removesuffix(".").replace("``", "`")


if __name__ == "__main__":
    _venv.enter("test")
    sys.exit(main())
