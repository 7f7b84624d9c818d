"""Beam's local runner with none of our code: so many bytes go through one GroupByKey, and worker processes count them.

It shows what the runner takes by itself. With --fetched groups are fetched one by one, as the pipeline has them
(`use_state_iterables`); without, a worker is handed all of its groups as one message.
Usage: python benchmarks/beam_alone.py [--bytes N] [--workers N] [--fetched]
"""

import argparse

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner

SHARDS, GROUPS, PIECE = 64, 384, 1 << 12


def main() -> None:
    """Run the pipeline; prints nothing, for it is to be watched from outside."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bytes", type=int, default=64_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--fetched", action="store_true")
    given = parser.parse_args()
    words = [f"--direct_num_workers={given.workers}", "--direct_running_mode=multi_processing"]
    pieces, groups, piece = given.bytes // SHARDS // PIECE, GROUPS, PIECE
    runner = FnApiRunner(use_state_iterables=given.fetched)
    with beam.Pipeline(runner=runner, options=PipelineOptions(words)) as pipeline:
        _ = (
            pipeline
            | "Shards" >> beam.Create(list(range(SHARDS)))
            | "Pieces" >> beam.FlatMap(lambda _: ((at % groups, bytes(piece)) for at in range(pieces)))
            | "Groups" >> beam.GroupByKey()
            | "Count" >> beam.Map(lambda group: sum(len(one) for one in group[1]))
        )


if __name__ == "__main__":
    main()
