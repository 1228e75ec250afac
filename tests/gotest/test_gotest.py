"""Go's own linker tests, unchanged, pass with Goweld as the linker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.toolchain import goroot, launcher

RUNNER = Path(__file__).with_name("run.py")


def test_go_linker_tests_pass() -> None:
    command = [sys.executable, str(RUNNER), "--go", str(goroot() / "bin" / "go"), "--goweld", str(launcher())]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr
    print(done.stdout.splitlines()[-1])
