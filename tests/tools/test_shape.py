"""Each bound on the shape of the code is found to the line, and not a line too early."""

from pathlib import Path

import _shape
import pytest
from _shape import Fault, find_faults

PRODUCT = "swarmfeed/core/x.py"
TOOL = "tools/x.py"
TEST = "tests/test_x.py"
ANYWHERE = (PRODUCT, "webui/pages/x.py", TOOL, "tools/x", TEST)


def told(path: str, text: str) -> list[str]:
    """What is said about one file, with its line."""
    return [str(fault) for fault in find_faults({path: text})]


def function(lines: int, *, indent: str = "", opening: str = "def f():") -> str:
    body = "".join(f"{indent}    x = {number}\n" for number in range(lines - 1))
    return f"{indent}{opening}\n{body}"


def constructor(arguments: str) -> str:
    return f"class A:\n    def __init__({arguments}): ...\n"


@pytest.mark.parametrize("path", ANYWHERE)
def test_a_function_of_41_lines_is_found_anywhere(path: str) -> None:
    assert told(path, function(40)) == []
    assert told(path, "\n" + function(41)) == [f"{path}:2: f has 41 lines, and 40 are the most"]


@pytest.mark.parametrize("opening", ["async def f():", "def f(\n    a,\n):"])
def test_a_function_counts_from_its_def(opening: str) -> None:
    spare = 40 - opening.count("\n")
    assert told(TOOL, function(spare, opening=opening)) == []
    assert told(TOOL, function(spare + 1, opening=opening)) != []


def test_decorators_do_not_count_and_docstrings_do() -> None:
    assert told(TOOL, "@a\n@b\n" + function(40)) == []
    assert told(TOOL, 'def f():\n    """A.\n' + "\n" * 38 + '    """\n') != []


def test_a_function_within_a_class_and_one_within_a_function_are_found() -> None:
    assert len(told(TOOL, "class A:\n" + function(41, indent="    "))) == 1
    inner = function(41, indent="    ", opening="def g():")
    assert [each.split()[1] for each in told(TOOL, "def f():\n" + inner)] == ["f", "g"]


def test_a_product_file_of_401_lines_is_found() -> None:
    assert told(PRODUCT, "x = 1\n" * 400) == []
    assert told(PRODUCT, "x = 1\n" * 401) == [
        f"{PRODUCT}:401: the file has 401 lines, and 400 are the most"
    ]


@pytest.mark.parametrize("path", [TOOL, TEST])
def test_files_of_tools_and_tests_may_be_longer(path: str) -> None:
    assert told(path, "x = 1\n" * 401) == []


@pytest.mark.parametrize("path", [PRODUCT, TOOL])
@pytest.mark.parametrize(
    "arguments",
    [
        "self, a, b, c, d, e, f, g, h",
        "self, a, b, c, d, *, e, f, g, h=1",
        "self, a, /, b, c, d, e, *f, g, **h",
    ],
)
def test_a_constructor_of_eight_arguments_is_found(path: str, arguments: str) -> None:
    fewer = arguments.replace(" a,", "", 1).replace(" /,", "")
    assert told(path, constructor(fewer)) == []
    assert told(path, constructor(arguments)) == [
        f"{path}:2: A is made of 8 arguments, and 7 are the most"
    ]


def test_tests_other_functions_and_dataclasses_may_take_more() -> None:
    eight = "self, a, b, c, d, e, f, g, h"
    assert told(TEST, constructor(eight)) == []
    assert told(PRODUCT, f"class A:\n    def make({eight}): ...\n") == []
    assert told(PRODUCT, f"def __init__({eight}): ...\n") == []
    fields = "".join(f"    {name}: int\n" for name in "abcdefgh")
    assert told(PRODUCT, f"@dataclass\nclass A:\n{fields}") == []


def test_a_class_name_used_twice_in_the_product_is_found() -> None:
    text = "\nclass A: ...\n"
    twice = {"webui/b.py": text, "swarmfeed/a.py": text}
    assert find_faults(twice) == [
        Fault(
            path="webui/b.py",
            line=2,
            sentence="there is a class A already, at swarmfeed/a.py:2",
        )
    ]


@pytest.mark.parametrize(
    ("path", "text"),
    [(TOOL, "class A: ..."), (TEST, "class A: ..."), ("webui/b.py", "class B: ...")],
)
def test_other_names_and_those_of_tools_and_tests_are_free(path: str, text: str) -> None:
    assert find_faults({PRODUCT: "class A: ...", path: text}) == []


def test_a_private_class_name_is_free() -> None:
    assert find_faults({PRODUCT: "class _A: ...", "webui/b.py": "class _A: ..."}) == []


def test_faults_come_by_path_and_line() -> None:
    text = function(41) + function(41, opening="def g():")
    found = find_faults({TOOL: text, PRODUCT: text})
    assert [(fault.path, fault.line) for fault in found] == [
        *((PRODUCT, 1), (PRODUCT, 42)),
        *((TOOL, 1), (TOOL, 42)),
    ]


def test_every_file_with_code_is_read_and_no_other(tmp_path: Path) -> None:
    files = {
        "swarmfeed/core/a.py": "a",
        "swarmfeed/py.typed": "",
        "webui/static/a.js": "a",
        "tools/check": "#!/usr/bin/env python3\na",
        "tools/shell": "#!/usr/bin/env bash\na",
        "tests/web/test_a.py": "é",
        "docs/a.py": "a",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    read = ("swarmfeed/core/a.py", "tools/check", "tests/web/test_a.py")
    assert _shape.read_sources(tmp_path) == {path: files[path] for path in read}
