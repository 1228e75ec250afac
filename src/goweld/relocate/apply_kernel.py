"""Symbol contents with their relocations applied (ld.writeBlock and relocState.relocsym).

One pass over the symbols of a run in address order: copy the content, patch it, fill the gap to the next.
Cost: one copy of the bytes, the write's, and two random accesses per relocation, to its target's live id and
address.  Those are the time: they are fetched ahead for a group of symbols.
"""

from __future__ import annotations

import os

import cython
from cython.cimports.goweld.arch.dynrel_kernel import Rules
from cython.cimports.goweld.arch.instructions_kernel import Instructions
from cython.cimports.goweld.arch.outcome import (
    NOTHING,
    OK,
    WHY_ADDRESS_TOO_BIG,
    WHY_BOUNDS,
    WHY_BUILTIN,
    WHY_CORRUPT,
    WHY_IMPORT,
    WHY_NO_SECTION,
    WHY_NO_SLOT,
    WHY_PCREL_TOO_BIG,
    WHY_PHASE,
    WHY_SIZE,
    WHY_TLS,
    WHY_TOO_BIG,
    WHY_UNDEFINED,
    WHY_UNKNOWN_TYPE,
    WHY_UNREACHABLE,
)
from cython.cimports.goweld.codec.goobj_kernel import R_WEAK
from cython.cimports.goweld.codec.leb128 import put_fixed_uleb128
from cython.cimports.goweld.model.calls import is_direct_call
from cython.cimports.goweld.model.kinds import (
    K_DYNIMPORT,
    K_NONE,
    K_XREF,
    R_ADDR,
    R_ADDRCUOFF,
    R_ADDROFF,
    R_CALL,
    R_CONST,
    R_DWARFSECREF,
    R_DWTXTADDR_U1,
    R_DWTXTADDR_U4,
    R_ELF,
    R_GOTPCREL,
    R_METHODOFF,
    R_PCREL,
    R_SIZE,
    R_TLS_IE,
    R_TLS_LE,
)
from cython.cimports.goweld.model.live_kernel import A_LINKER_RELOCS, target
from cython.cimports.goweld.model.memory_kernel import Column
from cython.cimports.goweld.model.pool_kernel import run_tasks, thread_count
from cython.cimports.goweld.model.pthread import (
    atomic_next,
    pthread_mutex_init,
    pthread_mutex_lock,
    pthread_mutex_trylock,
    pthread_mutex_unlock,
)
from cython.cimports.goweld.model.symbols_kernel import MISSING, canonical, gw_prefetch, live_of, locate
from cython.cimports.goweld.relocate.external_kernel import leave, reserve, trim, write_relas
from cython.cimports.libc.errno import EINTR, errno
from cython.cimports.libc.stdint import int32_t, int64_t, uint8_t, uint32_t, uint64_t
from cython.cimports.libc.stdlib import free, malloc
from cython.cimports.libc.string import memcpy, memset
from cython.cimports.posix.unistd import pwrite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.arch.arch import Arch
    from goweld.model.live_kernel import Live

GROUP = cython.declare(uint32_t, 256)  # relocations whose targets are fetched together
AHEAD = cython.declare(uint32_t, 4)  # symbols that are fetched before they are copied
RUN_SIZE = cython.declare(uint64_t, 256 << 10)  # bytes of a run, unless one symbol is larger


def is_undefined(c, s, r):
    """Whether nobody defines the dead symbol that a relocation of s refers to: a method without a body."""
    if c.attr[s] & A_LINKER_RELOCS:
        return False
    syms = c.syms
    raw = locate(syms, cython.address(syms.objects[c.obj[s]]), r.pkg, r.idx)
    return cython.cast(cython.bint, syms.first_ref <= raw < syms.n and canonical(syms, raw) >= syms.first_ref)


def settle(p, s, r, target, size):
    """Check a relocation and decide what stands for a dead target; OK, NOTHING, or why it cannot be."""
    c = p.c
    t = target[0]
    if r.off < 0 or r.off + r.size > cython.cast(int64_t, size):
        return WHY_BOUNDS
    if r.size == 0:
        return NOTHING
    if t >= c.n:
        return WHY_BUILTIN if t == MISSING else WHY_CORRUPT
    if t == 0:
        kind = r.type & (R_WEAK - 1)
        weak = cython.declare(cython.bint, r.type & R_WEAK)
        # Dead, or no symbol at all.
        if is_undefined(c, s, r):
            return WHY_UNDEFINED
        if weak and kind == R_ADDR:
            target[0] = p.unreachable
        elif weak and kind == R_ADDROFF:
            return NOTHING
        elif weak and c.noop and is_direct_call(kind):
            target[0] = c.noop
        elif kind != R_METHODOFF and not weak and (r.pkg or r.idx):
            return WHY_UNREACHABLE
    elif c.kind[t] == K_NONE or c.kind[t] == K_XREF:
        return WHY_UNDEFINED
    return OK


