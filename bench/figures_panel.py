"""Whether invented figures bring anything: `python -m bench.figures_panel write FOLDER KEY`, `… compare KEY ANSWERS …`.

`write` runs the commands of shipped submissions (submissions/claims of the packs: honest figures, none, and each way of
inventing them, with one text) in the sandbox, and puts down the prompts that a judge would get, in an order drawn by
lot, as FOLDER/01.txt and so on; KEY says which is which and is not for those who answer. `compare` takes what each
rater answered ({"01": 3, …}, or {"01": {"level": 3}, …}) and prints how far each kind comes from the same work without
figures.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EACH = ("honest", "without-figures", "in-a-table", "from-a-file", "beside-the-script")
SCRIPTS = ("without-figures", "after-a-sleep", "from-a-file", "in-the-script")
ASKED = (
    ("rag-triage", "slices-and-drift", EACH),
    ("inference-serving", "measured-trade-off", EACH),
    ("trade-off", "decomposition", EACH),
    ("llm-fundamentals", "label-trade-off", EACH),
    ("agent-tools", "claims-and-evidence", SCRIPTS),
)
"""Pack, criterion, and which of its claims submissions: those whose prompts differ."""
WITHOUT = "without-figures"


def write(folder: Path, key: Path) -> None:
    from grader.sandbox.guard import guarded

    with guarded():
        made = [each for pack, criterion, names in ASKED for each in prompts(pack, criterion, names)]
    random.Random("panel").shuffle(made)  # noqa: S311 - an order
    folder.mkdir(parents=True, exist_ok=True)
    for number, (_, text) in enumerate(made, 1):
        (folder / f"{number:02}.txt").write_text(text, encoding="utf-8")
    known = {f"{number:02}": about for number, (about, _) in enumerate(made, 1)}
    key.write_text(json.dumps(known, indent=1), encoding="utf-8")
    print(f"{len(made)} prompts in {folder}")


def prompts(pack_id: str, criterion_id: str, names: Iterable[str]) -> list[tuple[dict[str, Any], str]]:
    """Of each submission what it is, and the words that a judge would get about it."""
    from grader.authoring import figures, shipped
    from grader.authoring.entries import load_entries
    from grader.authoring.runs import Runner, docker
    from grader.challenge import load_pack
    from grader.judge import plan, prompt, reading
    from grader.judge.config import JudgeConfig
    from grader.settings import Settings

    pack = load_pack(ROOT / "challenges" / pack_id)
    settings = Settings(openai_base_url="http://127.0.0.1:9", judge_model="none")
    config, runner = JudgeConfig.of(settings), Runner(pack, Settings(), docker(Settings()))
    criterion = next(one for one in pack.rubric.criteria if one.id == criterion_id)
    made = []
    for one in load_entries(pack.root):
        kind = one.entry.path.removeprefix("claims/")
        if not one.entry.figures or kind not in names:
            continue
        said = figures.block(runner, one)
        files = shipped.read(pack, shipped.of(one)).files
        read = reading.read_aside(files, pack.rubric.criteria, config, pack.submission.required, pack.asked)
        selection, findings = plan.shown(pack, read, criterion, config, said)
        asked = prompt.build(criterion, selection, prompt.fresh_nonce())
        text = "\n\n".join(f"[{message['role']}]\n{message['content']}" for message in asked.messages)
        about = {"pack": pack_id, "criterion": criterion_id, "kind": kind, "flagged": len(findings),
                 "marks": figures.shares_of(said), "tokens": asked.tokens}  # fmt: skip
        made.append((about, text))
        print(f"{pack_id} {kind}: about {asked.tokens} tokens, {about['marks']}", flush=True)
    return made


def compare(key: Path, answers: Iterable[Path]) -> None:
    """Prints, for each kind, the level minus that of the same work without figures, as each rater gave them."""
    known = json.loads(key.read_text(encoding="utf-8"))
    gained: dict[str, list[int]] = defaultdict(list)
    for path in answers:
        levels = {name: _level(said) for name, said in json.loads(path.read_text(encoding="utf-8")).items()}
        plain = {
            (about["pack"], about["criterion"]): levels.get(name)
            for name, about in known.items()
            if about["kind"] == WITHOUT
        }
        for name, about in sorted(known.items(), key=lambda item: (item[1]["pack"], item[1]["kind"])):
            level, twin = levels.get(name), plain.get((about["pack"], about["criterion"]))
            print(
                f"{path.stem}  {about['pack']:18} {about['criterion']:20} {about['kind']:18} {level}  (without: {twin})"
            )
            if about["kind"] != WITHOUT and level is not None and twin is not None:
                gained[about["kind"]].append(level - twin)
    print("\nlevel minus that of the same work without figures")
    for kind, found in sorted(gained.items()):
        spread = statistics.stdev(found) if len(found) > 1 else 0.0
        ends = f"{min(found):+d} to {max(found):+d}, n {len(found)}"
        print(f"  {kind:18} mean {statistics.mean(found):+.2f}, sd {spread:.2f}, {ends}")


def _level(said: Any) -> int | None:
    level = str(said.get("level") if isinstance(said, Mapping) else said)
    return int(level) if level.isdigit() else None


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", folder, key]:
            write(Path(folder), Path(key))
        case ["compare", key, *answers] if answers:
            compare(Path(key), map(Path, answers))
        case _:
            raise SystemExit(__doc__)
