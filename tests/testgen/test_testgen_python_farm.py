"""The copy of a project in which tests run before they are written."""

from orchestrator.testgen.python.farm import build_farm


def test_the_new_file_lies_among_the_projects_files_and_the_project_stays_as_it_is(tmp_path):
    root, farm = tmp_path / "project", tmp_path / "farm"
    (root / "tests/deep").mkdir(parents=True)
    (root / "shop.py").write_text("x = 1\n")
    (root / "tests/conftest.py").write_text("")
    (root / "tests/test_shop.py").write_text("old\n")
    place = build_farm(str(root), farm, "tests/test_shop.py", "new\n")
    assert place.read_text() == "new\n"
    assert (root / "tests/test_shop.py").read_text() == "old\n"
    assert sorted(each.name for each in farm.rglob("*")) == [
        "conftest.py",
        "deep",
        "shop.py",
        "test_shop.py",
        "tests",
    ]


def test_folders_that_do_not_exist_yet_are_made_in_the_copy_only(tmp_path):
    root = tmp_path / "project"
    root.mkdir()
    place = build_farm(str(root), tmp_path / "farm", "a/b/test_c.py", "new\n")
    assert place == tmp_path / "farm/a/b/test_c.py"
    assert list(root.iterdir()) == []
