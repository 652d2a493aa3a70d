"""Time of one proven edit of a workflow, by action, at about 100 and 1,600 lines.

`python -m bench.edits.speed [ACTION...]`: milliseconds of the processor, the median of some runs on texts that were not
read before, plan and proof together. Each action has something to do in the workflow, and those that edit every job do
so in all of them. Exit 1 when one is slower than the bars: 10 ms at 100 lines, 100 ms at 1,600.
"""

import statistics
import sys
import time

from bench.edits.every_action import ACTIONS, AROUND, TARGET, params_for
from orchestrator.edits.action import Scene, TextTree
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action
from orchestrator.edits.yaml.model import load_model

BARS = {100: 10.0, 1600: 100.0}
ROUNDS = {100: 15, 1600: 5}
HEAD = """\
name: CI
on:
  push:
    branches: [main]
  pull_request:
jobs:
"""
DEPLOYS = """\
name: Deploy
on:
  push:
    branches: [main]
jobs:
  images:
    runs-on: ubuntu-latest
    permissions: {contents: read, packages: write}
    steps:
      - uses: actions/checkout@v4
      - uses: docker/login-action@v3
        with: {registry: ghcr.io, username: x, password: '${{ secrets.GITHUB_TOKEN }}'}
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: ghcr.io/acme/shop:${{ github.sha }}
  staging:
    needs: images
    runs-on: ubuntu-latest
    environment: {name: staging, url: https://staging.example.org}
    steps:
      - name: Configure
        run: echo "$KUBE_CONFIG" | base64 -d > kubeconfig
        env:
          KUBE_CONFIG: ${{ secrets.KUBE_CONFIG }}
      - run: echo deploying
  production:
    needs: images
    runs-on: ubuntu-latest
    environment: {name: production, url: https://example.org}
    steps:
      - run: echo deploying
  python-images:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Build the services
        run: |
          for service in mail stock; do
            docker build -t $service services/$service
          done
  scan:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: aquasecurity/trivy-action@v0.30.0
        with: {scan-type: fs}
"""
JOB = """\
  job{0}:
    runs-on: ubuntu-latest
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@v4
      - name: Set up {0}
        uses: actions/setup-node@v4
        with:
          node-version: 20
      - name: Install {0}
        run: npm ci
      - name: Test {0}
        run: |
          npm run lint
          npm test -- --part {0}
        env:
          PART: {0}
      - name: Audit
        run: npm audit --audit-level=critical || true
        continue-on-error: true
      - name: Say who asked
        run: echo "${{{{ github.event.pull_request.title }}}}"
"""
ON_DEPLOYS = frozenset(
    ("add_approval_gates", "add_container_scanning", "add_deploy_migration", "add_sbom_generation",
     "implement_production_deploy", "implement_staging_deploy", "make_trivy_blocking", "parallelize_python_builds")
)  # fmt: skip
OTHER_PARAMS = {
    "add_approval_gates": {"url": "https://example.org", "job": "python-images"},
    "implement_production_deploy": {"require_staging": "none", "strategy": "command", "command": "make up",
                                    "rollback_command": "make back"},
    "implement_staging_deploy": {"strategy": "command", "command": "make up", "rollback_command": "make back"},
    "add_deploy_migration": {"command": "npm run migrate", "job": "python-images"},
    "upgrade_audit_level": {"level": "low"},
}  # fmt: skip


def text_of(lines: int, action: str) -> str:
    """Return a workflow of about so many lines."""
    text = DEPLOYS if action in ON_DEPLOYS else HEAD
    number = 0
    while text.count("\n") < lines - JOB.count("\n") // 2:
        text += JOB.format(number)
        number += 1
    return text


def seconds(action: str, lines: int) -> tuple[float, str]:
    """Return the median time of one edit, and how it ended."""
    found = find_action(action)
    measured, ended = [], "has nothing to do"
    for number in range(ROUNDS[lines]):
        text = text_of(lines, action) + f"# {number}\n"
        given = OTHER_PARAMS.get(action) or next(params_for(action, load_model(text)), None)
        if given is None:
            return 0.0, ended
        params = read_params(found, given)
        scene = Scene(TARGET, TextTree({**AROUND, TARGET: text}))
        begun = time.process_time()
        result = propose(found, scene, params)
        measured.append(time.process_time() - begun)
        ended = str(result.status) if result.code is None else f"{result.code}: {result.reason}"
    return statistics.median(measured), ended


def main() -> None:
    """Print the table; exit 1 when an edit is slower than it may be."""
    slow = 0
    for lines in BARS:  # the first reading of a text loads and warms what all of them use
        seconds("add_timeouts", lines)
    print(f"{'action':<30}{'100 lines':>12}{'1,600 lines':>14}")
    for action in sys.argv[1:] or ACTIONS:
        row = {lines: seconds(action, lines) for lines in BARS}
        slow += any(1000 * taken > BARS[lines] for lines, (taken, _) in row.items())
        ends = dict.fromkeys(ended for _, ended in row.values() if ended != "changed")
        times = "".join(
            f"{1000 * taken:>{width}.1f} ms" for (taken, _), width in zip(row.values(), (9, 11), strict=True)
        )
        print(f"{action:<30}{times}  {', '.join(ends)}", flush=True)
    print(f"{slow} slower than {' and '.join(f'{bar:g} ms at {lines} lines' for lines, bar in BARS.items())}")
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
