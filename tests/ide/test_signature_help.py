"""Signature help: a short label, the parameter at the cursor, its own sentence."""

import re

import pytest
from ide_case import in_kernel, read
from inline_snapshot import snapshot
from weft.model.signature_text import full_signature, parameter_labels, signature_label
from weft_lsp.ide.public import public_names
from weft_lsp.ide.signature_help import signature_help


def check(source: str, expected: str | None) -> None:
    """The label with the active parameter in «», and below it the sentence about that parameter."""
    model, offset = read(source)
    found = signature_help(model, offset)
    if found is None:
        assert expected is None
        return
    shown = found.signatures[found.best]
    assert len(shown.label) <= 88
    if shown.active is None:
        assert shown.label == expected
        return
    active = shown.parameters[shown.active]
    before, name = shown.label[: active.span.start], shown.label[active.span.start : active.span.end]
    assert f"{before}«{name}»{shown.label[active.span.end :]}\n{active.documentation}" == expected


def test_the_first_and_the_second_parameter():
    check(
        in_kernel("weft.shared($0"),
        snapshot("""\
shared(«dtype», layout, *, swizzle=None) -> Tensor
`weft.f32` and the like.\
"""),
    )
    check(
        in_kernel("weft.shared(f32, $0)"),
        snapshot("""\
shared(dtype, «layout», *, swizzle=None) -> Tensor
a shape, stored row by row, or a `weft.Layout` (for padding or other orders); known at compile time. Sizes of a shape may also follow from dimensions (`N + 1`, `x.shape[1]`): then each launch with other values is compiled for these.\
"""),
    )


def test_a_keyword():
    check(
        "weft.Layout(stride=$0(1, 2), shape=(3, 4))",
        snapshot("""\
Layout(shape: IntTuple, «stride: IntTuple | None = None»)
congruent to `shape`, counted in elements; left out, the leftmost mode runs fastest.\
"""),
    )


def test_no_parameters():
    check(in_kernel("weft.barrier($0)"), snapshot("barrier()"))


def test_a_launch():
    check(
        in_kernel("x[i, j] = alpha") + "\n\nscale(1.0, $0",
        snapshot("scale(alpha: f32, «x: Tensor[f32, M, N]»)\n"),
    )
    check(
        in_kernel("x[i, j] = alpha") + "\n\nscale[4, 128](1.0, $0",
        snapshot("scale(alpha: f32, «x: Tensor[f32, M, N]»)\n"),
    )


def test_the_innermost_call():
    check(
        in_kernel("weft.maximum(alpha, weft.minimum(1.0, $0"),
        snapshot("minimum(x: number, «y: number») -> number\n"),
    )


def test_a_long_signature_keeps_to_one_line():
    parameters = ", ".join(f"parameter_{number}: Tensor[f32, M, N]" for number in range(12))
    check(
        f"@weft.kernel\ndef k({parameters}):\n    pass\n\nk(1, $0",
        snapshot("k(parameter_0, «parameter_1», parameter_2, parameter_3, parameter_4, parameter_5, …)\n"),
    )


@pytest.mark.parametrize("line", ["print($0", "unknown($0", "$0", "weft.barrier()$0", "(1, $0"])
def test_nothing_to_say(line: str):
    check(line, None)


def overloads(source: str) -> tuple[list[str], int]:
    """The labels, and which of them the arguments mean."""
    model, offset = read(source)
    found = signature_help(model, offset)
    assert found is not None
    return [each.label for each in found.signatures], found.best


def test_the_overload_that_fits_the_arguments():
    labels, first = overloads("@weft.kernel\ndef k(x: Tensor[f32, N]):\n    i = weft.index($0")
    assert labels == snapshot(
        [
            "index(domain: Tensor[dtype, N] | int, *, block: int | None = None) -> int",
            "index(domain: Tensor[dtype, M, N] | tuple[int, int], *, block: tuple[int, int] = None)",
            "index(domain, *, block=None) -> tuple[int, int, int]",
            "index(domain: Vectors | tuple[int, ...], *, block: int | tuple[int, ...] | None = None)",
        ]
    )
    assert first == 0
    before = "@weft.kernel\ndef k(x: Tensor[f32, N], y: Tensor[f32, M, N]):\n    i = weft.index("
    for typed, fitting in (
        ("x$0", 0),
        ("N$0)", 0),
        ("y$0", 1),
        ("y, $0", 1),
        ("(M, N)$0", 1),
        ("(M, N, 4), block=$0", 2),
        ("x.vector(4)$0)", 3),
        ("no_such_name$0)", 0),
    ):
        assert overloads(before + typed)[1] == fitting, typed


def test_an_argument_that_is_half_typed_does_not_choose():
    source = "@weft.kernel\ndef k(y: Tensor[f32, M, N]):\n    i, j = weft.tile_index(y, (16,$0"
    assert overloads(source)[1] == 1


def test_overloads_of_layouts():
    labels, first = overloads(
        "from weft.layout import Swizzle, composition\nA = composition(Swizzle(2, 0, 3), $0"
    )
    assert labels == snapshot(
        [
            "composition(outer: Layout, inner: Tiler) -> Layout",
            "composition(outer: Swizzle | ComposedLayout, inner: Tiler) -> ComposedLayout",
        ]
    )
    assert first == 1


def test_one_that_was_chosen_by_hand_stays_while_it_fits():
    model, offset = read("@weft.kernel\ndef k(x: Tensor[f32, N]):\n    i = weft.index($0")
    found = signature_help(model, offset)
    assert found is not None
    assert found.chosen(found.signatures[2].label) == 2
    model, offset = read("@weft.kernel\ndef k(x: Tensor[f32, N]):\n    i = weft.index(x, $0")
    found = signature_help(model, offset)
    assert found is not None
    assert found.chosen(found.signatures[2].label) == 0


# What may stand in a signature: Python's words, the language's own public types, and the manual's words for numbers.
_PYTHON = (
    "int float bool str None True False tuple range object Callable Mapping numpy ndarray cpu cuda __debug__"
)
_WEFT = "Tensor Vector Vectors Layout ComposedLayout Swizzle IntTuple Tiler Slice L M N f32 u32 number dtype array"
_HOST = "Kernel Function DeviceTensor Inspection ChosenGeometry Launcher ir"
_WORDS = {*_PYTHON.split(), *_WEFT.split(), *_HOST.split()}
_CLASSES = (
    *("ops.tensor.Tensor", "ops.tensor.Vector", "ops.tensor.Vectors", "layout.layout.Layout"),
    *("layout.swizzle.Swizzle", "layout.swizzle.ComposedLayout", "kernel.Kernel", "ops.geometry.Axes"),
    "host.device_tensor.DeviceTensor",
)


def test_every_public_signature_is_short_and_has_no_internal_name():
    model, _ = read("$0")
    symbols = [each.symbol for each in public_names(model.library)]
    symbols += [each for name in _CLASSES for each in model.library.class_members(f"weft.{name}")]
    called = [signature for symbol in symbols if (signature := symbol.signature)]
    assert len(called) > 150
    for signature in (way for each in called for way in (each, *each.overloads)):
        for label in (signature_label(signature), full_signature(signature).replace("\n", " ")):
            own = {signature.name, *(parameter.name for parameter in signature.parameters)}
            assert set(re.findall(r"[^\W\d]\w*", label)) <= own | _WORDS, label
            assert "..." not in label.replace(", ...]", ""), label
        assert len(signature_label(signature)) <= 88
        texts = parameter_labels(signature)
        assert all(text in signature_label(signature) for text in texts)
