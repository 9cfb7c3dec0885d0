"""How long to train: a number of steps, or of minutes."""

import time
from dataclasses import dataclass
from typing import Optional


@dataclass
class Budget:
    """
    `steps` makes a run that is the same, bit for bit, however often it was interrupted. `minutes` makes the learning rate
    fall to its end when that time has been spent, the time of interrupted parts included, on a machine of any speed.
    """

    steps: Optional[int]
    minutes: Optional[float]
    #: Ends this process, not the training, with a checkpoint.
    stop_after_minutes: Optional[float] = None
    step: int = 0
    #: Spent in earlier processes.
    seconds_before: float = 0.0

    def __post_init__(self):
        if (self.steps is None) == (self.minutes is None):
            raise ValueError("give either --steps or --minutes")
        self.started = time.monotonic()

    @property
    def seconds(self) -> float:
        return self.seconds_before + time.monotonic() - self.started

    @property
    def progress(self) -> float:
        """0 at the beginning, 1 at the end."""
        if self.steps is not None:
            return self.step / self.steps
        return min(1.0, self.seconds / (60 * self.minutes))

    @property
    def must_pause(self) -> bool:
        return self.stop_after_minutes is not None and time.monotonic() - self.started > 60 * self.stop_after_minutes
