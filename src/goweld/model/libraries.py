"""Libraries: the packages of a link in load order, and the objects each brought."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.memory_kernel import Input


class Library:
    """A package (sym.Library).  `objects` are the indices of its Go objects, in archive order.

    `ngo` is how many those are, and `foreign` how many of them precede each object of another compiler.
    """

    __slots__ = (
        "package",
        "file",
        "source",
        "fingerprint",
        "imports",
        "objects",
        "ngo",
        "foreign",
        "is_main",
        "shlib",
    )

    def __init__(self, package: str, file: str, source: str, fingerprint: bytes) -> None:
        self.package = package
        self.file = file
        self.source = source  # who asked for it first, in messages
        self.fingerprint = fingerprint
        self.imports: list[Library] = []
        self.objects: list[int] = []
        self.ngo = 0
        self.foreign: list[int] = []
        self.is_main = False
        self.shlib = ""  # the shared library that holds it, instead of a file


class HostObject:
    """An object that another compiler made (ld.Hostobj): a file, or `size` bytes of one from `start` on.

    `name` is what messages call it; `known` is False where its format is not recognized, and only the host
    linker can say what it is.
    """

    __slots__ = ("package", "name", "source", "start", "size", "known")

    def __init__(self, package: str, name: str, source: Input, start: int, size: int, known: bool) -> None:
        self.package = package  # as a prefix of symbol names
        self.name = name
        self.source = source
        self.start = start
        self.size = size
        self.known = known


class CgoText:
    """The cgo directives of one object, as they are written there: JSON."""

    __slots__ = ("package", "name", "text")

    def __init__(self, package: str, name: str, text: bytes) -> None:
        self.package = package  # as a prefix of symbol names
        self.name = name
        self.text = text


class Libraries:
    """All packages, and what was learnt while reading them, in the order of reading."""

    __slots__ = ("list", "by_package", "host_objects", "cgo", "without_imports", "prefer_external", "said")

    def __init__(self) -> None:
        self.list: list[Library] = []
        self.by_package: dict[str, Library] = {}
        self.host_objects: list[HostObject] = []
        self.cgo: list[CgoText] = []
        self.without_imports: list[str] = []  # packages whose dynamic imports cgo could not tell
        self.prefer_external: list[str] = []  # packages that ask for the host linker
        self.said: list[str] = []  # lines for standard output

    def postorder(self) -> list[Library]:
        """Every package after those it imports (ld.postorder); imports cannot form a cycle."""
        order: list[Library] = []
        seen: set[Library] = set()
        for root in self.list:
            if root in seen:
                continue
            seen.add(root)
            stack = [(root, iter(root.imports))]
            while stack:
                library, rest = stack[-1]
                for imported in rest:
                    if imported not in seen:
                        seen.add(imported)
                        stack.append((imported, iter(imported.imports)))
                        break
                else:
                    order.append(library)
                    stack.pop()
        return order
