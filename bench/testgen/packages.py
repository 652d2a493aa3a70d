"""Which packages are measured, and which of their modules."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """One project of the package index. `modules` are files below the installed package; `needs` its requirements."""

    name: str
    requirement: str
    modules: tuple[str, ...]
    needs: tuple[str, ...] = ()


def _package(requirement: str, folder: str, modules: str, *needs: str) -> Package:
    name = requirement.partition("==")[0]
    files = tuple(f"{folder}/{each}.py" if folder else f"{each}.py" for each in modules.split())
    return Package(name=name, requirement=requirement, modules=files, needs=needs)


PACKAGES = (
    _package("inflection==0.5.1", "inflection", "__init__"),
    _package("semver==3.0.4", "semver", "version cli"),
    _package("python-slugify==8.0.4", "slugify", "slugify", "text-unidecode"),
    _package("aioitertools==0.13.0", "aioitertools", "builtins itertools asyncio"),
    _package("boltons==25.0.0", "boltons", "strutils iterutils mathutils statsutils timeutils formatutils"),
    _package("humanize==4.12.3", "humanize", "number time filesize"),
    _package("webcolors==24.11.1", "webcolors", "_conversion _normalization"),
    _package("parse==1.20.2", "", "parse"),
    _package("isodate==0.7.2", "isodate", "isodates isoduration isotime duration"),
    _package("roman==5.0", "", "roman"),
    _package("xmltodict==0.14.2", "", "xmltodict"),
    _package("textdistance==4.6.3", "textdistance/algorithms", "edit_based simple phonetic", "numpy"),
    _package("natsort==8.4.0", "natsort", "utils natsort"),
    _package("toolz==1.0.0", "toolz", "itertoolz dicttoolz"),
    _package("cachetools==5.5.2", "cachetools", "__init__ keys"),
    _package("itsdangerous==2.2.0", "itsdangerous", "encoding signer serializer timed"),
    _package("idna==3.10", "idna", "core intranges"),
    _package("pathspec==0.12.1", "pathspec", "pathspec gitignore"),
    _package("tabulate==0.9.0", "tabulate", "__init__"),
)


def part_of(package: Package, wanted: Sequence[str]) -> Package | None:
    """Return the package with the modules that are wanted of it, all when none is named; None when it is not wanted."""
    names = [each.partition(":") for each in wanted]
    modules = {module for name, _, module in names if name == package.name}
    if wanted and not modules:
        return None
    is_whole = not modules or "" in modules
    kept = tuple(each for each in package.modules if is_whole or Path(each).stem in modules)
    return replace(package, modules=kept)
