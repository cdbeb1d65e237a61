"""All questions, found by their files: a module in this package that defines `question`."""

from importlib import import_module
from pkgutil import iter_modules

from services.projections.question import AccountQuestion, PortfolioQuestion, Question

QUESTIONS: dict[str, Question] = {
    question.name: question
    for question in (import_module(f"{__name__}.{module.name}").question for module in iter_modules(__path__))
}
ACCOUNT: dict[str, AccountQuestion] = {  # type: ignore[type-arg]
    name: question for name, question in QUESTIONS.items() if isinstance(question, AccountQuestion)
}
PORTFOLIO: dict[str, PortfolioQuestion] = {  # type: ignore[type-arg]
    name: question for name, question in QUESTIONS.items() if isinstance(question, PortfolioQuestion)
}
