"""Is a c-archive made as cmd/link makes it, by an ar of its own or in its place?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from goweld.errors import LinkError
from goweld.hostlink.run import HostLink
from goweld.model.mode import Mode
from goweld.model.options import Options


def archive(place: Path, extar: str, *, tmpdir: str = "") -> list[str]:
    """Make an archive of one object; what is said."""
    options = Options()
    options.buildmode = "c-archive"
    options.extar = extar
    options.tmpdir = tmpdir
    options.output = str(place / "out.a")
    environ = {"PATH": os.environ["PATH"], "TMPDIR": str(place), "GOWELD_CACHE": "off"}
    mode = Mode(options, external=True, cgo=True, plugins=False)
    host = HostLink(options, mode, ["-m64"], [], environ)
    Path(host.object).write_bytes(b"object")
    host.start()
    try:
        host.finish([], b"", [], [])
    finally:
        host.leave()
    return host.said


def ar(place: Path, body: str) -> str:
    path = place / "ar"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("extar", ["", "ar"])
def test_the_archive(tmp_path: Path, extar: str) -> None:
    (tmp_path / "out.a").write_text("something old")
    assert archive(tmp_path, extar) == []
    content = (tmp_path / "out.a").read_bytes()
    assert content.startswith(b"!<arch>\n")
    assert b"go.o/" in content
    assert content.endswith(b"object")
    assert [path.name for path in tmp_path.iterdir()] == ["out.a"]


def test_how_ar_is_called(tmp_path: Path) -> None:
    program = ar(tmp_path, f'echo "$@" >{tmp_path}/words')
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    archive(tmp_path, program, tmpdir=str(temporary))
    assert (tmp_path / "words").read_text() == f"-q -c -s {tmp_path}/out.a {temporary}/go.o\n"
    assert [path.name for path in temporary.iterdir()] == ["go.o"]


def test_failures(tmp_path: Path) -> None:
    program = ar(tmp_path, f"echo some; echo bad >&2; echo half >{tmp_path}/out.a; exit 7")
    missing = 'exec: "no-such-ar": executable file not found in $PATH'
    temporary = str(tmp_path)
    for extar, tmpdir, text, status in (
        (program, "", f"running {program} failed: exit status 7\nsome\nbad\n", 2),
        (program, temporary, "some\nbad", 7),
        (
            "/nowhere/ar",
            "",
            "running /nowhere/ar failed: fork/exec /nowhere/ar: no such file or directory\n",
            2,
        ),
        ("/nowhere/ar", temporary, "running /nowhere/ar failed: no such file or directory", 2),
        ("no-such-ar", "", f"running no-such-ar failed: {missing}\n", 2),
        ("no-such-ar", temporary, f"cannot find no-such-ar: {missing}", 2),
    ):
        with pytest.raises(LinkError) as raised:
            archive(tmp_path, extar, tmpdir=tmpdir)
        assert (str(raised.value), raised.value.status) == (text, status)
        assert not (tmp_path / "out.a").exists()
