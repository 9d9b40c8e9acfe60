"""How findings are shown: for a person, with the source line and carets; for a program, as JSON."""

import json
from collections.abc import Iterator, Sequence

from weft.cli.places import Place, Places
from weft.cli.sources import Source
from weft.cli.terminal import Style, printable, width
from weft.model.diagnostic import Diagnostic, Span
from weft.records import record

_TAB = 4
_WIDTH = 120
_SEVERITY_COLOURS = {"error": "1;31", "warning": "1;33", "information": "1;36"}


@record
class Checked:
    """A source that was read, and what was found in it."""

    source: Source
    findings: tuple[Diagnostic, ...]
    suppressed: tuple[Diagnostic, ...] = ()

    @property
    def places(self) -> Places:
        return Places(self.source.text, self.source.cells)


def as_text(checked: Checked, style: Style) -> Iterator[str]:
    """Each finding as `path:line:column: code: message`, its source line, and carets beneath."""
    if not checked.findings:  # as of most files, whose lines nobody has to count
        return
    places = checked.places
    for finding in checked.findings:
        start = places.at(finding.span.start)
        where = f"{printable(checked.source.path)}:{start.words}:"
        code = style.paint(_SEVERITY_COLOURS[finding.severity], f"{finding.code}:")
        likely = {"likely": " (likely)", "unknown": " (cannot tell)"}.get(finding.certainty, "")
        yield f"{style.paint('1', where)} {code} {printable(finding.message)}{likely}"
        yield from _excerpt(places, finding, style)


def _excerpt(places: Places, finding: Diagnostic, style: Style) -> Iterator[str]:
    start = places.at(finding.span.start)
    line = places.line_at(finding.span.start)
    end = places.at(finding.span.end)
    first = min(start.column - 1, len(line))
    last = end.column - 1 if end.line == start.line else len(line)
    shown = _window(line, Span(first, max(last, first)))
    number = str(start.line)
    bar = style.paint("2", "|")
    carets = style.paint(_SEVERITY_COLOURS[finding.severity], "^" * shown.width)
    yield f"{style.paint('2', number.rjust(5))} {bar} {shown.text}".rstrip()
    yield f"{' ' * 5} {bar} {' ' * shown.indent}{carets}"


@record
class _Shown:
    text: str
    indent: int
    width: int


def _window(line: str, span: Span) -> _Shown:
    """The part of `line` around `span` that fits the screen, in columns of the terminal."""
    begin = 0 if span.end <= _WIDTH else max(0, span.start - _WIDTH // 4)
    stop = min(len(line), begin + _WIDTH)
    before, after = "…" if begin else "", "…" if stop < len(line) else ""
    head = before + _columns(line[begin : span.start])
    marked = _columns(line[span.start : min(span.end, stop)], len(head))
    rest = _columns(line[min(span.end, stop) : stop], len(head) + len(marked))
    return _Shown(head + marked + rest + after, width(head), max(width(marked), 1))


def _columns(text: str, at: int = 0) -> str:
    """`text` with tabs as spaces up to the next stop, and characters that would move the cursor made visible."""
    shown = ""
    for char in text:
        shown += " " * (_TAB - (at + len(shown)) % _TAB) if char == "\t" else printable(char)
    return shown


def as_json(results: Sequence[Checked]) -> str:
    """All findings as one list of objects, columns and lines counted from 1."""
    findings = [entry for checked in results for entry in _entries(checked)]
    return json.dumps(findings, indent=2)


def _entries(checked: Checked) -> Iterator[dict[str, object]]:
    places = checked.places
    for finding in checked.findings:
        yield {
            "path": checked.source.path,
            "code": finding.code,
            "message": finding.message,
            "severity": finding.severity,
            "certainty": finding.certainty,
            **_range(places, finding.span),
            "related": [{"message": one.message, **_range(places, one.span)} for one in finding.related],
            "fixes": [
                {
                    "title": fix.title,
                    "is_safe": fix.is_safe,
                    "edits": [{**_range(places, edit.span), "text": edit.text} for edit in fix.edits],
                }
                for fix in finding.fixes
            ],
        }


def _range(places: Places, span: Span) -> dict[str, object]:
    return {"start": _place(places.at(span.start)), "end": _place(places.at(span.end))}


def _place(place: Place) -> dict[str, int]:
    cell = {"cell": place.cell} if place.cell else {}
    return {**cell, "line": place.line, "column": place.column}


def summary(results: Sequence[Checked], unread: int) -> str:
    """The closing line: how much was found in how much."""
    found = sum(len(checked.findings) for checked in results)
    guilty = sum(bool(checked.findings) for checked in results)
    total = count(len(results), "file")
    words = f"{count(found, 'finding')} in {guilty} of {total}" if found else f"No findings in {total}"
    words += _mendable(results)
    return f"{words}; {count(unread, 'path')} could not be read" if unread else words


def _mendable(results: Sequence[Checked]) -> str:
    """How many findings `--fix` would mend, and how many only `--unsafe-fixes`."""
    own = (checked.findings for checked in results if not checked.source.cells)  # a notebook is not changed
    fixes = [finding.fixes for findings in own for finding in findings if finding.fixes]
    safe = sum(any(fix.is_safe for fix in each) for each in fixes)
    words = [f"{safe} can be mended with --fix"] if safe else []
    if len(fixes) > safe:
        words.append(f"{len(fixes) - safe}{' more' if safe else ' can be mended'} with --unsafe-fixes")
    return f" ({', '.join(words)})" if words else ""


def count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
