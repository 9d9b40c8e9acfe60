"""A change of a kernel that the user asks for, and the text as it would be after it."""

from collections.abc import Sequence

from weft.lint.findings import check
from weft.model.block import Analyses, BlockModel, analyse_block
from weft.model.blocks import Blocks
from weft.model.diagnostic import Edit
from weft.model.model import Model
from weft.model.syntax import Parsed
from weft.model.text import ModuleText
from weft.records import record


@record
class Refactoring:
    """kind: the protocol's name of it, such as `refactor.extract`."""

    title: str
    kind: str
    edits: tuple[Edit, ...]


def applied(text: str, edits: Sequence[Edit]) -> str:
    """Insertions at one place stand in the order in which they are given, as the protocol has it."""
    for edit in sorted(edits, key=lambda edit: edit.span)[::-1]:
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def changed(model: Model, edits: Sequence[Edit]) -> Model:
    """The Model of the text after edits; what is known of the text as it is stays as it is."""
    text = applied(model.text, edits)
    analyses = Analyses(model.library)

    def analyse(module: ModuleText, parsed: Parsed, start: int, _: BlockModel | None) -> BlockModel:
        return analyse_block(analyses, module, parsed, start)

    module = ModuleText(model.path, model.module.name, text, model.library)
    return Model(model.path, text, module, Blocks(module, analyse, None), model.library)


def is_as_clean(before: Model, after: Model) -> bool:
    """Whether a change brings no mistake that was not there; what a kernel costs may change."""
    return _mistakes(after) <= _mistakes(before)


def _mistakes(model: Model) -> int:
    return sum(finding.severity != "information" for finding in check(model))
