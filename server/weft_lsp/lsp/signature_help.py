"""textDocument/signatureHelp."""

from collections.abc import Coroutine

from lsprotocol import types

from weft_lsp.ide.complement import own_signature_help
from weft_lsp.ide.signature_help import ParameterHelp, SignatureHelp, signature_help
from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.language_server import Server
from weft_lsp.lsp.positions import units

OPTIONS = types.SignatureHelpOptions(trigger_characters=["(", ","])


def on_signature_help(
    ls: Server, params: types.SignatureHelpParams
) -> types.SignatureHelp | Coroutine[None, None, types.SignatureHelp | None] | None:
    document = ls.document(params.text_document.uri)
    offset = document.offset(params.position)
    found = (own_signature_help if ls.is_beside else signature_help)(document.model, offset)
    if found is None and ls.is_alone:
        return _plain(ls, document, offset)
    return found and _to_lsp(found)


async def _plain(ls: Server, document: Document, offset: int) -> types.SignatureHelp | None:
    found = await ls.plain_python.ask(lambda plain: plain.signature_help, document.model, offset)
    return found and _to_lsp(found)


def _to_lsp(found: SignatureHelp) -> types.SignatureHelp:
    parameters = [_parameter(found.label, parameter) for parameter in found.parameters]
    information = types.SignatureInformation(
        found.label,
        documentation=_markdown(found.documentation),
        parameters=parameters,
        active_parameter=found.active,
    )
    return types.SignatureHelp([information], active_signature=0, active_parameter=found.active)


def _parameter(label: str, parameter: ParameterHelp) -> types.ParameterInformation:
    # These offsets are UTF-16 whatever the encoding of positions.
    start = units(label[: parameter.span.start], "utf-16")
    end = start + units(label[parameter.span.start : parameter.span.end], "utf-16")
    return types.ParameterInformation((start, end), _markdown(parameter.documentation))


def _markdown(text: str) -> types.MarkupContent | None:
    return types.MarkupContent(types.MarkupKind.Markdown, text) if text else None
