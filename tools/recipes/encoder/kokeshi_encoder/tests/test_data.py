import json
import os
import tempfile
import unittest

import numpy as np
import torch

from ..cache import PairSource, TokenRows, open_cache
from ..chunks import make_chunks
from ..neighbours import gather_rows, order_by_likeness, unit_means
from ..sampler import BatchSampler, held_out


def rows(*texts):
    starts = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    return TokenRows(np.array([i for text in texts for i in text], dtype=np.uint16), starts)


def source(name, pairs, distinct=None):
    hashes = np.arange(pairs, dtype=np.uint32) % (distinct or pairs)
    texts = rows(*[[i % 7] for i in range(pairs)])
    return PairSource(name, texts, texts, hashes, hashes + np.uint32(1_000_000))


class CacheTest(unittest.TestCase):
    def write(self, folder, version=1, ids=(1, 2, 3)):
        np.save(os.path.join(folder, "table.npy"), np.ones((4, 2), dtype=np.float32))
        np.save(os.path.join(folder, "text.ids.npy"), np.array(ids, dtype=np.uint16))
        np.save(os.path.join(folder, "text.starts.npy"), np.array([0, 2, 3], dtype=np.uint32))
        manifest = {
            "format": "kokeshi-encoder-cache",
            "version": version,
            "tokenizer": "abc",
            "vocabularySize": 4,
            "dimensions": 2,
            "pairs": [],
            "graded": [],
            "texts": [{"name": "text", "texts": 2, "tokens": 3}],
        }
        with open(os.path.join(folder, "manifest.json"), "w") as file:
            json.dump(manifest, file)

    def test_opens_what_it_describes(self):
        with tempfile.TemporaryDirectory() as folder:
            self.write(folder)
            cache = open_cache(folder)
            self.assertEqual(cache.table().shape, (4, 2))
            self.assertEqual(cache.texts[0].row(0).tolist(), [1, 2])

    def test_refuses_other_versions_unknown_ids_and_unfinished_folders(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(ValueError, "is missing"):
                open_cache(folder)
            self.write(folder, version=2)
            with self.assertRaisesRegex(ValueError, "another format or version"):
                open_cache(folder)
            self.write(folder, ids=(1, 2, 4))
            with self.assertRaisesRegex(ValueError, "ids beyond the vocabulary of 4"):
                open_cache(folder)


class SamplerTest(unittest.TestCase):
    def sampler(self, sources, **options):
        return BatchSampler(sources, [np.arange(len(s)) for s in sources], 8, seed=1, **options)

    def test_draws_every_pair_once_before_any_again(self):
        sampler = self.sampler([source("a", 32)])
        drawn = np.concatenate([sampler.next().pairs for _ in range(4)])
        self.assertEqual(sorted(drawn.tolist()), list(range(32)))

    def test_has_no_text_twice_in_a_batch(self):
        sampler = self.sampler([source("a", 40, distinct=5)])
        for _ in range(10):
            pairs = sampler.next().pairs
            self.assertEqual(len({pair % 5 for pair in pairs.tolist()}), len(pairs))

    def test_goes_on_as_if_it_had_not_stopped(self):
        sources = [source("a", 100), source("b", 50)]
        neighbours = [np.arange(100), np.arange(50)]
        whole = self.sampler(sources, neighbours=neighbours, group_size=4)
        before = [whole.next() for _ in range(5)]
        state = json.loads(json.dumps(whole.state))
        after = [whole.next().pairs.tolist() for _ in range(5)]
        resumed = self.sampler(sources, neighbours=neighbours, group_size=4)
        resumed.state = state
        self.assertEqual([resumed.next().pairs.tolist() for _ in range(5)], after)
        self.assertNotEqual(before[0].pairs.tolist(), after[0])

    def test_draws_sources_by_weight(self):
        sampler = self.sampler([source("a", 100), source("b", 100)], weights={"a": 0.0})
        self.assertEqual({sampler.next().source.name for _ in range(20)}, {"b"})

    def test_takes_groups_of_neighbours(self):
        order = np.random.default_rng(0).permutation(1000)
        sampler = self.sampler([source("a", 1000)], neighbours=[order], group_size=4, neighbour_share=0.5)
        place = np.argsort(order)
        places = np.sort(place[sampler.next().pairs])
        self.assertTrue(np.any(places[3:] - places[:-3] == 3), places)

    def test_holds_equal_anchors_out_together_and_about_one_in_the_number(self):
        hashes = np.random.default_rng(0).integers(0, 2**32, 100_000, dtype=np.uint32)
        texts = rows([1])
        held = held_out(PairSource("a", texts, texts, np.concatenate([hashes, hashes]), hashes))
        self.assertEqual((held[: len(held) // 2] + 100_000).tolist(), held[len(held) // 2 :].tolist())
        self.assertAlmostEqual(len(held) / 2 / 500, 1, delta=0.2)


class ChunksTest(unittest.TestCase):
    def test_holds_every_text_once_within_the_budget(self):
        random = np.random.default_rng(0)
        texts = [random.integers(1, 9, size=length) for length in random.integers(1, 60, size=50)]
        chunks = make_chunks(texts, 128, 64, random)
        seen = {}
        for chunk in chunks:
            self.assertTrue(chunk.ids.numel() <= 128 or len(chunk.ids) == 1)
            self.assertTrue(torch.all(chunk.offsets + chunk.ids.shape[1] <= 64))
            for place, ids, mask in zip(chunk.places.tolist(), chunk.ids, chunk.mask):
                seen[place] = ids[mask].tolist()
        self.assertEqual([seen[place] for place in range(50)], [text.tolist() for text in texts])

    def test_puts_like_lengths_together(self):
        chunks = make_chunks([np.ones(length, dtype=np.int64) for length in (1, 30, 1, 30)], 60, 64, np.random.default_rng(0))
        self.assertEqual(sorted(tuple(chunk.ids.shape) for chunk in chunks), [(2, 1), (2, 30)])


class NeighboursTest(unittest.TestCase):
    def test_orders_clusters_one_after_the_other(self):
        random = np.random.default_rng(0)
        labels = random.integers(4, size=256)
        centres = 10 * np.eye(4, dtype=np.float32)
        vectors = centres[labels] + random.normal(scale=0.1, size=(256, 4)).astype(np.float32)
        in_order = labels[order_by_likeness(vectors, 16, random)]
        self.assertEqual(sorted(order_by_likeness(vectors, 16, random).tolist()), list(range(256)))
        alike = np.mean(in_order[1:] == in_order[:-1])
        self.assertGreater(alike, 0.8)

    def test_means_are_those_of_the_static_model(self):
        table = np.random.default_rng(0).normal(size=(9, 3)).astype(np.float32)
        texts = rows([1, 2], [3], [4, 5, 6], [7])
        expected = [table[[4, 5, 6]].mean(0), table[[3]].mean(0)]
        expected = [vector / np.linalg.norm(vector) for vector in expected]
        np.testing.assert_allclose(unit_means(texts, np.array([2, 1]), table), expected, rtol=1e-5)
        ids, starts = gather_rows(texts, np.array([2, 0]), longest=2)
        self.assertEqual((ids.tolist(), starts.tolist()), ([4, 5, 1, 2], [0, 2]))


if __name__ == "__main__":
    unittest.main()
