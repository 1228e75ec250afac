"""Batches of tasks: each task is run once, by however many threads, and while others offer batches too."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from goweld.model.live_kernel import Live
from goweld.model.objects_kernel import Objects
from goweld.model.pool_kernel import record_spans, recorded_spans, set_threads
from goweld.model.symbols_kernel import Symbols

OFFERING, BATCHES = 4, 50


@pytest.fixture(scope="module", autouse=True)
def recording() -> None:
    record_spans(1 << 18)


def tasks() -> Counter[tuple[str, int]]:
    """How often each task was run so far, by the batch's name and the task's index."""
    return Counter((name, index) for name, index, *_ in recorded_spans())


def offer() -> None:
    """Offer batches, two for each numbering of live symbols, without the interpreter's lock."""
    for _ in range(BATCHES):
        Live(Symbols(Objects(0), bytes(256))).renumber()


# Helpers live on: there are more of them than the later numbers want.
@pytest.mark.parametrize("count", [2, 8, 3, 1])
def test_each_task_of_a_batch_is_run_once(count: int) -> None:
    set_threads(count)
    before = tasks()
    offering = [threading.Thread(target=offer, daemon=True) for _ in range(OFFERING)]
    for thread in offering:
        thread.start()
    for thread in offering:
        thread.join(60)
        assert not thread.is_alive()
    done = tasks() - before
    assert {name for name, _ in done} == {"number", "number duplicates"}
    assert set(done.values()) == {OFFERING * BATCHES}
