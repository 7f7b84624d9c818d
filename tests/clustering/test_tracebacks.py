"""Python tracebacks: read wherever and however they are logged; identified by types and functions."""

import traceback as python
from typing import Any

import pytest

from bot.clustering import Clusterer, identifying_frames
from bot.clustering.traces import parse
from bot.clustering.traces.modules import is_library, module_of
from bot.model.signature import Kind, Signature, StackTrace
from tests.clustering.logged import CAUSED, DURING, INNER, LIBRARY, OWN, entry, frame, said, traceback

TRACE = traceback("KeyError: 'basket'", LIBRARY, OWN, INNER)
RAISED = traceback("RuntimeError: order 7 failed: 'basket'", LIBRARY, OWN)


def read(text: str) -> StackTrace:
    """The trace that must be in this text."""
    trace = parse(text)
    assert trace is not None
    return trace


def types(trace: StackTrace) -> list[str]:
    """Types of the chain, root cause first."""
    return [exception.type for exception in trace.chain]


def of(text: str) -> str:
    """The fingerprint of a text that must be read as a trace."""
    signature = Clusterer().signature(said(text))
    assert signature.kind is Kind.TRACE
    return signature.fingerprint


def test_frames_and_exception() -> None:
    """Module, function, line, code and whether it is the application's own, outermost first."""
    trace = read(TRACE)
    assert [(f.module, f.function, f.line, f.in_app) for f in trace.frames] == [
        ("flask.app", "wsgi_app", 1498, False),
        ("shop.orders", "place_order", 31, True),
        ("shop.prices", "price", 12, True),
    ]
    assert trace.frames[1].source == "total = price(basket)"
    assert (trace.cause.type, trace.cause.value) == ("KeyError", "'basket'")
    assert identifying_frames(trace) == ["shop.orders:place_order", "shop.prices:price"]


@pytest.mark.parametrize("link", [CAUSED, DURING])
def test_chain_has_the_root_cause_first(link: str) -> None:
    """Causes and contexts come before what was raised from them, and give the frames."""
    trace = read(TRACE + link + RAISED)
    assert types(trace) == ["KeyError", "RuntimeError"]
    assert (trace.cause.value, trace.raised.value) == ("'basket'", "order 7 failed: 'basket'")
    assert trace.origin is not None
    assert trace.origin.function == "price"


def test_cause_is_the_first_that_own_code_raised() -> None:
    """A library's inner exception is no cause that a person can act on where an outer one has frames of ours."""
    trace = read(traceback("OSError: gone", LIBRARY) + CAUSED + RAISED)
    assert (types(trace), trace.at, trace.cause.type) == (["OSError", "RuntimeError"], 1, "RuntimeError")


@pytest.mark.parametrize(
    "fields",
    [
        {"textPayload": TRACE},
        {"textPayload": f"2025-09-15 20:51:00 ERROR in app: Exception on / [GET]\n{TRACE}"},
        {"textPayload": f"ERROR:shop: {TRACE}"},
        {"textPayload": TRACE.replace("\n", "\r\n")},
        {"textPayload": "\n".join(f"    {line}" for line in TRACE.split("\n"))},
        {"textPayload": TRACE + "\n"},
        {"jsonPayload": {"message": TRACE}},
        {"jsonPayload": {"message": "it failed", "stack_trace": TRACE}},
        {"jsonPayload": {"message": "it failed", "exception": TRACE}},
        {"jsonPayload": {"message": "it failed", "exc_info": TRACE}},
        {"jsonPayload": {"message": "it failed", "error": {"type": "KeyError", "traceback": TRACE}}},
        {"jsonPayload": {"message": "it failed", "err": {"stack": TRACE}}},
        {"jsonPayload": {"message": "it failed", "exception": {"traceback": TRACE.splitlines(keepends=True)}}},
        {"jsonPayload": {"message": "x", "stack_trace": TRACE}, "httpRequest": {"status": 500, "requestMethod": "GET"}},
    ],
)
def test_read_wherever_it_is_logged(fields: dict[str, Any]) -> None:
    """One failure has one fingerprint in every field, with a log prefix, CRLF or an indentation."""
    assert Clusterer().signature(entry(**fields)).fingerprint == of(TRACE)


