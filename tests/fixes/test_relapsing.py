"""What a failure says of a fix: by the revisions its root was seen on, and only where something is known."""

import msgspec
import pytest

from bot.fixes.relapsing import Place, judged
from bot.lifecycle import file
from bot.model.fix import Live, Liveness
from bot.model.incident import Incident
from bot.model.state import IssueState, Reason, Resolution
from bot.model.time import HOUR, MINUTE
from tests.lifecycle.memories import FIRST_MINUTE, incident

KNOWN = incident({"root": [(FIRST_MINUTE * MINUTE, "i", "r1")]})
NOON = KNOWN.last + HOUR
STATE = file(KNOWN)


def seen(*revisions: str, after: int = MINUTE, symptom: str = "") -> Incident:
    """The failure on these revisions, so long after noon; with a symptom of another revision."""
    history = {"root": [(NOON + after + place, "i", name) for place, name in enumerate(revisions)]}
    return incident(history | ({"symptom": [(NOON + after, "i", symptom)]} if symptom else {}))


def runs(liveness: Liveness, *revisions: str, former: tuple[str, ...] = (), assumed: bool = False) -> list[Live]:
    """Where the fix runs, since noon."""
    return [Live("prod", "api", liveness, NOON if liveness is Liveness.LIVE else 0, revisions, former, assumed)]


def told(state: IssueState, newer: Incident | None, there: list[Live], **known: bool) -> str:
    """`relapsed`, `excused` or `neither`; `known` says of revisions whether they have the fix."""

    def has_fix(_: Place, revision: str) -> bool | None:
        return known.get(revision)

    relapsed, excused = judged(state, newer, there, has_fix)
    assert not (relapsed and excused)
    return "relapsed" if relapsed else "excused" if excused else "neither"


LIVE, PARTLY, ABSENT, UNKNOWN = Liveness.LIVE, Liveness.PARTLY, Liveness.ABSENT, Liveness.UNKNOWN


@pytest.mark.parametrize(
    ("newer", "there", "known", "said"),
    [
        (None, runs(LIVE, "r2"), {}, "neither"),
        (seen("r1"), [], {}, "neither"),
        (seen("r1"), runs(LIVE, "r2"), {"r1": False}, "excused"),
        (seen("r1"), runs(LIVE, "r2", former=("r1",)), {}, "excused"),
        (seen("r2"), runs(LIVE, "r2"), {"r2": True}, "relapsed"),
        (seen("r1", "r2"), runs(PARTLY), {"r1": False, "r2": True}, "relapsed"),
        (seen("r1"), runs(PARTLY), {"r1": False}, "excused"),
        (seen("r1", symptom="front"), runs(PARTLY), {"r1": False}, "excused"),
        (seen("r3"), runs(LIVE, "r2"), {}, "relapsed"),
        (seen("r3", after=-MINUTE), runs(LIVE, "r2"), {}, "excused"),
        (seen("r3"), runs(ABSENT), {}, "excused"),
        (seen("r3"), runs(PARTLY), {}, "neither"),
        (seen("r3"), runs(UNKNOWN), {}, "neither"),
        (seen("r3"), runs(Liveness.RETIRED), {}, "neither"),
    ],
)
def test_what_is_known_decides(newer: Incident | None, there: list[Live], known: dict[str, bool], said: str) -> None:
    """A relapse needs the fix to be there, an excuse needs it not to be; what isn't known is neither."""
    assert told(STATE, newer, there, **known) == said


def test_what_had_the_fix_has_it_still() -> None:
    """A revision that the issue was verified on counts as having the fix, though this run can't tell."""
    verified = msgspec.structs.replace(STATE, live=tuple(runs(LIVE, "r2")))
    assert told(verified, seen("r2"), runs(UNKNOWN)) == "relapsed"


def test_what_had_another_fix_is_asked() -> None:
    """A revision that had what was linked then, and is known to lack what is linked now, excuses it."""
    before = msgspec.structs.replace(STATE, live=tuple(runs(LIVE, "r2")))
    assert told(before, seen("r2"), runs(LIVE, "r5"), r2=False) == "excused"


def test_an_assumption_is_called_one() -> None:
    """That a later roll-out has the fix is assumed where no commit tells, and the sentence says so."""
    relapsed, _ = judged(STATE, seen("r2"), runs(LIVE, "r2", assumed=True), lambda *_: True)
    assert "assumed" in relapsed


@pytest.mark.parametrize(("after", "said"), [(-MINUTE, "neither"), (MINUTE, "relapsed")])
def test_ended_without_a_commit(after: int, said: str) -> None:
    """Failures before a person called it ended are none of that; later ones are."""
    ended = msgspec.structs.replace(STATE, resolution=Resolution(Reason.ROLLBACK, "ann", NOON))
    assert told(ended, seen("r1", after=after), []) == said
