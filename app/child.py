"""One process of app.decoding and the pipe to it: a job goes in whole, an answer comes back whole, or it dies."""

import contextlib
import fcntl
import json
import os
import select
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app import decoding
from app.decoding import ANSWER, JOB, Limits

PIPE_BYTES = 1 << 20
"""What Linux lets a pipe hold: a whole 512 × 512 picture, so that it passes without waiting for the reader."""

ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    # Keep up to 64 MiB of freed pixels for the next picture: asking the kernel anew costs 0.5 ms for 512 × 512.
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
}


class ChildDied(Exception):
    """The process ended before it answered; `returncode` is as in subprocess (minus the signal's number)."""

    def __init__(self, returncode: int) -> None:
        super().__init__(f"decoder process ended with {returncode}")
        self.returncode = returncode


class Child:
    """Starts the process when it is needed and starts another when it has died.

    One thread at a time may use it; `stop` may come from any other.
    """

    def __init__(self, limits: Limits, wall_seconds: float) -> None:
        self.limits = limits
        self.wall_seconds = wall_seconds
        self.process: subprocess.Popen[bytes] | None = None
        self.stopped = False

    def start(self) -> subprocess.Popen[bytes]:
        """The living process; it inherits no environment, no open file and no Ctrl+C."""
        if self.process is not None and self.process.poll() is None:
            return self.process
        self.close()
        process = self.process = subprocess.Popen(
            [sys.executable, "-I", decoding.__file__, json.dumps(asdict(self.limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=ENVIRONMENT,
            cwd=Path(decoding.__file__).parent,
            start_new_session=True,
        )
        if self.stopped:
            process.kill()
        for end in (process.stdin, process.stdout):
            assert end is not None
            os.set_blocking(end.fileno(), False)
            if hasattr(fcntl, "F_SETPIPE_SZ"):
                with contextlib.suppress(OSError):  # more than this user may have: slower, no worse
                    fcntl.fcntl(end.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        return process

    def exchange(self, data: bytes) -> tuple[dict[str, Any], bytes]:
        """One job: the file's bytes → the note and the pixels (see app.decoding).

        Raises ChildDied, or TimeoutError after `wall_seconds`; either way no half-read answer is left behind,
        as the process is ended.
        """
        process = self.start()
        assert process.stdin is not None and process.stdout is not None
        deadline = time.monotonic() + self.wall_seconds
        try:
            write(process.stdin.fileno(), [JOB.pack(len(data)), data], deadline)
            head = read(process.stdout.fileno(), ANSWER.size, deadline)
            note_length, pixels_length = ANSWER.unpack(head)
            note = json.loads(read(process.stdout.fileno(), note_length, deadline))
            return note, read(process.stdout.fileno(), pixels_length, deadline)
        except (EOFError, BrokenPipeError):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1)  # it has closed its pipes: its own end says more than ours would
            self.close()
            raise ChildDied(process.returncode) from None
        except BaseException:
            self.close()
            raise

    def stop(self) -> None:
        """End the process and every later one at once, whatever it is doing."""
        self.stopped = True
        if (process := self.process) is not None:
            process.kill()

    def close(self) -> None:
        """End the process and close the pipes."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.wait()
            for end in (process.stdin, process.stdout):
                assert end is not None
                end.close()


def wait(file: int, event: int, deadline: float) -> None:
    """Wait until the pipe is ready (or closed); raises TimeoutError."""
    poll = select.poll()
    poll.register(file, event)
    if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise TimeoutError("the decoder process did not answer in time")


def write(file: int, parts: list[bytes], deadline: float) -> None:
    """Write everything to a non-blocking pipe."""
    views = [memoryview(part) for part in parts if part]
    while views:
        wait(file, select.POLLOUT, deadline)
        count = os.writev(file, views)
        while views and count >= len(views[0]):
            count -= len(views.pop(0))
        if count:
            views[0] = views[0][count:]


def read(file: int, length: int, deadline: float) -> bytes:
    """Read exactly so many bytes from a non-blocking pipe; raises EOFError where it ends before."""
    buffer = bytearray(length)
    rest = memoryview(buffer)
    while rest:
        wait(file, select.POLLIN, deadline)
        count = os.readv(file, [rest])
        if count == 0:
            raise EOFError
        rest = rest[count:]
    return bytes(buffer)
