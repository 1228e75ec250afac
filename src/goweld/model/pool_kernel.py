"""Threads: a batch of independent tasks, handed out by an atomic counter.

Tasks place their results by index, so that what a batch computes does not depend on the number of threads.
"""

from __future__ import annotations

import os

import cython
from cython.cimports.goweld.model.pthread import (
    atomic_next,
    pthread_create,
    pthread_detach,
    pthread_join,
    pthread_t,
)

MOST = cython.declare(cython.int, 64)
nthreads = cython.declare(cython.int, 1)


def thread_count() -> int:
    """How many threads there are to use."""
    return nthreads


def set_threads(n: int) -> None:
    """Use n threads; 0: as many as there are processors to run on, at most 8."""
    global nthreads
    if n <= 0:
        n = min(len(os.sched_getaffinity(0)), 8)
    nthreads = min(n, MOST)


def work(batch):
    """What each thread does: take the next task until there is none."""
    b = cython.cast("Batch *", batch)
    while True:
        i = atomic_next(cython.address(b.next))
        if i >= b.n:
            return cython.NULL
        b.task(b.context, i)


def run_tasks(task, context, n):
    """Run task(context, 0 .. n - 1) on all threads, this one among them, and wait for them."""
    threads = cython.declare(pthread_t[64])
    b = cython.declare(Batch)
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
