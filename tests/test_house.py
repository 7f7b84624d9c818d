"""The rules of the house, checked on the tree as it stands."""

import ast
import itertools
import json
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PYTHON_FOLDERS = ("bot", "tests", "benchmarks", "examples")
PURE_ROOMS = ("clustering", "observing", "triage", "lifecycle", "fixes", "documents", "text", "model")
CLOCKS = {"now", "utcnow", "today", "time_ns", "monotonic", "perf_counter", "urlopen", "getenv"}
MACHINE_PATH = re.compile(rb"(?<![\w.:/~-])/(?:work|root|home/\w+|Users/\w+|tmp/\w+)/")

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def modules(*folders: str) -> list[Path]:
    """Every Python module of these folders, sorted."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def definitions(tree: ast.AST) -> Iterator[Definition]:
    """Every function and class of a tree, methods and inner ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, Definition))


def public(body: list[ast.stmt]) -> Iterator[Definition]:
    """Public functions and classes of a module or class, and of its public classes; magic methods aside."""
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body)


def place(path: Path, node: Definition) -> str:
    """Where a definition stands, for a person."""
    return f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def tracked_files() -> list[Path]:
    """The files that git tracks or would, if it were asked to add everything."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def test_functions_are_short() -> None:
    """No function has more than 50 lines."""
    long = [
        f"{place(path, node)}: {size} lines"
        for path in modules(*PYTHON_FOLDERS)
        for node in definitions(ast.parse(path.read_text(encoding="utf-8")))
        if not isinstance(node, ast.ClassDef) and (size := (node.end_lineno or 0) - node.lineno + 1) > 50
    ]
    assert long == []


def test_modules_are_short() -> None:
    """No module has more than 350 lines."""
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules(*PYTHON_FOLDERS)}
    assert [f"{path.relative_to(ROOT)}: {size} lines" for path, size in sizes.items() if size > 350] == []


def test_public_things_are_documented() -> None:
    """Every public module, class, method and function of the package has a docstring."""
    bare = []
    for path in modules("bot"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if tree.body and ast.get_docstring(tree) is None:
            bare.append(str(path.relative_to(ROOT)))
        bare += [place(path, node) for node in public(tree.body) if ast.get_docstring(node) is None]
    assert bare == []


def test_pure_rooms_ask_no_clock() -> None:
    """No pure room calls a clock, the environment or a URL, through whatever module: time is an argument."""
    calls = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.func.attr}()"
        for path in modules(*(f"bot/{room}" for room in PURE_ROOMS))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
    ]
    assert calls == []


def test_arrows_of_the_house_are_kept() -> None:
    """The import contracts hold: arrows point down, rooms don't know each other, adapters stay in their rooms."""
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_path_of_a_machine() -> None:
    """No file of the repository names a folder of somebody's machine."""
    found = [
        f"{path.relative_to(ROOT)}: {hit[0].decode()}"
        for path in tracked_files()
        for hit in MACHINE_PATH.finditer(path.read_bytes())
    ]
    assert found == []


@pytest.mark.parametrize("folder", ["home ann", "root", "Users ann", "tmp ab"])
@pytest.mark.parametrize("before", ["", "see (", '"', "File "])
def test_a_path_of_a_machine_is_recognised(folder: str, before: str) -> None:
    """The pattern finds what it is there to find, whatever stands before it."""
    path = "/".join(["", *folder.split(), "x"])
    assert MACHINE_PATH.search((before + path).encode())


@pytest.mark.parametrize("lock", ["base", "dev", "slack"])
def test_locks_name_no_place_and_hash_everything(lock: str) -> None:
    """The locked requirements have a hash for each package, and no URL, option, index or local path."""
    lines = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8").splitlines()
    packages = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert packages
    assert [line for line in packages if not re.fullmatch(r"[\w.-]+==[\w.+!-]+(?: ; .+)? \\", line)] == []
    assert [line for line in lines if "://" in line or "file:" in line or line.startswith("-")] == []
    hashes = sum(1 for before, line in itertools.pairwise(lines) if before in packages and "--hash=" in line)
    assert hashes == len(packages)


@pytest.mark.parametrize("larger", ["dev", "slack"])
def test_other_locks_contain_the_base_lock(larger: str) -> None:
    """What is tested is what is installed: each version of the base lock stands in the other ones too."""
    base, more = (
        set(re.findall(r"^[\w.-]+==\S+", (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8"), re.M))
        for lock in ("base", larger)
    )
    assert base
    assert base - more == set()


@pytest.mark.parametrize("name", ["checkout-outage.json", "checkout-fixed.json", "checkout-again.json"])
def test_bundled_logs_are_what_the_generator_writes(name: str) -> None:
    """The bundled logs are the generator's output, to the byte, and newest first."""
    generated = runpy.run_path(str(ROOT / "examples" / "generate.py"))["text"](name)
    assert (ROOT / "examples" / name).read_text(encoding="utf-8") == generated
    times = [entry["timestamp"] for entry in json.loads(generated)]
    assert times == sorted(times, reverse=True)
    assert len(times) > 300
