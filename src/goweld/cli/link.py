"""The driver of one link: options, who links it, what is printed, and the exit status."""

from __future__ import annotations

import _signal
import os
import sys

from goweld.cli import flags, reallinker, record, support
from goweld.errors import LinkError, Unsupported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn

    from goweld.model.options import Options
    from goweld.objects.importcfg import ImportConfig

MOST_SPANS = 1 << 16


class Call:
    """How the launcher called: its own path, the program's name in messages, the tool it stands for or ""."""

    __slots__ = ("launcher", "program", "tool", "arguments")

    def __init__(self, words: list[str]) -> None:
        self.launcher, self.program, self.tool = words[:3]
        self.arguments = words[3:]


def main(words: list[str], leave: Callable[[], None] | None = None) -> NoReturn:
    """Do what `link LAUNCHER PROGRAM TOOL ARGUMENTS...` asks for, call `leave`, and exit."""
    # As in a Go program: these signals end the process. Python would raise KeyboardInterrupt, or ignore them,
    # and the real linker would inherit what is ignored.
    if _signal.getsignal(_signal.SIGINT) != _signal.SIG_IGN:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    _signal.pthread_sigmask(_signal.SIG_UNBLOCK, (_signal.SIGINT,))  # which the launcher held
    _signal.signal(_signal.SIGPIPE, _signal.SIG_DFL)
    status = _run(Call(words[1:]))
    _flush()
    if leave is not None:
        leave()
    # Leave without tearing down: unmapping and freeing a large link takes milliseconds.
    os._exit(status)


def _run(call: Call) -> int:
    if "-crash_for_testing" in call.arguments:
        return 2
    port = support.foreign_port()
    if port:
        return pass_on(call, call.arguments, "", f"another port: {port}")
    try:
        line = flags.parse(call.arguments, call.program, own_flags=not call.tool)
    except flags.UsageError as error:
        return _show_usage(str(error))
    except flags.VersionRequest as request:
        from goweld.cli.version import show

        return show(call, str(request))
    except LinkError as error:
        return _show(call, error)
    if line.strict:
        os.environ["GOWELD_STRICT"] = "1"
    if os.environ.get("GOWELD_TIME", "0") not in ("", "0"):
        line.options.time = True
    line.options.trace = line.options.trace or os.environ.get("GOWELD_TRACE", "")
    reason = support.unsupported(line.options)
    if reason:
        return pass_on(call, line.arguments, line.options.output, reason)
    if os.environ.get("GOWELD_VERIFY"):
        from goweld.cli.verify import verified_link

        return verified_link(call, line)
    return _link(call, line)


def _link(call: Call, line: flags.CommandLine) -> int:
    try:
        link_here(line.options)
    except Unsupported as reason:
        return pass_on(call, line.arguments, line.options.output, str(reason))
    except LinkError as error:
        record.append(record.FAILED, line.options.output, str(error).partition("\n")[0])
        return _show(call, error)
    record.append(record.LINKED, line.options.output)
    return 0


def link_here(options: Options) -> None:
    """Link by Goweld. Raises LinkError or Unsupported and nothing else: any failure has a one-line reason."""
    try:
        config = begin(options)
        from goweld.link import link

        link(options, config, show)
    except (LinkError, Unsupported):
        raise
    except Exception as error:
        # A kernel that does not fit is the system's way to say so.
        if isinstance(error, MemoryError) or "failed to map segment" in str(error):
            raise LinkError("out of memory") from None
        if os.environ.get("GOWELD_DEBUG"):
            raise
        raise LinkError(f"internal error in Goweld, please report it: {_where(error)}") from None


def begin(options: Options) -> ImportConfig:
    """What needs few modules: the importcfg, and a thread that opens its files while stages are loaded."""
    from goweld.model.pool_kernel import record_spans, set_threads
    from goweld.objects import importcfg

    if options.trace:
        record_spans(MOST_SPANS)
    set_threads(int(os.environ.get("GOWELD_THREADS") or 0))
    config = importcfg.choose(options, os.environ)
    config.open_ahead(debug=not options.strip_dwarf)
    return config


def show(lines: Sequence[str], descriptor: int) -> None:
    """Print what the core says on its way."""
    if not lines:
        return
    if descriptor == 2:
        write_error("\n".join(lines))
    elif sys.stdout is not None:
        sys.stdout.write("\n".join(lines) + "\n")


def _where(error: Exception) -> str:
    """An exception in one line: what, and the innermost place."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" ({os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno})" if trace else ""
    return f"{type(error).__name__}: {error}{place}"


def pass_on(call: Call, arguments: list[str], output: str, reason: str) -> int:
    """Hand the link to the real linker, silently, with a record. Returns only if that cannot be done."""
    needs = f"cannot link this yet: it needs {reason}"
    if os.environ.get("GOWELD_STRICT", "0") not in ("", "0"):
        return _refuse(output, needs)
    if reallinker.called_itself():
        return _refuse(output, "was called as the real linker; set GOWELD_LINK to the real linker's path")
    path = reallinker.find(call.tool, call.launcher)
    if path is None:
        return _refuse(output, f"{needs}; and no real linker is found, set GOROOT")
    record.append(record.PASSED, output, reason)
    # Python ignores this one so that a write reports the limit; a program inherits what is ignored.
    _signal.signal(_signal.SIGXFSZ, _signal.SIG_DFL)
    _flush()
    try:
        reallinker.become(path, call.program, arguments)
    except OSError as error:
        return _refuse(output, f"cannot run the real linker {path}: {error.strerror}")
    return 2


def _refuse(output: str, message: str) -> int:
    record.append(record.FAILED, output, message)
    return complain(message)


def _show(call: Call, error: LinkError) -> int:
    prefix = ""
    if error.prefixed:
        prefix = "link: " if error.status == 1 else f"{call.program}: "
    text = f"{prefix}{error}"
    if text:
        write_error(text)
    return error.status


def _show_usage(message: str) -> int:
    from goweld.cli.usage import LINK_USAGE

    write_error(f"{message}\n{LINK_USAGE}" if message else LINK_USAGE)
    return 2


def complain(message: str) -> int:
    """Report what concerns Goweld rather than the program being linked. Returns the exit status."""
    write_error(f"goweld: {message}")
    return 2


def write_error(text: str) -> None:
    """Print to standard error, after what was printed to standard output."""
    _flush()
    # A closed standard error is no reason to fail otherwise.
    try:
        os.write(2, text.encode("utf-8", "surrogateescape") + b"\n")
    except OSError:
        return


def _flush() -> None:
    if sys.stdout is not None:  # None where it was closed before the start
        sys.stdout.flush()
