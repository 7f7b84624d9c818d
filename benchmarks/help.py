"""How long `incidentbot --help` takes beside a bare typer program's `--help`: the target is a ratio of at most 1.5.

Both are whole processes of this interpreter, started in turn in one loop, so that a busy machine slows both alike.
Prints medians in milliseconds and their ratio, as a Markdown table; exits 1 above the target.
Usage: python benchmarks/help.py [RUNS]
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TARGET = 1.5
BARE = '''\
import typer

app = typer.Typer()


@app.command()
def greet(name: str = typer.Option("you", help="Whom to greet.")) -> None:
    """Greet someone."""
    typer.echo(f"hello {name}")


if __name__ == "__main__":
    app()
'''


def seconds(command: list[str]) -> float:
    """Wall time of one run. Raises CalledProcessError where the command fails."""
    environment = {**os.environ, "COLUMNS": "120", "NO_COLOR": "1"}
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - start


def measure(commands: dict[str, list[str]], runs: int) -> dict[str, list[float]]:
    """Wall times of each command by name, run in turn; a first run of each is not counted."""
    for command in commands.values():
        seconds(command)
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            times[name].append(seconds(command))
    return times


def table(times: dict[str, list[float]]) -> str:
    """The measurements as a Markdown table, in milliseconds."""
    rows = [
        f"| {name} | {min(taken) * 1000:.0f} | {statistics.median(taken) * 1000:.0f} | {max(taken) * 1000:.0f} |"
        for name, taken in times.items()
    ]
    return "\n".join(["| program | min ms | median ms | max ms |", "|---|---:|---:|---:|", *rows])


def main() -> int:
    """Measure, print, and return the exit code."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder, "bare.py")
        bare.write_text(BARE, encoding="utf-8")
        times = measure(
            {
                "bare typer --help": [sys.executable, str(bare), "--help"],
                "incidentbot --help": [sys.executable, "-m", "bot", "--help"],
            },
            runs,
        )
    medians = [statistics.median(taken) for taken in times.values()]
    ratio = medians[1] / medians[0]
    print(f"{table(times)}\n\nratio of medians over {runs} runs: {ratio:.2f} (target: at most {TARGET})")
    return 0 if ratio <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
