"""The pipeline over sink files: a look for duplicates and lines of traces first, then the fold.

Entries stay on the worker that decodes them: what travels are 16 bytes of each for the duplicates, the lines of traces,
and parts of windows. Both looks read the files; that is cheaper than sending every entry through a shuffle.
"""

from collections.abc import Sequence
from typing import Any

import apache_beam as beam
from apache_beam.pvalue import AsSingleton

from bot.faces.beam.entries import ACCOUNTS, DEAD, LINES, MARKS, Duplicates, Read, Scan, Stitch
from bot.faces.beam.folding import folded
from bot.faces.beam.lines import lines_in
from bot.faces.beam.marks import Map
from bot.faces.beam.output import written
from bot.faces.beam.plan import Plan


class MarksFn(beam.CombineFn):  # type: ignore[misc]
    """Maps into one."""

    def create_accumulator(self) -> Map:
        """An empty map."""
        return Map()

    def add_input(self, accumulator: Map, element: Map) -> Map:
        """Add what one file holds."""
        accumulator.merge(element)
        return accumulator

    def merge_accumulators(self, accumulators: Sequence[Map]) -> Map:
        """All maps as one."""
        whole = Map()
        for one in accumulators:
            whole.merge(one)
        return whole

    def extract_output(self, accumulator: Map) -> Map:
        """The map itself."""
        return accumulator


def fold_files(pipeline: beam.Pipeline, files: Sequence[str], plan: Plan) -> Any:
    """One stored window of these files, and dead letters beside it; the paths that were written."""
    paths = pipeline | "Files" >> beam.Create(list(dict.fromkeys(files)), reshuffle=True)
    scanned = paths | "Scan" >> beam.ParDo(Scan(plan.latest)).with_outputs(MARKS, main="keys")
    marks = scanned[MARKS] | "Marks" >> beam.CombineGlobally(MarksFn())
    again = (
        scanned.keys
        | "Partitions" >> beam.GroupByKey()
        | "Duplicates" >> beam.ParDo(Duplicates()).with_output_types(tuple[str, bytes])
    )
    all_paths = paths | "No duplicates yet" >> beam.Map(lambda path: (path, b"")).with_output_types(tuple[str, bytes])
    read = (
        (all_paths, again)
        | "Files and duplicates" >> beam.Flatten()
        | "By file" >> beam.GroupByKey()
        | "Read"
        >> beam.ParDo(Read(plan.rules, plan.latest, plan.fanout), marks=AsSingleton(marks)).with_outputs(
            LINES, DEAD, ACCOUNTS, main="alone"
        )
    )
    stitched = (
        read[LINES]
        | "Lines" >> beam.GroupByKey()
        | "Unpacked" >> beam.MapTuple(lines_in)
        | "Stitch" >> beam.ParDo(Stitch(plan.rules, plan.fanout))
    )
    parts = [
        folded(read.alone, plan, "Fold"),
        folded(stitched, plan, "Fold stitched"),
        read[ACCOUNTS],
    ]
    return written(parts, read[DEAD], plan)
