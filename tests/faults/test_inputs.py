"""Inputs that are missing, unreadable, something else, of another build, or change meanwhile."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import toolchain
from tests.linkjob import prepare

from .conftest import Linkers, without_override


def refusal(linkers: Linkers, packages: dict[str, str], place: Path, status: int) -> str:
    """The one error, after which nothing is left."""
    done = linkers.goweld(place / "out", packages)
    assert done.returncode == status
    assert done.stdout == ""
    assert os.listdir(place) == []
    return done.stderr


def altered(linkers: Linkers, folder: Path, package: str, old: bytes, new: bytes) -> str:
    """A copy of a package file with some bytes replaced by as many others."""
    assert len(old) == len(new)
    content = Path(linkers.packages[package]).read_bytes()
    assert old in content
    path = folder / f"{package.replace('/', '~')}.a"
    path.write_bytes(content.replace(old, new))
    return str(path)


@pytest.mark.parametrize("package", ["main", "fmt"])
def test_missing_archive(linkers: Linkers, place: Path, package: str) -> None:
    packages = linkers.packages | {package: "/none/file.a"}
    text = refusal(linkers, packages, place, 2)
    assert text == "link: cannot open file /none/file.a: open /none/file.a: no such file or directory\n"
    theirs = linkers.real("out", packages)
    assert (theirs.returncode, theirs.stderr) == (2, text)


def test_unreadable_archive(linkers: Linkers, folder: Path) -> None:
    archive = folder / "fmt.a"
    shutil.copy(linkers.packages["fmt"], archive)
    archive.chmod(0)
    packages = linkers.packages | {"fmt": str(archive)}
    ours = linkers.goweld("out", packages, before=without_override)
    theirs = linkers.real("out", packages, before=without_override)
    assert (ours.returncode, ours.stderr) == (theirs.returncode, theirs.stderr)
    assert ours.stderr == f"link: cannot open file {archive}: open {archive}: permission denied\n"


@pytest.mark.parametrize("kind", ["missing", "folder", "unreadable"])
def test_importcfg(linkers: Linkers, folder: Path, kind: str) -> None:
    config = folder / "config"
    if kind == "folder":
        config.mkdir()
    elif kind == "unreadable":
        config.touch(0)
    flags = ("-w", "-importcfg", str(config))
    # The flag counts that comes last.
    outcomes = []
    for linker in ([linkers.launcher, "link"], [linkers.real_linker]):
        command = [*linker, *flags, "-o", "out", linkers.packages["main"]]
        done = subprocess.run(
            command,
            env=toolchain.go_environment(GOWELD_STRICT="1"),
            capture_output=True,
            text=True,
            preexec_fn=without_override,
        )
        outcomes.append((done.returncode, done.stderr))
    assert outcomes[0] == outcomes[1]
    assert str(config) in outcomes[0][1]
    assert not os.path.exists("out")


def test_device_that_fails(linkers: Linkers, place: Path) -> None:
    # Nothing is mapped at address 0 of a process: reading there is an I/O error.
    packages = linkers.packages | {"fmt": "/proc/self/mem"}
    text = refusal(linkers, packages, place, 2)
    reason = os.strerror(errno.EIO).lower()
    assert text == f"link: cannot open file /proc/self/mem: open /proc/self/mem: {reason}\n"


def test_package_missing_from_importcfg(linkers: Linkers, place: Path) -> None:
    packages = {name: path for name, path in linkers.packages.items() if name != "strconv"}
    text = refusal(linkers, packages, place, 2)
    assert text == (
        f"link: cannot find package strconv (using -importcfg), imported by fmt in {packages['fmt']}\n"
    )
    assert "cannot find package strconv (using -importcfg)" in linkers.real("out", packages).stdout


NOTHING = b""
TEXT = b"not an archive, some text\n"
HEADER = b"!<arch>\n"
ELF = Path(sys.executable).resolve().read_bytes()[:4096]


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        (NOTHING, 1, "no Go object"),
        (HEADER, 1, "no Go object"),
        (TEXT, 1, "no Go object"),
        (ELF, 1, "no Go object"),
    ],
)
def test_not_an_archive(
    linkers: Linkers, folder: Path, place: Path, content: bytes, status: int, reason: str
) -> None:
    archive = folder / "fmt.a"
    archive.write_bytes(content)
    text = refusal(linkers, linkers.packages | {"fmt": str(archive)}, place, status)
    assert str(archive) in text
    assert reason in text
    assert len(text.splitlines()) == 1


@pytest.mark.parametrize("content", [NOTHING, HEADER, TEXT, ELF])
def test_main_that_is_no_archive(linkers: Linkers, folder: Path, place: Path, content: bytes) -> None:
    archive = folder / "main.a"
    archive.write_bytes(content)
    assert (
        refusal(linkers, linkers.packages | {"main": str(archive)}, place, 2)
        == f"link: {archive}: not package main\n"
    )


@pytest.mark.parametrize("package", ["main", "fmt"])
def test_folder_for_an_archive(linkers: Linkers, folder: Path, place: Path, package: str) -> None:
    packages = linkers.packages | {package: str(folder)}
    text = refusal(linkers, packages, place, 1)
    assert text == f"link: reading input: read {folder}: is a directory\n"
    assert linkers.real("out", packages).stderr == text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"go object linux amd64", b"go object linux arm64"),
        (b" GOAMD64=v1 ", b" GOAMD64=v3 "),
        (b" go1.27", b" go1.26"),
    ],
)
def test_objects_of_another_target(
    linkers: Linkers, folder: Path, place: Path, old: bytes, new: bytes
) -> None:
    packages = {
        name: altered(linkers, folder, name, old, new) if name != "main" else path
        for name, path in linkers.packages.items()
    }
    text = refusal(linkers, packages, place, 2)
    shown, count = text.split("\n\n")
    assert text.count("linked object header mismatch") == 1
    assert shown in linkers.real("out", packages).stderr.replace("\n\n", "\n")
    others = re.fullmatch(r"and (\d+) more objects do not match\n", count)
    assert others and int(others[1]) >= len(packages) - 2


def test_header_check_turned_off(linkers: Linkers, folder: Path, whole: bytes) -> None:
    packages = linkers.packages | {"fmt": altered(linkers, folder, "fmt", b" GOAMD64=v1 ", b" GOAMD64=v3 ")}
    assert linkers.goweld("out", packages, "-f", "-w").returncode == 0
    assert Path("out").read_bytes() == whole


def test_package_of_another_build(
    linkers: Linkers, folder: Path, place: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    main = 'package main\n\nimport "example.org/p/a"\n\nfunc main() { a.F() }\n'
    built = []
    for text in ("func F() {}", "var V int\n\nfunc F() {}"):
        where = tmp_path_factory.mktemp("build")
        built.append(Linkers(prepare(where, {"main.go": main, "a/a.go": f"package a\n\n{text}\n"})))
    packages = built[0].packages | {"example.org/p/a": built[1].packages["example.org/p/a"]}
    text = refusal(built[0], packages, place, 2)
    theirs = built[0].real("out", packages)
    assert theirs.returncode == 2
    assert text.startswith(theirs.stderr)
    assert re.match(
        r"link: fingerprint mismatch: example.org/p/a has \w+, import from main expecting \w+\n", text
    )
    assert packages["main"] in text
    assert packages["example.org/p/a"] in text


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({"main.go": "package main\n\nfunc missing()\n\nfunc main() { missing() }\n", "empty.s": ""}, 2),
        (
            {
                "main.go": "package main\n\ntype T struct{ x int }\n\nfunc (*T) M()\n\n"
                "func main() {\n\tvar x any = &T{}\n\tprintln(x)\n}\n",
                "empty.s": "",
            },
            2,
        ),
        (
            {
                "main.go": 'package main\n\nimport _ "unsafe"\n\n//go:linkname f runtime.casgstatus\n'
                "func f()\n\nfunc main() { f() }\n",
                "empty.s": "",
            },
            1,
        ),
        (
            {
                "main.go": 'package main\n\nimport (\n\t_ "unsafe"\n\n\t"example.org/p/a"\n)\n\n'
                "//go:linkname f example.org/p/a.F\nfunc f() {}\n\nfunc main() { f(); a.F() }\n",
                "a/a.go": "package a\n\n//go:noinline\nfunc F() {}\n",
            },
            1,
        ),
    ],
    ids=["undefined symbol", "undefined method that is dead", "forbidden linkname", "duplicate symbol"],
)
def test_programs_that_do_not_link(
    place: Path, files: dict[str, str], status: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    linkers = Linkers(prepare(tmp_path_factory.mktemp("build"), files))
    ours, theirs = linkers.goweld(place / "out"), linkers.real("out")
    assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)
    assert ours.returncode == status
    assert os.listdir(place) == []


def test_variables_that_are_not_there(linkers: Linkers, whole: bytes) -> None:
    flags = ("-w", "-X", "main.none=x", "-X", "none/at/all.variable=y")
    assert linkers.goweld("out", None, *flags).returncode == 0
    assert Path("out").read_bytes() == whole


def test_names_of_inputs(linkers: Linkers, folder: Path, whole: bytes) -> None:
    where = folder / "with space, ümläut"
    where.mkdir()
    packages = {}
    for package, path in linkers.packages.items():
        packages[package] = str(where / f"{package.replace('/', '~')}=.a")
        shutil.copy(path, packages[package])
    strange = folder / "new\nline"
    strange.mkdir()
    os.chdir(strange)
    assert linkers.goweld("out", packages).returncode == 0
    assert Path("out").read_bytes() == whole


# A link at whose inputs something happens once they are read.
MEANWHILE = """
import sys
sys.path.insert(0, sys.argv[1])
from goweld import link
from goweld.cli.link import main
read_all = link.read.read_all
def then(*arguments):
    answer = read_all(*arguments)
    exec(sys.argv[2])
    return answer
