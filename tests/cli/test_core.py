"""What the driver makes of what the core does: here a core that does as the test says."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from goweld.cli import record
from tests import toolchain

from .conftest import Run

PACKAGE = toolchain.ROOT / "src" / "goweld"
HEAD = "import os, sys, time\nfrom goweld.errors import LinkError, Unsupported\n"
HEAD += "def link(options, config, show):\n"
WRITE = "  open(options.output, 'wb').write(b'new')\n"


@pytest.fixture
def core(tmp_path: Path) -> Path:
    """A package like Goweld's but for its core, link.py, which the test writes."""
    package = tmp_path / "package" / "goweld"
    package.mkdir(parents=True)
    for path in PACKAGE.iterdir():
        if path.name not in ("link.py", "__pycache__"):
            (package / path.name).symlink_to(path)
    return package


def entries(path: Path) -> list[tuple[str, str]]:
    return [(entry.kind, entry.detail) for entry in record.read(str(path / "record"))]


def link(goweld: Run, core: Path, body: str, **variables: str) -> subprocess.CompletedProcess[str]:
    (core / "link.py").write_text(HEAD + body)
    given = {"GOWELD_PACKAGE": str(core), "GOWELD_RECORD": "record", "GOWELD_STRICT": "1"} | variables
    return goweld("link", "-w", "-o", "out", "main.a", **given)


def test_a_link_that_succeeds(goweld: Run, core: Path, tmp_path: Path) -> None:
    answer = link(goweld, core, WRITE + "  print('said', options.time)\n", GOWELD_TIME="1")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "said True\n", "")
    assert entries(tmp_path) == [(record.LINKED, "")]


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        ("LinkError('no main')", 2, "link: no main\n"),
        ("LinkError('no main', status=1)", 1, "link: no main\n"),
        ("LinkError('a: b\\nc: d', prefixed=False)", 2, "a: b\nc: d\n"),
        ("MemoryError()", 2, "link: out of memory\n"),
        ("KeyError('x')", 2, "link: internal error in Goweld, please report it: KeyError: 'x' (link.py:4)\n"),
    ],
)
def test_errors(error: str, status: int, text: str, goweld: Run, core: Path, tmp_path: Path) -> None:
    answer = link(goweld, core, f"  raise {error}\n")
    assert (answer.returncode, answer.stdout, answer.stderr) == (status, "", text)
    ((kind, detail),) = entries(tmp_path)
    assert kind == record.FAILED
    assert detail and text.startswith(("link: " + detail, detail))


def test_the_prefix_is_the_tools_path_as_it_was_called(goweld: Run, core: Path) -> None:
    (core / "link.py").write_text(HEAD + "  raise LinkError('no main')\n")
    given = {"GOWELD_PACKAGE": str(core), "GOWELD_STRICT": "1"}
    assert goweld("toolexec", "/go/link", "-w", "x.a", **given).stderr == "/go/link: no main\n"
    (core / "link.py").write_text(HEAD + "  raise LinkError('no main', status=1)\n")
    assert goweld("toolexec", "/go/link", "-w", "x.a", **given).stderr == "link: no main\n"


def test_what_the_core_cannot_do_is_handed_on(goweld: Run, core: Path, tmp_path: Path) -> None:
    tool = tmp_path / "reallink"
    tool.write_text('#!/bin/sh\necho "$@"\nexit 5\n')
    tool.chmod(0o755)
    body = "  raise Unsupported('a host object: net.o')\n"
    answer = link(goweld, core, body, GOWELD_STRICT="", GOWELD_LINK=str(tool))
    assert (answer.returncode, answer.stdout, answer.stderr) == (5, "-w -o out main.a\n", "")
    assert entries(tmp_path) == [(record.PASSED, "a host object: net.o")]
    answer = link(goweld, core, body, GOWELD_LINK=str(tool))
    assert answer.stderr == "goweld: cannot link this yet: it needs a host object: net.o\n"
    assert answer.returncode == 2


