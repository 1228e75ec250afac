"""One function run beside the rest: worth it for kernels, which work without the interpreter's lock."""

from __future__ import annotations

import _thread

from goweld.model.pool_kernel import span_begins, span_ends, thread_count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Beside:
    """Runs `function` on a thread of its own, or at once where there is but one thread to use.

    `name` is what a trace shows.
    """

    __slots__ = ("name", "function", "answer", "error", "finished")

    def __init__(self, name: bytes, function: Callable[[], int]) -> None:
        self.name = name
        self.function = function
        self.answer = 0
        self.error: BaseException | None = None
        self.finished = _thread.allocate_lock()
        self.finished.acquire()
        if thread_count() > 1:
            _thread.start_new_thread(self.run, ())
        else:
            self.run()

    def run(self) -> None:
        began = span_begins()
        try:
            self.answer = self.function()
        except BaseException as error:
            self.error = error
        span_ends(self.name, -1, began)
        self.finished.release()

    def result(self) -> int:
        """What the function returned, once it has; raises what it raised."""
        self.finished.acquire()
        self.finished.release()
        if self.error is not None:
            raise self.error
        return self.answer
