"""
Compares what is written out by hand here with the libraries it is written after: the encoders with transformers, and
pooling, Dense and Normalize with sentence-transformers. Prints one line per comparison with the greatest difference of
a component, and exits with 1 where one is above the tolerance.

    python -m venv .venv && .venv/bin/pip install torch transformers sentence-transformers
    .venv/bin/python tools/golden-encoders/compare_transformers.py packages/transformer-int8/src/fixtures/golden

1. The same random weights, hidden states of padded batches: `encoders.py` against transformers.
2. The same random hidden states: `pooling.py` against sentence-transformers' modules.
3. Texts: the stored vectors of every variant in the golden folder against SentenceTransformer.encode, which gets the
   golden tokenizer.json, modules and Dense layers, and transformers' own model with the weights that
   `golden_encoders.py` draws.

Nothing is downloaded, and nothing in the golden folder is written.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy
import sentence_transformers
import torch
import transformers
from sentence_transformers import SentenceTransformer

import golden_encoders
from encoders import HEADS, LAYERS, POSITIONS, WIDTH
from encoders import Bert, BertOfTexts, BertWithPositions, ModernBert, Roberta, T5Encoder
from pooling import ACTIVATIONS, Dense, normalize, pool

try:
    from sentence_transformers.sentence_transformer import modules as library
except ImportError:  # up to 5
    from sentence_transformers import models as library

TOLERANCE = 1e-5
VOCABULARY = 30
WIDE = 2 * WIDTH


class Comparisons:
    def __init__(self):
        self.failures = 0

    def add(self, name, ours, theirs):
        difference = float((torch.as_tensor(ours) - torch.as_tensor(theirs)).abs().max())
        # A difference that is not a number is not below the tolerance.
        agrees = difference <= TOLERANCE
        self.failures += not agrees
        print(f"{'agrees ' if agrees else 'DIFFERS'}  {difference:.1e}  {name}")


def bert_weights(ours):
    names = {
        "words.weight": "embeddings.word_embeddings.weight",
        "positions.weight": "embeddings.position_embeddings.weight",
        "types.weight": "embeddings.token_type_embeddings.weight",
        "norm.weight": "embeddings.LayerNorm.weight",
        "norm.bias": "embeddings.LayerNorm.bias",
    }
    for layer in range(LAYERS):
        for our_part, their_part in {
            "attention.query": "attention.self.query",
            "attention.key": "attention.self.key",
            "attention.value": "attention.self.value",
            "attention.output": "attention.output.dense",
            "attention_norm": "attention.output.LayerNorm",
            "up": "intermediate.dense",
            "down": "output.dense",
            "norm": "output.LayerNorm",
        }.items():
            for kind in ("weight", "bias"):
                names[f"layers.{layer}.{our_part}.{kind}"] = f"encoder.layer.{layer}.{their_part}.{kind}"
    return renamed(ours, names)


def t5_weights(ours):
    attention = "encoder.block.{}.layer.0.SelfAttention"
    names = {
        "words.weight": "shared.weight",
        "relative_bias.weight": f"{attention.format(0)}.relative_attention_bias.weight",
        "norm.weight": "encoder.final_layer_norm.weight",
    }
    for layer in range(LAYERS):
        for our_part, their_part in {"query": "q", "key": "k", "value": "v", "output": "o"}.items():
            names[f"layers.{layer}.attention.{our_part}.weight"] = f"{attention.format(layer)}.{their_part}.weight"
        for our_part, their_part in {
            "attention_norm": "layer.0.layer_norm",
            "norm": "layer.1.layer_norm",
            "up": "layer.1.DenseReluDense.wi",
            "down": "layer.1.DenseReluDense.wo",
        }.items():
            names[f"layers.{layer}.{our_part}.weight"] = f"encoder.block.{layer}.{their_part}.weight"
    return renamed(ours, names)


def modern_bert_weights(ours):
    names = {
        "words.weight": "embeddings.tok_embeddings.weight",
        "norm.weight": "embeddings.norm.weight",
        "last_norm.weight": "final_norm.weight",
    }
    for layer in range(LAYERS):
        for our_part, their_part in {
            "attention.projections": "attn.Wqkv",
            "attention.output": "attn.Wo",
            "norm": "mlp_norm",
            "up": "mlp.Wi",
            "down": "mlp.Wo",
            **({} if layer == 0 else {"attention_norm": "attn_norm"}),
        }.items():
            names[f"layers.{layer}.{our_part}.weight"] = f"layers.{layer}.{their_part}.weight"
    return renamed(ours, names)


def renamed(ours, names):
    """The weights under the library's names; every weight has one."""
    weights = ours.state_dict()
    assert weights.keys() == names.keys(), weights.keys() ^ names.keys()
    return {names[name]: weight.clone() for name, weight in weights.items()}


