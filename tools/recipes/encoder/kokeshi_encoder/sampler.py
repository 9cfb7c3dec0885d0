"""Which pairs come together in a batch."""

from dataclasses import dataclass
from typing import Dict, List, Optional, Sequence, Set

import numpy as np

from .cache import PairSource


@dataclass
class Batch:
    source: PairSource
    #: Indices of pairs in the source.
    pairs: np.ndarray


class BatchSampler:
    """
    Draws batches as @kokeshi/training does: each from one source, chosen with a probability proportional to
    weight x pairs^exponent, without a text that occurs twice, and with a share of neighbours, which are hard to tell apart.

    Batch number n depends on the seed, on n and on how far each source has been drawn, which `state` holds.
    """

    def __init__(
        self,
        sources: Sequence[PairSource],
        members: Sequence[np.ndarray],
        batch_size: int,
        seed: int,
        exponent: float = 0.5,
        weights: Optional[Dict[str, float]] = None,
        neighbours: Optional[Sequence[np.ndarray]] = None,
        group_size: int = 256,
        neighbour_share: float = 0.5,
    ):
        """
        `members[s]` are the pairs of source s that may be drawn; `neighbours[s]` are the same in an order in which those
        next to each other are alike.
        """
        self.sources = sources
        self.members = members
        self.batch_size = batch_size
        self.seed = seed
        self.neighbours = neighbours
        self.group_size = group_size
        self.neighbour_share = neighbour_share if neighbours is not None else 0.0
        sizes = np.array([len(member) for member in members], dtype=np.float64)
        factors = np.array([(weights or {}).get(source.name, 1.0) for source in sources])
        share = factors * sizes**exponent
        self.probabilities = share / share.sum()
        self.state = {"number": 0, "drawn": [0] * len(sources)}
        self.orders: List[Optional[tuple]] = [None] * len(sources)

    def next(self) -> Batch:
        random = np.random.default_rng([self.seed, 1, self.state["number"]])
        self.state["number"] += 1
        chosen = int(random.choice(len(self.sources), p=self.probabilities))
        source = self.sources[chosen]
        size = min(self.batch_size, len(self.members[chosen]))
        texts: Set[int] = set()
        pairs: List[int] = []

        def add(candidates: np.ndarray) -> None:
            anchors = source.anchor_hashes[candidates].tolist()
            positives = source.positive_hashes[candidates].tolist()
            for pair, anchor, positive in zip(candidates.tolist(), anchors, positives):
                if len(pairs) == size:
                    return
                if anchor != positive and anchor not in texts and positive not in texts:
                    texts.update((anchor, positive))
                    pairs.append(pair)

        wanted = round(self.neighbour_share * size)
        while wanted > 0:
            group = min(self.group_size, wanted)
            order = self.neighbours[chosen]
            first = int(random.integers(max(1, len(order) - group + 1)))
            add(order[first : first + group])
            wanted -= group
        # Pairs that repeat a text of the batch are passed over until the next round. A source of few different texts
        # gives a smaller batch.
        for _ in range(4):
            if len(pairs) < size:
                add(self.take(chosen, size - len(pairs)))
        return Batch(source, np.sort(np.array(pairs, dtype=np.int64)))

    def take(self, chosen: int, count: int) -> np.ndarray:
        """The next pairs of a source; every pair comes once before any comes again."""
        members = self.members[chosen]
        taken: List[np.ndarray] = []
        while count > 0:
            round_number, place = divmod(self.state["drawn"][chosen], len(members))
            order = self.orders[chosen]
            if order is None or order[0] != round_number:
                permuted = np.random.default_rng([self.seed, 2, chosen, round_number]).permutation(members)
                order = self.orders[chosen] = (round_number, permuted)
            part = order[1][place : place + count]
            taken.append(part)
            self.state["drawn"][chosen] += len(part)
            count -= len(part)
        return np.concatenate(taken)


def held_out(source: PairSource, one_in: int = 200) -> np.ndarray:
    """The pairs kept for validation: by a hash of the anchor, so that equal anchors are on one side."""
    # FNV's low bits are its worst; a multiplication spreads all of them to the top.
    mixed = (source.anchor_hashes.astype(np.uint64) * np.uint64(0x9E3779B1)) & np.uint64(0xFFFFFFFF)
    return np.flatnonzero((mixed >> np.uint64(8)) % np.uint64(one_in) == 0)
