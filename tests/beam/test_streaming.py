"""Pub/Sub messages in windows of event time, as Beam's own TestStream plays them: late, out of order, and twice."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from apache_beam.io.gcp.pubsub import PubsubMessage
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.testing.test_pipeline import TestPipeline as BeamPipeline
from apache_beam.testing.test_stream import TestStream as Played
from apache_beam.transforms.window import TimestampedValue

from bot.faces.beam.plan import Plan
from bot.faces.beam.streaming import TIMESTAMP, Pace, fold_messages
from bot.usecases.windows import STORED, StoredWindows
from tests.beam.running import stored, window_in

START = 1_757_966_400
PACE = Pace(window=60, lateness=100, late_every=10)
LINES = (
    "java.lang.IllegalStateException: closed",
    "\tat shop.db.Pool.take(Pool.java:3)",
    "\tat shop.Web.run(Web.java:9)",
)


def message(second: int, name: str, text: str = "boom", packed: bool = False, **fields: Any) -> TimestampedValue:
    """A message as a sink publishes it, of an entry that was logged so many seconds after the start."""
    at = datetime.fromtimestamp(START + second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    labels = {"project_id": "p", "service_name": "api"}
    entry = {"insertId": name, "logName": "projects/p/logs/stdout", "timestamp": at, "textPayload": text}
    data = json.dumps({**entry, "resource": {"type": "cloud_run_revision", "labels": labels}, **fields}).encode()
    data = base64.b64encode(data) if packed else data
    return TimestampedValue(PubsubMessage(data, {TIMESTAMP: at}, message_id=f"m-{name}"), START + second)


def begun() -> Played:
    """A stream whose watermark stands at the start."""
    return Played().advance_watermark_to(START)


def waited(stream: Played) -> Played:
    """The stream after enough time for what came late to be stored."""
    for _ in range(4):
        stream = stream.advance_processing_time(PACE.late_every)
    return stream


def play(stream: Played, output: Path) -> list[str]:
    """Run the pipeline over the stream to its end; the names of the windows that were stored."""
    options = PipelineOptions([])
    options.view_as(StandardOptions).streaming = True
    pipeline = BeamPipeline(options=options)
    fold_messages(pipeline | waited(stream).advance_watermark_to_infinity(), Plan(str(output), "run"), PACE)
    pipeline.run().wait_until_finish()
    return sorted(file.name for file in output.glob(STORED))


def entries(output: Path, name: str) -> int:
    """Entries of one stored window."""
    return StoredWindows([(name, (output / name).read_bytes())]).observer().window().entries


def test_out_of_order_is_in_order(tmp_path: Path) -> None:
    """Entries count in the window of their own time, whenever they come before its end."""
    stream = begun().add_elements([message(70, "c"), message(50, "b")]).advance_watermark_to(START + 40)
    names = play(stream.add_elements([message(45, "a", packed=True), message(119, "d")]), tmp_path)
    assert names == [
        "window-20250915T200000Z-20250915T200100Z-run-0.json",
        "window-20250915T200100Z-20250915T200200Z-run-0.json",
    ]
    assert [entries(tmp_path, name) for name in names] == [2, 2]


def test_late_within_the_allowance_is_a_part_of_its_window(tmp_path: Path) -> None:
    """It is stored beside what was on time, and both merge into what one process would have counted."""
    stream = begun().add_elements([message(10, "a"), message(20, "b")]).advance_watermark_to(START + 70)
    names = play(waited(stream.add_elements([message(15, "late")])), tmp_path)
    assert [name[-6:] for name in names] == ["0.json", "1.json"]
    assert [entries(tmp_path, name) for name in names] == [2, 1]
    [cluster] = window_in(tmp_path).clusters
    assert (cluster.count, cluster.first // 10**9 - START, cluster.last // 10**9 - START) == (3, 10, 20)


def test_late_beyond_the_allowance_is_left_out(tmp_path: Path) -> None:
    """A second before the window expires an entry counts, once it has expired none does."""
    stream = begun().add_elements([message(10, "a")]).advance_watermark_to(START + 159)
    stream = waited(stream.add_elements([message(11, "in time")])).advance_watermark_to(START + 161)
    play(stream.add_elements([message(12, "too late"), message(150, "its own window")]), tmp_path)
    assert window_in(tmp_path).entries == 3


@pytest.mark.parametrize("again", [10, 70], ids=["on time", "late"])
def test_what_is_delivered_twice_counts_once(tmp_path: Path, again: int) -> None:
    """By log, time and insertId: at once, or when its window has been stored already; others of that name count."""
    stream = begun().add_elements([message(10, "a"), message(10, "a")]).advance_watermark_to(START + again)
    play(stream.add_elements([message(10, "a"), message(11, "a"), message(10, "a", logName="other")]), tmp_path)
    assert window_in(tmp_path).entries == 3
    assert stored(tmp_path).report().duplicates == 2


def test_a_trace_that_came_line_by_line_is_read_whole(tmp_path: Path) -> None:
    """Its lines are put in the order they were logged in, whatever order they come in."""
    lines = [message(20, f"{at}", text, labels={"instanceId": "i"}) for at, text in enumerate(LINES)]
    play(begun().add_elements([lines[2], lines[0]]).add_elements([message(20, "x"), lines[1]]), tmp_path)
    traces = [cluster for cluster in window_in(tmp_path).clusters if cluster.kind == "trace"]
    assert [(cluster.count, cluster.title) for cluster in traces] == [(3, "IllegalStateException: closed")]


def test_dead_letters_name_the_message(tmp_path: Path) -> None:
    """A message that is no entry, and one without a time, are told apart and counted; the rest goes on."""
    bad = TimestampedValue(PubsubMessage(b"token=hunter2", {}, message_id="17"), START + 1)
    play(begun().add_elements([bad, message(2, "a", timestamp=""), message(3, "b")]), tmp_path)
    told = b"".join(file.read_bytes() for file in tmp_path.glob("dead-letters-*.ndjson"))
    assert sorted(told.splitlines()) == [
        b'{"source":"message 17","position":1,"reason":"not valid JSON at character 1"}',
        b'{"source":"message m-a","position":1,"reason":"no timestamp"}',
    ]
    report = stored(tmp_path).report()
    assert (report.entries, report.skipped_count) == (1, 2)
