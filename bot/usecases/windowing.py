"""From a reading to what was observed: entries clustered, traces stitched from their lines."""

from collections.abc import Callable

from bot.clustering import Clusterer, Stitcher
from bot.logs import Reading
from bot.model.window import Window
from bot.observing import Observer
from bot.usecases.setup import Setup

Assign = Callable[[int, str, str], None]


def observed(reading: Reading, setup: Setup, assign: Assign | None = None) -> Observer:
    """The observer of these entries; `assign` is told each one's position, insertId and fingerprint."""
    signature_of = Clusterer().signature
    observer = Observer(signature_of, setup.environment_of)
    for position, entry, signature in Stitcher(signature_of).signed(reading):
        observer.add(entry, signature)
        if assign:
            assign(position, entry.insert_id, signature.fingerprint)
    return observer


def window_of(reading: Reading, setup: Setup) -> Window:
    """The window of these entries, every fingerprint by itself: aliases join none of them."""
    return observed(reading, setup).window()
