"""The JSON types: the only shape in which a dict crosses a boundary.

`Json` is `Any` on purpose: a recursive union makes every reader of a parameter cast it anyway, and this is
the one place where unchecked values come in.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

Json: TypeAlias = Any
JsonObject: TypeAlias = Mapping[str, Any]
