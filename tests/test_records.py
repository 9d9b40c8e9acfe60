"""Records behave as frozen dataclasses with slots do."""

import dataclasses
import pickle
from functools import cached_property

import pytest
from weft.records import field, record, replace


@record
class Point:
    x: int
    y: int = 2
    seen: list[int] = field(default_factory=list[int])
    note: str = field(default="", compare=False, repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Standard:
    x: int
    y: int = 2
    seen: list[int] = dataclasses.field(default_factory=list[int])
    note: str = dataclasses.field(default="", compare=False, repr=False)


@record(order=True)
class Pair:
    first: int
    second: int


@record(eq=False)
class Named:
    name: str


@record
class Doubled:
    value: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", 2 * self.value)


@record(frozen=False)
class State:
    count: int = 0


@record
class Sum:
    total: int

    def __init__(self, items: list[int]) -> None:
        object.__setattr__(self, "total", sum(items))


@record(slots=False)
class Cached:
    name: str

    @cached_property
    def shout(self) -> str:
        return f"{self.name.upper()}!"


def test_fields_are_given_by_place_by_name_or_by_default():
    point = Point(1, note="n")
    assert (point.x, point.y, point.seen, point.note) == (1, 2, [], "n")
    assert point.seen is not Point(1).seen
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        Point()  # pyright: ignore[reportCallIssue]


def test_a_value_is_shown_as_by_the_standard_library():
    assert repr(Point(1)) == repr(Standard(1)).replace("Standard", "Point")


def test_values_are_equal_where_the_compared_fields_are():
    assert Point(1, note="a") == Point(1, note="b")
    assert Point(1) != Point(2)
    assert Point(1) != Standard(1)
    assert hash(Pair(1, 2)) == hash(Pair(1, 2)) == hash((1, 2))
    assert Named("a") != Named("a")


def test_values_with_an_order_are_compared_field_by_field():
    assert sorted([Pair(2, 1), Pair(1, 3), Pair(1, 2)]) == [Pair(1, 2), Pair(1, 3), Pair(2, 1)]
    assert Pair(1, 2) <= Pair(1, 2) < Pair(1, 3)
    with pytest.raises(TypeError):
        assert Point(1) < Point(2)  # pyright: ignore[reportOperatorIssue]


def test_a_value_cannot_be_changed():
    point = Point(1)
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'x'"):
        point.x = 2  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'x'"):
        del point.x
    assert not hasattr(point, "__dict__")


def test_the_standard_librarys_functions_know_the_fields():
    assert dataclasses.replace(Point(1, 5), y=3) == Point(1, 3)
    assert [one.name for one in dataclasses.fields(Point(1))] == ["x", "y", "seen", "note"]
    assert dataclasses.asdict(Pair(1, 2)) == {"first": 1, "second": 2}


def test_fields_are_replaced():
    assert replace(Point(1, 5, note="n"), y=3) == Point(1, 3, note="n")
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        replace(Point(1), z=3)


def test_a_record_may_be_changed_if_it_is_said_so():
    state = State(1)
    state.count = 2
    assert state == State(2)
    with pytest.raises(TypeError, match="unhashable"):
        hash(state)


def test_a_record_without_slots_keeps_what_it_computed():
    found = Cached("a")
    assert found.shout == found.shout == "A!"
    assert "shout" in vars(found)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.name = "b"  # pyright: ignore[reportAttributeAccessIssue]
    assert pickle.loads(pickle.dumps(found)) == found


def test_a_class_may_have_its_own_way_to_be_made():
    assert (Sum([1, 2]).total, Sum([3])) == (3, Sum([1, 2]))


def test_what_is_computed_after_the_fields_are_set_stays():
    assert Doubled(2).value == 4


def test_a_value_can_be_pickled():
    assert pickle.loads(pickle.dumps(Point(1, seen=[3], note="n"))) == Point(1, seen=[3])


def test_fields_are_matched_by_place():
    match Pair(1, 2):
        case Pair(first, 2):
            assert first == 1
        case _:
            raise AssertionError


def test_a_class_of_many_values_is_compiled_and_makes_the_same_ones():
    @record
    class Often:
        value: int
        seen: list[int] = field(default_factory=list[int])
        note: str = "none"

    before = Often.__init__
    made = [Often(number, note="n") if number % 2 else Often(value=number) for number in range(40)]
    assert Often.__init__ is not before
    assert [one.value for one in made] == list(range(40))
    assert {one.note for one in made[::2]} == {"none"} and {one.note for one in made[1::2]} == {"n"}
    assert made[0] == Often(0) and made[0].seen is not made[2].seen is not made[38].seen


@pytest.mark.parametrize("many", [0, 40])
def test_what_does_not_fit_is_refused_as_python_does(many: int):
    @record
    class Whole:
        value: int
        note: str = "none"

    for number in range(many):
        Whole(number)
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'value'"):
        Whole()  # pyright: ignore
    with pytest.raises(TypeError, match="unexpected keyword argument 'other'"):
        Whole(1, other=2)  # pyright: ignore
    with pytest.raises(TypeError, match="multiple values for argument 'value'"):
        Whole(1, value=2)  # pyright: ignore
