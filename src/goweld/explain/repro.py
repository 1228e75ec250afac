"""Pack a link, its command, environment and every input, so that it can be run again elsewhere.

A job is a folder that holds `job.json` and `importcfg`. Every path in it is relative to the folder, and a
replay runs there. The inputs lie below it (an archive) or in a store that many jobs share, named by what
they contain (a capture).
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from goweld.cli.response import expand
from goweld.errors import LinkError
from goweld.explain.compare import first_difference

# What internal/buildcfg reads.
ENVIRONMENT = (
    *(
        "GOROOT",
        "GOOS",
        "GOARCH",
        "GOEXPERIMENT",
        "GOAMD64",
        "GOARM",
        "GOARM64",
        "GO386",
        "GOMIPS",
        "GOMIPS64",
    ),
    *("GOPPC64", "GORISCV64", "GOWASM", "GOFIPS140", "GO_EXTLINK_ENABLED", "CGO_ENABLED"),
)
BOOLEAN_FLAGS = frozenset(
    ("a", "asan", "aslr", "bindnow", "c", "checklinkname", "compressdwarf", "d", "debugnosplit", "dumpdep")
    + ("e", "f", "g", "h", "linkshared", "msan", "n", "pruneweakmap", "race", "s", "v", "w", "V", "help")
)
INPUT_FLAGS = ("libgcc",)
OUTPUT_FLAGS = ("cpuprofile", "memprofile", "benchmarkprofile", "fipso", "capturehostobjs")
OUT = "{out}"
IMPORTCFG = "importcfg"


@dataclass
class Job:
    """One link that can be run again: `arguments` hold OUT where the output's name belongs."""

    name: str
    arguments: list[str]
    environment: dict[str, str]
    folder: Path

    @classmethod
    def load(cls, folder: Path) -> Job:
        """Read a job's folder. Raises LinkError where there is no job in it."""
        try:
            raw = json.loads((folder / "job.json").read_text())
            return cls(raw["name"], raw["arguments"], raw["environment"], folder)
        except (OSError, ValueError, KeyError) as err:
            raise LinkError(f"{folder}: not a link job: {err}") from err

    def command(self, linker: list[str], output: str, flags: list[str]) -> list[str]:
        """The command line; `flags` come before the job's own, as more -ldflags would not."""
        arguments = [output if word == OUT else word for word in self.arguments]
        return [*linker, *flags, *arguments]

    def run_environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """The job's environment over what is not the linker's of another one."""
        kept = {name: value for name, value in base.items() if name not in ENVIRONMENT}
        return {**kept, **self.environment}


# A way to keep one input: its path and a readable name in, its path as seen from the job's folder out.
Keep = Callable[[str, str], str]


def read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as err:
        raise LinkError(f"open {path}: {err.strerror}") from err


def split_flag(argv: list[str], at: int) -> tuple[str, str | None, int]:
    """The name and value of the flag at a position (no value for a bare boolean), and the next position."""
    name, equals, value = argv[at].lstrip("-").partition("=")
    if equals:
        return name, value, at + 1
    if name in BOOLEAN_FLAGS or at + 1 >= len(argv):
        return name, None, at + 1
    return name, argv[at + 1], at + 2


def portable(argv: list[str], cwd: str, keep: Keep) -> tuple[list[str], str]:
    """The arguments of argv with every file kept and named anew, and the importcfg to go with them."""
    argv = expand([f"@{os.path.join(cwd, word[1:])}" if word.startswith("@") else word for word in argv[1:]])
    words: list[str] = []
    config = ""
    at = 0
    while at < len(argv) and argv[at].startswith("-") and len(argv[at]) > 1:
        start = at
        name, value, at = split_flag(argv, at)
        if value is None:
            words.append(argv[start])
        elif name == "o":
            words += ["-o", OUT]
        elif name == "importcfg":
            config = portable_importcfg(read(os.path.join(cwd, value)).decode(), cwd, keep)
            words += ["-importcfg", IMPORTCFG]
            if "\npackageshlib " in f"\n{config}":
                # Only there is a relative path of a shared library looked for (ld.findshlib).
                words += ["-L", "."]
        elif name == "L":
            words += ["-L", keep_folder(os.path.join(cwd, value), keep)]
        elif name in INPUT_FLAGS and value not in ("", "none"):
            words.append(f"-{name}={keep(os.path.join(cwd, value), os.path.basename(value))}")
        elif name in OUTPUT_FLAGS:
            words.append(f"-{name}={os.path.basename(value)}")
        else:
            words += argv[start:at]
    if OUT not in words:
        words[:0] = ["-o", OUT]
    words += [portable_archive(word, cwd, keep) for word in argv[at:]]
    return words, config


