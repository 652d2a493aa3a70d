"""A document in the older layout, written anew in the native one: what `orchestrate migrate` prints."""

from collections.abc import Mapping
from typing import Any

import yaml

from orchestrator.errors import DocumentInvalid, Severity, UsageError
from orchestrator.models.json import Json
from orchestrator.planning.document_loader import LoadedDocument
from orchestrator.planning.scalars import resolve

_WIDTH = 120
_FLOW_LIMIT = 80  # characters; short lists of words stand on one line


def to_native_yaml(loaded: LoadedDocument) -> str:
    """Return the text of the same document in the native layout; comments are not taken over.

    UsageError when it is in the native layout already, DocumentInvalid when it has errors.
    """
    if loaded.layout == "native" and loaded.root is not None:
        message = f"{loaded.path} is in the native layout already"
        raise UsageError(message, hint="nothing to do")
    if loaded.root is None or any(problem.severity is Severity.ERROR for problem in loaded.problems):
        raise DocumentInvalid(loaded.problems)
    return dump_yaml(loaded.root.value)


def dump_yaml(value: Json) -> str:
    """Return YAML that our loader and YAML 1.1 readers understand alike: whatever could be misread is quoted."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)


class _Dumper(yaml.SafeDumper):
    """Quotes ids, writes short lists on one line, and never invents anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - as in the base class
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - as in the base class
        super().increase_indent(flow, False)


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    if "\n" in text and text.strip() == text.strip(" "):
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|")
    style = None if isinstance(resolve(text), str) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _list(dumper: _Dumper, items: list[Json]) -> yaml.SequenceNode:
    short = all(not isinstance(item, list | dict) for item in items) and len(str(items)) <= _FLOW_LIMIT
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=short)


def _map(dumper: _Dumper, entries: Mapping[str, Json]) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", entries.items(), flow_style=False)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(dict, _map)
