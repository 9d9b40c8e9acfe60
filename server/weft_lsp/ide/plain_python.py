"""All of Python that is not Weft's, by jedi: for editors with no other Python server.

jedi reads source files. It is given no interpreter to run, and modules without source only from the standard library's own
folders, so nothing of a workspace is imported. What it raises on broken text is nothing that a user must know.
"""

import os
import sys
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from glob import escape, glob
from typing import ParamSpec, TypeVar

import jedi
import jedi.settings
from jedi.api.classes import BaseName, BaseSignature, ParamName, Signature
from jedi.api.environment import InterpreterEnvironment
from weft.model.diagnostic import Span
from weft.model.facts import Location, SymbolKind
from weft.model.files import is_file, read_file
from weft.model.model import Model
from weft.model.source import Lines
from weft.records import record

from weft_lsp.ide.completion import Completion
from weft_lsp.ide.hover import Hover
from weft_lsp.ide.signature_help import ParameterHelp, SignatureHelp, SignatureText

P = ParamSpec("P")
R = TypeVar("R")

_KINDS: dict[str, SymbolKind] = {
    "module": "module",
    "namespace": "module",
    "class": "class",
    "function": "function",
    "param": "parameter",
    "property": "property",
}
_ENVIRONMENTS = (".venv", "venv", "env")
_LONGEST_LABEL = 88
_LONGEST_DOC = 2000

# What jedi would import in this process instead of reading it.
jedi.settings.auto_import_modules = []
jedi.settings.allow_unsafe_interpreter_executions = False
# Other files would be searched for calls of the function at the cursor.
jedi.settings.dynamic_params_for_other_modules = False


@record
class Question:
    """A text and a place in it, and the folders that imports are looked for in."""

    text: str
    path: str
    offset: int
    roots: tuple[str, ...]

    @staticmethod
    def of(model: Model, offset: int) -> "Question":
        return Question(model.text, model.path, offset, model.library.roots)


def _answered(ask: Callable[P, R]) -> Callable[P, R | None]:
    """jedi's own faults, of which broken text finds many, are no answers."""

    def asked(*arguments: P.args, **keywords: P.kwargs) -> R | None:
        try:
            return ask(*arguments, **keywords)
        except Exception:  # noqa: BLE001 — whatever jedi raises. Ours are found by the tests, which ask what is answered.
            return None

    return asked


@_answered
def hover(question: Question) -> Hover | None:
    script, line, column = _asked(question)
    for name in script.help(line, column):
        if name.type == "keyword":
            continue
        doc = name.docstring(raw=True)[:_LONGEST_DOC].strip()
        text = f"```python\n{_headline(name)}\n```" + (f"\n```text\n{doc}\n```" if doc else "")
        return Hover(text, _word(question))
    return None


@_answered
def definition(question: Question) -> Location | None:
    script, line, column = _asked(question)
    return next(_places(question, script.goto(line, column, follow_imports=True)), None)


@_answered
def declaration(question: Question) -> Location | None:
    script, line, column = _asked(question)
    return next(_places(question, script.goto(line, column)), None)


@_answered
def type_definition(question: Question) -> Location | None:
    script, line, column = _asked(question)
    return next(_places(question, script.infer(line, column)), None)


@_answered
def references(question: Question) -> tuple[Location, ...]:
    script, line, column = _asked(question)
    return tuple(_places(question, script.get_references(line, column, include_builtins=False)))


@_answered
def highlights(question: Question) -> tuple[Span, ...]:
    script, line, column = _asked(question)
    found = script.get_references(line, column, include_builtins=False, scope="file")
    return tuple(place.span for place in _places(question, found))


@_answered
def completions(question: Question) -> tuple[Completion, ...]:
    script, line, column = _asked(question)
    return tuple(
        Completion(found.name, _KINDS.get(found.type, "variable"), found.type)
        for found in script.complete(line, column)
        if found.name and not found.name.startswith("__")
    )


