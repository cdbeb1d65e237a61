"""How do we engage each person, and does that fit their part in the decision and where they stand?"""

from datetime import datetime
from typing import Annotated, Literal, cast

from pydantic import Field

from schemas.assessment import AttitudeAssessed
from services.projections.models.assessment.engaged import Scene, scenes
from services.projections.models.assessment.engaging import Fit, Mode, expected, fit
from services.projections.models.buying.rights import Held
from services.projections.models.contact.person_parts import Role, role
from services.projections.models.latest import time_of
from services.projections.models.opportunity.deals import over
from services.projections.models.shapes import RightHeld, Standing, right_held, standing
from services.projections.question import AccountQuestion, Answer, Parameters, Row, View, because, key
from services.projections.said import Sentence
from services.projections.scope import ACCOUNT


class EngagementParameters(Parameters):
    """In which purchase."""

    opportunity: str | None = Field(
        None,
        description="set for this purchase, else for the account; without it, for the account and any that goes on",
    )
    fallback: bool = Field(default=True, description="0: nothing account-wide in place of what is missing")


class RightThrough(RightHeld):
    """A right that a person holds, or that a unit holds for which they speak: its head, else its highest ranks."""

    unit: str | None = Field(description="null: the person's own")
    unit_name: str | None


class EngagementRow(Row):
    """How we engage a person, and how the rules say that we should."""

    contact: str
    name: str | None
    opportunity: str | None = Field(description="null: for the account")
    mode: Mode | None = Field(description="null: nothing is set")
    approach: str | None
    scope: Literal["opportunity", "account"] | None = Field(description="for which the way was set")
    since: datetime | None
    set_by: str | None
    set_by_name: str | None
    attitude: Standing
    rights: Annotated[list[RightThrough], key("right", "unit", "opportunity")]
    roles: Annotated[list[Role], key("role", "opportunity")]
    expected: Mode | None = Field(description="null: no right and no role that tells is known")
    manner: Sentence = Field(description="what their attitude asks for")
    fits: Fit = Field(description="whether the mode is the expected one")
    reason: Sentence
    shifted: Sentence | None = Field(
        description="how their attitude moved since the way was set; null: as far as known, not"
    )


class NotEngaged(Row):
    """A person with a right in the decision whom no way of engaging is set for."""

    contact: str
    name: str | None
    opportunity: str | None
    expected: Mode | None


class EngagementAnswer(Answer):
    """Ways of engaging by person, and who has a right but no way."""

    contacts: Annotated[list[EngagementRow], key("contact", "opportunity")]
    missing: Annotated[list[NotEngaged], key("contact", "opportunity")]


def answer(view: View, parameters: EngagementParameters) -> EngagementAnswer:
    """Answer for everyone who has not left; in purchases not asked for, for those of whom something is told there."""
    asked = parameters.opportunity
    rows = [
        _row(scene, person)
        for scene in scenes(view, [asked] if asked else [None, *_purchases(view)], fallback=parameters.fallback)
        for person in (scene.everyone() if scene.opportunity == asked else scene.told_of())
    ]
    return EngagementAnswer(
        contacts=rows,
        missing=[
            NotEngaged(
                contact=row.contact,
                name=row.name,
                opportunity=row.opportunity,
                expected=row.expected,
                because=row.because,
            )
            for row in rows
            if row.mode is None and any(each.right != "none" for each in row.rights)
        ],
    )


def _purchases(view: View) -> list[str]:
    """Return the opportunities that are not over, and in which a way, a right or a role was told."""
    engagement, buying = view.states.assessment.engagement, view.states.buying
    told = {scope for by_scope in engagement.values() for scope in by_scope} | {*buying.rights, *buying.roles}
    return sorted(told - {ACCOUNT} - over(view.states.opportunity))


def _row(scene: Scene, person: str) -> EngagementRow:
    way, rights, roles = scene.way(person), scene.rights.get(person, []), scene.roles.get(person, [])
    stands = standing(scene.view, scene.people, person, scene.opportunity, fallback=scene.fallback)
    due = expected(rights, roles, scene.references)
    mode = cast("Mode", way.value.mode) if way and way.value else None
    verdict = fit(mode, due)
    return EngagementRow(
        contact=person,
        name=scene.people.name(person),
        opportunity=scene.opportunity,
        mode=mode,
        approach=way.value.approach if way and way.value else None,
        scope=("opportunity" if scene.is_own(person) else "account") if way else None,
        since=time_of(way) if way else None,
        set_by=way.ground.assessor if way and way.ground else None,
        set_by_name=scene.references.name("member", way.ground.assessor) if way and way.ground else None,
        attitude=stands,
        rights=[_right(scene, each) for each in rights],
        roles=[role(each) for each in roles],
        expected=due.mode if due else None,
        manner=scene.manner(person, stands.layer),
        fits=verdict.fits,
        reason=verdict.reason,
        shifted=scene.shifted(person, stands.layer),
        because=because(way, *(each.register for each in rights), *(each.register for each in roles)),
    )


def _right(scene: Scene, each: Held) -> RightThrough:
    unit = each.holder if each.kind == "unit" else None
    name = scene.references.name("unit", unit) if unit else None
    return RightThrough(**right_held(each).model_dump(), unit=unit, unit_name=name)


question = AccountQuestion(
    name="engagement",
    about="How do we engage each person, and does that fit their part in the decision and where they stand?",
    parameters=EngagementParameters,
    answer_model=EngagementAnswer,
    answer=answer,
    subjects=("account", "organisation", "contact", "assessment", "buying", "opportunity"),
    history=(AttitudeAssessed,),
)
