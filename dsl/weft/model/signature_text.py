"""Signatures in one line, written for a person."""

from collections.abc import Callable, Iterator

from weft.model.facts import ParameterText, Signature

# How a parameter is written, and whether the result is.
_Way = tuple[Callable[[ParameterText], str], bool]


def signature_label(signature: Signature, width: int = 88) -> str:
    """A signature in one line of at most `width` characters: annotations go first, then defaults, then the tail."""
    return _fitted(signature, width)[0]


def parameter_labels(signature: Signature, width: int = 88) -> tuple[str, ...]:
    """How `signature_label` writes each parameter; the ones that it leaves out are empty."""
    label, write = _fitted(signature, width)
    texts = tuple(map(write, signature.parameters))
    shown = len(signature.parameters) if not label.endswith("…)") else label.count(",")
    return (*texts[:shown], *("" for _ in texts[shown:]))


def full_signature(signature: Signature) -> str:
    """All of a signature, with each parameter in a line of its own where one line is too short."""
    label = _label(signature, *_WAYS[0])
    if len(label) <= _LINE or not signature.parameters:
        return label
    parts = "".join(f"    {part},\n" for part in _parts(signature, _in_full))
    return f"{signature.name}(\n{parts}){_returns(signature)}"


def is_abridged(signature: Signature) -> bool:
    """Whether the label leaves out a part of the signature."""
    return signature_label(signature) != _label(signature, *_WAYS[0])


_LINE = 88


def _fitted(signature: Signature, width: int) -> tuple[str, Callable[[ParameterText], str]]:
    for write, has_returns in _WAYS:
        label = _label(signature, write, has_returns=has_returns)
        if len(label) <= width:
            return label, write
    shown = list(signature.parameters)
    label = ""
    while shown and (not label or len(label) > width):
        shown.pop()
        label = f"{signature.name}({', '.join([*map(_names_only, shown), '…'])})"
    return label[:width], _names_only


def _label(signature: Signature, write: Callable[[ParameterText], str], has_returns: bool) -> str:
    returns = _returns(signature) if has_returns else ""
    return f"{signature.name}({', '.join(_parts(signature, write))}){returns}"


def _parts(signature: Signature, write: Callable[[ParameterText], str]) -> Iterator[str]:
    before: ParameterText | None = None
    for parameter in signature.parameters:
        if parameter.is_keyword_only and not (before and (before.is_keyword_only or before.marker)):
            yield "*"
        yield write(parameter)
        before = parameter


def _returns(signature: Signature) -> str:
    return f" -> {signature.returns}" if signature.returns not in ("", "None", "Any") else ""


def _in_full(parameter: ParameterText) -> str:
    return _written(parameter, parameter.annotation)


def _without_none(parameter: ParameterText) -> str:
    """A default of None says that None is taken."""
    is_told = parameter.default == "None"
    return _written(
        parameter, parameter.annotation.removesuffix(" | None") if is_told else parameter.annotation
    )


def _without_annotations(parameter: ParameterText) -> str:
    return _written(parameter, "")


def _names_only(parameter: ParameterText) -> str:
    return f"{parameter.marker}{parameter.name}"


def _written(parameter: ParameterText, annotation: str) -> str:
    typed = f": {annotation}" if annotation else ""
    equals = " = " if annotation else "="
    default = f"{equals}{parameter.default}" if parameter.default is not None else ""
    return f"{parameter.marker}{parameter.name}{typed}{default}"


_WAYS: tuple[_Way, ...] = (
    (_in_full, True),
    (_without_none, True),
    (_without_none, False),
    (_without_annotations, True),
    (_without_annotations, False),
    (_names_only, False),
)
