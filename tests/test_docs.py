"""What is there is named in its page, and what the pages point at is there."""

import re
from configparser import ConfigParser
from functools import cache
from pathlib import Path

import click
import message_tables
import pytest
from swarmfeed import errors
from swarmfeed.cli.main import main
from swarmfeed.core.base import limits
from swarmfeed.core.feed.kinds import KINDS
from swarmfeed.core.history.limits import (
    AUDIT_ANSWERS_PER_MINUTE,
    AUDIT_TIMEOUT_S,
    AUDITS_PER_DAY,
    INCLUSION_HASHES_MAX,
    NOTICES_PER_FEED_MAX,
    NOTICES_PER_MESSAGE_MAX,
    WATCHED_MAX,
)
from swarmfeed.core.talk import handshake
from swarmfeed.core.vocabulary import VOCABULARY

CHECKOUT = Path(__file__).parents[1]
DOCS = CHECKOUT / "docs"
PAGES = sorted([CHECKOUT / "README.md", *DOCS.rglob("*.md")])
MARKED = re.compile(r'attack\("(A\d{2,3})"\)')


def read(name: str) -> str:
    return (CHECKOUT / name).read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next one of any level."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", text, re.M | re.S)
    assert found is not None, f"there is no section {title!r}"
    return found[1]


def listed_attacks(title: str) -> set[str]:
    rows = section(read("docs/THREATS.md"), title)
    return set(re.findall(r"^\| (A\d{2,3}) \|", rows, re.M))


