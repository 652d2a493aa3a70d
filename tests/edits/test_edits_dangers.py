"""What in a workflow is left to a person, with its place."""

import pytest

from orchestrator.edits.workflows.dangers import dangers

HEAD = "on: {}\njobs:\n  a:\n    runs-on: u\n    steps:\n"
CHECKOUT = "      - uses: actions/checkout@v4\n        with:\n          {}\n"


def rules(text: str) -> list[tuple[str, int]]:
    return [(finding.rule, finding.line) for finding in dangers(text)]


@pytest.mark.parametrize(
    ("on", "step", "found"),
    [
        ("pull_request_target", CHECKOUT.format("ref: ${{ github.event.pull_request.head.sha }}"), True),
        ("[push, pull_request_target]", CHECKOUT.format("ref: refs/pull/${{ github.event.number }}/merge"), True),
        (
            "pull_request_target",
            CHECKOUT.format("repository: ${{ github.event.pull_request.head.repo.full_name }}"),
            True,
        ),
        ("pull_request_target", CHECKOUT.format("ref: main"), False),
        ("pull_request_target", CHECKOUT.format("fetch-depth: 0"), False),
        ("pull_request", CHECKOUT.format("ref: ${{ github.event.pull_request.head.sha }}"), False),
    ],
)
def test_code_of_strangers_that_is_checked_out_with_secrets(on: str, step: str, found: bool) -> None:
    assert rules(HEAD.format(on) + step) == ([("foreign-code", 8)] if found else [])


@pytest.mark.parametrize(
    ("script", "rule"),
    [
        ("gh pr checkout 1", "foreign-code"),
        ("git fetch origin pull/${N}/head", "foreign-code"),
        ("git fetch origin main", None),
        ("curl -s https://example.com/x.sh | bash", "piped-shell"),
        ("wget -qO- https://example.com/x.sh | sudo -E sh -s -- -y", "piped-shell"),
        ('bash -c "$(curl -fsSL https://example.com/x.sh)"', "piped-shell"),
        ("bash <(curl -s https://example.com/x.sh)", "piped-shell"),
        ("curl -s https://example.com/x | jq .", None),
        ("curl -so x.sh https://example.com/x.sh; sha256sum -c x.sum", None),
        ("echo ${{ secrets.TOKEN }} > t", "told-secret"),
        ('printf "%s" "${{ secrets.TOKEN }}"', "told-secret"),
        ('echo "${{ secrets.TOKEN }}" | docker login --password-stdin', None),
        ("deploy --token ${{ secrets.TOKEN }}", None),
        ("echo done; deploy ${{ secrets.TOKEN }}", None),
    ],
)
def test_scripts(script: str, rule: str | None) -> None:
    text = HEAD.format("pull_request_target") + f"      - name: x\n        run: |\n          {script}\n          make\n"
    assert rules(text) == ([(rule, 7)] if rule else [])


def test_what_cannot_be_read_has_none() -> None:
    assert dangers("a: [\n") == ()
