"""Flat Python to LLVM IR, for back ends whose preludes are definitions."""
