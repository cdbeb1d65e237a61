"""The models that answers apply when no policy says otherwise (DOMAIN.md, section 5)."""

from typing import NamedTuple


class StrengthModel(NamedTuple):
    """How contact decays: weights by kind and direction, half-lives in days, and the scale of saturation."""

    version: str
    weights: dict[str, float]
    half_lives: dict[str, float]
    directions: dict[str, float]
    kappa: float


class AttitudeModel(NamedTuple):
    """How confidence in an assessment fades: halved every `half_life_days`; below `floor` it is faded."""

    version: str
    half_life_days: float
    floor: float


class Policies(NamedTuple):
    """The policies in force for one answer."""

    strength: StrengthModel
    attitude: AttitudeModel

    @property
    def version(self) -> str:
        """Name the policies in force."""
        return f"strength={self.strength.version},attitude={self.attitude.version}"


_KINDS = {  # weight, half-life in days
    "message": (0.5, 30),
    "email": (1, 30),
    "call": (3, 45),
    "follow_up": (3, 45),
    "event": (4, 90),
    "meeting": (6, 90),
    "site_visit": (8, 90),
    "technical_exchange": (8, 90),
    "solution_presentation": (8, 90),
    "factory_visit": (12, 180),
    "executive_meeting": (15, 180),
}

DEFAULT = Policies(
    strength=StrengthModel(
        version="default-1",
        weights={kind: weight for kind, (weight, _) in _KINDS.items()},
        half_lives={kind: half_life for kind, (_, half_life) in _KINDS.items()},
        directions={"inbound": 1.5, "mutual": 1.2, "outbound": 1.0},
        kappa=20,
    ),
    attitude=AttitudeModel(version="default-1", half_life_days=180, floor=0.3),
)
