"""What generated code finds in its namespace on a GPU."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Literal

from llvmlite import ir

from weft.backends.cuda import (
    arithmetic,
    atomic,
    cluster,
    conversions,
    copy,
    debug,
    half,
    memory,
    mma,
    vectors,
    warp,
)
from weft.backends.expressions import Target
from weft.backends.llvm.definitions import ArrayDefinition, Builder, Definition, Value, call
from weft.backends.llvm.flat import Meaning
from weft.backends.lowering import prelude_names
from weft.backends.names import RESERVED_PREFIX
from weft.backends.python import DYNAMIC_SHARED
from weft.backends.speech import Speech
from weft.model.dtypes import I32, I64
from weft.model.ir import SPEAKING, SPECIALS
from weft.records import record

# Source: NVVM IR specification, "Special registers".
_REGISTERS = {"thread_idx": "tid", "block_idx": "ctaid", "block_dim": "ntid", "grid_dim": "nctaid"}
_CONSTANTS: Mapping[str, float] = {"inf": math.inf, "nan": math.nan}


@record
class Settings:
    """What the prelude itself depends on. capability: of the GPU, `(9, 0)`. is_own: whether code is for it and no later one."""

    index_bits: Literal[32, 64]
    capability: tuple[int, int]
    is_own: bool = False


def target() -> Target:
    """What the emitter may rely on."""
    specials = {name: f"{name.replace('.', '_')}()" for name in SPECIALS}
    reserved = prelude_names() | half.NATIVE | {text.removesuffix("()") for text in specials.values()}
    return Target(specials, 32, frozenset(reserved), native=half.NATIVE)


def namespace(
    used: frozenset[str], settings: Settings, speeches: Sequence[Speech] = ()
) -> dict[str, Meaning]:
    """What the names that generated code uses stand for. speeches: what it says."""
    return {name: _named(name, settings, speeches) for name in used if name != "range"}


def _named(name: str, settings: Settings, speeches: Sequence[Speech]) -> Meaning:
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    effect, *numbers = name.removeprefix(RESERVED_PREFIX).split("_")
    if name == DYNAMIC_SHARED:
        return ArrayDefinition(partial(memory.dynamic_shared, settings.is_own))
    if name.startswith(RESERVED_PREFIX) and effect in SPEAKING:
        return debug.speech(int(numbers[0]), int(numbers[1]), speeches)
    return _function(name, settings)


@lru_cache(maxsize=4)
def definitions(settings: Settings) -> Mapping[str, Definition | ArrayDefinition]:
    index = I32 if settings.index_bits == 32 else I64
    return {
        **dict(memory.definitions(index, has_tiles=settings.is_own)),
        **dict(half.definitions(settings.capability)),
        **dict(arithmetic.definitions()),
        **dict(conversions.definitions()),
        **dict(_thread()),
    }


def _function(name: str, settings: Settings) -> Meaning:
    found = definitions(settings).get(name) or warp.definition(name, settings.capability)
    if found is None:
        found = mma.warpgroup_definition(name, I32 if settings.index_bits == 32 else I64)
    return found if found is not None else effects(settings)[name]


@lru_cache(maxsize=4)
def effects(settings: Settings) -> Mapping[str, Definition]:
    """The functions of effects, by the names that `effect_function` gives them."""
    index = I32 if settings.index_bits == 32 else I64
    return {
        **dict(vectors.definitions(index)),
        **dict(atomic.definitions(index, settings.capability)),
        **dict(debug.definitions()),
        **dict(cluster.definitions(index)),
        **dict(copy.definitions(index)),
        **dict(mma.definitions(index)),
    }


def _thread() -> Iterator[tuple[str, Definition]]:
    yield "barrier", Definition(None, (), _barrier)
    for name in SPECIALS:
        thing, _, axis = name.partition(".")
        if axis:
            register = partial(warp.register, f"{_REGISTERS[thing]}.{axis}")
            yield name.replace(".", "_"), Definition(I32, (), register)
    yield from cluster.threads()
    yield "lane_id", Definition(I32, (), warp.lane_id)
    yield "warp_id", Definition(I32, (), warp.warp_id)


def _barrier(builder: Builder) -> Value:
    return call(builder, "llvm.nvvm.barrier0", ir.VoidType())
