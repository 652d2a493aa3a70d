"""The text of a spec: steps that need nothing first, then the flow of a new user, one step after another."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from orchestrator.testgen.e2e.results import Step, Walked
from orchestrator.testgen.e2e.source import expectation, literal, path_of

_PICK = """
/** The first text that stands under such a name, however deep. */
function pick(value: unknown, name: RegExp): string {
  const found = Object.entries(value ?? {}).map(([key, each]): string =>
    typeof each === 'string' && name.test(key) ? each : typeof each === 'object' ? pick(each, name) : '',
  );
  return found.find((each) => each !== '') ?? '';
}
"""
_IN_ROLE = """
/** The user's token with another role, signed with the secret that playwright.config.ts gives the application. */
function inRole(token: string, role: string): string {
  const claims = { ...(jwt.decode(token) as jwt.JwtPayload), role };
  delete claims.iat;
  delete claims.exp;
  return jwt.sign(claims, String(process.env.SECRET), { expiresIn: 300 });
}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Naming:
    """What the spec is about, and the names of the variables that the application reads."""

    title: str
    database: str
    secret: str
    header: str


def emit(walk: Walked, naming: Naming, *, with_browser: bool) -> str:
    """Return the spec."""
    free = [each for each in walk.steps if each.stands_alone]
    bound = _without_orphans([each for each in walk.steps if not each.stands_alone])
    blocks = [_page(walk)] if with_browser and walk.page else []
    blocks += [_test(each, set()) for each in free]
    blocks += [_journey(bound, naming)] if bound else []
    body = _indented("\n\n".join(blocks))
    whole = f"test.describe({literal(naming.title)}, () => {{\n{body}\n}});\n"
    return _imports(whole, naming) + whole


def without(walk: Walked, titles: frozenset[str]) -> Walked:
    """Return the flow without the steps whose tests failed; those that need their values go with them."""
    left = tuple(each for each in walk.steps if each.title not in titles)
    page = "" if PAGE_TITLE in titles else walk.page
    return replace(walk, steps=left, page=page)


PAGE_TITLE = "opens in a browser"


def titles_of(walk: Walked, *, with_browser: bool) -> tuple[str, ...]:
    """Return the titles of the tests of a spec."""
    bound = _without_orphans([each for each in walk.steps if not each.stands_alone])
    steps = [each.title for each in [*(one for one in walk.steps if one.stands_alone), *bound]]
    return tuple([PAGE_TITLE] * bool(with_browser and walk.page) + steps)


def _without_orphans(steps: Sequence[Step]) -> list[Step]:
    """Leave out steps that use a value which no step before them gives."""
    known, left = {"run", "email"}, []
    for each in steps:
        if _used(each) <= known:
            left.append(each)
            known |= {one.name for one in each.captures}
    return left


def _used(step: Step) -> set[str]:
    found = set(re.findall(r'"\$": "(\w+)"', _as_json(step)))
    return found | ({"token"} if step.actor else set())


def _as_json(step: Step) -> str:
    return json.dumps([list(step.where), step.data])


def _journey(steps: Sequence[Step], naming: Naming) -> str:
    texts: list[str] = []
    later = set[str]()
    for each in reversed(steps):  # a value is kept only when a later step uses it
        texts.insert(0, _test(each, later))
        later |= set(re.findall(r"\b\w+\b", texts[0]))
    names = [one.name for each in steps for one in each.captures if re.search(rf"\b{one.name} = ", "\n".join(texts))]
    begin = ["run = randomUUID().slice(0, 8);"]
    declared = ["let run = '';"]
    if re.search(r"\bemail\b", "\n".join(texts)):
        begin.append("email = `e2e-${run}@example.com`;")
        declared.append("let email = '';")
    declared += [f"let {name} = '';" for name in dict.fromkeys(names)]
    reason = literal(f"needs a migrated database: set {naming.database}")
    parts = [
        "test.describe.configure({ mode: 'serial' });",
        *(
            [f"test.skip(!process.env.{naming.database}, {reason});"]
            if any(each.needs_database for each in steps)
            else []
        ),
        "",
        *declared,
        "",
        f"test.beforeAll(() => {{\n{_indented(chr(10).join(begin))}\n}});",
        "",
        "\n\n".join(texts),
    ]
    return f"test.describe('as a new user', () => {{\n{_indented(chr(10).join(parts))}\n}});"


def _page(walk: Walked) -> str:
    lines = [
        f"const response = await page.goto({literal(walk.page)});",
        "expect(response?.status()).toBe(200);",
    ]
    if walk.page_is_html:
        lines.append("await expect(page).toHaveTitle(/./);")
    return _block(PAGE_TITLE, "page", lines)


def _test(step: Step, later: set[str]) -> str:
    options = []
    if step.actor:
        token = "token" if step.actor == "token" else f"inRole(token, {literal(step.actor)})"
        options.append(f"headers: {{ authorization: `Bearer ${{{token}}}` }}")
    if step.has_data and step.data is not None:
        options.append(f"data: {literal(step.data)}")
    told = f", {{ {', '.join(options)} }}" if options else ""
    lines = [
        f"const response = await request.{step.method.lower()}({path_of(step.where)}{told});",
        f"expect(response.status()).toBe({step.status});",
    ]
    kept = [each for each in step.captures if each.name in later]
    expected = expectation(step.seen, step.given) if isinstance(step.seen[0], dict) else "{}"
    if kept:
        lines.append("const body = await response.json();")
    if expected != "{}":
        lines.append(f"expect({'body' if kept else 'await response.json()'}).toMatchObject({expected});")
    for each in kept:
        place = "".join(f".{part}" if part.isidentifier() else f"[{literal(part)}]" for part in each.path)
        lines.append(f"{each.name} = {f'pick(body, /{each.pick}/i)' if each.pick else f'body{place}'};")
    return _block(step.title, "request", lines)


def _block(title: str, fixture: str, lines: Sequence[str]) -> str:
    return f"test({literal(title)}, async ({{ {fixture} }}) => {{\n{_indented(chr(10).join(lines))}\n}});"


def _imports(text: str, naming: Naming) -> str:
    lines = [f"/** {naming.header} */"]
    if "randomUUID" in text:
        lines.append("import { randomUUID } from 'node:crypto';")
    lines.append("import { expect, test } from '@playwright/test';")
    if "inRole(" in text:
        lines.append("import jwt from 'jsonwebtoken';")
    whole = "\n".join(lines) + "\n"
    if "pick(body" in text:
        whole += _PICK
    if "inRole(" in text:
        whole += _IN_ROLE.replace("SECRET", naming.secret)
    return whole + "\n"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.split("\n"))
