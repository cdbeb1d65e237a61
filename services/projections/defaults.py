"""The policies that answers apply where none says otherwise (DOMAIN.md, sections 2 and 5)."""

from decimal import Decimal

from services.projections.policy import (
    AttitudeModel,
    Cadence,
    Calendar,
    Condition,
    Criteria,
    Metric,
    Pipelines,
    Policies,
    Qualification,
    Rates,
    Segmentation,
    SegmentRule,
    StrengthModel,
    Style,
    Targets,
    WarningRules,
    Weighted,
)
from services.projections.said import Own

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

# Three criteria a step, of equal weight: a step is green with one yes more than no among them (ORACLES.md: a third).
_STEPS = {
    step: tuple(Weighted(each, 10) for each in criteria)
    for step, criteria in {
        "opportunity": ("need", "budget", "deadline"),
        "compete": ("solution", "resources", "relationship"),
        "win": ("price", "relationship", "decision_criteria"),
        "worth": ("profit", "strategy", "risk"),
    }.items()
}

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
        | {"single_threaded_people": 1.0, "high_power": 4.0}
        | {"stage_days": 60.0, "reply_days": 14.0, "objection_days": 14.0, "question_days": 7.0, "vague_days": 30.0},
        off=frozenset(),
    ),
    style=Style(  # told apart by those who do not tell red from green (Okabe and Ito)
        version="default-1",
        colours={"good": "#009E73", "fair": "#E69F00", "poor": "#D55E00"}
        | {"support": "#009E73", "neutral": "#E69F00", "oppose": "#D55E00", "unknown": "#999999"},
        symbols={"good": "▲", "fair": "●", "poor": "▼"}
        | {"support": "▲", "neutral": "●", "oppose": "▼", "unknown": "?"},
    ),
    qualification=Qualification("default-1", _STEPS),
    pipelines=Pipelines("default-1", {}),
    targets=Targets("default-1", {}),
    rates=Rates("default-1", base=None, rates={}),
    calendar=Calendar("default-1", time_zone="UTC", fiscal_year_start="01-01"),
    every_criteria={_CRITERIA.version: _CRITERIA},
)
