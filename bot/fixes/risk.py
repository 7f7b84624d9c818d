"""What speaks against deploying a change: rules with stated thresholds, each with what it saw. Pure."""

import re
from collections import Counter
from collections.abc import Iterable

import msgspec

from bot.model.fix import Check, FixCommit, Outcome, Standing
from bot.model.scope import Finding, Inclusion, Part, Reach, Risk, Scope

SMALL, MEDIUM = (3, 50), (15, 400)
"""Files and lines up to which a change is small, and up to which it is not yet large."""

FEW, MANY = 5, 50
"""Importers up to which a change reaches few, and beyond which it reaches many."""

_NAMED = 3
_NEEDED = ("branch", "size", "checks")
_IN_IMAGE = (Part.CODE, Part.MIGRATIONS)


class Sight(msgspec.Struct, frozen=True):
    """What the rules look at. None where it isn't known, or was not asked for.

    `failing` are paths of the code that failed, as its stack trace names them; `said` is the text of the failure.
    """

    fixes: tuple[FixCommit, ...] = ()
    scope: Scope | None = None
    checks: tuple[Check, ...] = ()
    health: tuple[Check, ...] = ()
    reach: Reach | None = None
    inclusions: tuple[Inclusion, ...] | None = None
    failing: tuple[str, ...] = ()
    said: str = ""
    rollback: bool | None = None


def findings(sight: Sight) -> tuple[Finding, ...]:
    """What each rule finds, in a fixed order; a rule that has nothing to judge is left out."""
    told = (
        _branch(sight.fixes),
        _size(sight.scope),
        *(_kinds(sight.scope) if sight.scope else ()),
        _aim(sight),
        _reach(sight.reach),
        _checks(sight.checks, "checks", "every check passed: low; any failed: high; none ended: not known"),
        _checks(sight.health, "health", "every URL answered well: low; any did not: high") if sight.health else None,
        _image(sight.inclusions),
        _way_back(sight.rollback),
    )
    return tuple(one for one in told if one)


def overall(found: Iterable[Finding]) -> Risk:
    """The worst that any rule found; not known instead of low where branch, size or checks aren't."""
    every = list(found)
    seen = {one.risk for one in every}
    lacking = any(one.name in _NEEDED and one.risk is Risk.UNKNOWN for one in every)
    worst = next((risk for risk in (Risk.HIGH, Risk.RAISED, Risk.LOW) if risk in seen), Risk.UNKNOWN)
    return Risk.UNKNOWN if worst is Risk.LOW and lacking else worst


def _branch(fixes: tuple[FixCommit, ...]) -> Finding:
    rule = "every fix commit is on the tracked branch: low; one is gone, reverted or failed: high; else raised"
    if not fixes:
        return Finding("branch", Risk.UNKNOWN, rule, "no fix commit is linked")
    seen = {fix.standing for fix in fixes}
    gone = seen & {Standing.GONE, Standing.REVERTED, Standing.FAILED}
    risk = Risk.HIGH if gone else Risk.LOW if seen == {Standing.ON_BRANCH} else Risk.RAISED
    told = Counter(fix.standing.value for fix in fixes)
    saw = ", ".join(f"{count} {standing}" for standing, count in sorted(told.items()))
    if seen == {Standing.UNKNOWN}:
        risk = Risk.UNKNOWN
    return Finding("branch", risk, rule, saw)


def _size(scope: Scope | None) -> Finding:
    rule = (
        f"up to {SMALL[0]} files and {SMALL[1]} lines beside tests and documents: low;"
        f" up to {MEDIUM[0]} and {MEDIUM[1]}: raised; more: high"
    )
    if scope is None:
        return Finding("size", Risk.UNKNOWN, rule, "the change can't be read")
    counted = [change for change, part in scope.files if part not in (Part.TESTS, Part.DOCUMENTS)]
    files, lines = len(counted), sum(change.added + change.removed for change in counted)
    fits = [files <= most and lines <= long for most, long in (SMALL, MEDIUM)]
    risk = Risk.LOW if fits[0] else Risk.RAISED if fits[1] and scope.complete else Risk.HIGH
    least = "" if scope.complete else "at least "
    return Finding("size", risk, rule, f"{least}{_counted(files, 'file')}, {_counted(lines, 'line')}")


def _kinds(scope: Scope) -> Iterable[Finding]:
    tests, code = scope.of(Part.TESTS), scope.of(Part.CODE)
    rule = "code changes with tests: low; code without: raised"
    saw = f"{_counted(len(tests), 'test file')} beside {_counted(len(code), 'file')} of code"
    yield Finding("tests", Risk.LOW if tests or not code else Risk.RAISED, rule, saw)
    for part, risk in (
        (Part.DEPENDENCIES, Risk.RAISED),
        (Part.MIGRATIONS, Risk.HIGH),
        (Part.CONFIGURATION, Risk.RAISED),
        (Part.BUILD, Risk.RAISED),
    ):
        touched = scope.of(part)
        name = part.value
        saw = _listed([change.path for change in touched]) if touched else "none touched"
        yield Finding(name, risk if touched else Risk.LOW, f"no file of {name}: low; any: {risk.value}", saw)


