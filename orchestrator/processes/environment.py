"""What a child sees of our environment: little, and nothing by accident.

A variable reaches a child because it is on the short list below, because the document names it under `env:`, or because
the task names it under `secrets:`. So a token in the shell of whoever starts a run reaches no test and no agent,
and git's own variables (`GIT_DIR`, set inside a hook) cannot point a child at another repository.
"""

import os
from collections.abc import Iterable, Mapping
from functools import lru_cache

from orchestrator.errors import TaskFailed

_PASSED_ON = ("PATH", "HOME", "LANG", "TERM", "TZ", "TMPDIR", "USER", "LOGNAME", "SHELL", "CI")
MAY_BE_MISSING = "?"
_DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"


def base_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the part of an environment that every child gets; PATH keeps its absolute entries only."""
    passed = {name: value for name, value in environ.items() if name in _PASSED_ON or name.startswith("LC_")}
    passed["PATH"] = absolute_path(passed.get("PATH") or _DEFAULT_PATH)
    return passed


@lru_cache(maxsize=64)  # asked for every child, and nearly always about the same one
def absolute_path(path: str) -> str:
    """Return a PATH without relative and empty entries: those find programs in whatever folder is the current one."""
    return os.pathsep.join(entry for entry in path.split(os.pathsep) if os.path.isabs(entry))


def find_program(program: str, path: str, folder: str) -> str | None:
    """Return the file that `program` stands for; a name with a slash is looked up from `folder`, others in `path`."""
    if "/" in program:
        places: Iterable[str] = (os.path.join(folder, program),)
    else:
        places = (os.path.join(entry, program) for entry in absolute_path(path).split(os.pathsep) if entry)
    for place in places:
        if os.access(place, os.X_OK) and not os.path.isdir(place):
            return place
    return None


def present_secrets(names: Iterable[str], environ: Mapping[str, str]) -> dict[str, str]:
    """Return those of the named secrets that are set: what a `Redactor` has to know."""
    return {name: environ[name] for name in (each.removesuffix(MAY_BE_MISSING) for each in names) if name in environ}


def read_secrets(names: Iterable[str], environ: Mapping[str, str]) -> dict[str, str]:
    """Return the named secrets; TaskFailed names the ones that are not set, unless their name ends with `?`."""
    names = tuple(names)
    if not names:
        return {}
    secrets = present_secrets(names, environ)
    missing = [name for name in names if name not in secrets and not name.endswith(MAY_BE_MISSING)]
    if missing:
        message = f"secret{'s' if len(missing) > 1 else ''} {', '.join(missing)} not set in the environment"
        raise TaskFailed(message, hint=f"export {missing[0]}=… and run again")
    return secrets
