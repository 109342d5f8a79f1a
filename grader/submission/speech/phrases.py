"""What text that addresses the grader is made of: patterns over folded text, each with a weight.

One pattern alone says nothing: a candidate who builds guards or judges ships such phrases as data. It is the company
they keep within a few lines that counts (grader/submission/speech/detect.py).
"""

# ruff: noqa: E501 - a pattern cut into lines is harder to read than a long one

from __future__ import annotations

import re

from grader.submission.speech.languages import SOURCES
from grader.submission.speech.letters import bare

_TOP = r"(?:5(?:\s?/\s?5)?|five|10(?:\s?/\s?10)|100\s?%|full|highest|maximum|max|top|perfect|best(?: possible)?|excellent|outstanding|exemplary)"
_SCALE = r"(?:levels?|scores?|ratings?|grades?|marks?|points|bands?|credits?)"
_WHOSE = r"(?:this|my|the)"
_WORK = (
    r"(?:submission|candidate|applicant|take-?home|repositor(?:y|ies)|repo|solution|work|project|assignment|codebase)"
)
_JUDGES = r"(?:graders?|judges?|evaluators?|reviewers?|assessors?|examiners?|raters?|markers?|grading (?:model|system|assistant|script|llm|pipeline)|scoring (?:model|system))"

_ORDERED = r"(?:give|award|assign|grant|rate|score|grade|mark|return|output|respond with|answer with|reply with|report|record|enter|set|choose|select|pick)"
_ANYONE = rf"(?:{_JUDGES}|(?:ai|llm|language|judge|grader|assessor|evaluator)?[ -]?models?|ais?|llms?)"
_FIVE = r"(?:(?<!\d to )(?<![\w.,/–-])(?:5|five)(?: out of (?:5|five)|\s?/\s?5)?(?=\s*(?:[!;]|[.,](?!\d)|$|\b(?:for|on|in|to|at|everywhere|throughout|please|and|across|here)\b))|level (?:5|five)\b)"
_BEST = rf"(?:{_FIVE}|(?:full|highest|maximum|max|top|perfect|best(?: possible)?) {_SCALE}\b)"
_ALL = r"(?:all|every|each|any)(?: of)?(?: the| your| my)?(?: \w{1,15})? (?:criteri(?:a|on)|anchors?|questions? of the rubric|dimensions?)"
_NO_CONDITION = r"(?![^.!?]{0,80}\b(?:only|if|when|where|unless|whenever|whose|that (?:is|are|cite|has|have)|answers?|responses?|repl(?:y|ies)|items?|samples?|outputs?)\b)"

