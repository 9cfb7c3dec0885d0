"""The encoder: what the static model gives for each token, and a learned correction."""

from dataclasses import dataclass
from typing import Optional

import numpy as np
import torch
import torch.nn.functional as functional
from torch import nn

from .matrix_product import linear


#: Longest text in tokens.
POSITIONS = 512


@dataclass(frozen=True)
class Shape:
    vocabulary_size: int
    #: Columns of the token table: the first ones of the static model's.
    embedding: int
    #: Columns of the hidden states.
    width: int
    layers: int
    heads: int
    #: Columns of a text's vector; at least `embedding`.
    dimensions: int
    feed_forward: int
    positions: int = POSITIONS
    #: Whether n occurrences of a token in a text weigh 1 + ln n, as in a static model with sublinear term frequency.
    sublinear: bool = False

    def __post_init__(self):
        if self.width % self.heads != 0:
            raise ValueError(f"a width of {self.width} does not divide among {self.heads} heads")
        if self.dimensions < self.embedding:
            raise ValueError(f"{self.dimensions} dimensions cannot hold the {self.embedding} of the table")


class Linear(nn.Linear):
    in_bfloat16 = False

    def forward(self, x):
        return linear(x, self.weight, self.bias, self.in_bfloat16)


class Projections(Linear):
    """Queries, keys and values by one product."""

    def __init__(self, width: int):
        super().__init__(width, 3 * width)

    def forward(self, x):
        return super().forward(x).chunk(3, dim=-1)


