"""Learning rate by how much of the training is done."""

import math


def learning_rate(peak: float, progress: float, warmup: float = 0.03, last: float = 0.02) -> float:
    """Rises along a line over the first `warmup` of the training, then falls along half a cosine to `last` x `peak`."""
    progress = min(max(progress, 0.0), 1.0)
    if progress < warmup:
        return peak * max(progress / warmup, 0.01)
    fallen = (progress - warmup) / (1 - warmup)
    return peak * (last + (1 - last) * (1 + math.cos(math.pi * fallen)) / 2)
