"""`python -m bot.faces.beam`: words in, windows and what became of the records out."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.sink_shards import write_shards
from bot.errors import SettingsError, UsageError
from bot.faces.beam.options import asked
from bot.faces.beam.streaming import Pace
from tests.beam.running import one_process, window_in

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "beam"
NOW = datetime(2025, 9, 15, 21, tzinfo=UTC)
FILES = ("--input", "a,b", "--input", "gs://c/", "--output", "o")


def test_words_for_beam_are_left_to_it() -> None:
    """What isn't ours is passed on; files are those of all commas and repetitions."""
    wanted = asked((*FILES, "--runner", "DataflowRunner", "--project=p"), NOW)
    assert wanted.inputs == ("a", "b", "gs://c/")
    assert wanted.beam == ("--runner", "DataflowRunner", "--project=p")
    assert (wanted.plan.latest, wanted.wait) == (1_757_970_300 * 10**9, True)


def test_beam_keeps_its_own_words() -> None:
    """None of those that a job is started with is taken for a misspelt one of ours."""
    theirs = (
        *("--runner", "--project", "--region", "--temp_location", "--staging_location", "--job_name", "--num_workers"),
        *("--max_num_workers", "--setup_file", "--save_main_session", "--streaming", "--subnetwork", "--network"),
        *(
            "--service_account_email",
            "--sdk_container_image",
            "--experiments",
            "--worker_machine_type",
            "--no_use_public_ips",
        ),
        *("--direct_num_workers", "--direct_running_mode", "--enable_streaming_engine", "--labels", "--update"),
    )
    assert asked((*FILES, *theirs), NOW).beam == theirs


def test_a_stream_has_a_pace() -> None:
    """Lengths in words; messages aren't held against this machine's clock."""
    words = ("--subscription", "projects/p/subscriptions/s", "--output", "o", "--window", "1h", "--late_every=90s")
    wanted = asked((*words, "--no-wait"), NOW)
    assert wanted.pace == Pace(3600, 3600, 90)
    assert (wanted.plan.latest, wanted.wait, wanted.subscription) == (None, False, "projects/p/subscriptions/s")


def test_two_runs_have_two_names() -> None:
    """Started in the same second."""
    assert asked(FILES, NOW).plan.run != asked(FILES, NOW).plan.run


def test_settings_travel_without_keys(tmp_path: Path) -> None:
    """Environments and redaction do, from a file here as from an address of Beam's file systems."""
    file = tmp_path / "incidentbot.toml"
    file.write_text(
        'signing_keys = ["k-0123456789"]\n[environments]\nshop = "production"\n[redaction]\npersonal = ["ip"]\n'
    )
    rules = asked((*FILES, "--settings", str(file)), NOW).plan.rules
    assert (rules.environment_of("shop"), rules.environment_of("other")) == ("production", "other")
    assert rules.personal == ("ip",)
    assert "k-0123456789" not in repr(rules)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--output", "o"), "give --input for files of a sink, or --subscription"),
        ((*FILES, "--subscription", "s"), "one of the two"),
        ((*FILES, "--now", "noon"), "--now noon is no time; write it as 2025-09-15T21:00:00Z"),
        ((*FILES, "--fanuot", "3"), "no option --fanuot; did you mean --fanout?"),
        ((*FILES, "--set=team.toml"), "no option --set; did you mean --settings?"),
        ((*FILES, "--window", "ten"), "--window: not a length of time: 'ten'"),
        ((*FILES, "--lateness", "0s"), "--lateness 0s is no time at all"),
        ((*FILES, "--fanout", "0"), "--fanout 0 is no number of slices"),
    ],
)
def test_words_that_make_no_sense(words: tuple[str, ...], said: str) -> None:
    """One sentence that says which, and what to write."""
    with pytest.raises(UsageError) as raised:
        asked(words, NOW)
    assert said in str(raised.value)


def test_unknown_settings_are_errors(tmp_path: Path) -> None:
    """As everywhere."""
    file = tmp_path / "incidentbot.toml"
    file.write_text("colour = 1\n")
    with pytest.raises(SettingsError, match="Setting colour"):
        asked((*FILES, "--settings", str(file)), NOW)


def beam(*words: object) -> "subprocess.CompletedProcess[str]":
    """The command, in a process of its own."""
    command = [sys.executable, "-m", "bot.faces.beam", "--runner", "FnApiRunner", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_whole_command(tmp_path: Path) -> None:
    """A folder of shards in, the window of one process out, and a line that accounts for the records."""
    files = write_shards(tmp_path / "logs", 2_000, 2)
    ran = beam("--input", tmp_path / "logs", "--output", tmp_path / "out")
    assert ran.returncode == 0, ran.stderr
    window, read = one_process(files)
    assert window_in(tmp_path / "out") == window
    assert f"2,000 records read, {read.entries:,} entries kept, {read.duplicates} duplicates, 0 malformed" in ran.stderr


def test_nothing_usable_is_no_success(tmp_path: Path) -> None:
    """The exit code of logs that are unavailable; the dead letters are there all the same."""
    (tmp_path / "S0.json").write_text("{no\n{json\n")
    ran = beam("--input", tmp_path / "S0.json", "--output", tmp_path / "out")
    assert ran.returncode == 4
    assert ran.stderr.splitlines()[-1] == f"incidentbot: no usable log entry in {tmp_path}/S0.json: 2 records skipped"
    assert list((tmp_path / "out").glob("dead-letters-*.ndjson"))


def test_the_template_offers_options_that_exist() -> None:
    """Each parameter of the Flex Template is a word of the command, and what it must look like fits ours."""
    parameters = json.loads((DEPLOY / "metadata.json").read_text())["parameters"]
    sample = {"subscription": "projects/p/subscriptions/s", "output": "gs://b/w/", "window": "5m", "lateness": "2h"}
    words = [f"--{name}={value}" for name, value in sample.items()]
    assert asked(words, NOW).beam == ()
    assert {one["name"] for one in parameters} == {*sample, "input", "settings"}
    for one in parameters:
        for pattern in one.get("regexes", ()) if one["name"] in sample else ():
            assert re.fullmatch(pattern, sample[one["name"]])


def test_the_image_has_the_beam_of_the_lock() -> None:
    """Launcher, workers and tests have one version of Beam."""
    [image] = re.findall(r"apache/beam_python3\.11_sdk:([\d.]+)", (DEPLOY / "Dockerfile").read_text())
    [locked] = re.findall(
        r"^apache-beam==([\d.]+)", (DEPLOY.parents[1] / "requirements" / "beam.txt").read_text(), re.MULTILINE
    )
    assert image == locked