def marked_attacks() -> set[str]:
    files = (path.read_text(encoding="utf-8") for path in (CHECKOUT / "tests").rglob("*.py"))
    return {attack for text in files for attack in MARKED.findall(text)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(
        r'(?:src|srcset)="([^"]+)"', text
    )
    relative = [each.partition("#")[0] for each in targets if "://" not in each]
    assert [each for each in relative if each and not (page.parent / each).exists()] == []


# --- files and modules that are named -------------------------------------------------------

ROOMS = ("swarmfeed", "webui", "tests", "tools")
ROOTS = (CHECKOUT, *(CHECKOUT / room for room in ("swarmfeed", "tools", "tests")))
"""Where a path may begin: ``core/base/types.py`` is in ``swarmfeed``."""

FILE = re.compile(r"(?<![\w./*$-])((?:[\w*-]+/)*[\w*-]+\.(?:py|md|html|toml))(?![\w/]|\.\w)")
"""``server.py``, ``core/*/limits.py``, ``docs/FORMAT.md``."""

MODULE = re.compile(
    r"(?<![\w./-])((?:swarmfeed|webui|core\.\w+|node\.\w+|shell\.\w+|ports|street|tests)(?:\.\w+)+)"
)
"""``swarmfeed.ports``, ``core.base.codec``, ``webui.routes.Page``."""

PLACE = re.compile(
    r"`((?:swarmfeed|webui|tests|tools|docs|core|node|shell|ports|cli)/[\w/-]*)(?=[` :])"
)
"""In backquotes, as folders, modules and programs are named: ``core/feed/``, ``node/role``."""

COMMENT = re.compile(r"(?:^|  )# (.*)", re.M)

NOT_OURS = frozenset(["bencode.py", "index.html"])


@cache
def file_names() -> frozenset[str]:
    inside = (path for room in (*ROOMS, "docs") for path in (CHECKOUT / room).rglob("*.*"))
    return frozenset(path.name for path in (*inside, *CHECKOUT.glob("*.*")))


def is_file(named: str, page: Path) -> bool:
    """A bare name is that of any file; a path begins at a root, or beside the page."""
    if "*" in named:
        return any(any(root.glob(named)) for root in (*ROOTS, page.parent))
    if "/" not in named:
        return named in file_names() | NOT_OURS
    return any((root / named).is_file() for root in (*ROOTS, page.parent))


def is_place(named: str) -> bool:
    """A folder, a program, or a module without its ending."""
    return any((root / f"{named}{end}").exists() for root in ROOTS for end in ("", ".py"))


def is_module(named: str) -> bool:
    """A module, a package, or a name that one of them has."""
    return any(_leads_somewhere(root, named.split(".")) for root in ROOTS)


def _leads_somewhere(folder: Path, parts: list[str]) -> bool:
    if not parts:
        return True
    first, *rest = parts
    if (folder / first).is_dir():
        return _leads_somewhere(folder / first, rest)
    if (folder / f"{first}.py").is_file():
        return not rest or _has_name(folder / f"{first}.py", rest[0])
    return folder not in ROOTS and _has_name(folder / "__init__.py", first)


def _has_name(module: Path, name: str) -> bool:
    """Whether it is defined there at the top, or in the list of what a package gives."""
    text = module.read_text(encoding="utf-8") if module.is_file() else ""
    defined = rf"^(?:class |def |async def )?{name}\b|^    \"{name}\",$"
    return re.search(defined, text, re.M) is not None


def said_in(path: Path) -> str:
    """What a page says, or a module in its docstrings and comments."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return text
    # Cheaper than a parser: a second for all modules.
    return "\n".join([*re.findall(r'"""(.*?)"""', text, re.S), *COMMENT.findall(text)])


def wrongly_named(path: Path) -> list[str]:
    text = said_in(path)
    return [
        *(each for each in FILE.findall(text) if not is_file(each, path)),
        *(each for each in MODULE.findall(text) if not is_module(each)),
        *(each for each in PLACE.findall(text) if not is_place(each)),
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_every_file_and_module_that_a_page_names_exists(page: Path) -> None:
    assert wrongly_named(page) == []


@pytest.mark.slow
@pytest.mark.parametrize("room", ROOMS)
def test_every_file_and_module_that_a_docstring_or_comment_names_exists(room: str) -> None:
    wrong = {path: wrongly_named(path) for path in (CHECKOUT / room).rglob("*.py")}
    assert {str(path): names for path, names in wrong.items() if names} == {}


# --- what has to be named -------------------------------------------------------------------


def test_every_command_has_a_row_in_the_readme() -> None:
    readme = section(read("README.md"), "Commands")
    for name, command in main.load_all().items():
        names = command.commands if isinstance(command, click.Group) else [""]
        for part in names:
            assert f"| `swarmfeed {f'{name} {part}'.strip()}" in readme


def test_every_message_has_a_section_in_the_protocol() -> None:
    protocol = read("docs/PROTOCOL.md")
    for word in VOCABULARY.words:
        assert section(protocol, word.name)


@pytest.mark.slow
def test_the_table_of_every_message_says_what_its_class_says() -> None:
    protocol = read("docs/PROTOCOL.md")
    assert message_tables.with_tables(protocol) == protocol, "run tools/message_tables.py"


def test_every_kind_has_a_row_in_the_format_with_its_keys() -> None:
    kinds = section(read("docs/FORMAT.md"), "Kinds")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", kinds, re.M))
    for kind, codec in KINDS.items():
        named = re.findall(r"`(\w+)`(\??)", rows[kind])
        assert set(named) == {(part.key, "?" * part.optional) for part in codec.parts}, kind


def test_every_close_code_is_in_the_protocol() -> None:
    codes = section(read("docs/PROTOCOL.md"), "Close codes")
    for code in sorted({*handshake.CloseCode, *handshake.BLAME_CODES}):
        assert re.search(rf"^\|[^|]*\b{int(code)}\b", codes, re.M), code


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("PROTOCOL", f"{limits.PEERS_DIALLED_MAX} links that it dialled"),
        ("PROTOCOL", f"accepts at most {limits.PEERS_MAX}"),
        ("PROTOCOL", f"at most {limits.REMEMBERED_PEERS_DIALLED} endpoints"),
        ("PROTOCOL", f"at most {limits.ANNOUNCED_AUTHORS_MAX} authors"),
        ("PROTOCOL", f"below port {limits.DIAL_PORT_MIN}"),
        ("PROTOCOL", f"{limits.HANDSHAKE_BYTES_MAX // 1024} KiB and"),
        ("PROTOCOL", f"{limits.HANDSHAKE_FRAMES_MAX} frames in all"),
        ("PROTOCOL", f"hello of {limits.HELLO_BYTES_MAX:,} bytes"),
        ("PROTOCOL", f"message of {limits.MESSAGE_BYTES_MAX // 1024**2} MiB"),
        ("PROTOCOL", f"{limits.MESSAGE_VALUES_MAX:,} values"),
        ("PROTOCOL", f"{limits.PEER_BYTES_PER_S // 1024**2} MiB/s"),
        ("PROTOCOL", f"{limits.PEER_MESSAGES_PER_S:,} frames/s"),
        (
            "PROTOCOL",
            f"| up to {limits.AUTHORS_PER_WANT_MAX:,} dicts | | `w.a` | Author id | 32 bytes |"
            " | `w.v` | Feeds of the author that the asker has a head of"
            f" | up to {limits.FEEDS_PER_AUTHOR_MAX} dicts |",
        ),
        ("PROTOCOL", f"{limits.AUTHORS_WANTED_MAX:,} at most"),
        ("PROTOCOL", f"Of {limits.FEEDS_HELD_MAX:,} feeds at most"),
        (
            "PROTOCOL",
            f"| up to {limits.CERTIFICATES_MAX} of"
            f" up to {limits.CERTIFICATE_BYTES_MAX:,} bytes |",
        ),
        ("PROTOCOL", f"| up to {limits.CONSISTENCY_HASHES_MAX} of 32 bytes |"),
        ("PROTOCOL", f"| up to {limits.HOLDERS_MAX} dicts |"),
        ("PROTOCOL", f"stands still for {limits.FETCH_TIMEOUT_S} s"),
        ("PROTOCOL", f"at most {limits.CHUNKS_IN_FLIGHT_MAX} in flight"),
        ("PROTOCOL", f"waits {limits.GATHER_S} s"),
        ("PROTOCOL", f"{WATCHED_MAX:,} on one link"),
        (
            "PROTOCOL",
            f"| up to {NOTICES_PER_MESSAGE_MAX} dicts |",
        ),
        ("PROTOCOL", f"Of one feed {NOTICES_PER_FEED_MAX} notices"),
        ("PROTOCOL", f"At most {limits.TORRENTS_AWAKE_MAX:,} such torrents"),
        ("PROTOCOL", f"{AUDITS_PER_DAY} times a day"),
        ("PROTOCOL", f"at most {AUDIT_ANSWERS_PER_MINUTE} times a minute"),
        ("PROTOCOL", f"no answer comes in {AUDIT_TIMEOUT_S} s"),
        ("PROTOCOL", f"| up to {INCLUSION_HASHES_MAX} of 32 bytes |"),
        ("THREATS", f"below {limits.DISK_FLOOR_BYTES // 1024**2} MiB free"),
        ("THREATS", f"{limits.EVENT_STREAMS_MAX} event streams"),
        ("THREATS", f"{limits.SESSIONS_MAX} sessions"),
        ("THREATS", f"{limits.FEEDS_PER_AUTHOR_MAX} feeds and {limits.CERTIFICATES_MAX}"),
        ("../README", f"{limits.TEXT_BYTES_MAX:,} bytes of text"),
        ("../README", f"a name {limits.NAME_CHARS_MAX} characters"),
    ],
)
def test_a_number_in_a_page_is_the_limit_that_holds(page: str, said: str) -> None:
    assert said in " ".join((DOCS / f"{page}.md").read_text(encoding="utf-8").split())


def test_every_exception_is_said_to_be_somebody_s() -> None:
    page = section(read("docs/CONTRIBUTING.md"), "Errors, by who has to act")
    classes = [
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and "__" not in name
    ]
    assert len(classes) > 10
    assert [name for name in classes if f"`{name}`" not in page] == []


def test_every_exception_stands_in_the_tree_of_its_module() -> None:
    tree = errors.__doc__ or ""
    names = [name for name, value in vars(errors).items() if isinstance(value, type)]
    assert [name for name in names if not re.search(rf"\b{name}\b", tree)] == []


@pytest.mark.parametrize("room", ["core", "node", "ports", "shell", "cli"])
def test_every_module_is_in_the_architecture(room: str) -> None:
    words = set(re.findall(r"\w+", read("docs/ARCHITECTURE.md")))
    modules = {path.stem for path in (CHECKOUT / "swarmfeed" / room).rglob("[a-z]*.py")}
    commands = {path.stem for path in (CHECKOUT / "swarmfeed/cli/commands").glob("[a-z]*.py")}
    assert sorted(modules - commands - words) == []


def test_every_module_of_the_page_is_in_the_architecture() -> None:
    words = set(re.findall(r"\w+", read("docs/ARCHITECTURE.md")))
    modules = {path.stem for path in (CHECKOUT / "webui").glob("[a-z]*.py")}
    assert sorted(modules - words) == []


def test_every_dependency_has_its_reason() -> None:
    setup = ConfigParser()
    setup.read(CHECKOUT / "setup.cfg", encoding="utf-8")
    extras = "\n".join(setup["options.extras_require"].values())
    named = re.findall(r"^([\w.-]+)", setup["options"]["install_requires"] + extras, re.M)
    reasons = read("docs/adr/0009-dependencies.md").lower()
    assert len(named) > 30
    assert [each for each in named if each.lower() not in reasons] == []


def test_every_defended_attack_has_a_test() -> None:
    assert sorted(listed_attacks("Defended") - marked_attacks()) == []


def test_the_tests_named_for_an_attack_are_marked_with_it() -> None:
    unmarked = []
    rows = section(read("docs/THREATS.md"), "Defended").splitlines()
    for row in [each for each in rows if each.startswith("| A")]:
        attack, *_, named = (cell.strip() for cell in row.strip("|").split("|"))
        folder = ""
        for path in re.findall(r"`([\w./]+\.py)`", named):
            folder, _, name = path.rpartition("/") if "/" in path else (folder, "", path)
            marks = MARKED.findall(read(f"{folder}/{name}"))
            unmarked += [] if attack in marks else [(attack, name)]
    assert unmarked == []


def test_every_tested_attack_is_listed() -> None:
    assert (
        sorted(marked_attacks() - listed_attacks("Defended") - listed_attacks("Not yet")) == []
    )


def test_every_attack_is_listed_once() -> None:
    """Ids are given out in blocks, so there may be gaps after the first ones; none goes."""
    listed = re.findall(r"^\| (A\d{2,3}) \|", read("docs/THREATS.md"), re.M)
    assert sorted(listed) == sorted(set(listed))
    assert set(listed) == listed_attacks("Defended") | listed_attacks("Not yet")
    assert set(listed) >= {f"A{number:02}" for number in range(1, 40)}
