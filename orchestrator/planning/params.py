"""Values of `params:`: what fits a declaration, what the command line sets, what a profile changes and locks.

Precedence: `--param` > profile > the document's default.
"""

from collections.abc import Iterable, Mapping

from orchestrator.errors import UsageError
from orchestrator.models.document import Document, Param, Profile, Settings
from orchestrator.models.json import Json
from orchestrator.planning.scalars import resolve
from orchestrator.planning.suggest import one_of

_BOOLEANS = {"true": True, "false": False}


def misfit(param: Param, value: Json) -> str | None:
    """Return why a value does not fit the declaration ("must be at least 1"), or None when it fits."""
    words = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}
    if not _has_type(param.type, value):
        return f"must be {words[param.type]}"
    if param.type in ("integer", "number"):
        if param.minimum is not None and value < param.minimum:
            return f"must be at least {param.minimum:g}"
        if param.maximum is not None and value > param.maximum:
            return f"must be at most {param.maximum:g}"
    if param.choices and value not in param.choices:
        return f"must be one of {', '.join(str(choice) for choice in param.choices)}"
    return None


def _has_type(kind: str, value: Json) -> bool:
    if kind == "string":
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (kind == "number" and isinstance(value, float))


def parse_param(text: str) -> tuple[str, str]:
    """Split `name=value` of the command line; UsageError when there is no `=`."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        message = f"--param {text}: a param is given as NAME=VALUE"
        raise UsageError(message, hint=f"--param {name.strip() or 'NAME'}=VALUE")
    return name.strip(), value


def resolve_params(
    document: Document, given: Mapping[str, str] | None = None, profile: str | None = None
) -> dict[str, Json]:
    """Return the value of every param; UsageError for an unknown, unfit, locked or missing one."""
    given = given or {}
    chosen = find_profile(document, profile)
    for name in given:
        if name not in document.params:
            message = f"there is no param {name!r}"
            none = f"the document declares none: params: {{{name}: {{default: ...}}}}"
            raise UsageError(message, hint=one_of(name, list(document.params), "params") if document.params else none)
    refuse_locked(document, profile, given)
    values: dict[str, Json] = {}
    for name, param in document.params.items():
        if name in given:
            values[name] = _from_command_line(name, param, given[name])
        else:
            values[name] = chosen.params.get(name, param.default)
        if values[name] is None:
            message = f"param {name!r} has no value"
            raise UsageError(message, hint=f"--param {name}=VALUE" + (f"  ({param.help})" if param.help else ""))
    return values


def _from_command_line(name: str, param: Param, text: str) -> Json:
    value: Json = text
    if param.type == "boolean":
        value = _BOOLEANS.get(text.lower(), text)
    elif param.type in ("integer", "number"):
        value = resolve(text)
    reason = misfit(param, value)
    if reason:
        message = f"--param {name}={text}: {name} {reason}"
        raise UsageError(message, hint=param.help or None)
    return value


def find_profile(document: Document, name: str | None) -> Profile:
    """Return a profile by name, an empty one for None; UsageError when there is none of this name."""
    if name is None:
        return Profile()
    if name not in document.profiles:
        message = f"there is no profile {name!r}"
        hint = (
            one_of(name, list(document.profiles), "profiles")
            if document.profiles
            else "the document has no `profiles:`"
        )
        raise UsageError(message, hint=hint)
    return document.profiles[name]


def apply_profile(document: Document, name: str | None) -> Document:
    """Return the document with the profile's settings laid over its own, key by key, nested maps too."""
    profile = find_profile(document, name)
    if not profile.settings:
        return document
    own = document.settings.model_dump(mode="json", exclude_unset=True)
    settings = Settings.model_validate(_merged(own, profile.settings))
    return document.model_copy(update={"settings": settings})


def _merged(below: Mapping[str, Json], above: Mapping[str, Json]) -> dict[str, Json]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def refuse_locked(document: Document, profile: str | None, names: Iterable[str]) -> None:
    """Raise UsageError when a flag or `--param` would change a setting or param that the profile locks."""
    locked = set(find_profile(document, profile).lock)
    for name in names:
        if name in locked:
            message = f"profile {profile!r} locks {name}: it cannot be changed on the command line"
            raise UsageError(message, hint="leave the flag out, or choose another profile")
