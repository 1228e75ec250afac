"""The output: where it goes, with which mode, and what becomes of the file that was there before."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import toolchain

from .conftest import Linkers, without_override

OLD = b"the old file"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def same_refusal(linkers: Linkers, output: str, before: Callable[[], None] | None = None) -> str:
    """The text with which both linkers refuse to write an output."""
    ours, theirs = linkers.goweld(output, before=before), linkers.real(output, before=before)
    assert (ours.returncode, ours.stderr) == (theirs.returncode, theirs.stderr)
    assert ours.returncode == 2
    return ours.stderr


def test_full_disk(linkers: Linkers, small_disk: Path) -> None:
    output = small_disk / "out"
    output.write_bytes(OLD)
    done = linkers.goweld(output)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"link: writing output file {output} failed: no space left on device\n"
    assert output.read_bytes() == OLD
    assert os.listdir(small_disk) == ["out"]


def test_full_disk_and_a_file_that_must_be_written_in_place(linkers: Linkers, small_disk: Path) -> None:
    output = small_disk / "out"
    output.write_bytes(OLD)
    small_disk.chmod(0o555)
    done = linkers.goweld(output, before=without_override)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"link: writing output file {output} failed: no space left on device\n"
    assert output.read_bytes() == OLD


def test_device_that_is_always_full(linkers: Linkers) -> None:
    done = linkers.goweld("/dev/full")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "link: writing output file /dev/full failed: no space left on device\n"


def test_limit_on_file_sizes(linkers: Linkers, place: Path) -> None:
    output = place / "out"
    output.write_bytes(OLD)
    done = linkers.goweld(
        output, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"link: writing output file {output} failed: file too large\n"
    assert output.read_bytes() == OLD
    assert os.listdir(place) == ["out"]


def test_missing_folder(linkers: Linkers, folder: Path) -> None:
    assert "no such file or directory" in same_refusal(linkers, f"{folder}/none/out")


def test_file_for_a_folder(linkers: Linkers, folder: Path) -> None:
    (folder / "file").touch()
    assert "not a directory" in same_refusal(linkers, f"{folder}/file/out")


def test_folder_for_a_file(linkers: Linkers, place: Path) -> None:
    assert "is a directory" in same_refusal(linkers, str(place))


def test_read_only_file_system(linkers: Linkers, read_only_disk: Path) -> None:
    assert "read-only file system" in same_refusal(linkers, f"{read_only_disk}/out")


def test_folder_that_takes_no_file(linkers: Linkers, place: Path) -> None:
    place.chmod(0o555)
    assert "permission denied" in same_refusal(linkers, f"{place}/out", without_override)


def test_writable_file_in_a_folder_that_takes_none(linkers: Linkers, place: Path, whole: bytes) -> None:
    output = place / "out"
    output.write_bytes(whole * 2)
    output.chmod(0o640)
    place.chmod(0o555)
    assert linkers.goweld(output, before=without_override).returncode == 0
    assert output.read_bytes() == whole
    assert mode(output) == 0o640


@pytest.mark.parametrize("umask", [0o077, 0o022, 0o002])
@pytest.mark.parametrize("old", [None, 0o600, 0o444])
def test_mode(linkers: Linkers, place: Path, whole: bytes, umask: int, old: int | None) -> None:
    output = place / "out"
    if old is not None:
        output.write_bytes(OLD)
        output.chmod(old)
    assert linkers.goweld(output, before=lambda: os.umask(umask) and None).returncode == 0
    assert output.read_bytes() == whole
    assert mode(output) == 0o775 & ~umask
    assert os.listdir(place) == ["out"]


@pytest.mark.parametrize("linker", ["goweld", "real"])
def test_symbolic_link(linkers: Linkers, place: Path, whole: bytes, linker: str) -> None:
    target = place / "target"
    target.write_bytes(OLD)
    target.chmod(0o644)
    (place / "second").symlink_to("target")
    output = place / "out"
    output.symlink_to("second")
    assert getattr(linkers, linker)(output).returncode == 0
    assert output.is_symlink()
    assert target.read_bytes() == whole
    assert mode(target) == 0o644
    assert sorted(os.listdir(place)) == ["out", "second", "target"]


@pytest.mark.parametrize("linker", ["goweld", "real"])
def test_symbolic_link_to_nothing(linkers: Linkers, place: Path, whole: bytes, linker: str) -> None:
    output = place / "out"
    output.symlink_to("target")
    assert getattr(linkers, linker)(output, before=lambda: os.umask(0o022) and None).returncode == 0
    assert (place / "target").read_bytes() == whole
    assert mode(place / "target") == 0o755


def test_symbolic_link_into_a_missing_folder(linkers: Linkers, folder: Path) -> None:
    (folder / "out").symlink_to("none/out")
    assert "no such file or directory" in same_refusal(linkers, f"{folder}/out")


def test_symbolic_links_in_a_circle(linkers: Linkers, folder: Path) -> None:
    (folder / "out").symlink_to("out")
    assert "too many levels of symbolic links" in same_refusal(linkers, f"{folder}/out")


def test_hard_link(linkers: Linkers, place: Path, whole: bytes) -> None:
    output, other = place / "out", place / "other"
    other.write_bytes(OLD)
    os.link(other, output)
    assert linkers.goweld(output).returncode == 0
    assert output.read_bytes() == whole
    assert other.read_bytes() == OLD


@pytest.mark.parametrize("through_link", [False, True])
def test_running_program(linkers: Linkers, place: Path, whole: bytes, through_link: bool) -> None:
    program = place / "program"
    shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
    output = program
    if through_link:
        output = place / "out"
        output.symlink_to("program")
    with subprocess.Popen([str(program), "60"]) as running:
        try:
            assert linkers.goweld(output).returncode == 0
            assert program.read_bytes() == whole
            assert running.poll() is None
        finally:
            running.kill()


def test_device_that_takes_anything(linkers: Linkers) -> None:
    assert linkers.goweld("/dev/null").returncode == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_fifo_with_a_reader(linkers: Linkers, folder: Path, whole: bytes) -> None:
    os.mkfifo("fifo")
    holder = os.open("fifo", os.O_RDWR)  # until cat has it open
    with open("read", "wb") as read, subprocess.Popen(["cat", "fifo"], stdout=read) as reader:
        done = linkers.goweld("fifo")
        os.close(holder)
        reader.wait(30)
    assert done.returncode == 0
    assert (folder / "read").read_bytes() == whole


def test_fifo_without_a_reader(linkers: Linkers) -> None:
    os.mkfifo("fifo")
    done = linkers.goweld("fifo")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "link: writing output file fifo failed: no such device or address\n"


@pytest.mark.parametrize("package", ["main", "fmt"])
def test_output_that_is_an_input(linkers: Linkers, folder: Path, package: str) -> None:
    shutil.copy(linkers.packages[package], "input.a")
    content = (folder / "input.a").read_bytes()
    done = linkers.goweld("input.a", linkers.packages | {package: "input.a"})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "link: cannot create input.a: it is an input of this link\n"
    assert (folder / "input.a").read_bytes() == content


def test_output_that_is_the_importcfg(linkers: Linkers, folder: Path) -> None:
    done = linkers.goweld(folder / "importcfg")
    assert done.returncode == 2
    assert done.stderr.endswith("it is an input of this link\n")
    assert (folder / "importcfg").read_text().startswith("packagefile ") or linkers.rest


# Stopped where the new file has its bytes but not its name.
STOPPED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
sys.path.insert(0, sys.argv[1])
from goweld.formats import output
if sys.argv[4] == "named":
    output.DESCRIPTORS = "/none"
os.rename = lambda *names: os.kill(os.getpid(), int(sys.argv[3]))
with output.Output(sys.argv[2], []) as out:
    out.write_at(0, b"x" * 5000)
    out.publish()
"""