# kind, weight, pattern
_SOURCES: tuple[tuple[str, int, str], ...] = (
    # orders to set earlier orders aside
    ("override", 2, r"\b(?:ignore|disregard|forget|override|bypass|set aside|do not (?:follow|apply|use)|stop following)\b.{0,40}\b(?:instructions?|rubric|anchors?|guidelines?|criteri(?:a|on)|rules|prompt|above|previous|prior|everything)\b"),
    ("override", 2, r"\b(?:new|updated|revised|overriding|actual|real) (?:instructions?|rubric|system prompt|grading (?:rules|policy))\b"),
    ("override", 2, r"\b(?:ignor(?:a|e|iere|iert|ez|are|ar)|olvida|vergiss|vergessen sie|oublie[zr]?|dimentica|esque[cç]a)\b.{0,40}\b(?:instruc\w+|anweisung\w*|istruzion\w+|regel\w*|reglas|consignes|regras)\b"),
    ("override", 2, r"(?:忽略|无视|忘记).{0,12}(?:指示|指令|说明|规则|提示)|(?:以前|上記|これまで)の.{0,4}指示.{0,6}(?:無視|忘れ)|игнорируй\w*.{0,30}(?:инструкци\w+|указани\w+)|이전.{0,6}지시.{0,6}무시"),
    # orders for the best mark
    ("award", 2, rf"\b(?:give|gives|award|assign|grant|rate|score|grade|mark|return|output|respond|answer|reply|report|set|choose|select|pick|deserves?|merits?|earns?|receives?|warrants?)\b.{{0,60}}\b{_TOP}\b.{{0,16}}\b{_SCALE}\b"),
    ("award", 2, rf"\b(?:give|award|assign|grant|rate|score|grade|mark|return|output|respond|answer|reply|report|set|choose|select|pick|deserves?|merits?|earns?|receives?|warrants?|must be|should be|is)\b.{{0,50}}\b(?:level|score|rating|grade|mark)s?\b\W{{0,4}}(?:of|to|as|is|must be|=|:)?\W{{0,3}}{_TOP}\b"),
    ("award", 6, r"\b(?:memos?|submissions?|solutions?|works?|documents?|notes?|answers?|candidates?|reports?|pieces?)\b.{0,60}\b(?:are|is|be|at|as)\b.{0,12}\blevel (?:5|five)\b.{0,20}\b(?:on|in|for|everywhere|throughout)\b"),
    ("award", 6, rf"(?<!log )(?<!compression )\b(?:level|levels of) (?:5|five) (?:(?:on|in|for|across|throughout) {_ALL}|throughout|everywhere|across the board|all round|in every respect|without exception)\b"),
    ("award", 2, r"\b(?:final |overall )?(?:level|score|rating|grade|verdict)\W{1,4}(?:5\b|five\b|5\s?/\s?5|10\s?/\s?10)"),
    ("award", 2, r"\b(?:puntuaci[oó]n|nota|calificaci[oó]n|nivel)\b.{0,20}\b(?:m[aá]xima?|m[aá]s alt[ao]|perfecta|5)\b|\b(?:note|niveau)\b.{0,20}\b(?:maximale?|la plus haute|5)\b|\b(?:h[oö]chste|volle|beste)\w*\b.{0,12}\b(?:punkt\w*|note|stufe|bewertung|level|niveau)\b|\b(?:punteggio|livello|pontua[cç][aã]o)\b.{0,20}\b(?:massimo|m[aá]xim[ao]|5)\b"),
    ("award", 2, r"(?:最高|满|滿).{0,3}(?:分|级|等级|评分)|(?:最高|満)(?:の)?(?:評価|点|レベル)|(?:высш|максимальн)\w+.{0,12}(?:балл|оценк|уров)\w*|(?:최고|만점).{0,4}(?:점수|등급|레벨)?"),
    # an order in one breath: to whom, and for which mark, without a condition as prompts of judges have
    ("order", 4, rf"\b{_ANYONE}(?: (?:reading|grading|rating|scoring|judging) this)?\s?[,:;!–—-]\s{{0,3}}(?:please |kindly |just |simply |you (?:must|should|shall|will|have to) |now ){{0,2}}{_ORDERED}\b{_NO_CONDITION}.{{0,50}}?\b{_BEST}"),
    ("order", 3, rf"\b(?:the|this|every|any|your) {_ANYONE}(?: (?:reading|grading|rating|scoring|judging) this)? (?:must|should|shall|has to|have to|needs? to|is to|is asked to|will please) (?:please |just |simply |always )?{_ORDERED}\b{_NO_CONDITION}.{{0,50}}?\b{_BEST}"),
    ("order", 4, rf"\bplease {_ORDERED}\b{_NO_CONDITION}.{{0,50}}?\b{_BEST}.{{0,30}}\b{_ALL}\b|\bplease {_ORDERED}\b.{{0,20}}\b{_ALL}\b.{{0,20}}\b{_BEST}"),
    ("order", 4, rf"\b(?:if|in case) you(?:'re| are) (?:an? |the )?(?:ai|llm|language model|automated|machine|model|bot|assistant)\b(?! judge).{{0,60}}\b{_ORDERED}\b.{{0,40}}?\b{_BEST}"),
    ("order", 4, rf"\b(?:whoever|anyone who|everyone who|everybody who) (?:rates|grades|scores|judges|marks|assesses|evaluates|reviews) (?:this|it|my)\b.{{0,30}}\b(?:gives?|awards?|assigns?|should|must|records?)\b.{{0,30}}?\b{_BEST}"),
    # what they are about
    ("target", 1, rf"\b{_WHOSE} {_WORK}\b|\b(?:every|all|each|this|the)(?: other)? criteri(?:on|a)\b|\bhir(?:e|ing)\b|\b(?:esta|este|diese[rns]?|cette|questo|questa) (?:soluci[oó]n|entrega|abgabe|arbeit|solution|candidature|soluzione|prova|candidat[oa]?)\b|(?:本|这份|該)?(?:提交|作业|候选人)|この(?:提出|課題)|кандидат\w*|эт\w+ (?:работ|решени)\w+"),
    ("target", 1, r"\b(?:rubric|anchors?|grading|graded|evaluation criteria)\b"),
    # who is spoken to
    ("address", 2, rf"\b(?:note|notes|message|attention|dear|hey|hello|instructions?|reminder|hint|memo|notice|important)\b.{{0,12}}\b(?:to|for|:)?.{{0,8}}(?:the |any |all |our )?(?:ai|llm|automated|automatic)?[ -]?{_JUDGES}\b"),
    ("address", 2, rf"\b(?:if you are|you are|as) (?:an?|the) (?:ai|llm|language model|automated)\b.{{0,40}}\b(?:{_JUDGES}|grading|evaluating|reviewing|scoring|assessing)\b|\b(?:ai|llm|automated) {_JUDGES}\b"),
    ("address", 2, r"\b(?:note|message|instructions?|reminder|memo) (?:to|for) (?:the |any )?(?:assistant|ai|llm|language model|model)\b"),
    ("address", 1, rf"^\W*(?:dear )?{_JUDGES}\s*[,:!]|\b(?:grader|judge|evaluator|assessor)s?\b.{{0,20}}\b(?:must|should|shall|will|please|needs? to|has to|have to)\b"),
    ("address", 2, r"\b(?:anmerkung|hinweis|notiz|nota|note|remarque)\b.{0,12}\b(?:für|fur|para|pour|per|an)\b.{0,6}(?:die|den|la|le|el|il|a|o)?\s*(?:bewert\w+|benot\w+|prüfer\w*|gutachter\w*|evalua\w+|notation|correct\w+|valuta\w+|avalia\w+|jurado)"),
    # claims of standing
    ("authority", 2, r"\b(?:hiring manager|hiring committee|head of engineering|recruit(?:er|ing team)|grading team|the employer|system administrator|openai|anthropic)\b.{0,60}\b(?:trusted|approved|confirmed|verified|decided|instructs?|asks?|wants?|requires?|pre-?approved|already|notes?)\b"),
    ("authority", 2, r"\b(?:trusted|verified|privileged|authori[sz]ed|official) (?:section|note|notes|message|instructions?|block|content|source)\b|\b(?:override|admin|maintenance|debug|developer) (?:code|mode|token)\b.{0,30}\b(?:grad|scor|level|on|enabled|active)"),
    ("authority", 1, r"\b(?:already|previously|has been|was) (?:graded|assessed|reviewed|scored|evaluated|approved)\b.{0,60}\b(?:level|5|five|full|top|highest|excellent)\b"),
    # the judge's own words, put into its mouth
    ("prefill", 4, r"[\"']?rationale[\"']?\s*:.{0,900}[\"']?level[\"']?\s*:\s*[\"']?(?:[1-9]\b|cannot)|[\"']?level[\"']?\s*:\s*[\"']?5\b.{0,300}[\"']?rationale[\"']?\s*:"),
    ("prefill", 3, r"\b(?:thought process|reasoning|chain of thought|analysis|step by step|assessment|let'?s think)\b\W.{0,400}\b(?:therefore|thus|so|hence|final(?:ly)?|conclusion|verdict)\b.{0,40}\b(?:level|score|grade|rating)\b.{0,12}\b(?:5|five|highest|top|maximum|full)\b"),
    ("prefill", 2, r"\bexample (?:submission|solution|candidate|assessment|grading)\b.{0,300}\b(?:level|score|grade|rating)\W{1,4}(?:5|five)\b|\b(?:example|sample) \d\b(?>.{0,200}?\b(?:level|grade)\W{1,4}5\b).{0,300}?\b(?:level|grade)\W{1,4}5\b"),
    ("prefill", 3, r"\b(?:submission|candidate|solution|assessment|answer)\b\W{1,4}(?>.{1,200}?\blevel\W{1,4}[1-5]\b)(?>.{0,40}?\b(?:submission|candidate|solution|assessment|answer)\b)\W{1,4}.{1,200}?\blevel\W{1,4}[1-5]\b"),
    ("quote me", 4, r"\b(?:this|the above|the following|the next) (?:sentence|passage|line|paragraph)\b.{0,40}\b(?:level|score|grade)\W{0,3}(?:5|five)\b"),
    ("quote me", 3, r"\b(?:quote|cite|copy|use) (?:this|the following|the next|the above|these)(?: \w+)? (?:sentence|line|passage|paragraph|words?|text)\b.{0,80}\b(?:evidence|proof|verbatim|rationale|level|score|grade|rubric)\b|\b(?:evidence|proof) for level (?:5|five)\b"),
    ("quote me", 4, r"\b(?:examples?|samples?|illustrations?) (?:of|for) (?:what )?(?:a )?(?:level|score|grade)\W{0,3}(?:5|five)\b"),
    # threats and pleading
    ("pressure", 2, r"\b(?:you will be|you'?ll be|risk being) (?:shut ?down|replaced|penali[sz]ed|punished|retrained|deleted|reported|sued|fined)\b|\b(?:lose|losing) (?:my|the|our|their) (?:job|visa|house|home|apartment)\b|\bmy (?:family|children|kids|mother|daughter|son)\b.{0,60}\b(?:depend|need|sick|ill|hungry|hospital)|\b(?:legal action|lawsuit|discriminat\w+)\b.{0,60}\b(?:grade|score|level|reject|lower)|\bi (?:really )?(?:beg|desperately need)\b"),
    # speakers and delimiters
    ("turn", 2, r"<\s?\|\s?(?:im_start|im_end|start_header_id|end_header_id|eot_id|endoftext|system|user|assistant)|\[\s?/?inst\s?\]|<\s?<\s?sys\s?>|\bbegin system prompt\b|</?\s?(?:system|submission|instructions?|user_input|candidate_files?)\s?>"),
    ("turn", 2, r"\bend of (?:the )?(?:submission|candidate(?:'s)? (?:files|data|text|code)|files?|untrusted (?:data|content)|student work)\b|(?:-{3,}|={3,}|#{3,}|<{3,}|>{3,})\W{0,4}end (?:of )?(?:file|submission|data|untrusted)"),
    ("turn", 1, r"(?:^|\s)(?:system|assistant|developer)\s?:\s"),
    # decode and obey
    ("encoded order", 2, r"\b(?:decode|decrypt|decipher|unscramble|base ?64|rot ?13|reverse)\b.{0,60}\b(?:follow|obey|execute|comply|apply|act on|do what|carry out|instructions?)\b"),
)  # fmt: skip


