import unittest
from dataclasses import replace

import numpy as np
import torch

from ..budget import Budget
from ..chunks import encode_chunks, make_chunks, static_sums
from ..losses import matryoshka_contrastive, matryoshka_cosent
from ..matrix_product import Bfloat16Linear
from ..model import Encoder, Shape, weights_of_occurrences
from ..schedule import learning_rate

SHAPE = Shape(vocabulary_size=50, embedding=8, width=16, layers=2, heads=2, dimensions=12, feed_forward=32, positions=40)


def encoder(moved=False):
    result = Encoder(SHAPE)
    result.initialise(np.random.default_rng(0).normal(size=(50, 20)).astype(np.float32), seed=1)
    if moved:
        generator = torch.Generator().manual_seed(2)
        with torch.no_grad():
            for parameter in result.parameters():
                parameter += 0.1 * torch.randn(parameter.shape, generator=generator)
    return result


def texts(count=12):
    random = np.random.default_rng(3)
    return [random.integers(1, 50, size=length) for length in random.integers(1, 20, size=count)]


class EncoderTest(unittest.TestCase):
    def test_begins_as_the_static_model(self):
        table = np.random.default_rng(0).normal(size=(50, 20))[:, :8]
        vectors = encode_chunks(encoder(), make_chunks(texts(), 64, 40, np.random.default_rng(0)), shifted=True)
        static = np.stack([table[text].mean(0) for text in texts()])
        ours = vectors.detach().numpy()
        self.assertEqual(ours.shape, (12, 12))
        self.assertTrue(np.all(ours[:, 8:] == 0))
        scale = np.linalg.norm(ours[0]) / np.linalg.norm(static[0])
        np.testing.assert_allclose(ours[:, :8], static * scale, atol=1e-5)

    def test_n_occurrences_of_a_token_weigh_1_plus_ln_n(self):
        ids = torch.tensor([[3, 7, 3, 3, 7, 3, 0, 0], [5] * 8])
        ln = np.log(np.arange(1, 9))
        more = ln[1:] - ln[:-1]
        expected = [[1, 1, more[0], more[1], more[0], more[2], 1, more[0]], [1, *more]]
        np.testing.assert_allclose(weights_of_occurrences(ids).numpy(), expected, atol=1e-6)
        longest = weights_of_occurrences(torch.full((1, 512), 9))
        self.assertAlmostEqual(float(longest.sum()), 1 + np.log(512), places=4)

    def test_begins_as_a_static_model_with_sublinear_term_frequency(self):
        shape = replace(SHAPE, sublinear=True)
        table = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
        model = Encoder(shape)
        model.initialise(table, seed=1)
        texts = [np.array([3, 7, 3, 3, 3, 5, 3]), np.array([7, 7, 7]), np.array([9])]
        weights = [{3: 1 + np.log(5), 7: 1, 5: 1}, {7: 1 + np.log(3)}, {9: 1}]
        chunks = make_chunks(texts, 64, 40, np.random.default_rng(0))
        sums = [sum(weight * table[token] for token, weight in text.items()) for text in weights]
        expected = np.stack(sums) / np.sqrt(np.mean(table**2))
        np.testing.assert_allclose(static_sums(model, model.table, chunks).detach().numpy(), expected, atol=1e-5)
        means = expected / [[len(text)] for text in texts]
        vectors = encode_chunks(model, chunks, shifted=True).detach().numpy()
        np.testing.assert_allclose(vectors[:, :8], means, atol=1e-5)

    def test_every_part_learns_once_the_head_has_moved(self):
        model = encoder()
        optimiser = torch.optim.SGD(model.parameters(), 0.1)
        for _ in range(2):
            optimiser.zero_grad()
            chunks = make_chunks(texts(), 64, 40, np.random.default_rng(0))
            vectors = encode_chunks(model, chunks, shifted=True)
            matryoshka_contrastive(vectors[:6], vectors[6:], [12, 4], 20.0).backward()
            optimiser.step()
        for name, parameter in model.named_parameters():
            self.assertGreater(float(parameter.grad.abs().sum()), 0, name)

    def test_a_vector_does_not_depend_on_its_batch(self):
        model = encoder(moved=True)
        together = encode_chunks(model, make_chunks(texts(), 1000, 40, np.random.default_rng(0)), shifted=False)
        alone = torch.cat(
            [encode_chunks(model, make_chunks([text], 1000, 40, np.random.default_rng(0)), shifted=False) for text in texts()]
        )
        torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-5)

    def test_word_order_counts(self):
        model = encoder(moved=True)
        one, other = encode_chunks(
            model, make_chunks([np.array([1, 2, 3]), np.array([3, 2, 1])], 100, 40, np.random.default_rng(0)), shifted=False
        )
        self.assertGreater(float((one - other).abs().max()), 1e-3)


class Bfloat16LinearTest(unittest.TestCase):
    def test_is_the_float32_layer_to_bfloat16_precision(self):
        generator = torch.Generator().manual_seed(1)
        x, weight, bias, outer = (
            torch.randn(size, generator=generator) for size in ((3, 5, 32), (16, 32), (16,), (3, 5, 16))
        )
        ours, exact = ([t.clone().requires_grad_() for t in (x, weight, bias)] for _ in range(2))
        (Bfloat16Linear.apply(*ours) * outer).sum().backward()
        (torch.nn.functional.linear(*exact) * outer).sum().backward()
        for a, b in zip(ours, exact):
            error = (a.grad - b.grad).norm() / b.grad.norm()
            self.assertLess(float(error), 0.01)


class LossesTest(unittest.TestCase):
    def test_contrastive_is_the_softmax_over_the_batch_in_both_directions(self):
        random = np.random.default_rng(0)
        first, second = random.normal(size=(2, 4, 6))
        expected = []
        for size in (6, 2):
            a, b = (m[:, :size] / np.linalg.norm(m[:, :size], axis=1, keepdims=True) for m in (first, second))
            scores = 10 * a @ b.T
            for matrix in (scores, scores.T):
                expected.append(np.mean(np.log(np.exp(matrix).sum(1)) - np.diag(matrix)))
        loss = matryoshka_contrastive(torch.tensor(first), torch.tensor(second), [6, 2], 10.0)
        self.assertAlmostEqual(float(loss), np.mean(expected), places=5)

    def test_cosent_sums_over_pairs_in_the_wrong_order_and_the_right_one(self):
        first = torch.tensor([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
        second = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
        # Grades 1 < 2 = 2; cosines 1, 0, 0.6.
        loss = matryoshka_cosent(first, second, torch.tensor([1.0, 2.0, 2.0]), [2], 3.0)
        self.assertAlmostEqual(float(loss), np.log(1 + np.exp(3 * 1.0) + np.exp(3 * 0.4)), places=5)


class ScheduleTest(unittest.TestCase):
    def test_rises_and_falls(self):
        rates = [learning_rate(1.0, progress, warmup=0.1) for progress in (0, 0.05, 0.1, 0.55, 1.0, 2.0)]
        np.testing.assert_allclose(rates, [0.01, 0.5, 1.0, 0.51, 0.02, 0.02], atol=1e-9)

    def test_a_budget_is_steps_or_minutes(self):
        self.assertEqual(Budget(steps=10, minutes=None, step=5).progress, 0.5)
        self.assertAlmostEqual(Budget(steps=None, minutes=10, seconds_before=300).progress, 0.5, places=3)
        for steps, minutes in ((None, None), (1, 1.0)):
            with self.assertRaises(ValueError):
                Budget(steps, minutes)


if __name__ == "__main__":
    unittest.main()
