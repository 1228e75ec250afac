"""What is done with is let go of: a link holds less than it reads."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests import toolchain
from tests.linkjob import prepare

PROGRAM = 'package main\n\nimport "net/http"\n\nfunc main() { http.HandleFunc("/", nil) }\n'


def test_less_than_the_inputs_is_held_at_the_end(tmp_path: Path) -> None:
    """With one thread, too."""
    job = prepare(tmp_path, {"main.go": PROGRAM})
    assert job.config is not None
    lines = job.config.read_text().splitlines()
    read = sum(os.path.getsize(line.partition("=")[2]) for line in lines if line.startswith("packagefile "))
    launcher = str(toolchain.launcher())
    for threads in ("1", "2"):
        environment = toolchain.go_environment(GOWELD_STRICT="1", GOWELD_THREADS=threads)
        words = [launcher, "link", "-time", "-w", "-o", "out", "-importcfg", str(job.config), job.archive]
        run = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        (row,) = (line.split() for line in run.stderr.splitlines() if line.startswith("write "))
        assert 0 < float(row[6]) * 2**20 < read * 0.8
