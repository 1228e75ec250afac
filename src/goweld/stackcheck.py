"""The nosplit stack check: no chain of functions that do not check the stack may need more than is kept free.

It reads and changes nothing (ld.Link.doStackCheck).
"""

from __future__ import annotations

from goweld.errors import LinkError
from goweld.model.beside import Beside
from goweld.model.kinds import A_ABI_INTERNAL, A_FILE_LOCAL
from goweld.model.memory_kernel import Column
from goweld.stackcheck_kernel import growths, over_limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

    from goweld.arch.arch import Arch
    from goweld.errors import Diagnostics
    from goweld.model.live_kernel import Live
    from goweld.model.options import Options

    # Yields the generators whose results it needs.
    Recursion = Generator[object, object, object]

KEPT_FREE = 800  # abi.StackNosplitBase
CYCLE = 32767  # the height of a function that calls itself
LEAF = 0
INDIRECT = 0xFFFFFFFD
FIRST_STATIC_VERSION = 10  # sym.SymVerStatic: that of the first object


class Check:
    """The check of `count` functions in text order, begun beside the rest, which changes nothing it reads."""

    def __init__(self, options: Options, live: Live, order: Column, count: int, arch: Arch) -> None:
        self.options = options
        self.arch = arch
        self.live = live
        # Layout will sort the original.
        self.order = Column(4, count)
        self.order.view()[:] = order.view()[: 4 * count]
        self.count = count
        # The race detector's frames are larger (objabi.stackGuardMultiplier).
        self.limit = KEPT_FREE * (2 if options.race else 1) - arch.call_size
        self.failed: list[int] = []
        self.settled: list[str] | None = None
        self.beside = Beside(b"check stack", self._walk)

    def _walk(self) -> int:
        arch = self.arch
        self.failed = over_limit(self.live, self.order, self.count, self.limit, arch.call_size, arch.min_lc)
        return 0

    def settle(self, diagnostics: Diagnostics) -> None:
        """Report now: calls will change."""
        self.settled = self.report(diagnostics)

    def report(self, diagnostics: Diagnostics) -> list[str]:
        """Report every chain of calls that goes over the limit, as an error each for the chains of one root.

        Returns what -debugnosplit prints.
        """
        if self.settled is not None:
            return self.settled
        self.beside.result()
        live, failed = self.live, self.failed
        if failed[:1] == [0]:
            raise _corrupt(live, failed[1])
        lines = []
        if self.options.debugnosplit:
            graph = Graph(live, self.arch)
            for s in self.order.view().cast("I"):
                lines += graph.edges_below(s)
        if failed:
            graph = Graph(live, self.arch)
            for s in failed:
                lines += graph.edges_below(s)
            for root in graph.roots():
                diagnostics.error(f"{graph.name(root)}: nosplit stack over {self.limit} byte limit")
                diagnostics.say(graph.chains(root, self.limit))
        return lines if self.options.debugnosplit else []


def _corrupt(live: Live, s: int) -> LinkError:
    file = live.symbols.objects.names[live.object(s)]
    name = live.name(s).decode(errors="surrogateescape")
    return LinkError(f"{file}: {name}: corrupt stack table or call", status=1)


def _run(first: Recursion) -> object:
    """The result of a recursion of any depth."""
    pending = [first]
    answer: object = None
    while pending:
        try:
            wanted = pending[-1].send(answer)
        except StopIteration as done:
            pending.pop()
            answer = done.value
        else:
            pending.append(wanted)  # type: ignore[arg-type]
            answer = None
    return answer


