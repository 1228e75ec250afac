"""What the tests of faults share: a link that both linkers can do, under whatever conditions a test makes."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import toolchain
from tests.linkjob import Job, prepare

HELLO = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n'
PR_CAPBSET_DROP = 24
DAC_CAPABILITIES = (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH

Done = subprocess.CompletedProcess[str]


class Linkers:
    """Both linkers on the hello link; `packages` are its files, main's under "main"."""

    def __init__(self, job: Job) -> None:
        assert job.config
        lines = job.config.read_text().splitlines()
        words = [line.removeprefix("packagefile ") for line in lines if line.startswith("packagefile ")]
        self.packages = dict(word.split("=", 1) for word in words)
        self.packages = {"main": job.archive} | {
            package: path for package, path in self.packages.items() if path != job.archive
        }
        self.rest = [line for line in lines if not line.startswith("packagefile ")]
        self.real_linker = str(toolchain.goroot() / "pkg" / "tool" / "linux_amd64" / "link")
        self.launcher = str(toolchain.launcher())

    def config(self, path: Path, packages: dict[str, str]) -> Path:
        """Write an importcfg."""
        lines = [f"packagefile {name}={file}" for name, file in packages.items() if name != "main"]
        path.write_text("\n".join([*self.rest, *lines]) + "\n")
        return path

    def command(
        self, linker: list[str], output: str | Path, packages: dict[str, str] | None = None, *flags: str
    ) -> list[str]:
        """The command of a link in an empty folder, which takes the importcfg."""
        config = self.config(Path.cwd() / "importcfg", packages or self.packages)
        flags = flags or ("-w",)
        arguments = ["-o", str(output), "-importcfg", str(config), "-buildmode=exe", "-buildid=a/b/c/a"]
        return [*linker, *flags, *arguments, (packages or self.packages)["main"]]

    def goweld(
        self,
        output: str | Path = "out",
        packages: dict[str, str] | None = None,
        *flags: str,
        before: Callable[[], None] | None = None,
        **variables: str,
    ) -> Done:
        """Link by Goweld, which may not hand the link on.  `before` runs in the process that becomes it."""
        command = self.command([self.launcher, "link"], output, packages, *flags)
        return run(command, before, GOWELD_STRICT="1", **variables)

    def real(
        self,
        output: str | Path = "out",
        packages: dict[str, str] | None = None,
        *flags: str,
        before: Callable[[], None] | None = None,
        **variables: str,
    ) -> Done:
        """Link by cmd/link."""
        done = run(self.command([self.real_linker], output, packages, *flags), before, **variables)
        done.stderr = done.stderr.replace(self.real_linker + ": ", "link: ")
        return done


def run(command: list[str], before: Callable[[], None] | None, **variables: str) -> Done:
    return subprocess.run(
        command,
        env=toolchain.go_environment(**variables),
        capture_output=True,
        text=True,
        preexec_fn=before,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="session")
def linkers(tmp_path_factory: pytest.TempPathFactory) -> Linkers:
    return Linkers(prepare(tmp_path_factory.mktemp("hello"), {"main.go": HELLO}))


@pytest.fixture(scope="session")
def whole(linkers: Linkers, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The right bytes of the link."""
    folder = tmp_path_factory.mktemp("whole")
    output = folder / "out"
    with contextlib.chdir(folder):
        assert linkers.real(output).returncode == 0
    return output.read_bytes()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test runs in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder for the output alone: what else a link leaves there shows."""
    path = tmp_path / "place"
    path.mkdir()
    return path


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    path = tmp_path / "disk"
    path.mkdir()
    mount(path, "size=1m")
    yield path
    unmount(path)


@pytest.fixture
def read_only_disk(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "disk"
    path.mkdir()
    mount(path, "ro")
    yield path
    unmount(path)


def mount(path: Path, options: str) -> None:
    if os.geteuid() or not shutil.which("mount"):
        pytest.skip("mounting a file system needs root")
    command = ["mount", "-t", "tmpfs", "-o", options, "goweld-test", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"a file system cannot be mounted here: {done.stderr.strip()}")


def unmount(path: Path) -> None:
    subprocess.run(["umount", str(path)], check=True)


def without_override() -> None:
    """Give up root's right to write what its permissions forbid.  Runs in a child before exec."""
    libc = ctypes.CDLL(None)
    if os.geteuid() == 0:
        for capability in DAC_CAPABILITIES:
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
