"""What runs in the verifier's container: trusted, and serves one submission after another.

__main__, boot      pid 1: imports once what hidden tests need, and forks a process for each submission
serving             that process: takes the job, runs pytest with the plugin, sends events
plugin              fixtures of hidden tests, and what becomes of each test; collecting: whether each of them counts
candidate           the fixture `candidate`; work, remote, documents: what it gives
blame               whose doing it is that a test ended with an exception
own_time, clock, gauges, bounds     what the candidate took, and what a test may take with what it was given
bridge_link, wire   the line to pid 1 of the candidate's container, and what crosses from candidate code
candidate_network   sockets of the hidden tests, made in the candidate's network
gateway             the scripted model
"""
