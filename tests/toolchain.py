"""The Go toolchain the tests judge by: a release Goweld links for, found as the Makefile finds it."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RELEASE = "go1.27"


@functools.cache
def goroot() -> Path:
    """GOROOT of the go command in GOWELD_GO, of the one on PATH, or of the one `make` brought."""
    candidates = (os.environ.get("GOWELD_GO"), shutil.which("go"), str(ROOT / ".cache/go/go/bin/go"))
    for go in candidates:
        if go and (root := _root_of(go)):
            return root
    raise RuntimeError(f"no {RELEASE} toolchain: set GOWELD_GO, or run `make go`")


@functools.cache
def launcher() -> Path:
    """The launcher of the source tree."""
    path = ROOT / "build" / "bin" / "goweld"
    if not path.exists():
        raise RuntimeError("the launcher is not built: python setup.py build_ext --inplace")
    return path


def go_environment(**variables: str) -> dict[str, str]:
    """The environment tests run the go command in: this toolchain, no settings of the user's, no cgo."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GO", "CGO_"))}
    cache = os.environ.get("GOCACHE") or str(Path(os.environ.get("HOME", "/tmp"), ".cache", "go-build"))
    environment |= {
        "GOWELD_GO": str(goroot() / "bin" / "go"),
        "GOCACHE": cache,
        "GOTOOLCHAIN": "local",
        "GOENV": "off",
        "GOFLAGS": "",
        "GOPROXY": "off",
        "CGO_ENABLED": "0",
    }
    return environment | variables


def _root_of(go: str) -> Path | None:
    environment = dict(os.environ, GOTOOLCHAIN="local")
    environment.pop("GOROOT", None)
    try:
        answer = subprocess.run(
            [go, "env", "GOVERSION", "GOROOT"], env=environment, capture_output=True, text=True
        )
    except OSError:
        return None
    version, _, root = answer.stdout.strip().partition("\n")
    return Path(root) if version == RELEASE or version.startswith(f"{RELEASE}.") else None


if __name__ == "__main__":
    try:
        print(goroot() / "bin" / "go")
    except RuntimeError as error:
        raise SystemExit(str(error)) from None
