"""Tiny encoders in plain torch, as transformers has them, with random weights."""

import math

import torch
from torch import nn

WIDTH = 16
HEADS = 2
LAYERS = 2
POSITIONS = 40


class Attention(nn.Module):
    def __init__(self, bias: bool, scale: float):
        super().__init__()
        self.query, self.key, self.value, self.output = (nn.Linear(WIDTH, WIDTH, bias=bias) for _ in range(4))
        self.scale = scale

    def forward(self, x, position_bias):
        def heads(y):
            return y.view(y.shape[0], y.shape[1], HEADS, WIDTH // HEADS).transpose(1, 2)

        scores = heads(self.query(x)) @ heads(self.key(x)).transpose(2, 3) * self.scale + position_bias
        context = scores.softmax(-1) @ heads(self.value(x))
        return self.output(context.transpose(1, 2).reshape(x.shape[0], x.shape[1], WIDTH))


def mask_bias(attention_mask):
    """0 where a token is, the least float32 where padding is: [rows, 1, 1, columns]."""
    return (1.0 - attention_mask[:, None, None, :].to(torch.float32)) * torch.finfo(torch.float32).min


class BertLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = Attention(bias=True, scale=1 / math.sqrt(WIDTH // HEADS))
        self.attention_norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.up, self.down = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, x, bias):
        x = self.attention_norm(x + self.attention(x, bias))
        return self.norm(x + self.down(nn.functional.gelu(self.up(x))))


class Bert(nn.Module):
    """BERT (transformers, modeling_bert.py): absolute positions from 0, token types."""

    def __init__(self, vocabulary: int):
        super().__init__()
        self.words = nn.Embedding(vocabulary, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.types = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(BertLayer() for _ in range(LAYERS))

    def encode(self, input_ids, attention_mask, token_type_ids, position_ids):
        x = self.words(input_ids) + self.positions(position_ids) + self.types(token_type_ids)
        x = self.norm(x)
        bias = mask_bias(attention_mask)
        for layer in self.layers:
            x = layer(x, bias)
        return x

    def forward(self, input_ids, attention_mask, token_type_ids):
        positions = torch.arange(input_ids.shape[1])[None]
        return self.encode(input_ids, attention_mask, token_type_ids, positions)


class BertWithPositions(nn.Module):
    """The same graph where the caller gives positions, and no token types."""

    def __init__(self, bert: Bert):
        super().__init__()
        self.bert = bert

    def forward(self, input_ids, attention_mask, position_ids):
        return self.bert.encode(input_ids, attention_mask, torch.zeros_like(input_ids), position_ids)


class BertOfTexts(nn.Module):
    """A graph that pools and normalises itself, as sentence-transformers exports it, without vectors of tokens."""

    def __init__(self, bert: Bert):
        super().__init__()
        self.bert = bert

    def forward(self, input_ids, attention_mask, token_type_ids):
        tokens = self.bert(input_ids, attention_mask, token_type_ids)
        mask = attention_mask[:, :, None].to(torch.float32)
        return nn.functional.normalize((tokens * mask).sum(1) / mask.sum(1))


class Roberta(nn.Module):
    """RoBERTa and XLM-R (modeling_roberta.py): positions count the tokens that are not padding, from pad + 1."""

    def __init__(self, vocabulary: int, pad: int):
        super().__init__()
        self.bert = Bert(vocabulary)
        self.pad = pad

    def forward(self, input_ids, attention_mask):
        mask = input_ids.ne(self.pad).to(torch.int64)
        positions = torch.cumsum(mask, dim=1) * mask + self.pad
        return self.bert.encode(input_ids, attention_mask, torch.zeros_like(input_ids), positions)


class RootMeanSquareNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(WIDTH))

    def forward(self, x):
        return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)


class T5Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention_norm, self.norm = RootMeanSquareNorm(), RootMeanSquareNorm()
        self.attention = Attention(bias=False, scale=1.0)
        self.up, self.down = nn.Linear(WIDTH, 2 * WIDTH, bias=False), nn.Linear(2 * WIDTH, WIDTH, bias=False)

    def forward(self, x, bias):
        x = x + self.attention(self.attention_norm(x), bias)
        return x + self.down(torch.relu(self.up(self.norm(x))))


class T5Encoder(nn.Module):
    """The encoder of T5 (modeling_t5.py): relative positions in buckets, no absolute ones."""

    BUCKETS = 8
    FARTHEST = 16

    def __init__(self, vocabulary: int):
        super().__init__()
        self.words = nn.Embedding(vocabulary, WIDTH)
        self.relative_bias = nn.Embedding(self.BUCKETS, HEADS)
        self.layers = nn.ModuleList(T5Layer() for _ in range(LAYERS))
        self.norm = RootMeanSquareNorm()

    def position_bias(self, length):
        positions = torch.arange(length)
        relative = positions[None, :] - positions[:, None]
        half = self.BUCKETS // 2
        exact = half // 2
        bucket = (relative > 0).to(torch.long) * half
        distance = relative.abs()
        far = exact + (
            torch.log(distance.clamp(min=1).float() / exact) / math.log(self.FARTHEST / exact) * (half - exact)
        ).to(torch.long)
        bucket = bucket + torch.where(distance < exact, distance, far.clamp(max=half - 1))
        return self.relative_bias(bucket).permute(2, 0, 1)[None]

    def forward(self, input_ids, attention_mask):
        x = self.words(input_ids)
        bias = self.position_bias(input_ids.shape[1]) + mask_bias(attention_mask)
        for layer in self.layers:
            x = layer(x, bias)
        return self.norm(x)


class ScaleNorm(nn.Module):
    """Layer normalization without a bias."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(WIDTH))

    def forward(self, x):
        return nn.functional.layer_norm(x, (WIDTH,), self.weight, None, 1e-5)


class RotaryAttention(nn.Module):
    """Queries and keys are turned by their positions (Su et al. 2021); one product gives all three."""

    def __init__(self, theta: float):
        super().__init__()
        self.projections, self.output = nn.Linear(WIDTH, 3 * WIDTH, bias=False), nn.Linear(WIDTH, WIDTH, bias=False)
        self.theta = theta

    def forward(self, x, bias):
        size = WIDTH // HEADS
        query, key, value = (
            self.projections(x).view(x.shape[0], x.shape[1], 3, HEADS, size).permute(2, 0, 3, 1, 4).unbind(0)
        )
        frequencies = self.theta ** -(torch.arange(0, size, 2).float() / size)
        angles = torch.arange(x.shape[1])[:, None] * frequencies
        angles = torch.cat([angles, angles], -1)

        def turned(y):
            half = torch.cat([-y[..., size // 2 :], y[..., : size // 2]], -1)
            return y * angles.cos() + half * angles.sin()

        scores = turned(query) @ turned(key).transpose(2, 3) / math.sqrt(size) + bias
        context = scores.softmax(-1) @ value
        return self.output(context.transpose(1, 2).reshape(x.shape[0], x.shape[1], WIDTH))


class ModernBertLayer(nn.Module):
    def __init__(self, is_first: bool):
        super().__init__()
        # What comes from the embeddings is normalized already. The layers after it see a window.
        self.attention_norm = nn.Identity() if is_first else ScaleNorm()
        self.attention = RotaryAttention(theta=160_000.0 if is_first else 10_000.0)
        self.norm = ScaleNorm()
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH, bias=False), nn.Linear(2 * WIDTH, WIDTH, bias=False)

    def forward(self, x, bias):
        x = x + self.attention(self.attention_norm(x), bias)
        value, gate = self.up(self.norm(x)).chunk(2, dim=-1)
        return x + self.down(nn.functional.gelu(value) * gate)


class ModernBert(nn.Module):
    """ModernBERT (modeling_modernbert.py): rotary positions, a gated GELU, no biases, windows in all layers but some."""

    WINDOW = 6

    def __init__(self, vocabulary: int):
        super().__init__()
        self.words = nn.Embedding(vocabulary, WIDTH)
        self.norm, self.last_norm = ScaleNorm(), ScaleNorm()
        self.layers = nn.ModuleList(ModernBertLayer(is_first=layer == 0) for layer in range(LAYERS))

    def forward(self, input_ids, attention_mask):
        x = self.norm(self.words(input_ids))
        everywhere = mask_bias(attention_mask)
        positions = torch.arange(input_ids.shape[1])
        is_far = (positions[:, None] - positions).abs() > self.WINDOW // 2
        nearby = everywhere.masked_fill(is_far, torch.finfo(torch.float32).min)
        for index, layer in enumerate(self.layers):
            x = layer(x, everywhere if index == 0 else nearby)
        return self.last_norm(x)
