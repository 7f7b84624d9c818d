"""The level that a text states about itself, in the shapes that loggers write, and lines that merely look like it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.severity import Severity, from_fields, from_name, from_text

TRACEBACK = 'Traceback (most recent call last):\n  File "/app/main.py", line 3, in <module>\nValueError: x'
STATED = {
    "[2025-09-15 20:51:00 +0000] [40] [INFO] Booting worker": Severity.INFO,
    "[2025-09-15 20:51:00 +0000] [40] [CRITICAL] WORKER TIMEOUT (pid:41)": Severity.CRITICAL,
    "ERROR foo": Severity.ERROR,
    "WARNING:  x": Severity.WARNING,
    'INFO:     10.0.0.1:38898 - "GET /errors HTTP/1.1" 200 OK': Severity.INFO,
    "ERROR:root:division by zero": Severity.ERROR,
    "level=error": Severity.ERROR,
    'time="2024-01-01T00:00:00Z" level=warning msg="error while pulling"': Severity.WARNING,
    "ts=2024-01-01T00:00:00.000Z caller=main.go:12 level=info msg=done": Severity.INFO,
    "ERRO[0012] cannot connect": Severity.ERROR,
    "INFO[0000] listening": Severity.INFO,
    '{"asctime": "2024-01-01", "levelname": "ERROR", "message": "x"}': Severity.ERROR,
    '{"level":"info","ts":1694811060.1,"caller":"main.go:12","msg":"an error was handled"}': Severity.INFO,
    '{"level":50,"time":1694811060123,"pid":1,"msg":"x"}': Severity.ERROR,
    '{"timestamp": "2024-01-01", "level": "WARNING", "message": "cut off in the mid': Severity.WARNING,
    "{'level': 'error', 'message': 'a dict'}": Severity.ERROR,
    "2024-01-01T00:00:00.000Z\tERROR\tserver/main.go:12\tfailed\t{}": Severity.ERROR,
    "2024-01-01T00:00:00.000Z\terror\tserver/main.go:12\tfailed\t{}": Severity.ERROR,
    "E0915 12:34:56.789012       1 reflector.go:138] Failed to watch": Severity.ERROR,
    "W20240915 12:34:56.789012 1 x.cc:12] slow": Severity.WARNING,
    "I0915 12:34:56.789012       1 main.go:1] 3 errors": Severity.INFO,
    "F0915 12:34:56.789012       1 main.go:1] gone": Severity.CRITICAL,
    "2024-01-01 12:00:00.123 ERROR 1 --- [main] c.e.Foo : x": Severity.ERROR,
    "2024-01-01T12:00:00.123+01:00  WARN 1 --- [nio-8080-exec-1] c.e.Foo : x": Severity.WARNING,
    "17:24:11.269 INFO  c.c.CancelController#44 TraceID: 04395d95 error": Severity.INFO,
    "12:00:00.123 [main] ERROR c.e.Foo - x": Severity.ERROR,
    "12:00:00.123 [pool 1 thread 2] WARN  c.e.Foo - x": Severity.WARNING,
    "Jan 01, 2024 12:00:00 PM com.example.Foo bar\nSEVERE: it broke": Severity.ERROR,
    "2026-01-02 18:53:02 | INFO     | logging:callHandlers:1737 - 404": Severity.INFO,
    "2024-01-01 12:00:00,123 - myapp - ERROR - failed": Severity.ERROR,
    "2024-01-01 12:00:00,123 myapp.views WARNING slow": Severity.WARNING,
    "[2024-01-01 12:00:00,123: ERROR/MainProcess] Task failed": Severity.ERROR,
    "[2024-01-01T00:00:00Z ERROR mycrate::server] failed": Severity.ERROR,
    "2024-01-01T00:00:00.000000Z  WARN mycrate: slow": Severity.WARNING,
    "2024/01/01 12:00:00 [error] 12#12: *1 connect() failed": Severity.ERROR,
    "[Mon Jan 01 12:00:00.123 2024] [core:error] [pid 12] x": Severity.ERROR,
    "[Nest] 1  - 01/01/2024, 12:00:00 PM   ERROR [ExceptionsHandler] x": Severity.ERROR,
    "2024-01-01 12:00:00.000 UTC [12] FATAL:  no such role": Severity.CRITICAL,
    "Sep 13 05:46:22 host app[123]: ERROR x": Severity.ERROR,
    "E, [2024-01-01T12:00:00.123456 #12] ERROR -- : x": Severity.ERROR,
    "fail: Microsoft.AspNetCore.Server.Kestrel[13]": Severity.ERROR,
    "info: Microsoft.Hosting.Lifetime[0]": Severity.INFO,
    "PHP Fatal error:  Uncaught Exception: x in /app/a.php:3": Severity.ERROR,
    "PHP Warning:  Undefined variable $x": Severity.WARNING,
    "\x1b[31mERROR\x1b[0m failed": Severity.ERROR,
    "\x1b[2m2024-01-01T00:00:00Z\x1b[0m \x1b[32m INFO\x1b[0m started": Severity.INFO,
    TRACEBACK: Severity.ERROR,
    "WARNING retrying\n" + TRACEBACK: Severity.WARNING,
    "request failed\n" + TRACEBACK: Severity.ERROR,
    "Error: x": Severity.ERROR,
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find module": Severity.ERROR,
    "TypeError: Cannot read properties of undefined": Severity.ERROR,
    "TypeError [ERR_INVALID_ARG_TYPE]: x": Severity.ERROR,
    "django.db.utils.OperationalError: could not connect": Severity.ERROR,
    "java.lang.NullPointerException": Severity.ERROR,
    "2024-01-01 12:00:00 java.lang.IllegalStateException: x": Severity.ERROR,
    'Exception in thread "main" java.lang.Error': Severity.ERROR,
    "Caused by: java.net.ConnectException: refused": Severity.ERROR,
    "Unhandled exception. System.NullReferenceException: x": Severity.ERROR,
    "(node:1) UnhandledPromiseRejectionWarning: Error: x": Severity.ERROR,
    "(node:1) DeprecationWarning: x": Severity.WARNING,
    "/usr/lib/python3/x.py:433: UserWarning: old": Severity.WARNING,
    "panic: runtime error: index out of range": Severity.CRITICAL,
    "fatal error: all goroutines are asleep - deadlock!": Severity.ERROR,
    "thread 'main' panicked at src/main.rs:3:5:": Severity.ERROR,
}
MENTIONED = [
    "",
    "\n",
    "0 errors found",
    "3 ERROR entries imported",
    "1500 WARNING lines scanned",
    "Listening on error port",
    "Error port is 8080",
    "Errors: 0",
    "ERROR_COUNT=0",
    "ERRORS found: none",
    "ERROR-HANDLER started",
    "error_handler registered",
    "[error-handler] registered",
    "Setting log level: ERROR",
    "Log level set to level=error",
    "Parsed the tags [error] and [alert]",
    "Received options [debug]",
    'Matching "level": "error" in the stream',
    "No exception was raised",
    "Retrying after ERROR from upstream",
    "12:00:00 Processing ERROR queue",
    '10.0.0.1 - - [15/Sep/2025:20:51:00 +0000] "GET /ERROR HTTP/1.1" 200 12',
    '{"message": "level: error", "config": {"level": "error"}}',
    r'{"message": "said \"level\": \"error\""}',
    "Information about errors",
    "    at docxToText (file:///app/server/docxParse.js:55:35)",
    "io.k8s.core.v1.pods.create",
]


@pytest.mark.parametrize(("text", "level"), STATED.items())
def test_a_stated_level_is_read(text: str, level: Severity) -> None:
    """Each of these shapes of known loggers states the level beside it."""
    assert from_text(text) == level


@pytest.mark.parametrize("text", MENTIONED)
def test_a_mentioned_word_is_no_level(text: str) -> None:
    """A text that speaks of errors, counts them or names settings states no level."""
    assert from_text(text) is None


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("error", Severity.ERROR),
        (" Warning ", Severity.WARNING),
        ("EMERGENCY", Severity.EMERGENCY),
        ("Information", Severity.INFO),
        ("err", Severity.ERROR),
        (500, Severity.ERROR),
        ("400", Severity.WARNING),
        ("DEFAULT", None),
        (0, Severity.DEFAULT),
        (501, None),
        (True, None),
        ("9" * 10_000, None),
        ("nonsense", None),
        (None, None),
        (["ERROR"], None),
    ],
)
def test_a_field_names_a_severity(name: object, level: Severity | None) -> None:
    """Words in any case, and LogSeverity numbers; anything else names none."""
    assert from_name(name) == level


@pytest.mark.parametrize(
    ("fields", "level"),
    [
        ({"level": 30}, Severity.INFO),
        ({"level": 60}, Severity.CRITICAL),
        ({"severity": "", "levelname": "WARNING"}, Severity.WARNING),
        ({"log_level": "debug"}, Severity.DEBUG),
        ({"level": {"name": "error"}}, None),
        ({"level": True}, None),
        ({"alert_severity": "CRITICAL"}, None),
        ({}, None),
    ],
)
def test_a_payload_names_a_severity(fields: dict[str, object], level: Severity | None) -> None:
    """The first telling level field counts, with pino's numbers; fields of other names don't."""
    assert from_fields(fields) == level


@given(st.text())
def test_any_text_is_judged_without_an_error(text: str) -> None:
    """No text makes it raise, whatever it holds."""
    assert from_text(text) in (None, *Severity)


@pytest.mark.parametrize(
    "piece",
    [
        "a.",
        "[",
        "[x] ",
        "[]",
        "a=",
        'a="',
        "-",
        "- a ",
        "2",
        "{",
        '{"level":',
        "\x1b[",
        " ",
        "\n",
        "A",
        "aError",
        "\t|,:",
        "(",
    ],
)
@pytest.mark.parametrize("lead", ["", "{", "2024-01-01 ", "2024-01-01 host "])
def test_hostile_texts_cost_no_time(piece: str, lead: str) -> None:
    """64 KB of what could make a pattern try again and again is judged in milliseconds."""
    text = lead + piece * (65_536 // len(piece))
    started = time.perf_counter()
    from_text(text)
    assert time.perf_counter() - started < 0.05