link.read.read_all = then
main(["link", "goweld", "link", "", *sys.argv[3:]])
"""


def link_while(
    linkers: Linkers, packages: dict[str, str], output: Path, action: str
) -> subprocess.CompletedProcess[str]:
    words = linkers.command([], output, packages)
    command = [sys.executable, "-c", MEANWHILE, str(toolchain.ROOT / "src"), action, *words]
    environment = toolchain.go_environment(GOWELD_STRICT="1", GOWELD_THREADS="1")
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def test_input_cut_short_meanwhile(linkers: Linkers, folder: Path, place: Path) -> None:
    archive = folder / "runtime.a"
    shutil.copy(linkers.packages["runtime"], archive)
    (place / "out").write_bytes(b"the old file")
    packages = linkers.packages | {"runtime": str(archive)}
    done = link_while(linkers, packages, place / "out", f"import os; os.truncate({str(archive)!r}, 0)")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"link: cannot read {archive}: it was cut short or its device failed\n"
    assert (place / "out").read_bytes() == b"the old file"
    assert os.listdir(place) == ["out"]


def test_input_replaced_meanwhile(linkers: Linkers, folder: Path, place: Path, whole: bytes) -> None:
    archive = folder / "runtime.a"
    shutil.copy(linkers.packages["runtime"], archive)
    (folder / "other").write_bytes(b"something else")
    packages = linkers.packages | {"runtime": str(archive)}
    action = f"import os; os.replace({str(folder / 'other')!r}, {str(archive)!r})"
    done = link_while(linkers, packages, place / "out", action)
    assert done.returncode == 0, done.stderr
    assert (place / "out").read_bytes() == whole


def test_input_cut_short_at_any_time(linkers: Linkers, folder: Path, place: Path, whole: bytes) -> None:
    archive = folder / "runtime.a"
    packages = linkers.packages | {"runtime": str(archive)}
    command = linkers.command([linkers.launcher, "link"], place / "out", packages)
    for delay in (0.02, 0.04, 0.05, 0.06, 0.07, 0.08, 0.1, 0.12):
        shutil.copy(linkers.packages["runtime"], archive)
        with subprocess.Popen(
            command, env=toolchain.go_environment(GOWELD_STRICT="1"), stderr=subprocess.PIPE, text=True
        ) as running:
            try:
                running.wait(delay)
            except subprocess.TimeoutExpired:
                os.truncate(archive, 4096)
            _, text = running.communicate(timeout=30)
        if running.returncode == 0:
            assert (place / "out").read_bytes() == whole
            os.unlink(place / "out")
        assert running.returncode in (0, 1, 2)
        assert running.returncode == 0 or (str(archive) in text and len(text.splitlines()) == 1)
        assert os.listdir(place) == []
