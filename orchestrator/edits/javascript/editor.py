"""Edit the config that a JavaScript or TypeScript file exports, by paths into it.

What may be decided elsewhere (a spread, a merge, a later assignment) is refused by name, never guessed.
"""

from orchestrator.edits.javascript.config import Config, find_config, literal_of
from orchestrator.edits.javascript.grammar import Node
from orchestrator.edits.javascript.scopes import changes_of_exports, uses_of
from orchestrator.edits.javascript.source import Source, read_source
from orchestrator.edits.literals.editor import LiteralEditor
from orchestrator.edits.literals.paths import shown
from orchestrator.edits.literals.tree import Literal, Member, MemberKind, Path, clipped
from orchestrator.edits.result import EditCode, Refusal
from orchestrator.models.json import Json


class JsEditor(LiteralEditor):
    """A JavaScript text under edit. `trusted` takes it as given that spreads do not hold the keys that are edited."""

    kind = "javascript"

    def __init__(self, path: str, text: str, *, trusted: bool = False) -> None:
        self._trusted = trusted
        self._source: Source
        self._config: Config
        super().__init__(path, text, is_json=False)

    def _read(self, text: str) -> tuple[list[Literal], Literal]:
        source = read_source(text)
        config = find_config(source)
        self._source, self._config = source, config
        return source.literals, config.literal

    def _intended(self, shadow: list[Json]) -> Json:
        return {"between": read_source(self.before).between(), "literals": shadow}

    # ------------------------------------------------------------ what may be decided elsewhere

    def _check_key(self, owner: Literal, path: Path) -> None:
        if not isinstance(path[-1], str):
            self._check_items(owner, path)
            return
        index = owner.index_of(path[-1])
        start = 0 if index is None else index + 1
        hidden = [m for m in owner.members[start:] if m.kind in (MemberKind.SPREAD, MemberKind.COMPUTED)]
        for member in hidden:
            self._refuse_if_held(member, path)
        if owner is self.root or owner.start == self._config.literal.start:
            self._check_whole(path, is_there=index is not None)

    def _check_items(self, owner: Literal, path: Path) -> None:
        at = path[-1]
        spread = next((m for m in owner.members if m.kind is MemberKind.SPREAD), None)
        if spread is not None:
            reason = f"{shown(path[:-1])} takes items from `{clipped(spread.source)}`, so item {at} cannot be told"
            raise Refusal(EditCode.DYNAMIC, reason)

    def _refuse_if_held(self, member: Member, path: Path) -> None:
        if self._trusted:
            return
        node = self._node_at(member) if member.kind is MemberKind.SPREAD else None
        if node is not None and self._surely_without(node, str(path[-1])):
            return
        raise Refusal(
            EditCode.DYNAMIC,
            f"{shown(path)} may be decided by `{clipped(member.source)}`",
            hint="if that does not hold the key, say so with trust_spreads: true",
        )

    def _check_whole(self, path: Path, *, is_there: bool) -> None:
        """Refuse when the config as a whole may get the key from a merge or a later assignment."""
        key = str(path[0])
        layers = [*self._config.above, *([] if is_there else self._config.below)]
        for node in layers:
            if not self._trusted and not self._surely_without(node, key):
                reason = (
                    f"{shown(path)} may be decided by `{clipped(self._source.code(node))}`, which is merged with it"
                )
                raise Refusal(
                    EditCode.DYNAMIC, reason, hint="if that does not hold the key, say so with trust_spreads: true"
                )
        followed = {at for _, at in self._config.names}
        uses = [
            use for name in {name for name, _ in self._config.names} for use in uses_of(self._source, name, followed)
        ]
        for use in [*uses, *changes_of_exports(self._source)]:
            if use.changes and use.key in (None, key):
                raise Refusal(EditCode.DYNAMIC, f"line {use.line} may change {shown(path)}: `{use.text}`")

    def _surely_without(self, node: Node, key: str) -> bool:
        """Say whether an expression is an object of this file that has no such key."""
        try:
            config = literal_of(self._source, node)
        except Refusal:
            return False
        known = all(member.kind is MemberKind.PAIR for member in config.literal.members)
        changed = any(use.changes for name, at in config.names for use in uses_of(self._source, name, {at}))
        return known and not changed and not config.above and not config.below and config.literal.index_of(key) is None

    def _node_at(self, member: Member) -> Node | None:
        """Return the expression behind the dots of a spread."""
        node = self._smallest(member.start, member.end)
        return node.named_children[-1] if node is not None and node.named_children else None

    def _smallest(self, start: int, end: int) -> Node | None:
        text = self._source.text
        low = len(text[:start].encode())
        return self._source.root.descendant_for_byte_range(low, low + len(text[start:end].encode()))

    def _followed(self, literal: Literal, path: Path) -> Literal:
        """Follow a name to the literal that it stands for; Refusal when that is used elsewhere too."""
        if literal.reference is None:
            return literal
        node = self._smallest(literal.start, literal.end)
        if node is None:
            return literal
        try:
            config = literal_of(self._source, node)
        except Refusal as refusal:
            raise Refusal(EditCode.DYNAMIC, f"{shown(path)} is `{literal.source}`: {refusal.reason}") from refusal
        if config.above or config.below:
            raise Refusal(
                EditCode.DYNAMIC, f"{shown(path)} is `{literal.source}`, which is merged from several objects"
            )
        for name, _ in config.names:
            for use in uses_of(self._source, name, {at for _, at in config.names}):
                if use.changes:
                    raise Refusal(EditCode.DYNAMIC, f"line {use.line} may change {shown(path)}: `{use.text}`")
                reason = f"{shown(path)} is `{name}`, which line {use.line} uses too: `{use.text}`"
                raise Refusal(EditCode.ALIAS, reason)
        return config.literal