def their_model(ours, pad, attention="sdpa"):
    """transformers' model of the same shape with the weights of ours."""
    shape = {"pad_token_id": pad, "attn_implementation": attention}
    if isinstance(ours, (Bert, Roberta)):
        ours, config_class, model_class = (
            (ours, transformers.BertConfig, transformers.BertModel)
            if isinstance(ours, Bert)
            else (ours.bert, transformers.RobertaConfig, transformers.RobertaModel)
        )
        config = config_class(
            vocab_size=ours.words.num_embeddings,
            hidden_size=WIDTH,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            intermediate_size=WIDE,
            max_position_embeddings=POSITIONS,
            type_vocab_size=2,
            layer_norm_eps=1e-12,
            **shape,
        )
        theirs, weights = model_class(config, add_pooling_layer=False), bert_weights(ours)
    elif isinstance(ours, T5Encoder):
        config = transformers.T5Config(
            vocab_size=ours.words.num_embeddings,
            d_model=WIDTH,
            d_kv=WIDTH // HEADS,
            d_ff=WIDE,
            num_layers=LAYERS,
            num_heads=HEADS,
            relative_attention_num_buckets=T5Encoder.BUCKETS,
            relative_attention_max_distance=T5Encoder.FARTHEST,
            **shape,
        )
        theirs, weights = transformers.T5EncoderModel(config), t5_weights(ours)
        weights["encoder.embed_tokens.weight"] = weights["shared.weight"]
    else:
        config = transformers.ModernBertConfig(
            vocab_size=ours.words.num_embeddings,
            hidden_size=WIDTH,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            intermediate_size=WIDE,
            local_attention=ModernBert.WINDOW,
            bos_token_id=0,
            cls_token_id=0,
            eos_token_id=2,
            sep_token_id=2,
            **shape,
        )
        theirs, weights = transformers.ModernBertModel(config), modern_bert_weights(ours)
    theirs.load_state_dict(weights, strict=True)
    return theirs.eval()


def xlm_roberta_model(ours, pad, attention="sdpa"):
    roberta = their_model(ours, pad, attention)
    config = transformers.XLMRobertaConfig(**{**roberta.config.to_dict(), "model_type": "xlm-roberta"})
    config._attn_implementation = attention
    theirs = transformers.XLMRobertaModel(config, add_pooling_layer=False)
    theirs.load_state_dict(roberta.state_dict(), strict=True)
    return theirs.eval()


def padded_batch(lengths, pad):
    rows = [torch.randint(3, VOCABULARY, (length,)).tolist() for length in lengths]
    return golden_encoders.pad(rows, pad)


