"""Threads: a batch of independent tasks, handed out by an atomic counter.

Tasks place their results by index, so that what a batch computes does not depend on the number of threads.

For --trace, spans of time are recorded: of each task, and of what else calls span_begins and span_ends.
"""

from __future__ import annotations

import os

import cython
from cython.cimports.goweld.model.pthread import (
    atomic_next,
    pthread_create,
    pthread_detach,
    pthread_join,
    pthread_self,
    pthread_t,
)
from cython.cimports.libc.stdint import int64_t
from cython.cimports.libc.stdlib import malloc
from cython.cimports.libc.string import strncpy
from cython.cimports.posix.time import CLOCK_MONOTONIC, clock_gettime, timespec

MOST = cython.declare(cython.int, 64)
nthreads = cython.declare(cython.int, 1)
# What is recorded: room for `most` spans, of which `nspans` were made, perhaps more than there is room for.
recorded = cython.declare("Span *", cython.NULL)
nspans = cython.declare(int64_t, 0)
most = cython.declare(int64_t, 0)
NAME = cython.declare(cython.int, 32)


def thread_count() -> int:
    """How many threads there are to use."""
    return nthreads


def set_threads(n: int) -> None:
    """Use n threads; 0: as many as there are processors to run on, at most 8."""
    global nthreads
    if n <= 0:
        n = min(len(os.sched_getaffinity(0)), 8)
    nthreads = min(n, MOST)


def record_spans(room: int) -> None:
    """Record spans from here on, at most `room`."""
    global recorded, most
    recorded = cython.cast("Span *", malloc(cython.cast(cython.size_t, room) * cython.sizeof(Span)))
    most = room if recorded != cython.NULL else 0


def recorded_spans() -> list[tuple[str, int, int, int, int]]:
    """Of each span: its name, the task's index or -1, when it began and ended in ns, its thread."""
    found = []
    for i in range(min(nspans, most)):
        span = cython.address(recorded[i])
        found.append((span.name.decode(), span.index, span.began, span.ended, span.thread))
    return found


def this_thread() -> int:
    """The number of the calling thread, as spans have it."""
    return cython.cast(int64_t, pthread_self())


def span_begins() -> int:
    """The time in ns, for span_ends; 0 where nothing is recorded."""
    t = cython.declare(timespec)
    if recorded == cython.NULL:
        return 0
    clock_gettime(CLOCK_MONOTONIC, cython.address(t))
    return cython.cast(int64_t, t.tv_sec) * 1000000000 + t.tv_nsec


def span_ends(name: bytes, index: int, began: int) -> None:
    """Record what this thread did since `began`; what has no name consists of what has."""
    if began == 0 or name[0] == 0:
        return
    i = atomic_next(cython.address(nspans))
    if i < most:
        span = cython.address(recorded[i])
        strncpy(span.name, name, NAME - 1)
        span.name[NAME - 1] = 0
        span.index = index
        span.began = began
        span.ended = span_begins()
        span.thread = cython.cast(int64_t, pthread_self())


def work(batch):
    """What each thread does: take the next task until there is none."""
    b = cython.cast("Batch *", batch)
    while True:
        i = atomic_next(cython.address(b.next))
        if i >= b.n:
            return cython.NULL
        began = span_begins()
        b.task(b.context, i)
        span_ends(b.name, i, began)


def run_tasks(name, task, context, n):
    """Run task(context, 0 .. n - 1) on all threads, this one among them, and wait for them."""
    threads = cython.declare(pthread_t[64])
    b = cython.declare(Batch)
    b.name = name
    b.task = task
    b.context = context
    b.n = n
    b.next = 0
    started = cython.declare(cython.int, 0)
    while started < nthreads - 1 and started < n - 1:
        if pthread_create(cython.address(threads[started]), cython.NULL, work, cython.address(b)) != 0:
            break
        started += 1
    work(cython.address(b))
    for i in range(started):
        pthread_join(threads[i], cython.NULL)


def run_beside(start, argument):
    """Start a thread of its own that nobody waits for; nothing where there is but one thread to use."""
    thread = cython.declare(pthread_t)
    if nthreads > 1 and pthread_create(cython.address(thread), cython.NULL, start, argument) == 0:
        pthread_detach(thread)
