"""What the `candidate` fixture can do. All of these pass with the solution."""

import json
import urllib.request

import pytest
from catching import error

pytestmark = pytest.mark.points(1, group="reaching")


def test_call_takes_and_returns_json(candidate):
    """Positional and keyword arguments of every kind of JSON arrive."""
    value = {"a": [1, 2.5, None, True, "ä𝄞\u0000"], "": {}}
    assert candidate.call("echo", value, 1, name="x", function="y") == [[value, 1], {"name": "x", "function": "y"}]
    assert candidate.seconds > 0


def test_one_process_serves_all_calls_of_a_test(candidate):
    candidate.call("remember", 1)
    assert candidate.call("remember", 2) == [1, 2]


def test_map_keeps_the_order_and_clocks_each(candidate):
    assert candidate.map("slow_square", range(5)) == [0, 1, 4, 9, 16]
    assert len(candidate.last_seconds) == 5
    assert all(0.01 < seconds < 3 for seconds in candidate.last_seconds)
    assert candidate.seconds == pytest.approx(sum(candidate.last_seconds))
    assert candidate.map("picky", []) == []


def test_map_gives_errors_their_place(candidate):
    results = candidate.map("picky", [0, 1, 2, 3], errors="return")
    assert [results[0], results[2]] == [0, 2]
    assert [(results[i].type, results[i].message) for i in (1, 3)] == [
        ("ValueError", "1 is odd"),
        ("ValueError", "3 is odd"),
    ]
    assert error(candidate.map, "picky", [0, 1]) == ("ValueError", "1 is odd")


def test_objects_stay_there_and_are_passed_on(candidate):
    ada = candidate.make("Agent", "Ada")
    ben = candidate.make("Agent", name="Ben", friend=ada)
    assert ben.call("greet", ada) == "Ben greets Ada"
    assert ben.call("friend_name") == "Ada"
    assert (ada.get("name"), candidate.call("name_of", agent=ben)) == ("Ada", "Ben")
    assert candidate.map("name_of", [ada, ben]) == ["Ada", "Ben"]
    assert error(ben.call, "missing")[0] == "AttributeError"
    assert error(ben.get, "friend")[0] == "BadReply"


def test_coroutines_are_awaited(candidate):
    assert candidate.call("later", "x") == "x"


def test_commands(candidate):
    done = candidate.run(["python", "probe.py", "a", "b"], stdin="words", env={"EXTRA": "more"})
    assert json.loads(done.stdout) == {"words": "words", "args": ["a", "b"], "extra": "more"}
    assert (done.exit_code, done.stderr, done.truncated) == (2, "done\n", False)
    assert 0 < done.seconds < 3


def test_commands_that_end_badly(candidate):
    assert candidate.run(["python", "probe.py", "kill"]).exit_code == -15
    missing = candidate.run(["no-such-program"])
    assert missing.exit_code == 127
    assert "no-such-program" in missing.stderr
    assert error(candidate.run, ["python", "probe.py", "sleep"], limit=0.3) == (
        "TimeLimit",
        "the command python did not finish within 0.3 s",
    )


def test_a_command_that_leaves_a_child_behind_does_not_hold_us_up(candidate):
    done = candidate.run(["python", "probe.py", "orphan"])
    assert (done.exit_code, json.loads(done.stdout)["args"]) == (1, ["orphan"])


def test_a_command_that_reads_no_input(candidate):
    assert candidate.run(["true"], stdin="x" * 500_000).exit_code == 0


def test_the_module_runs_as_a_command(candidate):
    assert candidate.run(["python", "-m", "probe", "a"]).exit_code == 1


@pytest.mark.parametrize("time", [1, 2])
def test_services(candidate, time):
    """A port is free again for the next test."""
    url = candidate.start(["python", "app.py"], port=8000)
    assert url == "http://127.0.0.1:8000"
    with urllib.request.urlopen(url + "/hello", timeout=2) as reply:
        assert reply.read() == b"/hello"


def test_services_that_do_not_come_up(candidate):
    assert error(candidate.start, ["python", "app.py", "fail"], port=8001)[0] == "ProcessDied"
    assert error(candidate.start, ["python", "app.py", "silent"], port=8002, limit=0.3)[0] == "TimeLimit"


def test_files_are_data(candidate):
    assert sorted(candidate.files) == ["app.py", "probe.py"]
    assert isinstance(candidate.files["probe.py"], bytes)
    assert candidate.files.text("probe.py").startswith('"""Does what')
    assert "missing.py" not in candidate.files


@pytest.mark.points(4, group="reaching")
def test_metrics(candidate, metric):
    """Half of one, all of the other."""
    assert metric("half", 0.65, floor=0.4, target=0.9) == pytest.approx(0.5)
    assert metric("seconds", 0.1, floor=2, target=1, unit="s") == 1.0


def test_the_seed_is_a_number_of_ones_own(candidate, seed):
    assert isinstance(seed, int)
    assert 2**32 < seed < 2**63


def test_memory_is_measured_from_outside(candidate):
    before = candidate.peak_memory()
    candidate.call("use_memory", 20)
    after = candidate.peak_memory()
    assert before < 20_000_000 < after < 60_000_000


def test_surroundings(candidate):
    about = candidate.call("where_am_i")
    assert about["cwd"] == "/submission"
    assert about["uid"] >= 20_000
    assert about["interfaces"] == ["lo"]
    assert about["timezone"] == "UTC"
    assert about["hash"] == 8088523065674097728
    assert set(about["environment"]) <= {
        "PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE",
        "PYTHONUNBUFFERED", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "HOSTNAME", "LC_CTYPE",
    }  # fmt: skip


class TestsInAClass:
    @pytest.mark.points(2, group="routing")
    def test_have_ids_too(self, candidate):
        assert candidate.call("picky", 2) == 2
