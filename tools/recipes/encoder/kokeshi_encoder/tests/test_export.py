import importlib.util
import os
import tempfile
import unittest

import numpy as np
import torch

from ..export import Exported, SeparateProjections, write_onnx
from ..model import Encoder, Shape

SHAPE = Shape(
    vocabulary_size=9, embedding=8, width=16, layers=1, heads=2, dimensions=8, feed_forward=16, positions=30, sublinear=True
)


class ExportTest(unittest.TestCase):
    @unittest.skipUnless(all(map(importlib.util.find_spec, ("onnx", "onnxruntime"))), "needs onnx and onnxruntime")
    def test_onnx_runtime_gives_the_same_vectors_where_tokens_are_repeated(self):
        import onnxruntime

        encoder = Encoder(SHAPE)
        encoder.initialise(np.random.default_rng(0).normal(size=(9, 8)).astype(np.float32), seed=1)
        for block in encoder.blocks:
            block.projections = SeparateProjections(block.projections)
        encoder.eval()
        ids = torch.randint(1, 9, (3, 30), generator=torch.Generator().manual_seed(2))
        mask = (torch.arange(30) < torch.tensor([[30], [12], [1]])).long()
        with tempfile.TemporaryDirectory() as folder, torch.no_grad():
            path = os.path.join(folder, "model.onnx")
            write_onnx(encoder, path)
            session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
            feeds = {"input_ids": (ids * mask).numpy(), "attention_mask": mask.numpy()}
            (states,) = session.run(["last_hidden_state"], feeds)
            expected = Exported(encoder)(ids * mask, mask).numpy()
        real = mask.bool().numpy()
        np.testing.assert_allclose(states[real], expected[real], atol=1e-5)


if __name__ == "__main__":
    unittest.main()
