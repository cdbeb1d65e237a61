"""What happened in the course of a sale, by subject; each has its own room in `telling`."""

from collections.abc import Iterable

from schemas import Fact
from schemas.action import OfAction, OfQuestion
from schemas.after_sale import (
    ContractSigned,
    CostBooked,
    OfComplaint,
    OfDelivery,
    OfReferral,
    PaymentReceived,
    SatisfactionSurveyed,
)
from schemas.competition import OfCompetitor, QuoteSubmitted
from schemas.opportunity import BudgetConfirmed, CommitmentObtained
from schemas.prediction import PredictionMade
from schemas.proposal import OfNeed, OfObjection, OfValue, Solution
from schemas.qualification import (
    ExposureEstimated,
    OfCapabilityGap,
    OfConflict,
    OfLead,
    PursuitDecided,
    QualificationAnswered,
    StrategicFitAssessed,
)
from services.projections.history import Recorded
from services.projections.models.interaction.happening import New
from services.projections.models.interaction.telling import (
    action,
    after_sale,
    competition,
    opportunity,
    prediction,
    proposal,
    qualification,
)
from services.projections.models.interaction.telling.so_far import SoFar
from services.projections.models.references import References

ROOMS = (opportunity, qualification, competition, proposal, prediction, action, after_sale)
SELLING = (
    *(BudgetConfirmed, CommitmentObtained, PredictionMade),
    *(ExposureEstimated, OfCapabilityGap, OfConflict, OfLead),
    *(PursuitDecided, QualificationAnswered, StrategicFitAssessed),
    *(OfCompetitor, QuoteSubmitted),
    *(OfNeed, OfObjection, OfValue, Solution),
    *(OfAction, OfQuestion),
    *(ContractSigned, CostBooked, OfComplaint, OfDelivery, OfReferral, PaymentReceived, SatisfactionSurveyed),
)


class Selling:
    """Reads facts in their order, and keeps how things began: what follows names them by their ids alone."""

    def __init__(self, references: References, facts: Iterable[Recorded]) -> None:
        """Take names from references, and those of competitors from any of the facts."""
        self._so_far = SoFar(references, facts)

    def read(self, told: Fact) -> New | None:
        """Return what a fact says; None of one that is not about a sale."""
        return next((new for room in ROOMS if (new := room.read(told, self._so_far))), None)
