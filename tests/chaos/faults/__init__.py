"""What a campaign does to the product: each fault heals what it broke before it returns."""

from tests.chaos.faults import kinds, links, logs, machines, processes, skies
from tests.chaos.faults.kinds import Fault

__all__ = ["FAULTS", "Fault"]

FAULTS: dict[str, Fault] = kinds.named(processes, links, logs, machines, skies)
