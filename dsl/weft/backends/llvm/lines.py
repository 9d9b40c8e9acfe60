"""The line table of a kernel: where in the user's file each instruction comes from, for listings and profilers."""

import os
from collections.abc import Sequence

from llvmlite import ir

from weft.backends.llvm.definitions import Value

_I32 = ir.IntType(32)
# LLVM warns where modules differ in these.
_WARN = _I32(2)


class Lines:
    """lines: the source line of each generated line, from 1; None for no table. kind: LLVM's name of what is written:
    `DebugDirectivesOnly` is for NVIDIA's assembler, others print `LineTablesOnly`."""

    def __init__(
        self,
        module: ir.Module,
        filename: str,
        lines: Sequence[int] | None,
        kind: str = "DebugDirectivesOnly",
    ) -> None:
        self._module = module
        self._kind = kind
        self._unit: Value = None
        self._file: Value = None
        self._filename = filename
        self._lines = lines
        self._scope: Value = None
        self._known: dict[int, Value] = {}

    def open(self, function: ir.Function) -> None:
        """Start the table of a function; another one may have one already."""
        if self._lines is None:
            return
        if self._unit is None:
            self._start()
        description = self._subprogram(function)
        self._scope = self._module.add_debug_info("DISubprogram", description, is_distinct=True)
        function.set_metadata("dbg", self._scope)
        self._known = {}

    def _start(self) -> None:
        module = self._module
        folder, name = os.path.split(os.path.abspath(self._filename))
        self._file = module.add_debug_info("DIFile", {"directory": folder, "filename": name})
        self._unit = module.add_debug_info(
            "DICompileUnit",
            {
                "emissionKind": ir.DIToken(self._kind),
                "file": self._file,
                "isOptimized": True,
                "language": ir.DIToken("DW_LANG_C_plus_plus"),
                "producer": "weft",
                "runtimeVersion": 0,
            },
            is_distinct=True,
        )
        module.add_named_metadata("llvm.dbg.cu", self._unit)
        for flag, version in (("Dwarf Version", 4), ("Debug Info Version", 3)):
            module.add_named_metadata(
                "llvm.module.flags",
                module.add_metadata([_WARN, ir.MetaDataString(module, flag), _I32(version)]),
            )

    def _subprogram(self, function: ir.Function) -> dict[str, object]:
        first = min(self._lines or [1])
        no_types = self._module.add_debug_info("DISubroutineType", {"types": self._module.add_metadata([])})
        return {
            "file": self._file,
            "isDefinition": True,
            "isLocal": False,
            "isOptimized": True,
            "line": first,
            "linkageName": function.name,
            "name": function.name,
            "scope": self._file,
            "scopeLine": first,
            "type": no_types,
            "unit": self._unit,
        }

    def at(self, generated: int) -> Value:
        """The place of an instruction that a generated line makes; None without a table."""
        if self._lines is None:
            return None
        return self._place(self._lines[generated - 1])

    def nowhere(self) -> Value:
        """The place of what no source line asked for."""
        return None if self._lines is None else self._place(0)

    def _place(self, line: int) -> Value:
        if line not in self._known:
            place = {"column": 1, "line": line, "scope": self._scope}
            self._known[line] = self._module.add_debug_info("DILocation", place)
        return self._known[line]
