"""Findings: asked for by clients that can (pull), sent to the others (push). Never both: each would be shown twice."""

import asyncio
import time
from collections.abc import Iterable

from attrs import evolve
from lsprotocol import types
from pygls.capabilities import get_capability
from weft.lint.codes import CODES
from weft.lint.findings import check_in_steps
from weft.model.diagnostic import Diagnostic

from weft_lsp.ide.complement import own_findings
from weft_lsp.ide.diagnostics import diagnostics, selected
from weft_lsp.ide.rule_page import page_of
from weft_lsp.lsp.documents import Document, uri_of
from weft_lsp.lsp.faults import shielded, shielded_later
from weft_lsp.lsp.language_server import Server
from weft_lsp.lsp.positions import Lines

OPTIONS = types.DiagnosticOptions(
    inter_file_dependencies=True, workspace_diagnostics=False, identifier="weft"
)
SOURCE = "weft"
QUIET_SECONDS = 0.15
# Checking gives way to other messages after so long.
TURN_SECONDS = 0.005
_UNNECESSARY = ("unused-parameter", "unused-ignore")
_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "information": types.DiagnosticSeverity.Information,
}


async def on_diagnostic(ls: Server, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
    document = ls.documents.get(params.text_document.uri)
    # The findings of a cell are sent: no client asks for them as its notebook changes.
    if document and document.is_part:
        document = None
    items = _shown(ls, document, await _found(ls, document)) if document else []
    from hashlib import sha256  # loads OpenSSL

    result_id = sha256(repr(items).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    if result_id == params.previous_result_id:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id)
    return types.RelatedFullDocumentDiagnosticReport(items, result_id=result_id)


async def _found(ls: Server, document: Document) -> tuple[Diagnostic, ...]:
    """Check bit by bit, so that a large file which is read for the first time holds up nothing else."""
    model, config = document.model, ls.configurations.of(document.path)
    turn = time.perf_counter()
    for found in check_in_steps(model, config.targets if config else ()):
        if found is not None:
            return selected(model, found.shown, config)
        if time.perf_counter() - turn > TURN_SECONDS:
            await asyncio.sleep(0)
            turn = time.perf_counter()
    return ()


def schedule(ls: Server, delay_seconds: float = QUIET_SECONDS) -> None:
    """Publish once the typing pauses."""
    if ls.publication:
        ls.publication.cancel()
    ls.publication = asyncio.get_running_loop().call_later(delay_seconds, publish, ls)


def publish(ls: Server) -> None:
    """Publish the findings of all open documents: an edit of one may change those of another.

    A client that pulls asks for them itself, but for those of cells.
    """
    ls.publishing = asyncio.get_running_loop().create_task(_publish_all(ls, ls.documents.edition))


async def _publish_all(ls: Server, edition: int) -> None:
    """Stops at an edit: what was found is old, and all is published again once the typing pauses."""
    for document in _published(ls):
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(document.uri))
        await shielded_later(ls, types.TEXT_DOCUMENT_DIAGNOSTIC, _found(ls, document), params)
        if ls.documents.edition != edition:
            return
        shielded(ls, types.TEXT_DOCUMENT_DIAGNOSTIC, _publish_one, params)


def _published(ls: Server) -> list[Document]:
    return [document for document in ls.documents.all() if document.is_part or not ls.pulls_diagnostics]


def forget_edited(
    ls: Server, document: Document, changes: Iterable[types.TextDocumentContentChangeEvent]
) -> None:
    """What was found in a line that is edited may be wrong now, and is gone with the keystroke."""
    _, before = ls.published.get(document.uri, (0, []))
    left = before
    for change in changes:
        left = _left(left, change)
    if before:
        ls.published[document.uri] = (document.version, left)
    if len(left) < len(before):
        ls.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(document.uri, left, document.version)
        )


def _left(
    found: list[types.Diagnostic], change: types.TextDocumentContentChangeEvent
) -> list[types.Diagnostic]:
    """The findings of lines that a change does not touch, where they are after it."""
    if not isinstance(change, types.TextDocumentContentChangePartial):
        return []
    first, last = change.range.start.line, change.range.end.line
    moved = len(Lines.of(change.text).starts) - 1 - (last - first)
    above = [each for each in found if each.range.end.line < first]
    below = (each for each in found if each.range.start.line > last)
    return [*above, *(_lower(each, moved) for each in below)]


def _lower(found: types.Diagnostic, lines: int) -> types.Diagnostic:
    start, end = found.range.start, found.range.end
    place = types.Range(
        types.Position(start.line + lines, start.character), types.Position(end.line + lines, end.character)
    )
    return evolve(found, range=place) if lines else found


def withdraw(ls: Server, uri: str) -> None:
    """A closed document shows no findings; those of the files that import it may change."""
    if ls.published.pop(uri, None) or not ls.pulls_diagnostics:
        ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
        schedule(ls)


def refresh(ls: Server) -> None:
    """Something other than an edit has changed what the findings are."""
    schedule(ls)
    if ls.pulls_diagnostics and get_capability(
        ls.client_capabilities, "workspace.diagnostics.refresh_support"
    ):
        ls.workspace_diagnostic_refresh(None)


def to_lsp(ls: Server, document: Document) -> list[types.Diagnostic]:
    return _shown(ls, document, diagnostics(document.model, ls.configurations.of(document.path)))


def _shown(ls: Server, document: Document, found: tuple[Diagnostic, ...]) -> list[types.Diagnostic]:
    shown = own_findings(document.model, found) if ls.is_beside else found
    return [
        finding_to_lsp(document, finding, ls.settings.manual)
        for finding in shown
        if document.holds(finding.span)
    ]


def finding_to_lsp(document: Document, finding: Diagnostic, manual: str = "") -> types.Diagnostic:
    return types.Diagnostic(
        range=document.range(finding.span),
        message=finding.message,
        severity=_SEVERITIES[finding.severity],
        code=finding.code,
        code_description=_description(finding.code, manual),
        source=SOURCE,
        tags=[types.DiagnosticTag.Unnecessary] if finding.code in _UNNECESSARY else None,
        related_information=[
            types.DiagnosticRelatedInformation(document.location(other.span), other.message)
            for other in finding.related
        ]
        or None,
    )


def _description(code: str, manual: str) -> types.CodeDescription | None:
    if manual and code in CODES:
        return types.CodeDescription(f"{manual}/rules/{code}.md")
    page = page_of(code)
    return types.CodeDescription(uri_of(page)) if page else None


def _publish_one(ls: Server, params: types.DocumentDiagnosticParams) -> None:
    document = ls.document(params.text_document.uri)
    items = to_lsp(ls, document)
    if ls.published.get(document.uri) != (document.version, items):
        ls.published[document.uri] = (document.version, items)
        ls.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(document.uri, items, document.version)
        )
