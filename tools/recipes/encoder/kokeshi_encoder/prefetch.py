"""Prepares the next items of a generator in a thread of its own while the last one is worked on."""

import queue
import threading
from typing import Iterator, TypeVar

Item = TypeVar("Item")


def prefetch(items: Iterator[Item], depth: int = 2) -> Iterator[Item]:
    """The items in their order. An error of the generator is raised here. The thread ends with the process."""
    waiting: "queue.Queue" = queue.Queue(maxsize=depth)

    def work() -> None:
        try:
            for item in items:
                waiting.put((item, None))
            waiting.put((None, StopIteration()))
        except BaseException as error:  # noqa: BLE001 - raised again where it is seen
            waiting.put((None, error))

    threading.Thread(target=work, daemon=True).start()
    while True:
        item, error = waiting.get()
        if isinstance(error, StopIteration):
            return
        if error is not None:
            raise error
        yield item
