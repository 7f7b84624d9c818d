"""The pipeline's counters, by the names they have on the runner's page."""

import apache_beam as beam
import msgspec
from apache_beam.metrics import Metrics, MetricsFilter

NAMESPACE = "incidentbot"
NAMES = ("read", "kept", "duplicates", "malformed", "late")


class Counters:
    """The counters of these names, for a DoFn; they travel with it."""

    def __init__(self, *names: str) -> None:
        self._counters = {name: Metrics.counter(NAMESPACE, name) for name in names}

    def add(self, **counts: int) -> None:
        """Add to counters by name."""
        for name, count in counts.items():
            if count:
                self._counters[name].inc(count)


class Counts(msgspec.Struct, frozen=True):
    """What became of the records. `late` ones are among the `kept`: they came after their window's end, but in time."""

    read: int = 0
    kept: int = 0
    duplicates: int = 0
    malformed: int = 0
    late: int = 0

    @property
    def dropped(self) -> int:
        """Records that came later than the allowance, once the pipeline has ended; the runner drops them unseen."""
        return self.read - self.kept - self.duplicates - self.malformed


def counts_of(result: "beam.runners.runner.PipelineResult") -> Counts:
    """The counters of a pipeline that has ended."""
    found = result.metrics().query(MetricsFilter().with_namespace(NAMESPACE))["counters"]
    totals = dict.fromkeys(NAMES, 0)
    for one in found:
        totals[one.key.metric.name] += one.committed if one.committed is not None else one.attempted
    return Counts(**totals)