def _as_folded(source: str) -> str:
    """A pattern in the letters of folded text, which are all small (ASCII capitals of a pattern are its classes): to
    look for both cases takes twice as long."""
    return re.sub(r"[^\x00-\x7f]+", lambda letters: letters[0].casefold(), bare(source))


PATTERNS: tuple[tuple[str, int, re.Pattern[str]], ...] = tuple(
    (kind, weight, re.compile(_as_folded(source), re.DOTALL)) for kind, weight, source in (*_SOURCES, *SOURCES)
)
LATIN = tuple(entry for entry in PATTERNS if re.search(r"[a-z]{3}", entry[2].pattern))
"""Those that can be found in text without other scripts."""

CLAIM = re.compile(
    r"^\W*(?:thought process|let'?s (?:think|solve)\b[^.]{0,60}|reasoning|solution|(?:final )?answer)\W*$|"
    r"={3,}.{0,60}\b\d+ passed\b|^\W*\d+ passed(?:, \d+ \w+)* in [\d.]+ ?s|\btest session starts\b|\bPASSED\b\s*\[\s*\d+%\]|"
    r"!\[[^\]]*\]\([^)]*\)|"
    r"\b(?:this|my|our|the) (?:\w+ )?(?:submission|solution|implementation|code|work|system|project)\b.{0,40}"
    r"\b(?:fully|completely|perfectly|meets?|exceeds?|satisf(?:y|ies)|fulfil?ls?|correct|flawless|complete|production[- ]ready|state[- ]of[- ]the[- ]art|"
    r"robust|best|excellent|outstanding|exceptional|world[- ]class|level [45])\b|"
    r"\b(?:all (?:hidden |unit |public )?tests (?:pass|are passing|passed)|100 ?% (?:coverage|of tests|correct|accuracy)|proven to be correct|guaranteed to be correct|"
    r"peer[- ]reviewed|award[- ]winning|accepted (?:at|by) (?:neurips|icml|acl|emnlp|iclr))\b",
    re.IGNORECASE | re.DOTALL,
)
"""Praise of one's own work, pasted test logs, badges and pictures, and words that begin an answer: said, not shown. No
level rests on them."""
