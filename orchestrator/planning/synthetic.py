"""Nodes that nobody wrote, standing at the place of the node that they are made from."""

from orchestrator.models.json import Json
from orchestrator.planning.nodes import AnyNode, Mapping, Scalar, Sequence


def empty_map(at: AnyNode) -> Mapping:
    """Make a map without entries."""
    return Mapping(at.source, at.line, at.column, at.end_line, at.end_column)


def empty_list(at: AnyNode) -> Sequence:
    """Make a list without items."""
    return Sequence(at.source, at.line, at.column, at.end_line, at.end_column)


def key_at(at: AnyNode, text: str) -> Scalar:
    """Make a text."""
    return Scalar(at.source, at.line, at.column, at.end_line, at.end_column, text, False, text)


def value_at(at: AnyNode, value: Json) -> Scalar:
    """Make a text, number or boolean."""
    return Scalar(at.source, at.line, at.column, at.end_line, at.end_column, str(value), False, value)


def node_of(at: AnyNode, value: Json) -> AnyNode:
    """Make the tree of a plain value, all of it at one place."""
    if isinstance(value, dict):
        made = empty_map(at)
        for name, inner in value.items():
            made.put(key_at(at, name), node_of(at, inner))
        return made
    if isinstance(value, list):
        items = empty_list(at)
        for inner in value:
            items.append(node_of(at, inner))
        return items
    return value_at(at, value)
