"""Options that contrastive training and pretraining share, and what is made of them."""

import argparse
import os
from contextlib import nullcontext

import torch

from .allocator import keep_freed_memory
from .cache import TokenCache
from .matrix_product import has_bfloat16_instructions
from .model import Encoder, Shape

#: May differ between the parts of an interrupted run.
OF_THE_PROCESS = {
    "cache",
    "out",
    "minutes",
    "stop_after_minutes",
    "threads",
    "save_minutes",
    "validate_minutes",
    "validation_pairs",
}


def option_parser(description: str, out: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    option = parser.add_argument
    option("--cache", default=".work/cache", help="folder that `npm run prepare-data` wrote")
    option("--out", default=out, help="folder of checkpoint, log and weights; a run goes on where it ended")
    option("--minutes", type=float, help="length of the training, interrupted parts included")
    option("--steps", type=int, help="length of the training, instead of --minutes")
    option("--stop-after-minutes", type=float, help="pause with a checkpoint; the same command goes on")
    option("--embedding", type=int, help="columns of the static table that are used. Default: at most 512")
    option("--width", type=int, default=256, help="of the hidden layers")
    option("--layers", type=int, default=4)
    option("--head-width", type=int, default=64, help="of an attention head")
    option("--feed-forward", type=int, help="width between the two products. Default: 4 x width")
    option("--dimensions", type=int, help="of the vectors, at least --embedding. Default: --embedding")
    option("--rate", type=float, default=1e-3, help="peak learning rate")
    option("--weight-decay", type=float, default=0.01)
    option("--tokens-at-once", type=int, help="places of a matrix of texts. Default: 1024, on a GPU 65536")
    option("--threads", type=int, default=os.cpu_count())
    option("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    option("--arithmetic", choices=["float32", "bfloat16"], help="of matrix products. Default: what is faster")
    option("--seed", type=int, default=1)
    option("--save-minutes", type=float, default=5)
    return parser


def parse(parser: argparse.ArgumentParser, arguments) -> argparse.Namespace:
    """Fills in what depends on the machine, and prepares the process."""
    options = parser.parse_args(arguments)
    on_cpu = options.device == "cpu"
    if options.arithmetic is None:
        options.arithmetic = "bfloat16" if not on_cpu or has_bfloat16_instructions() else "float32"
    if options.tokens_at_once is None:
        options.tokens_at_once = 1024 if on_cpu else 65_536
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    keep_freed_memory()
    return options


def lasting(options: argparse.Namespace, cache: TokenCache) -> dict:
    """What two parts of a run must have in common."""
    kept = {key: value for key, value in vars(options).items() if key not in OF_THE_PROCESS}
    return {**kept, "tokenizer": cache.tokenizer}


def make_encoder(options: argparse.Namespace, cache: TokenCache) -> Encoder:
    embedding = options.embedding or min(512, cache.dimensions)
    encoder = Encoder(
        Shape(
            vocabulary_size=cache.vocabulary_size,
            embedding=embedding,
            width=options.width,
            layers=options.layers,
            heads=options.width // options.head_width,
            dimensions=options.dimensions or embedding,
            feed_forward=options.feed_forward or 4 * options.width,
            sublinear=cache.sublinear,
        )
    )
    encoder.initialise(cache.table(), options.seed)
    encoder.compute_in_bfloat16(options.device == "cpu" and options.arithmetic == "bfloat16")
    return encoder


def arithmetic(options: argparse.Namespace):
    """On a GPU, PyTorch's own choice of what to compute in bfloat16."""
    if options.device == "cpu" or options.arithmetic == "float32":
        return nullcontext()
    return torch.autocast("cuda", dtype=torch.bfloat16)
