"""A lock that is given in the order in which it was asked for, by whichever thread has it."""

from collections import deque
from threading import Lock


class Turns:
    """One holder at a time. Nobody overtakes, so nobody waits for ever behind those who come again and again.

    Unlike `threading.Lock` it is handed over: who gives it back cannot have it again before those who wait.
    """

    def __init__(self) -> None:
        """Start with nobody's turn."""
        self._guard = Lock()
        self._waiting: deque[Lock] = deque()
        self._taken = False

    @property
    def wanted(self) -> bool:
        """Tell whether somebody waits."""
        return bool(self._waiting)

    def take(self, timeout: float) -> bool:
        """Wait for the turn; False if it did not come within `timeout` seconds."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=timeout):
            return True
        with self._guard:
            if mine not in self._waiting:
                return True  # handed over at the last moment
            self._waiting.remove(mine)
        return False

    def pass_on(self) -> bool:
        """Hand the turn to who waits longest; False, and the turn is kept, where nobody does."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
                return True
        return False

    def give(self) -> None:
        """Give the turn back: to who waits longest, if anybody does."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
