"""From a reading to what was observed: entries clustered, traces stitched from their lines."""

from collections.abc import Callable
from functools import partial

from bot.clustering import Clusterer, Owning, Stitcher, widen
from bot.lifecycle import aliases_of, names_of
from bot.logs import Reading
from bot.model.signature import SignatureOf
from bot.model.window import Window
from bot.observing import Observer
from bot.usecases.counting import with_counts
from bot.usecases.known import Known
from bot.usecases.setup import Setup
from bot.usecases.windows import StoredWindows, names_digest

Assign = Callable[[int, str, str], None]


def signing(setup: Setup) -> SignatureOf:
    """What names an entry's cluster, with the team's word on which frames are its own."""
    return Clusterer(owning=Owning(setup.settings.in_app, setup.settings.not_in_app)).signature


def observed(reading: Reading, setup: Setup, assign: Assign | None = None) -> Observer:
    """The observer of these entries; `assign` is told each one's position, insertId and fingerprint.

    Of stored windows it is the one that they hold, and no entry is told of.
    """
    if isinstance(reading, StoredWindows):
        wanted = setup.settings
        return reading.observer(names_digest(wanted.environments, wanted.in_app, wanted.not_in_app))
    signature_of = signing(setup)
    observer = Observer(signature_of, setup.environment_of)
    for position, entry, signature in Stitcher(signature_of).signed(reading):
        observer.add(entry, signature)
        if assign:
            assign(position, entry.insert_id, signature.fingerprint)
    return observer


def widened(observer: Observer, known: Known | None = None) -> Window:
    """What was observed, joined by aliases: those that it shows, and those by which issues know more values.

    What an issue or the baseline knows keeps the name it has there.
    """
    states = known.states if known else {}
    baselines = (key.rpartition("/")[2] for key in known.repo.baselines) if known else ()
    return observer.window(partial(widen, known=aliases_of(states), names=(*names_of(states), *baselines)))


def window_of(reading: Reading, setup: Setup, known: Known | None = None) -> Window:
    """The window of these entries, widened, with the requests counted beside the logs. Raises LogsUnavailable."""
    return with_counts(widened(observed(reading, setup), known), reading, setup)