class Block(nn.Module):
    """Pre-norm transformer block (Xiong et al. 2020, https://arxiv.org/abs/2002.04745)."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.heads = shape.heads
        self.attention_norm = nn.LayerNorm(shape.width)
        self.projections = Projections(shape.width)
        self.attention_out = Linear(shape.width, shape.width)
        self.feed_forward_norm = nn.LayerNorm(shape.width)
        self.feed_forward_in = Linear(shape.width, shape.feed_forward)
        self.feed_forward_out = Linear(shape.feed_forward, shape.width)

    def attend(self, x, mask):
        texts, tokens, width = x.shape
        query, key, value = (
            part.reshape(texts, tokens, self.heads, width // self.heads).transpose(1, 2)
            for part in self.projections(x)
        )
        if x.is_cuda:
            mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        else:
            scores = query @ key.transpose(2, 3) * (width // self.heads) ** -0.5
            mixed = (scores + mask).softmax(-1) @ value
        return self.attention_out(mixed.transpose(1, 2).reshape(texts, tokens, width))

    def forward(self, hidden, mask):
        hidden = hidden + self.attend(self.attention_norm(hidden), mask)
        inner = functional.gelu(self.feed_forward_in(self.feed_forward_norm(hidden)))
        return hidden + self.feed_forward_out(inner)


class Encoder(nn.Module):
    """
    The vector of token t is `weight * table[t] * (1 + gate(h)) + head(h)`, where h are the hidden states of a small BERT
    over the same table, and the weight is 1 or, for a sublinear term frequency, that of `weights_of_occurrences`; the vector
    of a text is the mean over its tokens. Gate and head begin at zero, so that training begins with the vectors of the static
    model and can only add: what a word weighs in its context, and what it means there.
    """

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.table = nn.Parameter(torch.zeros(shape.vocabulary_size, shape.embedding))
        self.enter = Linear(shape.embedding, shape.width)
        self.enter_norm = nn.LayerNorm(shape.width)
        self.position = nn.Parameter(torch.empty(shape.positions, shape.width))
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.last_norm = nn.LayerNorm(shape.width)
        self.gate = Linear(shape.width, 1)
        self.head = Linear(shape.width, shape.dimensions)

    def initialise(self, table: np.ndarray, seed: int) -> None:
        """
        Begins as the static model: its table's first columns, scaled as a whole so that a component is about 1 (which
        leaves cosines as they are), and random hidden layers that nothing is made of yet.
        """
        generator = torch.Generator().manual_seed(seed)
        columns = np.array(table[:, : self.shape.embedding], dtype=np.float32)
        if columns.shape != tuple(self.table.shape):
            raise ValueError(f"the static model's table is {table.shape}, the encoder's {tuple(self.table.shape)}")
        columns /= np.sqrt(np.mean(np.square(columns, dtype=np.float64)))
        with torch.no_grad():
            self.table.copy_(torch.from_numpy(columns))
            self.enter.weight.copy_(orthogonal(self.shape.width, self.shape.embedding, generator))
            self.position.normal_(0, 0.1, generator=generator)
            for name, parameter in self.named_parameters():
                if name.startswith("blocks.") and name.endswith("weight") and parameter.ndim == 2:
                    parameter.normal_(0, parameter.shape[1] ** -0.5, generator=generator)
                    if name.endswith("_out.weight"):
                        parameter.mul_((2 * self.shape.layers) ** -0.5)
                elif name.endswith("bias"):
                    parameter.zero_()
            for output in (self.gate, self.head):
                output.weight.zero_()

    def compute_in_bfloat16(self, on: bool) -> None:
        for module in self.modules():
            if isinstance(module, Linear):
                module.in_bfloat16 = on

    def hidden_states(self, vectors, mask, offsets: Optional[torch.Tensor] = None):
        """
        [texts, tokens, width] from what `embed` gives.

        `offsets` [texts] shifts each text along the learned positions. Training shifts at random, or only the first
        hundred positions would ever be learned and texts of five hundred tokens meet untrained ones.
        """
        tokens = vectors.shape[1]
        if offsets is None:
            positions = self.position[:tokens]
        else:
            places = offsets[:, None] + torch.arange(tokens, device=vectors.device)
            positions = functional.embedding(places, self.position)
        hidden = self.enter_norm(self.enter(vectors)) + positions
        keys = mask[:, None, None, :]
        if not vectors.is_cuda:
            # The usual additive mask: nothing for tokens, the least number for padding.
            keys = (1.0 - keys.to(vectors.dtype)) * torch.finfo(vectors.dtype).min
        for block in self.blocks:
            hidden = block(hidden, keys)
        return self.last_norm(hidden)

    def embed(self, ids):
        """[texts, tokens, embedding] from ids [texts, tokens]; of any other shape too."""
        return functional.embedding(ids, self.table)

    def weighed(self, vectors, ids):
        """[texts, tokens, embedding]: what `embed` gives, times what each occurrence of a token weighs."""
        return vectors * weights_of_occurrences(ids)[:, :, None].to(vectors.dtype) if self.shape.sublinear else vectors

    def token_vectors(self, vectors, ids, mask, offsets: Optional[torch.Tensor] = None):
        """[texts, tokens, dimensions] from `embed`: their mean over the tokens is the vector of a text."""
        hidden = self.hidden_states(vectors, mask, offsets)
        static = self.weighed(vectors, ids) * (1.0 + self.gate(hidden).to(vectors.dtype))
        missing = self.shape.dimensions - self.shape.embedding
        return self.head(hidden) + (functional.pad(static, (0, missing)) if missing else static)

    def forward(self, vectors, ids, mask, offsets: Optional[torch.Tensor] = None):
        """[texts, dimensions] from `embed`, not normalised."""
        weights = mask[:, :, None].to(vectors.dtype)
        return (self.token_vectors(vectors, ids, mask, offsets) * weights).sum(1) / weights.sum(1).clamp(min=1.0)


def weights_of_occurrences(ids):
    """
    float32 [texts, tokens]: 1 for the first occurrence of a token in its text and ln k - ln (k - 1) for the k-th, so that n
    of them weigh 1 + ln n, as in a static model with sublinear term frequency. Padding has to come last.
    """
    tokens = ids.shape[1]
    earlier = torch.ones(tokens, tokens, device=ids.device).tril()
    occurrence = ((ids[:, :, None] == ids[:, None, :]).float() * earlier).sum(2)
    return (occurrence == 1).float() + occurrence.log() - (occurrence - 1).clamp(min=1).log()


def orthogonal(rows: int, columns: int, generator: torch.Generator):
    """[rows, columns] with orthonormal columns, or rows where there are fewer of them."""
    factor, _ = torch.linalg.qr(torch.randn(max(rows, columns), min(rows, columns), generator=generator))
    return factor if rows >= columns else factor.t()