@pytest.mark.parametrize(
    "other",
    [
        TRACE.replace("31", "57").replace("12", "140"),
        TRACE.replace("'basket'", "'cart 77'"),
        TRACE.replace("total = price(basket)", "total = price(basket, vat)"),
        TRACE.replace("1498", "3"),
        TRACE.replace("    return table[key]\n", "    return table[key]\n           ~~~~~^^^^^\n"),
        TRACE.replace("    return table[key]\n", ""),
        TRACE + "\nwhile pricing\na note of two lines",
        TRACE.replace("/app/shop/", "/srv/releases/20250915/shop/"),
        TRACE.replace(INNER, INNER + frame("/app/shop/prices.py", "<lambda>")),
    ],
)
def test_same_failure(other: str) -> None:
    """Moved lines, changed values and code, carets, notes, a new release folder and lambdas don't show."""
    assert of(other) == of(TRACE)


@pytest.mark.parametrize(
    "other",
    [
        TRACE.replace("in price", "in discount"),
        TRACE.replace("KeyError", "IndexError"),
        TRACE.replace("/app/shop/prices.py", "/app/shop/rebates.py"),
        traceback("KeyError: 'basket'", LIBRARY, OWN),
        TRACE + CAUSED + RAISED,
    ],
)
def test_another_failure(other: str) -> None:
    """Another failing function, type, module, depth or chain is another failure."""
    assert of(other) != of(TRACE)


def test_library_only_traces_are_told_by_their_message() -> None:
    """Without a frame of ours the masked message decides, and the library's lines don't."""
    one = traceback("OSError: [Errno 28] no space on '/a'", LIBRARY)
    assert of(one) == of(one.replace("28", "30").replace("1498", "3"))
    assert of(one) != of(one.replace("no space", "read-only"))


@pytest.mark.parametrize("cycle", [["f"], ["f", "g"], ["a", "b", "c", "d"]])
def test_depth_of_a_recursion_does_not_show(cycle: list[str]) -> None:
    """Three rounds and three hundred are one failure; where the recursion ends decides."""
    frames = [frame("/app/m.py", function) for function in cycle]
    few, many = (traceback("RecursionError: too deep", OWN, *frames * rounds) for rounds in (3, 300))
    assert of(few) == of(many)
    assert len(read(many).frames) <= 60
    if len(cycle) > 1:
        assert of(traceback("RecursionError: too deep", OWN, *frames * 3, frames[0])) != of(few)


def test_interpreter_s_own_collapsing() -> None:
    """`[Previous line repeated 975 more times]` is passed over."""
    cut = traceback(
        "RecursionError: x", OWN, frame("/app/m.py", "f") * 3, "  [Previous line repeated 975 more times]\n"
    )
    assert of(cut) == of(traceback("RecursionError: x", OWN, frame("/app/m.py", "f") * 2))


def test_syntax_error() -> None:
    """The file that doesn't parse has a frame without a function: it counts as the module's."""
    trace = read(
        traceback("SyntaxError: invalid syntax", OWN, '  File "/app/bad.py", line 5\n    def f(:\n          ^\n')
    )
    assert (trace.frames[-1].module, trace.frames[-1].function, trace.cause.type) == ("bad", "<module>", "SyntaxError")


def _raise_group() -> None:
    failures: list[Exception] = [TypeError("no traceback of its own")]
    try:
        try:
            raise KeyError("basket")
        except KeyError as error:
            raise ValueError("bad order") from error
    except ValueError as error:
        failures.insert(0, error)
    raise ExceptionGroup("two failed", [*failures, ExceptionGroup("inner", [OSError("gone")])])


def test_exception_group() -> None:
    """Members come before their group, each with its own chain; as the interpreter writes them, CRLF or not."""
    try:
        _raise_group()
    except ExceptionGroup:
        text = python.format_exc()
    expected = ["OSError", "KeyError", "ValueError", "TypeError", "ExceptionGroup", "ExceptionGroup"]
    assert types(read(text)) == expected
    assert types(read(text.replace("\n", "\r\n"))) == expected
    assert types(read(f"ERROR in task\n{text}")) == expected


