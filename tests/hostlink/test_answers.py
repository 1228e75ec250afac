"""Do a compiler's answers hold exactly as long as nothing changes that they depend on?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from goweld.hostlink.answers import MOST_FILES, Answers, folder, state
from goweld.hostlink.compiler import Compiler

COMPILER = """#!/bin/sh
echo "$@" >>"$ASKED"
case "$*" in
*print-search-dirs*) echo "programs: =$TOOLS" ;;
*print-prog-name=ld*) echo "$TOOLS/ld" ;;
*-no-such*) echo "unrecognized option"; exit 1 ;;
*-broken*) echo "no space left"; exit 1 ;;
*--print-libgcc*) echo " $TOOLS/libgcc.a " ;;
esac
"""


class Setting:
    """A compiler that notes what it is asked, and its environment."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.asked = place / "asked"
        self.tools = place / "tools"
        self.tools.mkdir()
        self.compiler = place / "bin" / "cc"
        self.compiler.parent.mkdir()
        self.compiler.write_text(COMPILER)
        self.compiler.chmod(0o755)
        self.ld = self.tools / "ld"
        self.ld.write_text("")
        self.cache = place / "cache" / "goweld"
        self.environ = {
            "PATH": f"{self.compiler.parent}:/usr/bin:/bin",
            "ASKED": str(self.asked),
            "TOOLS": str(self.tools),
            "XDG_CACHE_HOME": str(place / "cache"),
        }

    def supports(self, *flags: str, extra: tuple[str, ...] = ()) -> list[bool]:
        """What one link would learn."""
        compiler = Compiler(["cc"], ["-m64"], extra, self.environ)
        found = [compiler.supports(flag, str(self.place)) for flag in flags]
        compiler.answers.keep()
        return found

    def questions(self) -> list[str]:
        """What the compiler was asked since the last call, without what tells only where it looks."""
        text = self.asked.read_text() if self.asked.exists() else ""
        self.asked.unlink(missing_ok=True)
        return [line.split()[-2] for line in text.splitlines() if "-print-" not in line]


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return Setting(tmp_path)


def test_a_question_is_asked_once(setting: Setting) -> None:
    assert setting.supports("-a", "-no-such") == [True, False]
    assert setting.questions() == ["-a", "-no-such"]
    assert setting.supports("-a", "-no-such", "-b") == [True, False, True]
    assert setting.questions() == ["-b"]
    assert setting.supports("-a", "-no-such", "-b") == [True, False, True]
    assert not setting.asked.exists()


def test_a_failure_for_another_reason_is_no_answer(setting: Setting) -> None:
    for _ in range(2):
        assert setting.supports("-broken", "-a") == [False, True]
        assert "-broken" in setting.questions()


def change(path: Path) -> None:
    path.write_text(path.read_text() + "#")


def touch(path: Path) -> None:
    os.utime(path, ns=(1, 1))


def replace(path: Path) -> None:
    """Another file with the same size and time."""
    status = path.stat()
    copy = path.with_name("copy")
    copy.write_text(path.read_text())
    copy.chmod(0o755)
    os.utime(copy, ns=(status.st_mtime_ns, status.st_mtime_ns))
    copy.rename(path)


@pytest.mark.parametrize("what", ["compiler", "ld"])
@pytest.mark.parametrize("how", [change, touch, replace])
def test_another_program_is_asked_anew(setting: Setting, what: str, how) -> None:  # type: ignore[no-untyped-def]
    setting.supports("-a")
    setting.questions()
    how(getattr(setting, what))
    setting.supports("-a")
    assert setting.questions() == ["-a"]


@pytest.mark.parametrize("name", ["tools/as", "tools/real-ld", "bin/ld", "tools/cc1", "tools/ld.gold"])
def test_a_program_that_appears_is_noticed(setting: Setting, name: str) -> None:
    setting.supports("-a", extra=("-fuse-ld=gold",))
    setting.questions()
    (setting.place / name).write_text("")
    setting.supports("-a", extra=("-fuse-ld=gold",))
    assert setting.questions() == ["-a"]
    setting.supports("-a", extra=("-fuse-ld=gold",))
    assert setting.questions() == []


def test_flags_and_environment_matter(setting: Setting) -> None:
    setting.supports("-a")
    setting.questions()
    setting.supports("-a", extra=("-L", "/l"))
    assert setting.asked.exists()
    setting.questions()
    setting.environ["COMPILER_PATH"] = "/elsewhere"
    setting.supports("-a")
    assert setting.questions() == ["-a"]
    del setting.environ["COMPILER_PATH"]
    setting.environ["PWD"] = "/elsewhere"
    setting.supports("-a")
    assert setting.questions() == []


