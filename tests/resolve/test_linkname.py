"""Linkname rules: what both linkers say of programs that reach into other packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from goweld.releases import by_version
from goweld.releases.release import Release
from goweld.resolve.linkname import _names_package
from tests import linkjob

EMPTY = "// so that functions may lack bodies\n"
OTHER = """package other

import _ "unsafe"

//go:linkname pushed
func pushed() int { return 1 }

func kept() int { return 2 }

var Kept = kept() + pushed()
"""


def pull(name: str, declaration: str = "func pulled()", use: str = "pulled()") -> dict[str, str]:
    """A program that pulls one name."""
    return {
        "main.go": f"""package main

import (
	_ "crypto/rand"
	_ "net"
	_ "testing"
	_ "unsafe"

	_ "example.org/p/other"
)

//go:linkname pulled {name}
{declaration}

func main() {{ {use} }}
""",
        "other/other.go": OTHER,
        "empty.s": EMPTY,
    }


def call(name: str) -> dict[str, str]:
    """A program whose assembly calls one name."""
    return {
        "main.go": "package main\n\nfunc call()\n\nfunc main() { call() }\n",
        "call.s": f"TEXT ·call(SB),4,$0-0\n\tCALL {name}(SB)\n\tRET\n",
    }


ALLOWED = {
    "a pushed function": pull("runtime.nanotime", "func pulled() int64", "println(pulled() > 0)"),
    "a function of another module's package": pull("example.org/p/other.kept", "func pulled() int"),
    "a pushed function outside the standard library": pull("example.org/p/other.pushed", "func pulled() int"),
    "a pushed variable": pull("runtime.overflowError", "var pulled error", "println(pulled)"),
    "a name without a dot": call("_rt0_amd64"),
    "assembly with a pushed wrapper": call("runtime·memmove"),
    "a name nobody defines, unused": pull("runtime.nosuchthing", "func pulled()", ""),
}
FORBIDDEN = {
    "a function that is not pushed": pull("net.parsePort", "func pulled(string) (int, bool)", 'pulled("1")'),
    "a variable that is not pushed": pull(
        "net.lookupOrderName", "var pulled map[int]string", "println(len(pulled))"
    ),
    "a blocked name": pull("crypto/rand.fatal", "func pulled(string)", 'pulled("x")'),
    "a blocked name of the runtime": pull("runtime.mapaccess1_fast32"),
    "a name blocked for everyone": pull("runtime.addmoduledata"),
    "a name pushed to the standard library only": pull("runtime.spillArgs"),
    "assembly that calls a wrapper of Go": call("runtime·goexit1"),
    "assembly that calls assembly": call("runtime·rt0_go"),
}


@pytest.mark.parametrize("files", ALLOWED.values(), ids=ALLOWED.keys())
def test_allowed(files: dict[str, str], tmp_path: Path) -> None:
    job = linkjob.prepare(tmp_path, files)
    expected = job.real()
    assert expected.status == 0, expected.text
    assert job.goweld() == expected


@pytest.mark.parametrize("files", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_forbidden(files: dict[str, str], tmp_path: Path) -> None:
    job = linkjob.prepare(tmp_path, files)
    expected = job.real()
    assert expected.status == 1
    assert "invalid reference to" in expected.text
    assert job.goweld() == expected


def test_the_check_can_be_turned_off(tmp_path: Path) -> None:
    files = FORBIDDEN["a function that is not pushed"]
    job = linkjob.prepare(tmp_path, files, "-ldflags=-w -checklinkname=0")
    expected = job.real("-w", "-checklinkname=0")
    assert expected.status == 0
    assert job.goweld("-w", "-checklinkname=0") == expected


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("crypto/internal/fips140", True),
        ("crypto/internal/fips140/v1.0.0", True),
        ("crypto/internal/fips140/v1.26.0-abcdef01", True),
        ("crypto/internal/fips140/v1.0.0/check", False),
        ("crypto/internal/fips140/check", False),
        ("main", False),
    ],
)
def test_frozen_fips_packages_are_their_originals(package: str, allowed: bool) -> None:
    release = by_version(b"go1.27")
    assert isinstance(release, Release)
    users = release.blocked_linknames[b"crypto/internal/fips140.fatal"]
    assert _names_package(users, package) == allowed
