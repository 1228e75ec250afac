"""One external link: the questions to the compiler beside our own work, then the host linker or ar."""

from __future__ import annotations

import os
import stat
from _thread import allocate_lock, start_new_thread

from goweld.codec.quote import go_quote
from goweld.errors import LinkError
from goweld.hostlink import command, fips, process
from goweld.hostlink.compiler import Compiler
from goweld.hostlink.place import Place, without_time
from goweld.model.fault_kernel import hold, let_go

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goweld.model.libraries import HostObject
    from goweld.model.mode import Mode
    from goweld.model.options import Options

ASK_FOR_AR = "--print-prog-name=ar"


class HostLink:
    """What the host linker is called with. `object` is where ours is to be written.

    `leave` removes what is temporary: call it however the link ends. `said` are lines for standard output.
    """

    def __init__(
        self,
        options: Options,
        mode: Mode,
        arch: Sequence[str],
        ldflags: Sequence[str],
        environ: Mapping[str, str],
    ) -> None:
        self.options = options
        self.mode = mode
        self.ldflags = list(ldflags)
        self.environ = environ
        self.compiler = Compiler(options.extld, arch, [*ldflags, *options.extldflags], environ)
        self.place = Place(options.tmpdir, environ)
        self.object = self.place.join("go.o")
        self.said: list[str] = []
        self.stopped = False
        self.asking = allocate_lock()

    def start(self) -> None:
        """Start to ask: a compiler needs longer for its answers than we for a small link."""
        for name in ("trivial.c", "a.out"):
            self.place.join(name)
        self.asking.acquire()
        start_new_thread(self._ask, ())

    def _ask(self) -> None:
        try:
            for flag in self._questions():
                if self.stopped:
                    break
                self.supports(flag)
            self.compiler.answers.keep()
        except Exception:
            self.stopped = True  # what is wrong shows when the answer is needed
        finally:
            self.asking.release()

    def _questions(self) -> Sequence[str]:
        if self.mode.buildmode != "c-archive":
            return list(command.questions(self.options, self.mode))
        return [] if self.options.extar else [ASK_FOR_AR]

    def supports(self, flag: str) -> bool:
        return self.compiler.supports(flag, self.place.path)

    def leave(self) -> None:
        """Leave nothing behind."""
        self.stopped = True
        with self.asking:
            self.place.remove()

    def finish(
        self, hosts: Sequence[HostObject], build_id: bytes, exports: Sequence[str], shared: Sequence[str]
    ) -> None:
        """Make the output of the object and the host objects."""
        self.asking.acquire()
        try:
            if self.mode.buildmode == "c-archive":
                self._archive(hosts)
            else:
                self._link(hosts, build_id, exports, shared)
            self.compiler.answers.keep()
        finally:
            self.asking.release()

    def _link(
        self, hosts: Sequence[HostObject], build_id: bytes, exports: Sequence[str], shared: Sequence[str]
    ) -> None:
        objects = [self.object, *self.place.copy(hosts)]
        without_time(self.object)
        argv = command.compose(
            self.options,
            self.mode,
            [*self.compiler.command, *self.compiler.arch],
            self.supports,
            build_id=build_id,
            exports=exports,
            objects=objects,
            shared=shared,
            ldflags=self.ldflags,
        )
        self._tell_copies(hosts, objects)
        argv = self._shorten(argv)
        if self.options.verbose:
            self.said.append("host link:" + "".join(" " + go_quote(word) for word in argv))
        outcome = self._run(argv)
        if outcome.failure:
            raise LinkError(f"running {argv[0]} failed: {outcome.failure}\n{outcome.command}\n{outcome.text}")
        self.said += filtered(outcome.text)
        if self.mode.buildmode != "plugin":
            fips.seal(self.options.output, self.options.fipso)

    def _archive(self, hosts: Sequence[HostObject]) -> None:
        """Put everything into an archive (ld.Link.archive)."""
        ar = self.options.extar
        if not ar:
            ar = self.compiler.tool("ar", self.options.program) if self.supports(ASK_FOR_AR) else "ar"
        without_time(self.object)
        objects = [self.object, *self.place.copy(hosts)]
        self._tell_copies(hosts, objects)
        argv = [ar, "-q", "-c", "-s", self.options.output, *objects]
        if self.options.verbose:
            self.said.append("archive: " + " ".join(argv))
            if not self.place.own:
                self.said.append("invoking archiver with syscall.Exec()")
        outcome = self._run(argv)
        if outcome.failure and self.place.own:
            raise LinkError(f"running {ar} failed: {outcome.failure}\n{outcome.text}")
        if outcome.failure:
            # With nothing to remove, cmd/link becomes ar (ld.Link.execArchive).
            raise replaced(ar, outcome)
        self.said += filtered(outcome.text) if not self.place.own else []

    def _run(self, argv: list[str]) -> process.Outcome:
        """Run what writes the output, of which nothing stays behind where it fails."""
        output = self.options.output
        remove_regular(output)
        ours = not os.path.lexists(output)
        if ours:
            hold(os.fsencode(output))
        outcome = process.run(argv, self.environ)
        if ours:
            let_go()
            if outcome.failure:
                remove_regular(output)
        return outcome

    def _shorten(self, argv: list[str]) -> list[str]:
        """A long command line in a file, if the linker reads such (ld.Link.passLongArgsInResponseFile)."""
        if sum(len(os.fsencode(word)) for word in argv) < command.LONGEST:
            return argv
        path = self.place.join("response")
        with open(path, "wb"):
            pass
        if not self.supports("@" + path):
            if self.options.verbose:
                self.said.append("not using response file because linker does not support one")
            return argv
        content = command.response(argv)
        with open(path, "wb") as file:
            file.write(content)
        if self.options.verbose:
            text = content.decode("utf-8", "surrogateescape")
            self.said.append(f"response file {path} contents:\n{text}".removesuffix("\n"))
        return [argv[0], "@" + path]

    def _tell_copies(self, hosts: Sequence[HostObject], paths: Sequence[str]) -> None:
        if self.options.verbose:
            for host, path in zip(hosts, paths[1:], strict=True):
                self.said.append(f"host obj copy: {host.name} from pkg {host.package} -> {path}")


def replaced(program: str, outcome: process.Outcome) -> LinkError:
    """A failure as it looks from outside where a program took the link's place."""
    what, _, code = outcome.failure.partition("exit status ")
    if not what:
        return LinkError(outcome.text.removesuffix("\n"), status=int(code), prefixed=False)
    if what.startswith("exec: "):
        return LinkError(f"cannot find {program}: {what}")
    return LinkError(f"running {program} failed: {what.removeprefix(f'fork/exec {program}: ')}")


def remove_regular(path: str) -> None:
    """Remove an output, unless it is a device or a link (ld.mayberemoveoutfile)."""
    try:
        if stat.S_ISREG(os.lstat(path).st_mode):
            os.unlink(path)
    except OSError:
        return


def filtered(text: str) -> list[str]:
    """The lines a successful host linker printed, without those that mean nothing."""
    lines = text.removesuffix("\n").split("\n") if text else []
    return [line for line in lines if "ld: warning: text-based stub file" not in line]
