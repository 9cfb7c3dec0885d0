"""The token cache that `src/prepare.ts` writes, mapped into memory."""

import json
import os
from dataclasses import dataclass
from typing import List

import numpy as np


@dataclass
class TokenRows:
    """Token ids of many texts: text i is `ids[starts[i]:starts[i + 1]]`."""

    ids: np.ndarray
    starts: np.ndarray

    def __len__(self) -> int:
        return len(self.starts) - 1

    def row(self, index: int) -> np.ndarray:
        return self.ids[self.starts[index] : self.starts[index + 1]]


@dataclass
class PairSource:
    name: str
    anchors: TokenRows
    positives: TokenRows
    anchor_hashes: np.ndarray
    positive_hashes: np.ndarray

    def __len__(self) -> int:
        return len(self.anchors)


@dataclass
class GradedSource:
    name: str
    first: TokenRows
    second: TokenRows
    scores: np.ndarray

    def __len__(self) -> int:
        return len(self.scores)


@dataclass
class TokenCache:
    folder: str
    tokenizer: str
    vocabulary_size: int
    dimensions: int
    #: Whether n occurrences of a token in a text weigh 1 + ln n in the static model, rather than n.
    sublinear: bool
    pairs: List[PairSource]
    graded: List[GradedSource]
    texts: List[TokenRows]

    def table(self) -> np.ndarray:
        """float32 [vocabulary_size, dimensions]: the vectors of the static model."""
        return np.load(os.path.join(self.folder, "table.npy"), mmap_mode="r")


def open_cache(folder: str) -> TokenCache:
    """Raises ValueError for a folder that `npm run prepare-data` did not finish."""
    path = os.path.join(folder, "manifest.json")
    if not os.path.exists(path):
        raise ValueError(f"{path} is missing: run `npm run prepare-data` to its end")
    with open(path, encoding="utf-8") as file:
        manifest = json.load(file)
    if manifest.get("format") != "kokeshi-encoder-cache" or manifest.get("version") != 1:
        raise ValueError(f"{path} is of another format or version: run `npm run prepare-data` again")
    size = manifest["vocabularySize"]

    def load(name: str) -> np.ndarray:
        return np.load(os.path.join(folder, f"{name}.npy"), mmap_mode="r")

    def rows(name: str, texts: int) -> TokenRows:
        # Starts are read at random and need not stay mapped.
        result = TokenRows(load(f"{name}.ids"), np.asarray(load(f"{name}.starts"), dtype=np.int64))
        if len(result) != texts or result.starts[-1] != len(result.ids):
            raise ValueError(f"{folder}: the arrays of {name} contradict the manifest; prepare again")
        if len(result.ids) > 0 and int(result.ids.max()) >= size:
            raise ValueError(f"{folder}: {name} has ids beyond the vocabulary of {size}; prepare again")
        return result

    pairs = [
        PairSource(
            entry["name"],
            rows(f"{entry['name']}.anchors", entry["pairs"]),
            rows(f"{entry['name']}.positives", entry["pairs"]),
            np.asarray(load(f"{entry['name']}.anchors.hashes")),
            np.asarray(load(f"{entry['name']}.positives.hashes")),
        )
        for entry in manifest["pairs"]
    ]
    graded = [
        GradedSource(
            entry["name"],
            rows(f"{entry['name']}.first", entry["pairs"]),
            rows(f"{entry['name']}.second", entry["pairs"]),
            np.asarray(load(f"{entry['name']}.scores")),
        )
        for entry in manifest["graded"]
    ]
    texts = [rows(entry["name"], entry["texts"]) for entry in manifest["texts"]]
    sublinear = manifest.get("termFrequency") == "sublinear"
    return TokenCache(folder, manifest["tokenizer"], size, manifest["dimensions"], sublinear, pairs, graded, texts)
