"""Turn the manifest's rows into link jobs, by running the go command with a -toolexec that saves them."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from goweld.explain.repro import Job

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MANIFEST = HERE / "manifest.toml"
PROGRAMS = HERE / "programs"
BATCH = 40
LIBRARY = "link"  # what `capture` calls a link that the go command gives no import path
CXX = {"gcc": "g++", "clang": "clang++"}
# Where things come from and are kept; the rest of the user's configuration would change what is built.
KEPT_CONFIG = ("GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY", "GOSUMDB", "GONOSUMDB", "GONOPROXY", "GOPRIVATE")


@dataclass
class Row:
    """One recipe of the manifest."""

    name: str
    quick: bool = False
    program: str = ""
    path: str = ""
    packages: list[str] = field(default_factory=list)
    module: str = ""
    kind: str = "build"
    flags: list[str] = field(default_factory=list)
    ldflags: list[str] = field(default_factory=list)
    link: list[list[str]] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    cc: str = ""
    prepare: list[list[str]] = field(default_factory=list)
    run: list[list[str]] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        """What the build's environment has beyond the corpus's own."""
        if not self.cc:
            return self.env
        return {"CGO_ENABLED": "1", "CC": self.cc, "CXX": CXX[self.cc], **self.env}

    def with_cgo(self, cc: str) -> Row:
        """The same built with cgo by this compiler; what was without it is tried with default flags only."""
        cgo = self.cc or self.env.get("CGO_ENABLED") == "1"
        return replace(self, name=f"{self.name}-{cc}", cc=cc, link=self.link if cgo else [[]])

    def variants(self, defaults: dict[str, list[str]]) -> dict[str, list[str]]:
        """The linker flags to try, by a name for each."""
        return {" ".join(flags): flags for flags in self.link} or defaults


@dataclass
class Manifest:
    rows: list[Row]
    variants: dict[str, list[str]]
    allowed: dict[str, str]

    @classmethod
    def load(cls, path: Path = MANIFEST) -> Manifest:
        raw = tomllib.loads(path.read_text())
        rows = [Row(**row) for row in raw["row"]]
        names = [row.name for row in rows]
        # A name is a folder's, too.
        if twice := {name for name in names if names.count(name) > 1}:
            raise SystemExit(f"{path}: rows of one name: {', '.join(twice)}")
        return cls(rows, raw["variants"], raw["allowed"])


@dataclass
class Collected:
    """A row's link jobs by package, and the packages that gave none, each with the reason."""

    row: Row
    jobs: dict[str, Job]
    missing: dict[str, str]


