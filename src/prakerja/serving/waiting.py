"""What the system tells of sockets that have become ready: once for each change, to one of the threads that wait.

Linux has epoll, the BSDs and macOS have kqueue. Both are asked for edges: a socket that is being served by one thread wakes
another one at most once, and no call is needed to arm it again.
"""

from __future__ import annotations

import select
import sys

if sys.platform == "linux":

    class Readiness:
        """Sockets by their number. `wait` gives one number and whether the other side may have hung up."""

        def __init__(self) -> None:
            self._poll = select.epoll()

        def add(self, number: int) -> None:
            """Tell whenever this socket can be read or written anew."""
            self._poll.register(number, select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP | select.EPOLLET)

        def add_listener(self, number: int) -> None:
            """Tell one thread at a time that somebody waits; `listen_again` after each."""
            self._poll.register(number, select.EPOLLIN | select.EPOLLONESHOT)

        def listen_again(self, number: int) -> None:
            self._poll.modify(number, select.EPOLLIN | select.EPOLLONESHOT)

        def add_bell(self, number: int) -> None:
            """Tell every thread, for as long as there is something to read."""
            self._poll.register(number, select.EPOLLIN)

        def wait(self) -> tuple[int, bool]:
            while True:
                for number, mask in self._poll.poll(-1, 1):
                    return number, bool(mask & (select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR))

        def close(self) -> None:
            self._poll.close()

else:

    class Readiness:
        """The same with kqueue."""

        def __init__(self) -> None:
            self._queue = select.kqueue()

        def _change(self, number: int, *filters: int, flags: int) -> None:
            self._queue.control([select.kevent(number, each, select.KQ_EV_ADD | flags) for each in filters], 0)

        def add(self, number: int) -> None:
            self._change(number, select.KQ_FILTER_READ, select.KQ_FILTER_WRITE, flags=select.KQ_EV_CLEAR)

        def add_listener(self, number: int) -> None:
            self._change(number, select.KQ_FILTER_READ, flags=select.KQ_EV_ONESHOT)

        def listen_again(self, number: int) -> None:
            self.add_listener(number)

        def add_bell(self, number: int) -> None:
            self._change(number, select.KQ_FILTER_READ, flags=0)

        def wait(self) -> tuple[int, bool]:
            while True:
                for event in self._queue.control(None, 1):
                    return event.ident, bool(event.flags & select.KQ_EV_EOF)

        def close(self) -> None:
            self._queue.close()