def relocate(p, s, r, t, at, size, found):
    """Apply one relocation, to t, to the bytes of its symbol; OK, or why not and what was `found`."""
    why = settle(p, s, r, cython.address(t), size)
    if why != OK:
        return OK if why == NOTHING else why
    if r.type & (R_WEAK - 1) >= R_ELF:
        return OK  # what the dynamic linker would see to, in a static program
    if t and p.c.kind[t] == K_DYNIMPORT:
        return WHY_IMPORT
    return resolve_here(p, s, r, t, at, found)


def resolve_here(p, s, r, t, at, found):
    """Apply a relocation that no other linker need see."""
    c = p.c
    kind = r.type & (R_WEAK - 1)
    o = cython.declare(int64_t, 0)
    if kind == R_PCREL or kind == R_CALL or kind == R_GOTPCREL:
        o = c.value[t] + r.add - (c.value[s] + r.off + r.size)
    elif kind == R_ADDR:
        o = c.value[t] + r.add
        if r.size == 4 and cython.cast(int32_t, o) < 0:
            found[0] = o
            return WHY_ADDRESS_TOO_BIG
    elif kind == R_ADDROFF or kind == R_METHODOFF:
        if t == 0:
            o = -1
        else:
            if c.sect[t] == 0:
                return WHY_NO_SECTION
            o = c.value[t] - p.section_start[c.sect[t]] + r.add
    elif kind == R_DWARFSECREF:
        if c.sect[t] == 0:
            return WHY_NO_SECTION
        o = c.value[t] - p.section_start[c.sect[t]] + r.add
    elif R_DWTXTADDR_U1 <= kind <= R_DWTXTADDR_U4:
        if r.size != kind - R_DWTXTADDR_U1 + 1:
            return WHY_SIZE
        if p.slots == cython.NULL or p.slots[t] == 0:
            return WHY_NO_SLOT
        if (p.slots[t] - 1) >> (7 * r.size):
            return WHY_TOO_BIG
        put_fixed_uleb128(at + r.off, p.slots[t] - 1, r.size)
        return OK
    elif kind == R_ADDRCUOFF:
        if p.unit_start == cython.NULL:
            return WHY_UNKNOWN_TYPE
        o = c.value[t] + r.add - p.unit_start[c.obj[t]]
    elif kind == R_TLS_LE:
        o = p.tls_offset + r.add
    elif kind == R_TLS_IE:
        if p.relax == cython.NULL or r.size != 4 or not p.relax(at, r.off):
            return WHY_TLS
        o = p.tls_offset
    elif kind == R_CONST:
        o = r.add
    elif kind == R_SIZE:
        o = c.size[t] + r.add
    elif p.apply != cython.NULL:
        return p.apply(c, s, r, kind, t, at + r.off, found)
    else:
        return WHY_UNKNOWN_TYPE
    found[0] = o
    q = at + r.off
    if r.size == 4:
        if o != cython.cast(int32_t, o):
            if kind == R_PCREL or kind == R_CALL:
                return WHY_PCREL_TOO_BIG
            if o != cython.cast(uint32_t, o):
                return WHY_TOO_BIG
        cython.cast("int32_t *", q)[0] = cython.cast(int32_t, o)
    elif r.size == 8:
        cython.cast("int64_t *", q)[0] = o
    elif r.size == 1:
        q[0] = cython.cast(uint8_t, o)
    elif r.size == 2:
        if o < -32768 or o > 65535 or ((kind == R_PCREL or kind == R_CALL) and o > 32767):
            return WHY_PCREL_TOO_BIG if kind == R_PCREL or kind == R_CALL else WHY_TOO_BIG
        q[0] = cython.cast(uint8_t, o)
        q[1] = cython.cast(uint8_t, o >> 8)
    else:
        return WHY_SIZE
    return OK


