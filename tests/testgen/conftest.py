"""Small projects with everything that the generators work with."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from by_hand import reports_of, run_jest
from interpreter import put_interpreter

from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor
from orchestrator.testgen.generator import Project, Settings
from orchestrator.testgen.python.generator import PythonGenerator

# An interpreter in which time passes with its start, each look at the clock, each mutant and each test with a turn.
COUNTING = """
import importlib, importlib.util, sys

spec = importlib.util.spec_from_file_location("boot", sys.argv[1])
boot = importlib.util.module_from_spec(spec)
spec.loader.exec_module(boot)
load = boot.load_package

def load_package():
    load()
    kind = importlib.import_module(boot.NAME + ".stopwatch").Stopwatch
    passed, tells = [0.0], kind.now
    by_itself = {{"_on_alarm": 0, "<lambda>": 0, "has_turn": {test}, "_imported": {start}}}  # the first two just come

    def now(self):
        tells(self)  # the parent how long this process stood in line
        asking = sys._getframe(1).f_code.co_name
        passed[0] += by_itself.get(asking, {look})
        return passed[0]

    def forgive(self, child):
        passed[0] += {mutant}

    kind.now, kind.forgive = now, forgive

boot.load_package = load_package
sys.exit(boot.main(sys.argv[2]))
"""


class Workbench:
    """A project of modules, and the generator for them; this interpreter runs the tests."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        put_interpreter(self.root)
        self.factory = ProcessFactory(str(self.root), str(folder / "logs"), Redactor({}), grace=0.2)
        processes = self.factory.for_attempt("run", "task", 1, {})
        self.project = Project(root=str(self.root), processes=processes, say=lambda text: None, finish=self._as_it_is)
        self.generator = PythonGenerator()

    @contextlib.contextmanager
    def counted_time(
        self, *, start: float = 0.0, look: float = 0.0, mutant: float = 0.0, test: float = 0.0
    ) -> Iterator[None]:
        """Let so many seconds pass with importing the module, each look at the clock, mutant and test; none else."""
        self.write(".venv/counting.py", COUNTING.format(start=start, look=look, mutant=mutant, test=test))
        counting = f'case "$1" in *boot.py) exec "{sys.executable}" "{self.root}/.venv/counting.py" "$@";; esac\n'
        put_interpreter(self.root, counting)
        yield
        put_interpreter(self.root)

    async def _as_it_is(self, file: str, text: str) -> str:
        return text

    def write(self, path: str, text: str) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    def files(self) -> list[str]:
        """Return every file of the project but the interpreter."""
        found = (path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file())
        return sorted(each for each in found if not each.startswith(".venv"))

    def generate(self, module: str, **settings):
        """Generate the tests of a module."""
        targets = self.generator.find_targets(str(self.root), module)

        async def first():
            given = Settings(**{"budget": 300, **settings})
            [made] = [made async for _, made in self.generator.generate(self.project, targets, given)]
            return made

        return asyncio.run(first())

    def examine(self, module: str, tests: str):
        """Put tests through the filters."""
        [target] = self.generator.find_targets(str(self.root), module)
        return asyncio.run(self.generator.examine(self.project, target, tests, Settings(budget=30)))


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    made = Workbench(tmp_path_factory.mktemp("workbench"))
    yield made
    made.factory.close()


