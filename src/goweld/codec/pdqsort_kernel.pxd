from libc.stdint cimport int64_t, uint32_t, uint64_t

ctypedef bint (*Less)(void* context, uint32_t a, uint32_t b) noexcept nogil


cdef struct Sorting:
    uint32_t* items
    void* context
    Less less


cdef void pdqsort(uint32_t* items, int64_t n, Less less, void* context) noexcept nogil
cdef void sort_range(Sorting* s, int64_t a, int64_t b, int64_t limit) noexcept nogil
cdef bint precedes(Sorting* s, int64_t i, int64_t j) noexcept nogil
cdef void swap(Sorting* s, int64_t i, int64_t j) noexcept nogil
cdef int64_t bit_length(uint64_t n) noexcept nogil
cdef void insertion_sort(Sorting* s, int64_t a, int64_t b) noexcept nogil
cdef void sift_down(Sorting* s, int64_t lo, int64_t hi, int64_t first) noexcept nogil
cdef void heap_sort(Sorting* s, int64_t a, int64_t b) noexcept nogil
cdef int64_t partition(Sorting* s, int64_t a, int64_t b, int64_t pivot, bint* already) noexcept nogil
cdef int64_t partition_equal(Sorting* s, int64_t a, int64_t b, int64_t pivot) noexcept nogil
cdef bint partial_insertion_sort(Sorting* s, int64_t a, int64_t b) noexcept nogil
cdef void break_patterns(Sorting* s, int64_t a, int64_t b) noexcept nogil
cdef int64_t choose_pivot(Sorting* s, int64_t a, int64_t b, int* hint) noexcept nogil
cdef int64_t median(Sorting* s, int64_t a, int64_t b, int64_t c, int* swaps) noexcept nogil
cpdef list sort_keys(list keys)
cdef bint key_less(void* context, uint32_t a, uint32_t b) noexcept nogil
