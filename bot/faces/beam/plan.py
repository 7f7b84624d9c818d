"""What a run does, as every worker is told."""

import msgspec

from bot.faces.beam.rules import Rules


class Plan(msgspec.Struct, frozen=True):
    """Where a run writes, and by what rules.

    `run` tells its files from those of other runs. `latest` is the newest time an entry may have (nanoseconds; None:
    any). A service is folded in `fanout` slices, so that none is too much for a worker.
    """

    output: str
    run: str
    rules: Rules = Rules()
    latest: int | None = None
    fanout: int = 4