def portable_archive(word: str, cwd: str, keep: Keep) -> str:
    """What is linked: an archive, or in a shared library of packages one as IMPORTPATH=FILE."""
    package, equals, path = word.partition("=")
    if equals and not os.path.exists(os.path.join(cwd, word)):
        return f"{package}={keep(os.path.join(cwd, path), package + '.a')}"
    return keep(os.path.join(cwd, word), "main.a")


def portable_importcfg(text: str, cwd: str, keep: Keep) -> str:
    """An importcfg with its files kept."""
    lines = []
    for line in text.splitlines():
        verb, _, rest = line.partition(" ")
        package, equals, path = rest.partition("=")
        if verb in ("packagefile", "packageshlib") and equals:
            suffix = ".a" if verb == "packagefile" else ".so"
            line = f"{verb} {package}={keep(os.path.join(cwd, path), package + suffix)}"
        lines.append(line)
    return "\n".join(lines) + "\n"


def keep_folder(folder: str, keep: Keep) -> str:
    """Keep the archives of a library folder; the folder's new path."""
    name = "L-" + hashlib.sha256(folder.encode()).hexdigest()[:8]
    kept = {
        os.path.dirname(keep(str(path), f"{name}/{path.relative_to(folder)}"))
        for path in sorted(Path(folder).glob("**/*.a"))
    }
    return min(kept, key=len, default=name)


def describe(name: str, words: list[str], env: Mapping[str, str]) -> str:
    environment = {key: env[key] for key in ENVIRONMENT if key in env}
    return json.dumps({"name": name, "arguments": words, "environment": environment}, indent=1) + "\n"


def save(argv: list[str], env: Mapping[str, str], cwd: str, out_path: str) -> None:
    """Write the link that argv (the linker's name first) is, as an archive. Raises LinkError."""
    partial = out_path + ".partial"
    try:
        with tarfile.open(partial, "w:gz", compresslevel=1) as archive:
            packed: dict[str, str] = {}

            def keep(path: str, name: str) -> str:
                if path not in packed:
                    packed[path] = f"inputs/{name.lstrip('/')}"
                    archive.add(path, packed[path], recursive=False)
                return packed[path]

            words, config = portable(argv, cwd, keep)
            add_text(archive, IMPORTCFG, config)
            add_text(archive, "job.json", describe("link", words, env))
        os.replace(partial, out_path)
    except OSError as err:
        raise LinkError(f"repro: {err.filename or out_path}: {err.strerror}") from err
    finally:
        Path(partial).unlink(missing_ok=True)


def add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode()
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))


