"""Libraries: the packages of a link in load order, and the objects each brought."""

from __future__ import annotations


class Library:
    """A package (sym.Library).  `objects` are the indices of its Go objects, in archive order."""

    __slots__ = ("package", "file", "source", "fingerprint", "imports", "objects", "is_main")

    def __init__(self, package: str, file: str, source: str, fingerprint: bytes) -> None:
        self.package = package
        self.file = file
        self.source = source  # who asked for it first, in messages
        self.fingerprint = fingerprint
        self.imports: list[Library] = []
        self.objects: list[int] = []
        self.is_main = False


class Libraries:
    """All packages, and what was learnt while reading them."""

    __slots__ = ("list", "by_package")

    def __init__(self) -> None:
        self.list: list[Library] = []
        self.by_package: dict[str, Library] = {}

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
