import contextlib
import io
import json
import os
import tempfile
import unittest

import numpy as np
import torch

from .. import pretrain, train
from ..cache import open_cache
from ..chunks import make_chunks
from ..run_folder import load_weights

SMALL = "--embedding 8 --width 16 --head-width 8 --layers 1 --feed-forward 16 --dimensions 8 --threads 1".split()


def write_cache(folder, vocabulary=60, pairs=2000):
    """Pairs whose anchor and positive share a rare token among common ones: a weighting of tokens solves them."""
    random = np.random.default_rng(0)
    np.save(os.path.join(folder, "table.npy"), random.normal(size=(vocabulary, 16)).astype(np.float32))

    def save_rows(name, texts):
        np.save(os.path.join(folder, f"{name}.ids.npy"), np.concatenate(texts).astype(np.uint16))
        starts = np.concatenate([[0], np.cumsum([len(text) for text in texts])])
        np.save(os.path.join(folder, f"{name}.starts.npy"), starts.astype(np.uint32))
        return sum(map(len, texts))

    def text(rare):
        return np.append(random.integers(1, 10, size=random.integers(2, 9)), rare)

    rare = random.integers(10, vocabulary, size=pairs)
    manifest = {
        "format": "kokeshi-encoder-cache",
        "version": 1,
        "tokenizer": "abc",
        "vocabularySize": vocabulary,
        "dimensions": 16,
    }
    tokens = sum(save_rows(f"a.{side}", [text(r) for r in rare]) for side in ("anchors", "positives"))
    for side in ("anchors", "positives"):
        hashes = random.integers(0, 2**32, size=pairs, dtype=np.uint32)
        np.save(os.path.join(folder, f"a.{side}.hashes.npy"), hashes)
    manifest["pairs"] = [{"name": "a", "pairs": pairs, "tokens": tokens}]
    for side in ("first", "second"):
        save_rows(f"g.{side}", [text(r) for r in rare[:50]])
    np.save(os.path.join(folder, "g.scores.npy"), random.random(50).astype(np.float32))
    manifest["graded"] = [{"name": "g", "pairs": 50, "tokens": 0}]
    save_rows("text", [text(r) for r in rare])
    manifest["texts"] = [{"name": "text", "texts": pairs, "tokens": 0}]
    with open(os.path.join(folder, "manifest.json"), "w") as file:
        json.dump(manifest, file)


class TrainingTest(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        write_cache(self.folder)

    def run_quietly(self, main, out, *more):
        arguments = ["--cache", self.folder, "--out", os.path.join(self.folder, out), *SMALL, *more]
        with contextlib.redirect_stdout(io.StringIO()) as output:
            main(arguments)
        return output.getvalue()

    def weights(self, out):
        return load_weights(os.path.join(self.folder, out, "weights.npz"))[0]

    def train(self, out, *more):
        return self.run_quietly(
            train.main, out, "--source-weight", "a=1", "--batch-size", "16", "--graded-batch", "8", "--group-size", "8", *more
        )

    def test_an_interrupted_run_ends_with_the_same_bits(self):
        self.train("whole", "--steps", "5")
        for _ in range(4):
            # No time at all: one step, a checkpoint, and out.
            self.assertIn("the same command goes on", self.train("parts", "--steps", "5", "--stop-after-minutes", "0"))
        self.train("parts", "--steps", "5", "--stop-after-minutes", "0")
        whole, parts = self.weights("whole"), self.weights("parts")
        for name, value in whole.items():
            self.assertTrue(torch.equal(value, parts[name]), name)

    def test_refuses_to_go_on_with_other_options(self):
        self.train("run", "--steps", "2", "--stop-after-minutes", "0")
        with self.assertRaisesRegex(ValueError, "holds a run of other options"):
            self.train("run", "--steps", "2", "--rate", "0.5")

    def test_learns(self):
        self.train("run", "--steps", "60", "--rate", "0.01", "--arithmetic", "float32", "--graded-weight", "0")
        with open(os.path.join(self.folder, "run", "log.jsonl")) as file:
            scores = [entry["validation"]["mean"] for entry in map(json.loads, file) if "validation" in entry]
        self.assertGreater(scores[-1], scores[0])

    def test_pretraining_learns_and_leaves_the_static_start_as_it_was(self):
        self.run_quietly(pretrain.main, "mlm", "--steps", "40", "--texts", "64", "--rate", "0.01")
        arrays, description = load_weights(os.path.join(self.folder, "mlm", "weights.npz"))
        options = train.parse_options(["--cache", self.folder, *SMALL])
        begun = train.make_encoder(options, open_cache(self.folder)).state_dict()
        self.assertEqual(description["tokenizer"], "abc")
        for name in ("table", "head.weight", "gate.weight", "head.bias", "gate.bias"):
            self.assertTrue(torch.equal(arrays[name], begun[name]), name)
        self.assertFalse(torch.equal(arrays["blocks.0.attention_out.weight"], begun["blocks.0.attention_out.weight"]))
        self.train("after", "--steps", "2", "--begin-with", os.path.join(self.folder, "mlm", "weights.npz"))

    def test_pretraining_begins_at_the_frequencies_of_the_tokens(self):
        cache = open_cache(self.folder)
        model = pretrain.MaskedLanguageModel(train.make_encoder(train.parse_options(["--cache", self.folder, *SMALL]), cache))
        model.initialise_frequencies(cache.texts)
        frequencies = np.bincount(cache.texts[0].ids, minlength=60) / len(cache.texts[0].ids)
        guessed = model.bias.softmax(0).detach().numpy()
        np.testing.assert_allclose(guessed, frequencies, atol=1e-3)

    def test_masks_eight_tenths_of_what_is_predicted(self):
        random = np.random.default_rng(1)
        (chunk,) = make_chunks([random.integers(1, 60, size=100) for _ in range(60)], 10_000, 512, random)
        true, hidden, predicted = pretrain.corrupt(chunk, 0.2, 60, random)
        share = predicted.float().mean().item()
        self.assertAlmostEqual(share, 0.2, delta=0.02)
        self.assertAlmostEqual(hidden.float().mean().item() / share, 0.8, delta=0.05)
        changed = chunk.ids != true
        self.assertFalse(bool((changed & ~predicted).any()))
        self.assertFalse(bool((changed & hidden).any()))
        self.assertAlmostEqual(changed.float().mean().item() / share, 0.1, delta=0.03)


if __name__ == "__main__":
    unittest.main()
