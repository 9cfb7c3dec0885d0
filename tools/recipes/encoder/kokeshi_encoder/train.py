"""
Contrastive training of the encoder, which begins as the static model. Run again with the same options, it goes on where it
was interrupted.
"""

import os
from dataclasses import asdict

import numpy as np
import torch

from .budget import Budget
from .cache import TokenCache, open_cache
from .chunks import encode_chunks, make_chunks, static_sums
from .loop import Loop, Loss
from .losses import matryoshka_contrastive, matryoshka_cosent
from .model import POSITIONS
from .neighbours import neighbour_orders
from .optimiser import make_optimiser
from .options import arithmetic, lasting, make_encoder, option_parser, parse
from .prefetch import prefetch
from .run_folder import RunFolder, load_weights, save_weights
from .sampler import BatchSampler, held_out
from .validation import mean_reciprocal_ranks

#: Those of the static model's recipe (tools/recipes/model-en-ja/src/settings.ts).
SOURCE_WEIGHTS = (
    "docs-en=0.3 docs-ja=0.3 docs-parallel-en-ja=0.3 general-en=1.5 jaquad-jglue-ja=2 php-tldr-misc=0.5 qa=0.3"
    " tatoeba-tanaka=3 wordnet=2"
).split()


def parse_options(arguments=None):
    parser = option_parser(__doc__, ".work/run")
    option = parser.add_argument
    option("--begin-with", help="weights.npz of the pretraining")
    option("--matryoshka", type=int, nargs="*", default=[256, 128, 64, 32], help="smaller sizes in the loss")
    option("--batch-size", type=int, default=512)
    option("--max-tokens", type=int, default=64, help="longer texts are cut")
    option("--tail-max-tokens", type=int, default=256, help="the same in the tail of the training")
    option("--tail", type=float, default=0.15, help="share of the training with longer texts")
    option("--table-rate", type=float, default=1e-3, help="peak learning rate of the token table; 0 keeps it as it is")
    option("--output-rate", type=float, help="peak learning rate of gate and head. Default: a tenth of --rate")
    option("--scale", type=float, default=18.0, help="of the cosines in the softmax")
    option("--graded-weight", type=float, default=0.05, help="of the CoSENT loss; 0 leaves graded pairs out")
    option("--graded-batch", type=int, default=64)
    option("--neighbour-share", type=float, default=0.5, help="of a batch; 0 needs no groups")
    option("--group-size", type=int, default=256)
    option("--source-weight", nargs="*", default=SOURCE_WEIGHTS, help="how often a source is drawn, beside its pairs^0.5")
    option("--validate-minutes", type=float, default=15)
    option("--validation-pairs", type=int, default=300, help="most held-out pairs of a source")
    options = parse(parser, arguments)
    if options.output_rate is None:
        options.output_rate = options.rate / 10
    return options


def main(arguments=None) -> None:
    options = parse_options(arguments)
    cache = open_cache(options.cache)
    encoder = make_encoder(options, cache)
    if options.begin_with:
        arrays, description = load_weights(options.begin_with)
        if description["shape"] != asdict(encoder.shape) or description["tokenizer"] != cache.tokenizer:
            raise ValueError(f"{options.begin_with} is of another shape or tokenizer: {description}")
        encoder.load_state_dict(arrays)
    encoder.to(options.device)
    encoder.table.requires_grad_(options.table_rate > 0)
    validation = [held_out(source) for source in cache.pairs]
    sampler = make_sampler(options, cache, validation)
    budget = Budget(options.steps, options.minutes, options.stop_after_minutes)
    width = encoder.shape.dimensions
    sizes = [width, *(size for size in options.matryoshka if size < width)]

    def batches(draws):
        if draws is not None:
            sampler.state = draws

        def forever():
            while True:
                # By the number of the batch, not the step: batches are made ahead of their step.
                done = sampler.state["number"] / options.steps if options.steps else budget.progress
                longest = options.tail_max_tokens if done >= 1 - options.tail else options.max_tokens
                batch = make_batch(options, cache, sampler, longest)
                yield batch, {"number": sampler.state["number"], "drawn": list(sampler.state["drawn"])}

        return prefetch(forever())

    # The static model as it was, on the same batches: the difference shows soon what the losses, whose size is that of
    # their sources, show late.
    static = encoder.table.detach().clone()

    def loss(batch) -> Loss:
        with arithmetic(options):
            vectors = encode_chunks(encoder, batch["chunks"], shifted=True).float()
        contrastive, graded = batch_losses(options, vectors, batch, sizes)
        with torch.no_grad():
            of_static = batch_losses(options, static_sums(encoder, static, batch["chunks"]), batch, sizes)
        beside = {
            "pairs": float(contrastive),
            "static on pairs": float(of_static[0]),
            "graded": float(graded),
            "static on graded": float(of_static[1]),
        }
        return Loss(contrastive + options.graded_weight * graded, batch["counts"], beside)

    def validate():
        with arithmetic(options):
            held_out_pairs = [pairs[: options.validation_pairs] for pairs in validation]
            return mean_reciprocal_ranks(encoder, cache.pairs, held_out_pairs, options.tokens_at_once)

    finished = Loop(
        folder=RunFolder(options.out),
        budget=budget,
        module=encoder,
        optimiser=make_optimiser(
            encoder, options.rate, options.table_rate, options.output_rate, options.weight_decay
        ),
        options=lasting(options, cache),
        batches=batches,
        loss=loss,
        validate=validate,
        save_minutes=options.save_minutes,
        validate_minutes=options.validate_minutes,
    ).run()
    if finished:
        path = os.path.join(options.out, "weights.npz")
        save_weights(path, encoder, {"shape": asdict(encoder.shape), "tokenizer": cache.tokenizer, "matryoshka": sizes})
        print(f"wrote {path}")


