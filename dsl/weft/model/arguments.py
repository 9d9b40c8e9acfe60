"""Whether the arguments of a launch fit a kernel's parameters: the same questions of text and of live values."""

from collections.abc import Iterator, Sequence

from weft.model.dtypes import DType
from weft.model.ir import Const, Param, Parameter, ScalarParameter, TensorParameter
from weft.model.launches import integer_range, scalar_range
from weft.model.limits import Problem
from weft.model.nearest import nearest
from weft.records import record


@record
class ScalarFact:
    """An argument known to be a number of this Python type (`int`, `float`, `bool`). number: a whole one, where it is known."""

    type_name: str
    number: int | None = None


@record
class TensorFact:
    """An argument known to be a tensor. What the text does not tell is None."""

    dtype: DType | None = None
    dtype_name: str | None = None
    shape: tuple[int | None, ...] | None = None


@record
class OtherFact:
    """An argument known to be neither a number nor a tensor."""

    type_name: str


Fact = ScalarFact | TensorFact | OtherFact | None


def bind(
    kernel_name: str, parameters: Sequence[Parameter], given: int, keywords: Sequence[str]
) -> Iterator[Problem]:
    """What is wrong with passing `given` positional arguments and these keywords."""
    names = [parameter.name for parameter in parameters]
    signature = f"`{kernel_name}({', '.join(names)})`"
    if given > len(names):
        yield Problem(
            "launch-arguments",
            f"{given} arguments were given; {signature} takes {len(names)}: drop the extra ones",
        )
        return
    missing = [name for name in names[given:] if name not in keywords]
    has_wrong_name = False
    for keyword in keywords:
        if keyword not in names:
            has_wrong_name = True
            near = nearest(keyword, missing)
            advice = f"did you mean `{near}`?" if near else "correct the name"
            yield Problem(
                "launch-arguments",
                f"`{keyword}` is not a parameter; {signature} takes {_listed(names)}: {advice}",
                keyword,
            )
        elif names.index(keyword) < given:
            yield Problem(
                "launch-arguments",
                f"`{keyword}` is given twice, by position and by name: give it once",
                keyword,
            )
    if missing and not has_wrong_name:
        yield Problem(
            "launch-arguments",
            f"{_listed(missing)} {'is' if len(missing) == 1 else 'are'} missing; "
            f"{signature} takes {len(names)} arguments: pass {'it' if len(missing) == 1 else 'them'}",
        )


def fits(parameter: Parameter, fact: Fact) -> Iterator[Problem]:
    """What is wrong with one argument by itself."""
    if fact is None:
        return
    if isinstance(parameter, ScalarParameter):
        yield from _fits_scalar(parameter, fact)
    else:
        yield from _fits_tensor(parameter, fact)


def dims_agree(parameters: Sequence[Parameter], facts: Sequence[Fact]) -> Iterator[Problem]:
    """Whether each dimension has one value in all tensors."""
    seen: dict[str, tuple[int, str]] = {}
    for parameter, fact in zip(parameters, facts, strict=True):
        if (
            not isinstance(parameter, TensorParameter)
            or not isinstance(fact, TensorFact)
            or fact.shape is None
        ):
            continue
        if len(fact.shape) != len(parameter.shape):
            continue
        for axis, (extent, value) in enumerate(zip(parameter.shape, fact.shape, strict=True)):
            if not isinstance(extent, Param) or value is None:
                continue
            place = f"{parameter.name}.shape[{axis}]"
            first, first_place = seen.setdefault(extent.name, (value, place))
            if first != value:
                yield Problem(
                    "launch-dims",
                    f"`{extent.name}` is {first} in `{first_place}` and {value} in `{place}`; a dimension has one value "
                    "in a launch: pass tensors that agree, or give the parameter another dimension",
                    parameter.name,
                )


def dims_told(parameters: Sequence[Parameter], facts: Sequence[Fact]) -> dict[str, int]:
    """The values of dimensions, as far as the shapes of the arguments tell; all of them fit."""
    found: dict[str, int] = {}
    for parameter, fact in zip(parameters, facts, strict=True):
        if isinstance(parameter, TensorParameter) and isinstance(fact, TensorFact) and fact.shape:
            for extent, size in zip(parameter.shape, fact.shape, strict=True):
                if isinstance(extent, Param) and size is not None:
                    found[extent.name] = size
    return found


def _fits_scalar(parameter: ScalarParameter, fact: Fact) -> Iterator[Problem]:
    wanted = parameter.dtype
    match fact:
        case ScalarFact(type_name=name) if name == "float" and not wanted.is_float:
            found, advice = "a float", f"pass {_a(wanted)} or declare the parameter `f32`"
        case TensorFact() | OtherFact():
            found = "a tensor" if isinstance(fact, TensorFact) else f"of type `{fact.type_name}`"
            advice = "pass a number"
        case ScalarFact(number=int() as number) if wanted.is_integer:
            lowest, highest = integer_range(wanted)
            if not lowest <= number <= highest:
                yield scalar_range(parameter.name, number, wanted)
            return
        case _:
            return
    yield Problem(
        "launch-dtype",
        f"`{parameter.name}` is {found}; the kernel declares `{wanted}`: {advice}",
        parameter.name,
    )


def _fits_tensor(parameter: TensorParameter, fact: Fact) -> Iterator[Problem]:
    wanted, rank = parameter.array.dtype, len(parameter.shape)
    if isinstance(fact, (ScalarFact, OtherFact)):
        yield Problem(
            "launch-dtype",
            f"`{parameter.name}` is of type `{fact.type_name}`; the kernel declares a tensor of `{wanted}` with "
            f"{_axes(rank)}: pass a NumPy array or a tensor with DLPack or `__cuda_array_interface__`",
            parameter.name,
        )
    if not isinstance(fact, TensorFact):
        return
    found = fact.dtype.name if fact.dtype else fact.dtype_name
    if found is not None and fact.dtype != wanted:
        yield Problem(
            "launch-dtype",
            f"`{parameter.name}` has dtype {found}; the kernel declares `{wanted}`: convert it before the launch, "
            "or change the declaration",
            parameter.name,
        )
    if fact.shape is None:
        return
    if len(fact.shape) != rank:
        yield Problem(
            "launch-rank",
            f"`{parameter.name}` has {_axes(len(fact.shape))}; the kernel declares {_axes(rank)}: reshape it, "
            "or change the declaration",
            parameter.name,
        )
        return
    for axis, (extent, value) in enumerate(zip(parameter.shape, fact.shape, strict=True)):
        if isinstance(extent, Const) and value is not None and value != extent.value:
            yield Problem(
                "launch-dims",
                f"`{parameter.name}.shape[{axis}]` is {value}; the kernel declares {extent.value}: pass a tensor of "
                "that shape, or declare a dimension",
                parameter.name,
            )


def _a(dtype: DType) -> str:
    return "a bool" if dtype.kind == "bool" else "an integer"


def _axes(rank: int) -> str:
    return f"{rank} {'axis' if rank == 1 else 'axes'}"


def _listed(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return (
        quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}" if quoted else "none"
    )
