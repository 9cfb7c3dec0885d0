"""
Masked-language pretraining of the hidden layers on the text files and the positives of the pairs. The token table stays as
it is, gate and head at zero, so that contrastive training begins with the static model's vectors all the same.
"""

import os
from dataclasses import asdict
from typing import List

import numpy as np
import torch
import torch.nn.functional as functional
from torch import nn

from .budget import Budget
from .cache import TokenRows, open_cache
from .chunks import Chunk, make_chunks
from .loop import Loop, Loss
from .matrix_product import linear
from .model import POSITIONS, Encoder, Linear
from .optimiser import make_optimiser
from .options import arithmetic, lasting, make_encoder, option_parser, parse
from .prefetch import prefetch
from .run_folder import RunFolder, save_weights


def parse_options(arguments=None):
    parser = option_parser(__doc__, ".work/pretraining")
    option = parser.add_argument
    option("--texts", type=int, default=768, help="in a batch")
    option("--max-tokens", type=int, default=128, help="longer texts are cut")
    option("--masked", type=float, default=0.2, help="share of the tokens that are predicted")
    return parse(parser, arguments)


class MaskedLanguageModel(nn.Module):
    """Predicts hidden tokens as the nearest rows of the table, which is not trained."""

    def __init__(self, encoder: Encoder):
        super().__init__()
        shape = encoder.shape
        self.encoder = encoder
        encoder.table.requires_grad_(False)
        #: Stands for hidden tokens: the tokenizer has none for that.
        self.mask_vector = nn.Parameter(torch.zeros(shape.embedding))
        self.inner = Linear(shape.width, shape.width)
        self.norm = nn.LayerNorm(shape.width)
        self.outer = Linear(shape.width, shape.embedding)
        #: Begins at the logarithms of how often tokens come (`initialise_frequencies`).
        self.bias = nn.Parameter(torch.zeros(shape.vocabulary_size))
        self.inner.in_bfloat16 = self.outer.in_bfloat16 = encoder.enter.in_bfloat16
        with torch.no_grad():
            # Table rows have components of about 1: their products begin near 0.
            self.outer.weight.mul_(0.1)

    def initialise_frequencies(self, corpus: List[TokenRows]) -> None:
        """Spares the training the first thing it would learn, which at Adam's pace takes thousands of steps."""
        counts = sum(np.bincount(rows.ids, minlength=len(self.bias)) for rows in corpus)
        with torch.no_grad():
            self.bias.copy_(torch.from_numpy(np.log((counts + 1) / counts.sum())))

    def loss(self, chunk: Chunk, ids, hidden, predicted):
        """Sum of the cross-entropies. `ids` are the true ones; `hidden` and `predicted` are bool [texts, tokens]."""
        device = self.encoder.table.device
        mask, offsets = chunk.mask.to(device), chunk.offsets.to(device)
        vectors = self.encoder.embed(chunk.ids.to(device))
        vectors = torch.where(hidden.to(device)[:, :, None], self.mask_vector.to(vectors.dtype), vectors)
        states = self.encoder.hidden_states(vectors, mask, offsets)[predicted.to(device)]
        guesses = self.outer(self.norm(functional.gelu(self.inner(states))))
        scores = linear(guesses, self.encoder.table, self.bias, self.outer.in_bfloat16)
        return functional.cross_entropy(scores.float(), ids[predicted].to(device), reduction="sum")


def corrupt(chunk: Chunk, share: float, vocabulary_size: int, random: np.random.Generator):
    """
    (true ids, hidden, predicted), and random tokens in `chunk.ids`: of the predicted tokens eight tenths are hidden, one
    tenth is exchanged, one tenth stays (Devlin et al. 2019, https://arxiv.org/abs/1810.04805). At least one is predicted.
    """
    ids, mask = chunk.ids.numpy(), chunk.mask.numpy()
    true = torch.from_numpy(ids.copy())
    draws = np.where(mask, random.random(ids.shape), 2.0)
    predicted = draws < share
    if not predicted.any():
        predicted.flat[draws.argmin()] = True
    kind = random.random(ids.shape)
    exchanged = predicted & (kind >= 0.8) & (kind < 0.9)
    ids[exchanged] = random.integers(1, vocabulary_size, size=int(exchanged.sum()))
    return true, torch.from_numpy(predicted & (kind < 0.8)), torch.from_numpy(predicted)


def main(arguments=None) -> None:
    options = parse_options(arguments)
    cache = open_cache(options.cache)
    encoder = make_encoder(options, cache)
    corpus: List[TokenRows] = [*cache.texts, *(source.positives for source in cache.pairs)]
    model = MaskedLanguageModel(encoder)
    model.initialise_frequencies(corpus)
    model.to(options.device)

    def batches(draws):
        def forever(number: int):
            while True:
                yield make_batch(options, corpus, cache.vocabulary_size, number), number + 1
                number += 1

        return prefetch(forever(draws or 0))

    def loss(batch) -> Loss:
        with arithmetic(options):
            total = sum(model.loss(*part) for part in batch["parts"])
        return Loss(total / batch["predicted"], {"tokens": batch["tokens"]})

    finished = Loop(
        folder=RunFolder(options.out),
        budget=Budget(options.steps, options.minutes, options.stop_after_minutes),
        module=model,
        optimiser=make_optimiser(model, options.rate, 0.0, options.rate / 10, options.weight_decay),
        options=lasting(options, cache),
        batches=batches,
        loss=loss,
        save_minutes=options.save_minutes,
    ).run()
    if finished:
        path = os.path.join(options.out, "weights.npz")
        save_weights(path, encoder, {"shape": asdict(encoder.shape), "tokenizer": cache.tokenizer, "matryoshka": []})
        print(f"wrote {path}")


def make_batch(options, corpus: List[TokenRows], vocabulary_size: int, number: int) -> dict:
    """Batch `number` of the seed: texts drawn from all of the corpus alike."""
    random = np.random.default_rng([options.seed, 5, number])
    ends = np.cumsum([len(rows) for rows in corpus])
    texts = []
    for place in random.integers(ends[-1], size=options.texts):
        part = int(np.searchsorted(ends, place, side="right"))
        texts.append(corpus[part].row(int(place - ends[part]) + len(corpus[part]))[: options.max_tokens])
    texts = [text for text in texts if len(text) > 1]
    multiple = 1 if options.device == "cpu" else 8
    chunks = make_chunks(texts, options.tokens_at_once, POSITIONS, random, multiple)
    parts = [(chunk, *corrupt(chunk, options.masked, vocabulary_size, random)) for chunk in chunks]
    return {
        "parts": parts,
        "predicted": sum(int(predicted.sum()) for *_, predicted in parts),
        "tokens": sum(map(len, texts)),
    }


if __name__ == "__main__":
    main()