class Go:
    """The reference Go distribution, and the folder everything that is collected goes to."""

    def __init__(self, go: str, work: Path) -> None:
        self.work = work
        environment = {**os.environ, "GOTOOLCHAIN": "local"}
        environment.pop("GOROOT", None)
        answer = subprocess.run(
            [go, "env", "-json"], capture_output=True, env=environment, check=True, cwd=PROGRAMS
        )
        self.config: dict[str, str] = json.loads(answer.stdout)
        self.root = Path(self.config["GOROOT"])
        self.go = self.root / "bin" / "go"
        self.version = self.config["GOVERSION"]
        self.tools = self.root / "pkg" / "tool" / f"{self.config['GOHOSTOS']}_{self.config['GOHOSTARCH']}"
        self.linker = self.tools / "link"
        self.environment = self.plain_environment()
        self.environment |= {name: self.config[name] for name in KEPT_CONFIG if name in self.config}
        self.environment |= {"GOTOOLCHAIN": "local", "GOENV": "off", "GOWORK": "off", "CGO_ENABLED": "0"}

    @staticmethod
    def plain_environment() -> dict[str, str]:
        """The user's environment without what would change a build or a link."""
        return {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("GO", "CGO_")) or name in ("GOWELD_PYTHON", "GOWELD_PACKAGE")
        }

    def run(
        self, arguments: list[str], cwd: Path, env: dict[str, str], *, go: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """One go command, this distribution's or that of a copy."""
        command = [str(go or self.go), *arguments]
        environment = {**self.environment, **env}
        return subprocess.run(command, cwd=cwd, env=environment, text=True, capture_output=True, check=False)

    def root_without_linker(self) -> Path:
        """A GOROOT that lacks the link tool."""
        return self.copy_of_root("goroot-without-linker")

    def copy_of_root(self, name: str, *, linker: bool = False) -> Path:
        """A GOROOT of links, with a go command of its own, which finds it; `linker`: and a link tool."""
        copy = self.work / f"{name}-{hashlib.sha256(str(self.root).encode()).hexdigest()[:8]}"
        tools = copy / self.tools.relative_to(self.root)
        if not (copy / "VERSION").exists():
            tools.mkdir(parents=True, exist_ok=True)
            (copy / "bin").mkdir(exist_ok=True)
            link_all(self.root, copy, {"pkg", "bin", "VERSION"})
            link_all(self.root / "pkg", copy / "pkg", {"tool"})
            link_all(self.tools, tools, set() if linker else {"link"})
            (copy / "bin" / "go").write_bytes(self.go.read_bytes())
            (copy / "bin" / "go").chmod(0o755)
            (copy / "VERSION").symlink_to(self.root / "VERSION")
        return copy


def argument_parser(description: str | None) -> argparse.ArgumentParser:
    """A parser for what compares the two linkers: it knows --go and --goweld."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    launcher = Path(sys.executable).with_name("goweld")
    parser.add_argument("--go", default=os.environ.get("GO", "go"), help="the reference go command")
    parser.add_argument("--goweld", default=str(launcher), help="the launcher, a command")
    return parser


def launcher_command(text: str) -> list[str]:
    """The launcher as a command that works in any folder."""
    program, *rest = text.split()
    return [os.path.abspath(program) if "/" in program else program, *rest]


def link_all(source: Path, target: Path, but: set[str]) -> None:
    """Link what is in one folder into another."""
    for entry in source.iterdir():
        link = target / entry.name
        if entry.name not in but and not link.is_symlink():
            link.symlink_to(entry)


def collect(go: Go, row: Row, *, fresh: bool) -> Collected:
    """A row's link jobs; those of an earlier run if it had all and nothing can have changed."""
    directory = go.work / "jobs" / row.name
    stamp = hashlib.sha256(repr((row, go.version, str(go.root))).encode()).hexdigest()
    record = directory / "collected.json"
    reusable = not (fresh or row.program or row.path)
    known = json.loads(record.read_text()) if reusable and record.exists() else {}
    if known.get("stamp") == stamp and not known["missing"]:
        jobs = {name: Job.load(directory / "jobs" / folder) for name, folder in known["jobs"].items()}
        if all(has_inputs(job) for job in jobs.values()):
            return Collected(row, jobs, {})
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    (go.work / "store").mkdir(exist_ok=True)
    (directory / "store").symlink_to(go.work / "store")
    row = prepared(go, row)
    wanted, missing = build(go, row, directory)
    folders = sorted((directory / "jobs").glob("*/job.json"), key=lambda path: path.stat().st_mtime)
    jobs = {job.name: job for job in (Job.load(path.parent) for path in folders)}
    jobs = {name: jobs[name] for name in wanted if name in jobs}
    missing |= {
        name: missing.get(name, "the go command made no link for it") for name in wanted if name not in jobs
    }
    found = {name: job.folder for name, job in jobs.items()}
    names = {name: folder.name for name, folder in found.items()}
    record.write_text(json.dumps({"stamp": stamp, "jobs": names, "missing": missing}, indent=1))
    return Collected(row, jobs, missing)


def has_inputs(job: Job) -> bool:
    """Whether all that a kept job links is still in the store."""
    lines = (job.folder / "importcfg").read_text().splitlines()
    files = [line.partition("=")[2] for line in lines if line.startswith(("packagefile ", "packageshlib "))]
    return all((job.folder / file).exists() for file in [*files, job.arguments[-1].rpartition("=")[2]])


def prepared(go: Go, row: Row) -> Row:
    """The row once its `prepare` commands have made C libraries, in a folder that its env and flags name.

    Raises RuntimeError if one fails.
    """
    if not row.prepare:
        return row
    folder = go.work / "prepared" / row.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names = {"dir": str(PROGRAMS / row.program), "prepared": str(folder)}
    names |= {"cc": row.cc, "cxx": CXX.get(row.cc, ""), "python": sys.executable}
    names |= {"version": go.version.removeprefix("go")}
    for command in row.prepare:
        words = fill(command, names)
        done = subprocess.run(words, cwd=folder, text=True, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{row.name}: {' '.join(words)}: {done.stderr.strip()}")
    env = dict(zip(row.env, fill(list(row.env.values()), names), strict=True))
    return replace(row, env=env, flags=fill(row.flags, names))


def fill(words: list[str], names: dict[str, str]) -> list[str]:
    """Words with {name}s replaced."""
    for name, value in names.items():
        words = [word.replace("{" + name + "}", value) for word in words]
    return words


def build(go: Go, row: Row, directory: Path) -> tuple[list[str], dict[str, str]]:
    """Run the go command over a row's packages. The jobs to expect, and what failed with the reason."""
    if row.module:
        return build_module(go, row, directory)
    if row.kind == "shared":
        return build_shared(go, row, directory)
    cwd = ROOT / row.path if row.path else PROGRAMS if row.program else go.root / "src"
    patterns = row.packages or [f"./{row.program}" if row.program else "."]
    packages = list_packages(go, row, cwd, patterns)
    suffix = ".test" if row.kind == "test" else ""
    missing: dict[str, str] = {}
    for number, batch in enumerate(batches(packages)):
        output = directory / "out" / str(number)
        output.mkdir(parents=True, exist_ok=True)
        command = ["test", "-c"] if row.kind == "test" else ["build"]
        command += [*toolexec(directory), *row_flags(go, row), "-o", f"{output}/", *batch]
        done = go.run(command, cwd, row.environment())
        if done.returncode:
            reason = reason_of(done)
            missing |= {package + suffix: reason for package in batch}
    return [package + suffix for package in packages], missing


def build_shared(go: Go, row: Row, directory: Path) -> tuple[list[str], dict[str, str]]:
    """Make a shared library of packages in a GOROOT of its own, then a program that uses it."""
    root = go.copy_of_root(f"goroot-{row.name}", linker=True)
    # The go command links no library again that is there.
    shutil.rmtree(root / "pkg" / "linux_amd64_dynlink", ignore_errors=True)
    environment = {**row.environment(), "GOROOT": str(root)}
    flags = [*toolexec(directory), "-buildvcs=false", "-linkshared"]
    commands = (
        (["install", "-buildmode=shared", *flags, *row.packages], root / "src"),
        (["build", *flags, *row.flags, "-o", f"{directory}/out", f"./{row.program}"], PROGRAMS),
    )
    wanted = [LIBRARY, f"corpus/{row.program}"]
    for number, (command, cwd) in enumerate(commands):
        done = go.run(command, cwd, environment, go=root / "bin" / "go")
        if done.returncode:
            return wanted, dict.fromkeys(wanted[number:], reason_of(done))
    return wanted, {}


def row_flags(go: Go, row: Row) -> list[str]:
    flags = [flag.replace("{goroot}", str(go.root)) for flag in row.flags]
    ldflags = [f"-ldflags={' '.join(row.ldflags)}"] if row.ldflags else []
    return ["-buildvcs=false", *flags, *ldflags]


def reason_of(done: subprocess.CompletedProcess[str]) -> str:
    """The end of what a failed go command says."""
    lines = [line for line in done.stderr.splitlines() if not line.startswith("go: downloading ")]
    return "\n".join(lines)[-600:]


def toolexec(directory: Path) -> list[str]:
    return [f"-toolexec={sys.executable} -I -S {HERE / 'capture.py'} {directory}"]


def list_packages(go: Go, row: Row, cwd: Path, patterns: list[str]) -> list[str]:
    """The packages that patterns name and that give a link: mains, or those with tests."""
    main = 'and (eq .Name "main") (or .GoFiles .CgoFiles)'
    wanted = "or .TestGoFiles .XTestGoFiles" if row.kind == "test" else main
    template = "{{if " + wanted + "}}{{.ImportPath}}{{end}}"
    done = go.run(["list", "-f", template, *patterns], cwd, row.environment())
    if done.returncode:
        raise RuntimeError(f"{row.name}: go list: {done.stderr.strip()}")
    return done.stdout.split()


def batches(packages: list[str]) -> Iterator[list[str]]:
    """Packages in groups within which no two give a file of the same name."""
    left = packages
    while left:
        taken: dict[str, str] = {}
        later = []
        for package in left:
            name = file_name(package)
            if name in taken or len(taken) == BATCH:
                later.append(package)
            else:
                taken[name] = package
        yield list(taken.values())
        left = later


def file_name(package: str) -> str:
    """What the go command calls a package's program: a major version is not a name."""
    elements = package.split("/")
    if len(elements) > 1 and elements[-1][0] == "v" and elements[-1][1:].isdigit():
        return elements[-2]
    return elements[-1]


def build_module(go: Go, row: Row, directory: Path) -> tuple[list[str], dict[str, str]]:
    """Build a program of another module: in its own folder of the module cache, by its own go.mod."""
    package, _, version = row.module.partition("@")
    module, folder = download(go, package, version)
    output = directory / "out"
    output.mkdir(parents=True, exist_ok=True)
    inside = "." + package.removeprefix(module)
    command = [
        "build",
        *toolexec(directory),
        "-mod=readonly",
        *row_flags(go, row),
        "-o",
        f"{output}/",
        inside,
    ]
    done = go.run(command, folder, row.environment())
    return [package], {package: reason_of(done)} if done.returncode else {}


def download(go: Go, package: str, version: str) -> tuple[str, Path]:
    """The module that holds a package, and its folder. The longest path that is a module wins."""
    module = package
    errors = []
    while module:
        done = go.run(["mod", "download", "-json", f"{module}@{version}"], go.work, {"GOFLAGS": "-mod=mod"})
        answer = json.loads(done.stdout or "{}")
        if answer.get("Dir"):
            return module, Path(answer["Dir"])
        errors.append(answer.get("Error", done.stderr.strip()))
        module = module.rpartition("/")[0]
    raise RuntimeError(f"{package}@{version}: no module has it: {errors[0]}")
