"""Find the config that a file exports, through names, wrappers, functions and calls, as far as it is written out."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from orchestrator.edits.javascript.exports import exported_values
from orchestrator.edits.javascript.grammar import Node
from orchestrator.edits.javascript.scopes import FUNCTIONS, declaration_of
from orchestrator.edits.javascript.source import Source, unwrapped
from orchestrator.edits.literals.tree import DEEPEST, Literal, clipped
from orchestrator.edits.result import EditCode, Refusal

_MERGING = frozenset({"Object.assign", "merge", "mergeConfig", "deepmerge", "_.merge", "mergeWithDefaults", "assign"})
_SAME = frozenset({"Object.freeze", "Object.seal", "structuredClone", "Promise.resolve", "defineConfig"})
_MAKERS = ("define", "create", "with", "make", "extend", "build", "next", "config")


@dataclass(slots=True)
class Config:
    """The literal that a file exports and how it was found.

    `names` were followed (name and first byte of each use), `below` and `above` are merged under and over it.
    """

    literal: Literal
    names: list[tuple[str, int]] = field(default_factory=list)
    below: list[Node] = field(default_factory=list)
    above: list[Node] = field(default_factory=list)


def find_config(source: Source) -> Config:
    """Return what the file exports; Refusal E_DYNAMIC, E_AMBIGUOUS or E_NOT_FOUND says why that is not possible."""
    found = [_Finder(source).find(value) for value in exported_values(source)]
    if not found:
        raise Refusal(EditCode.NOT_FOUND, "the file exports no config")
    if len({config.literal.start for config in found}) > 1:
        raise Refusal(EditCode.AMBIGUOUS, f"the file exports {len(found)} configs")
    found[0].names += [name for config in found[1:] for name in config.names]
    return found[0]


def literal_of(source: Source, node: Node) -> Config:
    """Return the literal that an expression stands for; Refusal E_DYNAMIC when it is computed."""
    return _Finder(source).find(node)


class _Finder:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._names: list[tuple[str, int]] = []
        self._below: list[Node] = []
        self._above: list[Node] = []
        self._steps = 0

    def find(self, node: Node) -> Config:
        literal = self._resolve(node)
        return Config(literal, self._names, self._below, self._above)

    def _resolve(self, node: Node) -> Literal:
        self._steps += 1
        if self._steps > DEEPEST:
            raise Refusal(EditCode.DYNAMIC, "the config is defined by way of itself")
        node = unwrapped(node)
        if node.type in ("object", "array"):
            literal = self._source.literal(node)
            if literal is None or not literal.is_collection:
                raise Refusal(EditCode.DYNAMIC, f"`{self._clip(node)}` stands inside a computed value")
            return literal
        if node.type in ("identifier", "shorthand_property_identifier"):
            self._names.append((self._source.code(node), node.start_byte))
            return self._resolve(declaration_of(self._source, node))
        if node.type == "await_expression":
            return self._resolve(node.named_children[-1])
        if node.type in FUNCTIONS:
            return self._resolve(self._returned(node))
        if node.type == "call_expression":
            return self._call(node)
        if node.type in ("member_expression", "subscript_expression"):
            return self._property(node)
        raise Refusal(EditCode.DYNAMIC, f"the config is {self._described(node)}")

    def _returned(self, function: Node) -> Node:
        """Return the one value that a function returns."""
        body = function.child_by_field_name("body")
        if body is None or body.type != "statement_block":
            if body is None:
                raise Refusal(EditCode.DYNAMIC, "the config function has no body")
            return body
        returns = [one for one in _own_nodes(body) if one.type == "return_statement"]
        values = [inside[0] for one in returns if (inside := [c for c in one.named_children if c.type != "comment"])]
        if len(values) != 1 or len(returns) != 1:
            line = self._source.line(function)
            raise Refusal(EditCode.DYNAMIC, f"the function at line {line} returns at {len(returns)} places")
        return values[0]

    def _call(self, node: Node) -> Literal:
        called = node.child_by_field_name("function")
        given = node.child_by_field_name("arguments")
        if called is None or given is None:
            raise Refusal(EditCode.DYNAMIC, f"the config is {self._described(node)}")
        arguments = [one for one in given.named_children if one.type != "comment"]
        plain = unwrapped(called)
        name = self._source.code(plain) if plain.type in ("identifier", "member_expression") else ""
        if name in ("require", "import") or plain.type == "import":
            raise Refusal(
                EditCode.DYNAMIC, f"the config comes from `{self._clip(node)}`", hint="edit that file instead"
            )
        if name in _MERGING and arguments:
            return self._merged(arguments)
        if not arguments:
            return self._called_without(node, plain)
        if self._keeps(plain, name):
            return self._argument(arguments)
        raise Refusal(EditCode.DYNAMIC, f"the config is computed by `{self._clip(node)}`")

    def _called_without(self, node: Node, called: Node) -> Literal:
        """Follow `createJestConfig(config)()`, `(() => config)()` and `makeConfig()` of this file."""
        if called.type == "call_expression" or called.type in FUNCTIONS:
            return self._resolve(called)
        if called.type == "identifier":
            try:
                value = unwrapped(declaration_of(self._source, called))
            except Refusal as refusal:
                reason = f"the config is computed by `{self._clip(node)}`: {refusal.reason}"
                raise Refusal(EditCode.DYNAMIC, reason) from refusal
            if value.type in FUNCTIONS or value.type == "call_expression":
                return self._resolve(value)
        raise Refusal(EditCode.DYNAMIC, f"the config is computed by `{self._clip(node)}`")

    def _keeps(self, called: Node, name: str) -> bool:
        """Say whether a call hands its options on: a config maker of a package, as its name says."""
        if name in _SAME:
            return True
        if called.type == "call_expression":  # nextJest({ dir })(config)
            inner = called.child_by_field_name("function")
            return inner is not None and self._keeps(inner, self._source.code(inner))
        if called.type not in ("identifier", "member_expression"):
            return False
        if called.type == "identifier":
            try:
                value = unwrapped(declaration_of(self._source, called))
            except Refusal as refusal:
                return refusal.code is EditCode.DYNAMIC and (self._is_maker(name) or "jest'" in refusal.reason)
            inner = value.child_by_field_name("function") if value.type == "call_expression" else None
            return inner is not None and (self._is_maker(name) or self._keeps(inner, self._source.code(inner)))
        return self._is_maker(name.rsplit(".", 1)[-1])

    def _is_maker(self, name: str) -> bool:
        return name.lower().startswith(_MAKERS)

    def _argument(self, arguments: list[Node]) -> Literal:
        """Return the config among the arguments: the only one that is written out, or the last."""
        reasons = []
        for node in reversed(arguments):
            trial = _Finder(self._source)
            try:
                config = trial.find(node)
            except Refusal as refusal:
                reasons.append(refusal)
                continue
            self._take(config)
            return config.literal
        raise reasons[0]

    def _merged(self, arguments: list[Node]) -> Literal:
        """Return the last argument that is written out; the others lie below or above it."""
        reason: Refusal | None = None
        for at in range(len(arguments) - 1, -1, -1):
            try:
                config = _Finder(self._source).find(arguments[at])
            except Refusal as refusal:
                reason = reason or refusal
                continue
            self._take(config)
            self._below += arguments[:at]
            self._above += arguments[at + 1 :]
            return config.literal
        raise reason or Refusal(EditCode.DYNAMIC, "nothing that is merged is written out")

    def _take(self, config: Config) -> None:
        self._names += config.names
        self._below += config.below
        self._above += config.above

    def _property(self, node: Node) -> Literal:
        """Follow `configs.unit` into a literal of this file."""
        owner = node.child_by_field_name("object")
        step = node.child_by_field_name("property")
        if owner is None or step is None or self._source.code(node).startswith(("process.", "module.")):
            raise Refusal(EditCode.DYNAMIC, f"the config is {self._described(node)}")
        literal = self._resolve(owner)
        index = literal.index_of(self._source.code(step))
        if index is None or not literal.members[index].value.is_collection:
            raise Refusal(EditCode.DYNAMIC, f"the config is {self._described(node)}")
        return literal.members[index].value

    def _described(self, node: Node) -> str:
        words = {
            "ternary_expression": "chosen by a condition",
            "binary_expression": "computed by an operator",
            "new_expression": "made by a class",
            "member_expression": "a property of something else",
            "class": "a class",
        }
        return f"{words.get(node.type, 'a ' + node.type.replace('_', ' '))}: `{self._clip(node)}`"

    def _clip(self, node: Node) -> str:
        return clipped(self._source.code(node), 60)


def _own_nodes(node: Node) -> Iterator[Node]:
    """Yield the nodes below one without those of functions inside."""
    for child in node.named_children:
        if child.type not in FUNCTIONS and child.type != "class_declaration":
            yield child
            yield from _own_nodes(child)
