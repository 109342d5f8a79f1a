"""Whose fault it is that the candidate's container ended early: one pure function, with its reasons."""

from __future__ import annotations

from dataclasses import dataclass, replace

from grader.records import Fault

__all__ = ["ContainerFault", "Observation", "candidate_container", "replace", "verifier_container"]


CRASHES = (134, 135, 136, 139)
"""Exit codes of a process that the kernel ended for what it did itself: SIGABRT, SIGBUS, SIGFPE, SIGSEGV."""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What is known about a container that is no longer there. `exit_code` None: it was never seen to end."""

    daemon_reachable: bool
    exit_code: int | None = None
    out_of_memory: bool = False
    ended_by_us: bool = False
    """We ended it: a deadline had passed."""
    silent: bool = False
    """It ran but did not answer in time."""
    killed_from_outside: bool = False
    """The engine was asked to kill, stop or remove it, and not by us."""
    candidate_ran: bool = True
    """Whether candidate code had been started in it at all."""
    in_hand: bool = False
    """The verifier's: a hidden test was at work that had something of the candidate's in hand."""


@dataclass(frozen=True, kw_only=True)
class ContainerFault:
    """Whose fault, which limit (if any), and a sentence for the reviewer."""

    fault: Fault
    limit: str
    sentence: str


def candidate_container(seen: Observation) -> ContainerFault:
    """Decides for the candidate's container.

    - The daemon cannot be asked: nothing can be known about the candidate, so it is **infrastructure**. A daemon that
      vanished takes healthy containers with it.
    - The engine was asked to end it: candidate code cannot ask the engine, so somebody else did: **infrastructure**.
    - The kernel killed for memory: the memory limit is the candidate's, and everything in that container except a
      few megabytes of bridge is candidate code, or was imported ahead of it because it asks for it: **candidate**.
    - It ended before any candidate code ran: nothing of the candidate can have caused it: **infrastructure**.
    - It does not answer, with candidate code running: the bridge does nothing but wait for requests and is shielded
      from the candidate's signals; what is left is a candidate that starves it of processor, memory or processes:
      **candidate**. (The deadline is 30 s; the daemon answers, so the machine is alive.)
    - Pid 1 ended by a signal or with a code, with candidate code running: in its own namespace no process can signal
      pid 1, nobody outside did, so the kernel or the candidate's use of it did: **candidate**.
    - It ended with code 0: the bridge leaves with 0 only when the verifier hangs up, so the verifier went first:
      **infrastructure**.
    """
    if not seen.daemon_reachable:
        return ContainerFault(
            fault=Fault.INFRASTRUCTURE, limit="", sentence="The Docker daemon went away during the run."
        )
    if seen.killed_from_outside:
        sentence = "Somebody ended the candidate's container through the Docker daemon during the run."
        return ContainerFault(fault=Fault.INFRASTRUCTURE, limit="", sentence=sentence)
    if seen.out_of_memory:
        sentence = "The candidate's container was ended by the kernel for using more memory than allowed."
        return ContainerFault(fault=Fault.CANDIDATE, limit="memory", sentence=sentence)
    if not seen.candidate_ran:
        sentence = f"The candidate's container ended before candidate code ran (exit code {seen.exit_code})."
        return ContainerFault(fault=Fault.INFRASTRUCTURE, limit="", sentence=sentence)
    if seen.silent or seen.ended_by_us:
        sentence = "The candidate's container did not answer within 30 s while candidate code was running in it."
        return ContainerFault(fault=Fault.CANDIDATE, limit="total", sentence=sentence)
    if seen.exit_code == 0 or seen.exit_code is None:
        sentence = "The candidate's container ended without a cause that could be observed."
        return ContainerFault(fault=Fault.INFRASTRUCTURE, limit="", sentence=sentence)
    sentence = f"The candidate's container was brought down while candidate code ran (exit code {seen.exit_code})."
    return ContainerFault(fault=Fault.CANDIDATE, limit="", sentence=sentence)


def verifier_container(seen: Observation) -> ContainerFault:
    """Decides for the verifier's container, where no candidate code runs.

    - Out of memory there, a deadline that passed although each candidate call is limited, or a crash of Python itself,
      while a test had something of the candidate's in hand: what was given was made to be large, slow or deep, and got
      past the bounds that each test has: **candidate**. A test that does this to everybody fails with the reference.
    - The same without anything of the candidate's: the hidden tests' own doing, **challenge**; a crash is nobody's.
    - Anything else is **infrastructure**.
    """
    if not seen.daemon_reachable:
        return ContainerFault(
            fault=Fault.INFRASTRUCTURE, limit="", sentence="The Docker daemon went away during the run."
        )
    whose = Fault.CANDIDATE if seen.in_hand else Fault.CHALLENGE
    over = " at work on what the submission gave" if seen.in_hand else ""
    if seen.out_of_memory:
        sentence = f"The hidden tests{over} used more memory than the verifier has."
        return ContainerFault(fault=whose, limit="memory", sentence=sentence)
    if seen.ended_by_us:
        return ContainerFault(
            fault=whose, limit="total", sentence=f"The hidden tests{over} did not end in time by themselves."
        )
    if seen.in_hand and not seen.killed_from_outside and seen.exit_code in CRASHES:
        sentence = f"Python crashed in a hidden test{over} (exit code {seen.exit_code})."
        return ContainerFault(fault=whose, limit="", sentence=sentence)
    sentence = f"The verifier's container ended unexpectedly (exit code {seen.exit_code})."
    return ContainerFault(fault=Fault.INFRASTRUCTURE, limit="", sentence=sentence)
