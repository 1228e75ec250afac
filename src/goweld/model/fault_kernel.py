"""What a link does when it is stopped from outside: by an input that vanishes, by a signal.

A mapped file that is cut short, or whose device fails, raises SIGBUS where it is read.  Signal handlers see
only what the process shares, so the inputs and the temporary output are noted here.
"""

from __future__ import annotations

import cython
from cython.cimports.libc.stdint import uint32_t
from cython.cimports.libc.stdlib import free, realloc
from cython.cimports.libc.string import memset, strdup, strlen
from cython.cimports.posix.unistd import _exit, rmdir, unlink, write

inputs = cython.declare("Mapped *", cython.NULL)
ninputs = cython.declare(uint32_t, 0)
room = cython.declare(uint32_t, 0)
temporary = cython.declare("char *", cython.NULL)
folder = cython.declare("char *", cython.NULL)
inside = cython.declare("char **", cython.NULL)
ninside = cython.declare(uint32_t, 0)
running = cython.declare(cython.int, 0)
STARTING = cython.declare(cython.int, -1)
LONGEST = cython.declare(cython.int, 100)  # times 2 ms that are waited for a program


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
    catch_signals()
    temporary = strdup(cython.cast("const char *", path))
    return 0


def hold_folder(path: bytes) -> None:
    """Note the directory of temporary files: it is removed as well, with what hold_inside names."""
    global folder
    catch_signals()
    folder = strdup(cython.cast("const char *", path))
    return 0


def hold_inside(path: bytes) -> None:
    """Note a file in that directory. A handler can list none, so all that may be there are named."""
    global inside, ninside
    grown = realloc(inside, (ninside + 1) * cython.sizeof("char *"))
    if grown == cython.NULL:
        raise MemoryError
    inside = cython.cast("char **", grown)
    inside[ninside] = strdup(cython.cast("const char *", path))
    ninside += 1
    return 0


def let_go_folder() -> None:
    """The directory of temporary files is no more."""
    global folder, ninside
    kept = folder
    folder = cython.NULL
    free(kept)
    ninside = 0


def child(process: int) -> None:
    """Note the program that runs for this link, the leader of its group; 0: none does any more."""
    global running
    running = process


def child_starts() -> None:
    """A program is about to start: another thread that is to end it waits until it is known."""
    global running
    running = STARTING


def catch_signals():
    """Have signals that end the process clean up."""
    signals = cython.declare(cython.int[4], [SIGHUP, SIGINT, SIGQUIT, SIGTERM])
    old = cython.declare(sigaction_t)
    new = cython.declare(sigaction_t)
    memset(cython.address(new), 0, cython.sizeof(new))
    new.sa_handler = on_end
    for i in range(4):
        # What is ignored stays ignored, as under nohup.
        if sigaction(signals[i], cython.NULL, cython.address(old)) == 0 and old.sa_handler == SIG_DFL:
            sigaction(signals[i], cython.address(new), cython.NULL)


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
    clean()
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


def clean():
    """Remove what is temporary, once nobody writes to it any more."""
    if running != 0:
        end_child()
    if temporary != cython.NULL:
        unlink(temporary)
    if folder != cython.NULL:
        for i in range(ninside):
            unlink(inside[i])
        rmdir(folder)


def end_child():
    """End the program that runs for this link and those that it runs, and wait for it, but not for ever."""
    status = cython.declare(cython.int, 0)
    time = cython.declare(timespec_t)
    memset(cython.address(time), 0, cython.sizeof(time))
    time.tv_nsec = 2000000
    for i in range(LONGEST):
        if running != STARTING:
            break
        nanosleep(cython.address(time), cython.NULL)
    if running <= 0:
        return
    kill(-running, SIGTERM)
    for i in range(LONGEST):
        if waitpid(running, cython.address(status), WNOHANG) != 0:
            break
        nanosleep(cython.address(time), cython.NULL)


def end_by(signal):
    """End by a signal's own effect."""
    action = cython.declare(sigaction_t)
    clean()
    memset(cython.address(action), 0, cython.sizeof(action))
    action.sa_handler = SIG_DFL
    sigaction(signal, cython.address(action), cython.NULL)
    raise_signal(signal)


def say(text):
    """Write to standard error: nothing else is allowed in a handler."""
    if write(2, text, strlen(text)) < 0:
        return
