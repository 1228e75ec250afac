"""The tables of Go 1.27 against the toolchain's sources, and what they make of configurations."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from goweld.arch import by_name as architecture
from goweld.errors import LinkError
from goweld.releases import by_version
from goweld.releases.release import Release
from goweld.resolve.duplicates import KINDS
from tests import toolchain


@pytest.fixture
def release() -> Release:
    found = by_version(version())
    assert found is not None
    return found


def version() -> bytes:
    return (toolchain.goroot() / "VERSION").read_bytes().partition(b"\n")[0]


def source(name: str, start: str) -> str:
    """A top-level declaration of the toolchain's sources, up to its closing brace or parenthesis."""
    text = (toolchain.goroot() / "src" / name).read_text()
    body = text[text.index(start) :]
    return re.split(r"^[)}]", body, maxsplit=1, flags=re.MULTILINE)[0]


def constants(name: str) -> list[str]:
    """The names that a file's first declaration of constants numbers by iota."""
    lines = re.sub(r"(?m)//.*", "", source(name, "const (")).splitlines()[1:]
    return [line.split()[0] for line in lines if line.strip()]


@pytest.mark.parametrize("known", ["go1.27", "go1.27.0", "go1.27.3", "go1.27.11"])
def test_every_patch_release_has_the_tables(known: str, release: Release) -> None:
    assert by_version(known.encode()) is release


@pytest.mark.parametrize(
    "unknown",
    ["", "go1.27.", "go1.27rc1", "go1.27.3-custom", "go1.27-devel_0123456789", "go1.2.7", "go1.99", "1.27.3"],
)
def test_other_versions_have_none(unknown: str) -> None:
    assert by_version(unknown.encode()) is None


def test_builtins(release: Release) -> None:
    table = (toolchain.goroot() / "src/cmd/internal/goobj/builtinlist.go").read_text()
    found = [(name.encode(), int(abi)) for name, abi in re.findall(r'\{"(.*)", (\d)\}', table)]
    assert list(release.builtins) == found


def test_blocked_linknames(release: Release) -> None:
    table = source("cmd/link/internal/loader/loader.go", "var blockedLinknames = ")
    found = {
        name.encode(): tuple(user.encode() for user in re.findall(r'"(.*?)"', users))
        for name, users in re.findall(r'"(\S+)":\s*\{(.*?)\}', table)
    }
    assert release.blocked_linknames == found


def test_runtime_packages(release: Release) -> None:
    table = source("cmd/internal/objabi/pkgspecial.go", "var runtimePkgs = ")
    assert release.runtime_packages == {
        name.encode() for name in re.findall(r'^\t"(.*)",', table, re.MULTILINE)
    }


def test_kinds(release: Release) -> None:
    object_kinds = constants("cmd/internal/objabi/symkind.go")
    linker_kinds = constants("cmd/link/internal/sym/symkind.go")
    assert linker_kinds == KINDS.split()
    pairs = re.findall(
        r"objabi\.(\w+):\s*(\w+),", source("cmd/link/internal/sym/symkind.go", "var AbiSymKindToSymKind")
    )
    expected = bytearray(256)
    for object_kind, linker_kind in pairs:
        expected[object_kinds.index(object_kind)] = linker_kinds.index(linker_kind)
    assert len(pairs) == len(object_kinds)
    assert release.kinds == bytes(expected)


def test_experiment_names(release: Release) -> None:
    flags = source("internal/goexperiment/flags.go", "type Flags struct")
    names = re.findall(r"^\t(\w+) +bool|^\t(\w+) bool", flags, re.MULTILINE)
    assert list(release.experiment_names) == [(a or b).lower() for a, b in names]


@pytest.mark.parametrize(
    ("goarch", "level"),
    [
        *(("amd64", level) for level in ("", "v1", "v3", "v5")),
        *(("arm64", level) for level in ("", "v8.0", "v8.0,crypto,lse", "v8.2", "v9.5,crypto")),
    ],
)
@pytest.mark.parametrize(
    ("goos", "experiments"),
    [
        ("linux", ""),
        ("linux", "none"),
        ("linux", "arenas,nodwarf5"),
        ("linux", "nojsonv2,jsonv2,,simd"),
        ("linux", "noregabi"),
        ("linux", "none,fieldtrack"),
        ("darwin", ""),
        ("darwin", "dwarf5"),
        ("freebsd", "nogreenteagc"),
    ],
)
def test_object_headers(
    goarch: str, level: str, goos: str, experiments: str, release: Release, tmp_path: Path
) -> None:
    (tmp_path / "x.go").write_text("package x\n")
    variables = {"GOOS": goos, "GOARCH": goarch, f"GO{goarch.upper()}": level, "GOEXPERIMENT": experiments}
    subprocess.run(
        [str(tool("compile")), "-p=x", "-o", "x.o", "x.go"],
        cwd=tmp_path,
        env=toolchain.go_environment(**variables),
        check=True,
    )
    header = (tmp_path / "x.o").read_bytes().split(b"\n")[2]
    arch = architecture(goarch)
    assert arch
    assert release.header(version(), goos, goarch, arch.level(variables), experiments) == header


@pytest.mark.parametrize("experiments", ["arenas", "none", "nojsonv2,dwarf5", "noregabi,regabiargs", "simd"])
def test_experiments_in_versions(experiments: str, release: Release) -> None:
    printed = subprocess.run(
        [str(tool("link")), "-V"],
        env=toolchain.go_environment(GOEXPERIMENT=experiments),
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    differs = release.experiments(experiments, "linux", "amd64")[1]
    words = printed.split()
    assert words[:2] == ["link", "version"]
    assert "".join(words[2:]).partition("X:")[2] == differs


def test_build_version(release: Release) -> None:
    def made(version: str, experiments: str) -> str:
        return release.build_version(version, experiments, "linux", "amd64")

    assert made("go1.27.3", "") == "go1.27.3"
    assert made("go1.27.3", "jsonv2") == "go1.27.3"
    assert made("go1.27.3", "arenas,nojsonv2") == "go1.27.3-X:arenas,nojsonv2"
    assert made("go1.27.3-custom", "arenas") == "go1.27.3-custom X:arenas"


@pytest.mark.parametrize("experiments", ["bogus", "arenas,nobogus", "Arenas"])
def test_unknown_experiments(experiments: str, release: Release) -> None:
    run = subprocess.run(
        [str(tool("link")), "-V"],
        env=toolchain.go_environment(GOEXPERIMENT=experiments),
        capture_output=True,
        text=True,
    )
    with pytest.raises(LinkError) as error:
        release.experiments(experiments, "linux", "amd64")
    assert run.stderr == f"link: {error.value}\n"
    assert run.returncode == error.value.status


@pytest.mark.parametrize(("goarch", "level"), [("arm64", "v8.10"), ("arm64", "v8.0,lse,sve")])
def test_bad_levels(goarch: str, level: str) -> None:
    variables = {"GOARCH": goarch, f"GO{goarch.upper()}": level}
    run = subprocess.run(
        [str(tool("link")), "x.a"],
        env=toolchain.go_environment(**variables),
        capture_output=True,
        text=True,
    )
    arch = architecture(goarch)
    assert arch
    with pytest.raises(LinkError) as error:
        arch.level(variables)
    assert run.stderr == f"link: {error.value}\n"
    assert run.returncode == error.value.status


def tool(name: str) -> Path:
    return toolchain.goroot() / "pkg" / "tool" / "linux_amd64" / name
