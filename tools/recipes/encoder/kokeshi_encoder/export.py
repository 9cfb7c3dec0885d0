"""
Writes trained weights as a Hugging Face folder: `onnx/model.onnx` in float32 with what sentence-transformers keeps beside
it. `python3 -m kokeshi_encoder.export --help`
"""

import argparse
import hashlib
import inspect
import json
import os
import shutil
import warnings

import numpy as np
import torch
import torch.nn.functional as functional
from torch import nn

from .cache import open_cache
from .chunks import Chunk, make_chunks
from .model import Encoder, Projections, Shape
from .run_folder import load_weights

#: LayerNormalization is one operator from 17 on.
OPSET = 17


class SeparateProjections(nn.Module):
    """The same as three products: the pattern that graph optimisers know."""

    def __init__(self, merged: Projections):
        super().__init__()
        width = merged.in_features
        self.parts = nn.ModuleList(nn.Linear(width, width) for _ in range(3))
        with torch.no_grad():
            for index, part in enumerate(self.parts):
                part.weight.copy_(merged.weight[index * width : (index + 1) * width])
                part.bias.copy_(merged.bias[index * width : (index + 1) * width])

    def forward(self, x):
        return tuple(part(x) for part in self.parts)


class Exported(nn.Module):
    """`last_hidden_state` from ids and mask, as a Transformer module of sentence-transformers gives it."""

    def __init__(self, encoder: Encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids, attention_mask):
        return self.encoder.token_vectors(self.encoder.embed(input_ids), input_ids, attention_mask)


def load_encoder(path: str):
    arrays, description = load_weights(path)
    encoder = Encoder(Shape(**description["shape"]))
    encoder.load_state_dict(arrays)
    for block in encoder.blocks:
        block.projections = SeparateProjections(block.projections)
    return encoder.eval(), description


def write_onnx(encoder: Encoder, path: str) -> None:
    ids = torch.zeros(2, 7, dtype=torch.int64)
    # Newer versions export by tracing only when told so.
    tracing = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    axes = {0: "batch_size", 1: "sequence_length"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", torch.jit.TracerWarning)
        torch.onnx.export(
            Exported(encoder),
            (ids, torch.ones_like(ids)),
            path,
            input_names=["input_ids", "attention_mask"],
            output_names=["last_hidden_state"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "last_hidden_state": axes},
            opset_version=OPSET,
            **tracing,
        )


def write_configuration(folder: str, shape: Shape, matryoshka) -> None:
    files = {
        "config.json": {
            "model_type": "kokeshi-encoder",
            "vocab_size": shape.vocabulary_size,
            "embedding_size": shape.embedding,
            "hidden_size": shape.dimensions,
            "encoder_width": shape.width,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.feed_forward,
            "max_position_embeddings": shape.positions,
            "hidden_act": "gelu",
            "pad_token_id": 0,
            "matryoshka_dimensions": matryoshka,
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.dimensions,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": {}, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    }
    for name, content in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2)
            file.write("\n")


def reference_batches(encoder: Encoder, cache):
    """Real texts and the vectors PyTorch gives them: of several lengths alone, and of all lengths in padded batches."""
    source = cache.pairs[0]
    ids = np.asarray(source.positives.ids[: 4 * encoder.shape.positions], dtype=np.int64)
    alone = [ids[start : start + length] for start, length in ((0, 1), (7, 3), (20, 16), (50, 61), (130, 128), (300, 512))]
    texts = [source.positives.row(index) for index in range(1, 40)]
    batches = [[text] for text in alone] + [alone, texts]
    for batch in batches:
        (chunk,) = make_chunks(batch, 1 << 30, encoder.shape.positions, np.random.default_rng(0))
        yield reference(encoder, chunk)


def reference(encoder: Encoder, chunk: Chunk) -> dict:
    with torch.no_grad():
        vectors = functional.normalize(encoder(encoder.embed(chunk.ids), chunk.ids, chunk.mask))
    return {
        "ids": chunk.ids.tolist(),
        "mask": chunk.mask.long().tolist(),
        "vectors": [[round(value, 8) for value in row] for row in vectors.tolist()],
    }


def main(arguments=None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--weights", default=".work/run/weights.npz")
    parser.add_argument("--cache", default=".work/cache")
    parser.add_argument("--model", default="../../../packages/model-en-ja", help="folder whose tokenizer.json made the cache")
    parser.add_argument("--out", default=".work/export")
    options = parser.parse_args(arguments)

    encoder, description = load_encoder(options.weights)
    tokenizer = os.path.join(options.model, "tokenizer.json")
    with open(tokenizer, "rb") as file:
        if hashlib.sha256(file.read()).hexdigest() != description["tokenizer"]:
            raise ValueError(f"the weights were not trained with {tokenizer}: name the right folder with --model")
    os.makedirs(os.path.join(options.out, "onnx"), exist_ok=True)
    write_configuration(options.out, encoder.shape, description["matryoshka"])
    shutil.copyfile(tokenizer, os.path.join(options.out, "tokenizer.json"))
    write_onnx(encoder, os.path.join(options.out, "onnx", "model.onnx"))
    # Not part of the model: `npm run verify` compares ONNX Runtime with it.
    with open(f"{options.out}.reference.json", "w", encoding="utf-8") as file:
        json.dump(list(reference_batches(encoder, open_cache(options.cache))), file)
    print(f"wrote {options.out}: now `npm run verify`")


if __name__ == "__main__":
    main()