@pytest.mark.parametrize(
    ("raised", "kind", "value"),
    [
        ("ValueError: one\ntwo\n\nthree", "ValueError", "one\ntwo\n\nthree"),
        ('ValueError: bad\n  File "/x.py", line 3, in f', "ValueError", 'bad\n  File "/x.py", line 3, in f'),
        ("StopIteration", "StopIteration", ""),
        ("AssertionError:", "AssertionError", ""),
        ("ValueError: a: b", "ValueError", "a: b"),
        ("shop.errors.Denied: no", "shop.errors.Denied", "no"),
        ("shop.make.<locals>.Denied: no", "shop.make.<locals>.Denied", "no"),
        ("pkg.Überlauf: voll", "pkg.Überlauf", "voll"),
    ],
)
def test_exception_lines(raised: str, kind: str, value: str) -> None:
    """Values of several lines, values that look like frames, no value, dotted and local types."""
    trace = read(traceback(raised, OWN))
    assert (trace.cause.type, trace.cause.value, len(trace.frames)) == (kind, value, 1)


def test_quoted_traceback_is_the_cause() -> None:
    """A worker's traceback inside another exception's message tells why that one was raised."""
    assert types(read(traceback(f"RuntimeError: worker failed:\n{TRACE}", LIBRARY))) == ["KeyError", "RuntimeError"]
    remote = f'concurrent.futures.process._RemoteTraceback: \n"""\n{TRACE}\n"""{CAUSED}{traceback("KeyError: 1", OWN)}'
    assert [exception.value for exception in read(remote).chain] == ["'basket'", "1"]


@pytest.mark.parametrize("cut", [traceback("", OWN), traceback("", OWN)[:-12], "Traceback (most recent call last):"])
def test_cut_off_before_the_exception(cut: str) -> None:
    """Without an exception there is no trace; the message counts, and the title says what happened."""
    signature = Clusterer().signature(said(cut))
    assert (signature.kind, signature.trace) == (Kind.MESSAGE, None)
    assert signature.title.startswith("(traceback cut off) ")


def test_cut_off_chain_keeps_what_was_whole() -> None:
    """The first exception is known though the second is cut off."""
    assert types(read(TRACE + CAUSED + traceback("", OWN))) == ["KeyError"]


@pytest.mark.parametrize(
    ("file", "module", "library"),
    [
        ("/app/shop/orders.py", "shop.orders", False),
        ("/srv/shop/__init__.py", "shop", False),
        ("/workspace/main.py", "main", False),
        ("./main.py", "main", False),
        ("shop/orders.py", "shop.orders", False),
        ("/srv/releases/20250915123000/shop/orders.py", "shop.orders", False),
        (r"C:\app\shop\orders.py", "shop.orders", False),
        (r"C:\Python311\Lib\asyncio\runners.py", "Python311.Lib.asyncio.runners", True),
        (r"C:\app\venv\Lib\site-packages\flask\app.py", "flask.app", True),
        ("/app/.venv/lib/python3.11/site-packages/flask/app.py", "flask.app", True),
        ("/usr/lib/python3/dist-packages/yaml/__init__.py", "yaml", True),
        (
            "/opt/conda/envs/e/lib/python3.12/asyncio/runners.py",
            "opt.conda.envs.e.lib.python3.12.asyncio.runners",
            True,
        ),
        ("/layers/google.python.pip/pip/bin/gunicorn", "layers.google.python.pip.pip.bin.gunicorn", True),
        ("/usr/local/bin/alembic", "usr.local.bin.alembic", True),
        ("/app/bin/migrate", "bin.migrate", False),
        ("<frozen importlib._bootstrap>", "<frozen importlib._bootstrap>", True),
        ("<string>", "<string>", True),
    ],
)
def test_modules(file: str, module: str, library: bool) -> None:
    """Modules below the usual roots; installed packages, the interpreter and console scripts are libraries."""
    assert (module_of(file), is_library(file)) == (module, library)


def test_structured_error_is_an_exception_without_frames() -> None:
    """Type and value of an error object become a trace; an object where the type should be does not."""
    logged = {"message": "it failed", "error": {"type": "KeyError", "value": "'basket'"}}
    signature: Signature = Clusterer().signature(entry(jsonPayload=logged))
    assert signature.trace is not None
    assert (types(signature.trace), signature.trace.frames, signature.kind) == (["KeyError"], (), Kind.MESSAGE)
    assert Clusterer().signature(entry(jsonPayload={"message": "x", "error": {"type": {"a": 1}}})).trace is None
