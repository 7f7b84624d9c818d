"""Scenarios with known truth, written from section 4 of the design before the cascade was looked at, and frozen.

Change nothing here to make a figure better: a new kind of scenario goes into a module of its own.
"""

import random

import msgspec

from tests.triage.scenarios import words
from tests.triage.scenarios.faults import Fault, boot, crash_loop, failing_request, out_of_memory
from tests.triage.scenarios.world import MINUTES, Said, Service, Traits, World

_SERVICES = ("gateway-web", "orders-api", "billing-api", "users-api", "search-api", "media-worker")


class Scenario(msgspec.Struct, frozen=True):
    """The entries of an hour with their true causes, in order of time; `kinds` says of each cause what it is."""

    seed: int
    traits: Traits
    kinds: dict[str, str]
    said: tuple[Said, ...]


def scenario(seed: int) -> Scenario:
    """The scenario of this seed: the same on every machine."""
    rng = random.Random(seed)
    traits = _traits(rng)
    world = World(traits, rng)
    services = [_service(world, name) for name in _SERVICES[: traits.services]]
    faults = _faults(world, services)
    for service in services:
        _noise(world, service)
    for fault in faults:
        _play(world, fault)
    _healthy(world, services, faults)
    said = sorted(world.said, key=lambda one: (one.entry.timestamp, one.entry.insert_id))
    return Scenario(seed, traits, {fault.name: fault.kind for fault in faults}, tuple(said))


def _traits(rng: random.Random) -> Traits:
    causes = rng.choice((1, 1, 1, 2, 2, 3))
    services = rng.randint(max(1, causes - 1), 6)
    return Traits(
        causes=causes,
        services=services,
        depth=rng.randint(1, min(4, services)),
        noisy=rng.choice((0, 1, 2, 3)),
        boot_warnings=rng.choice((0, 1, 3)),
        skew=rng.choice((0.0, 0.0, 0.05, 0.5)),
        lost_traces=rng.choice((0.0, 0.0, 0.5, 1.0)),
        no_severity=rng.random() < 0.2,
        no_successes=rng.random() < 0.25,
        from_start=rng.random() < 0.25,
        shared_service=rng.random() < 0.3,
    )


def _service(world: World, name: str) -> Service:
    instances = [world.identity() for _ in range(world.rng.randint(1, 3))]
    skew = int(world.rng.uniform(-1, 1) * world.traits.skew * 1_000_000_000)
    return Service(name, [(0.0, f"{name}-00041-abc", instances)], skew)


def _faults(world: World, services: list[Service]) -> list[Fault]:
    """Causes with nouns and kinds of their own. What can't start has no other fault; one at most kills a service."""
    rng, hurt = world.rng, set[str]()
    faults: list[Fault] = []
    nouns = rng.sample(words.NOUNS, world.traits.causes)
    roots = rng.sample(services, min(len(services), world.traits.causes))
    for number in range(world.traits.causes):
        shared = world.traits.shared_service or number >= len(roots)
        root = roots[0] if shared else roots[number]
        kind = rng.choice(("runtime", "runtime", "startup", "memory"))
        if root.name in hurt:
            kind = "runtime"
        alone = not world.traits.shared_service and world.traits.causes <= len(roots)
        if kind == "startup" and not (alone and all(root not in fault.chain for fault in faults)):
            kind = "runtime"
        hurt |= {root.name} if kind != "runtime" else set()
        down = [fault.chain[0] for fault in faults if fault.kind == "startup"]
        faults.append(_fault(world, f"c{number}", kind, nouns[number], _chain(world, root, services, down)))
    return faults


def _chain(world: World, root: Service, services: list[Service], down: list[Service]) -> tuple[Service, ...]:
    others = [service for service in services if service is not root and service not in down]
    return (root, *world.rng.sample(others, min(world.traits.depth - 1, len(others))))


def _fault(world: World, name: str, kind: str, noun: str, chain: tuple[Service, ...]) -> Fault:
    rng = world.rng
    start = -600.0 if world.traits.from_start else rng.uniform(600, 1800)
    end = start + rng.uniform(900, 2400) if rng.random() < 0.5 else MINUTES * 60.0
    exception = ("", f"Memory limit in {noun}", "")
    if kind != "memory":
        exception = rng.choice(words.STARTUP if kind == "startup" else words.RUNTIME)
    return Fault(
        name=name,
        kind=kind,
        noun=noun,
        chain=chain,
        start=start,
        end=max(end, 900.0),
        share=rng.choice((0.3, 0.7, 1.0)),
        exception=exception,
        forms=rng.choice((1, 2)),
        caller=rng.choice(words.CALLERS[1:] if kind != "runtime" else words.CALLERS),
        wrapper=rng.choice(words.WRAPPERS),
        ending=rng.choice(words.STARTUP_ENDS),
    )


def _play(world: World, fault: Fault) -> None:
    """The fault from its start to its end: a deployment before it where there was one, then what it breaks."""
    rng, service = world.rng, fault.chain[0]
    if fault.kind == "startup" or rng.random() < 0.4:
        commit = f"{rng.getrandbits(160):040x}"
        world.deployed(service, fault.start - rng.uniform(5, 60), f"{service.name}-00042-{fault.name}x", commit)
    if fault.kind == "memory":
        out_of_memory(world, fault)
        return
    if fault.kind == "startup":
        crash_loop(world, fault)
    at, gap = fault.start + 2, rng.uniform(8, 20)
    while at < fault.end:
        if fault.kind == "startup" or rng.random() < fault.share:
            failing_request(world, fault, at)
        elif rng.random() < 0.8:
            _succeed(world, fault.chain, fault.route, at)
        at += rng.expovariate(1 / gap)


def _succeed(world: World, chain: tuple[Service, ...], route: str, at: float) -> None:
    trace = world.identity()
    for hop, service in enumerate(chain):
        world.request(service, at - 0.03 * hop, route, 200, trace=trace)


def _healthy(world: World, services: list[Service], faults: list[Fault]) -> None:
    """Requests that nothing is wrong with, over the whole hour, at services that can start; and healthy restarts."""
    for service in services:
        at, broken = 0.0, [f for f in faults if f.kind == "startup" and f.chain[0] is service]
        while at < MINUTES * 60:
            if not any(fault.start <= at < fault.end for fault in broken):
                _succeed(world, (service,), "status", at)
            at += world.rng.expovariate(1 / 15)
        for _ in range(2):
            boot(world, service, world.rng.uniform(0, MINUTES * 60), world.identity())


def _noise(world: World, service: Service) -> None:
    """Steady lines that no fault has to do with: they go on before, during and after it."""
    rng = world.rng
    for level, text in rng.sample(words.NOISE, world.traits.noisy):
        at, gap = rng.uniform(0, 60), rng.uniform(30, 240)
        while at < MINUTES * 60:
            said = text.format(k=service.name, n=rng.randint(100, 999), i=world.identity()[:12])
            world.log(service, at, said, level, trace=world.identity() if rng.random() < 0.5 else "")
            at += gap * rng.uniform(0.7, 1.3)
