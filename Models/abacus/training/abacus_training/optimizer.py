"""Muon for the hidden matrices, Adam for everything else.

Muon replaces the momentum of a matrix by the nearest matrix with orthonormal rows or columns,
found with a few Newton–Schulz steps. On this model and corpus it learns two-digit addition
with a small part of the tokens that Adam needs for the hidden matrices.
"""

from __future__ import annotations

from collections import defaultdict

import torch
from torch import Tensor, nn

#: Coefficients of the quintic iteration, chosen for steep growth of small singular values.
_QUINTIC = (3.4445, -4.7750, 2.0315)
NEWTON_SCHULZ_STEPS = 5


def orthonormalised(batch: Tensor) -> Tensor:
    """The matrices of (matrix, row, column) with all singular values brought near 1."""
    a, b, c = _QUINTIC
    tall = batch.shape[-2] > batch.shape[-1]
    matrix = batch.bfloat16()
    if tall:
        matrix = matrix.mT
    matrix = matrix / (matrix.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(NEWTON_SCHULZ_STEPS):
        gram = matrix @ matrix.mT
        matrix = a * matrix + (b * gram + c * gram @ gram) @ matrix
    if tall:
        matrix = matrix.mT
    return matrix.to(batch.dtype)


class Muon:
    """Momentum with orthonormalised updates, matrices of one shape handled together."""

    def __init__(self, matrices: list[nn.Parameter], rate: float, momentum: float) -> None:
        self.rate, self.momentum = rate, momentum
        groups: dict[tuple[int, ...], list[nn.Parameter]] = defaultdict(list)
        for matrix in matrices:
            groups[tuple(matrix.shape)].append(matrix)
        self.groups = list(groups.values())
        self.buffers = [
            torch.zeros(len(group), *group[0].shape, device=group[0].device)
            for group in self.groups
        ]

    @torch.no_grad()
    def step(self, factor: float) -> None:
        """One update at `factor` times the peak rate (Nesterov momentum)."""
        for group, buffer in zip(self.groups, self.buffers, strict=True):
            gradients = torch.stack([matrix.grad for matrix in group])
            buffer.lerp_(gradients, 1 - self.momentum)
            update = orthonormalised(gradients.lerp(buffer, self.momentum))
            rows, columns = group[0].shape
            rate = self.rate * factor * max(1.0, rows / columns) ** 0.5
            for matrix, change in zip(group, update, strict=True):
                matrix.sub_(change, alpha=rate)

    def state(self) -> list[Tensor]:
        """The momenta, to be stored."""
        return self.buffers

    def restore(self, state: list[Tensor]) -> None:
        """Takes momenta that `state` returned."""
        for buffer, stored in zip(self.buffers, state, strict=True):
            buffer.copy_(stored)


class Optimizers:
    """Both optimisers of a model, stepped together."""

    def __init__(self, model: nn.Module, schedule) -> None:
        hidden, rest = [], []
        for name, parameter in model.named_parameters():
            in_block = ".layers." in name and parameter.dim() == 2
            (hidden if in_block else rest).append(parameter)
        self.muon = Muon(hidden, schedule.matrix_rate, schedule.matrix_momentum)
        self.adam = torch.optim.Adam(
            rest, lr=schedule.other_rate, betas=schedule.other_betas, fused=True
        )
        self.other_rate = schedule.other_rate

    def step(self, factor: float) -> None:
        """One update of all parameters; gradients are cleared."""
        self.muon.step(factor)
        for group in self.adam.param_groups:
            group["lr"] = self.other_rate * factor
        self.adam.step()
        for matrices in self.muon.groups:
            for matrix in matrices:
                matrix.grad = None
        self.adam.zero_grad(set_to_none=True)

    def state(self) -> dict:
        """What a checkpoint keeps."""
        return {"muon": self.muon.state(), "adam": self.adam.state_dict()}

    def restore(self, state: dict) -> None:
        """Takes what `state` returned."""
        self.muon.restore(state["muon"])
        self.adam.load_state_dict(state["adam"])
