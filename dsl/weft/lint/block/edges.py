"""Whether the last block of a launch may use its own memory otherwise than an inner one: what the runs of both are for.

Where no test, no guard and no place of an access to shared or local memory depends on sizes or on the block, both blocks do the
same to it. Loops may go round another number of times, as long as that number only grows with a size.
"""

from weft.model.ir import (
    Assign,
    Const,
    Do,
    Domain,
    Expr,
    For,
    If,
    Kernel,
    Op,
    Param,
    Stmt,
    Store,
    While,
    assigned,
    expressions,
    is_collective,
    leaves,
    walk,
)


def has_edge(kernel: Kernel) -> bool:
    """Whether a run of the last block may show what one of an inner block does not."""
    sized = _sized(kernel)
    return any(_differs(one, sized) for one in kernel.statements)


def _sized(kernel: Kernel) -> frozenset[str]:
    """The variables that depend on sizes, or on which block it is."""
    found: set[str] = set()
    before = -1
    while len(found) != before:
        before = len(found)
        for one in kernel.statements:
            match one:
                case Domain(indices=indices, extents=extents, block=block):
                    sides = block or (0,) * len(extents)
                    axes = zip(indices, extents, sides, strict=True)
                    found.update(
                        index.name for index, extent, side in axes if not _is_one_block(extent, side)
                    )
                case For(variable=variable, start=start, step=step):
                    if _is_sized(start, found) or _is_sized(step, found):
                        found.add(variable.name)
                case Assign(target=target, value=value):
                    if target.name not in found and _is_sized(value, found):
                        found.add(target.name)
                case Do():
                    if any(_is_sized(part, found) for part in expressions(one)):
                        found.update(variable.name for variable in assigned(one))
                case If(condition=condition) | While(condition=condition):
                    if _is_sized(condition, found):
                        inside = walk((one,))
                        found.update(variable.name for part in inside for variable in assigned(part))
                case _:
                    pass
    return frozenset(found)


def _is_one_block(extent: Expr, side: int) -> bool:
    """Whether an axis of the domain is one block long, so that the block is always the first along it."""
    return isinstance(extent, Const) and extent.value == side


def _is_sized(expr: Expr, sized: set[str] | frozenset[str]) -> bool:
    inside = leaves(expr)
    return bool(inside.params) or inside.is_of_block or not inside.variables.isdisjoint(sized)


def _differs(one: Stmt, sized: frozenset[str]) -> bool:
    match one:
        case Domain(everyone=everyone):
            return not everyone
        case If():
            parts = [*one.then, *one.otherwise]
            return _is_sized(one.condition, sized) and any(map(_touches_own, walk(tuple(parts))))
        case While():
            return any(map(_touches_own, walk(one.body)))
        case For(body=body):
            is_same = not _is_sized(one.start, sized) and not _is_sized(one.step, sized)
            is_alike = is_same and (not _is_sized(one.stop, sized) or _grows(one.stop))
            return not is_alike and any(map(_touches_own, walk(body)))
        case _:
            own = [
                load
                for expr in expressions(one)
                for load in leaves(expr).loads
                if load.array.space != "global"
            ]
            parts = [part for load in own for part in (load.offset, load.guard) if part is not None]
            if isinstance(one, Store) and one.array.space != "global":
                parts += [one.offset] if one.guard is None else [one.offset, one.guard]
            if isinstance(one, Do):
                places = [place.offset for place in one.places if place.array.space != "global"]
                parts += [*places, one.guard] if places and one.guard is not None else places
            return any(_is_sized(part, sized) for part in parts)


def _grows(expr: Expr) -> bool:
    """Whether it is large where sizes are."""
    match expr:
        case Const() | Param():
            return True
        case Op(name="add" | "mul", args=args):
            return all(map(_grows, args))
        case Op(name="floordiv" | "sub", args=(a, Const())) | Op(name="cast", args=(a,)):
            return _grows(a)
        case _:
            return False


def _touches_own(one: Stmt) -> bool:
    """Whether a statement touches memory of the block, or orders it."""
    if is_collective(one) or isinstance(one, Do):
        return True
    if isinstance(one, Store) and one.array.space != "global":
        return True
    return any(load.array.space != "global" for expr in expressions(one) for load in leaves(expr).loads)
