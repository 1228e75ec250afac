"""A link done twice: by the real linker, whose file is kept, and by Goweld, whose file must be the same."""

from __future__ import annotations

import os

from goweld.cli import reallinker, record
from goweld.errors import LinkError, Unsupported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.cli.flags import CommandLine
    from goweld.cli.link import Call

BLOCK = 1 << 20


def verified_link(call: Call, line: CommandLine) -> int:
    """Link with both and compare. Returns the real linker's status: a difference is only recorded."""
    from goweld.cli.link import complain, pass_on

    path = reallinker.find(call.tool, call.launcher)
    if path is None or reallinker.called_itself():
        return complain("--verify needs the real linker, and it is not found; set GOROOT")
    output = os.path.abspath(line.options.output)
    trial = f"{output}.goweld-{os.getpid()}"
    kind, detail = _try_goweld(line, trial)
    if kind == record.PASSED:
        return pass_on(call, line.arguments, line.options.output, detail)
    real = os.spawnve(os.P_WAIT, path, [call.program, *line.arguments], os.environ)
    try:
        _judge(line, kind, detail, trial, real)
    finally:
        _remove(trial)
    return real if real >= 0 else 128 - real


def _judge(line: CommandLine, kind: str, detail: str, trial: str, real: int) -> None:
    """Record how the two links compare; keep Goweld's file and a reproducer if they differ."""
    output = line.options.output
    if kind == record.FAILED and real != 0:
        record.append(record.FAILED, output, detail)
    elif kind == record.FAILED:
        _report(line, f"Goweld failed: {detail}", None)
    elif real != 0:
        _report(line, f"the real linker failed with status {real}, Goweld did not", trial)
    elif same_bytes(trial, output):
        record.append(record.LINKED, output)
    else:
        _report(line, _difference(output, trial), trial)


def _try_goweld(line: CommandLine, trial: str) -> tuple[str, str]:
    """Link by Goweld in a child, which cannot disturb this process. Returns a kind of record and a detail."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        _child(line, trial, theirs)
    os.close(theirs)
    with open(ours, encoding="utf-8", errors="surrogateescape") as pipe:
        answer = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    kind, _, detail = answer.partition("\t")
    if not kind:
        return record.FAILED, f"it ended with status {status} and no answer"
    return kind, detail


def _child(line: CommandLine, trial: str, answer: int) -> None:
    """The child's life: link to the trial file, say how it went, leave. The real linker does the printing."""
    from goweld.cli.link import link_here

    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.dup2(null, 2)
    line.options.output = trial
    kind, detail = record.LINKED, ""
    try:
        link_here(line.options)
    except Unsupported as reason:
        kind, detail = record.PASSED, str(reason)
    except LinkError as error:
        kind, detail = record.FAILED, str(error).partition("\n")[0]
    os.write(answer, f"{kind}\t{detail}".encode("utf-8", "surrogateescape"))
    os._exit(0)


def same_bytes(a: str, b: str) -> bool:
    with open(a, "rb") as file_a, open(b, "rb") as file_b:
        while True:
            block = file_a.read(BLOCK)
            if block != file_b.read(BLOCK):
                return False
            if not block:
                return True


def _difference(real: str, ours: str) -> str:
    from goweld.explain.compare import first_difference

    try:
        return first_difference(real, ours)
    except LinkError as error:
        return str(error)


def _report(line: CommandLine, difference: str, trial: str | None) -> None:
    """Record a difference, with what is needed to look into it in a directory beside the build."""
    from goweld.explain.repro import save

    directory = os.path.abspath(os.environ["GOWELD_VERIFY"])
    os.makedirs(directory, exist_ok=True)
    name = (os.environ.get("TOOLEXEC_IMPORTPATH") or os.path.basename(line.options.output)).replace("/", "_")
    stem = os.path.join(directory, f"{name}-{os.getpid()}")
    if trial and os.path.exists(trial):
        os.replace(trial, f"{stem}.goweld")
    try:
        save([line.options.program, *line.arguments], os.environ, os.getcwd(), f"{stem}.repro")
    except LinkError as error:
        difference += f"; no reproducer: {error}"
    record.append(record.DIFFERS, line.options.output, f"{difference} (kept in {stem}.*)")


def _remove(path: str) -> None:
    if os.path.exists(path):
        os.remove(path)
