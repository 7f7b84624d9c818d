"""A dictionary that forgets everything when it gets too big."""

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Memory(Generic[K, V]):
    """Remembers values until their costs (characters, or what the caller counts) sum up to more than `room`.

    Forgetting must not matter: a value is a pure function of its key.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._left = room
        self._known: dict[K, V] = {}
        self.forgotten = 0
        """How often it forgot everything."""
        self.get = self._known.get

    def put(self, key: K, value: V, cost: int) -> V:
        """Remember this value, unless it alone would fill the room; returns it."""
        if cost > self._left:
            self._known.clear()
            self.forgotten += 1
            self._left = self._room
        if cost <= self._left:
            self._known[key] = value
            self._left -= cost
        return value
