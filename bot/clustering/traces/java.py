"""Stack traces of the JVM: Java, Kotlin, Scala; with causes, suppressed exceptions, and root-cause-first order.

Source of the format: java.lang.Throwable.printStackTrace, https://docs.oracle.com/en/java/javase/21/docs/api/java.base/
java/lang/Throwable.html#printStackTrace(), and StackTraceElement.toString of the same release.
"""

import re
from collections.abc import Iterator

from bot.clustering.traces.common import GENERATED, Raised, exception, lines_of
from bot.model.signature import Frame

MARKS = ("at ",)

_FRAME = re.compile(
    r"\s*+at (?:[\w.-]*(?:@[\w.+-]*)?/{1,2})?((?:[\w$-]++\.)+)([\w$<>-]++)"
    r"\((?:([\w$-]{1,200}\.(?:java|kts?|scala|groovy|cljc?)|SourceFile|proguard)(?::(\d{1,9}))?"
    r"|Native Method|Unknown Source|<generated>)\)"
)
_THREAD = re.compile(r"(?:Exception in thread \"[^\"\n]*\"|Exception in thread \S{1,80}) ")
_START = re.compile(r"\s*+(?:Caused by: |Wrapped by: |Suppressed: |\[CIRCULAR REFERENCE: ?)")
_MORE = re.compile(r"\s*+\.\.\. \d{1,9} (?:more|common frames omitted)")
_TYPED = re.compile(r"(?<![\w.$-])((?:[a-z_][\w$]*+\.)++[A-Z][\w$]*+|[A-Z][\w$]*(?:Exception|Error|Throwable))(?=:|$)")
_NO_CLASS = re.compile(r"\$\$.*|\$\d.*|\$Proxy.*")
_LIBRARIES = re.compile(
    r"(?:java|javax|jakarta|jdk|sun|com\.sun|kotlin|kotlinx|scala|groovy|clojure|android|androidx|dalvik|_COROUTINE|akka"
    r"|org\.(?:springframework|apache|hibernate|eclipse|jboss|junit|slf4j|jooq|postgresql|mongodb|glassfish|aspectj"
    r"|codehaus|reactivestreams|gradle|mockito|thymeleaf|elasticsearch|quartz|w3c|xml|h2)"
    r"|io\.(?:netty|grpc|micrometer|micronaut|quarkus|vertx|undertow|reactivex|ktor|opentelemetry|opencensus|lettuce)"
    r"|com\.(?:google|fasterxml|zaxxer|mysql|mongodb|netflix|squareup|rabbitmq|amazonaws|microsoft|typesafe|oracle)"
    r"|ch\.qos|reactor|rx|okhttp3|retrofit2|feign|redis\.clients|net\.(?:bytebuddy|sf)|liquibase|graphql|play)\."
)
_GENERATED_CLASS = re.compile(r"\$\$|\$Proxy\d|GeneratedMethodAccessor|GeneratedConstructorAccessor|^jdk\.proxy")


def parse(text: str) -> list[Raised]:
    """The exceptions of a JVM trace, root cause first; suppressed ones don't count. None where there is none."""
    lines = lines_of(text)
    if not any(")" in line and _FRAME.match(line) for line in lines):
        return []
    raised: list[Raised] = []
    for head, frames in _blocks(lines):
        if (one := _exception(head)) and not one[0].startswith("Suppressed"):
            link, kind, said = one
            part = (exception(kind, said), tuple(reversed(frames)))
            raised = [*raised, part] if link.startswith("Wrapped") else [part, *raised]
    return raised


def _blocks(lines: list[str]) -> Iterator[tuple[list[str], list[Frame]]]:
    """(lines before the frames, frames innermost first) of each exception; what is suppressed is passed over whole."""
    head: list[str] = []
    frames: list[Frame] = []
    suppressed = ""
    for line in lines:
        if suppressed and line.startswith(suppressed) and line != suppressed:
            continue
        suppressed = ""
        if line.lstrip().startswith("Suppressed: "):
            suppressed = line[: len(line) - len(line.lstrip())] or "\t"
        elif ")" in line and (found := _FRAME.match(line)):
            frames.append(_frame(found))
        elif not _MORE.match(line):
            if _START.match(line):
                yield head, frames
                head, frames = [], []
            if not frames:
                head.append(line)
    yield head, frames


def _exception(head: list[str]) -> tuple[str, str, list[str]] | None:
    """(link, type, lines of the message) of the last line that names a type where a type stands."""
    for at in range(len(head) - 1, -1, -1):
        line = head[at].strip()
        link = _START.match(line)
        line = line[link.end() :] if link else line
        thread = _THREAD.search(line)
        line = line[thread.end() :] if thread else line
        if found := _TYPED.match(line) or (at == 0 and _TYPED.search(line)) or None:
            said = line[found.end() :].removeprefix(":").strip()
            return (link[0].strip() if link else ""), found[1], [said, *head[at + 1 :]]
    return None


def _frame(found: re.Match[str]) -> Frame:
    owner, function = found[1].rstrip("."), found[2]
    own = not _LIBRARIES.match(f"{owner}.") and not _GENERATED_CLASS.search(owner)
    return Frame(_NO_CLASS.sub("", owner), _function(function), found[3] or "", int(found[4] or 0), own)


def _function(name: str) -> str:
    """Lambdas and bridges have numbers that change with every one that is added."""
    return GENERATED if name.startswith(("lambda$", "access$", "$anonfun")) or "$lambda" in name else name
