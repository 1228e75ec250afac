"""The tree is as ARCHITECTURE.md and CONTRIBUTING.md describe it."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.conftest import stale_kernels

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "src" / "goweld"
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
STAGES = (
    *("objects", "resolve", "deadcode", "layout", "tables", "dwarf", "relocate", "formats", "buildid"),
    "hostlink",
)
SOURCES = sorted(PACKAGE.rglob("*.py"))
KERNELS = [path for path in SOURCES if path.stem.endswith("_kernel")]
MOST_LINES = 600
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/adding.md", "docs/glossary.md")


def identifier(path: Path) -> str:
    return str(path.relative_to(ROOT))


def in_stages() -> list[Path]:
    """The Python of the pipeline and its stages."""
    roots = (*STAGES, "link.py", "stackcheck.py", "stackcheck_kernel.py")
    return [path for path in SOURCES if path.relative_to(PACKAGE).parts[0] in roots]


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_says_its_number(name: str) -> None:
    docstring = ast.get_docstring(ast.parse((PACKAGE / name / "__init__.py").read_text()))
    assert docstring is not None
    assert re.match(r"Stage [1-9]\d*: ", docstring)


def test_stages_are_those_of_the_layers() -> None:
    """Every package that says that it is a stage may not import another."""
    (contract,) = SETTINGS["tool"]["importlinter"]["contracts"]
    (layer,) = (layer for layer in contract["layers"] if "resolve" in layer)
    assert layer.split(" | ") == list(STAGES)
    assert contract["exhaustive"]
    numbered = {
        path.parent.name for path in PACKAGE.glob("*/__init__.py") if path.read_text().startswith('"""Stage')
    }
    assert numbered == set(STAGES)


def test_layers_of_the_document() -> None:
    """ARCHITECTURE.md lists what the package holds, and nothing else."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    layout = text.partition("```\nsrc/goweld/\n")[2].partition("\n```")[0]
    listed = {line.split()[0].rstrip("/") for line in layout.splitlines() if re.match(r"  \w", line)}
    present = {
        path.name
        for path in PACKAGE.iterdir()
        if (path.is_dir() and path.name != "__pycache__")
        or (path.suffix == ".py" and path.stem not in ("__init__", "__main__", "stackcheck_kernel"))
    }
    assert listed == present


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_link_to_what_exists(name: str) -> None:
    path = ROOT / name
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", KERNELS, ids=identifier)
def test_a_kernel_has_its_types_beside(path: Path) -> None:
    assert path.with_suffix(".pxd").exists()
    assert path.read_text().count("\nimport cython\n") == 1


def test_only_kernels_are_compiled() -> None:
    assert [path for path in SOURCES if "import cython" in path.read_text() and path not in KERNELS] == []
    known = {path.with_suffix("") for path in KERNELS}
    orphans = [
        identifier(path) for path in PACKAGE.rglob("*_kernel.pxd") if path.with_suffix("") not in known
    ]
    assert orphans == []
    assert stale_kernels(PACKAGE) == []


def test_the_types_of_all_kernels_are_checked_alike() -> None:
    """pyproject.toml names every kernel among those whose C types mypy does not know."""
    overrides = SETTINGS["tool"]["mypy"]["overrides"]
    (kernels,) = (override["module"] for override in overrides if "disable_error_code" in override)
    expected = {
        f"goweld.{path.stem}" if path.parent == PACKAGE else f"goweld.*.{path.stem}" for path in KERNELS
    }
    assert set(kernels) == expected


def test_files_are_short() -> None:
    files = [
        path
        for folder in ("src", "tests", "bench", "demo")
        for pattern in ("*.py", "*.pxd", "*.c")
        for path in (ROOT / folder).rglob(pattern)
    ]
    assert [identifier(path) for path in files if len(path.read_text().splitlines()) > MOST_LINES] == []


@pytest.mark.parametrize("path", in_stages(), ids=identifier)
def test_no_stage_asks_for_a_release_or_port(path: Path) -> None:
    """Neither in a name nor in a text; comments and docstrings may cite them."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    release = re.compile(r"go_?1_?\.?\d\d|\b1\.\d\d\b")
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            assert not release.search(node.value), node.lineno
        if isinstance(node, ast.Compare):
            for side in (node.left, *node.comparators):
                assert not (isinstance(side, ast.Constant) and side.value in ("linux", "amd64")), node.lineno
        if isinstance(node, ast.ImportFrom | ast.Import):
            assert not release.search(ast.unparse(node)), node.lineno


def test_names_say_what_a_file_is_for() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "handler", "context"}
    assert [identifier(path) for path in SOURCES if path.stem in vague or path.parent.name in vague] == []


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TODO|FIXME|HACK)\b")
    files = [*SOURCES, *PACKAGE.rglob("*.pxd"), *PACKAGE.rglob("*.c"), ROOT / "setup.py", ROOT / "Makefile"]
    assert [identifier(path) for path in files if marks.search(path.read_text())] == []


def test_no_file_speaks_of_one_machine() -> None:
    """Paths below a home folder get in by accident: by a test that writes where it stands."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    machine = re.compile(rb"(?<!\w)/(?:root|home/\w+|Users/\w+)/")
    files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    assert [identifier(path) for path in files if path.is_file() and machine.search(path.read_bytes())] == []
