"""What ``pip install`` brings is the whole product: no folder and no file is left out."""

from pathlib import Path

import pytest
from setuptools.config.setupcfg import read_configuration

CHECKOUT = Path(__file__).parents[1]
PRODUCT = ("swarmfeed", "webui")
SETTINGS = read_configuration(CHECKOUT / "setup.cfg")


def product_files() -> list[Path]:
    """Everything below the folders of the product but what Python wrote there."""
    found = (each for top in PRODUCT for each in (CHECKOUT / top).rglob("*") if each.is_file())
    return [each for each in found if "__pycache__" not in each.parts]


def folders_of_code() -> set[str]:
    """Each folder with Python files, as the name its package has to have."""
    files = (each for each in product_files() if each.suffix == ".py")
    return {".".join(each.parent.relative_to(CHECKOUT).parts) for each in files}


def packaged_data() -> set[Path]:
    """Every file that the settings bring beside the code."""
    patterns = SETTINGS["options"]["package_data"].items()
    return {
        found
        for package, globs in patterns
        for glob in globs
        for found in CHECKOUT.joinpath(*package.split(".")).glob(glob)
    }


def test_every_folder_with_code_is_a_package_that_is_installed() -> None:
    assert folders_of_code() == set(SETTINGS["options"]["packages"])


def test_every_other_file_is_installed_too() -> None:
    others = {each for each in product_files() if each.suffix != ".py"}
    assert len(others) > 15, "templates, style and script"
    assert others - packaged_data() == set()


@pytest.mark.parametrize("minor", [11, 12, 13])
def test_each_python_that_is_supported_is_named(minor: int) -> None:
    named = SETTINGS["metadata"]["classifiers"]
    assert f"Programming Language :: Python :: 3.{minor}" in named
