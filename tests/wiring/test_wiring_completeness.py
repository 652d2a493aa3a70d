"""Nothing is advertised that no test observes."""

import importlib
import sys
from pathlib import Path

from wiring_inventory import everything
from wiring_registry import CLAIMS

HERE = Path(__file__).parent


def claims() -> set[str]:
    """Return the claims of all tests of this folder, whichever of them were selected."""
    for file in sorted(HERE.glob("test_wiring_*.py")):
        if file.stem not in sys.modules:
            importlib.import_module(file.stem)
    return set(CLAIMS)


def test_everything_that_is_advertised_has_a_test() -> None:
    missing = sorted(everything() - claims())
    assert not missing, f"{len(missing)} without a test that observes them:\n" + "\n".join(missing)


def test_no_test_claims_what_is_not_advertised() -> None:
    """A test of a key that is gone is of no use, and a misspelt claim would hide a gap."""
    unknown = sorted(claim for claim in claims() - everything() if not claim.startswith("command:"))
    assert not unknown, "\n".join(unknown)