@_answered
def signature_help(question: Question) -> SignatureHelp | None:
    script, line, column = _asked(question)
    found = tuple(_signature(each) for each in script.get_signatures(line, column))
    return SignatureHelp(found) if found else None


def _asked(question: Question) -> tuple[jedi.Script, int, int]:
    lines = Lines.of(question.text)
    line = lines.line_of(question.offset)
    path = question.path if is_file(question.path) else None
    script = jedi.Script(
        question.text, path=path, environment=_Environment(), project=_project(question.roots, path or "")
    )
    return script, line + 1, question.offset - lines.starts[line]


class _Environment(InterpreterEnvironment):
    """Modules without source are loaded from these folders alone."""

    def get_sys_path(self) -> list[str]:
        return [*_standard()]


def _project(roots: tuple[str, ...], path: str) -> jedi.Project:
    folder = os.path.dirname(path)
    first = roots[0] if roots else folder or _standard()[0]
    where = dict.fromkeys((folder, *roots, *_installed(roots), *_standard()))
    return jedi.Project(first, sys_path=[each for each in where if each], smart_sys_path=False)


@cache
def _standard() -> tuple[str, ...]:
    library = sysconfig.get_path("stdlib", vars={"installed_base": sys.base_prefix})
    folders = (library, os.path.join(library, "lib-dynload"), os.path.join(sys.base_prefix, "DLLs"))
    return tuple(folder for folder in folders if os.path.isdir(folder))


@cache
def _installed(roots: tuple[str, ...]) -> tuple[str, ...]:
    """The packages of the workspace's environment, as files to read; then those that the server itself has."""
    found: list[str] = []
    for root in roots:
        for name in _ENVIRONMENTS:
            environment = os.path.join(root, name)
            found += sorted(glob(os.path.join(escape(environment), "lib", "python3*", "site-packages")))
            found.append(os.path.join(environment, "Lib", "site-packages"))
    own = [path for path in sys.path if path and os.path.basename(path) != "bin"]
    return tuple(path for path in (*found, *own) if os.path.isdir(path))


def _places(question: Question, names: Sequence[BaseName]) -> Iterator[Location]:
    for name in names:
        path = str(name.module_path) if name.module_path else question.path
        text = question.text if path == question.path else read_file(path)
        if text is None:
            continue
        if name.line is None or name.column is None:
            if name.type == "module" and path != question.path:
                yield Location(path, Span(0, 0))
            continue
        start = Lines.of(text).starts[name.line - 1] + name.column
        yield Location(path, Span(start, start + len(name.name)))


def _headline(name: BaseName) -> str:
    signatures = name.get_signatures() if name.type in ("function", "class") else []
    if signatures:
        return _label(signatures[0])
    described = name.description
    return described if name.type != "param" else described.removeprefix("param ")


def _label(signature: BaseSignature) -> str:
    """The whole signature if it is short; else without annotations."""
    whole = signature.to_string()
    if len(whole) <= _LONGEST_LABEL:
        return whole
    short = f"{signature.name}({', '.join(parameter.name for parameter in signature.params)})"
    return short if len(short) <= _LONGEST_LABEL else f"{short[: _LONGEST_LABEL - 2]}…)"


def _signature(found: Signature) -> SignatureText:
    label = _label(found)
    parameters = tuple(_parameters(label, found.params))
    active = found.index if found.index is not None and found.index < len(parameters) else None
    return SignatureText(label, parameters, active, found.docstring(raw=True).strip().partition("\n\n")[0])


def _parameters(label: str, parameters: Sequence[ParamName]) -> Iterator[ParameterHelp]:
    end = label.find("(") + 1
    for parameter in parameters:
        text = parameter.to_string()
        text = text if text in label[end:] else parameter.name
        start = label.find(text, end)
        span = Span(start, start + len(text)) if start >= 0 else Span(end, end)
        end = span.end
        yield ParameterHelp(span, "")


def _word(question: Question) -> Span:
    text, start, end = question.text, question.offset, question.offset
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return Span(start, end)
