"""Findings: asked for by clients that can (pull), sent to the others (push). Never both: each would be shown twice."""

import asyncio
from hashlib import sha256

from lsprotocol import types
from pygls.capabilities import get_capability
from weft.model.diagnostic import Diagnostic

from weft_lsp.ide.diagnostics import diagnostics
from weft_lsp.ide.rule_page import page_of
from weft_lsp.lsp.document_link import page_uri
from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.faults import shielded
from weft_lsp.lsp.language_server import Server

OPTIONS = types.DiagnosticOptions(
    inter_file_dependencies=True, workspace_diagnostics=False, identifier="weft"
)
SOURCE = "weft"
QUIET_SECONDS = 0.15
_UNNECESSARY = ("unused-parameter", "unused-ignore")
_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "information": types.DiagnosticSeverity.Information,
}


def on_diagnostic(ls: Server, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
    document = ls.documents.get(params.text_document.uri)
    items = to_lsp(document) if document else []
    result_id = sha256(repr(items).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    if result_id == params.previous_result_id:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id)
    return types.RelatedFullDocumentDiagnosticReport(items, result_id=result_id)


def schedule(ls: Server, delay_seconds: float = QUIET_SECONDS) -> None:
    """Publish once the typing pauses; a client that pulls asks by itself."""
    if ls.pulls_diagnostics:
        return
    if ls.publication:
        ls.publication.cancel()
    ls.publication = asyncio.get_running_loop().call_later(delay_seconds, publish, ls)


def publish(ls: Server) -> None:
    """Publish the findings of all open documents: an edit of one may change those of another."""
    for document in ls.documents.all():
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(document.uri))
        shielded(ls, types.TEXT_DOCUMENT_DIAGNOSTIC, _publish_one, params)


def withdraw(ls: Server, uri: str) -> None:
    """A closed document shows no findings; those of the files that import it may change."""
    if not ls.pulls_diagnostics:
        ls.published.pop(uri, None)
        ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
        schedule(ls)


def refresh(ls: Server) -> None:
    """Something other than an edit has changed what the findings are."""
    if not ls.pulls_diagnostics:
        schedule(ls)
    elif get_capability(ls.client_capabilities, "workspace.diagnostics.refresh_support"):
        ls.workspace_diagnostic_refresh(None)


def to_lsp(document: Document) -> list[types.Diagnostic]:
    return [finding_to_lsp(document, finding) for finding in diagnostics(document.model)]


def finding_to_lsp(document: Document, finding: Diagnostic) -> types.Diagnostic:
    return types.Diagnostic(
        range=document.range(finding.span),
        message=finding.message,
        severity=_SEVERITIES[finding.severity],
        code=finding.code,
        code_description=_description(finding.code),
        source=SOURCE,
        tags=[types.DiagnosticTag.Unnecessary] if finding.code in _UNNECESSARY else None,
        related_information=[
            types.DiagnosticRelatedInformation(
                types.Location(document.uri, document.range(other.span)), other.message
            )
            for other in finding.related
        ]
        or None,
    )


def _description(code: str) -> types.CodeDescription | None:
    page = page_of(code)
    return types.CodeDescription(page_uri(page)) if page else None


def _publish_one(ls: Server, params: types.DocumentDiagnosticParams) -> None:
    document = ls.document(params.text_document.uri)
    items = to_lsp(document)
    if ls.published.get(document.uri) != (document.version, items):
        ls.published[document.uri] = (document.version, items)
        ls.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(document.uri, items, document.version)
        )
