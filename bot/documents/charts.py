"""The geometry of a page's drawings, as numbers and SVG path data; no text of a log goes into it."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from bot.documents.reportview import AnalysisView, CaseView, DeployedView, PatternView, ServedView, StepView
from bot.model.incident import Priority
from bot.model.time import MINUTE, minute_of
from bot.text.untrusted import Untrusted

HEIGHT = 40
STEP, ROW = 18, 56
_MOST_BARS = 120
_WIDTHS = (1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1440)
_MOST_ROWS = 40
_MOST_CHARTS = 12
_MOST_LANES = 12
_LEAST_WIDTH = 0.4
_ERROR = 500


class ScaleView(msgspec.Struct, frozen=True):
    """The time axis that all drawings share: `bars` bars of `width` minutes each, from the minute `start` on."""

    start: int
    width: int
    bars: int

    @property
    def ticks(self) -> tuple[int, ...]:
        """Nanoseconds of the axis's start, middle and end."""
        start, length = self.start * MINUTE, self.width * self.bars * MINUTE
        return start, start + length // 2, start + length

    def left(self, nanos: int) -> float:
        """Where a moment is, in percent of the width."""
        start, _, end = self.ticks
        return round(max(0.0, min(1.0, (nanos - start) / (end - start))) * 100, 2)


class MarkView(msgspec.Struct, frozen=True):
    """A deployment on a chart, `left` percent from its start."""

    left: float
    at: int
    revision: Untrusted


class BarView(msgspec.Struct, frozen=True):
    """A stretch of time on a lane, in percent of its width."""

    left: float
    width: float


class LaneView(msgspec.Struct, frozen=True):
    """An incident as a lane: a bar from its first entry to its last, and in it path data of its entries over time."""

    name: str
    priority: str
    service: Untrusted
    title: Untrusted
    count: int
    bar: BarView
    path: str


class GlanceView(msgspec.Struct, frozen=True):
    """The whole time in one drawing, all rows over the same axis, every deployment marked in each of them.

    `all` is path data of all entries, `errors` of those of patterns in which something is an error or worse; `most` is
    the greatest number of entries in one bar. `lanes` are the incidents, the worst first; `more` of them have none.
    """

    all: str
    errors: str
    most: int
    lanes: tuple[LaneView, ...]
    more: int
    marks: tuple[MarkView, ...]


class TrafficView(msgspec.Struct, frozen=True):
    """Requests of one service over time: path data of the bars of all and of the failed ones, in a box `bars` by 40.

    `most` is the greatest number of requests in one bar.
    """

    environment: Untrusted
    service: Untrusted
    total: int
    failed: int
    most: int
    all: str
    failures: str
    marks: tuple[MarkView, ...]


class CascadeRowView(msgspec.Struct, frozen=True):
    """A row of a cascade: the step, and its circle's place."""

    step: StepView
    x: int
    y: int


class CascadeView(msgspec.Struct, frozen=True):
    """The tree of an impact chain: rows 56 high, joined by `links`, path data in a box `width` by `height`.

    `more` steps are not drawn.
    """

    rows: tuple[CascadeRowView, ...]
    links: str
    width: int
    height: int
    more: int


