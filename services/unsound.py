"""What can be read in the log, where it may stand from before, but is not taken any more: it says nothing sound."""

from collections.abc import Iterator, Mapping
from typing import Any

from schemas import Event
from schemas.correction import EventCorrected
from schemas.policy import CalendarDefined
from schemas.prediction import PredictionMade
from schemas.zones import zone
from services.faults import Fault, Invalid
from services.validating import valid

OF_THE_ACCOUNT = "expected none with next_purchase, which is foretold of the account"
OF_A_DEAL = "expected an opportunity with {quantity}"


def sound(index: int, document: dict[str, Any], stamps: Mapping[str, str]) -> tuple[bytes, Event]:
    """Stamp and parse the event at `index` of a request, as `valid` does; raises Invalid also for what is unsound."""
    value, event = valid(index, document, stamps)
    if faults := list(unsound(index, event)):
        raise Invalid(faults)
    return value, event


def unsound(index: int, event: Event) -> Iterator[Fault]:
    """Yield what is wrong with the event at `index` of a request, or with the data that it puts in the place of old."""
    place, said = "/data", event.data
    if isinstance(said, EventCorrected):
        place, said = "/data/data", said.replacement
    match said:
        case CalendarDefined():
            try:
                zone(said.time_zone)
            except ValueError as error:
                yield Fault(index, f"{place}/time_zone", str(error))
        case PredictionMade() if said.quantity == "next_purchase" and said.opportunity is not None:
            yield Fault(index, f"{place}/opportunity", OF_THE_ACCOUNT)
        case PredictionMade() if said.quantity != "next_purchase" and said.opportunity is None:
            yield Fault(index, f"{place}/opportunity", OF_A_DEAL.format(quantity=said.quantity))
