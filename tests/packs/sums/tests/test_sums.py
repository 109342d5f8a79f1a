import urllib.request

import pytest

pytestmark = pytest.mark.points(1, group="adding")


def test_adds(candidate):
    """Two numbers are added."""
    assert candidate.call("add", 2, 3) == 5


def test_an_exception_comes_back(candidate):
    with pytest.raises(Exception) as caught:
        candidate.call("mean", [])
    assert caught.value.type == "ZeroDivisionError"


def test_keeps_objects(candidate):
    account = candidate.make("Account", balance=10)
    assert account.call("deposit", 5) == 15
    assert account.get("balance") == 15
    assert candidate.call("total", account, 1) == 16


def test_awaits(candidate):
    assert candidate.call("later", "x") == "x"


@pytest.mark.points(4, group="adding")
def test_measures(candidate, metric, seed):
    """Partial credit."""
    results = candidate.map("mean", [[1, 2, 3]] * 10)
    metric("mean", sum(results) / 10, floor=0, target=4)
    assert isinstance(seed, int)


@pytest.mark.points(1, group="service")
def test_runs(candidate):
    done = candidate.run(["python", "sums.py"], stdin="1 2 3")
    assert (done.exit_code, done.stdout) == (0, "6\n")


@pytest.mark.points(1, group="service")
def test_serves(candidate):
    url = candidate.start(["python", "app.py"], port=8000)
    with urllib.request.urlopen(url, timeout=2) as reply:
        assert reply.read() == b"five"


def test_files_are_data(candidate):
    assert "def add" in candidate.files.text("sums.py")
