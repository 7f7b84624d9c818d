"""How well clusters match what engineers drew: grouping accuracy (GA) and F1 of grouping (FGA), beside drain3.

GA is the share of lines whose cluster holds exactly the lines of their template; FGA the harmonic mean of the shares of
found and of true clusters that match exactly. Source: Jiang et al., "A Large-Scale Evaluation for Log Parsing
Techniques" (Loghub-2.0). One configuration for all sets; both read the same lines in one run. drain3 has the masks of
its documentation. `--rules` prints what GA loses without each rule, and marks rules that serve one set alone.
Usage: python benchmarks/clustering.py [--rules] [--wrong] [FOLDER of NAME.tsv with "template<TAB>line"]; exits 1 below
the targets.
"""

import argparse
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from bot.clustering import Aliases, Clusterer, learn_aliases
from bot.clustering.fingerprint import fingerprint
from bot.clustering.masking import mask, normalise
from bot.clustering.rules import RULES, Rule
from bot.model.entry import LogEntry
from bot.model.signature import Kind, Signature

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "loghub_2k"
MEAN_GA, MEAN_FGA, LEAST_GA = 0.96, 0.95, 0.80
# The masks of drain3's own example settings, as documented by the project.
_EDGES = "((?<=[^A-Za-z0-9])|^)({})((?=[^A-Za-z0-9])|$)"
DRAIN_MASKS = (
    (_EDGES.format("([0-9a-f]{2,}:){3,}([0-9a-f]{2,})"), "ID"),
    (_EDGES.format(r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}"), "IP"),
    (_EDGES.format("([0-9a-f]{6,} ?){3,}"), "SEQ"),
    (_EDGES.format("([0-9A-F]{4} ?){4,}"), "SEQ"),
    (_EDGES.format("0x[a-f0-9A-F]+"), "HEX"),
    (_EDGES.format(r"[\-\+]?\d+"), "NUM"),
)

Labelled = tuple[list[str], list[str]]
Parser = Callable[[Sequence[str]], Sequence[object]]


def load(folder: Path) -> dict[str, Labelled]:
    """(templates, lines) by set."""
    sets = {}
    for file in sorted(folder.glob("*.tsv")):
        rows = [row.split("\t", 1) for row in file.read_text(encoding="utf-8").split("\n") if row]
        sets[file.stem] = ([row[0] for row in rows], [row[1] for row in rows])
    return sets


def scores(truth: Sequence[object], found: Sequence[object]) -> tuple[float, float]:
    """(GA, FGA) of these groupings of the same lines."""
    true, ours = _groups(truth), _groups(found)
    exact = set(true) & set(ours)
    return sum(map(len, exact)) / len(truth), 2 * len(exact) / (len(true) + len(ours))


def _groups(labels: Sequence[object]) -> set[frozenset[int]]:
    by_label: dict[object, list[int]] = defaultdict(list)
    for index, label in enumerate(labels):
        by_label[label].append(index)
    return {frozenset(group) for group in by_label.values()}


def ours(lines: Sequence[str]) -> list[str]:
    """Fingerprints, widened by the aliases that these lines show."""
    clusterer = Clusterer()
    return _widened([clusterer.signature(LogEntry(text_payload=line)) for line in lines])


def _widened(signatures: Iterable[Signature]) -> list[str]:
    signatures = list(signatures)
    known = Aliases(learn_aliases(signatures))
    return [known.canonical(signature) for signature in signatures]


def drain(lines: Sequence[str]) -> list[object]:
    """Clusters of drain3 with its documented settings: depth 4, similarity 0.4, at most 1,024 clusters."""
    miner = drain_miner()
    return [miner.add_log_message(line)["cluster_id"] for line in lines]


def drain_miner() -> Any:
    """A template miner as drain3's documentation configures it. Raises ImportError where drain3 isn't installed."""
    drain3, masking, settings = map(import_module, ("drain3", "drain3.masking", "drain3.template_miner_config"))
    config = settings.TemplateMinerConfig()
    config.masking_instructions = [masking.MaskingInstruction(pattern, name) for pattern, name in DRAIN_MASKS]
    config.drain_max_clusters, config.drain_extra_delimiters = 1024, ["_"]
    return drain3.TemplateMiner(config=config)


def without(rule: Rule | None) -> Parser:
    """A parser that lacks this rule; None: that lacks aliases."""
    rules = [one for one in RULES if one is not rule]

    def parse(lines: Sequence[str]) -> list[str]:
        templates = [normalise(mask(line), rules) for line in lines]
        kind = Kind.MESSAGE
        if rule is None:
            return templates
        return _widened(Signature(fingerprint(kind, template), kind, "", template) for template in templates)

    return parse


def accuracy(sets: dict[str, Labelled]) -> bool:
    """Print GA and FGA of both on each set; True where the targets are met."""
    print("| set | templates | GA | FGA | drain3 GA | drain3 FGA |\n|---|---:|---:|---:|---:|---:|")
    rows = []
    for name, (truth, lines) in sets.items():
        row = (*scores(truth, ours(lines)), *scores(truth, drain(lines)))
        rows.append(row)
        print(f"| {name} | {len(set(truth))} | " + " | ".join(f"{value:.3f}" for value in row) + " |")
    means = [statistics.mean(column) for column in zip(*rows, strict=True)]
    print("| mean | | " + " | ".join(f"{value:.3f}" for value in means) + " |")
    return means[0] >= MEAN_GA and means[1] >= MEAN_FGA and min(row[0] for row in rows) >= LEAST_GA


def rule_table(sets: dict[str, Labelled]) -> None:
    """Print what GA each set loses without each rule; empty: nothing."""
    print(f"\nGA lost without a rule:\n\n| rule | {' | '.join(sets)} | sets |\n|---|{'---:|' * (len(sets) + 1)}")
    whole = {name: scores(truth, ours(lines)) for name, (truth, lines) in sets.items()}
    for rule in (*RULES, None):
        parse = without(rule)
        lost = {name: whole[name][0] - scores(truth, parse(lines))[0] for name, (truth, lines) in sets.items()}
        cells = " | ".join(f"{value:+.3f}" if abs(value) > 1e-9 else "" for value in lost.values())
        print(f"| {rule.name if rule else 'aliases'} | {cells} | {sum(value > 1e-9 for value in lost.values())} |")


def wrong(sets: dict[str, Labelled]) -> None:
    """Print an example line of each cluster that holds several templates, and of each template in several clusters."""
    for name, (truth, lines) in sets.items():
        found = ours(lines)
        for what, one, other in (("split", truth, found), ("joined", found, truth)):
            examples: dict[str, dict[str, str]] = defaultdict(dict)
            for key, part, line in zip(one, other, lines, strict=True):
                examples[key].setdefault(part, line)
            for key, parts in examples.items():
                if len(parts) > 1:
                    print(f"\n{name}: {key} is {what}: {len(parts)}", *list(parts.values())[:4], sep="\n    ")


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="labelled sets; without it those beside the repository")
    parser.add_argument("--rules", action="store_true", help="what is lost without each rule")
    parser.add_argument("--wrong", action="store_true", help="the lines that are grouped otherwise than labelled")
    given = parser.parse_args()
    sets = load(given.folder or DATA)
    if not sets:
        print("no labelled set here: name a folder of NAME.tsv files", file=sys.stderr)
        return 2 if given.folder else 0
    good = accuracy(sets)
    if given.rules:
        rule_table(sets)
    if given.wrong:
        wrong(sets)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
