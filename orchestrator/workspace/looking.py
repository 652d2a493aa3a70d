"""Look at the whole tree once, as it is now: which content stands at each path that is not ignored."""

import logging
import os
from collections.abc import Mapping, Sequence

from orchestrator.models.inputs import content_in_tree
from orchestrator.workspace.first_point import load_first_point
from orchestrator.workspace.ignoring import ignore_rule
from orchestrator.workspace.node import FOLDER, Identity, Node, digest_of
from orchestrator.workspace.reading import Reader
from orchestrator.workspace.tree import Tree
from orchestrator.workspace.walk import Walk, signature_of

_LOG = logging.getLogger(__name__)


def tree_contents(tree: Tree, state: int, own_output: Sequence[str]) -> Mapping[str, str]:
    """Return path -> hash of content, kind and executable bit; `own_output` are files that the run itself writes."""
    ignored, _ = ignore_rule(tree.root, _LOG.warning)
    walk = Walk(tree.root, ignored)
    walk.ignored.update(own_output)
    walk.note("", os.lstat(tree.root), Node(kind=FOLDER).identity, now=0)
    known = load_first_point(state).known
    reader = Reader(tree)
    found: dict[str, str] = {}
    for path, status in walk.doubts().new:
        earlier = known.get(path)
        if earlier is not None and earlier.settled and earlier.signature == signature_of(status):
            identity: Identity | None = earlier.identity
        else:
            identity = reader.read(path, status, digest_of, first=True)
        if identity is not None and identity.kind != FOLDER:
            found[path] = content_in_tree(identity.kind, identity.sha, identity.mode)
    return found