def capture(argv: list[str], directory: str) -> str:
    """Save the link that argv (the linker's name first) is below `directory`/jobs; returns its folder."""
    store = Path(directory, "store")
    name = os.environ.get("TOOLEXEC_IMPORTPATH") or "link"
    name = name.split(" ")[0]

    def keep(path: str, _: str) -> str:
        return "../../store/" + str(store_file(path, store).relative_to(store))

    words, config = portable(argv, os.getcwd(), keep)
    identity = hashlib.sha256("\0".join([*words, config]).encode()).hexdigest()[:10]
    folder = Path(directory, "jobs", f"{name.replace('/', '~')}@{identity}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / IMPORTCFG).write_text(config)
    # Last, so that a folder with a job.json is whole.
    (folder / "job.json").write_text(describe(name, words, os.environ))
    return str(folder)


def store_file(path: str, store: Path) -> Path:
    """Put a file into the store, by a hard link where that works. The go command's cache names files so."""
    source = Path(path)
    name = source.name
    if len(name) == 66 and name.endswith("-d") and name[:2] == source.parent.name:
        digest = name[:64]
    else:
        try:
            with source.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as err:
            raise LinkError(f"open {path}: {err.strerror}") from err
    # A shared library's own name goes into what is linked with it.
    kept = store / digest[:2] / (f"{digest}/{name}" if name.endswith(".so") else f"{digest}.a")
    if kept.exists():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    cached = Path(os.environ.get("GOCACHE", "/"), digest[:2], f"{digest}-d")
    for candidate in (cached, source):
        try:
            os.link(candidate, kept)
            return kept
        except FileExistsError:
            return kept
        except OSError:
            continue
    with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as copy:
        copy.write(source.read_bytes())
    os.replace(copy.name, kept)
    return kept


def default_linker() -> list[str]:
    """This Goweld, as a linker."""
    launcher = Path(sys.executable).with_name("goweld")
    return [str(launcher), "link"] if launcher.exists() else [sys.executable, "-m", "goweld", "link"]


def unpack(packed: tarfile.TarFile, folder: Path) -> None:
    """Write an archive's files, the only members that `save` makes, into a folder and nowhere else."""
    for member in packed:
        target = (folder / member.name).resolve()
        content = packed.extractfile(member) if member.isfile() else None
        if content is None or not target.is_relative_to(folder):
            raise tarfile.ExtractError(f"{member.name} is not a file of a link")
        target.parent.mkdir(parents=True, exist_ok=True)
        with content, target.open("wb") as file:
            shutil.copyfileobj(content, file)


def replay(archive: str, linkers: list[list[str]], flags: list[str], output: str) -> int:
    """Run an archive's link with each linker; the first one's file stays at `output`."""
    results = []
    with tempfile.TemporaryDirectory(prefix="goweld-repro-") as folder:
        try:
            with tarfile.open(archive) as packed:
                unpack(packed, Path(folder).resolve())
        except (OSError, tarfile.TarError) as err:
            raise LinkError(f"repro: {archive}: {err}") from err
        job = Job.load(Path(folder))
        for i, linker in enumerate(linkers):
            result = os.path.abspath(output) + (f".{i}" if i else "")
            command = job.command(linker, result, flags)
            status = subprocess.run(
                command, cwd=folder, env=job.run_environment(os.environ), check=False
            ).returncode
            size = f", {os.path.getsize(result)} bytes in {result}" if os.path.exists(result) else ""
            print(f"{' '.join(linker)}: exit status {status}{size}")
            if status:
                return status
            results.append(result)
    for other in results[1:]:
        difference = first_difference(results[0], other)
        print(difference or f"{results[0]} and {other} are identical")
        if difference:
            return 1
    return 0


def main(argv: list[str]) -> int:
    """`goweld repro -o FILE -- link ARGS`, or `goweld repro replay FILE`."""
    try:
        if argv[:1] == ["replay"]:
            return main_replay(argv[1:])
        return main_save(argv)
    except LinkError as err:
        print(f"goweld repro: {err}", file=sys.stderr)
        return err.status


def main_save(argv: list[str]) -> int:
    split = argv.index("--") if "--" in argv else len(argv)
    parser = argparse.ArgumentParser(
        prog="goweld repro",
        usage="goweld repro -o OUT.tar.gz -- link ARGS...\n       goweld repro replay OUT.tar.gz [-h]",
        description="Pack a link with all its inputs into one archive that can be run anywhere.",
    )
    parser.add_argument("-o", dest="output", required=True, metavar="OUT.tar.gz")
    options = parser.parse_args(argv[:split])
    command = argv[split + 1 :]
    if len(command) < 2 or command[0].startswith("-"):
        parser.error("after -- must come the linker's name and its arguments")
    save(command, os.environ, os.getcwd(), options.output)
    print(f"{options.output}: {os.path.getsize(options.output)} bytes")
    return 0


def main_replay(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="goweld repro replay",
        description="Run a packed link; with several linkers, compare their files.",
    )
    parser.add_argument("archive")
    parser.add_argument("-o", dest="output", default="a.out", help="the file to write (default a.out)")
    parser.add_argument(
        "--linker", action="append", default=[], metavar="COMMAND", help="default: goweld link"
    )
    parser.add_argument("--flag", action="append", default=[], metavar="FLAG", help="one more linker flag")
    options = parser.parse_args(argv)
    linkers = [command.split() for command in options.linker] or [default_linker()]
    return replay(options.archive, linkers, options.flag, options.output)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
