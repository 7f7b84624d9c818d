"""Score triage over the frozen scenarios, and say which kinds fail.

python -m benchmarks.triage_scenarios [SCENARIOS [FIRST]]
"""

import sys
from collections import defaultdict
from collections.abc import Iterable

from tests.triage.scenarios import Scenario, scenario
from tests.triage.scoring import Score, score


def kinds_of(played: Scenario) -> list[str]:
    """The rows of the table that a scenario counts in."""
    traits = played.traits
    flags = ("no_severity", "no_successes", "from_start", "shared_service", "lost_traces", "skew", "boot_warnings")
    return [
        "all",
        f"causes {traits.causes}",
        f"depth {traits.depth}",
        *(f"kind {kind}" for kind in sorted(set(played.kinds.values()))),
        *(name for name in flags if getattr(traits, name)),
        *(["lost_traces whole"] if traits.lost_traces == 1 else []),
        *(["noisy 3"] if traits.noisy == 3 else []),
    ]


def table(rows: Iterable[tuple[str, list[Score]]]) -> str:
    """A line each: scenarios, membership F1, roots right, scenarios with merged causes, of those with several."""
    lines = [f"{'kind':<20}{'n':>5}{'F1':>8}{'prec':>8}{'recall':>8}{'root':>8}{'merged':>9}{'split':>7}"]
    for name, scores in rows:
        right, wrong, missed = (sum(getattr(one, field) for one in scores) for field in ("right", "wrong", "missed"))
        causes, roots = sum(one.causes for one in scores), sum(one.roots for one in scores)
        several = [one for one in scores if one.causes > 1]
        merged = f"{sum(one.merged for one in several)}/{len(several)}"
        lines.append(
            f"{name:<20}{len(scores):>5}{2 * right / max(2 * right + wrong + missed, 1):>8.3f}"
            f"{right / max(right + wrong, 1):>8.3f}{right / max(right + missed, 1):>8.3f}"
            f"{roots / max(causes, 1):>8.3f}{merged:>9}{sum(one.split for one in scores):>7}"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the table, then the seeds that went wrong."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    by_kind: dict[str, list[Score]] = defaultdict(list)
    bad = []
    for seed in range(first, first + count):
        played = scenario(seed)
        got = score(played)
        for kind in kinds_of(played):
            by_kind[kind].append(got)
        if got.f1 < 0.95 or got.merged or got.roots < got.causes:
            bad.append(f"{seed}: f1 {got.f1:.2f} roots {got.roots}/{got.causes}{' MERGED' if got.merged else ''}")
    print(table(sorted(by_kind.items())))
    print(f"{len(bad)} of {count} not right:", *bad, sep="\n  ")


if __name__ == "__main__":
    main()
