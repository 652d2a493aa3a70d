"""Who else would take a spec for one of its tests: Jest and Vitest collect `*.spec.ts` wherever it stands."""

import json
import re
from pathlib import Path

from orchestrator.errors import TaskFailed

JEST_CONFIGS = tuple(f"jest.config.{suffix}" for suffix in ("js", "ts", "cjs", "mjs"))
_VITEST = tuple(f"{name}.config.{suffix}" for name in ("vitest", "vite") for suffix in ("ts", "mts", "js", "mjs"))


def collecting_config(root: str, spec: str) -> str:
    """Return the config file of Jest that has to leave the spec's folder out, "" when nothing collects it.

    TaskFailed for Vitest: its own exclusions would be lost with ours.
    """
    package = _package(root)
    folder = spec.rpartition("/")[0]
    if Path(root, "node_modules/jest").is_dir():
        config = next((name for name in JEST_CONFIGS if Path(root, name).is_file()), "")
        if not config and isinstance(package.get("jest"), dict):
            config = "package.json"
        text = Path(root, config).read_text(encoding="utf-8") if config else ""
        return (
            "" if re.search(rf"testPathIgnorePatterns[\s\S]*?{re.escape(folder)}", text) else config or "package.json"
        )
    if Path(root, "node_modules/vitest").is_dir():
        config = next((name for name in _VITEST if Path(root, name).is_file()), "vitest.config.ts")
        text = Path(root, config).read_text(encoding="utf-8") if Path(root, config).is_file() else ""
        if folder not in text and "include:" not in text:
            message = f"Vitest would run {spec} as one of its tests"
            raise TaskFailed(message, hint=f"in {config}: exclude: [...configDefaults.exclude, '{folder}/**']")
    return ""


def _package(root: str) -> dict[str, object]:
    try:
        content = json.loads(Path(root, "package.json").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
