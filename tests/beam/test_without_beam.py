"""What a person is told who has no Apache Beam."""

import subprocess
import sys
from importlib.util import find_spec

import pytest

INSTALLED = find_spec("apache_beam") is not None


@pytest.mark.skipif(INSTALLED, reason="Apache Beam is installed here")
def test_the_command_says_what_to_install() -> None:
    """No traceback, and the exit code of a usage error."""
    ran = subprocess.run(
        [sys.executable, "-m", "bot.faces.beam", "--input", "x", "--output", "y"], capture_output=True, text=True
    )
    assert ran.returncode == 2
    assert ran.stderr == "incidentbot: Apache Beam is not installed: pip install 'incidentbot[beam]'\n"


@pytest.mark.skipif(
    not INSTALLED, reason="the pipeline's tests need Apache Beam, in an environment of its own: make test-beam"
)
def test_the_pipeline_is_tested() -> None:
    """Where Apache Beam is, the pipeline's modules can be imported."""
    assert find_spec("bot.faces.beam.running")