def _aim(sight: Sight) -> Finding | None:
    """Whether the change touches what failed: where it doesn't, something else has to explain the end."""
    if not sight.failing or sight.scope is None:
        return None
    rule = (
        "it touches a file of the failing stack trace, one that such a file imports, or one that the failure names:"
        " low; else raised"
    )
    paths = [change.path for change, _ in sight.scope.files]
    touched = [path for path in paths if _is_failing(path, sight.failing)]
    used = [one for one in (sight.reach.importers if sight.reach else ()) if _is_failing(one.path, sight.failing)]
    named = [path for path in paths if _names(sight.said, path)]
    if touched:
        saw = f"{_listed(touched)}, in the stack trace"
    elif used:
        saw = f"`{used[0].path}`, in the stack trace, imports `{used[0].changed}`"
    else:
        saw = f"the failure names {_listed(named)}" if named else f"none of {_listed(sight.failing)}"
    return Finding("aim", Risk.LOW if touched or used or named else Risk.RAISED, rule, saw)


def _is_failing(path: str, failing: tuple[str, ...]) -> bool:
    return any(_same(path, one) for one in failing)


def _names(said: str, path: str) -> bool:
    """Whether a text names a file: as a path, or in dots from some folder on, as modules and classes are named."""
    stem = re.sub(r"(?:/__init__|/index|/mod)?\.\w+$", "", path)
    parts = stem.split("/")
    dotted = [".".join(parts[n:]) for n in range(len(parts)) if len(parts) - n > 1]
    return any(re.search(rf"(?<![\w.]){re.escape(name)}(?![\w])", said) for name in (*dotted, path))


def _same(path: str, failing: str) -> bool:
    """A stack trace has the path as the container has it: one of the two ends as the other."""
    one, other = f"/{path}", "/" + failing.removeprefix("file://").lstrip("/")
    return one.endswith(other) or other.endswith(one)


def _reach(reach: Reach | None) -> Finding:
    rule = f"up to {FEW} files import what changed: low; up to {MANY}: raised; more: high"
    if reach is None or not reach.looked:
        why = "no local clone" if reach is None else "no changed file is of a language whose imports are read"
        return Finding("reach", Risk.UNKNOWN, rule, why)
    count = len({one.path for one in reach.importers})
    risk = Risk.LOW if count <= FEW else Risk.RAISED if count <= MANY else Risk.HIGH
    unread = f"; not looked for: {_listed(reach.unread)}" if reach.unread else ""
    return Finding(
        "reach", risk, rule, f"{_counted(count, 'file')} for {_counted(len(reach.looked), 'changed one')}{unread}"
    )


def _checks(checks: tuple[Check, ...], name: str, rule: str) -> Finding:
    told = Counter(check.outcome for check in checks)
    saw = ", ".join(f"{told[outcome]:,} {outcome.value}" for outcome in Outcome if told[outcome]) or "none is known"
    if told[Outcome.FAILED]:
        failed = [check.name for check in checks if check.outcome is Outcome.FAILED]
        return Finding(name, Risk.HIGH, rule, f"{saw}: {_listed(failed)}")
    if told[Outcome.PENDING]:
        return Finding(name, Risk.UNKNOWN, rule, saw)
    return Finding(name, Risk.LOW if told[Outcome.PASSED] else Risk.UNKNOWN, rule, saw)


def _image(inclusions: tuple[Inclusion, ...] | None) -> Finding | None:
    """None where there is no Dockerfile, or nothing that belongs into an image changed."""
    if not inclusions:
        return None
    rule = "the image holds every changed file: low; it leaves one out: high"
    left = [one.path for one in inclusions if one.held is False]
    unclear = [one.path for one in inclusions if one.held is None]
    if left:
        return Finding("image", Risk.HIGH, rule, f"left out: {_listed(left)}")
    if unclear:
        return Finding("image", Risk.UNKNOWN, rule, f"can't be told: {_listed(unclear)}")
    return Finding("image", Risk.LOW, rule, f"{_counted(len(inclusions), 'file')} held")


def _way_back(known: bool | None) -> Finding:
    rule = "a command that goes back is known: low; a revision alone: raised"
    saw = {True: "a command", False: "a revision, no command", None: "neither revision nor command"}[known]
    return Finding("way back", {True: Risk.LOW, False: Risk.RAISED, None: Risk.UNKNOWN}[known], rule, saw)


def in_image(scope: Scope) -> tuple[str, ...]:
    """The changed files that an image would have to hold: code and migrations that aren't removed."""
    return tuple(change.path for change in scope.of(*_IN_IMAGE) if change.status != "removed")


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - _NAMED:,} more" if len(every) > _NAMED else ""
    return ", ".join(f"`{name}`" for name in every[:_NAMED]) + more


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"