def test_a_relative_compiler_is_another_elsewhere(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    other = setting.place / "other"
    other.mkdir()
    (other / "cc").write_text(COMPILER.replace("*-no-such*", "*-a*"))
    (other / "cc").chmod(0o755)
    for here, expected in (setting.compiler.parent, True), (other, False), (setting.compiler.parent, True):
        monkeypatch.chdir(here)
        compiler = Compiler(["./cc"], ["-m64"], (), setting.environ)
        assert compiler.supports("-a", str(setting.place)) is expected
        compiler.answers.keep()


@pytest.mark.parametrize("damage", [b"", b"\0", b"x", b"\xff" * 5000, None])
def test_a_damaged_file_is_no_answer(setting: Setting, damage: bytes | None) -> None:
    setting.supports("-a")
    setting.questions()
    (kept,) = setting.cache.iterdir()
    content = kept.read_bytes()
    kept.write_bytes(content.replace(b"yes", b"nox") if damage is None else damage)
    assert setting.supports("-a") == [True]
    assert setting.questions() == ["-a"]
    assert kept.read_bytes() == content


def test_every_cut_of_a_file_is_harmless(setting: Setting) -> None:
    setting.supports("-a")
    (kept,) = setting.cache.iterdir()
    content = kept.read_bytes()
    for end in range(0, len(content), 97):
        kept.write_bytes(content[:end])
        assert Answers(str(setting.compiler), ["", "-m64"], setting.environ).known == {}


def test_off(setting: Setting) -> None:
    setting.environ["GOWELD_CACHE"] = "off"
    for _ in range(2):
        setting.supports("-a")
        assert setting.questions() == ["-a"]
    assert not setting.cache.exists()


def test_where_it_is_kept() -> None:
    assert folder({"HOME": "/h"}) == "/h/.cache/goweld"
    assert folder({"HOME": "/h", "XDG_CACHE_HOME": "/c"}) == "/c/goweld"
    assert folder({"HOME": "/h", "XDG_CACHE_HOME": "relative"}) == "/h/.cache/goweld"
    assert folder({"HOME": "/h", "GOWELD_CACHE": "/g"}) == "/g"
    assert folder({}) == ""


def test_a_place_that_cannot_be_written_fails_nothing(setting: Setting) -> None:
    setting.environ["GOWELD_CACHE"] = str(setting.compiler / "below")
    assert setting.supports("-a") == [True]


def test_links_at_the_same_time(setting: Setting) -> None:
    program = (
        "import os, sys; from goweld.hostlink.compiler import Compiler\n"
        "for i in range(30):\n"
        "  compiler = Compiler(['cc'], ['-m64'], (), os.environ)\n"
        "  assert compiler.supports('-a', sys.argv[1]) and not compiler.supports('-no-such', sys.argv[1])\n"
        "  compiler.supports(f'-x{sys.argv[2]}', sys.argv[1])\n"
        "  compiler.answers.keep()\n"
    )
    source = str(Path(__file__).resolve().parent.parent.parent / "src")
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(setting.place), str(number)],
            env=setting.environ | {"PYTHONPATH": source},
        )
        for number in range(4)
    ]
    assert [run.wait() for run in runs] == [0] * 4
    assert [path.name for path in setting.cache.iterdir() if "." in path.name] == []


def test_old_files_go(setting: Setting) -> None:
    setting.cache.mkdir(parents=True)
    for number in range(MOST_FILES + 1):
        path = setting.cache / f"{number:032}"
        path.write_text("")
        os.utime(path, (number, number))
    setting.supports("-a")
    assert len(list(setting.cache.iterdir())) < MOST_FILES
    assert not (setting.cache / f"{0:032}").exists()
    assert (setting.cache / f"{MOST_FILES:032}").exists()


def test_paths_are_answers_too(setting: Setting) -> None:
    libgcc = setting.tools / "libgcc.a"
    libgcc.write_text("")
    for asked in True, False:
        compiler = Compiler(["cc"], ["-m64"], (), setting.environ)
        assert compiler.find_library("--print-libgcc-file-name") == str(libgcc)
        compiler.answers.keep()
        assert setting.asked.exists() is asked
        setting.questions()
    libgcc.unlink()
    compiler = Compiler(["cc"], ["-m64"], (), setting.environ)
    compiler.find_library("--print-libgcc-file-name")
    assert setting.asked.exists()
    assert (
        Compiler(["/nowhere/cc"], [], (), setting.environ).find_library("--print-libgcc-file-name") == "none"
    )


def test_what_is_not_there_has_no_state(tmp_path: Path) -> None:
    assert state(str(tmp_path / "nothing")) == ""
