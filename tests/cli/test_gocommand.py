"""goweld build, test, run and install are the go command, and say at the end who linked."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from goweld.cli import gocommand, record
from tests import toolchain

from .conftest import Run

PASSED = "-ldflags=-cpuprofile=profile"


def plain_go(directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(toolchain.goroot() / "bin" / "go"), *words]
    return subprocess.run(
        command, cwd=directory, env=toolchain.go_environment(), capture_output=True, text=True
    )


def test_a_build_that_falls_back_equals_a_plain_one(goweld: Run, module: Path) -> None:
    answer = goweld("build", "-o", "ours", ".")
    assert (answer.returncode, answer.stdout) == (0, "")
    assert answer.stderr.startswith("goweld: ")
    assert plain_go(module, "build", "-o", "plain", ".").returncode == 0
    assert (module / "ours").read_bytes() == (module / "plain").read_bytes()


def test_the_summary_says_who_linked_and_why(goweld: Run, module: Path) -> None:
    answer = goweld("build", PASSED, "-o", "ours", ".")
    assert answer.returncode == 0
    assert answer.stderr == (
        "goweld: 0 links by Goweld, 1 by the real linker\n"
        "  -cpuprofile, a profile of the real linker: example.org/hello\n"
    )
    again = goweld("build", PASSED, "-o", "ours", ".")
    assert again.stderr == "goweld: 0 links by Goweld, 0 by the real linker\n"


def test_nothing_of_a_fallback_is_replayed_by_later_builds(goweld: Run, module: Path) -> None:
    """The go command keeps what a linker prints and prints it again when the link is up to date."""
    goweld("build", PASSED, "-o", "ours", ".")
    assert plain_go(module, "build", PASSED, "-o", "ours", ".").stderr == ""


def test_strict_fails_the_build(goweld: Run, module: Path) -> None:
    answer = goweld("build", "--strict", PASSED, "-o", "ours", ".")
    assert answer.returncode == 1
    assert "goweld: cannot link this yet: it needs -cpuprofile" in answer.stderr
    assert answer.stderr.endswith("goweld: 0 links by Goweld, 0 by the real linker, 1 failed\n")
    assert not (module / "ours").exists()


def test_a_program_runs_with_its_own_arguments(goweld: Run, module: Path) -> None:
    (module / "main.go").write_text(
        'package main\n\nimport (\n\t"fmt"\n\t"os"\n)\n\n'
        "func main() { fmt.Println(os.Args[1:]); os.Exit(3) }\n"
    )
    answer = goweld("run", ".", "--strict", "-toolexec=x")
    assert answer.stdout == "[--strict -toolexec=x]\n"
    assert answer.returncode == plain_go(module, "run", ".").returncode == 1


def test_tests_run(goweld: Run, module: Path) -> None:
    (module / "main_test.go").write_text('package main\n\nimport "testing"\n\nfunc TestIt(t *testing.T) {}\n')
    answer = goweld("test", "-count=1", ".")
    assert answer.returncode == 0
    assert answer.stdout.startswith("ok  \texample.org/hello\t")


def test_install_installs(goweld: Run, module: Path) -> None:
    assert goweld("install", ".", GOBIN=str(module / "bin")).returncode == 0
    assert (module / "bin" / "hello").exists()


def test_errors_are_the_go_commands(goweld: Run, module: Path) -> None:
    ours, plain = goweld("build", "-nonsense"), plain_go(module, "build", "-nonsense")
    assert ours.returncode == plain.returncode == 2
    assert ours.stderr.startswith(plain.stderr)


def test_one_toolexec_is_enough(goweld: Run, module: Path) -> None:
    answer = goweld("build", "-toolexec=x", ".")
    assert answer.returncode == 2
    assert "sets -toolexec itself" in answer.stderr


def test_a_missing_go_command_is_named(goweld: Run, tmp_path: Path) -> None:
    answer = goweld("build", GOWELD_GO="", PATH=str(tmp_path))
    assert (answer.returncode, answer.stderr) == (
        2,
        "goweld: there is no go command on PATH; set GOWELD_GO\n",
    )
    answer = goweld("build", GOWELD_GO="/nonexistent/go")
    assert (answer.returncode, answer.stderr) == (
        2,
        "goweld: cannot run /nonexistent/go: No such file or directory\n",
    )


def test_the_path_of_the_launcher_may_hold_spaces_and_quotes(tmp_path: Path, module: Path) -> None:
    for name in ("two words", "it's", 'a "b"'):
        directory = tmp_path / name
        directory.mkdir()
        (directory / "goweld").write_bytes(toolchain.launcher().read_bytes())
        (directory / "goweld").chmod(0o755)
        answer = subprocess.run(
            [directory / "goweld", "build", PASSED, "-o", str(directory / "out"), "."],
            cwd=module,
            env=toolchain.go_environment(),
            capture_output=True,
            text=True,
        )
        assert "0 links by Goweld, 1 by the real linker" in answer.stderr, answer.stderr


def test_a_path_with_both_quotes_is_refused() -> None:
    assert gocommand._toolexec_flag("/a'b\"c/goweld") is None
    assert gocommand.run("build", [], "/a'b\"c/goweld") == 2


@pytest.mark.parametrize(
    ("command", "words", "expected"),
    [
        ("build", ["-o", "x", "-toolexec", "y"], True),
        ("build", ["--toolexec=y"], True),
        ("test", ["./...", "-toolexec=y"], True),
        ("test", ["./...", "-args", "-toolexec=y"], False),
        ("run", ["-toolexec=y", "."], True),
        ("run", [".", "-toolexec=y"], False),
        ("build", ["./toolexec"], False),
    ],
)
def test_a_users_toolexec_is_seen(command: str, words: list[str], expected: bool) -> None:
    assert gocommand._has_toolexec(command, words) is expected


def test_summaries() -> None:
    entries = [
        record.Entry(record.LINKED, "a", "out", ""),
        record.Entry(record.PASSED, "c", "out", "cgo"),
        record.Entry(record.PASSED, "b", "out", "cgo"),
        record.Entry(record.FAILED, "d", "out", "x"),
        record.Entry(record.DIFFERS, "", "out", "section .text"),
    ]
    assert gocommand.summary(entries).split("\n") == [
        "goweld: 1 link by Goweld, 2 by the real linker, 1 failed, 1 differ",
        "  cgo: b, c",
        "  DIFFERS out: section .text",
    ]
    assert gocommand.summary([]) == "goweld: 0 links by Goweld, 0 by the real linker"
