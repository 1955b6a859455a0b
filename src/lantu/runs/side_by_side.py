"""Run the same job on several inputs in processes of their own; results come in the order of the inputs."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


def side_by_side(do: Callable[[Job], Result], jobs: Sequence[Job]) -> Iterator[Result]:
    """Yield `do(job)` for every job; one process per core, in this process where one is enough.

    Args:
        do: a function of a module (processes start anew and import it).

    Raises:
        Whatever `do` raises; the other processes are then stopped, as on Ctrl-C.
    """
    workers = min(len(jobs), os.cpu_count() or 1)
    if workers <= 1:
        yield from map(do, jobs)
        return
    others = set(multiprocessing.active_children())
    # A fork would copy locks that threads of Arrow and GDAL hold.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_die_quietly) as pool:
        try:
            yield from pool.map(do, jobs)
        except BaseException:
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
            raise


def _die_quietly() -> None:
    """Let Ctrl-C in a terminal, which reaches every process, end this one without a traceback.

    A process whose parent was killed would wait for its next job for ever, so it watches the parent.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