def apply_symbols(p, ids, n, out, addr, size, pad, failures, most, external):
    """Write [addr, addr + size) into `out`; how many failures there were, of which `most` are kept.

    `external` takes the relocations that are left to the host linker, where there is one.
    """
    c = p.c
    targets = cython.declare(uint32_t[256])
    origin = out - addr
    end = addr + size
    nfailures = cython.cast(uint32_t, 0)
    i = cython.cast(uint32_t, 0)
    while i < n:
        first = i
        ntargets = cython.cast(uint32_t, 0)
        while i < n and (i == first or ntargets + c.nrel[ids[i]] <= GROUP):
            s = ids[i]
            if c.value[s] < addr or c.value[s] + c.size[s] > end or c.ndata[s] > c.size[s]:
                return fail(failures, nfailures, most, s, 0, 0, WHY_PHASE, 0)
            if i + AHEAD < n:
                gw_prefetch(c.data[ids[i + AHEAD]])
                gw_prefetch(c.rel[ids[i + AHEAD]])
            if c.nrel[s] <= GROUP:
                find_targets(c, s, targets + ntargets)
            ntargets += c.nrel[s]
            copy_symbol(c, s, origin, addr, pad)
            addr = c.value[s] + c.size[s]
            i += 1
        if ntargets <= GROUP:
            find_live(c, ids + first, i - first, targets)
        nfailures = relocate_group(
            p, ids + first, i - first, targets, ntargets <= GROUP, origin, failures, nfailures, most, external
        )
    if addr < end:
        memset(origin + addr, pad, end - addr)
    return nfailures


def copy_symbol(c, s, origin, addr, pad):
    """Copy a symbol's content to its place, and fill up from `addr` before it and in what it lacks."""
    at = origin + c.value[s]
    if c.value[s] > addr:
        memset(origin + addr, pad, c.value[s] - addr)
    if c.ndata[s]:
        memcpy(at, c.data[s], c.ndata[s])
    if c.size[s] > c.ndata[s]:
        memset(at + c.ndata[s], pad, c.size[s] - c.ndata[s])


def find_targets(c, s, targets):
    """The raw ids that a symbol's relocations refer to; live ids where the linker made them."""
    r = c.rel[s]
    n = c.nrel[s]
    if c.attr[s] & A_LINKER_RELOCS:
        for j in range(n):
            targets[j] = r[j].idx
        return
    o = cython.address(c.syms.objects[c.obj[s]])
    for j in range(n):
        raw = locate(c.syms, o, r[j].pkg, r[j].idx)
        targets[j] = raw
        if raw < MISSING:
            gw_prefetch(c.syms.canon + raw)


def find_live(c, ids, n, targets):
    """Make live ids of the raw ids of a group's targets."""
    for i in range(n):
        s = ids[i]
        raw_ids = cython.declare(cython.bint, not c.attr[s] & A_LINKER_RELOCS)
        for j in range(c.nrel[s]):
            t = targets[j]
            if raw_ids and t < MISSING:
                t = live_of(c.syms, t)
                targets[j] = t
            if t < c.n:
                gw_prefetch(c.value + t)
                gw_prefetch(c.kind + t)
        targets += c.nrel[s]


def relocate_group(p, ids, n, targets, found, origin, failures, nfailures, most, external):
    """Apply the relocations of some symbols, whose targets are `found` or not; how many failed so far."""
    c = p.c
    value = cython.declare(int64_t, 0)
    for i in range(n):
        s = ids[i]
        r = c.rel[s]
        for j in range(c.nrel[s]):
            t = targets[j] if found else target(c, s, r + j)
            at = origin + c.value[s]
            if p.names == cython.NULL:
                why = relocate(p, s, r + j, t, at, c.ndata[s], cython.address(value))
            else:
                why = leave(p, s, r + j, t, at, c.ndata[s], cython.address(value), external)
            if why != OK:
                nfailures = fail(failures, nfailures, most, s, j, t, why, value)
        targets += c.nrel[s]
    return nfailures


def fail(failures, nfailures, most, s, reloc, target, why, value):
    """Keep a failure if there is room for it; how many there are."""
    if nfailures < most:
        f = cython.address(failures[nfailures])
        f.symbol = s
        f.reloc = reloc
        f.target = target
        f.why = why
        f.value = value
    return nfailures + 1


