"""Which variables of the environment `{{ env.NAME }}` can see."""

from collections.abc import Mapping

# What programs need to start at all, and what tells a CI machine from a desk. Everything else is asked for by name:
# `secrets:` for what must stay hidden, `settings.env` and `env:` for the rest.
VISIBLE = frozenset({"CI", "HOME", "LANG", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER"})


def visible_environment(environ: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """Return what `env` holds in expressions: an allow list of the environment, and `settings.env` over it."""
    seen = {name: value for name, value in environ.items() if name in VISIBLE or name.startswith("LC_")}
    return seen | dict(settings)
