"""Each rule of the risk at its thresholds, and the worst of them as the whole."""

from typing import Any

import msgspec
import pytest

from bot.fixes.risk import Sight, findings, in_image, overall
from bot.fixes.scope import scope_of
from bot.model.fix import Check, FileChange, FixCommit, Outcome, Standing
from bot.model.scope import Importer, Inclusion, Reach, Risk, Scope

LOW, RAISED, HIGH, UNKNOWN = Risk.LOW, Risk.RAISED, Risk.HIGH, Risk.UNKNOWN
PASSED = Check("unit", Outcome.PASSED, "check run")


def scope(*changes: tuple[str, int]) -> Scope:
    """Files with so many lines each."""
    return scope_of([[FileChange(path, "modified", lines) for path, lines in changes]])


CALM = Sight(
    fixes=(FixCommit("a" * 40, standing=Standing.ON_BRANCH),),
    scope=scope(("app/a.py", 3), ("tests/test_a.py", 9)),
    checks=(PASSED,),
    health=(PASSED,),
    reach=Reach((Importer("b.py", 1, "app/a.py"),), ("app/a.py",)),
    inclusions=(Inclusion("app/a.py", "Dockerfile", True, ""),),
    failing=("/srv/app/a.py",),
    rollback=True,
)


def test_nothing_against_it() -> None:
    """Where every rule finds little, the risk is low, and each rule says what it saw."""
    found = findings(CALM)
    assert {one.risk for one in found} == {LOW}
    assert overall(found) is LOW
    assert all(one.rule and one.saw for one in found)


def fixes(*standings: Standing) -> tuple[FixCommit, ...]:
    """Fix commits that stand so."""
    return tuple(FixCommit("a" * 40, standing=standing) for standing in standings)


def reach(count: int) -> Reach:
    """So many importers."""
    return Reach(tuple(Importer(f"{n}.py", 1, "a.py") for n in range(count)), ("a.py",))


CASES: list[tuple[str, dict[str, Any], Risk]] = [
    ("branch", {"fixes": ()}, UNKNOWN),
    ("branch", {"fixes": fixes(Standing.ON_BRANCH, Standing.ELSEWHERE)}, RAISED),
    ("branch", {"fixes": fixes(Standing.ON_BRANCH, Standing.REVERTED)}, HIGH),
    ("branch", {"fixes": fixes(Standing.UNKNOWN)}, UNKNOWN),
    ("size", {"scope": scope(("a.py", 25), ("b.py", 25), ("c.py", 0))}, LOW),
    ("size", {"scope": scope(("a.py", 51))}, RAISED),
    ("size", {"scope": scope(("a.py", 1), ("b.py", 1), ("c.py", 1), ("d.py", 1))}, RAISED),
    ("size", {"scope": scope(("a.py", 401))}, HIGH),
    ("size", {"scope": scope(("a.py", 5), ("tests/x.py", 4000), ("README.md", 4000))}, LOW),
    ("size", {"scope": msgspec.structs.replace(scope(("a.py", 60)), complete=False)}, HIGH),
    ("size", {"scope": None}, UNKNOWN),
    ("tests", {"scope": scope(("a.py", 1))}, RAISED),
    ("tests", {"scope": scope(("deploy.yaml", 1))}, LOW),
    ("dependencies", {"scope": scope(("requirements.txt", 1))}, RAISED),
    ("migrations", {"scope": scope(("db/migrate/1.rb", 1))}, HIGH),
    ("configuration", {"scope": scope(("app.yaml", 1))}, RAISED),
    ("build", {"scope": scope(("Dockerfile", 1))}, RAISED),
    ("aim", {"scope": scope(("app/b.py", 1))}, RAISED),
    ("reach", {"reach": None}, UNKNOWN),
    ("reach", {"reach": Reach(unread=("a.cs",))}, UNKNOWN),
    ("reach", {"reach": reach(5)}, LOW),
    ("reach", {"reach": reach(6)}, RAISED),
    ("reach", {"reach": reach(51)}, HIGH),
    ("checks", {"checks": ()}, UNKNOWN),
    ("checks", {"checks": (Check("a", Outcome.SKIPPED, ""),)}, UNKNOWN),
    ("checks", {"checks": (PASSED, Check("a", Outcome.PENDING, ""))}, UNKNOWN),
    ("checks", {"checks": (PASSED, Check("a", Outcome.PENDING, ""), Check("b", Outcome.FAILED, ""))}, HIGH),
    ("health", {"health": (PASSED, Check("a", Outcome.FAILED, "health"))}, HIGH),
    ("image", {"inclusions": (Inclusion("a", "D", True, ""), Inclusion("b", "D", False, ""))}, HIGH),
    ("image", {"inclusions": (Inclusion("a", "D", None, ""),)}, UNKNOWN),
    ("way back", {"rollback": False}, RAISED),
    ("way back", {"rollback": None}, UNKNOWN),
]


