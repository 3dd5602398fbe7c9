"""Every text that a person may read on the page, from templates, script and sentences."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from webui.translating import messages

CHECKOUT: Final = Path(__file__).parents[2]
COMMANDS: Final = CHECKOUT / "swarmfeed/cli"
"""Speaks English: a text that is said only there is not translated."""

_QUOTED: Final = r'"((?:[^"\\]|\\.)*)"'
SCRIPT_TEXT: Final = re.compile(rf"\binWords\(\s*({_QUOTED}(?:\s*\+\s*{_QUOTED})*)")
"""``inWords("...")`` in the script; a long one is several strings."""


def gathered() -> dict[str, list[str]]:
    """Return each English text, and the files that have it."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, text in (*of_templates(), *of_script(), *of_python()):
        name = path.relative_to(CHECKOUT).as_posix()
        if name not in found[text]:
            found[text].append(name)
    return dict(found)


def of_templates() -> Iterator[tuple[Path, str]]:
    for path in sorted((CHECKOUT / "webui/templates").rglob("*.html")):
        for text in messages(path.read_text(encoding="utf-8")):
            yield path, text


def of_script() -> Iterator[tuple[Path, str]]:
    for path in sorted((CHECKOUT / "webui/static").glob("*.js")):
        for match in SCRIPT_TEXT.finditer(path.read_text(encoding="utf-8")):
            yield path, "".join(re.findall(_QUOTED, match[1]))


def of_python() -> Iterator[tuple[Path, str]]:
    """Texts, counted things, and the labels of what a page brings."""
    sources = {path: path.read_text(encoding="utf-8") for path in _python_files()}
    named = _names_said(sources)
    for path, source in sources.items():
        for name, text in _texts_in(ast.parse(source), is_page="webui" in path.parts):
            if not name or not path.name.endswith("sentences.py") or named[name] > 1:
                yield path, text


def _python_files() -> Iterator[Path]:
    for room in ("swarmfeed", "webui"):
        for path in sorted((CHECKOUT / room).rglob("*.py")):
            if not path.is_relative_to(COMMANDS):
                yield path


def _names_said(sources: dict[Path, str]) -> dict[str, int]:
    """How often each name in capitals stands anywhere but in commands."""
    found: dict[str, int] = defaultdict(int)
    for source in sources.values():
        for name in re.findall(r"\b_?[A-Z][A-Z_\d]*\b", source):
            found[name] += 1
    return found


def _texts_in(module: ast.Module, *, is_page: bool) -> Iterator[tuple[str, str]]:
    """The texts of a module, each with the name in capitals that it is called by."""
    for statement in module.body:
        name = _assigned(statement)
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                yield from ((name, text) for text in _texts_of(node, is_page=is_page))


def _assigned(statement: ast.stmt) -> str:
    target = statement.target if isinstance(statement, ast.AnnAssign) else None
    return target.id if isinstance(target, ast.Name) else ""


def _texts_of(call: ast.Call, *, is_page: bool) -> Iterator[str]:
    called = call.func.id if isinstance(call.func, ast.Name) else ""
    given = [each.value for each in call.args if isinstance(each, ast.Constant)]
    strings = [each for each in given if isinstance(each, str)]
    if called == "Text" and strings:
        yield strings[0]
    if called == "counted" and len(strings) == 2:
        yield f"{{n:1 {strings[0]}|# {strings[1]}}}"
    if called == "Setting" and not any(each.arg == "hidden" for each in call.keywords):
        yield from strings[1:]  # what people are told about it, behind its flag
    for each in call.keywords:
        if is_page and each.arg == "label" and isinstance(each.value, ast.Constant):
            yield str(each.value.value)
