"""What a training run keeps on disk: a checkpoint to go on from, a log, and the weights at its end."""

import json
import os
from typing import Any, Dict, Optional

import numpy as np
import torch


class RunFolder:
    def __init__(self, path: str):
        self.path = path
        os.makedirs(path, exist_ok=True)

    def save_checkpoint(self, state: Dict[str, Any]) -> None:
        """Replaces the last checkpoint; an interruption leaves that one whole."""
        path = os.path.join(self.path, "checkpoint.pt")
        torch.save(state, f"{path}.partial")
        os.replace(f"{path}.partial", path)

    def load_checkpoint(self) -> Optional[Dict[str, Any]]:
        path = os.path.join(self.path, "checkpoint.pt")
        return torch.load(path, map_location="cpu") if os.path.exists(path) else None

    def log(self, entry: Dict[str, Any]) -> None:
        with open(os.path.join(self.path, "log.jsonl"), "a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
        print(" ".join(f"{key} {show(value)}" for key, value in entry.items()), flush=True)


def show(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key} {show(item)}" for key, item in value.items())
    return f"{value:.4g}" if isinstance(value, float) and abs(value) < 1000 else str(value)


def save_weights(path: str, encoder, description: Dict[str, Any]) -> None:
    """A NumPy archive of float32 arrays by parameter name, which any version of PyTorch reads, and `description` as JSON."""
    arrays = {name: value.detach().cpu().float().numpy() for name, value in encoder.state_dict().items()}
    text = np.frombuffer(json.dumps(description).encode(), dtype=np.uint8)
    with open(f"{path}.partial", "wb") as file:
        np.savez(file, description=text, **arrays)
    os.replace(f"{path}.partial", path)


def load_weights(path: str):
    """(parameters by name, description) of what `save_weights` wrote."""
    with np.load(path) as archive:
        arrays = {name: torch.from_numpy(archive[name]) for name in archive.files if name != "description"}
        return arrays, json.loads(archive["description"].tobytes())