def test_output_that_nobody_reads(goweld: Run, core: Path, tmp_path: Path) -> None:
    """As a Go program does, a linker dies of SIGPIPE when its reader is gone; a closed file is no matter."""
    (core / "link.py").write_text(HEAD + "  print('x' * 1000000, flush=True)\n" + WRITE)
    environment = toolchain.go_environment(GOWELD_PACKAGE=str(core), GOWELD_STRICT="1")
    command = [str(toolchain.launcher()), "link", "-w", "-o", str(tmp_path / "out"), "x.a"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
    assert process.returncode == -signal.SIGPIPE
    closed = subprocess.run(["sh", "-c", '"$@" >&- 2>&-', "sh", *command], env=environment)
    assert closed.returncode == 0
    assert (tmp_path / "out").read_bytes() == b"new"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_end_a_link(number: int, goweld: Run, core: Path, tmp_path: Path) -> None:
    (core / "link.py").write_text(HEAD + "  open('started', 'w').close()\n  time.sleep(60)\n")
    environment = toolchain.go_environment(GOWELD_PACKAGE=str(core), GOWELD_STRICT="1")
    command = [str(toolchain.launcher()), "link", "-w", "x.a"]
    with subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE) as process:
        while not (tmp_path / "started").exists() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(number)
        _, err = process.communicate()
    assert (process.returncode, err) == (-number, b"")


def verified(
    goweld: Run, core: Path, tmp_path: Path, body: str, real: str = "printf new > out"
) -> subprocess.CompletedProcess[str]:
    tool = tmp_path / "reallink"
    tool.write_text(f"#!/bin/sh\n{real}\n")
    tool.chmod(0o755)
    (tmp_path / "main.a").write_text("object")
    return link(goweld, core, body, GOWELD_STRICT="", GOWELD_LINK=str(tool), GOWELD_VERIFY="kept")


def test_verify_finds_two_links_the_same(goweld: Run, core: Path, tmp_path: Path) -> None:
    answer = verified(goweld, core, tmp_path, WRITE + "  print('unheard')\n", "echo said; printf new > out")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "said\n", "")
    assert entries(tmp_path) == [(record.LINKED, "")]
    assert (tmp_path / "out").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("out")] == ["out"]
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize(
    ("body", "real", "status", "detail"),
    [
        (WRITE, "printf old > out", 0, ""),
        ("  raise LinkError('no main')\n", "printf old > out", 0, "Goweld failed: no main"),
        ("  os.abort()\n", "printf old > out", 0, "Goweld failed: it ended with status -6 and no answer"),
        (WRITE, "exit 2", 2, "the real linker failed with status 2, Goweld did not"),
    ],
)
def test_verify_keeps_what_differs(
    body: str, real: str, status: int, detail: str, goweld: Run, core: Path, tmp_path: Path
) -> None:
    answer = verified(goweld, core, tmp_path, body, real)
    assert (answer.returncode, answer.stdout, answer.stderr) == (status, "", "")
    ((kind, found),) = entries(tmp_path)
    assert kind == record.DIFFERS
    assert found.startswith(detail) and f"kept in {tmp_path}/kept/out-" in found
    kept = {path.suffix for path in (tmp_path / "kept").iterdir()}
    assert kept == ({".goweld", ".repro"} if body == WRITE else {".repro"})
    if status == 0:
        assert (tmp_path / "out").read_text() == "old", "the real linker's file stays"


def test_verify_passes_on_what_goweld_cannot_do(goweld: Run, core: Path, tmp_path: Path) -> None:
    answer = verified(goweld, core, tmp_path, "  raise Unsupported('cgo')\n", "printf old > out")
    assert answer.returncode == 0
    assert entries(tmp_path) == [(record.PASSED, "cgo")]


def test_verify_agrees_on_failures(goweld: Run, core: Path, tmp_path: Path) -> None:
    answer = verified(goweld, core, tmp_path, "  raise LinkError('no main')\n", "echo no >&2; exit 2")
    assert (answer.returncode, answer.stderr) == (2, "no\n")
    assert [kind for kind, _ in entries(tmp_path)] == [record.FAILED]


def test_a_build_with_a_difference_fails_at_its_end(goweld: Run, core: Path, module: Path) -> None:
    (core / "link.py").write_text(HEAD + WRITE)
    answer = goweld("build", "--verify", "-ldflags=-w", "-o", "hello", ".", GOWELD_PACKAGE=str(core))
    assert answer.returncode == 1
    assert "goweld: 0 links by Goweld, 0 by the real linker, 1 differ" in answer.stderr
    assert "DIFFERS example.org/hello: " in answer.stderr
    assert subprocess.run([module / "hello"], capture_output=True, text=True).stdout == "hello\n"
    assert {path.suffix for path in (module / "goweld-verify").iterdir()} == {".goweld", ".repro"}
