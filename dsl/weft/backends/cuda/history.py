"""Which kernels were launched last. A GPU reports a fault later, at some other call, and does not say whose it was."""

from collections import OrderedDict

from weft.backends.native import launch
from weft.backends.native.names import words_for
from weft.backends.native.runtime import words
from weft.backends.native.table import all_tables
from weft.model.ir import Kernel
from weft.records import record

_MOST = 256
_SHOWN = 4


@record
class Launched:
    """number: counts all launches. words: `` `saxpy` (kernels.py:12) ``."""

    number: int
    words: str


# By the kernel's words and the stream. Bounded; only words, so that no kernel is kept alive.
_NOTED: "OrderedDict[tuple[str, int], int]" = OrderedDict()


def note(kernel: Kernel, stream: int) -> None:
    """A launch that Python does. Machine code notes its own in their plans."""
    words()[launch.LAUNCHES] += 1
    key = (words_for(kernel), stream)
    _NOTED.pop(key, None)
    _NOTED[key] = words()[launch.LAUNCHES]
    while len(_NOTED) > _MOST:
        _NOTED.popitem(last=False)


def recent(stream: int) -> list[Launched]:
    """What was launched last on a stream, the last first, each kernel once."""
    last = {name: number for (name, on), number in _NOTED.items() if on == stream}
    for table in all_tables():
        for name, number in table.launched(stream):
            last[name] = max(number, last.get(name, 0))
    found = [Launched(number, name) for name, number in last.items()]
    return sorted(found, key=lambda one: -one.number)[:_SHOWN]