DRIVERS = {
    "pg": "export class Pool { constructor(options: object); query(text: string, values: unknown[]): Promise<any>; }\n",
    "@prisma/client": "export class PrismaClient { post: any; }\n",
    "mongoose": "export class Schema { constructor(a: object); }\nexport function model(n: string, s: Schema): any;\n",
    "nodemailer": "export function createTransport(a: object): { sendMail(mail: object): Promise<{ id: string }> };\n",
    "bullmq": "export class Queue { constructor(n: string); add(n: string, d: object): Promise<{ id: string }>; }\n",
    "amqplib": "export function connect(url: string): Promise<any>;\n",
    "kysely": "export class Kysely<T> { constructor(options: object); rows?: T; selectFrom(table: string): any; }\n",
    "axios": "export function get<T>(url: string): Promise<{ data: T }>;\n",
    "undici": "export function request(url: string): Promise<{ statusCode: number }>;\n",
}
SIGNING = (
    "export function getMember(id: string): Promise<{ status: 'OK'; name: string } | { status: 'UNKNOWN' }>;\n"
    "export function isName(name: string): boolean;\n"
)
SIGNING_CODE = (
    "exports.getMember = async () => { throw new Error('not made ready'); };\n"
    "exports.isName = (name) => name.length > 2;\n"
)
HELPERS = "import type { FastifyInstance } from 'fastify';\nexport function addHelpers(app: FastifyInstance): void;\n"
HELPERS_CODE = "exports.addHelpers = (app) => { app.decorate('assert', (value, why) => undefined); };\n"
CORS = (
    "import type { FastifyInstance } from 'fastify';\n"
    "export function allow(app: FastifyInstance, allows: (origin?: string) => boolean): void;\n"
)
CORS_CODE = (
    "exports.allow = (app, allows) => app.addHook('onRequest', async (request, reply) => {\n"
    "  reply.header('x-allowed', allows(request.headers.origin) ? 'yes' : 'no');\n});\n"
)
HASHES = "export function hash(text: string, rounds: number): Promise<string>;\n"
HASHES_CODE = (
    "exports.hash = async (text, rounds) => {\n"
    "  let sum = text.length;\n"
    "  for (let count = 0; count < rounds ** 7; count += 1) sum = (sum * 31 + count) % 65521;\n"
    "  return `${Math.random()}${sum}`;\n"
    "};\n"
)
GUARDS = (
    "export function hashSync(text: string, rounds: number): string;\n"
    "export function compare(text: string, hash: string): Promise<boolean>;\n"
)
GUARDS_CODE = (
    "exports.hashSync = (text, rounds) => `hash of ${text} with ${rounds}`;\n"
    "exports.compare = async (text, hash) => hash.startsWith(`hash of ${text} with `);\n"
)
SLUGS = "export function slugOf(text: string): string;\n"
SLUGS_CODE = "export const slugOf = (text) => text.toLowerCase().replaceAll(' ', '-');\n"
SLUGS_FORMS = {"types": "./index.d.ts", "import": "./index.js"}
CONFIG = "module.exports = { transform: { '^.+\\\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json' }] } };\n"
OPTIONS = {
    "strict": True,
    "module": "CommonJS",
    "target": "ES2022",
    "lib": ["ES2022"],
    "types": ["jest", "node"],
    "isolatedModules": True,
    "skipLibCheck": True,
}
PACKAGES = (
    "typescript@5.9.3",
    "jest@29.7.0",
    "ts-jest@29.4.15",
    "@types/jest@29.5.14",
    "@types/node@20.19.0",
    "graphql@16.15.0",
    "vitest@3.2.4",
    "fastify@5.12.8",
    "zod@3.25.76",
    "express@5.1.0",
    "@types/express@5.0.3",
    "supertest@7.1.4",
    "@types/supertest@6.0.3",
    "joi@18.3.2",
    "@fastify/multipart@10.1.9",
)


@pytest.fixture(scope="session")
def installed(packages_once):
    shop = {"name": "shop", "scripts": {"test": "jest"}, "overrides": {"cookie": "1.1.1"}}
    return packages_once("installed", json.dumps(shop), *PACKAGES, besides=put_packages)


def put_packages(folder):
    """Put packages of our own to the others."""
    for name, types in DRIVERS.items():
        put_package(folder, name, types, "throw new Error('tests must not load the driver');\n")
    put_package(folder, "signing", SIGNING, SIGNING_CODE)
    put_package(folder, "route-helpers", HELPERS, HELPERS_CODE)
    put_package(folder, "plain-cors", CORS, CORS_CODE)
    put_package(folder, "bcryptjs", HASHES, HASHES_CODE)
    put_package(folder, "bcrypt", GUARDS, GUARDS_CODE)
    put_package(folder, "slugs", SLUGS, SLUGS_CODE)
    details = {"name": "slugs", "version": "1.0.0", "type": "module", "exports": {".": SLUGS_FORMS}}
    (folder / "node_modules/slugs/package.json").write_text(json.dumps(details))


def put_package(folder, name, types, code):
    """Put a package of one file where Node finds it."""
    place = folder / "node_modules" / name
    place.mkdir(parents=True)
    (place / "package.json").write_text(json.dumps({"name": name, "version": "1.0.0"}))
    (place / "index.d.ts").write_text(types)
    (place / "index.js").write_text(code)


def lay_out(root, installed):
    """Make a project with those packages."""
    (root / "node_modules").symlink_to(installed / "node_modules")
    (root / "package.json").write_text((installed / "package.json").read_text())
    (root / "jest.config.js").write_text(CONFIG)
    (root / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS}))
    (root / "src").mkdir()
    (root / ".git").mkdir()


@pytest.fixture
def project(installed, tmp_path, monkeypatch):
    """Make a project with those packages, and be in it."""
    lay_out(tmp_path, installed)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def written_once(made_once, installed):
    """Return what generates the tests of modules in a project of their own, once for all tests that look at them.

    `modules` are the texts by the names in `src`, without their ending; `target` says which of them get tests.
    `besides` is done to the project before.
    """

    def written(name, modules, *, budget, target="src/*.ts", besides=lambda root: None):
        def make(root):
            lay_out(root, installed)
            besides(root)
            for module, text in modules.items():
                (root / f"src/{module}.ts").parent.mkdir(exist_ok=True)
                (root / f"src/{module}.ts").write_text(text)
            (root / "reports.json").write_text(json.dumps(reports_of(target, budget=budget, root=root)))

        return Written(made_once(name, make))

    return written


class Written:
    """A project whose tests were generated together."""

    def __init__(self, root):
        self.root = root
        self.reports = json.loads((root / "reports.json").read_text())

    def statements(self, module):
        """Return the statements that the tests of a module cover, in percent."""
        return self.reports[f"src/{module}.ts"]["coverage"]["statements"]

    def run_jest(self):
        """Run all of the tests, which has to go well."""
        run_jest(self.root)

    def tests(self, module):
        """Return the text of the test file of a module."""
        folder, _, name = f"src/{module}".rpartition("/")
        return (self.root / f"{folder}/__tests__/{name}.test.ts").read_text()
