"""The text of playwright.config.ts, for projects that have none."""

from orchestrator.testgen.e2e.application import Application
from orchestrator.testgen.e2e.results import Walked
from orchestrator.testgen.e2e.source import literal

NAME = "playwright.config.ts"
PORT = "E2E_PORT"
BROWSER = "PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH"


def config_text(app: Application, walk: Walked, folder: str) -> str:
    """Return a config that starts the application by itself and gives it the settings of its tests."""
    given = {name: value for name, value in app.env.items() if name not in (app.port, app.database)}
    env = [f"{name}: {literal(value)}," for name, value in given.items()]
    env.append(f"{app.port}: port,")
    if app.database:
        fallback = literal(app.env[app.database])
        env.append(f"{app.database}: process.env.{app.database} ?? {fallback},")
    ready = f"url: `http://127.0.0.1:${{port}}{walk.page}`," if walk.page else "port: Number(port),"
    secret = (
        f"process.env.{app.secret} ??= {literal(app.env[app.secret])}; // specs sign with it\n" if app.secret else ""
    )
    if app.secret:
        env = [
            f"{app.secret}: process.env.{app.secret}," if line.startswith(f"{app.secret}:") else line for line in env
        ]
    lines = "\n      ".join(env)
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
