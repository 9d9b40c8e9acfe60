"""The codes of all findings, each with what it says. What configuration, suppressions and `weft rule` know comes from here."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

_NEAR_ENOUGH = 0.6

CODES: Mapping[str, str] = MappingProxyType(
    {
        "atomic-dtype": "An atomic operation on elements of a type that it does not take.",
        "atomic-space": "An atomic operation on memory of one thread.",
        "bank-conflict": "Threads of a warp that wait for each other at one bank of shared memory.",
        "barrier-in-divergent-branch": "A barrier that not every thread of a block reaches.",
        "broadcast": "A view repeated to a shape that it does not fit.",
        "call-arguments": "A call whose arguments do not fit what is called.",
        "cuda-driver": "The data is on a GPU, and the NVIDIA driver is missing or refuses.",
        "cuda-error": "The GPU reports a fault, or the NVIDIA driver refuses a call.",
        "cuda-memory": "The GPU has not enough free memory.",
        "cuda-package": "The data is on a GPU, and a Python package for it is not installed.",
        "distribute": "A view shared by threads whose numbers do not divide it.",
        "division-by-zero": "A division by a number known to be 0.",
        "domain-place": "A kernel's domain named twice, or not at the top level of the kernel.",
        "domain-rank": "A domain with more axes than it can have, or with another number of tile sizes.",
        "element-dtype": "An element that is given something other than one number.",
        "index-dtype": "An index, size or bound that is no integer.",
        "internal-arguments": "Arguments that cannot be read though no check says why: a fault of Weft.",
        "kernel-in-kernel": "A kernel that is called from a kernel.",
        "launch-alignment": "A tensor whose address is no multiple of its element's size.",
        "launch-arguments": "A launch with too many, too few or unknown arguments.",
        "launch-block": "A block that is not positive, or longer along an axis than a GPU takes.",
        "launch-block-fixed": "A launch with another block than the one that the kernel fixes.",
        "launch-device": "A launch with arguments on different devices, or where no GPU reaches them.",
        "launch-dims": "A launch whose tensors disagree on a dimension.",
        "launch-dtype": "An argument of another dtype than the parameter's.",
        "launch-extent": "A domain whose extent divides by zero for the arguments of a launch.",
        "launch-geometry": "A grid or a block of a wrong form.",
        "launch-geometry-missing": "A kernel that needs a grid and a block, launched without.",
        "launch-grid": "A grid that is not positive, or longer along an axis than a GPU takes.",
        "launch-memory": "A tensor with elements whose memory is gone.",
        "launch-overlap": "A tensor that is written, and shares memory with another view of it.",
        "launch-range": "A number that the parameter's dtype does not hold.",
        "launch-rank": "An argument with another number of axes than the parameter's.",
        "launch-read-only": "A read-only array for a tensor that the kernel writes.",
        "launch-registers": "A block with more threads than the kernel's registers allow.",
        "launch-stream": "A stream that is none, or one for data in host memory.",
        "launch-strides": "An array whose strides are no whole elements.",
        "launch-threads": "A block of more threads than a GPU takes.",
        "layout": "A layout that cannot be.",
        "mutable-global": "A global of a kernel that may change after the kernel is compiled.",
        "no-source": "A kernel whose source cannot be read.",
        "not-callable": "A call of what cannot be called in a kernel.",
        "not-indexable": "An index into what has no elements.",
        "operand-dtype": "An operator between types that it does not take.",
        "out-of-bounds": "An index that is known to lie outside.",
        "overlapping-writes": "Several threads write different values to one element of a tensor.",
        "parameter-type": "A parameter without a type that a kernel can have.",
        "possibly-unbound": "A name that has no value on some path.",
        "race": "Two threads touch one element, one of them writes, and no barrier stands between.",
        "race-across-iterations": "A loop uses shared memory again before all threads are done with it.",
        "recursion": "A device function that calls itself.",
        "reshape": "A view of a shape that no strides can give.",
        "return-value": "A `return` that a kernel or a device function cannot have.",
        "shared-memory": "More shared memory than a block can have.",
        "static-required": "A value that must be known when the kernel is compiled, and is not.",
        "syntax-error": "A text that is not Python.",
        "too-large": "A kernel that grows too large as its calls and loops are written out.",
        "uncoalesced-access": "Threads of a warp that touch a tensor far apart.",
        "uninitialised-read": "A read of shared or local memory that nothing has written.",
        "unknown-attribute": "An attribute that is not there.",
        "unknown-name": "A name that is not defined.",
        "unknown-value": "A value that is not known when the kernel is compiled.",
        "unpack": "Another number of values than of names.",
        "unstable-name": "A name that is of one type on one path and of another on the other.",
        "unsupported": "Python that a kernel cannot hold.",
        "unused-ignore": "A `weft: ignore` that suppresses nothing.",
        "unused-parameter": "A parameter that a kernel never uses.",
        "vector-view": "A view in vectors where none can be, or one that is changed afterwards.",
        "write-broadcast": "A write to a view in which several elements are one in memory.",
        "wrong-rank": "Another number of indices than of axes.",
    }
)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """What was probably meant by `word`, if anything."""
    return next(iter(get_close_matches(word, known, 1, _NEAR_ENOUGH)), None)
