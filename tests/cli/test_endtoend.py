"""Goweld in the go command's place of a linker: strict, and the files are those of a plain build."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from goweld.cli import record
from tests import toolchain

from .conftest import Run


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever these tests link, Goweld links."""
    original = toolchain.go_environment
    monkeypatch.setattr(
        toolchain, "go_environment", lambda **given: original(**{"GOWELD_STRICT": "1"} | given)
    )


def go(directory: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [str(toolchain.goroot() / "bin" / "go"), *words]
    environment = toolchain.go_environment(**variables)
    answer = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer


def links(directory: Path) -> list[str]:
    return [entry.kind for entry in record.read(str(directory / "record"))]


@pytest.mark.parametrize("ldflags", ["-w", "-s -w", "-s", "-w -X main.x=1"])
def test_a_build_equals_a_plain_one(ldflags: str, goweld: Run, module: Path) -> None:
    answer = goweld("build", f"-ldflags={ldflags}", "-o", "ours", ".")
    assert (answer.returncode, answer.stdout) == (0, ""), answer.stderr
    assert answer.stderr == "goweld: 1 link by Goweld, 0 by the real linker\n"
    go(module, "build", f"-ldflags={ldflags}", "-o", "plain", ".")
    assert (module / "ours").read_bytes() == (module / "plain").read_bytes()
    assert subprocess.run([module / "ours"], capture_output=True, text=True).stdout == "hello\n"


def test_trimpath_and_a_release_without_goroot(goweld: Run, module: Path) -> None:
    assert goweld("build", "-trimpath", "-ldflags=-w", "-o", "ours", ".").returncode == 0
    go(module, "build", "-trimpath", "-ldflags=-w", "-o", "plain", ".")
    assert (module / "ours").read_bytes() == (module / "plain").read_bytes()


@pytest.mark.parametrize("way", ["flag", "GOFLAGS"])
def test_toolexec_by_hand(way: str, module: Path) -> None:
    """As the README says: by a name on PATH, for one build or for all."""
    path = f"{toolchain.launcher().parent}:{os.environ['PATH']}"
    flags = ["-toolexec=goweld toolexec"] if way == "flag" else []
    variables = {"GOFLAGS": '"-toolexec=goweld toolexec"'} if way == "GOFLAGS" else {}
    arguments = ["-a", *flags, "-ldflags=-w", "-o", "ours", "."]
    go(module, "build", *arguments, PATH=path, GOWELD_RECORD=str(module / "record"), **variables)
    go(module, "build", "-ldflags=-w", "-o", "plain", ".")
    assert links(module) == [record.LINKED]
    assert (module / "ours").read_bytes() == (module / "plain").read_bytes()


def test_run_and_test(goweld: Run, module: Path) -> None:
    answer = goweld("run", ".")
    assert (answer.stdout, answer.returncode) == ("hello\n", 0), answer.stderr
    assert answer.stderr == "goweld: 1 link by Goweld, 0 by the real linker\n"
    (module / "main_test.go").write_text(
        'package main\n\nimport "testing"\n\nfunc TestIt(t *testing.T) { main() }\n'
    )
    answer = goweld("test", "-count=1", "-v", ".")
    assert "--- PASS: TestIt" in answer.stdout, answer.stderr
    assert answer.stderr == "goweld: 1 link by Goweld, 0 by the real linker\n"


def test_verify_agrees(goweld: Run, module: Path) -> None:
    answer = goweld("build", "--verify", "-ldflags=-w", "-o", "ours", ".", GOWELD_STRICT="")
    assert answer.returncode == 0
    assert answer.stderr == "goweld: 1 link by Goweld, 0 by the real linker\n"
    assert not (module / "goweld-verify").exists()


def test_a_relink_after_an_edit(goweld: Run, module: Path) -> None:
    assert goweld("build", "-ldflags=-w", "-o", "ours", ".").returncode == 0
    main = module / "main.go"
    main.write_text(main.read_text().replace("hello", "edited"))
    assert goweld("build", "-ldflags=-w", "-o", "ours", ".").returncode == 0
    assert subprocess.run([module / "ours"], capture_output=True, text=True).stdout == "edited\n"


def test_a_link_by_hand_equals_the_real_linkers(
    goweld: Run, job: list[str], real_linker: Path, tmp_path: Path
) -> None:
    environment = toolchain.go_environment()
    subprocess.run([real_linker, "-o", "theirs", *job], cwd=tmp_path, env=environment, check=True)
    answer = goweld("link", "-o", "ours", *job)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()
    (tmp_path / "words").write_text("-o 'by file' " + " ".join(f"'{word}'" for word in job))
    assert goweld("link", "@words").returncode == 0
    assert (tmp_path / "by file").read_bytes() == (tmp_path / "theirs").read_bytes()


def test_stage_times(goweld: Run, job: list[str]) -> None:
    answer = goweld("link", "--time", "-o", "ours", *job)
    assert answer.returncode == 0
    shown = answer.stdout + answer.stderr
    for stage in ("objects", "resolve", "deadcode", "relocate", "write", "sum"):
        assert stage in shown
    assert goweld("link", "-o", "ours", *job, GOWELD_TIME="1").returncode == 0


def test_another_architecture_is_handed_on(goweld: Run, module: Path) -> None:
    (module / "main.go").write_text("package main\n\nfunc main() { println(3) }\n")
    answer = goweld("build", "-ldflags=-w", "-o", "ours", ".", GOARCH="386", GOWELD_STRICT="")
    assert answer.returncode == 0, answer.stderr
    assert "0 links by Goweld, 1 by the real linker\n  " in answer.stderr
    assert subprocess.run([module / "ours"], capture_output=True, text=True).stderr == "3\n"
    again = goweld("build", "--strict", "-ldflags=-w", "-o", "again", ".", GOARCH="386")
    assert again.returncode == 1
    assert "goweld: cannot link this yet: it needs " in again.stderr
    assert not (module / "again").exists()