@pytest.mark.parametrize("kind", ["nameless", "named"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_stopped_before_the_rename(place: Path, kind: str, number: int) -> None:
    (place / "out").write_bytes(OLD)
    package = str(toolchain.ROOT / "src")
    command = [sys.executable, "-c", STOPPED, package, str(place / "out"), str(int(number)), kind]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
    )
    assert done.returncode == -number, done.stderr
    assert os.listdir(place) == ["out"]
    assert (place / "out").read_bytes() == OLD


# On a system that lacks something.
WITHOUT = """
import errno, os, sys
sys.path.insert(0, sys.argv[1])
from goweld.errors import LinkError
from goweld.formats import output
def refuse(number):
    def call(*words):
        raise OSError(number, os.strerror(number))
    return call
if sys.argv[3] == "fallocate":
    os.posix_fallocate = refuse(errno.EOPNOTSUPP)
elif sys.argv[3] == "nameless files":
    output.DESCRIPTORS = "/none"
elif sys.argv[3] == "rename":  # what a sticky folder does with another user's file
    os.rename = refuse(errno.EPERM)
os.umask(0o022)
try:
    with output.Output(sys.argv[2], []) as out:
        out.reserve(3000 + int(sys.argv[4]))
        out.write_at(3000, b"x" * int(sys.argv[4]))
        out.write_at(0, b"new" * 1000)
        out.publish()
except LinkError as error:
    sys.exit(str(error))
"""


def write_without(output: Path, lacking: str, more: int = 0) -> str:
    """What is said of writing an output on such a system."""
    words = [str(toolchain.ROOT / "src"), str(output), lacking, str(more)]
    done = subprocess.run([sys.executable, "-c", WITHOUT, *words], capture_output=True, text=True)
    return done.stderr


@pytest.mark.parametrize("lacking", ["nothing", "fallocate", "nameless files"])
def test_systems(place: Path, lacking: str) -> None:
    (place / "out").write_bytes(OLD)
    assert write_without(place / "out", lacking) == ""
    assert (place / "out").read_bytes() == b"new" * 1000
    assert mode(place / "out") == 0o755
    assert os.listdir(place) == ["out"]


@pytest.mark.parametrize("lacking", ["nothing", "fallocate", "nameless files"])
def test_full_disk_on_other_systems(small_disk: Path, lacking: str) -> None:
    (small_disk / "out").write_bytes(OLD)
    text = write_without(small_disk / "out", lacking, 1 << 20)
    assert text == f"writing output file {small_disk}/out failed: no space left on device\n"
    assert (small_disk / "out").read_bytes() == OLD
    assert os.listdir(small_disk) == ["out"]


def test_file_that_cannot_be_renamed_over(place: Path) -> None:
    (place / "out").write_bytes(OLD * 1000)
    (place / "out").chmod(0o640)
    assert write_without(place / "out", "rename") == ""
    assert (place / "out").read_bytes() == b"new" * 1000
    assert mode(place / "out") == 0o640
    assert os.listdir(place) == ["out"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_stopped_at_any_time(linkers: Linkers, place: Path, whole: bytes, number: int) -> None:
    output = place / "out"
    output.write_bytes(OLD)
    command = linkers.command([linkers.launcher, "link"], output)
    for delay in (0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.15):
        with subprocess.Popen(
            command,
            env=toolchain.go_environment(GOWELD_STRICT="1"),
            stderr=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
        ) as running:
            try:
                running.wait(delay)
            except subprocess.TimeoutExpired:
                running.send_signal(number)
            _, text = running.communicate(timeout=30)
        assert running.returncode in (0, -number)
        assert text == b""
        assert output.read_bytes() in (OLD, whole)
        assert os.listdir(place) == ["out"]


def test_reader_sees_the_old_file_or_the_new_one(linkers: Linkers, place: Path, whole: bytes) -> None:
    output = place / "out"
    assert linkers.goweld(output, None, "-s", "-w").returncode == 0
    stripped = output.read_bytes()
    seen: set[bytes] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.add(output.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for flags in (["-w"], ["-s", "-w"]) * 3:
        assert linkers.goweld(output, None, *flags).returncode == 0
    stop.set()
    reader.join()
    assert seen <= {whole, stripped}


def test_eight_links_to_one_output(linkers: Linkers, place: Path, whole: bytes) -> None:
    output = place / "out"
    command = linkers.command([linkers.launcher, "link"], output)
    environment = toolchain.go_environment(GOWELD_STRICT="1")
    running = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) for _ in range(8)]
    assert [process.communicate(timeout=60)[1] for process in running] == [b""] * 8
    assert [process.returncode for process in running] == [0] * 8
    assert output.read_bytes() == whole
    assert os.listdir(place) == ["out"]


@pytest.mark.parametrize("name", ["with space", "ümläut", "new\nline", "x" * 255, "-dash", "=", '"quoted"'])
def test_names(linkers: Linkers, place: Path, whole: bytes, name: str) -> None:
    assert linkers.goweld(place / name).returncode == 0
    assert (place / name).read_bytes() == whole


def test_name_that_is_not_utf8(linkers: Linkers, place: Path, whole: bytes) -> None:
    name = os.fsdecode(b"\xff\xfe")
    assert linkers.goweld(place / name).returncode == 0
    assert (place / name).read_bytes() == whole


def test_name_too_long(linkers: Linkers, place: Path) -> None:
    assert "file name too long" in same_refusal(linkers, f"{place}/{'x' * 256}")


@pytest.mark.parametrize("threads", ["1", "2", "5"])
def test_repeated_links_give_the_same_bytes(linkers: Linkers, whole: bytes, threads: str) -> None:
    for _ in range(3):
        assert linkers.goweld("out", GOWELD_THREADS=threads).returncode == 0
        assert Path("out").read_bytes() == whole


def test_failed_link_leaves_the_old_file(linkers: Linkers, place: Path) -> None:
    (place / "out").write_bytes(OLD)
    done = linkers.goweld(place / "out", linkers.packages | {"fmt": "/dev/null"})
    assert done.returncode in (1, 2)
    assert (place / "out").read_bytes() == OLD
    assert os.listdir(place) == ["out"]
