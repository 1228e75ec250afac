"""Threads: a batch of independent tasks, handed out by an atomic counter.

Helpers are started once and sleep between batches: a link has some twenty batches, and many take less time
than starting a thread does.

Tasks place their results by index, so that what a batch computes does not depend on the number of threads.

For --trace, spans of time are recorded: of each task, and of what else calls span_begins and span_ends.
"""

from __future__ import annotations

import os

import cython
from cython.cimports.goweld.model.pthread import (
    atomic_next,
    pthread_cond_broadcast,
    pthread_cond_init,
    pthread_cond_signal,
    pthread_cond_t,
    pthread_cond_wait,
    pthread_create,
    pthread_detach,
    pthread_mutex_init,
    pthread_mutex_lock,
    pthread_mutex_t,
    pthread_mutex_unlock,
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
# The batches that helpers may work on, the last one first, and how many helpers there are, under a lock.
lock = cython.declare(pthread_mutex_t)
is_offered = cython.declare(pthread_cond_t)
is_done = cython.declare(pthread_cond_t)
offered = cython.declare("Batch *", cython.NULL)
nhelpers = cython.declare(int64_t, 0)
pthread_mutex_init(cython.address(lock), cython.NULL)
pthread_cond_init(cython.address(is_offered), cython.NULL)
pthread_cond_init(cython.address(is_done), cython.NULL)


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


def work(b):
    """What each thread does for a batch: take the next task until there is none."""
    while True:
        i = atomic_next(cython.address(b.next))
        if i >= b.n:
            return
        began = span_begins()
        b.task(b.context, i)
        span_ends(b.name, i, began)


def run_tasks(name, task, context, n):
    """Run task(context, 0 .. n - 1) on all threads, this one among them, and wait for them.

    Nobody waits for a helper that is not there yet: where others keep it from running, the rest do its part.
    """
    b = cython.declare(Batch)
    b.name = name
    b.task = task
    b.context = context
    b.n = n
    b.next = 0
    b.helping = 0
    b.wanted = min(cython.cast(int64_t, nthreads), n) - 1
    if b.wanted <= 0:
        work(cython.address(b))
        return
    offer(cython.address(b))
    work(cython.address(b))
    withdraw(cython.address(b))


def offer(b):
    """Have helpers see a batch, and start those that are not there yet."""
    global offered, nhelpers
    thread = cython.declare(pthread_t)
    pthread_mutex_lock(cython.address(lock))
    b.below = offered
    offered = b
    while nhelpers < b.wanted:
        if pthread_create(cython.address(thread), cython.NULL, helper, cython.NULL) != 0:
            break
        pthread_detach(thread)
        nhelpers += 1
    pthread_mutex_unlock(cython.address(lock))
    pthread_cond_signal(cython.address(is_offered))


def withdraw(b):
    """Have no helper begin with a batch any more, and wait for those that are at it."""
    global offered
    pthread_mutex_lock(cython.address(lock))
    place = cython.address(offered)
    while place[0] != b:
        place = cython.address(place[0].below)
    place[0] = b.below
    while b.helping > 0:
        pthread_cond_wait(cython.address(is_done), cython.address(lock))
    pthread_mutex_unlock(cython.address(lock))


def helper(argument):
    """A helper's life: it works on the batch offered last that wants one more, or sleeps.

    One wakes the next: where there are more helpers than processors, a short batch is done before all wake.
    """
    pthread_mutex_lock(cython.address(lock))
    while True:
        b = offered
        while b != cython.NULL and b.wanted == 0:
            b = b.below
        if b == cython.NULL:
            pthread_cond_wait(cython.address(is_offered), cython.address(lock))
            continue
        b.wanted -= 1
        b.helping += 1
        another = cython.cast(cython.bint, b.wanted > 0)
        pthread_mutex_unlock(cython.address(lock))
        if another:
            pthread_cond_signal(cython.address(is_offered))
        work(b)
        pthread_mutex_lock(cython.address(lock))
        b.helping -= 1
        if b.helping == 0:
            pthread_cond_broadcast(cython.address(is_done))


def run_beside(start, argument):
    """Start a thread of its own that nobody waits for; nothing where there is but one thread to use."""
    thread = cython.declare(pthread_t)
    if nthreads > 1 and pthread_create(cython.address(thread), cython.NULL, start, argument) == 0:
        pthread_detach(thread)
