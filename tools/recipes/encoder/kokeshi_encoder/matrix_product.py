"""The linear layer, in the arithmetic that is fastest where it runs.

On processors with AVX512-BF16, oneDNN's bfloat16 product (float32 sums) is four times as fast as OpenBLAS's float32 one;
everything between the products stays float32. On a GPU the caller's autocast does the same.
"""

import torch
import torch.nn.functional as functional


class Bfloat16Linear(torch.autograd.Function):
    """`x weight^T + bias` with both factors, and the gradient, rounded to bfloat16; all results are float32."""

    @staticmethod
    def forward(context, x, weight, bias):
        rounded = x.reshape(-1, x.shape[-1]).bfloat16()
        factor = weight.bfloat16()
        context.save_for_backward(rounded, factor)
        result = (rounded @ factor.t()).float()
        result += bias
        return result.reshape(*x.shape[:-1], weight.shape[0])

    @staticmethod
    def backward(context, gradient):
        rounded, factor = context.saved_tensors
        flat = gradient.reshape(-1, gradient.shape[-1])
        narrow = flat.bfloat16()
        of_x = of_weight = of_bias = None
        if context.needs_input_grad[0]:
            of_x = (narrow @ factor).float().reshape(*gradient.shape[:-1], factor.shape[1])
        if context.needs_input_grad[1]:
            of_weight = (narrow.t() @ rounded).float()
        if context.needs_input_grad[2]:
            of_bias = flat.sum(0)
        return of_x, of_weight, of_bias


def has_bfloat16_instructions() -> bool:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return "avx512_bf16" in file.read()
    except OSError:
        return False


def linear(x, weight, bias, in_bfloat16: bool):
    """`functional.linear`, through bfloat16 where asked for."""
    return Bfloat16Linear.apply(x, weight, bias) if in_bfloat16 else functional.linear(x, weight, bias)
