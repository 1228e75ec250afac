"""Links without -importcfg: packages are looked for in the directories of -L, then in the distribution's."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests import toolchain
from tests.linkjob import Job, prepare

LIBRARY = 'package greet\n\nfunc Hello() string { return "hello" }\n'
PROGRAM = 'package main\n\nimport "example.org/greet"\n\nfunc main() { println(greet.Hello()) }\n'


def compile_package(path: str, source: Path, output: Path, *flags: str) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    go = str(toolchain.goroot() / "bin" / "go")
    command = [go, "tool", "compile", "-p", path, *flags, "-o", str(output), source.name]
    subprocess.run(command, cwd=source.parent, env=toolchain.go_environment(), check=True)


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A program and a package by hand, and the distribution's packages below `pkg`."""
    directory = tmp_path_factory.mktemp("directories")
    std = prepare(directory / "std", {"main.go": "package main\n\nfunc main() {}\n"})
    for line in std.config.read_text().splitlines():
        if line.startswith("packagefile "):
            package, _, file = line.removeprefix("packagefile ").partition("=")
            path = directory / "goroot" / "pkg" / "linux_amd64" / f"{package}.a"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(file)
    (directory / "greet.go").write_text(LIBRARY)
    (directory / "main.go").write_text(PROGRAM)
    compile_package("example.org/greet", directory / "greet.go", directory / "libs/example.org/greet.o")
    compile_package("main", directory / "main.go", directory / "main.o", "-I", str(directory / "libs"))
    return Job(directory, None, str(directory / "main.o"))


def both(job: Job, *flags: str, **variables: str) -> None:
    """Both linkers give the same."""
    job = replace(job, variables=variables)
    real = job.real("-w", *flags)
    assert job.goweld("-w", *flags) == real


def test_directories_of_the_command_line(job: Job) -> None:
    root = job.directory / "goroot" / "pkg" / "linux_amd64"
    both(job, f"-L={job.directory / 'empty'}", f"-L={job.directory / 'libs'}", f"-L={root}")


def test_an_archive_comes_before_an_object(job: Job) -> None:
    """`go tool pack` made the archive; the object beside it is not looked at."""
    libs = job.directory / "packed"
    compile_package("example.org/greet", job.directory / "greet.go", libs / "example.org" / "greet.o")
    go = str(toolchain.goroot() / "bin" / "go")
    subprocess.run(
        [go, "tool", "pack", "c", "greet.a", "greet.o"],
        cwd=libs / "example.org",
        env=toolchain.go_environment(),
        check=True,
    )
    (libs / "example.org" / "greet.o").write_text("not an object")
    both(job, f"-L={libs}", f"-L={job.directory}/goroot/pkg/linux_amd64")


def test_the_directory_of_the_distribution(job: Job) -> None:
    both(job, f"-L={job.directory / 'libs'}", GOROOT=str(job.directory / "goroot"))


@pytest.mark.parametrize("suffix", ["", "custom"])
def test_the_suffix_of_that_directory(job: Job, suffix: str) -> None:
    plain = job.directory / "goroot" / "pkg" / "linux_amd64"
    other = job.directory / "other" / "pkg" / ("linux_amd64" + ("_" + suffix if suffix else ""))
    other.parent.mkdir(parents=True, exist_ok=True)
    os.symlink(plain, other)
    both(
        job,
        f"-L={job.directory / 'libs'}",
        f"-installsuffix={suffix}",
        GOROOT=str(job.directory / "other"),
    )


@pytest.mark.parametrize("flags", [(), ("-L={}/libs",), ("-L={}/goroot/pkg/linux_amd64",)])
def test_missing_packages(job: Job, flags: tuple[str, ...]) -> None:
    """What is missing is said as cmd/link says it."""
    both(job, *(flag.format(job.directory) for flag in flags))


def test_a_file_of_the_linker_s_own_must_be_an_archive(job: Job) -> None:
    plain = job.directory / "goroot" / "pkg" / "linux_amd64"
    libs = job.directory / "objects"
    for file in plain.rglob("*.a"):
        path = (libs / file.relative_to(plain)).with_suffix(".o" if file.stem == "runtime" else ".a")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(file.resolve())
    both(job, f"-L={job.directory / 'libs'}", f"-L={libs}")
