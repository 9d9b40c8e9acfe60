"""Messages are read and written as lsprotocol's own converter does it."""

import json
import subprocess
import sys
from typing import Any

import pytest
import weft_lsp.lsp.protocol_types as _first  # noqa: F401  # pyright: ignore[reportUnusedImport]
from cattrs import Converter
from cattrs.errors import ClassValidationError
from lsprotocol import converters, types
from weft_lsp.lsp.converter import as_json, converter

PLACE = types.Range(types.Position(1, 2), types.Position(3, 4))
URI = "file:///kernel.py"
WRITTEN = [
    types.Hover(types.MarkupContent(types.MarkupKind.Markdown, "text"), PLACE),
    types.CompletionItem("x", kind=types.CompletionItemKind.Class, data=[1, 2], deprecated=False),
    types.WorkspaceEdit(changes={URI: [types.TextEdit(PLACE, "new")]}),
    types.TextDocumentEdit(
        types.OptionalVersionedTextDocumentIdentifier(URI, None), [types.TextEdit(PLACE, "")]
    ),
    types.RelatedFullDocumentDiagnosticReport([types.Diagnostic(PLACE, "wrong", code="c")], result_id="1"),
    types.RelatedUnchangedDocumentDiagnosticReport("1"),
    types.SignatureHelp(
        [types.SignatureInformation("f(x)", parameters=[types.ParameterInformation((2, 3))])]
    ),
    types.RegistrationRequest("1", types.RegistrationParams([types.Registration("1", "m")])),
    types.HoverResponse(1, None),
    types.ResponseErrorMessage(id=1, error=types.ResponseError(types.ErrorCodes.InvalidParams, "no")),
    types.InitializeResult(types.ServerCapabilities(hover_provider=True)),
]
CHANGED = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 3}}
READ: list[tuple[type, dict[str, Any]]] = [
    (types.HoverRequest, {"id": 1, "params": {"textDocument": {"uri": URI}, "position": CHANGED["start"]}}),
    (types.CancelNotification, {"params": {"id": "seven"}}),
    (
        types.DidChangeTextDocumentNotification,
        {
            "params": {
                "textDocument": {"uri": URI, "version": 3},
                "contentChanges": [{"range": CHANGED, "text": "a"}, {"text": "b", "unknown": 1}],
            }
        },
    ),
    (
        types.DidOpenTextDocumentNotification,
        {"params": {"textDocument": {"uri": URI, "languageId": "python", "version": 1, "text": "x"}}},
    ),
    (
        types.CodeActionRequest,
        {
            "id": 2,
            "params": {
                "textDocument": {"uri": URI},
                "range": CHANGED,
                "context": {"diagnostics": [{"range": CHANGED, "message": "m", "severity": 1}], "only": ["quickfix"]},
            },
        },
    ),
    (
        types.SelectionRange,
        {"range": CHANGED, "parent": {"range": CHANGED, "parent": {"range": CHANGED}}},
    ),
]  # fmt: skip
REFUSED: list[tuple[type, object]] = [
    (types.Position, {"line": -1, "character": 0}),
    (types.Position, {"line": 1}),
    (types.Position, {"line": "one", "character": 0}),
    (types.HoverParams, []),
    (types.HoverParams, {"textDocument": 1, "position": CHANGED["start"]}),
]


@pytest.fixture(scope="module")
def theirs() -> Converter:
    return converters.get_converter()


@pytest.mark.parametrize("value", WRITTEN, ids=lambda value: type(value).__name__)
def test_written(theirs: Converter, value: object):
    assert as_json(value) == json.loads(json.dumps(theirs.unstructure(value)))


@pytest.mark.parametrize(("declared", "given"), READ, ids=lambda value: getattr(value, "__name__", ""))
def test_read(theirs: Converter, declared: type, given: dict[str, Any]):
    given = {"jsonrpc": "2.0", **given} if "params" in given else given
    assert converter().structure(given, declared) == theirs.structure(given, declared)


@pytest.mark.parametrize(("declared", "given"), REFUSED)
def test_refused(declared: type, given: object):
    with pytest.raises(ClassValidationError):
        converter().structure(given, declared)


def test_what_few_are_made_of_is_compiled_for_none():
    """attrs and cattrs would compile functions for each class: a third of the time to the first answer."""
    code = (
        "import builtins, weft_lsp.lsp.protocol_types; from lsprotocol import types;"
        "from weft_lsp.lsp.converter import as_json, converter; made = converter(); compiled = [];"
        "own = builtins.compile;"
        "builtins.compile = lambda source, *rest, **more: compiled.append(1) or own(source, *rest, **more);"
        "place = made.structure({'line': 1, 'character': 2}, types.Position);"
        "as_json(types.Location('file:///x', types.Range(place, place)));"
        "print(len(compiled))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) == 0
