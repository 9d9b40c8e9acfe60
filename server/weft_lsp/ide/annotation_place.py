"""What kind of type is wanted at a place of a kernel's signature, which is seldom whole while it is typed."""

import ast
import re
from typing import Literal

from weft.model.model import Model

TypePlace = Literal["name", "type", "dtype", "dimension"]

_HEADER = re.compile(r"def[ \t]+\w+[ \t]*\(")
_ABOVE = re.compile(r"(?:[ \t]*@[^\r\n]*(?:\r\n|\r|\n))+[ \t]*\Z")
_DECORATOR = re.compile(r"@[ \t]*([\w.]+)")
_RETURNS = re.compile(r"[ \t]*->[ \t]*\w*")
_WORD_START = re.compile(r"[:,\[|][ \t\r\n]*\w*\Z")
_LONGEST_SIGNATURE, _LONGEST_DECORATORS = 3000, 400


def type_place(model: Model, offset: int) -> TypePlace | None:
    """`x: |` wants a type, `x: Tensor[|` a dtype, `x: Tensor[f32, |` a dimension, and before the colon stands a new name;
    None outside of the signatures of kernels and device functions."""
    first = max(0, offset - _LONGEST_SIGNATURE)
    start = model.text.rfind("def ", first, offset)
    header = _HEADER.match(model.text, start, offset) if start >= 0 else None
    place = _place(model, model.text[header.end() : offset]) if header else None
    if place is None:
        return None
    above = _ABOVE.search(model.text, max(0, start - _LONGEST_DECORATORS), start)
    return place if above and _is_ours(model, above.group()) else None


def _is_ours(model: Model, above: str) -> bool:
    dialect = model.library.dialect
    for name in _DECORATOR.findall(above):
        try:
            decorator = ast.parse(name, mode="eval").body
        except SyntaxError:
            continue
        if model.module.qualified(decorator) in (dialect.kernel, dialect.function):
            return True
    return False


def _place(model: Model, typed: str) -> TypePlace | None:
    """Where the text behind the parenthesis of a `def` has come to."""
    # What each open bracket stands behind, and how many commas came since.
    brackets: list[tuple[str, int]] = []
    start, separator = 0, ","
    for position, character in enumerate(typed):
        if character in "([{":
            brackets.append((typed[start:position], 0))
        elif character in ")]}" and brackets:
            brackets.pop()
        elif character == ")":
            return "type" if _RETURNS.fullmatch(typed, position + 1) else None
        elif character == "," and brackets:
            brackets[-1] = (brackets[-1][0], brackets[-1][1] + 1)
        elif not brackets and character in ",:=":
            start, separator = position + 1, character
    if separator == "," and not brackets:
        return "name"
    if separator != ":" or not _WORD_START.search(typed):
        return None
    if not brackets:
        return "type"
    owner, commas = brackets[-1]
    is_tensor = owner.strip().rpartition(".")[2] == model.library.dialect.tensor.rpartition(".")[2]
    return ("dimension" if commas else "dtype") if is_tensor and len(brackets) == 1 else None
