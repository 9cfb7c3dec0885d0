"""How well held-out training pairs find each other: what training may look at, as the evaluation tasks are not."""

from typing import Dict, Sequence

import numpy as np
import torch

from .cache import PairSource
from .chunks import encode_chunks, make_chunks
from .losses import unit


def mean_reciprocal_ranks(
    encoder,
    sources: Sequence[PairSource],
    held_out: Sequence[np.ndarray],
    tokens_at_once: int,
    max_tokens: int = 256,
) -> Dict[str, float]:
    """
    For each source the mean of 1 / the rank of an anchor's own positive among all held-out positives of the source that
    are compared, by cosine, and their plain mean under "mean". Sources with fewer than two are left out.
    """
    results: Dict[str, float] = {}
    training = encoder.training
    encoder.eval()
    with torch.no_grad():
        for source, chosen in zip(sources, held_out):
            # A positive that several anchors share would be its own rival.
            _, first = np.unique(source.positive_hashes[chosen], return_index=True)
            chosen = chosen[np.sort(first)]
            if len(chosen) < 2:
                continue
            texts = [rows.row(i)[:max_tokens] for rows in (source.anchors, source.positives) for i in chosen]
            chunks = make_chunks(texts, tokens_at_once, encoder.shape.positions, np.random.default_rng(0))
            vectors = unit(encode_chunks(encoder, chunks, shifted=False))
            cosines = vectors[: len(chosen)] @ vectors[len(chosen) :].t()
            own = cosines.diagonal()[:, None]
            ranks = 1 + (cosines > own).sum(1)
            results[source.name] = float((1.0 / ranks.double()).mean())
    encoder.train(training)
    return {**results, "mean": float(np.mean(list(results.values())))} if results else {}
