"""The file that holds a link's modules never decides what a link does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import toolchain
from tests.linkjob import prepare


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of its own, without what is kept from links before."""
    copy = tmp_path / "lib" / "goweld"
    left_out = shutil.ignore_patterns("__pycache__", "*.so", "explain", "dwarf")
    shutil.copytree(toolchain.ROOT / "src" / "goweld", copy, ignore=left_out)
    return copy


def kept(package: Path) -> Path:
    return package / "__pycache__" / f"loaded.{sys.implementation.cache_tag}"


def usage(package: Path) -> str:
    """What the linker says to a flag it does not know: this loads some of its modules, and links nothing."""
    words = [
        sys.executable,
        "-I",
        "-S",
        str(package / "boot.py"),
        "link",
        "/launcher",
        "link",
        "",
        "-nonesuch",
    ]
    run = subprocess.run(words, capture_output=True, text=True, env=toolchain.go_environment())
    assert run.returncode == 2
    return run.stderr


def test_it_is_written_once(package: Path) -> None:
    said = usage(package)
    assert "usage: link" in said
    first = kept(package).stat()
    assert usage(package) == said
    assert kept(package).stat().st_mtime_ns == first.st_mtime_ns
    # Without compiled modules, and with a source that does not look changed, only the file can be loaded.
    for path in package.rglob("*.pyc"):
        if path.name.partition(".")[0] not in ("__init__", "startup"):
            path.unlink()
    source = package / "cli" / "usage.py"
    status = source.stat()
    source.write_text("x" * status.st_size)
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert usage(package) == said


def test_a_module_that_has_changed_is_loaded_anew(package: Path) -> None:
    usage(package)
    source = package / "cli" / "usage.py"
    source.write_text(source.read_text().replace("usage: link", "usage: relink"))
    assert "usage: relink" in usage(package)
    assert "usage: relink" in usage(package)


def test_a_copied_package_runs_its_own_sources(package: Path, tmp_path: Path) -> None:
    said = usage(package)
    copy = tmp_path / "copy" / "goweld"
    shutil.copytree(package, copy)
    source = copy / "cli" / "usage.py"
    source.write_text(source.read_text().replace("usage: link", "usage of the copy: link"))
    assert usage(copy) == said.replace("usage: link", "usage of the copy: link")


def test_a_module_that_is_gone_is_missed(package: Path) -> None:
    usage(package)
    (package / "cli" / "usage.py").rename(package / "cli" / "elsewhere.py")
    words = [
        sys.executable,
        "-I",
        "-S",
        str(package / "boot.py"),
        "link",
        "/launcher",
        "link",
        "",
        "-nonesuch",
    ]
    run = subprocess.run(words, capture_output=True, text=True, env=toolchain.go_environment())
    assert "No module named 'goweld.cli.usage'" in run.stderr


@pytest.mark.parametrize(
    "content",
    [b"", b"no such thing", bytes(8) + b"\xe9\x00\x00\x00\x00", b"\x05" + bytes(7) + b"i\x01\x00\x00\x00"],
)
def test_a_damaged_file_is_replaced(package: Path, content: bytes) -> None:
    said = usage(package)
    kept(package).write_bytes(content)
    assert usage(package) == said
    assert len(kept(package).read_bytes()) > 1000


def test_a_file_that_was_cut_short_is_replaced(package: Path) -> None:
    said = usage(package)
    cut = kept(package).read_bytes()[:-100]
    kept(package).write_bytes(cut)
    assert usage(package) == said
    whole = kept(package).read_bytes()
    assert whole != cut
    assert usage(package) == said
    assert kept(package).read_bytes() == whole


def test_a_package_that_may_not_be_written(package: Path) -> None:
    """Nothing is kept, nothing is said."""
    (package / "__pycache__").write_text("not a folder")
    assert usage(package) == usage(package)
    assert sorted(package.glob("loaded*")) == []


def test_modules_are_loaded_in_any_order(tmp_path: Path) -> None:
    """A group lacks what was loaded when it was made, and may be asked for where that is not."""
    copy = tmp_path / "lib" / "goweld"
    shutil.copytree(
        toolchain.ROOT / "src" / "goweld", copy, ignore=shutil.ignore_patterns("__pycache__", "explain")
    )
    load = (
        "import sys; sys.path.insert(0, sys.argv[1])\nfrom goweld.startup import begin\nmodules = begin()\n"
    )
    for imports in ("import goweld.objects, goweld.link", "import goweld.link"):
        words = [sys.executable, "-I", "-S", "-c", f"{load}{imports}; modules.keep()", str(copy.parent)]
        run = subprocess.run(words, capture_output=True, text=True)
        assert (run.returncode, run.stderr) == (0, "")


def test_a_link_is_kept_in_groups(tmp_path: Path) -> None:
    """Links with and without debug information add to the file what they need, once; all then link alike."""
    program = 'package main\n\nfunc main() { println("hello") }\n'
    job = prepare(tmp_path, {"main.go": program})
    copy = tmp_path / "lib" / "goweld"
    shutil.copytree(
        toolchain.ROOT / "src" / "goweld", copy, ignore=shutil.ignore_patterns("__pycache__", "explain")
    )
    outputs, sizes = [], []
    for flags in (["-w"], [], ["-w"], []):
        boot = [sys.executable, "-I", "-S", str(copy / "boot.py"), "link", "/launcher", "link", ""]
        link = ["-o", "out", "-importcfg", str(job.config), *flags, job.archive]
        environment = toolchain.go_environment(GOWELD_STRICT="1")
        subprocess.run([*boot, *link], cwd=tmp_path, env=environment, check=True)
        outputs.append((tmp_path / "out").read_bytes())
        sizes.append(kept(copy).stat().st_size)
    assert outputs[:2] == outputs[2:]
    assert sizes[0] < sizes[1] == sizes[2] == sizes[3]
