"""The losses of docs/model-en-ja.md, as @kokeshi/training computes them for the static model."""

from typing import Sequence

import torch
import torch.nn.functional as functional


def matryoshka_contrastive(first, second, dimensions: Sequence[int], scale: float):
    """
    Symmetric in-batch softmax of cosines x `scale`: row i of `first` belongs with row i of `second`, all other rows are
    negatives. The mean over `dimensions`, each of which sees the first components only (Kusupati et al. 2022).
    """
    targets = torch.arange(len(first), device=first.device)
    total = first.new_zeros(())
    for size in dimensions:
        scores = unit(first[:, :size]) @ unit(second[:, :size]).t() * scale
        total = total + (functional.cross_entropy(scores, targets) + functional.cross_entropy(scores.t(), targets)) / 2
    return total / len(dimensions)


def matryoshka_cosent(first, second, grades, dimensions: Sequence[int], scale: float):
    """
    `log(1 + sum over grade_i < grade_j of exp(scale * (cos_i - cos_j)))` (Su 2022, https://kexue.fm/archives/8847), the
    mean over `dimensions`.
    """
    in_order = grades[:, None] < grades[None, :]
    total = first.new_zeros(())
    for size in dimensions:
        cosines = (unit(first[:, :size]) * unit(second[:, :size])).sum(1) * scale
        differences = (cosines[:, None] - cosines[None, :])[in_order]
        total = total + torch.logsumexp(torch.cat([differences.new_zeros(1), differences]), 0)
    return total / len(dimensions)


def unit(rows):
    return functional.normalize(rows.float(), dim=1)
