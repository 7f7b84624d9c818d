"""Which issues a new incident is akin to: the same root elsewhere or before, the same code, the same service."""

from collections.abc import Iterator

from bot.lifecycle import ENDED
from bot.model.incident import Incident
from bot.model.issue import IssueStatus
from bot.model.state import IssueState, Phase
from bot.usecases.known import Known

_MOST = 5


def former_of(incident: Incident, known: Known) -> int:
    """The newest issue that stood for this very incident and was proven to be over; 0 where there is none."""
    ended = (n for n, s in known.states.items() if s.incident.key == incident.key and s.phase in ENDED)
    return max(ended, default=0)


def related_to(incident: Incident, known: Known) -> tuple[int, ...]:
    """At most five issues: of the same root first, then of the same failing code, then open ones of the service."""
    return tuple(dict.fromkeys(_related(incident, known)))[:_MOST]


def _related(incident: Incident, known: Known) -> Iterator[int]:
    states = [(n, s) for n, s in sorted(known.states.items(), reverse=True) if s.phase is not Phase.MERGED]
    yield from (n for n, state in states if state.incident.key.root == incident.key.root)
    where = _origin(incident)
    yield from (n for n, state in states if where and _origin(state.incident) == where)
    yield from (n for n, state in states if _is_open(n, known) and _same_service(state, incident))


def _origin(incident: Incident) -> tuple[str, str] | None:
    trace = incident.root.trace
    frame = trace.origin if trace else None
    return (frame.module, frame.function) if frame and frame.in_app else None


def _is_open(number: int, known: Known) -> bool:
    return known.issues[number].status is IssueStatus.OPEN


def _same_service(state: IssueState, incident: Incident) -> bool:
    key = state.incident.key
    return (key.environment, key.service) == (incident.key.environment, incident.key.service)
