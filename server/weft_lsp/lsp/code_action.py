"""textDocument/codeAction."""

from lsprotocol import types
from pygls.capabilities import get_capability
from weft.model.diagnostic import Span

from weft_lsp.ide.code_action import QuickFix, fix_all, quick_fixes, refactorings
from weft_lsp.lsp import diagnostics
from weft_lsp.lsp.documents import Document
from weft_lsp.lsp.edits import workspace_edit
from weft_lsp.lsp.language_server import Server

FIX_ALL = "source.fixAll.weft"
QUICK_FIX = types.CodeActionKind.QuickFix.value
REFACTOR = types.CodeActionKind.Refactor.value
OPTIONS = types.CodeActionOptions(
    code_action_kinds=[
        types.CodeActionKind.QuickFix,
        types.CodeActionKind.Refactor,
        types.CodeActionKind.RefactorExtract,
        FIX_ALL,
    ]
)


def on_code_action(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    document = ls.document(params.text_document.uri)
    if not get_capability(ls.client_capabilities, "text_document.code_action.code_action_literal_support"):
        # Such a client takes commands only, and we have none.
        return None
    actions: list[types.CodeAction] = []
    span = Span(document.offset(params.range.start), document.offset(params.range.end))
    if _is_wanted(QUICK_FIX, params.context):
        actions += [_quick_fix(ls, document, fix) for fix in quick_fixes(document.model, span)]
    actions += [
        types.CodeAction(found.title, kind=found.kind, edit=workspace_edit(ls, document, found.edits))
        for found in (refactorings(document.model, span) if _may_refactor(params.context) else ())
        if _is_wanted(found.kind, params.context)
    ]
    if _is_wanted(FIX_ALL, params.context) and (edits := fix_all(document.model, document.span)):
        edit = workspace_edit(ls, document, edits)
        actions.append(types.CodeAction("Weft: fix all that can be fixed", kind=FIX_ALL, edit=edit))
    return actions


def _is_wanted(kind: str, context: types.CodeActionContext) -> bool:
    """Whether the client asks for actions of this kind, or of a kind that it is a part of."""
    if context.only is None:
        return True
    return any(f"{kind}.".startswith(f"{_word(wanted)}.") for wanted in context.only)


def _may_refactor(context: types.CodeActionContext) -> bool:
    """Whether somebody asks for a refactoring: to find one reads the text as it would be after it, which is too much for
    what an editor asks by itself as the cursor moves."""
    if context.trigger_kind == types.CodeActionTriggerKind.Automatic:
        return False
    return context.only is None or any(_word(kind).startswith(REFACTOR) for kind in context.only)


def _word(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind


def _quick_fix(ls: Server, document: Document, fix: QuickFix) -> types.CodeAction:
    return types.CodeAction(
        fix.title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[diagnostics.finding_to_lsp(document, fix.finding, ls.settings.manual)],
        is_preferred=fix.is_preferred,
        edit=workspace_edit(ls, document, fix.edits),
    )
