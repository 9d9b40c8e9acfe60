"""Where a tensor's elements lie, and whether two tensors have a byte in common."""

from collections.abc import Sequence
from math import gcd

from weft.host import HostTensor

# A pair of views that needs more steps than this is taken to be apart: a false alarm would refuse a correct launch.
_MOST_STEPS = 20_000


def reach_bytes(tensor: HostTensor) -> tuple[int, int]:
    """From where to where the elements lie, counted from the first; (0, 0) for a tensor without elements."""
    if tensor.dtype is None or 0 in tensor.shape:
        return 0, 0
    steps = [(extent - 1) * stride for extent, stride in zip(tensor.shape, tensor.strides, strict=True)]
    low, high = sum(step for step in steps if step < 0), sum(step for step in steps if step > 0)
    itemsize_bytes = tensor.dtype.itemsize_bytes
    return low * itemsize_bytes, (high + 1) * itemsize_bytes


def is_same_view(one: HostTensor, other: HostTensor) -> bool:
    return one.address == other.address and one[1:] == other[1:]


def share_memory(one: HostTensor, other: HostTensor) -> bool:
    """Whether some byte belongs to both."""
    if one.device[0] != other.device[0] or one.dtype is None or other.dtype is None:
        return False
    (low, high), (other_low, other_high) = reach_bytes(one), reach_bytes(other)
    start, other_start = one.address + low, other.address + other_low
    if low == high or other_low == other_high:
        return False
    if one.address + high <= other_start or other.address + other_high <= start:
        return False
    # A byte of one, counted from its lowest, and one of the other counted down from the highest, add up to a number.
    terms = [*_terms(one), *_terms(other)]
    return _is_sum(other.address + other_high - 1 - start, terms)


def _terms(tensor: HostTensor) -> list[tuple[int, int]]:
    """A byte of the tensor is a sum of multiples: a step in bytes and how often it may be taken."""
    assert tensor.dtype is not None
    itemsize_bytes = tensor.dtype.itemsize_bytes
    pairs = zip(tensor.shape, tensor.strides, strict=True)
    steps = [(abs(stride) * itemsize_bytes, extent - 1) for extent, stride in pairs if stride and extent > 1]
    return [*steps, (1, itemsize_bytes - 1)]


def _is_sum(total: int, terms: Sequence[tuple[int, int]]) -> bool:
    """Whether `total` is a sum of multiples, each of a step up to so often."""
    most: dict[int, int] = {}
    for step, times in terms:
        most[step] = most.get(step, 0) + times
    steps = sorted(most, reverse=True)
    rest_most = [sum(step * most[step] for step in steps[at:]) for at in range(len(steps) + 1)]
    rest_gcd = [gcd(*steps[at:]) for at in range(len(steps) + 1)]
    open_sums, tried = [(0, total)], 0
    while open_sums and tried < _MOST_STEPS:
        at, rest = open_sums.pop()
        tried += 1
        if rest == 0:
            return True
        if at == len(steps) or rest < 0 or rest > rest_most[at] or rest % rest_gcd[at]:
            continue
        step = steps[at]
        fewest = max(0, -(-(rest - rest_most[at + 1]) // step))
        times = range(fewest, min(most[step], rest // step) + 1)
        open_sums += [(at + 1, rest - step * count) for count in times[:_MOST_STEPS]]
    return False
