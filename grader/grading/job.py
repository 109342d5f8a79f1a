"""What the sandbox is asked to run: made of a pack, a submission, a seed and an image, and of nothing else."""

from __future__ import annotations

from collections.abc import Callable

from grader.challenge import Manifest, Pack
from grader.grading.imports import preload
from grader.records import Submission
from grader.sandbox import dependencies, images
from grader.sandbox.protocol import CandidateLimits, Job


def make_job(pack: Pack, submission: Submission, *, seed: int, image: str, only: tuple[str, ...] = ()) -> Job:
    """The run of `submission` against the hidden tests of `pack`, or those whose id holds one of `only`. `image` is the
    tag of the candidate's image, as `candidate_image` gives it."""
    return Job(
        tests=pack.laid,
        files=submission.files,
        module=pack.interface.module,
        seed=seed,
        limits=limits_of(pack),
        candidate_image=image,
        preload=preload(submission.files, pack.interface.module),
        model=pack.model.as_data() if pack.model else None,
        only=only,
    )


def candidate_image(pack: Pack, submission: Submission, base_image: str, say: Callable[[str], None]) -> str:
    """The tag of the image that the submission runs in, made here where it lists packages. Raises RefusedError,
    InfrastructureError."""
    image = images.candidate_recipe(pack.requirements, base_image).tag
    listing = pack.submission.dependencies
    wanted = submission.files.get(listing) if listing else None
    return image if wanted is None else dependencies.image(wanted, listing, image, say)


def limits_of(challenge: Manifest) -> CandidateLimits:
    limits = challenge.limits
    return CandidateLimits(
        cpus=limits.cpus,
        memory=int(limits.memory),
        processes=limits.processes,
        disk=int(limits.disk),
        call=limits.call,
        total=limits.total,
        reply=int(limits.reply),
        output=int(limits.output),
    )
