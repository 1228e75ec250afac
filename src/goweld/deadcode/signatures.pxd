# Sets of method signatures: what a program calls through interfaces, what it looks up by name.

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp


cdef struct Text:             # a string in a mapped object
    const uint8_t* ptr
    uint64_t size


cdef struct SigSlot:          # an interface method that is called, or a method name that is
    uint64_t hash
    Text name
    uint32_t type
    bint used


cdef struct SigSet:           # open addressing
    SigSlot* slots
    uint64_t mask
    uint64_t n


cdef inline bint has(SigSet* set, uint64_t hash, Text name, uint32_t type) noexcept nogil:
    """Whether a signature is in a set."""
    cdef SigSlot* slot
    cdef uint64_t i
    if set.n == 0:
        return False
    i = hash & set.mask
    while set.slots[i].used:
        slot = &set.slots[i]
        if (
            slot.hash == hash
            and slot.type == type
            and slot.name.size == name.size
            and memcmp(slot.name.ptr, name.ptr, name.size) == 0
        ):
            return True
        i = (i + 1) & set.mask
    return False


cdef inline void place(SigSlot* slots, uint64_t mask, SigSlot* slot) noexcept nogil:
    """Put a signature where it is found again."""
    cdef uint64_t i = slot.hash & mask
    while slots[i].used:
        i = (i + 1) & mask
    slots[i] = slot[0]


cdef inline bint add(SigSet* set, uint64_t hash, Text name, uint32_t type) noexcept nogil:
    """Add a signature; False where there is no memory."""
    cdef SigSlot slot
    cdef SigSlot* grown
    cdef uint64_t room, k
    if has(set, hash, name, type):
        return True
    if set.slots == NULL or set.n * 2 > set.mask:
        room = (set.mask + 1) * 2 if set.slots != NULL else 1024
        grown = <SigSlot*>calloc(room, sizeof(SigSlot))
        if grown == NULL:
            return False
        if set.slots != NULL:
            for k in range(set.mask + 1):
                if set.slots[k].used:
                    place(grown, room - 1, &set.slots[k])
        free(set.slots)
        set.slots = grown
        set.mask = room - 1
    slot.hash = hash
    slot.name = name
    slot.type = type
    slot.used = True
    place(set.slots, set.mask, &slot)
    set.n += 1
    return True


cdef inline bint merge(SigSet* set, SigSet* other) noexcept nogil:
    """Move the signatures of another set; False where there is no memory."""
    cdef uint64_t k
    if other.n:
        for k in range(other.mask + 1):
            if other.slots[k].used:
                if not add(set, other.slots[k].hash, other.slots[k].name, other.slots[k].type):
                    return False
    free(other.slots)
    other.slots = NULL
    other.mask = 0
    other.n = 0
    return True
