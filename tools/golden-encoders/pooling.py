"""Pooling, Dense and Normalize as sentence-transformers 5.1 has them (models/Pooling.py, models/Dense.py)."""

import torch
from torch import nn


def pool(modes, tokens, attention_mask, prompt_tokens=0):
    """tokens: [rows, columns, width], padded on the right. Modes are concatenated in the library's order."""
    mask = attention_mask.clone()
    mask[:, :prompt_tokens] = 0
    expanded = mask[:, :, None].expand(tokens.shape).float()
    parts = []
    if "cls" in modes:
        parts.append(tokens[:, 0])
    if "max" in modes:
        parts.append(tokens.masked_fill(expanded == 0, -1e9).max(1).values)
    total = (tokens * expanded).sum(1)
    count = expanded.sum(1).clamp(min=1e-9)
    if "mean" in modes:
        parts.append(total / count)
    if "mean_sqrt_len_tokens" in modes:
        parts.append(total / count.sqrt())
    if "weightedmean" in modes:
        weights = torch.arange(1, tokens.shape[1] + 1)[None, :, None].expand(tokens.shape).float()
        weighted = expanded * weights
        parts.append((tokens * weighted).sum(1) / weighted.sum(1).clamp(min=1e-9))
    if "lasttoken" in modes:
        columns = torch.arange(mask.shape[1])[None]
        last = (columns * mask).max(1).values
        parts.append(tokens[torch.arange(len(tokens)), last])
    return torch.cat(parts, 1)


ACTIVATIONS = {
    "torch.nn.modules.activation.Tanh": nn.Tanh(),
    "torch.nn.modules.linear.Identity": nn.Identity(),
    "torch.nn.modules.activation.GELU": nn.GELU(),
    "torch.nn.modules.activation.ReLU": nn.ReLU(),
    "torch.nn.modules.activation.Sigmoid": nn.Sigmoid(),
    "torch.nn.modules.activation.SiLU": nn.SiLU(),
}


class Dense:
    def __init__(self, inputs, outputs, activation, bias=True):
        self.linear = nn.Linear(inputs, outputs, bias=bias)
        self.activation = activation
        self.config = {
            "in_features": inputs,
            "out_features": outputs,
            "bias": bias,
            "activation_function": activation,
        }

    def __call__(self, x):
        return ACTIVATIONS[self.activation](self.linear(x))

    def tensors(self):
        return {f"linear.{name}": tensor for name, tensor in self.linear.state_dict().items()}


def normalize(x):
    return nn.functional.normalize(x, p=2, dim=1)
