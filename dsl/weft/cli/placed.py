"""A finding with its place in lines and columns, and a fingerprint that survives edits elsewhere in its file."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256

from weft.cli.places import Place, Places
from weft.cli.report import Checked
from weft.model.diagnostic import Diagnostic
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


def placed(results: Sequence[Checked]) -> Iterator[Placed]:
    """The findings that are shown."""
    return (one for one in placed_all(results) if not one.is_suppressed)


def placed_all(results: Sequence[Checked]) -> Iterator[Placed]:
    """The findings that are shown, and those that comments suppress."""
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
            yield Placed(
                path, finding, places, start, places.at(finding.span.end), fingerprint, is_suppressed
            )


def _relative(path: str) -> str:
    try:
        found = os.path.relpath(path)
    except ValueError:  # another drive
        return path
    return (path if found.startswith("..") else found).replace(os.sep, "/")
