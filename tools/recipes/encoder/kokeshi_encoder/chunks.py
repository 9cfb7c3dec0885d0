"""Texts of a batch, cut into matrices of about equal lengths, so that little padding is computed."""

from dataclasses import dataclass
from typing import List, Sequence

import numpy as np
import torch
import torch.nn.functional as functional


@dataclass
class Chunk:
    #: int64 [texts, tokens], zeros where there is no token.
    ids: torch.Tensor
    #: bool [texts, tokens]
    mask: torch.Tensor
    #: int64 [texts]: how far each text is shifted along the positions.
    offsets: torch.Tensor
    #: int64 [texts]: its place among the texts given.
    places: torch.Tensor


def make_chunks(
    texts: Sequence[np.ndarray],
    tokens_at_once: int,
    positions: int,
    random: np.random.Generator,
    multiple: int = 1,
) -> List[Chunk]:
    """
    Sorts by length and fills matrices of at most `tokens_at_once` places, padding included (one text alone may have more).
    `multiple` rounds their width up, for devices that like few different shapes.
    """
    lengths = np.array([len(text) for text in texts])
    shifts = random.integers(0, positions - lengths + 1)
    order = np.argsort(lengths, kind="stable")
    chunks: List[Chunk] = []
    end = len(order)
    while end > 0:
        width = -(-max(1, int(lengths[order[end - 1]])) // multiple) * multiple
        first = max(0, end - max(1, tokens_at_once // width))
        places = order[first:end]
        mask = np.arange(width) < lengths[places][:, None]
        ids = np.zeros((len(places), width), dtype=np.int64)
        ids[mask] = np.concatenate([texts[place] for place in places])
        offsets = np.minimum(shifts[places], positions - width)
        chunks.append(Chunk(*(torch.from_numpy(np.ascontiguousarray(array)) for array in (ids, mask, offsets, places))))
        end = first
    return chunks


def encode_chunks(encoder, chunks: Sequence[Chunk], shifted: bool):
    """[texts, dimensions] in the order of the texts that `make_chunks` was given."""
    device = encoder.table.device
    # One look-up for all: each would have a gradient as large as the whole table.
    ids = torch.cat([chunk.ids.reshape(-1) for chunk in chunks]).to(device)
    all_vectors = encoder.embed(ids).split([chunk.ids.numel() for chunk in chunks])
    encoded = [
        encoder(
            vectors.reshape(*chunk.ids.shape, -1),
            chunk.ids.to(device),
            chunk.mask.to(device),
            chunk.offsets.to(device) if shifted else None,
        )
        for chunk, vectors in zip(chunks, all_vectors)
    ]
    return in_order_of_texts(encoded, chunks)


def static_sums(encoder, table, chunks: Sequence[Chunk]):
    """[texts, embedding]: sums of the rows of `table`, weighed as the static model does, in the order of the texts."""
    sums = []
    for chunk in chunks:
        ids, mask = chunk.ids.to(table.device), chunk.mask.to(table.device)
        sums.append((encoder.weighed(functional.embedding(ids, table), ids) * mask[:, :, None]).sum(1))
    return in_order_of_texts(sums, chunks)


def in_order_of_texts(rows, chunks: Sequence[Chunk]):
    places = torch.cat([chunk.places for chunk in chunks]).to(rows[0].device)
    back = torch.empty_like(places)
    back[places] = torch.arange(len(places), device=places.device)
    return torch.cat(rows)[back]
