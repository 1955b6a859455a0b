"""Work shared out among threads: compiled code gives the interpreter's lock free."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from numba import get_num_threads

S = TypeVar("S")
T = TypeVar("T")


def in_order(work: Callable[[S], T], items: Iterable[S], threads: int | None = None) -> Iterator[T]:
    """Yield work(item) of every item, in their order.

    No more items are begun than two a thread beyond the one asked for, so that memory stays bounded. What is
    under way when the caller stops or is interrupted is waited for, what is not is not begun.

    Args:
        threads: None for one per core; with one everything happens in the caller's thread.
    """
    threads = threads or get_num_threads()
    if threads == 1:
        yield from map(work, items)
        return
    pool = ThreadPoolExecutor(threads)
    waiting: deque[Future[T]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
