"""Facts computed with NVIDIA's pycute, compared as functions: the value at every index."""

import json
import math
from pathlib import Path

import pytest
import weft.layout
from layout_cases import attempt, table
from weft.layout import Layout, LayoutError, cosize, flatten, size

HERE = Path(__file__).parent
SAMPLE = HERE / "oracle_sample.jsonl"
FULL = HERE.parents[1].parent / "shared" / "oracle" / "layouts.jsonl"


def nested(value):
    return tuple(map(nested, value)) if isinstance(value, list) else value


def layout_of(fact):
    return Layout(nested(fact["shape"]), nested(fact["stride"]))


def layouts_of(fact):
    return [layout_of(fact[name]) for name in ("a", "b") if name in fact]


def result_of(fact):
    extra = [fact["max_index"]] if "max_index" in fact else []
    return getattr(weft.layout, fact["op"])(*layouts_of(fact), *extra)


def is_lawful(fact):
    """pycute rounds where CuTe's C++ refuses: some of its results have the wrong size, or undo nothing."""
    first, *others = layouts_of(fact)
    result_size = math.prod(flatten(nested(fact["result"]["shape"])))
    if fact["op"] == "left_inverse":
        return undoes(layout_of(fact["result"]), first)
    if fact["op"] == "composition":
        return result_size == size(others[0])
    if fact["op"].endswith("_product"):
        return result_size == size(first) * size(others[0])
    return result_size > 0


def undoes(inverse, layout):
    return all(inverse(layout(i)) == i for i in range(size(layout)))


def check(fact):
    if fact["op"] == "eval":
        layout = layout_of(fact["a"])
        assert (table(layout), size(layout), cosize(layout)) == (fact["table"], fact["size"], fact["cosize"])
    elif is_lawful(fact):
        expected = layout_of(fact["result"])
        assert table(result_of(fact)) == (fact["table"] or table(expected))
        assert fact["op"] != "coalesce" or result_of(fact) == expected
    elif fact["op"] == "left_inverse" and (result := attempt(result_of, fact)):
        assert undoes(result, layout_of(fact["a"]))
    else:
        with pytest.raises(LayoutError):
            result_of(fact)


def facts(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def name_of(fact):
    return " ".join([fact["op"], *map(str, layouts_of(fact)), str(fact.get("max_index", ""))])


@pytest.mark.parametrize("fact", facts(SAMPLE), ids=name_of)
def test_sample(fact):
    check(fact)


@pytest.mark.parametrize("fact", facts(FULL) if FULL.exists() else [], ids=name_of)
def test_full(fact):
    check(fact)


def test_few_facts_break_their_law():
    unlawful = [fact for fact in facts(SAMPLE) if fact["op"] != "eval" and not is_lawful(fact)]
    assert len(unlawful) == 11
