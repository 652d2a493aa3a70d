"""Puts the meter into a parsed template: what Jinja2 lets nobody intercept becomes a filter of ours.

The names of these filters hold a space, so no template can write them.
"""

from typing import Any

from jinja2 import TemplateAssertionError, TemplateSyntaxError, nodes
from jinja2.visitor import NodeTransformer

LOOP = "metered loop"
LOOK = "metered look"
OUTPUT = "metered output"
TEXT = "metered text"


class Metering(NodeTransformer):
    """Rewrite loops, comparisons, concatenations and output; refuse what cannot be bounded."""

    def __init__(self, filters: frozenset[str], tests: frozenset[str]) -> None:
        self._filters = filters
        self._tests = tests

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - the visitor names its methods so
        """Count every pass."""
        if node.recursive:
            message = "recursive loops are not available"
            raise TemplateSyntaxError(message, node.lineno)
        self.generic_visit(node)
        node.iter = _filter(node.iter, LOOP)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        """Turn `a ~ b` into the addition of two texts, which is intercepted."""
        self.generic_visit(node)
        whole: nodes.Expr = _filter(node.nodes[0], TEXT)
        for part in node.nodes[1:]:
            whole = nodes.Add(whole, _filter(part, TEXT), lineno=node.lineno)
        return whole

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        """Count what is compared."""
        self.generic_visit(node)
        node.expr = _filter(node.expr, LOOK)
        for operand in node.ops:
            operand.expr = _filter(operand.expr, LOOK)
        return node

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802
        """Count what is written."""
        self.generic_visit(node)
        node.nodes = [_filter(child, OUTPUT) for child in node.nodes]
        return node

    def visit_FilterBlock(self, node: nodes.FilterBlock) -> nodes.Node:  # noqa: N802
        """Count what a filtered block writes."""
        self.generic_visit(node)
        node.filter = _filter(node.filter, OUTPUT)
        return node

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:  # noqa: N802
        """Refuse call blocks: what they write cannot be counted."""
        message = "call blocks are not available"
        raise TemplateSyntaxError(message, node.lineno)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        """Make lists of tuples: a key of nested tuples would be hashed without a bound."""
        self.generic_visit(node)
        return nodes.List(node.items, lineno=node.lineno) if node.ctx == "load" else node

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:  # noqa: N802
        """Refuse filters that do not exist when the template is read, not when the line is reached."""
        if node.name not in self._filters:
            message = f"no filter named {node.name!r}"
            raise TemplateAssertionError(message, node.lineno)
        return self.generic_visit(node)

    def visit_Test(self, node: nodes.Test) -> nodes.Node:  # noqa: N802
        """Refuse tests that do not exist."""
        if node.name not in self._tests:
            message = f"no test named {node.name!r}"
            raise TemplateAssertionError(message, node.lineno)
        return self.generic_visit(node)

    def _constant_name(self, node: Any) -> nodes.Node:
        if not (isinstance(node.template, nodes.Const) and isinstance(node.template.value, str)):
            message = "the name of a template has to be written out"
            raise TemplateSyntaxError(message, node.lineno)
        return self.generic_visit(node)

    visit_Include = visit_Import = visit_FromImport = visit_Extends = _constant_name  # noqa: N815


def _filter(node: Any, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)
