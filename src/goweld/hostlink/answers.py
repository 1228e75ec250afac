"""What a compiler answered, kept between links: cmd/link asks it the same five questions at each.

An answer holds as long as nothing changed that it depends on: the compiler, the linker, and every place
where the compiler would find another one, by path, inode, size and time; the flags; the environment.  A
damaged file is no answer.
"""

from __future__ import annotations

import os

from goweld.codec.sha256 import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

FORMAT = "goweld answers 1"
MOST_FILES = 200  # more of them, and the older half goes
MOST_BYTES = 1 << 20
STATE, ANSWER = "state", "answer"
# What gcc, clang, and the loader that starts them read.
VARIABLES = (
    *("PATH", "COMPILER_PATH", "LIBRARY_PATH", "GCC_EXEC_PREFIX", "GCC_ROOT", "GCC_SPECS", "LD_RUN_PATH"),
    *("LD_LIBRARY_PATH", "LD_PRELOAD", "LDEMULATION", "GNUTARGET", "LANG", "LANGUAGE", "CPATH"),
    *(
        "C_INCLUDE_PATH",
        "CCC_OVERRIDE_OPTIONS",
        "CCC_ADD_ARGS",
        "CLANG_NO_DEFAULT_CONFIG",
        "SDKROOT",
        "SYSROOT",
    ),
)
PREFIXES = ("LC_", "COLLECT_", "CCACHE_", "DISTCC_")
# A script may read anything; these change from call to call.
FLEETING = ("PWD", "OLDPWD", "SHLVL", "_", "TOOLEXEC_IMPORTPATH", "TMPDIR")
# What the compiler runs or reads in the directories it searches.
PROGRAMS = ("ar", "as", "cc1", "collect2", "specs", "real-ld", "collect-ld", "ld")


class Answers:
    """The answers of one compiler with one set of flags. Without a place to keep them it forgets."""

    def __init__(self, compiler: str, flags: Sequence[str], environ: Mapping[str, str]) -> None:
        self.path = ""
        self.known: dict[str, str] = {}
        self.states: dict[str, str] = {}
        self.changed = False
        place = folder(environ)
        if place:
            words = [FORMAT, compiler, *flags, "", *settings(compiler, environ)]
            if not os.path.isabs(compiler) or any(flag.startswith("-B") for flag in flags):
                words.append(os.getcwd())
            key = "\0".join(words)
            name = sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:32]
            self.path = os.path.join(place, name)
            self._load()

    def _load(self) -> None:
        fields = read(self.path)
        for i in range(0, len(fields) - 2, 3):
            kind, name, value = fields[i : i + 3]
            (self.states if kind == STATE else self.known)[name] = value
        if any(state(path) != value for path, value in self.states.items()):
            self.states.clear()
            self.known.clear()

    def depend(self, paths: Callable[[], list[str]]) -> None:
        """Note, before the first question, the state of what its answer depends on."""
        if self.path and not self.states:
            self.states = {path: state(path) for path in map(os.path.abspath, paths())}

    def learn(self, question: str, answer: str) -> None:
        self.known[question] = answer
        self.changed = True

    def keep(self) -> None:
        """Write down what is new. A link does not fail for it."""
        if not self.path or not self.changed:
            return
        fields: list[str] = []
        for kind, values in ((STATE, self.states), (ANSWER, self.known)):
            for name, value in values.items():
                fields += (kind, name, value)
        write(self.path, fields)
        self.changed = False


def folder(environ: Mapping[str, str]) -> str:
    """Where answers are kept: GOWELD_CACHE, or below the user's cache; "" where nowhere."""
    place = environ.get("GOWELD_CACHE", "")
    if place:
        return "" if place == "off" else place
    cache = environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(cache):
        return os.path.join(cache, "goweld")
    home = environ.get("HOME", "")
    return os.path.join(home, ".cache", "goweld") if os.path.isabs(home) else ""


def settings(compiler: str, environ: Mapping[str, str]) -> list[str]:
    """The part of the environment that can change an answer."""
    if is_script(compiler):
        names = [name for name in environ if name not in FLEETING and not name.startswith("GOWELD_")]
    else:
        names = [name for name in environ if name in VARIABLES or name.startswith(PREFIXES)]
    return [f"{name}={environ[name]}" for name in sorted(names)]


def is_script(path: str) -> bool:
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read(2) == b"#!"
    except OSError:
        return False


def state(path: str) -> str:
    """What tells a file from another that takes its place; "" if there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return ""
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns}"


def candidates(directories: list[str], flags: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """Every path where the compiler may find what it runs."""
    names = list(PROGRAMS)
    places = [*directories, *environ.get("PATH", "").split(":")]
    paths = []
    for flag in flags:
        name, equals, value = flag.partition("=")
        if equals and name in ("-fuse-ld", "--ld-path"):
            names += (value, f"ld.{value}")
    for place in places:
        paths += [os.path.join(place, name) for name in names if place or "/" in name]
    return paths


def read(path: str) -> list[str]:
    """The fields of a file; none if it is not there or not whole."""
    try:
        with open(path, "rb", buffering=0) as file:
            content = file.read(MOST_BYTES)
    except OSError:
        return []
    digest, _, rest = content.partition(b"\0")
    if digest != sha256(rest).hexdigest().encode():
        return []
    return rest.decode("utf-8", "surrogateescape").split("\0")


def write(path: str, fields: list[str]) -> None:
    """Write a file as a whole or not at all."""
    content = "\0".join(fields).encode("utf-8", "surrogateescape")
    content = sha256(content).hexdigest().encode() + b"\0" + content
    beside = f"{path}.{os.getpid()}-{os.urandom(4).hex()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        make_room(os.path.dirname(path))
        with open(beside, "xb", buffering=0) as file:
            complete = file.write(content) == len(content)
        if complete:
            os.rename(beside, path)
        else:
            os.unlink(beside)
    except OSError:
        try:
            os.unlink(beside)
        except OSError:
            return


def make_room(place: str) -> None:
    """Drop the older half of the files if there are too many."""
    paths = [os.path.join(place, name) for name in os.listdir(place)]
    if len(paths) > MOST_FILES:
        for _, path in sorted((os.stat(path).st_mtime_ns, path) for path in paths)[: len(paths) // 2]:
            os.unlink(path)
