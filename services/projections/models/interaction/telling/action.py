"""What is to be done, and what was asked."""

from schemas import Fact
from schemas.action import NextActionCancelled, NextActionPlanned, OfAction, OfQuestion, QuestionAnswered, QuestionAsked
from services.projections.models.interaction.happening import New, of_name, short, with_text
from services.projections.models.interaction.telling.so_far import SoFar, only
from services.projections.said import said


def read(told: Fact, so_far: SoFar) -> New | None:
    """Return what a fact says; None of one about something else."""
    match told:
        case OfAction() as data:
            return _action(data, so_far)
        case OfQuestion() as data:
            return _question(data, so_far)
    return None


def _action(data: OfAction, so_far: SoFar) -> New:
    planned = so_far.begun(("action", data.action), data, NextActionPlanned)
    text = short(planned.text) if planned else data.action
    if isinstance(data, NextActionPlanned):
        what = said("action planned, due {day}: {text}", day=data.due, text=text)
    elif isinstance(data, NextActionCancelled):
        what = with_text(said("action cancelled: {text}", text=text), data.reason)
    else:
        what = said("action done: {text}", text=text)
    owner, deal = (planned.owner, so_far.purchase(planned)) if planned else (None, None)
    title = of_name(so_far.name("member", owner), what)
    return New("action", title, ("action", data.action), (), only(owner), deal)


def _question(data: OfQuestion, so_far: SoFar) -> New:
    asked = so_far.begun(("question", data.question), data, QuestionAsked)
    text = short(asked.text) if asked else data.question
    what = said("question: {text}", text=text)
    if isinstance(data, QuestionAnswered):
        what = with_text(said("question answered: {text}", text=text), data.text)
    by = asked.asked_by if asked else None
    title = of_name(so_far.name(by.kind, by.id) if by else None, what)
    contacts = (by.id,) if by and by.kind == "contact" else ()
    ours = [by.id if by and by.kind == "member" else None, asked.owner if asked else None]
    members = tuple(dict.fromkeys(each for each in ours if each))
    deal = so_far.purchase(asked) if asked else None
    return New("question", title, ("question", data.question), contacts, members, deal)
