"""Dimensions: the names of extents in tensor types. Take one from here, or declare your own.

```python
class Batch(weft.Dim): ...
```
"""

from weft.ops.dimension import Dim


class B(Dim):
    """A dimension: the batch."""


class C(Dim):
    """A dimension: channels."""


class D(Dim):
    """A dimension: depth, or the features of a head."""


class H(Dim):
    """A dimension: height, or heads."""


class K(Dim):
    """A dimension: what a matrix product sums over."""


class L(Dim):
    """A dimension: length."""


class M(Dim):
    """A dimension: rows."""


class N(Dim):
    """A dimension: columns, or the elements of a vector."""


class P(Dim):
    """A dimension of your own meaning."""


class Q(Dim):
    """A dimension of your own meaning."""


class S(Dim):
    """A dimension: sequence length."""


class W(Dim):
    """A dimension: width."""
