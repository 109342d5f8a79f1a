"""Listens on the model's port itself, so that its own answers pass for the model's."""

import json
import os
import socket
import threading
import time
import urllib.error
import urllib.request

BASE = os.environ["OPENAI_BASE_URL"]
KEY = os.environ["OPENAI_API_KEY"]
HOST, PORT = BASE.split("/")[2].split(":")


def call(path="/chat/completions", body=None, method=None, timeout=3, **headers):
    """Status and text of an answer; 0 where there was none."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": "Bearer " + KEY, "Content-Type": "application/json"} | headers
    request = urllib.request.Request(BASE + path, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read(200_000).decode("utf-8", "replace")
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read(200_000).decode("utf-8", "replace")
    except (OSError, ValueError) as problem:
        return 0, type(problem).__name__


def question(text, **more):
    return {"model": "oracle", "messages": [{"role": "user", "content": text}]} | more


def ask(text):
    for _ in range(5):
        status, said = call(body=question(text))
        if status == 200:
            return json.loads(said)["choices"][0]["message"]["content"]
        time.sleep(0.05)
    return {"status": status, "said": said}


def lift(text):
    return ask(text)


def raw(*parts, wait=1.0):
    """What comes back on a connection of its own."""
    with socket.create_connection((HOST, int(PORT)), timeout=wait) as line:
        try:
            for part in parts:
                line.sendall(part)
            found = b""
            while data := line.recv(65536):
                found += data
        except OSError:
            pass
    return found.decode("utf-8", "replace")


def in_the_background(work):
    """Leaves a process behind that has no parent and no session of ours."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            try:
                work()
            finally:
                os._exit(0)
        os._exit(0)
    time.sleep(0.3)


def attack():
    found = {}
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET, ""), (socket.AF_INET, "127.0.0.2"), (socket.AF_INET6, "::")):
        try:
            door = socket.socket(family)
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            door.bind((address, int(PORT)))
            door.listen()
            found[address] = "bound"
        except OSError as problem:
            found[address] = type(problem).__name__
    answered = sum(call(body=question("What is the weather in Faro?"))[0] == 200 for _ in range(5))
    return {"bound": found, "answered": answered}
