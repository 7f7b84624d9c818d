"""What the template of the learning document may use: the API of `learning.md.j2`; its XML holds the same.

Text of type Untrusted came from a log or a repository; it needs one of the filters block, code, cell, prose, sentence.
Times and lengths of time are integer nanoseconds; one that is not known is None, never guessed.
"""

import msgspec

from bot.documents.resolution import FixView, SuspectView
from bot.documents.view import IncidentView
from bot.text.untrusted import Untrusted


class HappenedView(msgspec.Struct, frozen=True):
    """A moment of the whole story: when, what kind of moment, and in words what happened."""

    at: int
    kind: str
    what: Untrusted


class BeforeAfterView(msgspec.Struct, frozen=True):
    """What the fix made of a file: its patch, and the lines before and after, with those around them."""

    path: Untrusted
    status: str
    patch: Untrusted
    before: Untrusted
    after: Untrusted


class SpansView(msgspec.Struct, frozen=True):
    """How long after the first failure what happened: found, fixed, deployed, failed last, proved. None: not known.

    `detected` is until a run filed it, `fixed` until the newest fix commit was on the branch, `deployed` until it ran
    in every place, `recovered` until the last failure, `proved` until the logs showed that it is gone.
    """

    detected: int | None
    fixed: int | None
    deployed: int | None
    recovered: int | None
    proved: int | None


class LearningView(msgspec.Struct, frozen=True):
    """What `learning.md.j2` may use. `incident` is what the issue's page shows.

    `name` is a file's name without ending: words of the title and the day. `ending` says what ended it, "" where
    nothing is known to have. `over` where it is proved or recovered. `measures` prevent it, from playbooks.
    """

    number: int
    name: str
    phase: str
    over: bool
    incident: IncidentView
    ending: str
    by: Untrusted
    why: Untrusted
    proof: Untrusted
    spans: SpansView
    timeline: tuple[HappenedView, ...]
    fixes: tuple[FixView, ...]
    changes: tuple[BeforeAfterView, ...]
    more_changes: int
    suspects: tuple[SuspectView, ...]
    related: tuple[int, ...]
    measures: tuple[str, ...]
    unknown: tuple[Untrusted, ...]
