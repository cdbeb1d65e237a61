"""All questions, found by their files: a module in this package that defines `question`.

Beside a `question` about one account, a module may define `portfolio`, a PortfolioQuestion of the same name: the form
that it has over all accounts, instead of being asked account by account.
"""

from importlib import import_module
from pkgutil import iter_modules

from services.projections.question import AccountQuestion, PortfolioQuestion, Question

_MODULES = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
_FORMS = [form for module in _MODULES for form in (module.question, getattr(module, "portfolio", None))]
ACCOUNT: dict[str, AccountQuestion] = {  # type: ignore[type-arg]
    form.name: form for form in _FORMS if isinstance(form, AccountQuestion)
}
PORTFOLIO: dict[str, PortfolioQuestion] = {  # type: ignore[type-arg]
    form.name: form for form in _FORMS if isinstance(form, PortfolioQuestion)
}
QUESTIONS: dict[str, Question] = {module.question.name: module.question for module in _MODULES}  # one form of each