def make_sampler(options, cache: TokenCache, validation) -> BatchSampler:
    members = []
    for source, pairs in zip(cache.pairs, validation):
        has_tokens = (np.diff(source.anchors.starts) > 0) & (np.diff(source.positives.starts) > 0)
        has_tokens[pairs] = False
        members.append(np.flatnonzero(has_tokens))
    neighbours = None
    if options.neighbour_share > 0:
        neighbours = neighbour_orders(cache, members, options.group_size, options.seed)
    return BatchSampler(
        cache.pairs,
        members,
        options.batch_size,
        options.seed,
        weights=source_weights(options.source_weight, cache),
        neighbours=neighbours,
        group_size=options.group_size,
        neighbour_share=options.neighbour_share,
    )


def source_weights(items, cache: TokenCache) -> dict:
    weights = {}
    for item in items:
        name, _, weight = item.partition("=")
        if name not in {source.name for source in cache.pairs}:
            raise ValueError(f"--source-weight {item}: there is no source {name}")
        weights[name] = float(weight)
    return weights


def make_batch(options, cache: TokenCache, sampler: BatchSampler, longest: int) -> dict:
    """Anchors, positives, and both sides of graded pairs, cut together into matrices."""
    number = sampler.state["number"]
    random = np.random.default_rng([options.seed, 4, number])
    batch = sampler.next()
    columns = [(rows, batch.pairs) for rows in (batch.source.anchors, batch.source.positives)]
    grades = np.zeros(0, dtype=np.float32)
    if options.graded_weight > 0 and cache.graded:
        graded = cache.graded[number % len(cache.graded)]
        chosen = random.choice(len(graded), size=min(options.graded_batch, len(graded)), replace=False)
        columns += [(graded.first, chosen), (graded.second, chosen)]
        grades = graded.scores[chosen]
    texts = [rows.row(index)[:longest] for rows, indices in columns for index in indices]
    multiple = 1 if options.device == "cpu" else 8
    return {
        "chunks": make_chunks(texts, options.tokens_at_once, POSITIONS, random, multiple),
        "pairs": len(batch.pairs),
        "grades": torch.from_numpy(grades),
        "counts": {"pairs": len(batch.pairs), "tokens": sum(map(len, texts))},
    }


def batch_losses(options, vectors, batch: dict, sizes):
    """(contrastive, graded), the latter 0 where a batch has no graded pairs."""
    pairs, grades = batch["pairs"], batch["grades"].to(vectors.device)
    anchors, positives, first, second = vectors.split([pairs, pairs, len(grades), len(grades)])
    contrastive = matryoshka_contrastive(anchors, positives, sizes, options.scale)
    if len(grades) == 0:
        return contrastive, contrastive.new_zeros(())
    return contrastive, matryoshka_cosent(first, second, grades, sizes, options.scale)


if __name__ == "__main__":
    main()
