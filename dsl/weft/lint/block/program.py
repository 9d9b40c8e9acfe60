"""A kernel as its runs see it: what is true of its statements whatever the sizes are, found once for all runs."""

from functools import cached_property

from weft.lint.block.agreement import agreement, varying_in_one_warp
from weft.lint.block.effects import kind_of
from weft.lint.block.lanes import Calculator, Lanes
from weft.lint.block.record import Agreement
from weft.lint.block.trial import Trial, Triple
from weft.lint.ranges import Ranges
from weft.model.ir import (
    Assign,
    Barrier,
    Do,
    Domain,
    Expr,
    For,
    If,
    Kernel,
    Load,
    Op,
    Stmt,
    Store,
    Var,
    While,
    assigned,
    children,
    expressions,
    leaves,
    walk,
)
from weft.model.uniformity import Varying, is_varying, varying_variables


class Program:
    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        # By the identity of statements, which the kernel keeps alive.
        self._agreements: dict[int, Agreement] = {}
        self._leads: dict[int, bool] = {}
        self._steps: dict[tuple[int, bool], list[Stmt]] = {}
        self.lanes = Calculator()
        self._specials: dict[tuple[Triple, str], Lanes] = {}

    def agreement(self, store: Store) -> Agreement:
        found = self._agreements.get(id(store))
        if found is None:
            found = agreement(store.value, self.varying, self.varying_in_warp)
            self._agreements[id(store)] = found
        return found

    def special(self, trial: Trial, name: str) -> Lanes:
        """`Trial.special`: one and the same list for all runs with a block of this shape."""
        if name.startswith(("block", "grid")):
            return trial.special(name)
        key = trial.block, name
        if key not in self._specials:
            self._specials[key] = trial.special(name)
        return self._specials[key]

    def steps(self, body: tuple[Stmt, ...], *, is_for_writes: bool) -> list[Stmt]:
        """The statements of a block that a run has to follow."""
        key = id(body), is_for_writes
        found = self._steps.get(key)
        if found is None:
            found = [one for one in body if not _is_idle(one)]
            if is_for_writes:
                found = [one for one in found if self.leads_to_writes(one)]
            self._steps[key] = found
        return found

    def leads_to_writes(self, statement: Stmt) -> bool:
        """Whether what a statement does matters to which elements of tensors are written."""
        found = self._leads.get(id(statement))
        if found is None:
            found = self._leads[id(statement)] = self._leads_to_writes(statement)
        return found

    def _leads_to_writes(self, statement: Stmt) -> bool:
        match statement:
            case Store(array=array):
                return array.space == "global"
            case Barrier():
                return False
            case Assign(target=target):
                return target.name in self.placing
            case Do(targets=targets):
                return writes_tensors(statement) or any(target.name in self.placing for target in targets)
            case If() | For() | While() | Domain():
                return any(self.leads_to_writes(one) for block in children(statement) for one in block)
            case _:
                return True

    @cached_property
    def placing(self) -> frozenset[str]:
        """The variables that decide which elements of tensors are written: in places, in guards, in conditions, in bounds of
        loops, and in what such variables are given."""
        given: dict[str, list[Expr]] = {}
        waiting: list[Expr] = []
        for statement in self.kernel.statements:
            match statement:
                case Assign(target=target, value=value):
                    given.setdefault(target.name, []).append(value)
                case Store(array=array, offset=offset, guard=guard):
                    if array.space == "global":
                        waiting += [offset] if guard is None else [offset, guard]
                case Do(places=places, guard=guard):
                    if writes_tensors(statement):
                        waiting += [place.offset for place in places]
                        waiting += [] if guard is None else [guard]
                case _:
                    waiting += expressions(statement)
        found: set[str] = set()
        while waiting:
            for name in leaves(waiting.pop()).variables - found:
                found.add(name)
                waiting += given.get(name, ())
        return frozenset(found)

    @cached_property
    def changing(self) -> frozenset[str]:
        """The variables that may be given a value again after they were used: in loops, or by several statements."""
        found = {name for name, count in self.kernel.times_assigned.items() if count > 1}
        for loop in self.kernel.statements:
            if isinstance(loop, (For, While)):
                found.update(variable.name for one in walk((loop,)) for variable in assigned(one))
        return frozenset(found)

    @cached_property
    def varying(self) -> Varying:
        return varying_variables(self.kernel)

    @cached_property
    def varying_in_warp(self) -> Varying:
        has_warps = any(isinstance(one, Do) and one.scope == "warp" for one in self.kernel.statements)
        return varying_in_one_warp(self.kernel) if has_warps else self.varying

    @cached_property
    def data(self) -> frozenset[str]:
        """The variables that are given what the kernel reads, and nothing else."""
        values: dict[str, list[Load | None]] = {}
        for statement in self.kernel.statements:
            value = statement.value if isinstance(statement, Assign) else None
            read = next(iter(leaves(value).loads), None) if value else None
            for variable in assigned(statement):
                values.setdefault(variable.name, []).extend([read] if value else [])
        return frozenset(name for name, reads in values.items() if len(reads) == 1 and reads[0] is not None)

    def tests_data(self, expr: Expr) -> bool:
        """Whether it is made of what the kernel reads, and of numbers that all threads share: it names no thread."""
        match expr:
            case Load():
                return True
            case Var(name=name):
                return name in self.data or name not in self.varying
            case Op(args=args):
                return all(map(self.tests_data, args))
            case _:
                return not is_varying(expr, self.varying)

    @cached_property
    def ranges(self) -> Ranges:
        return Ranges(self.kernel)

    @cached_property
    def has_locks(self) -> bool:
        """Whether an atomic operation may stand for a lock or a flag: one that exchanges, or one that a loop waits for."""
        body = self.kernel.body
        waits = (one for loop in walk(body) if isinstance(loop, While) for one in walk(loop.body))
        names = {one.name for one in waits if isinstance(one, Do)}
        names |= {one.name for one in walk(body) if isinstance(one, Do) and "exchange" in one.name}
        return any(name.startswith("atomic") for name in names)


def writes_tensors(statement: Do) -> bool:
    """Whether an effect writes memory that all blocks share, as far as it tells."""
    return kind_of(statement.name) != "read" and any(
        place.array.space == "global" for place in statement.places
    )


def _is_idle(statement: Stmt) -> bool:
    """Whether a statement only computes floats, which no run knows, and touches no memory: as most of a fragment does."""
    match statement:
        case Assign(target=target, value=value):
            return target.dtype.is_float and not leaves(value).loads
        case Do(name=name, targets=targets, args=args, places=()):
            is_known = name.endswith("_async") or name == "warp_barrier"
            gives_numbers = any(not target.dtype.is_float for target in targets)
            return not is_known and not gives_numbers and not any(leaves(arg).loads for arg in args)
        case _:
            return False
