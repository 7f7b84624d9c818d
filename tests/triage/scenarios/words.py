"""What services say. `{s}` service, `{c}` callee, `{n}` a number, `{i}` an id, `{k}` the noun of the cause.

`FAULTS`: by kind of fault, (exception type, message, language); `NOUNS` keep two causes of one kind apart.
"""

NOUNS = ("invoices", "sessions", "shipping", "catalogue", "tariffs", "coupons", "ledger", "avatars", "stock", "mailing")

STARTUP = (
    ("ModuleNotFoundError", "No module named '{k}_client'", "python"),
    ("asyncpg.exceptions.InvalidPasswordError", 'password authentication failed for user "{k}"', "python"),
    ("KeyError", "'{k}_API_TOKEN'", "python"),
    ("Error", "Cannot find module './{k}/config'", "node"),
    ("java.lang.IllegalStateException", "Failed to bind properties under '{k}.datasource'", "java"),
    ("TimeoutError", "timed out connecting to {k}-db after 10 s", "python"),
)
RUNTIME = (
    (
        "sqlalchemy.exc.TimeoutError",
        "QueuePool limit of size 5 overflow 10 reached in {k}, connection timed out",
        "python",
    ),
    ("TypeError", "Cannot read properties of undefined (reading '{k}')", "node"),
    ("java.lang.NullPointerException", 'Cannot invoke "Order.total()" because "{k}" is null', "java"),
    ("google.api_core.exceptions.PermissionDenied", "403 Permission denied on bucket {k}-files", "python"),
    ("ValueError", "unknown currency in {k} row", "python"),
    ("java.sql.SQLTransientConnectionException", "HikariPool-{k} - Connection is not available", "java"),
    ("requests.exceptions.ConnectTimeout", "connect to api.{k}.example timed out after 5 s", "python"),
)
CALLERS = (
    ("quotes", "call to {c} failed: {t}: {m}"),
    ("names", "upstream {c} answered {status} for /{r}"),
    ("names", "Error calling http://{c}/{r}: Request failed with status code {status}"),
    ("bare", "ServiceError: dependency unavailable while handling {r}"),
)
WRAPPERS = ("Unhandled error in {r} handler: {t}: {m}", "{r} job aborted because {t}: {m}", "")
NOISE = (
    ("WARNING", "DeprecationWarning: option '{k}_ttl' is deprecated and will be removed"),
    ("WARNING", "slow query on {k}: {n} ms"),
    ("WARNING", "cache miss ratio of {k} above target: {n}%"),
    ("ERROR", "could not refresh feature flags for {k}, keeping the last known ones"),
    ("WARNING", "retrying publish of {k} event {i} (attempt 2)"),
    ("ERROR", "invalid signature on webhook {i} for {k}, ignored"),
)
BOOT = (
    "WARNING: {k} metrics exporter is not configured, metrics are dropped",
    "WARNING: using a development server key for {k}",
    "WARNING: {k} plugin not found, skipping",
)
STARTUP_ENDS = (
    "Application startup failed. Exiting.",
    "[ERROR] Worker failed to boot.",
    "npm ERR! Lifecycle script `start` failed with error",
)


def trace_text(language: str, kind: str, message: str, noun: str) -> str:
    """A stack trace as that language's runtime prints it, with frames of the application's own."""
    if language == "python":
        return (
            "Traceback (most recent call last):\n"
            f'  File "/app/{noun}/views.py", line 41, in handle_{noun}\n    return load_{noun}(request)\n'
            f'  File "/app/{noun}/store.py", line 88, in load_{noun}\n    rows = fetch()\n'
            f"{kind}: {message}"
        )
    if language == "node":
        name = noun.capitalize()
        return (
            f"{kind}: {message}\n    at load{name} (/srv/app/src/{noun}/store.js:31:17)\n"
            f"    at handle{name} (/srv/app/src/{noun}/routes.js:12:9)\n"
            "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)"
        )
    name = noun.capitalize()
    return (
        f"{kind}: {message}\n\tat com.acme.{noun}.{name}Store.load({name}Store.java:77)\n"
        f"\tat com.acme.{noun}.{name}Controller.get({name}Controller.java:29)\n"
        "\tat java.base/java.lang.Thread.run(Thread.java:840)"
    )
