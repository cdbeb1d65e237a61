"""What policies settle, and the defaults that answers apply where none says otherwise (DOMAIN.md, sections 2 and 5)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from services.projections.said import Own


class StrengthModel(NamedTuple):
    """How contact decays: weights by kind and direction, half-lives in days, and the scale of saturation."""

    version: str
    weights: dict[str, float]
    half_lives: dict[str, float]
    directions: dict[str, float]
    kappa: float


class AttitudeModel(NamedTuple):
    """Which assessor leads, and how confidence fades: halved every `half_life_days`; below `floor` it is faded."""

    version: str
    leading: str  # latest, owner or most_confident
    half_life_days: float
    floor: float


class Metric(NamedTuple):
    """One criterion, met from `threshold` on; `currency` None: the one in which the account buys."""

    metric: str  # sales, purchase_frequency, length_of_cooperation or trait
    threshold: Decimal
    weight: float
    trait: str | None = None
    currency: str | None = None
    days: int = 365  # the window of sales and purchase_frequency


class Criteria(NamedTuple):
    """What makes a key account: a weighted share of met metrics of `least` or more."""

    version: str
    metrics: tuple[Metric, ...]
    least: float


class Condition(NamedTuple):
    """What must hold of one metric: `at_least` or more, and less than `below`."""

    metric: str
    at_least: Decimal | None = None
    below: Decimal | None = None
    trait: str | None = None
    currency: str | None = None
    days: int = 365


class SegmentRule(NamedTuple):
    """A class of accounts, by its conditions (none: the rest), and what to look at in it."""

    segment: str
    conditions: tuple[Condition, ...]
    focus: tuple[str, ...]


class Segmentation(NamedTuple):
    """Classes of accounts; the first one whose conditions all hold applies."""

    version: str
    scheme: str
    segments: tuple[SegmentRule, ...]


class Cadence(NamedTuple):
    """After how many days a review (by scope) or a visit (by level) is overdue, or a fact (by kind) is stale."""

    version: str
    reviews: dict[str, float]
    visits: dict[str, float]
    fresh: dict[str, float]


class WarningRules(NamedTuple):
    """From which numbers on the rules warn, and which rules are off."""

    version: str
    thresholds: dict[str, float]
    off: frozenset[str]


class Style(NamedTuple):
    """How maps show a meaning: a colour as #rrggbb, and a symbol for those who do not see it."""

    version: str
    colours: dict[str, str]
    symbols: dict[str, str]


class Policies(NamedTuple):
    """The policies in force for one answer; `every_criteria`: all versions that are known by then."""

    strength: StrengthModel
    attitude: AttitudeModel
    criteria: Criteria
    segmentation: Segmentation
    cadence: Cadence
    warnings: WarningRules
    style: Style
    every_criteria: Mapping[str, Criteria]


KINDS = Policies._fields[:-1]  # every_criteria is none

_INTERACTIONS = {  # weight, half-life in days
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

_CURRENCY = "CNY"  # of the default thresholds, as in the cases that they come from (DOMAIN.md, section 5)

_METRICS = (
    Metric("purchase_frequency", Decimal(4), weight=1),
    Metric("length_of_cooperation", Decimal(3), weight=1),  # years
    Metric("sales", Decimal(1_000_000), weight=2, currency=_CURRENCY),
)
_CRITERIA = Criteria("default-1", _METRICS, least=0.5)

_SEGMENTS = (
    SegmentRule(
        "strategic",
        (Condition("sales", at_least=Decimal(1_000_000), currency=_CURRENCY),),
        (
            Own("Who decides, who approves, and does each of them know someone of ours?"),
            Own("How does the support of those with power move, and why?"),
            Own("Do all our departments follow one plan here?"),
        ),
    ),
    SegmentRule(
        "growth",
        (Condition("sales", at_least=Decimal(100_000), currency=_CURRENCY),),
        (
            Own("Which needs and opportunities could make it a strategic account?"),
            Own("Who could become our champion, and what moves this person?"),
        ),
    ),
    SegmentRule(
        "standard",
        (),
        (Own("Does it buy regularly, and is the next purchase due?"), Own("Do its purchases pay for serving it?")),
    ),
)

DEFAULT = Policies(
    strength=StrengthModel(
        version="default-1",
        weights={kind: weight for kind, (weight, _) in _INTERACTIONS.items()},
        half_lives={kind: half_life for kind, (_, half_life) in _INTERACTIONS.items()},
        directions={"inbound": 1.5, "mutual": 1.2, "outbound": 1.0},
        kappa=20,
    ),
    attitude=AttitudeModel(version="default-1", leading="latest", half_life_days=180, floor=0.3),
    criteria=_CRITERIA,
    segmentation=Segmentation(version="default-1", scheme="value", segments=_SEGMENTS),
    cadence=Cadence(
        version="default-1",
        reviews={"account": 90, "organisation": 180},
        visits={"executive": 90, "middle": 60, "frontline": 120},
        fresh=dict.fromkeys(("attitude", "closeness", "ask"), 90.0)
        | dict.fromkeys(("power", "interest", "motive", "role", "influence"), 180.0)
        | dict.fromkeys(("right", "position", "reporting_line", "profile"), 365.0),
    ),
    warnings=WarningRules(
        version="default-1",
        thresholds={"silent_days": 60.0, "turned_days": 30.0, "stale_days": 180.0}
        | {"single_threaded_people": 1.0, "high_power": 4.0},
        off=frozenset(),
    ),
    style=Style(  # told apart by those who do not tell red from green (Okabe and Ito)
        version="default-1",
        colours={"good": "#009E73", "fair": "#E69F00", "poor": "#D55E00"}
        | {"support": "#009E73", "neutral": "#E69F00", "oppose": "#D55E00", "unknown": "#999999"},
        symbols={"good": "▲", "fair": "●", "poor": "▼"}
        | {"support": "▲", "neutral": "●", "oppose": "▼", "unknown": "?"},
    ),
    every_criteria={_CRITERIA.version: _CRITERIA},
)
