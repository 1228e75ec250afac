"""Go's unstable sort, step for step: where keys tie, its steps decide the order, and the order decides bytes.

Written after pdqsort_func of Go's package sort (zsortfunc.go, Go 1.24 and later).  Positions are positions in
the whole slice, not in the range being sorted: two of the steps look beyond the range.
"""

from __future__ import annotations

import cython
from cython.cimports.libc.stdint import int64_t, uint32_t, uint64_t
from cython.cimports.libc.stdlib import free, malloc

MAX_INSERTION = cython.declare(cython.int, 12)
SHORTEST_NINTHER = cython.declare(cython.int, 50)
SHORTEST_SHIFTING = cython.declare(cython.int, 50)
MAX_STEPS = cython.declare(cython.int, 5)
UNKNOWN = cython.declare(cython.int, 0)
INCREASING = cython.declare(cython.int, 1)
DECREASING = cython.declare(cython.int, 2)


def precedes(s, i, j):
    return s.less(s.context, s.items[i], s.items[j])


def swap(s, i, j):
    kept = s.items[i]
    s.items[i] = s.items[j]
    s.items[j] = kept


def bit_length(n):
    bits = cython.cast(int64_t, 0)
    while n:
        n >>= 1
        bits += 1
    return bits


def pdqsort(items, n, less, context):
    """Sort n items by less(context, item, item) as sort.Slice does."""
    s = cython.declare(Sorting)
    s.items = items
    s.context = context
    s.less = less
    sort_range(cython.address(s), 0, n, bit_length(n))


def insertion_sort(s, a, b):
    i = a + 1
    while i < b:
        j = i
        while j > a and precedes(s, j, j - 1):
            swap(s, j, j - 1)
            j -= 1
        i += 1


def sift_down(s, lo, hi, first):
    root = lo
    while True:
        child = 2 * root + 1
        if child >= hi:
            return
        if child + 1 < hi and precedes(s, first + child, first + child + 1):
            child += 1
        if not precedes(s, first + root, first + child):
            return
        swap(s, first + root, first + child)
        root = child


def heap_sort(s, a, b):
    size = b - a
    i = (size - 1) // 2
    while i >= 0:
        sift_down(s, i, size, a)
        i -= 1
    i = size - 1
    while i >= 0:
        swap(s, a, a + i)
        sift_down(s, 0, i, a)
        i -= 1


def sort_range(s, a, b, limit):
    """pdqsort_func: partition, recurse into the smaller part, loop over the larger."""
    hint = cython.declare(cython.int, 0)
    was_balanced = cython.declare(cython.bint, True)
    was_partitioned = cython.declare(cython.bint, True)
    while True:
        length = b - a
        if length <= MAX_INSERTION:
            insertion_sort(s, a, b)
            return
        if limit == 0:
            heap_sort(s, a, b)
            return
        if not was_balanced:
            break_patterns(s, a, b)
            limit -= 1
        pivot = choose_pivot(s, a, b, cython.address(hint))
        if hint == DECREASING:
            i = a
            j = b - 1
            while i < j:
                swap(s, i, j)
                i += 1
                j -= 1
            pivot = (b - 1) - (pivot - a)
            hint = INCREASING
        if was_balanced and was_partitioned and hint == INCREASING and partial_insertion_sort(s, a, b):
            return
        if a > 0 and not precedes(s, a - 1, pivot):
            a = partition_equal(s, a, b, pivot)
            continue
        mid = partition(s, a, b, pivot, cython.address(was_partitioned))
        threshold = length // 8
        if mid - a < b - mid:
            was_balanced = mid - a >= threshold
            sort_range(s, a, mid, limit)
            a = mid + 1
        else:
            was_balanced = b - mid >= threshold
            sort_range(s, mid + 1, b, limit)
            b = mid


def partition(s, a, b, pivot, already):
    swap(s, a, pivot)
    i = a + 1
    j = b - 1
    already[0] = True
    while True:
        while i <= j and precedes(s, i, a):
            i += 1
        while i <= j and not precedes(s, j, a):
            j -= 1
        if i > j:
            break
        already[0] = False
        swap(s, i, j)
        i += 1
        j -= 1
    swap(s, j, a)
    return j


def partition_equal(s, a, b, pivot):
    swap(s, a, pivot)
    i = a + 1
    j = b - 1
    while True:
        while i <= j and not precedes(s, a, i):
            i += 1
        while i <= j and precedes(s, a, j):
            j -= 1
        if i > j:
            return i
        swap(s, i, j)
        i += 1
        j -= 1


def partial_insertion_sort(s, a, b):
    """Whether a few shifts sorted the range.  The shift to the left runs to position 1 of the whole slice."""
    i = a + 1
    for _ in range(MAX_STEPS):
        while i < b and not precedes(s, i, i - 1):
            i += 1
        if i == b:
            return True
        if b - a < SHORTEST_SHIFTING:
            return False
        swap(s, i, i - 1)
        if i - a >= 2:
            j = i - 1
            while j >= 1 and precedes(s, j, j - 1):
                swap(s, j, j - 1)
                j -= 1
        if b - i >= 2:
            j = i + 1
            while j < b and precedes(s, j, j - 1):
                swap(s, j, j - 1)
                j += 1
    return False


def break_patterns(s, a, b):
    """Scatter three elements around the middle, by xorshift seeded with the length."""
    length = b - a
    if length < 8:
        return
    random = cython.cast(uint64_t, length)
    modulus = cython.cast(uint64_t, 1) << bit_length(length)
    middle = a + (length // 4) * 2
    index = middle - 1
    while index <= middle + 1:
        random ^= random << 13
        random ^= random >> 7
        random ^= random << 17
        other = cython.cast(int64_t, random & (modulus - 1))
        if other >= length:
            other -= length
        swap(s, index, a + other)
        index += 1


def choose_pivot(s, a, b, hint):
    length = b - a
    swaps = cython.declare(cython.int, 0)
    i = a + length // 4
    j = a + length // 4 * 2
    k = a + length // 4 * 3
    if length >= 8:
        if length >= SHORTEST_NINTHER:
            i = median(s, i - 1, i, i + 1, cython.address(swaps))
            j = median(s, j - 1, j, j + 1, cython.address(swaps))
            k = median(s, k - 1, k, k + 1, cython.address(swaps))
        j = median(s, i, j, k, cython.address(swaps))
    hint[0] = INCREASING if swaps == 0 else DECREASING if swaps == 12 else UNKNOWN
    return j


def median(s, a, b, c, swaps):
    if precedes(s, b, a):
        swaps[0] += 1
        a, b = b, a
    if precedes(s, c, b):
        swaps[0] += 1
        b, c = c, b
    if precedes(s, b, a):
        swaps[0] += 1
        a, b = b, a
    return b


def key_less(context, a, b):
    keys = cython.cast("int64_t *", context)
    return keys[a] < keys[b]


def sort_keys(keys: list[int]) -> list[int]:
    """The positions of `keys` in the order in which sort.Slice would leave them: for tests."""
    n = len(keys)
    values = cython.cast("int64_t *", malloc(8 * n + 8))
    items = cython.cast("uint32_t *", malloc(4 * n + 4))
    for i in range(n):
        values[i] = keys[i]
        items[i] = cython.cast(uint32_t, i)
    pdqsort(items, n, key_less, values)
    order = [items[i] for i in range(n)]
    free(values)
    free(items)
    return order
