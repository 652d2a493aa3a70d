"""The text of playwright.config.ts, for projects that have none."""

from collections.abc import Iterator

from orchestrator.testgen.e2e.application import Application
from orchestrator.testgen.e2e.results import Walked
from orchestrator.testgen.e2e.source import literal

NAME = "playwright.config.ts"
PORT = "E2E_PORT"
BROWSER = "PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH"


def config_text(app: Application, walk: Walked, folder: str) -> str:
    """Return a config that starts the application by itself and gives it the settings of its tests."""
    ready = f"url: `http://127.0.0.1:${{port}}{walk.page}`," if walk.page else "port: Number(port),"
    secret = (
        f"process.env.{app.secret} ??= {literal(app.env[app.secret])}; // specs sign with it\n" if app.secret else ""
    )
    lines = "\n      ".join(_variables(app))
    return f"""\
/** End-to-end tests: `npx playwright test` starts the application by itself and asks it from outside. */
import {{ defineConfig }} from '@playwright/test';

const port = process.env.{PORT} ?? '3100';
{secret}
export default defineConfig({{
  testDir: {literal(folder)},
  workers: 1,
  reporter: 'list',
  use: {{
    baseURL: `http://127.0.0.1:${{port}}`,
    launchOptions: {{ executablePath: process.env.{BROWSER} }},
  }},
  webServer: {{
    command: {literal(app.command)},
    {ready}
    timeout: 120_000,
    env: {{
      {lines}
    }},
  }},
}});
"""


def _variables(app: Application) -> Iterator[str]:
    """Yield the variables that the application is started with, as lines of an object."""
    for name, value in app.env.items():
        if name not in (app.port, app.database):
            yield f"{name}: process.env.{name}," if name == app.secret else f"{name}: {literal(value)},"
    yield f"{app.port}: port,"
    if app.database:
        yield f"{app.database}: process.env.{app.database} ?? {literal(app.env[app.database])},"
