"""What policies settle: the shapes in which answers apply them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple


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


class Stage(NamedTuple):
    """A stage of a pipeline, what must be so before a sale may leave it, and how many of it are won (0 to 1)."""

    stage: str
    order: int
    exit_criteria: tuple[str, ...] = ()
    probability: float | None = None


class Pipeline(NamedTuple):
    """The stages through which a sale goes, in their order."""

    version: str
    stages: tuple[Stage, ...]


class Pipelines(NamedTuple):
    """Every pipeline that is defined, by its id."""

    version: str
    each: dict[str, Pipeline]


class Weighted(NamedTuple):
    """A criterion of a qualification step: `yes` counts for it with its weight, `no` against it."""

    criterion: str
    weight: float
    text: str | None = None


class Qualification(NamedTuple):
    """Which criteria are asked in each of the four steps."""

    version: str
    steps: dict[str, tuple[Weighted, ...]]


class Target(NamedTuple):
    """What is to be won in one currency."""

    amount: Decimal


class Targets(NamedTuple):
    """What each is to win in each period: owner -> period -> currency."""

    version: str
    each: dict[str, dict[str, dict[str, Target]]]


class Rates(NamedTuple):
    """What one unit of a currency is worth in `base`; without a base, sums stay apart by currency."""

    version: str
    base: str | None
    rates: dict[str, Decimal]


class Calendar(NamedTuple):
    """In which zone days begin, and on which day (MM-DD) a fiscal year does."""

    version: str
    time_zone: str
    fiscal_year_start: str


class Policies(NamedTuple):
    """The policies in force for one answer; `every_criteria`: all versions that are known by then."""

    strength: StrengthModel
    attitude: AttitudeModel
    criteria: Criteria
    segmentation: Segmentation
    cadence: Cadence
    warnings: WarningRules
    style: Style
    qualification: Qualification
    pipelines: Pipelines
    targets: Targets
    rates: Rates
    calendar: Calendar
    every_criteria: Mapping[str, Criteria]


KINDS = Policies._fields[:-1]  # every_criteria is none