def compare_encoders(comparisons):
    """Rows of padding are left out: nothing reads them, and where a window has no token, they are arbitrary."""
    # RoBERTa's positions begin at pad + 1. A window of ModernBERT is 7 tokens; T5's buckets end at a distance of 16.
    for name, ours, pad, longest, build in (
        ("BertModel", Bert(VOCABULARY), 0, POSITIONS, their_model),
        ("RobertaModel", Roberta(VOCABULARY, 1), 1, POSITIONS - 2, their_model),
        ("XLMRobertaModel", Roberta(VOCABULARY, 1), 1, POSITIONS - 2, xlm_roberta_model),
        ("T5EncoderModel", T5Encoder(VOCABULARY), 0, 90, their_model),
        ("ModernBertModel", ModernBert(VOCABULARY), 1, 90, their_model),
    ):
        golden_encoders.randomize(ours)
        for attention in ("eager", "sdpa"):
            theirs = build(ours, pad, attention)
            assert type(theirs).__name__ == name
            for lengths in ([1], [5], [3, 1, 8, 2], [longest, 1, 16, longest // 2]):
                ids, mask = padded_batch(lengths, pad)
                is_token = mask.bool()
                comparison = f"{name}, {attention} attention, lengths {lengths}"
                if name != "BertModel":
                    tokens = theirs(input_ids=ids, attention_mask=mask).last_hidden_state
                    comparisons.add(comparison, ours(ids, mask)[is_token], tokens[is_token])
                    continue
                types = torch.randint(0, 2, ids.shape)
                tokens = theirs(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
                comparisons.add(comparison, ours(ids, mask, types)[is_token], tokens[is_token])
                texts = library.Pooling(WIDTH, "mean")({"token_embeddings": tokens, "attention_mask": mask})
                texts = library.Normalize()(texts)["sentence_embedding"]
                comparisons.add(f"{comparison}, of texts", BertOfTexts(ours)(ids, mask, types), texts)
                positions = torch.randint(0, POSITIONS, ids.shape)
                tokens = theirs(input_ids=ids, attention_mask=mask, position_ids=positions).last_hidden_state
                with_positions = BertWithPositions(ours)(ids, mask, positions)
                comparisons.add(f"{comparison}, with positions", with_positions[is_token], tokens[is_token])


def takes_cls_after_the_prompt():
    """
    Where the prompt is left out of pooling, `cls` was the first token in sentence-transformers 5.1, as it is in
    pooling.py. 6.0 looks for the first token that is not left out, which is the one after the prompt
    (https://github.com/huggingface/sentence-transformers/pull/3767, made for padding on the left).
    """
    tokens, mask = torch.arange(3.0).reshape(1, 3, 1), torch.ones(1, 3, dtype=torch.int64)
    features = {"token_embeddings": tokens, "attention_mask": mask, "prompt_length": 2}
    return library.Pooling(1, "cls", include_prompt=False)(features)["sentence_embedding"].item() == 2


def compare_pooling(comparisons):
    for modes in [[mode] for mode in golden_encoders.MODES] + [["cls", "max", "mean"], golden_encoders.MODES]:
        for lengths, prompt in (([1], 0), ([7, 1, 12, 3], 0), ([4], 3), ([7, 4, 12, 5], 3)):
            _, mask = padded_batch(lengths, 0)
            tokens = torch.randn(*mask.shape, WIDTH)
            features = {"token_embeddings": tokens, "attention_mask": mask.clone(), "prompt_length": prompt}
            pooling = library.Pooling(WIDTH, tuple(modes), include_prompt=prompt == 0)
            theirs = pooling(features)["sentence_embedding"]
            ours = pool(modes, tokens, mask, prompt)
            name = f"Pooling {' + '.join(modes)}, lengths {lengths}, prompt of {prompt} left out"
            if "cls" in modes and prompt > 0 and takes_cls_after_the_prompt():
                # cls is the first part of a vector.
                comparisons.add(f"{name}: cls is after the prompt", tokens[:, prompt], theirs[:, :WIDTH])
                if len(modes) == 1:
                    continue
                ours, theirs, name = ours[:, WIDTH:], theirs[:, WIDTH:], f"{name}: all but cls"
            comparisons.add(name, ours, theirs)
    # A list of modes, which 6.0 writes instead of flags, has an order of its own.
    modes = ["mean", "cls", "max"]
    features = {"token_embeddings": tokens, "attention_mask": mask}
    theirs = library.Pooling(WIDTH, tuple(modes))(features)["sentence_embedding"]
    comparisons.add("Pooling in the list's order", torch.cat([pool([mode], tokens, mask) for mode in modes], 1), theirs)
    x = torch.randn(5, WIDTH)
    for activation, function in ACTIVATIONS.items():
        for bias in (True, False):
            ours = Dense(WIDTH, 8, activation, bias)
            theirs = library.Dense(WIDTH, 8, bias=bias, activation_function=function)
            theirs.load_state_dict(ours.tensors(), strict=True)
            theirs = theirs({"sentence_embedding": x})["sentence_embedding"]
            comparisons.add(f"Dense with {activation}, {'a' if bias else 'no'} bias", ours(x), theirs)
    theirs = library.Normalize()({"sentence_embedding": x})["sentence_embedding"]
    comparisons.add("Normalize", normalize(x), theirs)


def models_of_golden_encoders():
    """The models that golden_encoders.py writes, by the name of their folder."""
    models = {}

    def keep(model, path, *_, **__):
        if path.name == "model.onnx":
            models[path.parent.parent.name] = model

    export, golden_encoders.export = golden_encoders.export, keep
    try:
        with tempfile.TemporaryDirectory() as folder:
            golden_encoders.main(Path(folder))
    finally:
        golden_encoders.export = export
    return models


def compare_texts(comparisons, root):
    for name, model in models_of_golden_encoders().items():
        source = root / name
        golden = json.loads((source / "golden.json").read_text())
        pad = json.loads((source / "config.json").read_text())["pad_token_id"]
        tokenizer = json.loads((source / "tokenizer.json").read_text())
        special = {token["id"]: token["content"] for token in tokenizer["added_tokens"]}
        # sentence-transformers takes the last token off a prompt where it is a special one.
        settings = {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "pad_token": special[pad],
            "eos_token": special[golden["ids"][0][-1]],
        }
        # 6.0 leaves white space around texts to the tokenizer; 5.1 took it away.
        texts = [text.strip() for text in golden["texts"]]
        theirs = (xlm_roberta_model if name == "xlm-roberta" else their_model)(model, pad)
        for variant in golden["variants"]:
            with tempfile.TemporaryDirectory() as temporary:
                folder = Path(temporary)
                theirs.save_pretrained(folder)
                for file in ("tokenizer.json", "sentence_bert_config.json"):
                    shutil.copy(source / file, folder)
                golden_encoders.write_json(folder / "tokenizer_config.json", settings)
                golden_encoders.write_json(folder / "modules.json", variant["modules"])
                golden_encoders.write_json(folder / "1_Pooling/config.json", variant["pooling"])
                for module in variant["modules"][2:]:
                    (folder / module["path"]).mkdir()
                    if module["type"].endswith("Normalize"):
                        golden_encoders.write_json(folder / module["path"] / "config.json", {})
                for path, content in variant["files"].items():
                    if isinstance(content, str):
                        shutil.copy(source / content, folder / path)
                    else:
                        golden_encoders.write_json(folder / path, content)
                sentence_transformer = SentenceTransformer(str(folder), device="cpu", local_files_only=True)

            def vectors(size):
                return sentence_transformer.encode(
                    texts, prompt=variant.get("prompt"), batch_size=size, show_progress_bar=False
                )

            pooling = variant["pooling"]
            if pooling["pooling_mode_cls_token"] and not pooling["include_prompt"] and takes_cls_after_the_prompt():
                print(f"left out           texts, {name}, {variant['name']}: this version takes the token after it")
                continue
            for company, size in (("alone", 1), ("batch", len(texts))):
                stored = numpy.array(variant[company], dtype=numpy.float32)
                comparisons.add(f"texts, {name}, {variant['name']}, {company}", stored, vectors(size))


def main(root):
    print(
        f"torch {torch.__version__}, transformers {transformers.__version__}, "
        f"sentence-transformers {sentence_transformers.__version__}"
    )
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)
    torch.manual_seed(7)
    comparisons = Comparisons()
    with torch.no_grad():
        compare_encoders(comparisons)
        compare_pooling(comparisons)
    compare_texts(comparisons, root)
    print(f"{comparisons.failures} above {TOLERANCE:.0e}")
    return 1 if comparisons.failures else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
