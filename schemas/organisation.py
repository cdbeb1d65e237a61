"""What can happen to the customer's units and reporting lines."""

from typing import Literal

from schemas.event import Fact
from schemas.values import Id, Label, Text


class UnitAdded(Fact, wire="unit.added.v1"):
    """A unit of the customer's organisation exists."""

    unit: Id
    name: Label
    function: Label
    parent: Id | None = None


class UnitRenamed(Fact, wire="unit.renamed.v1"):
    """The unit has another name."""

    unit: Id
    name: Label


class UnitMoved(Fact, wire="unit.moved.v1"):
    """The unit stands under another one; null puts it at the top."""

    unit: Id
    parent: Id | None


class UnitHeadAppointed(Fact, wire="unit.head_appointed.v1"):
    """A contact heads the unit."""

    unit: Id
    contact: Id


class UnitFunctionDescribed(Fact, wire="unit.function_described.v1"):
    """What the unit does, in words."""

    unit: Id
    text: Text


class UnitMerged(Fact, wire="unit.merged.v1"):
    """The unit became part of another one."""

    unit: Id
    into: Id


class UnitClosed(Fact, wire="unit.closed.v1"):
    """The unit no longer exists."""

    unit: Id


class UnitLinked(Fact, wire="unit.linked.v1"):
    """Two units work together outside the line."""

    unit: Id
    to_unit: Id
    kind: Label


class UnitUnlinked(Fact, wire="unit.unlinked.v1"):
    """The link of that kind between two units ended."""

    unit: Id
    to_unit: Id
    kind: Label


class ReportingLineEstablished(Fact, wire="reporting_line.established.v1"):
    """A contact reports to another one; a cycle is kept as a fact and flagged in answers."""

    contact: Id
    manager: Id
    kind: Literal["solid", "dotted"]


class ReportingLineEnded(Fact, wire="reporting_line.ended.v1"):
    """A contact no longer reports to that manager in that way."""

    contact: Id
    manager: Id
    kind: Literal["solid", "dotted"]
