"""Does a program that cannot be run, or fails, fail in Go's words? What is temporary goes in any case."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from goweld.errors import LinkError
from goweld.hostlink import place, process


def script(path: Path, body: str) -> str:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def test_both_streams_in_order(tmp_path: Path) -> None:
    name = script(tmp_path / "cc", "echo out; echo err >&2; echo out; cat; exit 3")
    outcome = process.run([name, "a b"], {})
    assert outcome.text == "out\nerr\nout\n"
    assert outcome.failure == "exit status 3"
    assert outcome.command == f"{name} a b"
    assert process.run([name], {}, errors=False).text == "out\nout\n"


def test_much_output(tmp_path: Path) -> None:
    name = script(tmp_path / "cc", "i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done")
    assert len(process.run([name], {}).output) == 220000


@pytest.mark.parametrize(
    ("number", "text"),
    [("KILL", "signal: killed"), ("TERM", "signal: terminated"), ("PIPE", "signal: broken pipe")],
)
def test_ended_by_a_signal(tmp_path: Path, number: str, text: str) -> None:
    name = script(tmp_path / "cc", f"kill -{number} $$")
    assert process.run([name], {}).failure == text


def test_programs_that_are_not_there(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    for name, text in (
        ("nosuch", 'exec: "nosuch": executable file not found in $PATH'),
        ("plain", 'exec: "plain": executable file not found in $PATH'),
        ("/nowhere/cc", "fork/exec /nowhere/cc: no such file or directory"),
        (str(plain), f"fork/exec {plain}: permission denied"),
        (str(tmp_path), f"fork/exec {tmp_path}: permission denied"),
    ):
        outcome = process.run([name, "x"], {"PATH": f"/nowhere:{tmp_path}"})
        assert outcome.failure == text
        assert outcome.command == f"{name} x"
    plain.chmod(0o755)
    plain.write_bytes(b"\0\0\0\0")
    assert process.run([str(plain)], {}).failure == f"fork/exec {plain}: exec format error"


def test_the_search_for_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = script(tmp_path / "cc", "echo here")
    outcome = process.run(["cc", "x"], {"PATH": f"/nowhere:{tmp_path}/"})
    assert outcome.text == "here\n"
    assert outcome.command == f"{name} x"
    monkeypatch.chdir(tmp_path)
    for path in ":/nowhere", ".":
        outcome = process.run(["cc"], {"PATH": path})
        assert outcome.failure == 'exec: "cc": cannot run executable found relative to current directory'
    assert process.run(["cc"], {}).failure == 'exec: "cc": executable file not found in $PATH'


def test_a_place_of_our_own(tmp_path: Path) -> None:
    here = place.Place("", {"TMPDIR": str(tmp_path)})
    assert Path(here.path).parent == tmp_path
    assert Path(here.path).stat().st_mode & 0o777 == 0o700
    Path(here.join("go.o")).write_text("")
    (Path(here.path) / "folder").mkdir()
    (Path(here.path) / "folder" / "file").write_text("")
    here.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_place_of_the_users(tmp_path: Path) -> None:
    here = place.Place(str(tmp_path), {})
    Path(here.join("go.o")).write_text("")
    here.remove()
    assert [path.name for path in tmp_path.iterdir()] == ["go.o"]


def test_no_place(tmp_path: Path) -> None:
    with pytest.raises(LinkError) as raised:
        place.Place("", {"TMPDIR": "/nowhere"})
    assert str(raised.value) == "stat /nowhere: no such file or directory"
    assert raised.value.status == 1


PROGRAM = """
import os, sys
from goweld.hostlink import place, process
here = place.Place("", os.environ)
for name in "go.o", "000000.o":
    open(here.join(name), "w").close()
print(here.path, flush=True)
process.run([sys.argv[1]], os.environ)
"""


# A signal may come when the program runs but its number is not known yet.
SLOW = """
import os, time
spawn = os.posix_spawn
def slowly(*arguments, **options):
    number = spawn(*arguments, **options)
    time.sleep(1)
    return number
os.posix_spawn = slowly
"""


@pytest.mark.parametrize("before", ["", SLOW], ids=["running", "starting"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_leaves_nothing_behind(tmp_path: Path, number: signal.Signals, before: str) -> None:
    """The program that runs is ended as well, and what it runs in turn."""
    started = tmp_path / "started"
    name = script(tmp_path / "cc", f"sleep 100 & echo $! >{started}.new; mv {started}.new {started}; wait")
    source = str(Path(__file__).resolve().parent.parent.parent / "src")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    main = PROGRAM if number != signal.SIGINT else "import signal\nsignal.signal(2, signal.SIG_DFL)" + PROGRAM
    run = subprocess.Popen(
        [sys.executable, "-c", before + main, name],
        env=os.environ | {"PYTHONPATH": source, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
    )
    while not started.exists():
        assert run.poll() is None
    os.kill(run.pid, number)
    assert run.wait() == -number
    assert list(temporary.iterdir()) == []
    sleeper = Path(f"/proc/{started.read_text().strip()}/cmdline")
    for _ in range(100):
        if not sleeper.exists() or b"sleep" not in sleeper.read_bytes():
            break
        time.sleep(0.05)
    else:
        pytest.fail("what the program ran still runs")
