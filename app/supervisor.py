"""Keeps a number of workers serving one listening socket."""

import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any

import uvicorn

GIVE_UP = 3
"""Exit status of a worker that could not start: started again, it would fail again."""
STOP_SECONDS = 5
"""How long a worker may go on answering after it was told to stop."""
QUICK_DEATH_SECONDS = 1.0
"""A worker that dies this soon after its start is not replaced before that."""

log = logging.getLogger(__name__)
if sys.platform == "linux":
    processes = multiprocessing.get_context("forkserver")
else:
    processes = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Worker:
    """A process and the time (time.monotonic) at which it was started."""

    process: BaseProcess
    started: float


class Supervisor:
    """Starts workers, replaces those that die, and stops them all on SIGINT or SIGTERM.

    On Linux, workers are forked from a process that has imported the application and runs no threads and no
    event loop: PyTorch is read once, not once a worker, and a worker that died is replaced in a moment.
    """

    def __init__(self, options: dict[str, Any], listener: socket.socket, count: int) -> None:
        self.options = options
        self.listener = listener
        self.count = count
        self.workers: list[Worker] = []
        self.stopping = False

    def run(self) -> int:
        """Serve until told to stop; returns the command's exit status. `options` are uvicorn's."""
        processes.set_forkserver_preload(["app.main"])
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.stop)
        status = 0
        while not self.stopping and not status:
            while len(self.workers) < self.count:
                self.start()
            wait([worker.process.sentinel for worker in self.workers], timeout=0.5)
            status = self.bury()
        self.end()
        return status

    def stop(self, *_: object) -> None:
        """Take a signal. Another may come while this runs, so it takes no lock, as threading.Event would."""
        self.stopping = True

    def start(self) -> None:
        """Start one worker."""
        process = processes.Process(target=work, args=(self.options, self.listener))
        process.start()
        self.workers.append(Worker(process, time.monotonic()))

    def bury(self) -> int:
        """Forget the workers that have ended. Returns 1 if one of them could not start, else 0."""
        for worker in list(self.workers):
            status = worker.process.exitcode
            if status is None or self.stopping:
                continue
            self.workers.remove(worker)
            if status == GIVE_UP:
                return 1
            log.error("worker %d ended with status %d and is replaced", worker.process.pid, status)
            time.sleep(max(0.0, worker.started + QUICK_DEATH_SECONDS - time.monotonic()))
        return 0

    def end(self) -> None:
        """Tell all workers to stop, and end those that do not."""
        for worker in self.workers:
            worker.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS + 1
        for worker in self.workers:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            if worker.process.exitcode is None:
                worker.process.kill()
                worker.process.join()


def work(options: dict[str, Any], listener: socket.socket) -> None:
    """Be one worker."""
    from app.main import create_app  # has been imported where workers are forked from

    threading.Thread(target=end_with_supervisor, daemon=True).start()
    server = uvicorn.Server(
        uvicorn.Config(create_app, factory=True, timeout_graceful_shutdown=STOP_SECONDS, **options)
    )
    try:
        server.run([listener])
    except KeyboardInterrupt:
        return
    except ValueError as error:  # a setting that cannot be
        print(f"ConvScope cannot start: {error}", file=sys.stderr)
    except Exception:  # noqa: BLE001 (whatever it is, the supervisor has to know)
        traceback.print_exc()
    if not server.started:
        sys.exit(GIVE_UP)


def end_with_supervisor() -> None:
    """Wait for the supervisor to be gone, killed perhaps, and then stop this worker."""
    supervisor = multiprocessing.parent_process()
    assert supervisor is not None
    supervisor.join()
    os.kill(os.getpid(), signal.SIGTERM)
