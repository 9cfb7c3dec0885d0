"""AdamW with what decays, what does not, and the table at a rate of its own."""

import torch

from .schedule import learning_rate


def make_optimiser(module, rate: float, table_rate: float, output_rate: float, decay: float):
    """
    Matrices of the hidden layers decay; biases, norms, positions and the table, whose lengths mean something, do not. Gate and
    head want a rate far below that of the hidden layers: they begin at zero beside vectors that are good already, and Adam's steps, which are as
    long for small gradients as for large ones, would drown those before the hidden layers have anything to say.
    """
    decayed, plain, outputs, tables = [], [], [], []
    for name, parameter in module.named_parameters():
        if not parameter.requires_grad:
            continue
        if name.endswith("table"):
            tables.append(parameter)
        elif name.startswith(("gate.", "head.")):
            outputs.append(parameter)
        else:
            (decayed if name.endswith("weight") and parameter.ndim == 2 else plain).append(parameter)
    groups = [
        {"params": decayed, "weight_decay": decay, "peak": rate},
        {"params": plain, "weight_decay": 0.0, "peak": rate},
        {"params": outputs, "weight_decay": 0.0, "peak": output_rate},
        {"params": tables, "weight_decay": 0.0, "peak": table_rate},
    ]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), eps=1e-6)


def optimiser_step(optimiser, progress: float) -> None:
    """One step, at the rate of the schedule, of gradients no longer than 1 together."""
    for group in optimiser.param_groups:
        group["lr"] = learning_rate(group["peak"], progress)
    torch.nn.utils.clip_grad_norm_([p for group in optimiser.param_groups for p in group["params"]], 1.0)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
