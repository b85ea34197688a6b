"""A flag that any thread may set once and coroutines of any event loop may wait for."""

from __future__ import annotations

import asyncio
import threading


class Signal:
    """`set()` comes from the broker's callback thread; the waiters may live in several loops, some of them closed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiters: list[asyncio.Future[None]] = []
        self._set = False

    @property
    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        with self._lock:
            self._set = True
            waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            try:
                waiter.get_loop().call_soon_threadsafe(_resolve, waiter)
            except RuntimeError:
                pass  # that loop is closed: no coroutine waits there

    async def wait(self) -> None:
        with self._lock:
            if self._set:
                return
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
        try:
            await waiter
        finally:
            with self._lock:
                if waiter in self._waiters:
                    self._waiters.remove(waiter)


def _resolve(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():  # it may have been cancelled between the call and now
        waiter.set_result(None)
