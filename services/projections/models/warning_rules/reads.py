"""What rules read: the subjects whose states they look at, and the facts that they may rest on, to name the events."""

from schemas import Fact
from schemas.account import AccountProfileChanged, AccountRegistered, ReviewCompleted
from services.projections.models.interaction.meetings import MEETINGS
from services.projections.question import facts_of

SUBJECTS = (
    "account",
    "organisation",
    "contact",
    "assessment",
    "buying",
    "opportunity",
    "qualification",
    "competition",
    "proposal",
    "action",
    "after_sale",
)
HISTORY: tuple[type[Fact], ...] = (
    *facts_of(*SUBJECTS[1:]),
    AccountRegistered,
    AccountProfileChanged,
    ReviewCompleted,
    *MEETINGS,
)
