"""Links with a damaged package file or object give the bytes of cmd/link or a refusal that names the file."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.toolchain import goroot, launcher

RUNNER = Path(__file__).with_name("run.py")


def run(*options: str) -> None:
    command = [sys.executable, str(RUNNER), "--go", str(goroot() / "bin" / "go"), "--goweld", str(launcher())]
    done = subprocess.run([*command, "-j", "1", *options], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr
    print(done.stdout.splitlines()[-1])


def test_damaged_links() -> None:
    run("--count", "60", "--seed", "4")


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is not installed")
def test_damaged_objects_of_c() -> None:
    run("--host", "--count", "30", "--seed", "9")
