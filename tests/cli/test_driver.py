"""Who does a link, how that is recorded, and what a user sees of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from goweld.cli import record, support
from goweld.cli.flags import parse

from .conftest import Run

# Something that stays the real linker's: its own profile.
PASSED = "-cpuprofile=profile"
REASON = "-cpuprofile, a profile of the real linker"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["-w"], None),
        (["-s"], None),
        (["-s", "-w=0"], None),
        (["-w", "-buildmode=pie"], None),
        (["-buildmode=plugin"], None),
        (["-w", "-linkmode=external"], None),
        (["-w", "-linkmode=internal"], None),
        (["-w", "-linkshared"], None),
        (["-linkshared"], None),
        (["-w", "-H=windows"], "-H windows"),
        (["-w", "-H=linux"], None),
        (["-w", PASSED], REASON),
    ],
)
def test_what_the_command_line_shows(words: list[str], reason: str | None) -> None:
    assert support.unsupported(parse([*words, "x.a"], "link").options) == reason


def test_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOS", "")
    monkeypatch.setenv("GOARCH", "amd64")
    assert support.foreign_port() is None
    monkeypatch.setenv("GOARCH", "arm64")
    assert support.foreign_port() is None
    monkeypatch.setenv("GOARCH", "riscv64")
    assert support.foreign_port() == "linux/riscv64"
    monkeypatch.setenv("GOOS", "darwin")
    monkeypatch.setenv("GOARCH", "arm64")
    assert support.foreign_port() == "darwin/arm64"


def test_a_link_is_handed_on_silently(goweld: Run, job: list[str], real_linker: Path, tmp_path: Path) -> None:
    answer = goweld("link", "-time", "-o", "out", PASSED, *job, GOWELD_RECORD="record")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    assert subprocess.run([tmp_path / "out"], capture_output=True, text=True).stdout == "hello\n"
    assert (tmp_path / "record").read_text() == f"passed\t\tout\t{REASON}\n"


def test_a_link_for_another_port_is_handed_on_whole(goweld: Run, tmp_path: Path, real_linker: Path) -> None:
    answer = goweld("link", "-o", "out", "-nonsense", GOARCH="riscv64", GOWELD_RECORD="record")
    assert answer.returncode == 2
    assert answer.stderr.startswith("flag provided but not defined: -nonsense\n")
    assert (tmp_path / "record").read_text() == "passed\t\t\tanother port: linux/riscv64\n"


def test_the_tool_that_was_asked_for_is_the_one_that_links(goweld: Run, tmp_path: Path) -> None:
    tool = tmp_path / "link"
    tool.write_text('#!/bin/sh\necho "$GOWELD_PASSED_BY $$" "$0" "$@"\n')
    tool.chmod(0o755)
    answer = goweld("toolexec", str(tool), "-w", PASSED, "x.a")
    passed_by, process, *words = answer.stdout.split()
    assert passed_by == process
    assert words == [str(tool), "-w", PASSED, "x.a"]
    answer = goweld("link", "-o", "two words", PASSED, "x.a", GOWELD_LINK=str(tool))
    assert answer.stdout.split(" ", 2)[2] == f"{tool} -o two words {PASSED} x.a\n"


@pytest.mark.parametrize("how", ["variable", "flag"])
def test_strict_refuses_instead(how: str, goweld: Run, tmp_path: Path) -> None:
    flags = ["--strict"] if how == "flag" else []
    strict = {"GOWELD_STRICT": "1"} if how == "variable" else {}
    answer = goweld("link", *flags, "-o", "out", PASSED, "x.a", GOWELD_RECORD="record", **strict)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr == f"goweld: cannot link this yet: it needs {REASON}\n"
    assert (tmp_path / "record").read_text().startswith("failed\t\tout\tcannot link this yet")
    assert not (tmp_path / "out").exists()


def test_no_real_linker_is_an_error(goweld: Run, tmp_path: Path) -> None:
    answer = goweld("link", PASSED, "x.a", GOROOT="/nonexistent", PATH=str(tmp_path), GOWELD_GO="")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "no real linker is found" in answer.stderr
    answer = goweld("link", PASSED, "x.a", GOWELD_LINK="/nonexistent")
    assert answer.returncode == 2
    assert "cannot run the real linker /nonexistent: No such file or directory" in answer.stderr


def test_a_broken_link_is_one_line_without_a_traceback(goweld: Run, tmp_path: Path) -> None:
    words = ["-importcfg=/dev/null", "-w", "-o", "out", "missing.a"]
    answer = goweld("link", *words, GOWELD_STRICT="1", GOWELD_RECORD="record")
    assert answer.returncode in (1, 2)
    assert answer.stderr.startswith("link: ") and answer.stderr.count("\n") == 1
    assert "missing.a" in answer.stderr
    assert [entry.kind for entry in record.read(str(tmp_path / "record"))] == [record.FAILED]
    assert not (tmp_path / "out").exists()


def test_records_survive_any_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "record")
    monkeypatch.setenv("GOWELD_RECORD", path)
    texts = ["plain", "tab\tnew\nline", "\\t \\n \\\\", "\udcff", ""]
    for text in texts:
        record.append(record.PASSED, text, text)
    assert [entry.output for entry in record.read(path)] == texts
    assert [entry.detail for entry in record.read(path)] == texts


def test_a_record_that_cannot_be_written_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOWELD_RECORD", "/nonexistent/record")
    record.append(record.LINKED, "out")
    monkeypatch.delenv("GOWELD_RECORD")
    record.append(record.LINKED, "out")
