"""A finding with its place in lines and columns, and a fingerprint that survives edits elsewhere in its file."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256

from weft.cli.places import Place, Places
from weft.cli.report import Checked
from weft.model.diagnostic import Diagnostic, Span
from weft.records import record


@record
class Placed:
    """path: from here, with `/` between its parts."""

    path: str
    finding: Diagnostic
    places: Places
    start: Place
    end: Place
    fingerprint: str
    is_suppressed: bool = False


def placed(results: Sequence[Checked], *, with_cells: bool = False) -> Iterator[Placed]:
    """The findings that are shown."""
    return (one for one in placed_all(results, with_cells=with_cells) if not one.is_suppressed)


def placed_all(results: Sequence[Checked], *, with_cells: bool = False) -> Iterator[Placed]:
    """The findings that are shown, and those that comments suppress.

    with_cells: the reader knows cells of notebooks. For others, who would take a line of a cell for one of the file, such a finding
    is at the start of the file, and its message begins with its place.
    """
    for checked in results:
        places = checked.places
        path = _relative(checked.source.path)
        seen: Counter[tuple[str, ...]] = Counter()
        for finding in (*checked.findings, *checked.suppressed):
            start = places.at(finding.span.start)
            key = (path, finding.code, finding.message, places.line_at(finding.span.start).strip())
            seen[key] += 1
            words = "\0".join((*key, str(seen[key])))
            fingerprint = sha256(words.encode(errors="surrogatepass")).hexdigest()[:32]
            is_suppressed = finding in checked.suppressed
            shown, end = finding, places.at(finding.span.end)
            if start.cell and not with_cells:
                shown = Diagnostic(
                    finding.code, f"{start.words}: {finding.message}", Span(0, 0), finding.severity
                )
                start = end = Place(1, 1)
            yield Placed(path, shown, places, start, end, fingerprint, is_suppressed)


def _relative(path: str) -> str:
    try:
        found = os.path.relpath(path)
    except ValueError:  # another drive
        return path
    return (path if found.startswith("..") else found).replace(os.sep, "/")