def write_runs(context, index):
    """A task: relocate and write runs until there is none, through memory that stays in cache.

    The system lets one thread at a time write to a file, and has the others wait busily: who finds another
    one writing goes on with the next run.
    """
    b = cython.cast("Runs *", context)
    scratch = cython.cast("uint8_t *", malloc(WAITING * RUN_SIZE))
    waiting = cython.declare(Waiting[4])
    n = cython.cast(uint32_t, 0)
    more = cython.declare(cython.bint, scratch != cython.NULL)
    if not more:
        # Only ever set: what another thread found must not be forgotten.
        b.no_memory = True
    while more or n:
        i = atomic_next(cython.address(b.next)) if more else b.n
        more = i < b.n and not b.error
        if more:
            waiting[n].run = b.list + i
            waiting[n].content = bytes_of(b, b.list + i, scratch + n * RUN_SIZE)
            if waiting[n].content == cython.NULL:
                b.no_memory = True
                break
            n += 1
        if n == WAITING or not more:
            pthread_mutex_lock(cython.address(b.writing))
        elif pthread_mutex_trylock(cython.address(b.writing)) != 0:
            continue
        for j in range(n):
            write_run(b, waiting[j].run, waiting[j].content)
        n = 0
        pthread_mutex_unlock(cython.address(b.writing))
    free(scratch)


def bytes_of(b, r, scratch):
    """A run's bytes, in `scratch` if they must be relocated; NULL where there is no memory."""
    content = as_it_is(b.place.c, r)
    if content != cython.NULL:
        return content
    if b.place.names != cython.NULL and not reserve(b.place.c, r):
        return cython.cast("uint8_t *", cython.NULL)
    content = scratch if r.size <= RUN_SIZE else cython.cast("uint8_t *", malloc(r.size))
    if content != cython.NULL:
        r.nfailures = apply_symbols(
            cython.address(b.place),
            r.ids,
            r.n,
            content,
            r.addr,
            r.size,
            r.pad,
            r.failures,
            MOST_FAILURES,
            cython.address(r.external),
        )
        trim(cython.address(r.external))
    return content


def write_run(b, r, content):
    """Write one run, and free its bytes where they had too little room in the scratch."""
    if r.nfailures == 0:
        error = write_at(b.file, content, r.size, r.fileoff)
        if error:
            b.error = error
    if r.size > RUN_SIZE and as_it_is(b.place.c, r) == cython.NULL:
        free(content)


def as_it_is(c, r):
    """The bytes of a run that need no copy: what is ready, or one symbol without relocations; else NULL."""
    if r.ready != cython.NULL or r.n != 1:
        return r.ready
    s = r.ids[0]
    if c.nrel[s] or c.ndata[s] != r.size or c.size[s] != r.size or c.value[s] != r.addr:
        return cython.NULL
    return cython.cast("uint8_t *", c.data[s])


def write_at(file, content, size, fileoff):
    """Write all bytes at an offset of a file; 0 or an errno."""
    while size:
        n = pwrite(file, content, size, fileoff)
        if n < 0:
            if errno == EINTR:
                continue
            return errno
        content += n
        fileoff += n
        size -= n
    return 0


