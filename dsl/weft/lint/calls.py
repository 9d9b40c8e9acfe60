"""Faults of device functions: each call is read with its own arguments and comes to them again, and each is told once."""

from collections.abc import Iterator, Mapping, Sequence

from weft.model.diagnostic import Diagnostic, Origin, Related, Span
from weft.model.model import Model
from weft.records import replace


def told_once(model: Model, found: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """The findings with each fault of a device function at the fault, if that is in this file, and else at the first call.

    What the function shows by itself is that; what only some calls show says which. The others are related.
    """
    if all(finding.origin is None for finding in found):
        yield from found
        return
    starts = {block.parsed.text: start for start, block in model.blocks}
    by_calls: dict[tuple[str, Origin], list[Diagnostic]] = {}
    own: dict[tuple[str, Span], Diagnostic] = {}
    every: list[Diagnostic] = []
    for finding in found:
        place = _place(finding.origin, model, starts) if finding.origin else finding.span
        if (
            finding.origin is None or place == finding.span
        ):  # a function that calls itself comes to its own fault
            own.setdefault((finding.code, finding.span), finding)
            every.append(finding)
        else:
            by_calls.setdefault((finding.code, finding.origin), []).append(finding)
    calls_of: dict[tuple[str, Span], tuple[Related, ...]] = {}
    for (code, origin), calls in by_calls.items():
        place = _place(origin, model, starts)
        if place is None:
            first, *others = calls
            message = f"{first.message} (in `{origin.function}` of `{origin.module}`)"
            every.append(replace(first, message=message, related=_related(others)))
        elif (code, place) in own:
            calls_of[code, place] = _related(calls)
        else:
            text = " ".join(model.text[calls[0].span.start : calls[0].span.end].split())
            message = f"{calls[0].message} (in the call `{text}`)"
            every.append(replace(calls[0], message=message, span=place, related=_related(calls)))
    for finding in every:
        calls = calls_of.get((finding.code, finding.span), ())
        yield replace(finding, related=(*finding.related, *calls)) if calls else finding


def _place(origin: Origin, model: Model, starts: Mapping[str, int]) -> Span | None:
    """Where a fault is in the file; None if it is in another one. starts: of the file's blocks, by their texts."""
    start = starts.get(origin.block) if origin.module == model.module.name else None
    return None if start is None else origin.span.shifted(start)


def _related(calls: Sequence[Diagnostic]) -> tuple[Related, ...]:
    return tuple(Related("called here", one.span) for one in calls)
