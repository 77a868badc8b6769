"""The events of one session that the worker has not acknowledged, in order, and when to send them again."""

import asyncio
import time
from collections import deque

from wire import runners

MAX_BATCH = 500
# While pongs come: what has no `ack` after 5 s is sent again, doubling to 60 s.
FIRST_RESEND_S = 5.0
LAST_RESEND_S = 60.0


class Outbox:
    def __init__(self) -> None:
        self._events: deque[runners.RunnerEvent] = deque()
        self._epoch = 0
        self._changed = asyncio.Event()
        self.reset()

    def reset(self) -> None:
        """A new session: nothing to report, indexes from 1."""
        self._events.clear()
        self._last_index = self._sent_index = 0
        self._epoch += 1
        self._resend_s = FIRST_RESEND_S
        self._waiting_since = time.monotonic()

    def add(self, event: runners.RunnerEvent) -> runners.RunnerEvent:
        if not self._events:
            self._waiting_since = time.monotonic()
        self._last_index += 1
        event.index = self._last_index
        self._events.append(event)
        self._changed.set()
        return event

    def acknowledge(self, index: int) -> None:
        """The journal has everything up to `index`."""
        while self._events and self._events[0].index <= index:
            self._events.popleft()
            self._resend_s, self._waiting_since = FIRST_RESEND_S, time.monotonic()
        self._sent_index = max(self._sent_index, min(index, self._last_index))

    def rewind(self) -> None:
        """Everything that is not acknowledged goes out again."""
        self._epoch += 1
        self._sent_index = self._events[0].index - 1 if self._events else self._last_index
        self._changed.set()

    def is_overdue(self, pongs_come: bool) -> bool:
        """True once the acknowledgement is late; doubles the patience for the next time."""
        if not self._events or not pongs_come or time.monotonic() - self._waiting_since < self._resend_s:
            return False
        self._resend_s = min(self._resend_s * 2, LAST_RESEND_S)
        self._waiting_since = time.monotonic()
        return True

    async def next_batch(self) -> tuple[list[runners.RunnerEvent], int]:
        """Waits for events that were not sent; the epoch goes back to `sent`."""
        while self._sent_index >= self._last_index:
            self._changed.clear()
            await self._changed.wait()
        unsent = [event for event in self._events if event.index > self._sent_index]
        return unsent[:MAX_BATCH], self._epoch

    def sent(self, index: int, epoch: int) -> None:
        """The broker stored everything up to `index`, unless a rewind asked for more since then."""
        if epoch == self._epoch:
            self._sent_index = max(self._sent_index, index)
