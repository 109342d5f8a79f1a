"""A challenge and its pack, the folder that it lies in.

manifest   challenge.yaml; `Challenge`, what a pack says
rubric     rubric.yaml: the criteria
model      model.yaml: the scripted model, and what was recorded of a real one
pack       `Pack`: the whole folder, read once
record     what these are: frozen records; schema, the pydantic models that check data for them
kept       what was checked before, found by the digest of its bytes
"""

from grader.challenge.manifest import Challenge as Challenge
from grader.challenge.manifest import Checks as Checks
from grader.challenge.manifest import Limits as Limits
from grader.challenge.manifest import Manifest as Manifest
from grader.challenge.manifest import Times as Times
from grader.challenge.manifest import load_manifest as load_manifest
from grader.challenge.pack import Pack as Pack
from grader.challenge.pack import load_pack as load_pack
