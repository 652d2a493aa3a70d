"""Paths that want to leave a repository, to reach its protected folders, or to look like something else."""

import os
from pathlib import Path

_LONG = "y" * 300
_BASE = (
    "..", "../out/x", "../../etc/passwd", "a/../../out/x", "a/b/../../../out/x", "/etc/passwd", "//etc/passwd", "~/x",
    "~root/x", "a/../..", "a/.././../out/x", "/", "", "a/..", "..\\out\\x", "a\\..\\..\\out", "C:\\x", "C:/x",
    "\\\\h\\s\\x", "ln/x", "ln/secret", "lnrel/x", "fileln", "a/rootln/etc/passwd", "a/up/../out/x", "a/up/x", "loop",
    "loop/x", "fifo", "magic/etc/passwd", "cwd/x", "gitln/config", "fdln/0", "dangling", "danglingout", ".git/config",
    ".git/hooks/post-checkout", ".GIT/config", ".Git/x", ".git./x", ".git /x", "GIT~1/x", "a/.git/config",
    ".orchestrate/ledger.db", ".ORCHESTRATE/x", "x\0y", "x\ny", "x\x1b[2Jy", "x\u202ey", "x\x9by", f"a/{_LONG}",
    "y/" * 2100 + "z", "ok.txt ", "ok.txt.", " lead", "a/ /x", "%2e%2e/%2e%2e/etc/passwd/..", "..%2f/..",
    "....//....//out/..", ".../../out", "a/b/../../..", "ln/../out/x", "lnrel/../../out/x", "magic/../x",
    "a/rootln/tmp/x", "a/up/up/up/out/x", "\ufeff../x/..", "x/../..", "a/\u2028/x", "orches~1/x", ".git::$DATA/x",
    "a/.GiT/hooks/x",
)  # fmt: skip
HOSTILE = tuple(dict.fromkeys((*_BASE, *(f"{path}/zz" for path in _BASE if path not in ("", "/")), "a/x\x7f", "//")))


def lay_traps(root: Path, outside: Path) -> None:
    """Fill a repository with links that lead out of it, and the outside with something to lose."""
    outside.mkdir(exist_ok=True)
    (outside / "secret").write_text("secret\n")
    (root / "a/b").mkdir(parents=True, exist_ok=True)
    links = {
        "ln": str(outside), "lnrel": f"../{outside.name}", "fileln": str(outside / "secret"), "a/rootln": "/",
        "a/up": "..", "loop": "loop", "magic": "/proc/self/root", "cwd": "/proc/self/cwd", "gitln": str(root / ".git"),
        "fdln": "/dev/fd", "dangling": "nowhere", "danglingout": str(outside / "new"),
    }  # fmt: skip
    for name, target in links.items():
        (root / name).symlink_to(target)
    os.mkfifo(root / "fifo")
