"""repro packs a link so that it gives the same bytes anywhere."""

from __future__ import annotations

import os
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from goweld.errors import LinkError
from goweld.explain.repro import OUT, Job, capture, main, portable, save


def run(job: Job, linker: str, output: Path) -> bytes:
    command = job.command([linker], str(output), ["-w"])
    subprocess.run(command, cwd=job.folder, env=job.run_environment(os.environ), check=True)
    return output.read_bytes()


def in_place(job: Job, output: str) -> list[str]:
    """The job's command as the go command would give it, with absolute paths."""
    config = job.folder / "absolute"
    lines = (job.folder / "importcfg").read_text().splitlines()
    config.write_text("\n".join(line.replace("=../", f"={job.folder}/../") for line in lines))
    words = [str(config) if word == "importcfg" else word for word in job.command(["link"], output, ["-w"])]
    return [*words[:-1], str(job.folder / words[-1])]


def test_an_archive_gives_the_same_bytes(
    hello: Job, real_linker: str, linked: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = str(tmp_path / "hello.tar.gz")
    environment = {**os.environ, **hello.environment}
    save(in_place(hello, "unused"), environment, str(tmp_path), archive)
    with tarfile.open(archive) as packed:
        names = packed.getnames()
    assert {"job.json", "importcfg", "inputs/fmt.a", "inputs/internal/abi.a"} <= set(names)
    output = tmp_path / "out"
    assert (
        main(["replay", archive, "-o", str(output), "--linker", real_linker, "--linker", f"{real_linker} -s"])
        == 1
    )
    assert output.read_bytes() == Path(linked["-w"]).read_bytes()
    assert "sections: only in A: ['.symtab', '.strtab']" in capsys.readouterr().out
    assert main(["replay", archive, "-o", str(output), "--linker", real_linker, "--flag=-nosuchflag"]) == 2


def outside() -> tarfile.TarInfo:
    return tarfile.TarInfo("inputs/../../outside")


def elsewhere() -> tarfile.TarInfo:
    return tarfile.TarInfo("/elsewhere")


def symbolic_link() -> tarfile.TarInfo:
    member = tarfile.TarInfo("inputs/link")
    member.type = tarfile.SYMTYPE
    member.linkname = "/"
    return member


@pytest.mark.parametrize("make", [outside, elsewhere, symbolic_link])
def test_an_archive_writes_nowhere_else(
    make: Callable[[], tarfile.TarInfo], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "made.tar"
    with tarfile.open(archive, "w") as packed:
        packed.addfile(make())
    assert main(["replay", str(archive), "-o", str(tmp_path / "out")]) != 0
    assert "is not a file of a link" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["made.tar"]


def test_a_response_file_is_packed_as_its_words(hello: Job, tmp_path: Path) -> None:
    words = in_place(hello, "out")
    (tmp_path / "args").write_text("\n".join(f'"{word}"' for word in words[1:]))
    job_words, config = portable(["link", "@args"], str(tmp_path), lambda path, name: name)
    assert job_words[:5] == ["-w", "-o", OUT, "-importcfg", "importcfg"]
    assert "packagefile fmt=fmt.a" in config.splitlines()
    assert job_words[-1] == "main.a"


def test_files_named_by_flags(tmp_path: Path) -> None:
    (tmp_path / "lib" / "sub").mkdir(parents=True)
    (tmp_path / "lib" / "p.a").touch()
    (tmp_path / "lib" / "sub" / "q.a").touch()
    kept: dict[str, str] = {}

    def keep(path: str, name: str) -> str:
        kept[path] = name
        return f"inputs/{name}"

    argv = ["link", "-s", "-o=x", "-L", "lib", "-libgcc=none", "-fipso", "/tmp/f", "-X", "a.b=-o", "main.a"]
    words, config = portable(argv, str(tmp_path), keep)
    folder = os.path.dirname(kept[f"{tmp_path}/lib/p.a"])
    expected = [
        "-s",
        "-o",
        OUT,
        "-L",
        f"inputs/{folder}",
        "-libgcc=none",
        "-fipso=f",
        "-X",
        "a.b=-o",
        "inputs/main.a",
    ]
    assert words == expected
    assert config == ""
    assert kept[f"{tmp_path}/lib/sub/q.a"] == f"{folder}/sub/q.a"


def test_a_capture_shares_its_inputs(
    hello: Job, real_linker: str, linked: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in set(os.environ) & {"GOROOT"}:
        monkeypatch.delenv(name)
    for name, value in hello.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TOOLEXEC_IMPORTPATH", "corpus/hello")
    words = in_place(hello, "out")
    first = capture(words, str(tmp_path))
    count = len(list((tmp_path / "store").glob("*/*")))
    assert capture(words, str(tmp_path)) == first
    second = capture([words[0], "-X=main.x=1", *words[1:]], str(tmp_path))
    assert second != first
    assert len(list((tmp_path / "store").glob("*/*"))) == count
    assert run(Job.load(Path(first)), real_linker, tmp_path / "out") == Path(linked["-w"]).read_bytes()


def test_missing_input_is_one_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(LinkError, match="nothing.a"):
        save(["link", "-o", "x", "nothing.a"], {}, str(tmp_path), str(tmp_path / "r.tar.gz"))
    assert not list(tmp_path.iterdir())
    assert main(["replay", str(tmp_path / "absent")]) == 2
    assert "absent" in capsys.readouterr().err
