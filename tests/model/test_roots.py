"""Does deadcode start where cmd/link's does, for each kind of output?"""

from __future__ import annotations

import pytest

from goweld.model.mode import Mode
from goweld.model.options import Options
from goweld.model.roots import Roots, choose


def roots(buildmode: str, *, external: bool = True, linkshared: bool = False, entry: str = "") -> Roots:
    options = Options()
    options.buildmode, options.linkshared, options.entry = buildmode, linkshared, entry
    options.pluginpath = "example.com/a.b"
    mode = Mode(options, external=external, cgo=external, plugins=False)
    return choose(options, mode, "amd64_linux")


@pytest.mark.parametrize(
    ("buildmode", "entry", "first"),
    [
        ("exe", b"_rt0_amd64_linux", b"main"),
        ("pie", b"_rt0_amd64_linux", b"main"),
        ("c-archive", b"_rt0_amd64_linux_lib", b"_rt0_amd64_linux_lib"),
        ("c-shared", b"_rt0_amd64_linux_lib", b"_rt0_amd64_linux_lib"),
        ("plugin", b"", b""),
    ],
)
def test_the_entry(buildmode: str, entry: bytes, first: bytes) -> None:
    found = roots(buildmode)
    assert (found.entry, found.names[0]) == (entry, first)
    assert b"runtime.unreachableMethod" in found.names


def test_internal_links_start_at_the_entry() -> None:
    assert roots("exe", external=False).names[0] == b"_rt0_amd64_linux"
    assert roots("exe", external=False, entry="here").names[0] == b"here"


def test_a_shared_library_keeps_everything() -> None:
    found = roots("shared")
    assert found.everything and not found.names and not found.wanted()


def test_a_plugin_starts_at_its_package() -> None:
    found = roots("plugin")
    assert b"example.com/a%2eb..inittask" in found.names and b"example.com/a%2eb.main" in found.names
    assert (b"go:plugin.exports", 0) in found.wanted()


def test_a_program_on_shared_libraries_starts_at_main() -> None:
    assert roots("exe", linkshared=True).names[:2] == [b"main.main", b"main..inittask"]
