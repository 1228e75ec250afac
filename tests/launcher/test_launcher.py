"""The launcher passes other tools through, answers -V as the real linker does, and fails in one line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import toolchain

SHOW = '#!/bin/sh\nprintf "%s|" "$0" "$@"\necho "$$ $MARK"\ncat\necho oops >&2\nexit 7\n'


def run(*words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = toolchain.go_environment(**variables)
    return subprocess.run(
        [str(word) for word in words], env=environment, capture_output=True, text=True, input="in\n"
    )


@pytest.fixture
def launcher() -> Path:
    return toolchain.launcher()


def real_link() -> Path:
    return toolchain.goroot() / "pkg" / "tool" / "linux_amd64" / "link"


def test_another_tool_is_this_process(launcher: Path, tmp_path: Path) -> None:
    tool = tmp_path / "a tool"
    tool.write_text(SHOW)
    tool.chmod(0o755)
    environment = toolchain.go_environment(MARK="kept")
    command = [launcher, "toolexec", tool, "-V", "two words", ""]
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        out, err = process.communicate("in\n")
    assert out == f"{tool}|-V|two words||{process.pid} kept\nin\n"
    assert (err, process.returncode) == ("oops\n", 7)


def test_a_tool_named_without_a_path_is_found(launcher: Path) -> None:
    assert run(launcher, "toolexec", "echo", "a", "b").stdout == "a b\n"


def test_a_missing_tool_is_named(launcher: Path) -> None:
    answer = run(launcher, "toolexec", "/nonexistent/compile")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr == "goweld: cannot run /nonexistent/compile: No such file or directory\n"
    assert run(launcher, "toolexec").returncode == 2


@pytest.mark.parametrize("experiment", ["", "nodwarf5", "none", "fieldtrack,noregabi", "nonsense"])
@pytest.mark.parametrize("flag", ["-V", "-V=full", "--V=full"])
def test_versions_are_the_real_linkers(flag: str, experiment: str, launcher: Path) -> None:
    real = run(real_link(), flag, GOEXPERIMENT=experiment)
    ours = run(launcher, "toolexec", real_link(), flag, GOEXPERIMENT=experiment)
    assert (ours.stdout, ours.stderr, ours.returncode) == (real.stdout, real.stderr, real.returncode)
    if experiment != "nonsense":
        assert run(launcher, "link", flag, GOEXPERIMENT=experiment).stdout == real.stdout
        assert run(launcher, "link", "-w", flag, "x.a", GOEXPERIMENT=experiment).stdout == real.stdout


@pytest.mark.parametrize("experiment", ["", "nodwarf5", "none", "fieldtrack,noregabi", "nonsense"])
def test_the_version_needs_no_linker_to_be_there(experiment: str, launcher: Path, tmp_path: Path) -> None:
    tools = tmp_path / "pkg" / "tool" / "linux_amd64"
    tools.mkdir(parents=True)
    (tmp_path / "VERSION").write_text("go1.27.3\ntime 2026-01-01T00:00:00Z\n")
    alone = {"PATH": str(tmp_path), "GOWELD_GO": "/nonexistent", "GOEXPERIMENT": experiment}
    real = run(real_link(), "-V=full", GOEXPERIMENT=experiment)
    for words in (["toolexec", tools / "link", "-V=full"], ["link", "-V"], ["link", "-w", "-V", "x.a"]):
        answer = run(launcher, *words, GOROOT=str(tmp_path), **alone)
        assert (answer.stdout, answer.stderr, answer.returncode) == (
            real.stdout,
            real.stderr,
            real.returncode,
        )
    # The go command empties GOROOT under -trimpath.
    assert run(launcher, "toolexec", tools / "link", "-V", GOROOT="", **alone).stdout == real.stdout


def test_a_version_that_cannot_be_told_is_an_error(launcher: Path, tmp_path: Path) -> None:
    alone = {"PATH": str(tmp_path), "GOWELD_GO": "/nonexistent", "GOROOT": str(tmp_path)}
    answer = run(launcher, "link", "-V=full", **alone)
    assert (answer.returncode, answer.stdout) == (2, "") and "set GOROOT" in answer.stderr
    (tmp_path / "VERSION").write_text("devel go1.28-abcdef\n")
    answer = run(launcher, "link", "-V=full", **alone)
    assert (answer.returncode, answer.stdout) == (2, "") and "its own linker" in answer.stderr


@pytest.mark.parametrize("place", ["symlink", "copy"])
def test_under_the_name_link_it_is_the_linker(place: str, launcher: Path, tmp_path: Path) -> None:
    """A GOROOT whose link is this launcher works as a whole: the go command asks its version, and links."""
    goroot = shadow_goroot(tmp_path / "go", launcher, place)
    assert run(goroot / "pkg/tool/linux_amd64/link", "-V=full").stdout == "link version go1.27.3\n"
    build(tmp_path, goroot, "-ldflags=-cpuprofile=profile", GOWELD_LINK=str(real_link()))
    assert run(tmp_path / "m").stderr == "1\n"
    assert len((tmp_path / "record").read_text().splitlines()) == 1


@pytest.mark.parametrize("place", ["symlink", "copy"])
def test_it_does_not_take_itself_for_the_real_linker(place: str, launcher: Path, tmp_path: Path) -> None:
    goroot = shadow_goroot(tmp_path / "go", launcher, place)
    with pytest.raises(subprocess.CalledProcessError) as caught:
        build(tmp_path, goroot, "-ldflags=-cpuprofile=profile", GOWELD_GO="", PATH="/usr/bin:/bin")
    assert "goweld: cannot link this yet" in caught.value.stderr
    assert "no real linker is found" in caught.value.stderr


def build(directory: Path, goroot: Path, *flags: str, **variables: str) -> None:
    """Build a small program with the go command of a GOROOT."""
    (directory / "go.mod").write_text("module m\n\ngo 1.27\n")
    (directory / "m.go").write_text("package main\n\nfunc main() { println(1) }\n")
    environment = toolchain.go_environment(GOWELD_RECORD=str(directory / "record"), **variables)
    command = [goroot / "bin" / "go", "build", *flags, "-o", "m", "."]
    subprocess.run(command, cwd=directory, env=environment, check=True, capture_output=True, text=True)


def shadow_goroot(directory: Path, launcher: Path, place: str) -> Path:
    """A GOROOT of symbolic links, but for the go command, and the launcher as its linker."""
    real = toolchain.goroot()
    tools = directory / "pkg" / "tool" / "linux_amd64"
    tools.mkdir(parents=True)
    (directory / "bin").mkdir()
    for name in ("VERSION", "go.env", "lib", "src", "pkg/include"):
        (directory / name).symlink_to(real / name)
    for tool in (real / "pkg" / "tool" / "linux_amd64").iterdir():
        if tool.name != "link":
            (tools / tool.name).symlink_to(tool)
    shutil.copy2(real / "bin" / "go", directory / "bin" / "go")
    if place == "symlink":
        (tools / "link").symlink_to(launcher)
    else:
        shutil.copy2(launcher, tools / "link")
    return directory


def test_both_places_can_be_given(launcher: Path, tmp_path: Path) -> None:
    package = tmp_path / "elsewhere" / "goweld"
    package.mkdir(parents=True)
    (package / "boot.py").write_text("import sys; print(sys.flags.isolated, sys.flags.no_site, sys.argv[1:])")
    answer = run(launcher, "odd", "a b", GOWELD_PACKAGE=str(package))
    assert answer.stdout == f"1 1 ['odd', '{launcher}', 'a b']\n"
    answer = run(launcher, "link", "-o", "x", GOWELD_PACKAGE=str(package))
    assert answer.stdout == f"1 1 ['link', '{launcher}', 'link', '', '-o', 'x']\n"
    answer = run(launcher, "toolexec", "/go/link", "-o", GOWELD_PACKAGE=str(package))
    assert answer.stdout == f"1 1 ['link', '{launcher}', '/go/link', '/go/link', '-o']\n"
    python = tmp_path / "py"
    python.write_text('#!/bin/sh\nshift 5\necho "$@"\n')
    python.chmod(0o755)
    answer = run(launcher, "odd", GOWELD_PACKAGE=str(package), GOWELD_PYTHON=str(python))
    assert answer.stdout == f"odd {launcher}\n"


def test_places_that_are_wrong_are_named(launcher: Path, tmp_path: Path) -> None:
    answer = run(launcher, "version", GOWELD_PACKAGE="/nonexistent")
    assert (answer.returncode, answer.stderr) == (
        2,
        "goweld: GOWELD_PACKAGE is /nonexistent, where there is no boot.py\n",
    )
    answer = run(launcher, "version", GOWELD_PYTHON=str(tmp_path))
    assert (answer.returncode, answer.stderr) == (
        2,
        f"goweld: GOWELD_PYTHON is {tmp_path}, which is not a program\n",
    )


def test_what_the_user_set_for_python_does_not_reach_a_link(launcher: Path, tmp_path: Path) -> None:
    (tmp_path / "os.py").write_text("raise SystemExit('shadowed')")
    answer = run(launcher, "version", PYTHONPATH=str(tmp_path), PYTHONHOME="/nonexistent", LC_ALL="C")
    assert (answer.returncode, answer.stderr) == (0, "")


SAY = """\
import _signal, os, sys
import encodings.idna, importlib.resources
print([_signal.getsignal(number) for number in (_signal.SIGINT, _signal.SIGPIPE, _signal.SIGXFSZ)])
print(sys.argv, sys.flags, sys.path, sys.prefix, sys._stdlib_dir, dict(os.environ, GOWELD_PYTHON=""))
print(sys.stdout.encoding, sys.stdout.errors, sys.getfilesystemencoding(), __name__, __file__)
sys.exit(3)
"""


@pytest.mark.parametrize("locale", [{}, {"LC_ALL": "C"}, {"LANG": "C.UTF-8"}], ids=str)
def test_python_is_the_same_in_this_process_and_as_a_program(
    locale: dict[str, str], launcher: Path, tmp_path: Path
) -> None:
    """GOWELD_PYTHON is always started as a program; else libpython is loaded, where there is one."""
    (tmp_path / "boot.py").write_text(SAY)
    answers = []
    for python in ("", sys.executable):
        environment = toolchain.go_environment(
            GOWELD_PACKAGE=str(tmp_path),
            GOWELD_PYTHON=python,
            PYTHONPATH="/nonexistent",
            LC_CTYPE="C",
            **locale,
        )
        command = [os.fsencode(launcher), b"compare", b"a b", b"", b"\xff", b"-c"]
        run = subprocess.run(command, env=environment, capture_output=True, stdin=subprocess.DEVNULL)
        answers.append((run.returncode, run.stderr, run.stdout.replace(b"'C.UTF-8'", b"'C'")))
    assert answers[0] == answers[1]
    assert answers[0][:2] == (3, b"")
