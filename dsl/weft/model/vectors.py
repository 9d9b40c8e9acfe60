"""Make one wide access of neighbouring ones, where the memory is aligned for it.

Neighbouring elements come as assignments or stores in a row: from `x.vector(4)`, from `widen`, or as somebody wrote
them. Their guards may differ in form only: of a dimension that 4 divides, `4 * i + 3 < N` says what `4 * i < N` says.
"""

from collections.abc import Iterator, Sequence

from weft.model import fold
from weft.model.ir import (
    TRUE,
    Array,
    Assign,
    Barrier,
    Const,
    Do,
    Domain,
    Expr,
    For,
    If,
    Kernel,
    Load,
    Op,
    Place,
    Stmt,
    Store,
    Var,
    While,
    leaves,
)
from weft.model.multiples import Multiples, definitions
from weft.model.prove import Known, difference
from weft.records import record, replace

# How many elements of 2 bytes a row of a matrix that `ldmatrix` loads has; it is aligned to its size.
MATRIX_ROW = 8
# How many groups of asynchronous copies `wait_async` can be told of.
MOST_GROUPS = 32
# The widest load or store of one thread. Source: PTX ISA, "ld" and "st": `.v4.b32`.
WIDEST_BYTES = 16


def settled(
    kernel: Kernel, aligned: frozenset[str], divisible: frozenset[str], *, has_warpgroups: bool = False
) -> Kernel:
    """The kernel with wide accesses to tensors that are `aligned`, and to shared memory if any is.

    Where none is, as on the CPU, also asynchronous copies and loads of matrices become plain ones.
    """
    known = definitions(kernel.body)
    multiples = Multiples(divisible, known)
    # One that has no instruction leaves none to the others, so that fences are needed by all or by none.
    products = [one for one in kernel.statements if isinstance(one, Do) and one.name == "warpgroup_mma"]
    is_native = has_warpgroups and bool(products) and all(_is_swizzled(one, multiples) for one in products)
    vectors = _Vectors(aligned, multiples, Known(known), is_native)
    return replace(kernel, body=vectors.body(kernel.body))


