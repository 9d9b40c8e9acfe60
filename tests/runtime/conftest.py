import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from weft import launch
from weft.backends.parameters import FlatParameter, flatten
from weft.model.ir import Kernel
from weft.model.limits import Geometry
from weft.model.specialization import Specialization
from weft.model.specialize import specialize

sys.path.insert(0, str(Path(__file__).parent))


@dataclass
class FakeBackend:
    """Records what it is asked to compile and to run."""

    compiled: list[Specialization] = field(default_factory=list)
    launched: list[tuple[list[float], Geometry]] = field(default_factory=list)
    parameters: tuple[FlatParameter, ...] = ()

    def choose_block(self, kernel: Kernel) -> tuple[int, ...]:
        return (128,) if kernel.domain is None or len(kernel.domain.extents) == 1 else (32, 8)

    def compile(self, kernel: Kernel, specialization: Specialization) -> "FakeBackend":
        self.compiled.append(specialization)
        self.parameters = flatten(specialize(kernel, specialization), specialization.index_bits)
        return self

    def direct(self, geometry: Geometry) -> None:
        """Machine code has nothing to run."""

    def launch(self, arguments: list[float], geometry: Geometry) -> None:
        self.launched.append((arguments, geometry))


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> FakeBackend:
    fake = FakeBackend()
    monkeypatch.setattr(launch, "_host_backend", lambda: fake)
    return fake
