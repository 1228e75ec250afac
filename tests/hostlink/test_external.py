"""Is an external link that of go tool link: the bytes, the words for the host linker, the failures?"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import linkjob, toolchain

PROGRAM = {"main.go": 'package main\n\nfunc main() { println("hello") }\n'}
LOGGER = """#!{python}
import json, os, sys
with open({log!r}, "a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
{then}
"""
RUN = 'os.execvp("gcc", ["gcc", *sys.argv[1:]])'


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> linkjob.Job:
    folder = tmp_path_factory.mktemp("job")
    temporary = folder / "temporary"
    temporary.mkdir()
    made = linkjob.prepare(folder, PROGRAM)
    variables = {"TMPDIR": str(temporary), "XDG_CACHE_HOME": str(folder / "cache"), "LC_ALL": "C"}
    return linkjob.Job(made.directory, made.config, made.archive, variables)


def compiler(job: linkjob.Job, then: str = RUN) -> tuple[str, Path]:
    """A compiler that notes how it is called, and then does something; its path and the notes."""
    path = job.directory / "cc"
    log = job.directory / "log"
    log.unlink(missing_ok=True)
    path.write_text(LOGGER.format(python=sys.executable, log=str(log), then=then))
    path.chmod(0o755)
    return str(path), log


def calls(log: Path) -> list[list[str]]:
    """What the compiler was called with; where the temporary directory is does not matter."""
    text = log.read_text() if log.exists() else ""
    log.unlink(missing_ok=True)
    return [json.loads(line) for line in same(text).splitlines()]


def same(text: str) -> str:
    return re.sub(r"go-link-\d+", "go-link-N", text)


def left(job: linkjob.Job) -> list[str]:
    return os.listdir(job.variables["TMPDIR"])


@pytest.mark.parametrize(
    "flags",
    [
        (),
        ("-s",),
        ("-w",),
        ("-compressdwarf=false",),
        ("-bindnow",),
        ("-B=none",),
        ("-B=0x0123456789abcdef",),
        ("-r=/somewhere", "-I=/lib64/ld-linux-x86-64.so.2"),
        ("-extldflags=-static",),
        ("-extldflags=-static -Wl,-O1 '-L/a b' -lm",),
        ("-extldflags=-fuse-ld=gold",),
        ("-fipso=FIPSO",),
    ],
)
def test_the_bytes_and_the_words(job: linkjob.Job, flags: tuple[str, ...]) -> None:
    path, log = compiler(job)
    copy = job.directory / "fipso"
    words = [flag.replace("FIPSO", str(copy)) for flag in flags]
    real = job.real("-linkmode=external", f"-extld={path}", *words)
    real_calls = calls(log)
    real_copy = copy.read_bytes() if copy.exists() else None
    ours = job.goweld("-linkmode=external", f"-extld={path}", *words)
    our_calls = calls(log)
    assert ours == real
    assert real.status == 0
    assert our_calls[-1] == real_calls[-1]
    assert (copy.read_bytes() if copy.exists() else None) == real_copy
    assert left(job) == []


def test_questions_are_asked_at_the_first_link_alone(job: linkjob.Job) -> None:
    path, log = compiler(job, "# another compiler\n" + RUN)
    counts = []
    for _ in range(2):
        assert job.goweld("-linkmode=external", f"-extld={path}").status == 0
        counts.append(len(calls(log)))
    assert counts[0] > 5
    assert counts[1] == 1


FAILURES = {
    "says why": 'print("undefined: x"); print("more", file=sys.stderr); sys.exit(3)',
    "is killed": "os.kill(os.getpid(), 9)",
    "refuses all": 'print("unrecognized", sys.argv); sys.exit(1)',
}


@pytest.mark.parametrize("then", FAILURES.values(), ids=FAILURES.keys())
def test_a_host_linker_that_fails(job: linkjob.Job, then: str) -> None:
    path, log = compiler(job, then)
    real = job.real("-linkmode=external", f"-extld={path}")
    real_calls = calls(log)
    ours = job.goweld("-linkmode=external", f"-extld={path}")
    assert (ours.status, same(ours.text)) == (real.status, same(real.text))
    assert ours.status == 2
    assert calls(log)[-1] == real_calls[-1]
    assert left(job) == []
    assert not (job.directory / "out").exists()


def test_what_the_host_linker_says_is_shown(job: linkjob.Job) -> None:
    path, _ = compiler(job, 'print("warning: odd", flush=True)\n' + RUN)
    real = job.real("-linkmode=external", f"-extld={path}")
    assert "warning: odd" in real.text
    assert job.goweld("-linkmode=external", f"-extld={path}") == real


@pytest.mark.parametrize("name", ["/nowhere/cc", "no-such-compiler", "."])
def test_no_host_linker(job: linkjob.Job, name: str) -> None:
    real = job.real("-linkmode=external", f"-extld={name}")
    ours = job.goweld("-linkmode=external", f"-extld={name}")
    assert (ours.status, same(ours.text)) == (real.status, same(real.text))
    assert left(job) == []


def test_long_command_lines_go_into_a_file(job: linkjob.Job) -> None:
    path, log = compiler(job)
    flags = "-extldflags=" + " ".join(f"-Wl,--defsym=a_long_name_{i}={i}" for i in range(1000))
    real = job.real("-linkmode=external", f"-extld={path}", flags)
    real_calls = calls(log)
    assert real_calls[-1][0].startswith("@")
    assert job.goweld("-linkmode=external", f"-extld={path}", flags) == real
    assert calls(log)[-1] == real_calls[-1]
    assert left(job) == []


def test_the_users_directory_is_kept(job: linkjob.Job, tmp_path: Path) -> None:
    found = []
    for link, name in (job.real, "real"), (job.goweld, "ours"):
        folder = tmp_path / name
        folder.mkdir()
        assert link("-linkmode=external", f"-tmpdir={folder}").status == 0
        found.append({path.name: path.read_bytes() for path in folder.iterdir() if path.name.endswith(".o")})
        assert (folder / "go.o").stat().st_mtime == 0
    assert found[0] == found[1]


@pytest.mark.parametrize("variables", [{"TMPDIR": "/nowhere"}, {"TMPDIR": "/proc"}])
def test_no_place_for_temporary_files(job: linkjob.Job, variables: dict[str, str]) -> None:
    other = linkjob.Job(job.directory, job.config, job.archive, job.variables | variables)
    real = other.real("-linkmode=external")
    ours = other.goweld("-linkmode=external")
    assert (ours.status, same(ours.text)) == (real.status, same(real.text))


def test_a_directory_that_is_not_there(job: linkjob.Job) -> None:
    real = job.real("-linkmode=external", "-tmpdir=/nowhere")
    ours = job.goweld("-linkmode=external", "-tmpdir=/nowhere")
    assert (ours.status, ours.text) == (real.status, real.text)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_while_the_host_linker_runs(job: linkjob.Job, number: signal.Signals) -> None:
    """Neither temporary files nor half an output stay behind."""
    output = job.directory / "stopped"
    then = 'if "-o" in sys.argv and "a.out" not in " ".join(sys.argv):\n'
    then += f'    open({str(output)!r}, "w").write("half"); import time; time.sleep(100)\n'
    path, _ = compiler(job, then)
    environment = toolchain.go_environment(**job.variables, GOWELD_STRICT="1")
    words = ["-o", str(output), "-importcfg", str(job.config), "-linkmode=external", f"-extld={path}"]
    run = subprocess.Popen([str(toolchain.launcher()), "link", *words, job.archive], env=environment)
    while not output.exists() or not output.stat().st_size:
        assert run.poll() is None
    run.send_signal(number)
    assert run.wait() == -number
    assert left(job) == []
    assert not output.exists()


@pytest.mark.parametrize("flag", ["-msan", "-asan"])
def test_what_cannot_be_linked_internally(job: linkjob.Job, flag: str) -> None:
    real = job.real("-linkmode=internal", flag)
    assert "internal linking requested but external linking required" in real.text
    assert job.goweld("-linkmode=internal", flag) == real


def with_member(job: linkjob.Job, name: str, content: bytes) -> linkjob.Job:
    """The same program with one more member in main's archive."""
    header = f"{name:16}{0:<12}{0:<6}{0:<6}{644:<8}{len(content):<10}`\n".encode()
    archive = job.directory / "more.a"
    archive.write_bytes(Path(job.archive).read_bytes() + header + content + b"\n" * (len(content) & 1))
    return linkjob.Job(job.directory, job.config, str(archive), job.variables)


@pytest.mark.parametrize(
    ("name", "content"),
    [("odd.o", b"nobody knows"), ("dynimportfail", b""), ("preferlinkext", b""), ("odd.txt", b"nothing")],
)
@pytest.mark.parametrize("mode", ["auto", "internal"])
def test_members_that_decide(job: linkjob.Job, name: str, content: bytes, mode: str) -> None:
    other = with_member(job, name, content)
    flags = [f"-linkmode={mode}", "-v=0"]
    real = other.real(*flags)
    ours = other.goweld(*flags)
    assert (ours.status, same(ours.text)) == (real.status, same(real.text))
    assert ours.executable == real.executable
    assert left(job) == []
