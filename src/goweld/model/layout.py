"""Sections, segments, and the two layouts: where text lies, and where everything lies."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.memory_kernel import Column


class Section:
    """An output section (sym.Section).  `index` counts from 1 and is what Live.sect holds.

    What the file holds of a data section are `count` symbols of Layout.data_order, from `first` on.
    """

    __slots__ = (
        "name",
        "segment",
        "rwx",
        "align",
        "vaddr",
        "length",
        "index",
        "compressed",
        "first",
        "count",
    )

    def __init__(self, name: str, segment: Segment, rwx: int, index: int) -> None:
        self.name = name
        self.segment = segment
        self.rwx = rwx
        self.align = 8  # ld.addsection: everything is at least pointer aligned
        self.vaddr = 0
        self.length = 0
        self.index = index
        self.compressed = False
        self.first = 0
        self.count = 0

    @property
    def fileoff(self) -> int:
        return self.segment.fileoff + self.vaddr - self.segment.vaddr


class Segment:
    """A loadable run of sections (sym.Segment); `filelen` bytes of it are in the file."""

    __slots__ = ("name", "rwx", "vaddr", "length", "fileoff", "filelen", "sections")

    def __init__(self, name: str, rwx: int) -> None:
        self.name = name
        self.rwx = rwx
        self.vaddr = 0
        self.length = 0
        self.fileoff = 0
        self.filelen = 0
        self.sections: list[Section] = []


class TextLayout:
    """Functions in their final order and at their final addresses.

    `order` holds `count` live ids (uint32).  `start` is the address of the first function, `end` that of
    runtime.etext.  Host objects' sections precede what lies in them; `functions` leaves out the sections that
    have such, `blocks` what lies in sections, each as (ids, count).
    """

    __slots__ = ("order", "count", "without", "section", "start", "end")

    def __init__(self, order: Column, count: int, section: Section, start: int, end: int) -> None:
        self.order = order
        self.count = count
        self.without: tuple[tuple[Column, int], tuple[Column, int]] | None = None
        self.section = section
        self.start = start
        self.end = end

    @property
    def functions(self) -> tuple[Column, int]:
        return self.without[0] if self.without else (self.order, self.count)

    @property
    def blocks(self) -> tuple[Column, int]:
        return self.without[1] if self.without else (self.order, self.count)


class Layout:
    """Every section with its address: segments in file order.  `sections[i]` has index i; [0] is None.

    `data_order` holds the `data_count` live ids of all data symbols in address order within each section
    (ld.Link.datap).
    """

    __slots__ = (
        "text",
        "rodata",
        "relro",
        "data",
        "dwarf",
        "segments",
        "sections",
        "data_order",
        "data_count",
    )

    def __init__(self, text: Segment) -> None:
        self.text = text
        self.rodata = Segment("rodata", 4)
        self.relro = Segment("relro", 6)
        self.data = Segment("data", 6)
        self.dwarf = Segment("dwarf", 6)
        self.segments: list[Segment] = []
        self.sections: list[Section | None] = [None]
        self.data_order: Column
        self.data_count = 0


class DebugSection:
    """A debug section before it is relocated: `count` live ids, whose contents lie end to end, `size` bytes.

    `refers_to_data`: not only to text and other debug sections.  `start` is the address they count from.
    Where the file holds the section compressed, it is the first `packed_size` bytes of `packed`.
    """

    __slots__ = (
        "name",
        "pieces",
        "count",
        "refers_to_data",
        "size",
        "section",
        "start",
        "packed",
        "packed_size",
    )

    def __init__(self, name: str, pieces: Column, count: int, refers_to_data: bool) -> None:
        self.name = name
        self.pieces = pieces
        self.count = count
        self.refers_to_data = refers_to_data
        self.size = 0
        self.section: Section
        self.start = 0
        self.packed: Column | None = None
        self.packed_size = 0


class DebugSections:
    """All debug sections in file order, and what their relocations need.

    `slots`: by live id, one more than the number of a function's entry in its unit's part of .debug_addr;
    `starts`: by object, the address of the unit's first function.
    """

    __slots__ = ("sections", "slots", "starts")

    def __init__(self, sections: list[DebugSection], slots: Column, starts: Column) -> None:
        self.sections = sections
        self.slots = slots
        self.starts = starts
