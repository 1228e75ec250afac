"""Programs with C code, completed by the host linkers and compilers that are there."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests import linkjob

PROGRAM = {
    "main.go": """package main

/*
#cgo LDFLAGS: -lm
#include <math.h>
#include <stdio.h>
extern int twice(int);
static int call(int n) { return twice(n) + (int)sqrt(16); }
*/
import "C"

//export twice
func twice(n C.int) C.int { return 2 * n }

func main() { println(C.call(3)) }
""",
    "more.c": "static __thread int counter;\nint next(void) { return ++counter; }\n",
}
LOGGER = """#!{python}
import json, os, sys
with open({log!r}, "a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
os.execvp({compiler!r}, [{compiler!r}, *sys.argv[1:]])
"""
HOST_LINKERS = [name for name in ("bfd", "gold", "lld", "mold") if shutil.which(f"ld.{name}")]
COMPILERS = [name for name in ("gcc", "clang") if shutil.which(name)]


def prepare(folder: Path, compiler: str, *flags: str) -> linkjob.Job:
    temporary = folder / "temporary"
    temporary.mkdir()
    variables = {"CGO_ENABLED": "1", "CC": compiler, "XDG_CACHE_HOME": str(folder / "cache")}
    job = linkjob.prepare(folder, PROGRAM, "-ldflags=-linkmode=external", *flags, **variables)
    return linkjob.Job(job.directory, job.config, job.archive, job.variables | {"TMPDIR": str(temporary)})


@pytest.fixture(scope="module", params=COMPILERS)
def job(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> linkjob.Job:
    return prepare(tmp_path_factory.mktemp("job"), request.param)


def compare(job: linkjob.Job, *flags: str) -> None:
    """Both linkers: the same bytes, by the same last call of the compiler; and nothing left behind."""
    log = job.directory / "log"
    logger = job.directory / "cc"
    text = LOGGER.format(python=sys.executable, log=str(log), compiler=job.variables["CC"])
    if not logger.exists():  # as another file it would be asked anew
        logger.write_text(text)
        logger.chmod(0o755)
    outcomes = []
    for link in job.real, job.goweld:
        log.unlink(missing_ok=True)
        outcome = link("-linkmode=external", f"-extld={logger}", *flags)
        last = log.read_text().splitlines()[-1] if log.exists() else "[]"
        outcomes.append((outcome, json.loads(re.sub(r"go-link-\d+", "go-link-N", last))))
    assert outcomes[0][0].status == 0, outcomes[0][0].text
    assert outcomes[1] == outcomes[0]
    assert list(Path(job.variables["TMPDIR"]).iterdir()) == []


@pytest.mark.parametrize("linker", HOST_LINKERS)
@pytest.mark.parametrize("flags", [(), ("-s", "-w=0", "-compressdwarf=false")])
def test_host_linkers(job: linkjob.Job, linker: str, flags: tuple[str, ...]) -> None:
    compare(job, f"-extldflags=-fuse-ld={linker}", *flags)


@pytest.mark.parametrize("flags", ["-static", "-Wl,-O1 -Wl,--as-needed", "-rdynamic"])
def test_flags_of_the_user(job: linkjob.Job, flags: str) -> None:
    compare(job, f"-extldflags={flags}")


@pytest.mark.parametrize(
    ("compiler", "sanitizer"), [("gcc", "asan"), ("clang", "asan"), ("clang", "msan"), ("gcc", "race")]
)
def test_sanitizers(tmp_path: Path, compiler: str, sanitizer: str) -> None:
    if compiler not in COMPILERS:
        pytest.skip(f"no {compiler}")
    compare(prepare(tmp_path, compiler, f"-{sanitizer}"), f"-{sanitizer}")


@pytest.mark.parametrize("mode", ["pie", "c-archive", "c-shared", "plugin"])
def test_build_modes(tmp_path: Path, mode: str) -> None:
    flags = [f"-buildmode={mode}"]
    compare(
        prepare(tmp_path, "gcc", *flags), *flags, *(["-pluginpath=example.org/p"] if mode == "plugin" else [])
    )
