"""Bugs of the two clocks: what is folded, in which order, and since when it is known."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.chaos.planted.hook import Changes


def arrival_order() -> Changes:
    """The last one told is the newest."""

    def of_registers(register: Any) -> None:
        def put(self: Any, value: Any, fact: Any) -> None:
            if self.at is None or fact.stamp[2:] >= tuple(self.at)[2:]:
                self.value, self.at, self.ground = value, fact.stamp, register.ground(fact)

        def insert(course: list[Any], step: Any) -> None:
            place = register.bisect_left(course, step.at[2:], key=lambda other: tuple(other.at)[2:])
            if place == len(course) or course[place].at != step.at:
                course.insert(place, step)

        register.Register.put, register.insert = put, insert

    def of_history(history: Any) -> None:
        visible = history.visible
        history.visible = lambda facts, moment: sorted(visible(facts, moment), key=lambda fact: fact.stamp[2:])

    return {"services.projections.register": of_registers, "services.projections.history": of_history}


def late_appended() -> Changes:
    """What arrives is news: it goes on top of the saved state."""
    appending = False

    @contextmanager
    def on_top() -> Iterator[None]:
        nonlocal appending
        appending = True
        yield
        appending = False

    def of_registers(register: Any) -> None:
        put, insert = register.Register.put, register.insert

        def put_on_top(self: Any, value: Any, fact: Any) -> None:
            if appending:
                self.at = None
            put(self, value, fact)

        def insert_on_top(course: list[Any], step: Any) -> None:
            if not appending:
                insert(course, step)
            elif all(each.at != step.at for each in course):
                course.append(step)

        register.Register.put, register.insert = put_on_top, insert_on_top

    def of_worker(project: Any) -> None:
        advance = project.advance

        def advanced(*arguments: Any) -> Any:
            with on_top():
                return advance(*arguments)

        project.advance = advanced

    return {"services.projections.register": of_registers, "services.projections.project": of_worker}


def correction_ignored() -> Changes:
    """To amend is to retract."""

    def change(history: Any) -> None:
        amended = history._amended

        def retractions_alone(fact: Any, last: Mapping[Any, Any]) -> Any:
            found = amended(fact, last)
            return found if found is None else fact

        history._amended = retractions_alone

    return {"services.projections.history": change}


def retraction_everywhen() -> Changes:
    """A retracted event never was."""

    def change(cut: Any) -> None:
        from services.projections.history import latest_amendments  # noqa: PLC0415 -- not before its module is changed

        known = cut.known

        def without_retracted(facts: Iterable[Any], at: Any) -> Iterator[Any]:
            facts = list(facts)
            last = latest_amendments(facts)
            gone = {target for target, each in last.items() if each.event.type.startswith("event.retracted")}
            return (fact for fact in known(facts, at) if (*fact.identity, fact.event.type) not in gone)

        cut.known = without_retracted

    return {"services.projections.cut": change}


def amendment_by_time() -> Changes:
    """The amendment with the latest time is the last one."""

    def change(history: Any) -> None:
        def latest(facts: Iterable[Any]) -> dict[Any, Any]:
            last: dict[Any, Any] = {}
            for fact in facts:
                data = fact.event.data
                if isinstance(data, history.Amendment):
                    key = (fact.event.partitionkey, data.target.source, data.target.id, data.target.type)
                    if key not in last or last[key].event.time < fact.event.time:
                        last[key] = fact
            return last

        history.latest_amendments = latest

    return {"services.projections.history": change}


def future_folded() -> Changes:
    """What the log has is folded."""

    def change(kept: Any) -> None:
        def advance(subject: str, before: Any, facts: Iterable[Any], to: Any) -> Any:
            for fact in facts:
                kept.FOLDS[subject].fold(before.state, fact)
            return kept.Kept(before.state, to, None)

        kept.advance = advance

    return {"services.projections.kept": change}
