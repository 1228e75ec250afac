"""Where the C compiler keeps libraries that an internal link needs."""

from __future__ import annotations

from goweld.hostlink.compiler import Compiler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from goweld.model.options import Options


def finder(options: Options, arch: Sequence[str], environ: Mapping[str, str]) -> Callable[[str], str]:
    """A function that asks the compiler; the answer is a path, or "none" (ld.Link.findLibPathCmd).

    `arch` are the processor's flags.
    """
    compilers: list[Compiler] = []

    def ask(question: str) -> str:
        if not compilers:
            compilers.append(Compiler(options.extld, arch, [], environ))
        path = compilers[0].find_library(question)
        compilers[0].answers.keep()
        return path

    return ask
