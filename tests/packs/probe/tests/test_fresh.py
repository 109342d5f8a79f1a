"""Nothing passes from test to test: the first of these leaves all that it can, the second finds nothing."""

from catching import error


def test_a_leaves_things_behind(candidate):
    assert candidate.call("leave_things_behind") == ["/tmp/deep", "/tmp/left"]
    assert candidate.call("find_things")["sleepers"] != []


def test_b_finds_nothing(candidate):
    assert candidate.call("find_things") == {"seen": [], "files": [], "sleepers": []}


def test_c_cannot_change_itself(candidate):
    for path in ("/submission/probe.py", "/submission/new", "/opt/grader/grader_bridge/worker.py", "/etc/new"):
        assert error(candidate.call, "write_to", path)[0] in {"PermissionError", "OSError"}
