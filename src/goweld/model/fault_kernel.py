"""What a link does when it is stopped from outside: by an input that vanishes, by a signal.

A mapped file that is cut short, or whose device fails, raises SIGBUS where it is read.  Signal handlers see
only what the process shares, so the inputs and the temporary output are noted here.
"""

from __future__ import annotations

import cython
from cython.cimports.libc.stdint import uint32_t
from cython.cimports.libc.stdlib import free, realloc
from cython.cimports.libc.string import memset, strdup, strlen
from cython.cimports.posix.unistd import _exit, unlink, write

inputs = cython.declare("Mapped *", cython.NULL)
ninputs = cython.declare(uint32_t, 0)
room = cython.declare(uint32_t, 0)
temporary = cython.declare("char *", cython.NULL)


def watch(first, length, path):
    """Note a mapped input, so that a fault in it can name it."""
    global inputs, ninputs, room
    if inputs == cython.NULL:
        action = cython.declare(sigaction_t)
        memset(cython.address(action), 0, cython.sizeof(action))
        action.sa_sigaction = on_bus_error
        action.sa_flags = SA_SIGINFO
        sigaction(SIGBUS, cython.address(action), cython.NULL)
    if ninputs == room:
        wanted = cython.cast(uint32_t, room * 2 if room else 256)
        grown = realloc(inputs, wanted * cython.sizeof(Mapped))
        if grown == cython.NULL:
            raise MemoryError
        inputs = cython.cast("Mapped *", grown)
        room = wanted
    kept = strdup(path)
    if kept == cython.NULL:
        raise MemoryError
    inputs[ninputs].first = first
    inputs[ninputs].end = first + length
    inputs[ninputs].path = kept
    ninputs += 1
    return 0


def hold(path: bytes) -> None:
    """Note the temporary output: a signal that ends the process removes it first."""
    global temporary
    signals = cython.declare(cython.int[4], [SIGHUP, SIGINT, SIGQUIT, SIGTERM])
    old = cython.declare(sigaction_t)
    new = cython.declare(sigaction_t)
    memset(cython.address(new), 0, cython.sizeof(new))
    new.sa_handler = on_end
    temporary = strdup(cython.cast("const char *", path))
    for i in range(4):
        # What is ignored stays ignored, as under nohup.
        if sigaction(signals[i], cython.NULL, cython.address(old)) == 0 and old.sa_handler == SIG_DFL:
            sigaction(signals[i], cython.address(new), cython.NULL)
    return 0


def let_go() -> None:
    """The temporary output is no more, or bears its final name."""
    global temporary
    kept = temporary
    temporary = cython.NULL
    free(kept)


def on_bus_error(signal, info, context):
    """Name the input that cannot be read any more, and end."""
    path = path_at(cython.cast("const uint8_t *", info.si_addr))
    if path == cython.NULL:
        end_by(signal)
        return
    say("link: cannot read ")
    say(path)
    say(": it was cut short or its device failed\n")
    if temporary != cython.NULL:
        unlink(temporary)
    _exit(2)


def path_at(address):
    """The input that an address belongs to: to its last mapped page, wherever the file ends in that."""
    for i in range(ninputs):
        if inputs[i].first <= address < inputs[i].end:
            return inputs[i].path
    return cython.NULL


def on_end(signal):
    """Leave nothing behind, then end by the signal."""
    end_by(signal)


def end_by(signal):
    """End by a signal's own effect."""
    action = cython.declare(sigaction_t)
    if temporary != cython.NULL:
        unlink(temporary)
    memset(cython.address(action), 0, cython.sizeof(action))
    action.sa_handler = SIG_DFL
    sigaction(signal, cython.address(action), cython.NULL)
    raise_signal(signal)


def say(text):
    """Write to standard error: nothing else is allowed in a handler."""
    if write(2, text, strlen(text)) < 0:
        return
