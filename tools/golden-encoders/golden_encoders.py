"""
Writes tiny model folders with random weights, and the vectors that PyTorch gives for them, for the tests of
@kokeshi/transformer-int8:

    /usr/bin/python3 tools/golden-encoders/golden_encoders.py packages/transformer-int8/src/fixtures/golden

Made with Debian 12's python3-torch 1.13.0 and numpy 1.24.2; golden.json in the folder records the versions. Nothing
here comes from the code under test: tokens, graphs, pooling and Dense layers are written out in Python.

Compared with transformers 5.18.0 and sentence-transformers 6.0.1 (torch 2.13.0, CPU) by

    python tools/golden-encoders/compare_transformers.py packages/transformer-int8/src/fixtures/golden

All components of hidden states, of pooled vectors and of the stored vectors of texts agree to 1e-5. The one difference
is meant: `cls` with the prompt left out is the text's first token here and in sentence-transformers 5.1, and the token
after the prompt in 6.0. Texts lose the white space around them, as in 5.1; 6.0 leaves it to the tokenizer.
"""

import json
import platform
import struct
import sys
from pathlib import Path

import numpy
import torch

from encoders import POSITIONS, WIDTH, Bert, BertOfTexts, BertWithPositions, ModernBert, Roberta, T5Encoder
from pooling import Dense, normalize, pool
from word_tokenizers import WordPiece, modern_bert, roberta as roberta_letters, t5, xlm_roberta

TEXTS = [
    "a wooden doll",
    "the",
    "a kokeshi is a small wooden doll of the north of japan made by hand and painted with red and black ink",
    "Old dolls in the village",
    "no arms no legs",
    "",
]
KNOWN_TEXTS = [
    "a wooden doll",
    "the",
    "a small wooden doll of the north of japan made by hand and painted with red and black ink for the children",
    "the old doll in the village",
    "no arms no legs",
    "",
]
LIMIT = 16
MODES = ["cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]
TANH = "torch.nn.modules.activation.Tanh"
IDENTITY = "torch.nn.modules.linear.Identity"


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def write_safetensors(path, tensors):
    path.parent.mkdir(parents=True, exist_ok=True)
    header, content = {}, b""
    for name, tensor in tensors.items():
        data = tensor.detach().numpy().astype("<f4").tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": list(tensor.shape),
            "data_offsets": [len(content), len(content) + len(data)],
        }
        content += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + content)


def export(model, path, inputs, output, int32=False):
    path.parent.mkdir(parents=True, exist_ok=True)
    number = torch.int32 if int32 else torch.int64
    example = tuple(torch.ones(2, 3, dtype=number) for _ in inputs)
    axes = {name: {0: "batch", 1: "sequence"} for name in inputs}
    axes[output] = {0: "batch"} if output == "sentence_embedding" else {0: "batch", 1: "sequence"}
    torch.onnx.export(
        model, example, str(path), input_names=inputs, output_names=[output], dynamic_axes=axes, opset_version=14
    )