def scale_of(start: int, end: int) -> ScaleView:
    """The axis for what lies between two times in nanoseconds: at most 120 bars of a round width."""
    first, minutes = minute_of(start), minute_of(end) - minute_of(start) + 1
    width = next((one for one in _WIDTHS if minutes <= one * _MOST_BARS), -(-minutes // _MOST_BARS))
    return ScaleView(first, width, -(-minutes // width))


def strip(minutes: Mapping[int, int], scale: ScaleView) -> str:
    """Path data of a bar for each time with entries, the tallest as high as the box."""
    bars = _bars(minutes, scale)
    return _path(bars, max(bars.values(), default=1))


def glance_of(analysis: AnalysisView, scale: ScaleView) -> GlanceView:
    """The drawing on top of a page."""
    every = _bars(_together(pattern.minutes for pattern in analysis.patterns), scale)
    failing = _bars(_together(one.minutes for one in analysis.patterns if one.level >= _ERROR), scale)
    most = max(every.values(), default=1)
    cases = [case for case in analysis.cases if case.incident.priority != Priority.P3]
    return GlanceView(
        all=_path(every, most),
        errors=_path(failing, most),
        most=most,
        lanes=tuple(_lane(case, analysis.patterns, scale) for case in cases[:_MOST_LANES]),
        more=max(0, len(cases) - _MOST_LANES),
        marks=tuple(MarkView(scale.left(one.at), one.at, one.revision) for one in analysis.deployments),
    )


def _lane(case: CaseView, patterns: Iterable[PatternView], scale: ScaleView) -> LaneView:
    own = [pattern for pattern in patterns if pattern.incident == case.name]
    incident = case.incident
    first = min((pattern.first for pattern in own), default=incident.first)
    last = max((pattern.last for pattern in own), default=incident.last)
    return LaneView(
        name=case.name,
        priority=incident.priority,
        service=incident.service,
        title=incident.root.title,
        count=sum(pattern.count for pattern in own),
        bar=bar_of(first, last, scale),
        path=strip(_together(pattern.minutes for pattern in own), scale),
    )


def bar_of(first: int, last: int, scale: ScaleView) -> BarView:
    """The stretch between two times in nanoseconds, wide enough to be seen."""
    left = min(scale.left(first), 100 - _LEAST_WIDTH)
    return BarView(left, round(max(_LEAST_WIDTH, scale.left(last) - left), 2))


def _together(counts: Iterable[Mapping[int, int]]) -> dict[int, int]:
    summed: dict[int, int] = {}
    for minutes in counts:
        for at, count in minutes.items():
            summed[at] = summed.get(at, 0) + count
    return summed


def traffic_of(analysis: AnalysisView, scale: ScaleView) -> tuple[TrafficView, ...]:
    """One chart for each service with requests, those with most failures first."""
    by_service: dict[tuple[str, str], list[ServedView]] = {}
    for one in analysis.served:
        by_service.setdefault((one.environment.raw, one.service.raw), []).append(one)
    charts = [_traffic(same, analysis.deployments, scale) for same in by_service.values()]
    return tuple(sorted(charts, key=lambda one: (-one.failed, -one.total))[:_MOST_CHARTS])


def _traffic(same: list[ServedView], deployments: Iterable[DeployedView], scale: ScaleView) -> TrafficView:
    total: dict[int, int] = {}
    failed: dict[int, int] = {}
    for one in same:
        for at, (all_, wrong) in one.minutes.items():
            total[at] = total.get(at, 0) + all_
            failed[at] = failed.get(at, 0) + wrong
    bars = _bars(total, scale)
    most = max(bars.values(), default=1)
    first = same[0]
    return TrafficView(
        environment=first.environment,
        service=first.service,
        total=sum(total.values()),
        failed=sum(failed.values()),
        most=most,
        all=_path(bars, most),
        failures=_path(_bars(failed, scale), most),
        marks=tuple(
            MarkView(scale.left(one.at), one.at, one.revision)
            for one in deployments
            if (one.environment, one.service) == (first.environment, first.service)
        ),
    )


def _bars(minutes: Mapping[int, int], scale: ScaleView) -> dict[int, int]:
    bars: dict[int, int] = {}
    for at, count in minutes.items():
        bar = max(0, min(scale.bars - 1, (at - scale.start) // scale.width))
        bars[bar] = bars.get(bar, 0) + count
    return {bar: bars[bar] for bar in sorted(bars) if bars[bar]}


def _path(bars: Mapping[int, int], most: int) -> str:
    return "".join(f"M{bar}.5 {HEIGHT}V{HEIGHT - max(3, round(HEIGHT * count / most))}" for bar, count in bars.items())


def cascade_of(chain: Sequence[StepView]) -> CascadeView | None:
    """The drawing of an impact chain; None where there is nothing but the root."""
    if len(chain) < 2:
        return None
    shown = chain[:_MOST_ROWS]
    places = {step.pattern: (step.depth, row) for row, step in enumerate(shown)}
    return CascadeView(
        rows=tuple(CascadeRowView(step, _x(step.depth), _y(row)) for row, step in enumerate(shown)),
        links="".join(_link(places, step) for step in shown),
        width=(max(step.depth for step in shown) + 1) * STEP,
        height=len(shown) * ROW,
        more=len(chain) - len(shown),
    )


def _x(depth: int) -> int:
    return depth * STEP + STEP // 2


def _y(row: int) -> int:
    return row * ROW + 20


def _link(places: Mapping[str, tuple[int, int]], step: StepView) -> str:
    """From the cause down, round the corner, to the effect; "" where the cause isn't drawn above it."""
    depth, row = places[step.pattern]
    cause = places.get(step.cause)
    if not cause or cause[0] >= depth or cause[1] >= row:
        return ""
    return f"M{_x(cause[0])} {_y(cause[1])}V{_y(row) - 8}q0 8 8 8H{_x(depth)}"
