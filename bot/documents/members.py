"""What the page shows of an incident's members: the cause, the cascade, and what their entries say."""

from collections import defaultdict

from bot.documents.detail import Detail, cut_all, frame_view, sample_view
from bot.documents.saying import brief, cause_said, gist, is_bare_answer, said_by, telling
from bot.documents.view import CauseView, ComponentView, EvidenceView, MemberView, QuoteView, SymptomsView
from bot.model.incident import Evidence, Incident, Member
from bot.model.signature import ExceptionInfo, Frame, Kind
from bot.model.window import Sample
from bot.text.untrusted import Untrusted
from bot.text.visible import cut

ROOT = "R"


def names_of(incident: Incident, shown: tuple[Member, ...]) -> dict[str, str]:
    """`R` for the root and `S1`, `S2`... for these symptoms, by fingerprint."""
    return {incident.root.fingerprint: ROOT} | {member.fingerprint: f"S{n}" for n, member in enumerate(shown, 1)}


def cause_of(root: Member, detail: Detail) -> CauseView:
    """What the root says, where in the code, and the entry that shows it."""
    logged = _shown(root)
    shown = sample_view(logged, detail.trace, detail) if logged else None
    if not root.trace:
        said = cause_said(root)
        return CauseView(
            Untrusted(""), cut(said, 2 * detail.name), (), None, shown, brief=cut(brief(said), 2 * detail.name)
        )
    cause, origin = root.trace.cause, root.trace.origin
    return CauseView(
        type=cut(cause.type, detail.name),
        message=cut(cause.value, 2 * detail.name),
        outer=cut_all(map(_raised, root.trace.chain[1:]), detail),
        location=frame_view(origin, detail) if origin else None,
        trace=shown,
        in_app=bool(origin and origin.in_app),
        brief=cut(brief(cause.value), 2 * detail.name),
    )


def _shown(root: Member) -> Sample | None:
    """The latest entry with a stack trace, whose lines the location names; else the first that isn't a bare answer."""
    traced = (sample for sample in reversed(root.samples) if sample.trace and "\n" in sample.text)
    said = (sample for sample in root.samples if sample.text.strip() and not is_bare_answer(root, sample))
    return next(traced, None) or next(said, None)


def _raised(exception: ExceptionInfo) -> str:
    return f"{exception.type}: {exception.value}" if exception.value else exception.type


def components_of(incident: Incident, names: dict[str, str], detail: Detail) -> tuple[ComponentView, ...]:
    """In-app modules, where the root failed first; of several frames in a module, the innermost."""
    frames: dict[str, Frame] = {}
    seen: dict[str, list[str]] = {}
    for member in incident.members:
        name = names.get(member.fingerprint)
        for frame in reversed(member.trace.frames if member.trace and name else ()):
            if frame.in_app and name:
                frames.setdefault(frame.module, frame)
                seen.setdefault(frame.module, [])
                if name not in seen[frame.module]:
                    seen[frame.module].append(name)
    listed = list(frames.items())[: detail.listed]
    return tuple(ComponentView(frame_view(frame, detail), tuple(seen[module])) for module, frame in listed)


def member_view(member: Member, incident: Incident, names: dict[str, str], detail: Detail) -> MemberView:
    """A member in short; of the root also the entries that say more than the one that shows the cause."""
    is_root = names[member.fingerprint] == ROOT
    samples = _further(member)[: detail.root_samples] if is_root and detail.root_chars else []
    return MemberView(
        name=names[member.fingerprint],
        kind=member.kind.value,
        fingerprint=member.fingerprint,
        title=cut(said_by(member), detail.name),
        severity=member.severity.name,
        services=cut_all(member.services, detail),
        count=member.count,
        first=member.first,
        last=member.last,
        status=member.status,
        evidence=() if is_root else _evidence(member, incident.evidence, names, detail),
        samples=tuple(sample_view(sample, detail.root_chars, detail) for sample in samples),
    )


def _further(root: Member) -> list[Sample]:
    shown = _shown(root)
    if shown is None:
        return []
    return [one for one in telling(root.samples, {gist(shown.text)}) if not (shown.trace and one.trace)]


def _evidence(
    member: Member, evidence: tuple[Evidence, ...], names: dict[str, str], detail: Detail
) -> tuple[EvidenceView, ...]:
    own = [edge for edge in evidence if edge.effect == member.fingerprint and edge.cause in names]
    own.sort(key=lambda edge: (-edge.strength, len(names[edge.cause]), names[edge.cause]))
    return tuple(
        EvidenceView(names[edge.cause], edge.kind, edge.strength, cut(edge.words, detail.name))
        for edge in own[: detail.listed]
    )


def cascade_of(symptoms: tuple[MemberView, ...]) -> tuple[SymptomsView, ...]:
    """The symptoms in their order; failed requests that the same evidence joins are one row."""
    rows: dict[tuple[str, ...], list[MemberView]] = defaultdict(list)
    for member in symptoms:
        link = member.evidence[0] if member.evidence and member.kind == Kind.REQUEST.value else None
        rows[(link.cause, link.words.raw) if link else (member.name,)].append(member)
    return tuple(_row(same) for same in rows.values())


def _row(same: list[MemberView]) -> SymptomsView:
    return SymptomsView(
        names=", ".join(member.name for member in same),
        title=same[0].title,
        kinds=len(same),
        count=sum(member.count for member in same),
        first=min(member.first for member in same),
        last=max(member.last for member in same),
        evidence=same[0].evidence[0] if same[0].evidence else None,
    )


def quotes_of(incident: Incident, names: dict[str, str], detail: Detail) -> tuple[QuoteView, ...]:
    """What symptoms' entries say beyond their titles and the root's entry; the same words of several are one."""
    if not detail.symptom_chars or not detail.symptom_samples:
        return ()
    shown = _shown(incident.root)
    known = {gist(member.title) for member in incident.members} | ({gist(shown.text)} if shown else set())
    quoted: dict[str, tuple[list[str], Sample]] = {}
    for member in incident.symptoms:
        spoken = tuple(sample for sample in member.samples if not is_bare_answer(member, sample))
        for sample in telling(spoken, set(known))[:1] if member.fingerprint in names else ():
            names_with = quoted.setdefault(gist(sample.text), ([], sample))[0]
            names_with.append(names[member.fingerprint])
    return tuple(
        QuoteView(", ".join(who), sample_view(sample, detail.symptom_chars, detail)) for who, sample in quoted.values()
    )
