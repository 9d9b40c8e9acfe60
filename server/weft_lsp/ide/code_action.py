"""The mends that findings carry: each by itself, and all of them at once."""

from collections.abc import Iterator

from weft.lint.findings import check
from weft.model.diagnostic import Diagnostic, Edit, Fix, Span
from weft.model.model import Model
from weft.records import record

from weft_lsp.ide.annotation_place import type_place
from weft_lsp.ide.auto_import import import_edit, module_import_edit
from weft_lsp.ide.public import public_names, written_as
from weft_lsp.ide.refactoring import Refactoring


@record
class QuickFix:
    """A mend of one finding."""

    title: str
    edits: tuple[Edit, ...]
    finding: Diagnostic
    is_preferred: bool = False


def quick_fixes(model: Model, span: Span) -> tuple[QuickFix, ...]:
    """The mends of the findings that touch the span, in the order of the text."""
    return tuple(
        QuickFix(fix.title, fix.edits, finding, finding.fixes == (fix,))
        for finding in check(model)
        if finding.span.start <= span.end and span.start <= finding.span.end
        for fix in (
            *_imports(model, finding),
            *_declared(model, finding),
            *finding.fixes,
            *_ignored(model, finding),
        )
    )


def _imports(model: Model, finding: Diagnostic) -> Iterator[Fix]:
    """A name of the language that the file does not import."""
    word = model.text[finding.span.start : finding.span.end]
    for public in public_names(model.library) if finding.code == "unknown-name" else ():
        if public.name == word:
            edit = import_edit(model, public.module, public.name)
            yield Fix(f"Import `{public.name}` from {public.module}", (edit,))
    package = model.library.dialect.package
    if finding.code == "unknown-name" and word == package:
        yield Fix(f"Import {package}", (module_import_edit(model, package),))


def _declared(model: Model, finding: Diagnostic) -> Iterator[Fix]:
    """A dimension for a name that stands where a signature has one."""
    word = model.text[finding.span.start : finding.span.end]
    is_dimension = type_place(model, finding.span.end) == "dimension" and word.isidentifier()
    if finding.code != "unknown-name" or not is_dimension:
        return
    start = model.block_at(finding.span.start)[0]
    dialect = model.library.dialect
    made = next(
        each for each in public_names(model.library) if each.symbol.qualified_name == dialect.dimension
    )
    base = written_as(model, made)
    edit = Edit(Span(start, start), f"class {word}({base or made.name}):\n    pass\n\n\n")
    imports = () if base else (import_edit(model, made.module, made.name),)
    yield Fix(f"Declare the dimension `{word}`", (*imports, edit))


def _ignored(model: Model, finding: Diagnostic) -> Iterator[Fix]:
    """A comment that suppresses the finding on its line, unless the line has a comment or goes on."""
    line = model.lines.content(model.lines.line_of(finding.span.end))
    text = model.text[line.start : line.end]
    if finding.code != "syntax-error" and "#" not in text and not text.endswith("\\") and '"""' not in text:
        edit = Edit(Span(line.end, line.end), f"  # weft: ignore[{finding.code}]")
        yield Fix(f"Ignore `{finding.code}` on this line", (edit,), is_safe=False)


def refactorings(model: Model, span: Span) -> tuple[Refactoring, ...]:
    """What can be made of the code at the cursor, or of what is selected."""
    # Loaded once the server has answered.
    from weft_lsp.ide.extract_function import extract_function
    from weft_lsp.ide.organise_to_index import organise_to_index

    found = [organise_to_index(model, span.start), extract_function(model, span)]
    return tuple(each for each in found if each is not None)


def fix_all(model: Model, within: Span | None = None) -> tuple[Edit, ...]:
    """The first mend of every finding of the text, or of a part of it, if it cannot change what right code does.

    One that overlaps a mend above it is left for the next time.
    """
    chosen: list[Edit] = []
    for finding in check(model):
        is_wanted = within is None or within.contains(finding.span.start)
        for fix in finding.fixes[:1] if is_wanted else ():
            if fix.is_safe and not any(_overlap(edit, other) for edit in fix.edits for other in chosen):
                chosen += fix.edits
    return tuple(sorted(chosen, key=lambda edit: edit.span))


def _overlap(a: Edit, b: Edit) -> bool:
    """Insertions at one place overlap: which comes first is not known."""
    return a.span == b.span or (a.span.start < b.span.end and b.span.start < a.span.end)
