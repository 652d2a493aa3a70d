"""Globs mean what they mean to Jest."""

import pytest

from orchestrator.edits.jest.globs import UnknownGlob, counted, matcher, static_folder


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("src/**/*.ts", "src/a.ts", True),
        ("src/**/*.ts", "src/x/y/a.ts", True),
        ("src/**/*.ts", "src/a.tsx", False),
        ("src/**", "src/x/.hidden", True),
        ("**/*.d.ts", "a.d.ts", True),
        ("src/*.ts", "src/x/a.ts", False),
        ("src/{a,b}/*.{ts,tsx}", "src/b/x.tsx", True),
        ("src/?.ts", "src/a.ts", True),
        ("src/[ab].ts", "src/c.ts", False),
        ("src/[!ab].ts", "src/c.ts", True),
        ("src/@(a|b)/**", "src/a/x", True),
        ("src/+(ab).ts", "src/abab.ts", True),
        ("**", "a/b", True),
        ("src/a(b", "src/ab", None),
        ("src/!(a).ts", "src/b.ts", None),
        ("src/{1..3}.ts", "src/1.ts", None),
    ],
)
def test_a_glob_matches(glob: str, path: str, matches: bool | None) -> None:
    if matches is None:
        with pytest.raises(UnknownGlob):
            matcher(glob)
    else:
        assert (matcher(glob).fullmatch(path) is not None) == matches


def test_the_list_is_read_in_order() -> None:
    files = ["src/a.ts", "src/a.test.ts"]

    assert counted(["src/**", "!**/*.test.ts"], files) == {"src/a.ts"}
    assert counted(["!**/*.test.ts", "src/**"], files) == set(files)
    assert counted(["!**/*.test.ts"], files) == {"src/a.ts"}
    assert counted(["<rootDir>/src/*.ts", "!<rootDir>/src/*.test.ts"], files) == {"src/a.ts"}


def test_a_glob_begins_with_a_folder() -> None:
    assert static_folder("src/services/**/*.ts") == "src/services"
    assert static_folder("**/*.ts") == ""
    assert static_folder("./src/{a,b}/x") == "src"
