"""Signature help: a short label, the parameter at the cursor, its own sentence."""

import pytest
from ide_case import in_kernel, read
from inline_snapshot import snapshot
from weft_lsp.ide.signature_help import signature_help


def check(source: str, expected: str | None) -> None:
    """The label with the active parameter in «», and below it the sentence about that parameter."""
    model, offset = read(source)
    found = signature_help(model, offset)
    if found is None:
        assert expected is None
        return
    assert len(found.label) <= 88
    if found.active is None:
        assert found.label == expected
        return
    active = found.parameters[found.active]
    before, name = found.label[: active.span.start], found.label[active.span.start : active.span.end]
    assert f"{before}«{name}»{found.label[active.span.end :]}\n{active.documentation}" == expected


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
a shape, stored row by row, or a `weft.Layout` (for padding or other orders); known at compile time.\
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