class Relocation:
    """What a link writes to its file: runs of symbols, added one by one, written by all threads at once."""

    def __init__(self, live: Live, arch: Arch, tls_offset: int, unreachable: int, pie: bool) -> None:
        self.live = live
        self.arch = arch
        if arch.instructions is not None:
            self.b.place.apply = cython.cast(Instructions, arch.instructions).apply
        self.memory = []
        starts = Column(8, 256)
        self.memory.append(starts)
        self.b.place.c = cython.address(self.live.c)
        self.b.place.section_start = cython.cast("uint64_t *", cython.cast(Column, starts).ptr)
        self.b.place.tls_offset = tls_offset
        if pie and arch.dynamic is not None:
            self.b.place.relax = cython.cast(Rules, arch.dynamic().rules()).relax
        self.b.place.unreachable = unreachable
        pthread_mutex_init(cython.address(self.b.writing), cython.NULL)

    def count_from(self, section_starts: list[int]) -> None:
        """What section-relative relocations count from, by section index."""
        for i in range(min(len(section_starts), 256)):
            self.b.place.section_start[i] = section_starts[i]
        return 0

    def refer(self, slots: Column, starts: Column) -> None:
        """What the relocations of debug sections refer to: see DebugSections."""
        self.memory += [slots, starts]
        self.b.place.slots = cython.cast("uint32_t *", slots.ptr)
        self.b.place.unit_start = cython.cast("uint64_t *", starts.ptr)
        return 0

    def add(
        self, order: Column, first: int, count: int, fileoff: int, addr: int, size: int, pad: int
    ) -> None:
        """Write `count` symbols of `order` from `first`, those of [addr, addr + size), at `fileoff`.

        Long runs are cut between symbols, so that threads can share them.
        """
        c = cython.address(self.live.c)
        self.memory.append(order)
        ids = cython.cast("uint32_t *", order.ptr) + first
        end = addr + size
        base = addr
        start = cython.cast(uint32_t, 0)
        while True:
            stop = start + 1 if start < count else count
            while stop < count and c.value[ids[stop]] + c.size[ids[stop]] - addr <= RUN_SIZE:
                stop += 1
            limit = c.value[ids[stop]] if stop < count else end
            if limit < addr or limit > end:
                # Symbols out of order: one run to the end, which says so.
                stop = count
                limit = end
            r = self.append(fileoff, limit - addr)
            r.ids = ids + start
            r.n = stop - start
            r.addr = addr
            r.pad = pad
            r.external.base = base
            fileoff += limit - addr
            addr = limit
            start = stop
            if stop >= count:
                return 0

    def add_ready(self, content: Column, size: int, fileoff: int) -> None:
        """Write the first `size` bytes of a column as they are."""
        self.memory.append(content)
        self.append(fileoff, size).ready = cython.cast("uint8_t *", content.ptr)
        return 0

    def append(self, fileoff, size):
        if self.b.n == self.room:
            self.room = self.room * 2 if self.room else 64
            grown = Column(cython.sizeof(Run), self.room)
            if self.b.n:
                memcpy(grown.ptr, self.b.list, self.b.n * cython.sizeof(Run))
            self.memory.append(grown)
            self.b.list = cython.cast("Run *", grown.ptr)
        r = cython.address(self.b.list[self.b.n])
        self.b.n += 1
        r.fileoff = fileoff
        r.size = size
        return r

    def write(self, file: int) -> list[tuple[int, int, int, int, int]]:
        """Write what was added; see written()."""
        self.b.file = file
        with cython.nogil:
            run_tasks(b"relocate and write", write_runs, cython.address(self.b), thread_count())
        return self.written()

    def written(self) -> list[tuple[int, int, int, int, int]]:
        """Forget the runs, which were written but for those with failures; not what they leave to others.

        Failures in order, or some: (symbol, relocation, target, why, value).  Raises OSError where the file
        took no more.
        """
        if self.b.no_memory:
            raise MemoryError
        if self.b.error:
            raise OSError(self.b.error, os.strerror(self.b.error))
        found = []
        for i in range(self.b.n):
            r = cython.address(self.b.list[i])
            for j in range(min(r.nfailures, MOST_FAILURES)):
                f = cython.address(r.failures[j])
                found.append((f.symbol, f.reloc, f.target, f.why, f.value))
        if self.b.place.names == cython.NULL:
            self.b.n = 0
            self.b.next = 0
        return found

    def name(self, numbers: Column, sections: list[int], carriers: list[int], alone: int, tls: int) -> None:
        """Leave to the host linker what it alone can resolve: see Names.  Before anything is added."""
        names = Column(cython.sizeof(Names), 1)
        by_section = Column(4, 256)
        self.memory += [names, by_section, numbers]
        n = cython.cast("Names *", cython.cast(Column, names).ptr)
        n.number = cython.cast("uint32_t *", numbers.ptr)
        n.of_section = cython.cast("uint32_t *", cython.cast(Column, by_section).ptr)
        for i in range(min(len(sections), 256)):
            n.of_section[i] = sections[i]
        for i in range(min(len(carriers), 64)):
            n.carrier[i] = carriers[i]
        n.alone = alone
        n.tls = tls
        if self.arch.dynamic is not None:
            n.elf_type = cython.cast(Rules, self.arch.dynamic().rules()).elf_type
        self.b.place.names = n
        return 0

    def runs(self) -> int:
        """How many runs there are."""
        return self.b.n

    def external(self, first: int, end: int) -> int:
        """How many relocations of the runs from `first` to `end` are left to the host linker."""
        total = cython.cast(uint64_t, 0)
        for i in range(first, end):
            total += self.b.list[i].external.n
        return total

    def write_external(self, file: int, fileoff: int) -> None:
        """Write those of all runs, one behind the other.  Raises OSError where the file takes no more."""
        for i in range(self.b.n):
            self.b.list[i].external.fileoff = fileoff
            fileoff += self.b.list[i].external.n * cython.sizeof(Rela)
        self.b.file = file
        with cython.nogil:
            run_tasks(b"write relocations", write_relas, cython.address(self.b), self.b.n)
        if self.b.error:
            raise OSError(self.b.error, os.strerror(self.b.error))
        return 0