@pytest.mark.parametrize(("name", "given", "risk"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)])
def test_rules(name: str, given: dict[str, Any], risk: Risk) -> None:
    """Each rule finds what its stated thresholds say."""
    [found] = [one for one in findings(msgspec.structs.replace(CALM, **given)) if one.name == name]
    assert found.risk is risk


def test_rules_without_anything_to_judge_are_left_out() -> None:
    """No health URL, no image and no stack trace: no rule about them."""
    found = findings(msgspec.structs.replace(CALM, health=(), inclusions=None, failing=()))
    assert {"health", "image", "aim"} & {one.name for one in found} == set()


def test_the_worst_counts() -> None:
    """One high finding makes the whole high; what isn't known hides nothing and makes nothing lower."""
    assert overall(findings(msgspec.structs.replace(CALM, rollback=None))) is LOW
    assert overall(findings(msgspec.structs.replace(CALM, rollback=False, reach=None))) is RAISED
    assert overall(findings(msgspec.structs.replace(CALM, checks=(Check("b", Outcome.FAILED, ""),)))) is HIGH
    assert overall(()) is UNKNOWN


@pytest.mark.parametrize("given", [{"fixes": ()}, {"scope": None}, {"checks": ()}])
def test_nothing_known_is_no_low_risk(given: dict[str, Any]) -> None:
    """Without fix commit, change or checks nobody can say that the risk is low."""
    assert overall(findings(msgspec.structs.replace(CALM, **given))) is UNKNOWN


@pytest.mark.parametrize(
    ("failing", "path", "hit"),
    [
        ("/srv/checkout/app/a.py", "app/a.py", True),
        ("app/a.py", "services/checkout/app/a.py", True),
        ("file:///srv/app/a.js", "app/a.js", True),
        ("/srv/app/aa.py", "a.py", False),
        ("/srv/b/a.py", "app/a.py", False),
    ],
)
def test_the_code_that_failed(failing: str, path: str, hit: bool) -> None:
    """A stack trace's path and the repository's are the same where one ends as the other, folder by folder."""
    sight = msgspec.structs.replace(CALM, scope=scope((path, 1)), failing=(failing,))
    [aim] = [one for one in findings(sight) if one.name == "aim"]
    assert (aim.risk is LOW) is hit


@pytest.mark.parametrize(
    ("said", "path", "hit"),
    [
        ("No module named 'shop.app.metrics'", "shop/app/metrics/__init__.py", True),
        ("No module named 'shop.app.metrics'", "src/shop/app/metrics/__init__.py", True),
        ("No module named 'shop.app.metrics'", "shop/app/metrics.py", True),
        ("No module named 'shop.app.metrics'", "shop/app/metrics/registry.py", False),
        ("No module named 'metrics'", "shop/metrics.py", False),
        ("cannot import name 'x' from 'shop.db' (/srv/shop/db.py)", "shop/db.py", True),
        ("java.lang.NoClassDefFoundError: com.shop.Cart", "src/main/java/com/shop/Cart.java", True),
        ("open config/prices.json: no such file", "config/prices.json", True),
        ("", "shop/db.py", False),
    ],
)
def test_what_the_failure_names(said: str, path: str, hit: bool) -> None:
    """A change that brings the module, class or file that the failure names is aimed at it."""
    sight = msgspec.structs.replace(CALM, scope=scope((path, 1)), reach=None, failing=("/srv/b.py",), said=said)
    [aim] = [one for one in findings(sight) if one.name == "aim"]
    assert (aim.risk is LOW) is hit


def test_what_the_failing_code_imports() -> None:
    """A change to what the failing file imports is aimed at it."""
    reach = Reach((Importer("app/b.py", 1, "app/a.py"),), ("app/a.py",))
    sight = msgspec.structs.replace(CALM, reach=reach, failing=("/srv/app/b.py",))
    [aim] = [one for one in findings(sight) if one.name == "aim"]
    assert (aim.risk, aim.saw) == (LOW, "`app/b.py`, in the stack trace, imports `app/a.py`")


def test_what_an_image_has_to_hold() -> None:
    """Code and migrations that are still there; nobody expects tests, documents or removed files in an image."""
    changes = [FileChange("a.py", "modified"), FileChange("b.py", "removed"), FileChange("tests/t.py", "added")]
    assert in_image(scope_of([changes])) == ("a.py",)
