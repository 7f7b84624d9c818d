"""Faults with known truth: what they make a service, the platform and the callers upstream log."""

import msgspec

from tests.triage.scenarios import words
from tests.triage.scenarios.world import Service, World


class Fault(msgspec.Struct, frozen=True):
    """A cause: where it starts and ends (seconds), the services from the faulty one to the outermost caller."""

    name: str
    kind: str
    noun: str
    chain: tuple[Service, ...]
    start: float
    end: float
    share: float
    exception: tuple[str, str, str]
    forms: int
    caller: tuple[str, str]
    wrapper: str
    ending: str

    @property
    def route(self) -> str:
        """The route that fails."""
        return f"{self.noun}"

    @property
    def message(self) -> str:
        """The exception's message."""
        return self.exception[1].format(k=self.noun)


def boot(world: World, service: Service, at: float, instance: str) -> None:
    """The warnings of every start of an instance; they are noise whatever comes after them."""
    for number in range(world.traits.boot_warnings):
        text = words.BOOT[number].format(k=service.name)
        world.log(service, at + 0.1 * number, text, "WARNING", instance=instance)


def tell(world: World, fault: Fault, at: float, instance: str, trace: str) -> None:
    """The fault itself, in as many forms as it has: a trace, a structured error, a line that quotes it."""
    service, (kind, _, language) = fault.chain[0], fault.exception
    told = {"instance": instance, "cause": fault.name, "trace": trace}
    text = words.trace_text(language, kind, fault.message, fault.noun)
    world.log(service, at, text, "ERROR", root=True, **told)
    if fault.forms > 1:
        payload = {"error": {"type": kind, "value": fault.message}}
        said = f"{fault.noun} operation failed"
        world.log(service, at + 0.01, said, "ERROR", root=True, payload=payload, **told)
    if fault.wrapper:
        said = fault.wrapper.format(r=fault.route, t=kind, m=fault.message)
        world.log(service, at + 0.02, said, "ERROR", **told)


def callers(world: World, fault: Fault, at: float, trace: str, status: int, began: float) -> None:
    """What every caller says when the one below it fails: its own words, and a 5xx of its own.

    A request entry bears the time at which the request arrived: that of a caller comes before that of its callee.
    """
    kind = fault.exception[0]
    for below, service in zip(fault.chain, fault.chain[1:], strict=False):
        began -= 0.03
        at += world.rng.uniform(0.02, 0.3)
        said = fault.caller[1].format(c=below.name, t=kind, m=fault.message, status=status, r=fault.route)
        told = {"trace": trace, "cause": fault.name, "instance": world.rng.choice(service.at(at)[1])}
        world.log(service, at, said, "ERROR", **told)
        status = 502 if fault.caller[0] == "names" else 500
        world.request(service, began, fault.route, status, **told)


def failing_request(world: World, fault: Fault, at: float) -> None:
    """One request that the fault makes fail, through the whole chain."""
    trace, service = world.identity(), fault.chain[0]
    if fault.kind == "runtime":
        instance = world.rng.choice(service.at(at)[1])
        world.request(service, at, fault.route, 500, trace=trace, cause=fault.name, instance=instance)
        tell(world, fault, at + 0.1, instance, trace)
        callers(world, fault, at + 0.2, trace, 500, at)
    elif fault.kind == "startup":
        text = "The request failed because the instance failed to start or was not healthy."
        told = {"trace": trace, "cause": fault.name, "instance": ""}
        world.request(service, at, fault.route, 503, text=text, **told)
        callers(world, fault, at, trace, 503, at)


def crash_loop(world: World, fault: Fault) -> None:
    """Instances that start, fail and exit, every half a minute or so."""
    at, service = fault.start, fault.chain[0]
    while at < fault.end:
        instance = world.identity()
        boot(world, service, at, instance)
        tell(world, fault, at + 1.5, instance, "")
        told = {"instance": instance, "cause": fault.name}
        world.log(service, at + 1.8, fault.ending, "ERROR", **told)
        world.system(service, at + 2.2, f"Container called exit({1 + len(fault.noun) % 3}).", "WARNING", **told)
        at += world.rng.uniform(18, 45)


def out_of_memory(world: World, fault: Fault) -> None:
    """Instances that outgrow their memory, die, take their requests with them and start anew."""
    at, service = fault.start, fault.chain[0]
    while at < fault.end:
        at += world.rng.uniform(20, 60)
        instance = world.rng.choice(service.at(at)[1])
        told = {"instance": instance, "cause": fault.name}
        used = world.rng.randint(513, 560)
        said = f"Memory limit of 512 MiB exceeded with {used} MiB used. Consider increasing the memory limit."
        world.system(service, at, said, "ERROR", root=True, **told)
        world.system(service, at + 0.2, "Container terminated on signal 9.", "WARNING", **told)
        for _ in range(world.rng.randint(1, 3)):
            trace = world.identity()
            began = at - world.rng.uniform(0.1, 1.5)
            world.request(service, began, fault.route, 503, trace=trace, **told)
            callers(world, fault, at + 0.3, trace, 503, began)
        fresh = world.identity()
        living = service.at(at)[1]
        living[living.index(instance)] = fresh
        boot(world, service, at + 4, fresh)
