"""One run of the pipeline, from the words of the command line to what became of the records."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import apache_beam as beam
from apache_beam.io.gcp.pubsub import ReadFromPubSub
from apache_beam.options.pipeline_options import PipelineOptions, SetupOptions, StandardOptions

from bot.errors import LogsUnavailable
from bot.faces.beam.batch import fold_files
from bot.faces.beam.counting import Counts, counts_of
from bot.faces.beam.local import runner_of
from bot.faces.beam.options import Asked, asked
from bot.faces.beam.sources import matched
from bot.faces.beam.streaming import TIMESTAMP, fold_messages
from bot.text.terminal import line


def run(words: Sequence[str]) -> None:
    """Build the pipeline, start it, and wait for its end, unless told not to. A stream goes on until it is drained.

    Raises UsageError, SettingsError, and LogsUnavailable where no record can be used.
    """
    wanted = asked(words, datetime.now(UTC))
    options = PipelineOptions(list(wanted.beam))
    options.view_as(SetupOptions).save_main_session = False
    options.view_as(StandardOptions).streaming = bool(wanted.subscription)
    pipeline = beam.Pipeline(runner=runner_of(options), options=options)
    _fill(pipeline, wanted)
    result = pipeline.run()
    if not wanted.wait:
        return
    result.wait_until_finish()
    counts = counts_of(result)
    print(line(_told(counts, wanted)), file=sys.stderr)
    if wanted.inputs and not counts.kept:
        raise LogsUnavailable(f"no usable log entry in {', '.join(wanted.inputs)}: {counts.malformed} records skipped")


def _fill(pipeline: beam.Pipeline, wanted: Asked) -> None:
    if wanted.subscription:
        source = ReadFromPubSub(subscription=wanted.subscription, with_attributes=True, timestamp_attribute=TIMESTAMP)
        fold_messages(pipeline | "Messages" >> source, wanted.plan, wanted.pace)
    else:
        fold_files(pipeline, matched(wanted.inputs), wanted.plan)


def _told(counts: Counts, wanted: Asked) -> str:
    return (
        f"{counts.read:,} records read, {counts.kept:,} entries kept, {counts.duplicates:,} duplicates, "
        f"{counts.malformed:,} malformed; run {wanted.plan.run} is in {wanted.plan.output}"
    )
