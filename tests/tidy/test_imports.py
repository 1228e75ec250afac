"""Start-up is part of every link: some modules cost as much as a stage of a small one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import toolchain
from tests.linkjob import Job, prepare

ITSELF = ("errno", "gc", "marshal", "os", "posix", "stat", "sys", "time", "_signal", "_thread", "__future__")
# Whoever imports it: what Python and os import, and SHA-256.
OTHERS = (
    *("_abc", "_codecs", "_collections_abc", "_frozen_importlib_external", "_io", "_stat", "abc", "codecs"),
    *("encodings", "genericpath", "io", "posixpath", "zipimport", "_sha2", "_sha256"),
)


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    program = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n'
    return prepare(tmp_path_factory.mktemp("imports"), {"main.go": program})


@pytest.mark.parametrize("flags", [["-w"], ["-s", "-w"], []], ids=" ".join)
def test_the_link_path_imports_only_what_is_allowed(job: Job, flags: list[str], tmp_path: Path) -> None:
    boot = str(toolchain.ROOT / "src" / "goweld" / "boot.py")
    python = [sys.executable, "-I", "-S", "-X", "utf8=1", "-X", "importtime", boot]
    link = ["link", "/launcher", "link", "", "-o", "out", "-importcfg", str(job.config), *flags, job.archive]
    environment = toolchain.go_environment(GOWELD_STRICT="1")
    run = subprocess.run([*python, *link], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    lines = [line for line in run.stderr.splitlines() if line.startswith("import time:")]
    loaded = {line.rpartition("|")[2].strip() for line in lines[1:]}
    assert "goweld.link" in loaded
    rest = loaded.difference(ITSELF, OTHERS)
    assert [name for name in rest if not name.startswith(("goweld", "encodings."))] == []
