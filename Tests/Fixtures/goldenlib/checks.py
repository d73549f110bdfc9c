"""How far a value is from the one that it must agree with."""

from __future__ import annotations

import numpy as np

# transformers' float32 against float64, relative to the tensor's largest value.
REFERENCE_TOLERANCE = 2e-5


def relative_error(value: np.ndarray, golden: np.ndarray) -> float:
    """Largest difference over the golden tensor's largest magnitude."""
    return float(np.abs(value - golden).max() / max(np.abs(golden).max(), 1e-30))


def require_close(what: str, value: np.ndarray, golden: np.ndarray, tolerance: float) -> None:
    error = relative_error(value, golden)
    if not error <= tolerance:
        raise AssertionError(f"{what}: relative error {error:.3g} exceeds {tolerance:.3g}")
