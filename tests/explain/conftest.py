"""A real link job for the tests of reports: the corpus's hello, captured from the go command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from goweld.explain.repro import Job
from tests.toolchain import ROOT, go_environment, goroot

CORPUS = ROOT / "tests" / "corpus"


@pytest.fixture(scope="session")
def real_linker() -> str:
    return str(next((goroot() / "pkg" / "tool").glob("*/link")))


@pytest.fixture(scope="session")
def hello(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """The link job of hello."""
    directory = tmp_path_factory.mktemp("capture")
    toolexec = f"-toolexec={sys.executable} -I -S {CORPUS / 'capture.py'} {directory}"
    command = [
        str(goroot() / "bin" / "go"),
        "build",
        "-buildvcs=false",
        toolexec,
        "-o",
        str(directory / "out"),
        "./hello",
    ]
    subprocess.run(command, cwd=CORPUS / "programs", env=go_environment(), check=True)
    (folder,) = (directory / "jobs").iterdir()
    return Job.load(folder)


@pytest.fixture(scope="session")
def linked(hello: Job, real_linker: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Hello as the real linker links it, by flags."""
    directory = tmp_path_factory.mktemp("linked")
    paths = {}
    for flags in ("-w", "-s -w", "-w -randlayout=7"):
        path = str(directory / flags.replace(" ", "_"))
        command = hello.command([real_linker], path, flags.split())
        subprocess.run(command, cwd=hello.folder, env=hello.run_environment(os.environ), check=True)
        paths[flags] = path
    return paths


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Where a test may write a changed copy."""
    return tmp_path / "copy"
