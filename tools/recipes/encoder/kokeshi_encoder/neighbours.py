"""An order of a source's pairs in which neighbours are alike, as `NeighbourGroups` of @kokeshi/training makes it."""

import os
from typing import List

import numpy as np

from .cache import PairSource, TokenCache, TokenRows

#: Columns of the static table that decide who is alike.
COLUMNS = 64


def neighbour_orders(cache: TokenCache, members: List[np.ndarray], group_size: int, seed: int) -> List[np.ndarray]:
    """One order a source over its `members`. Kept in the cache's folder: half a minute for a million pairs."""
    return [
        kept_order(cache, source, member, group_size, seed) for source, member in zip(cache.pairs, members)
    ]


def kept_order(cache: TokenCache, source: PairSource, members: np.ndarray, group_size: int, seed: int) -> np.ndarray:
    path = os.path.join(cache.folder, f"{source.name}.neighbours-{group_size}-{seed}-{len(members)}.npy")
    if not os.path.exists(path):
        table = np.ascontiguousarray(cache.table()[:, :COLUMNS], dtype=np.float32)
        vectors = sum(unit_means(rows, members, table) for rows in (source.anchors, source.positives))
        order = members[order_by_likeness(vectors, group_size, np.random.default_rng([seed, 3]))]
        partial = f"{path}.partial.npy"
        np.save(partial, order.astype(np.uint32))
        os.replace(partial, path)
    return np.load(path)


def unit_means(rows: TokenRows, members: np.ndarray, table: np.ndarray, chunk: int = 20_000) -> np.ndarray:
    """The vectors of the static model, of length 1."""
    means = np.empty((len(members), table.shape[1]), dtype=np.float32)
    for first in range(0, len(members), chunk):
        part = members[first : first + chunk]
        ids, starts = gather_rows(rows, part, longest=512)
        sums = np.add.reduceat(table[ids], starts, axis=0)
        means[first : first + chunk] = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
    return means


def gather_rows(rows: TokenRows, texts: np.ndarray, longest: int):
    """The first `longest` ids of each of `texts` in one array, and where each text starts in it."""
    lengths = np.minimum(rows.starts[texts + 1] - rows.starts[texts], longest)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    places = np.arange(lengths.sum()) - np.repeat(starts, lengths) + np.repeat(rows.starts[texts], lengths)
    return rows.ids[places], starts


def order_by_likeness(vectors: np.ndarray, leaf: int, random: np.random.Generator) -> np.ndarray:
    """
    A random projection tree (Dasgupta and Freund 2008), read from left to right: a part is halved at the median of its
    members along the line through two of them, until it has at most `leaf` members.
    """
    order = np.arange(len(vectors))
    waiting = [(0, len(order))]
    while waiting:
        first, end = waiting.pop()
        if end - first <= leaf:
            continue
        part = order[first:end]
        one, other = part[random.integers(len(part), size=2)]
        places = vectors[part] @ (vectors[other] - vectors[one])
        middle = len(part) // 2
        order[first:end] = part[np.argpartition(places, middle)]
        waiting += [(first, first + middle), (first + middle, end)]
    return order