def pad(rows, padding):
    columns = max(len(row) for row in rows)
    ids = torch.tensor([row + [padding] * (columns - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (columns - len(row)) for row in rows])
    return ids, mask


class Golden:
    def __init__(self, root, name, model, tokenizer, texts, config, sentence_config):
        self.folder = root / name
        self.model, self.tokenizer, self.texts = model, tokenizer, texts
        self.rows = [tokenizer.encode(self.prepare(text, sentence_config), LIMIT) for text in texts]
        self.variants = []
        write_json(self.folder / "tokenizer.json", tokenizer.json)
        write_json(self.folder / "config.json", {**config, "pad_token_id": tokenizer.pad, "hidden_size": WIDTH})
        write_json(self.folder / "sentence_bert_config.json", sentence_config)

    @staticmethod
    def prepare(text, sentence_config):
        return text.lower() if sentence_config["do_lower_case"] else text

    def tokens(self, rows):
        ids, mask = pad(rows, self.tokenizer.pad)
        inputs = [ids, mask] if not isinstance(self.model, Bert) else [ids, mask, torch.zeros_like(ids)]
        with torch.no_grad():
            return self.model(*inputs), mask

    def add(self, name, modes, layers=(), prompt=None, include_prompt=True):
        """Vectors of every text alone, and of all in one padded batch."""
        rows, prompt_tokens = self.rows, 0
        if prompt is not None:
            rows = [self.tokenizer.encode(prompt + text, LIMIT) for text in self.texts]
            prompt_tokens = 0 if include_prompt else len(self.tokenizer.encode(prompt, LIMIT)) - 1

        def vectors(some):
            tokens, mask = self.tokens(some)
            with torch.no_grad():
                x = pool(modes, tokens, mask, prompt_tokens)
                for layer in layers:
                    x = layer(x)
            return x

        alone = torch.cat([vectors([row]) for row in rows])
        batch = vectors(rows)
        assert (alone - batch).abs().max() < 1e-5, name
        modules = [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        ]
        files = {}
        for layer in layers:
            index = len(modules)
            kind = "Dense" if isinstance(layer, Dense) else "Normalize"
            path = f"{index}_{kind}"
            modules.append(
                {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
            )
            if kind == "Dense":
                stored = self.folder / "dense" / f"{name.replace(' ', '-').lower()}-{index}.safetensors"
                write_safetensors(stored, layer.tensors())
                files[f"{path}/config.json"] = layer.config
                files[f"{path}/model.safetensors"] = f"dense/{stored.name}"
        self.variants.append(
            {
                "name": name,
                "modules": modules,
                "pooling": {
                    "word_embedding_dimension": WIDTH,
                    "pooling_mode_cls_token": "cls" in modes,
                    "pooling_mode_mean_tokens": "mean" in modes,
                    "pooling_mode_max_tokens": "max" in modes,
                    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens" in modes,
                    "pooling_mode_weightedmean_tokens": "weightedmean" in modes,
                    "pooling_mode_lasttoken": "lasttoken" in modes,
                    "include_prompt": include_prompt,
                },
                "files": files,
                **({"prompt": prompt} if prompt is not None else {}),
                "alone": rounded(alone),
                "batch": rounded(batch),
            }
        )

    def write(self):
        versions = {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": numpy.__version__,
        }
        truncated = [
            index
            for index, text in enumerate(self.texts)
            if len(self.tokenizer.encode(self.prepare(text, {"do_lower_case": True}), 1000)) > LIMIT
        ]
        golden = {
            "madeBy": "tools/golden-encoders/golden_encoders.py",
            "versions": versions,
            "texts": self.texts,
            "ids": self.rows,
            "truncated": truncated,
            "variants": self.variants,
        }
        (self.folder / "golden.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n")


def rounded(tensor):
    """Nine digits give every float32 back."""
    return [[float(f"{value:.9g}") for value in row] for row in tensor.tolist()]


def randomize(model):
    """Weights large enough that every part of the model shows in the vectors."""
    for name, parameter in model.named_parameters():
        torch.nn.init.normal_(parameter, std=0.5 if parameter.dim() > 1 else 0.2)
        if "norm" in name and name.endswith("weight"):
            parameter.data += 1
    return model.eval()


def main(root):
    torch.manual_seed(20)
    sentence_config = {"max_seq_length": LIMIT, "do_lower_case": False}
    onnx = "onnx/model.onnx"

    word_piece = WordPiece()
    bert = randomize(Bert(word_piece.size))
    config = {"model_type": "bert", "max_position_embeddings": POSITIONS}
    golden = Golden(root, "bert", bert, word_piece, TEXTS, config, sentence_config)
    export(bert, golden.folder / onnx, ["input_ids", "attention_mask", "token_type_ids"], "last_hidden_state")
    with_positions = ["input_ids", "attention_mask", "position_ids"]
    export(
        BertWithPositions(bert), golden.folder / "onnx/with-positions.onnx", with_positions, "token_embeddings", int32=True
    )
    export(
        BertOfTexts(bert),
        golden.folder / "onnx/of-texts.onnx",
        ["input_ids", "attention_mask", "token_type_ids"],
        "sentence_embedding",
    )
    for mode in MODES:
        golden.add(mode, [mode])
        golden.add(f"{mode} without the prompt", [mode], prompt="query: ", include_prompt=False)
    golden.add("normalized mean", ["mean"], [normalize])
    golden.add("cls, max and mean", ["cls", "max", "mean"])
    golden.add("mean_sqrt_len and weightedmean", ["mean_sqrt_len_tokens", "weightedmean"])
    golden.add("with the prompt", ["mean"], prompt="query: ")
    golden.add("Dense with tanh", ["mean"], [Dense(WIDTH, 8, TANH), normalize])
    golden.add("two Dense layers after two modes", ["cls", "mean"], [
        Dense(2 * WIDTH, 12, "torch.nn.modules.activation.GELU"),
        normalize,
        Dense(12, 6, IDENTITY, bias=False),
    ])
    for name in ("ReLU", "Sigmoid", "SiLU"):
        golden.add(f"Dense with {name}", ["cls"], [Dense(WIDTH, 4, f"torch.nn.modules.activation.{name}")])
    golden.write()

    letters = roberta_letters()
    roberta = randomize(Roberta(letters.size, letters.pad))
    config = {"model_type": "roberta", "max_position_embeddings": POSITIONS}
    texts_of_letters = [text.lower() for text in KNOWN_TEXTS[:2]] + ["  new water  ", KNOWN_TEXTS[2], ""]
    golden = Golden(root, "roberta", roberta, letters, texts_of_letters, config, sentence_config)
    export(roberta, golden.folder / onnx, ["input_ids", "attention_mask"], "last_hidden_state")
    for mode in ("mean", "cls"):
        golden.add(mode, [mode])
    golden.write()

    pieces = xlm_roberta()
    xlm = randomize(Roberta(pieces.size, pieces.pad))
    config = {"model_type": "xlm-roberta", "max_position_embeddings": POSITIONS}
    golden = Golden(root, "xlm-roberta", xlm, pieces, KNOWN_TEXTS, config, sentence_config)
    export(xlm, golden.folder / onnx, ["input_ids", "attention_mask"], "last_hidden_state")
    for mode in ("mean", "cls"):
        golden.add(mode, [mode], [normalize])
    golden.write()

    pieces = t5()
    encoder = randomize(T5Encoder(pieces.size))
    config = {"model_type": "t5"}
    texts = [text.title() for text in KNOWN_TEXTS]
    golden = Golden(root, "t5", encoder, pieces, texts, config, {"max_seq_length": LIMIT, "do_lower_case": True})
    export(encoder, golden.folder / onnx, ["input_ids", "attention_mask"], "last_hidden_state")
    golden.add("Dense without bias", ["mean"], [Dense(WIDTH, 8, IDENTITY, bias=False), normalize])
    golden.write()

    letters = modern_bert()
    modern = randomize(ModernBert(letters.size))
    config = {"model_type": "modernbert", "max_position_embeddings": 8192}
    golden = Golden(root, "modernbert", modern, letters, texts_of_letters, config, sentence_config)
    export(modern, golden.folder / onnx, ["input_ids", "attention_mask"], "last_hidden_state")
    for mode in ("cls", "mean"):
        golden.add(mode, [mode], [normalize])
    golden.write()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
