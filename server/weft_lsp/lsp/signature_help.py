"""textDocument/signatureHelp."""

from collections.abc import Coroutine

from lsprotocol import types

from weft_lsp.ide.complement import own_signature_help
from weft_lsp.ide.signature_help import ParameterHelp, SignatureHelp, SignatureText, signature_help
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
    before = _label_before(params.context)
    if found is None and ls.is_alone:
        return _plain(ls, document, offset, before)
    return found and _to_lsp(found, before)


async def _plain(ls: Server, document: Document, offset: int, before: str) -> types.SignatureHelp | None:
    found = await ls.plain_python.ask(lambda plain: plain.signature_help, document.model, offset)
    return found and _to_lsp(found, before)


def _label_before(context: types.SignatureHelpContext | None) -> str:
    """The signature that is shown already: the user may have gone to it."""
    shown = context.active_signature_help if context and context.is_retrigger else None
    index = (shown.active_signature or 0) if shown else 0
    return shown.signatures[index].label if shown and 0 <= index < len(shown.signatures) else ""


def _to_lsp(found: SignatureHelp, before: str) -> types.SignatureHelp:
    active = found.chosen(before)
    return types.SignatureHelp(
        [_information(each) for each in found.signatures],
        active_signature=active,
        active_parameter=found.signatures[active].active,
    )


def _information(signature: SignatureText) -> types.SignatureInformation:
    return types.SignatureInformation(
        signature.label,
        documentation=_markdown(signature.documentation),
        parameters=[_parameter(signature.label, parameter) for parameter in signature.parameters],
        active_parameter=signature.active,
    )


def _parameter(label: str, parameter: ParameterHelp) -> types.ParameterInformation:
    # These offsets are UTF-16 whatever the encoding of positions.
    start = units(label[: parameter.span.start], "utf-16")
    end = start + units(label[parameter.span.start : parameter.span.end], "utf-16")
    return types.ParameterInformation((start, end), _markdown(parameter.documentation))


def _markdown(text: str) -> types.MarkupContent | None:
    return types.MarkupContent(types.MarkupKind.Markdown, text) if text else None
