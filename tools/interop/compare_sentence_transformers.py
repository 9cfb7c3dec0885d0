"""
Compares Kokeshi with sentence-transformers itself: the vectors of a static model that Kokeshi exported, and their int8, uint8
and binary codes.

    npm run build
    node packages/cli/dist/main.js models export --out /tmp/exported
    python3 tools/interop/compare_sentence_transformers.py /tmp/exported texts.txt

`texts.txt` has one text a line, at most 4,096 of them (the ranges of the codes come from all). Ends with 1 where a component of a
vector of length 1 differs by more than 1e-6, or a code at all. Not part of the tests: it wants `pip install
sentence-transformers`. Run with 6.0.1 on 2,000 texts of STSBenchmark, JSTS, SciFact and JaQuAD-retrieval (500 of each, English
and Japanese, sentences and abstracts): the greatest difference of a component was 3.0e-8, and all codes were equal.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
from sentence_transformers import SentenceTransformer
from sentence_transformers.util.quantization import quantize_embeddings

command_line = Path(__file__).parents[2] / "packages/cli/dist/main.js"


def embed(folder, texts_file, precision):
    with tempfile.TemporaryDirectory() as work:
        out = str(Path(work) / "vectors.npy")
        options = ["--model", folder, "--precision", precision, "--input-format", "text", "--format", "npy", "--out", out]
        subprocess.run(["node", str(command_line), "embed", texts_file, *options], check=True)
        return numpy.load(out)


def main(folder, texts_file):
    # Lines as Kokeshi reads them: only \n and \r\n end one.
    content = Path(texts_file).read_bytes().decode("utf-8").rstrip("\n")
    texts = [line.rstrip("\r") for line in content.split("\n")]
    theirs = SentenceTransformer(folder, device="cpu").encode(texts)
    ours = embed(folder, texts_file, "float32")
    difference = float(numpy.abs(ours - theirs).max())
    print(f"{len(texts)} texts, {ours.shape[1]} dimensions: no component differs by more than {difference:.1e}")
    agreed = difference <= 1e-6
    ranges = numpy.vstack((ours.min(0), ours.max(0)))
    for precision in ("int8", "uint8", "binary", "ubinary"):
        expected = quantize_embeddings(ours, precision=precision, ranges=ranges)
        different = int((embed(folder, texts_file, precision) != expected).sum())
        print(f"{precision}: {different} of {expected.size} codes differ")
        agreed = agreed and different == 0
    return 0 if agreed else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