class Graph:
    """The calls below the functions looked at, with every function's height."""

    def __init__(self, live: Live, arch: Arch) -> None:
        self.live = live
        self.arch = arch
        self.morestack = live.lookup(b"runtime.morestack", 0)
        self.heights: dict[int, int] = {}
        self.edges: dict[int, list[tuple[int, int]]] = {}

    def name(self, s: int) -> str:
        return self.live.name(s).decode(errors="surrogateescape")

    def _versioned(self, s: int) -> str:
        if s == INDIRECT:
            return "indirect"
        attr = self.live.attr(s)
        version = 1 if attr & A_ABI_INTERNAL else 0
        if attr & A_FILE_LOCAL:
            version = FIRST_STATIC_VERSION + self.live.object(s) - 1
        return f"{self.name(s)}<{version}>"

    def edges_below(self, s: int) -> list[str]:
        """Walk the calls of a function, those of its callees first; a line for each not seen before."""
        lines: list[str] = []
        _run(self._height(s, lines))
        return lines

    def _growths(self, s: int) -> tuple[list[tuple[int, int]], int]:
        """A function's calls, and how far it grows the stack without them."""
        if s == INDIRECT:
            # Assumed to check the stack.
            return [(self.arch.call_size, self.morestack)], 0
        found = growths(self.live, s, self.morestack, self.arch.call_size, self.arch.min_lc)
        if found is None:
            raise _corrupt(self.live, s)
        return found

    def _height(self, s: int, lines: list[str]) -> Recursion:
        if s in self.heights:
            return self.heights[s]
        self.heights[s] = CYCLE
        edges, local = self._growths(s)
        highest = 0
        for growth, callee in edges:
            # The morestack that an indirect callee calls is not looked at.
            looked_at = callee != LEAF and s != INDIRECT
            below = (yield self._height(callee, lines)) if looked_at else 0
            assert isinstance(below, int)
            highest = max(highest, growth + below)
        if local > highest:
            edges.append((local, LEAF))
            highest = local
        self.heights[s] = min(highest, CYCLE)
        self.edges[s] = edges
        for growth, callee in edges:
            arrow = f" -> {self._versioned(callee)}" if callee != LEAF else ""
            lines.append(f"nosplit: {self._versioned(s)} +{growth}{arrow}")
        return self.heights[s]

    def roots(self) -> list[int]:
        """The functions nobody here calls, and one of each cycle nobody calls: highest first."""
        nodes = set(self.edges)
        for s in sorted(nodes):
            if s not in nodes:
                continue
            for _, callee in self.edges[s]:
                lowest = _run(self._remove(nodes, s, callee))
                if lowest:
                    assert isinstance(lowest, int)
                    nodes.add(lowest)
        return sorted(nodes, key=lambda s: (-self.heights[s], s))

    def _remove(self, nodes: set[int], origin: int, s: int) -> Recursion:
        """Drop a function and those it reaches; the least one of a cycle through origin, or 0."""
        if s not in nodes:
            return 0
        nodes.discard(s)
        if s == origin:
            return s
        lowest = 0
        for _, callee in self.edges[s]:
            least = yield self._remove(nodes, origin, callee)
            assert isinstance(least, int)
            if least:
                lowest = min(lowest or s, least)
        return lowest

    def chains(self, root: int, limit: int) -> list[str]:
        """Every chain of calls from a root that goes over the limit, as a tree."""
        lines: list[str] = []
        chain = [Step(0, root)]
        _run(self._report(root, limit, chain, lines))
        return lines

    def _report(self, s: int, left: int, chain: list[Step], lines: list[str]) -> Recursion:
        # A function's edges are away while its callees are visited: meeting it without them is a cycle.
        known = s in self.edges
        edges = self.edges.pop(s, [])
        for growth, callee in edges:
            chain.append(Step(growth, callee))
            yield self._report(callee, left - growth, chain, lines)
            chain.pop()
        self.edges[s] = edges
        is_cycle = not known and s != LEAF
        if not edges and (left < 0 or is_cycle):
            lines += self._shown(chain)
            end = "infinite cycle" if is_cycle else f"{-left} bytes over limit"
            lines.append("    " * (len(chain) - 1) + end)
        return None

    def _shown(self, chain: list[Step]) -> list[str]:
        """The steps of a chain that have not been shown yet."""
        lines = []
        for i, step in enumerate(chain):
            if step.shown:
                continue
            step.shown = True
            if i == 0:
                lines.append(self._versioned(step.callee))
                continue
            callee = f", calls {self._versioned(step.callee)}" if step.callee != LEAF else ""
            lines.append("    " * i + f"grows {step.growth} bytes{callee}")
        return lines


class Step:
    """One call of a chain: how far it grows the stack, whom it calls, and whether it was shown."""

    __slots__ = ("growth", "callee", "shown")

    def __init__(self, growth: int, callee: int) -> None:
        self.growth = growth
        self.callee = callee
        self.shown = False
