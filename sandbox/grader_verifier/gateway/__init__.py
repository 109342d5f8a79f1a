"""A scripted, metered model endpoint that speaks the OpenAI protocol, in a process of its own beside the hidden tests.

    process     the hidden tests' end: begins the process, ends it, and asks it; what a candidate does to it stays there
    serving     the process itself; allowance: how much work it does for a candidate; plain: records as data
    server      HTTP on 127.0.0.1: reads requests, holds and writes replies; knows nothing of models
    service     which path is asked for, who asks, what is metered; knows nothing of sockets
    chat, responses, embeddings     the protocol's endpoints: request → Ask, Reply → what goes over the wire
    behaviour   what the model says: script, rules, reader, failures
    live        a real model's answers in its place, out of a cassette or asked of the host (only where a pack says so)
    control     the `model` fixture: faults, scripts and meters, as Python objects only

Whatever is asked over the socket is a candidate's: nothing there can change a fault, read a script or move a meter.
"""