def products_of_warps(do: Do) -> Iterator[Do]:
    """A warpgroup's product as each warp's own: loads of matrices, and products of 16 x 8 x 16, of which the sums go on."""
    dtype, _, depth, _, side, *_ = do.static
    array, columns, steps = do.places[1].array, len(do.targets) // 4, int(depth) // 16
    loaded: list[tuple[Var, ...]] = []
    for number, first in enumerate(range(2, len(do.places), 9)):
        held = tuple(Var(f"{array.name}.{do.span.start}.{number}.{at}", array.dtype) for at in range(8))
        order = "columns" if number >= steps and side == "n" else "rows"
        yield Do("load_matrix", held, (), do.places[first : first + 9], (order,), do.guard, do.span)
        loaded.append(held)
    for column in range(columns):
        total: tuple[Expr, ...] = do.args[column * 4 : column * 4 + 4]
        targets = do.targets[column * 4 : column * 4 + 4]
        for step in range(steps):
            right = loaded[steps + step * (columns // 2) + column // 2]
            factors = (*loaded[step], *right[column % 2 * 4 : column % 2 * 4 + 4])
            yield Do("mma", targets, (*factors, *total), (), (dtype,), None, do.span)
            total = targets


def _is_swizzled(do: Do, multiples: Multiples) -> bool:
    """Whether both factors of a warpgroup's product start where a period of their swizzle does."""
    left_bits, right_bits = do.static[3], do.static[5]
    return do.guard is None and all(
        isinstance(bits, int) and bits > 0 and multiples.of(place.offset) % (64 << bits) == 0
        for bits, place in zip((left_bits, right_bits), do.places[:2], strict=True)
    )


@record
class _Vectors:
    aligned: frozenset[str]
    multiples: Multiples
    known: Known
    is_native: bool = False

    def body(self, statements: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        plain = tuple(part for statement in statements for part in self._plain(statement))
        made: list[Stmt] = []
        at = 0
        while at < len(plain):
            wide, taken = self._wide(plain, at)
            made.append(wide)
            at += taken
        return tuple(made)

    def _plain(self, statement: Stmt) -> Iterator[Stmt]:
        """Asynchronous copies and loads of matrices as they are done: by their own instructions or by plain accesses."""
        match statement:
            case Do(name="copy_async"):
                yield from self._copy(statement)
            case Do(name="load_matrix"):
                yield from self._matrix(statement)
            case Do(name="warpgroup_mma"):
                yield from self._product(statement)
            case Barrier() if self.is_native:
                yield Do("fence_async", (), (), (), (), None, statement.span)
                yield statement
            case Do(name="commit_async" | "wait_async") if not self.aligned:
                return
            case _:
                yield statement

    def _copy(self, do: Do) -> Iterator[Stmt]:
        width = len(do.args)
        guards = {self._whole(guard, width) for guard in do.args}
        if len(guards) == 1 and all(self._is_one_vector(do.places[of::2]) for of in (0, 1)):
            yield replace(do, args=(guards.pop(),), places=do.places[:2])
            return
        span, dtype = do.span, do.places[0].array.dtype
        held = [Var(f"{do.places[0].array.name}.{span.start}.{lane}", dtype) for lane in range(width)]
        for variable, source, inside in zip(held, do.places[1::2], do.args, strict=True):
            own = None if inside == TRUE else inside
            yield Assign(variable, Load(source.array, source.offset, fold.both(do.guard, own), span), span)
        for variable, target in zip(held, do.places[::2], strict=True):
            yield Store(target.array, target.offset, variable, do.guard, span)

    def _matrix(self, do: Do) -> Iterator[Stmt]:
        row, *elements = do.places
        is_shared = row.array.space == "shared" and bool(self.aligned)
        if is_shared and self.multiples.of(row.offset) % MATRIX_ROW == 0:
            yield replace(do, places=(row,))
            return
        for target, element in zip(do.targets, elements, strict=True):
            yield Assign(target, Load(element.array, element.offset, do.guard, do.span), do.span)

    def _product(self, do: Do) -> Iterator[Stmt]:
        """A warpgroup's product: by its own instruction, or as products of warps."""
        if self.is_native:
            yield replace(do, places=do.places[:2])
            return
        for part in products_of_warps(do):
            yield from self._plain(part)

    def _wide(self, statements: tuple[Stmt, ...], at: int) -> tuple[Stmt, int]:
        """The next statement, and how many it stands for."""
        first = statements[at]
        run = _run(statements, at) if self.aligned else []
        for width in _widths(run):
            guards = [_guard_of(access) for access in run[:width]]
            common = self._common(guards, width)
            places = [_place_of(access) for access in run[:width]]
            if self._is_one_vector(places) and common is not None:
                return _joined(run[:width], None if common == () else common[0]), width
        return self._inside(first), 1

    def _inside(self, statement: Stmt) -> Stmt:
        match statement:
            case If(then=then, otherwise=otherwise):
                return replace(statement, then=self.body(then), otherwise=self.body(otherwise))
            case For(body=body) | While(body=body) | Domain(body=body):
                return replace(statement, body=self.body(body))
            case _:
                return statement

    def _is_one_vector(self, places: Sequence[Place]) -> bool:
        """Whether they are neighbours in memory that is aligned for one access, and there is one for them."""
        array, first = places[0].array, places[0].offset
        if (
            not self.aligned
            or array.space in ("local", "cluster")
            or (array.space == "global" and array.name not in self.aligned)
        ):
            return False
        if self.multiples.of(first) % len(places):
            return False
        return all(
            difference((place.offset, self.known), (first, self.known)) == lane
            for lane, place in enumerate(places)
        )

    def _common(self, guards: Sequence[Expr | None], width: int) -> tuple[Expr, ...] | None:
        """The guard of all, () if they have none; None if they are not the same."""
        whole = {guard and self._whole(guard, width) for guard in guards}
        if len(whole) > 1:
            return None
        only = whole.pop()
        return () if only is None else (only,)

    def _whole(self, guard: Expr, width: int) -> Expr:
        """The guard of an element as one of its whole vector, if it is the same for all elements of it."""
        match guard:
            case Op(name="and", args=(a, b)):
                return fold.both(self._whole(a, width), self._whole(b, width)) or guard
            case Op(name="lt" | "ge" as name, args=(index, bound)):
                base, lane = _split(index, width)
                is_whole = self.multiples.of(base) % width == 0 and self.multiples.of(bound) % width == 0
                if is_whole and 0 <= lane < width:
                    return fold.operation(name, base, bound, dtype=guard.dtype)
                return guard
            case _:
                return guard


def _run(statements: tuple[Stmt, ...], at: int) -> list[Assign | Store]:
    """Accesses in a row to one array, none of which needs what another one did."""
    first = statements[at]
    run: list[Assign | Store] = []
    for statement in statements[at:]:
        match statement:
            case Assign(value=Load()) | Store() if type(statement) is type(first):
                if run and _place_of(statement).array != _place_of(run[0]).array:
                    break
                run.append(statement)
            case _:
                break
        if len(run) * _array_of(run[0]).dtype.itemsize_bytes >= WIDEST_BYTES:
            break
    return run if _are_independent(run) else run[:1]


def _are_independent(run: Sequence[Assign | Store]) -> bool:
    if any(isinstance(statement, Store) and leaves(statement.value).loads for statement in run):
        return False
    targets = {statement.target.name for statement in run if isinstance(statement, Assign)}
    places = [leaves(_place_of(statement).offset) for statement in run]
    guards = [leaves(guard) for guard in map(_guard_of, run) if guard is not None]
    is_apart = not any(targets & part.variables for part in (*places, *guards))
    are_pure = not any(part.loads for part in places)
    return are_pure and is_apart and (not targets or len(targets) == len(run))


def _widths(run: Sequence[Stmt]) -> list[int]:
    return [width for width in (16, 8, 4, 2) if width <= len(run)]


def _array_of(statement: Assign | Store) -> Array:
    return _place_of(statement).array


def _place_of(statement: Stmt) -> Place:
    match statement:
        case Assign(value=Load(array=array, offset=offset)) | Store(array=array, offset=offset):
            return Place(array, offset)
        case _:
            raise AssertionError("a run has loads and stores only")


def _guard_of(statement: Stmt) -> Expr | None:
    access = statement.value if isinstance(statement, Assign) else statement
    return access.guard if isinstance(access, (Load, Store)) else None


def _joined(run: Sequence[Stmt], guard: Expr | None) -> Do:
    targets = tuple(statement.target for statement in run if isinstance(statement, Assign))
    values = tuple(statement.value for statement in run if isinstance(statement, Store))
    name = "load_vector" if targets else "store_vector"
    return Do(name, targets, values, (_place_of(run[0]),), (len(run),), guard, run[0].span)


def _split(index: Expr, width: int) -> tuple[Expr, int]:
    """`index` as something and a constant below `width` that is added to it."""
    match index:
        case Const(value=int(value)):
            return fold.const(value // width * width), value % width
        case Op(name="add", args=(base, Const(value=int(value)))):
            return fold.add(base, fold.const(value // width * width)), value % width
        case _:
            return index, 0
