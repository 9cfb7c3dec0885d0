"""The loop that contrastive training and pretraining share: budget, log, checkpoints."""

from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterator, Optional, Tuple

import numpy as np
import torch

from .budget import Budget
from .optimiser import optimiser_step
from .run_folder import RunFolder

#: Seconds between lines of the log.
LOG_SECONDS = 20


@dataclass
class Loss:
    value: torch.Tensor
    #: What the step worked on, for the log's rates: {"pairs": 512, "tokens": 20_000}.
    counts: Dict[str, int]
    #: Losses to compare it with, in the log.
    beside: Dict[str, float] = field(default_factory=dict)


@dataclass
class Loop:
    folder: RunFolder
    budget: Budget
    #: What is trained.
    module: torch.nn.Module
    optimiser: torch.optim.Optimizer
    #: What two parts of an interrupted run must agree on.
    options: Dict[str, Any]
    #: From a state of the draws, the batches after it, each with the state that follows.
    batches: Callable[[Any], Iterator[Tuple[Any, Any]]]
    loss: Callable[[Any], Loss]
    validate: Optional[Callable[[], Dict[str, float]]] = None
    save_minutes: float = 5
    validate_minutes: float = 15

    def run(self) -> bool:
        """Whether the training came to its end, rather than to a pause. Goes on from the folder's checkpoint."""
        checkpoint = self.folder.load_checkpoint()
        draws = None
        if checkpoint:
            if checkpoint["options"] != self.options:
                raise ValueError(f"{self.folder.path} holds a run of other options: {checkpoint['options']}")
            self.module.load_state_dict(checkpoint["module"])
            self.optimiser.load_state_dict(checkpoint["optimiser"])
            draws = checkpoint["draws"]
            self.budget.step, self.budget.seconds_before = checkpoint["step"], checkpoint["seconds"]
        if self.budget.step == 0:
            self.log_validation()
        batches = self.batches(draws)
        means, counts = {}, {}
        logged = saved = validated = self.budget.seconds
        while self.budget.progress < 1:
            batch, draws = next(batches)
            loss = self.loss(batch)
            loss.value.backward()
            optimiser_step(self.optimiser, self.budget.progress)
            self.budget.step += 1
            value = float(loss.value)
            if not np.isfinite(value):
                raise FloatingPointError(f"the loss of step {self.budget.step} is {value}: lower --rate")
            for name, number in {"loss": value, **loss.beside}.items():
                # Running means: the loss of one step says more about its source than about the model.
                means[name] = 0.98 * means.get(name, number) + 0.02 * number
            for name, count in loss.counts.items():
                counts[name] = counts.get(name, 0) + count
            now = self.budget.seconds
            ended = self.budget.progress >= 1
            if now - logged > LOG_SECONDS or ended:
                rates = {f"{name}/s": round(count / (now - logged)) for name, count in counts.items()}
                self.log({"done": self.budget.progress, **means, **rates})
                counts, logged = {}, now
            pausing = self.budget.must_pause
            if now - saved > 60 * self.save_minutes or pausing or ended:
                self.save(draws)
                saved = now
            if now - validated > 60 * self.validate_minutes or ended:
                self.log_validation()
                validated = now
            if pausing and not ended:
                print(f"paused at {self.budget.progress:.1%}: the same command goes on")
                return False
        return True

    def log(self, entry: Dict[str, Any]) -> None:
        self.folder.log({"step": self.budget.step, "minutes": self.budget.seconds / 60, **entry})

    def log_validation(self) -> None:
        if self.validate is not None:
            self.log({"validation": self.validate()})

    def save(self, draws: Any) -> None:
        self.folder.save_checkpoint(
            {
                "options": self.options,
                "module": self.module.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "draws": draws,
                "step": self.budget.step,
                "seconds": self.budget.seconds,
            }
        )
