"""The installed launcher finds its interpreter and its package wherever an installer puts them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests import toolchain

VERSION = "0.0.1"
KERNELS = f"all_kernels{sysconfig.get_config_var('EXT_SUFFIX')}"
TREE = ("src", "setup.py", "pyproject.toml", "README.md", "LICENSE", "THIRD_PARTY")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source tree with a version of its own, and what this tree has compiled already."""
    copy = tmp_path_factory.mktemp("source") / "goweld"
    copy.mkdir()
    for name in TREE:
        source = toolchain.ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy2(source, copy / name)
    if (toolchain.ROOT / "build" / "cython").exists():
        shutil.copytree(toolchain.ROOT / "build" / "cython", copy / "build" / "cython")
    # The kernels as an earlier build of a wheel would have left them.
    platform = f"lib.{sysconfig.get_platform()}-{sys.implementation.cache_tag}"
    built = copy / "build" / platform / "goweld"
    built.mkdir(parents=True)
    shutil.copy2(copy / "src" / "goweld" / KERNELS, built)
    give_version(copy, VERSION)
    return copy


def give_version(tree: Path, version: str) -> None:
    """Have the package of a source tree say another version."""
    module = tree / "src" / "goweld" / "__init__.py"
    module.write_text(re.sub('__version__ = ".*"', f'__version__ = "{version}"', module.read_text()))


@pytest.fixture(scope="module")
def wheel(tree: Path) -> Path:
    pip(sys.executable, "wheel", "--no-build-isolation", "--no-deps", "-w", str(tree / "dist"), str(tree))
    (built,) = (tree / "dist").iterdir()
    return built


def pip(python: str | Path, *words: str, **variables: str) -> None:
    """Run this environment's pip for an interpreter; the build tools come from this environment too."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))
    }
    environment |= {"PYTHONPATH": sysconfig.get_path("purelib"), "PIP_NO_INDEX": "1"}
    environment |= {"PIP_BREAK_SYSTEM_PACKAGES": "1", **variables}
    command = [str(python), "-m", "pip", "-q", "--disable-pip-version-check", *words]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def make_venv(directory: Path) -> Path:
    """A virtual environment without pip; its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(directory)], check=True)
    return directory / "bin" / "python"


def check(launcher: Path, **variables: str) -> None:
    """The launcher runs its own package, and a link gets as far as to the objects."""
    environment = {"PATH": "/usr/bin:/bin", **variables}
    answer = subprocess.run([launcher, "version"], env=environment, capture_output=True, text=True)
    assert (answer.stdout, answer.stderr) == (f"goweld {VERSION}\n", "")
    environment["GOWELD_STRICT"] = "1"
    command = [launcher, "link", "-w", "-o", "/nonexistent/out", "/nonexistent/main.a"]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert answer.returncode in (1, 2)
    assert answer.stderr.startswith("link: ") and "internal error" not in answer.stderr


def test_in_a_virtual_environment(wheel: Path, tmp_path: Path) -> None:
    python = make_venv(tmp_path / "an env")
    pip(python, "install", str(wheel))
    check(tmp_path / "an env" / "bin" / "goweld")
    # By a link from elsewhere it is the same program.
    (tmp_path / "goweld").symlink_to(tmp_path / "an env" / "bin" / "goweld")
    check(tmp_path / "goweld")
    # A copy is not near its package, but the one on PATH is.
    shutil.copy2(tmp_path / "an env" / "bin" / "goweld", tmp_path / "copy")
    check(tmp_path / "copy", PATH=f"{tmp_path}/an env/bin")
    lost = subprocess.run(
        [tmp_path / "copy", "version"], env={"PATH": "/bin"}, capture_output=True, text=True
    )
    assert lost.returncode == 2
    assert (
        lost.stderr
        == f"goweld: the goweld package is not near {tmp_path}; set GOWELD_PACKAGE to its directory\n"
    )


def test_in_a_moved_virtual_environment(wheel: Path, tmp_path: Path) -> None:
    pip(make_venv(tmp_path / "before"), "install", str(wheel))
    (tmp_path / "before").rename(tmp_path / "after")
    check(tmp_path / "after" / "bin" / "goweld")


def test_for_one_user(wheel: Path, tmp_path: Path) -> None:
    base = Path(sys.base_exec_prefix, "bin", "python{}.{}".format(*sys.version_info))
    pip(base, "install", "--user", str(wheel), PYTHONUSERBASE=str(tmp_path))
    assert not (tmp_path / "bin" / "python").exists()
    check(tmp_path / "bin" / "goweld")


def test_editable(tree: Path, tmp_path: Path) -> None:
    python = make_venv(tmp_path / "venv")
    pip(python, "install", "--no-build-isolation", "--no-deps", "-e", str(tree))
    launcher = tmp_path / "venv" / "bin" / "goweld"
    check(launcher)
    give_version(tree, "edited")
    answer = subprocess.run([launcher, "version"], capture_output=True, text=True)
    give_version(tree, VERSION)
    assert answer.stdout == "goweld edited\n"


def test_in_a_directory_of_its_own(wheel: Path, tmp_path: Path) -> None:
    pip(sys.executable, "install", "--target", str(tmp_path / "target"), str(wheel))
    check(tmp_path / "target" / "bin" / "goweld")


def test_the_wheel_holds_the_kernels_and_no_sources_of_tests(wheel: Path) -> None:
    import zipfile

    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if name.endswith(".so")] == [f"goweld/{KERNELS}"]
    assert f"goweld-{VERSION}.data/scripts/goweld" in names
    assert "goweld/boot.py" in names
    assert not any(name.startswith(("tests", "bench")) for name in names)
