"""The real linker: where it is, and handing it a link."""

from __future__ import annotations

import os

# Set to this process's id in what the real linker inherits. A launcher that finds its own id here was called
# as the real linker: it stands in for it, and must not call itself for ever.
PASSED_BY = "GOWELD_PASSED_BY"


def find(tool: str, launcher: str) -> str | None:
    """The real linker's path: GOWELD_LINK, the tool this call stands for, GOROOT's, or that of go on PATH."""
    given = os.environ.get("GOWELD_LINK")
    if given:
        return given
    if tool and _is_other(tool, launcher):
        return tool
    goroot = os.environ.get("GOROOT") or find_goroot()
    if goroot:
        for directory in _tool_directories(goroot):
            path = os.path.join(directory, "link")
            if _is_other(path, launcher):
                return path
    return None


def become(path: str, program: str, arguments: list[str]) -> None:
    """Replace this process by the real linker; raises OSError if it cannot be run."""
    environment = dict(os.environ)
    environment[PASSED_BY] = str(os.getpid())
    os.execve(path, [program, *arguments], environment)


def called_itself() -> bool:
    return os.environ.get(PASSED_BY) == str(os.getpid())


def find_go() -> str | None:
    """The go command: GOWELD_GO, or the first on PATH."""
    given = os.environ.get("GOWELD_GO")
    if given:
        return given
    for directory in os.environ.get("PATH", "").split(os.pathsep):
        path = os.path.join(directory, "go")
        if directory and _is_program(path):
            return path
    return None


def find_goroot() -> str | None:
    """The GOROOT of the go command that find_go finds: above it, or what it says itself if it is a script."""
    go = find_go()
    if go is None:
        return None
    above = os.path.dirname(os.path.dirname(os.path.realpath(go)))
    if os.path.isfile(os.path.join(above, "VERSION")):
        return above
    import subprocess

    try:
        answer = subprocess.run([go, "env", "GOROOT"], capture_output=True, check=False)
    except OSError:
        return None
    return os.fsdecode(answer.stdout).strip() or None


def _tool_directories(goroot: str) -> list[str]:
    tools = os.path.join(goroot, "pkg", "tool")
    try:
        return [os.path.join(tools, name) for name in sorted(os.listdir(tools))]
    except OSError:
        return []


def _is_program(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)


def _is_other(path: str, launcher: str) -> bool:
    return _is_program(path) and os.path.realpath(path) != os.path.realpath(launcher)
