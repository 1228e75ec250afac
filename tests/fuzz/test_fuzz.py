"""A sample of links with a damaged package file: the bytes of cmd/link, or a refusal that names the file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.toolchain import goroot, launcher

RUNNER = Path(__file__).with_name("run.py")
COUNT, SEED = 60, 4


def test_damaged_links() -> None:
    command = [sys.executable, str(RUNNER), "--go", str(goroot() / "bin" / "go"), "--goweld", str(launcher())]
    command += ["--count", str(COUNT), "--seed", str(SEED), "-j", "1"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr
    print(done.stdout.splitlines()[-1])
