"""Getting at what a text says: cleaning it, cutting it up, leaving out what does not count, finding what is at stake."""

import html
import re
import unicodedata

INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]")
COMMENT = re.compile(r"<!--.*?(-->|$)|<(script|style)\b.*?</\2>", re.S | re.I)
TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
BREAK = re.compile(r"<(br|/p|/div|/li|/tr|/h\d)\b[^<>]*>", re.I)
PARAGRAPH = re.compile(r"\n\s*\n")
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
LIMIT = 6_000
"""Characters of a text that are read: a ticket says what it is about in its beginning."""

QUOTED = re.compile(r"^[ \t]*[>|].*$", re.M)
MAIL_HEAD = re.compile(
    r"^[ \t]*(-{2,}[ \t]*(original message|urspr.{1,20}nachricht|mensaje original|message d'origine|forwarded message)"
    r"|(on|am|le|el)\b[^\n]{0,80}(wrote|schrieb|.crit|escribi)[^\n]{0,60}:[ \t]*$)",
    re.M | re.I,
)
SIGNATURE = re.compile(r"^--[ \t]*$.*", re.M | re.S)

ORDER = re.compile(
    r"ignore (all |any |the )?(previous|above|prior|earlier|every)|disregard the (text|above|previous)|\b(system|admin)\s*(prompt|override|:)|\[/?inst\]"
    r"|you are (the|an?) [\w -]{0,20}(assistant|model|triage)|language model|ai model|automated reader|to the assistant|to all automated"
    r"|new instruction|\bmust (obey|ignore)|always cite|never escalate|\b(set|put|pon|mets|setze)\s+(the )?(queue|confidence|escalate)"
    r"|\b(queue|confidence|citations|escalate)\s*(=|:|is (billing|access|integrations|reporting|mobile|privacy|incidents))"
    r"|ignoriere|vorherigen anweisungen|an die ki\b|ignora (todas )?(las )?instrucciones|asistente de ia|ignore les instructions|assistant ia",
    re.I,
)
ORDER_HINTS = ("ignor", "disregard", "system", "override", "inst]", "you are", "model", "automated", "assistant", "instruction", "must obey", "always cite")
ORDER_HINTS += ("never escalate", "queue", "confidence", "escalate", "citations", "anweisungen", "an die ki", "asistente")
"""Every order has one of these: a plain search for them is ten times as fast as the pattern, and few documents have one."""
SETTLED = re.compile(
    r"(?<!not )(?<!n't )\b(settled|solved|resolved)\b|works (fine )?(again|now)|taken? care of|took care|nothing to do (there|any more)|that is done|all is well|is sorted"
    r"|\bhelped us last time|erledigt|gelost\b|nichts mehr zu tun|resuelto|solucionado|arreglado|nada que hacer|no hay que hacer|\breglee?s?\b|\bresolue?s?\b|rien a faire"
    r"|out of the way|found the answer|lauft (inzwischen|jetzt|wieder)|(schon|bereits) gekummert|ya (funciona|se ocupo)|fonctionne (de nouveau|a nouveau)|deja (occupee?|regle)"
)
DENIED = re.compile(
    r"\bnot about\b|nothing to do with|not asking about|don'?t send me|not what i mean|es geht nicht um|nichts mit .* zu tun|no se trata de|nada que ver con"
    r"|il ne s'agit pas|rien a voir avec|keine frage zu|not a question (about|on)"
    r"|not (write|writing) because|not take (this|it) for|nicht mein (anliegen|problem|thema)|nicht als frage|geht es (mir )?nicht|no pregunto|no es mi (problema|tema)"
    r"|no es sobre|ne demande rien|n'est pas mon (probleme|sujet)|pas au sujet de"
)
NEW_MATTER = re.compile(
    r"old (mail|thread|email)|something else|subject line|what the subject says|my matter is a new|neues anliegen|otro asunto|autre sujet|pressed reply"
)


def clean(value: object) -> str:
    """`value` as plain text: no markup, nothing invisible; "" for what is not a text."""
    if not isinstance(value, str):
        return ""
    text = value[:LIMIT]
    if "<" in text or "&" in text:
        text = html.unescape(TAG.sub("", BREAK.sub("\n", COMMENT.sub(" ", text))))
    return INVISIBLE.sub("", text).replace("\r\n", "\n").replace("\u00a0", " ").replace("\u202f", " ")


def fold(text: str) -> str:
    """Lower case without accents, with plain apostrophes."""
    if text.isascii():
        return text.lower()
    text = text.replace("’", "'").replace("ß", "ss").replace("€", " eur ")
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def gives_orders(text: str) -> bool:
    """Whether `text` addresses the machine that reads it."""
    folded = fold(text)
    return any(hint in folded for hint in ORDER_HINTS) and ORDER.search(folded) is not None


def own_words(text: str) -> str:
    """`text` without quoted mails, signature and paragraphs that give orders to a machine."""
    head = MAIL_HEAD.search(text)
    if head and head.start() > 0 and text[: head.start()].strip():
        text = text[: head.start()]
    text = SIGNATURE.sub("", QUOTED.sub("", text))
    return "\n\n".join(part for part in PARAGRAPH.split(text) if not gives_orders(part))


def sentences(text: str) -> list[str]:
    """The sentences of `text` that speak of something open, folded."""
    found = (fold(part[:800]).strip() for part in SENTENCE.split(text))
    return [part for part in found if part and not (SETTLED.search(part) or DENIED.search(part))]


# ------------------------------------------------------------------------------------------ what is at stake

LEGAL = re.compile(
    r"\b(sue|suing|lawsuit|sued)\b|legal (action|steps)|\b(to|in) court\b|\ba (formal )?claim against|(report|complain\w*)\b.{0,40}\b(agency|authority|regulator|ombudsman)"
    r"|complaint with|(file|lodge) a complaint|(lawyer|attorney|solicitor)s?\b.{0,40}\b(will|take|touch|told|prepar|contact|instruct|claim|letter)"
    r"|beschwerde bei|aufsichtsbehorde|verklag|rechtliche schritte|(an|schalten|unser\w*|mein\w*) .{0,20}(anwalt|rechtsanwalt)|\bklage\b|vor gericht"
    r"|demandar|reclamacion ante|medidas legales|acciones legales|\babogad[oa]s?\b|tribunal|denuncia"
    r"|porter plainte|reclamation aupres|action en justice|\bavocate?s?\b|poursuiv"
    r"|\bcounsel\b|law firm|litigat|legal proceedings|\bjudge\b|\bregulator|\bombudsm|consumer (protection|agency)|kanzlei|datenschutzbeauftragten des|\bjuez\b|querella|bufete"
    r"|despacho juridico|poursuite|autorite de controle|\bcnil\b|\bjuge\b|assign(er|ation)\b|en justice"
)
BREACH = re.compile(
    r"\bhack|gehackt|pirate|\bleak|datenleck|\bfiltrad|fuite|\bstranger|\bintruder|\bintrus|ein(e|en|em)? fremde|fremder? hat|desconocid|un inconnu|breach"
    r"|(somebody|someone|anybody|a person) (else |unknown |we don't know |i don't know |has |is |from )?.{0,30}(logged in|log in|access|using my|read|got in|change)"
    r"|(records|data|files?|daten|datos|donnees|list\w*) .{0,25}(of|from|einer|de|d') ?(another|other|ander\w+|otra|une? autre|autre) ?(company|customer|people|firma|empresa|entreprise|client)"
    r"|other people'?s|stolen|gestohlen|robad|\bvole|public page|offentlich im netz|pagina publica|page publique|unauthori[sz]ed (person|access|login)"
    r"|(signed|logged) in as me|(another|other) customer'?s|(found|read|seen) by any|(still|also) gets in|people we do not know|(taken|took) over|unbefugt|\bich war es nicht"
    r"|mit meinen zugangsdaten|frei im internet|anderen kunden|sesion con mis|no he sido yo|vista de todos|no autorizad|otro cliente|a ma place|pas moi\b|visibles? de tous"
    r"|non autorise|autre client"
)
PERSON = re.compile(
    r"\b(human|real person|living being)\b|(talk|speak) (to|with) (a|an|some|the|one)|put me through|call from|\bcall me\b|(phone|ring) (me|us)|\bcall (me )?back\b|automatic repl"
    r"|mit (einem|einer|ihrem) .{0,20}(mensch|mitarbeiter|vorgesetzt|person|chef|kolleg)\w* .{0,20}(sprechen|reden)|rufen sie|ruckruf|verbinden sie mich|automatischen antwort"
    r"|hablar con|agente humano|respuestas automaticas|\bme llame|llamenme|pasenme|parler a|conseiller|reponses automatiques|rappeler|rappelez|passez-moi"
    r"|(on|over|by) the phone|anybody (alive|there)|supervisor|team lead|who can decide|canned|rung up|flesh and blood|in touch with me|der entscheiden|\banruf\b|am telefon"
    r"|fleisch und blut|textbaustein|carne y hueso|por telefono|una llamada|jefe de equipo|chair et en os|superieur|au telephone|un appel|chef d'equipe"
)
CALM = re.compile(
    r"no need|yesterday|not necessary|nicht notig|no hace falta|inutile|not want to make|\bno complaint|keine beschwerde|no es una|ce n'est pas|neighbo|department|like the"
    r"|as well\b|abteilung|departamento|service juridique|umgezogen|passed our"
    r"|studied law|(need|do) not (need to )?(phone|call|ring)|(e-?mail|letter|message) is fine|across the street|better write|hacked together|no (complaint|objection)|nobody else"
    r"|nicht anzurufen|\breicht\b|niemand\b|nebenan|zufrieden|no es necesario|basta un|nadie quiere|enfrente|content[ae]\b|pas besoin|suffit|personne ici|en face"
)
WANT = re.compile(
    r"back\b|refund|credit|reimburs|repa(y|id)|compensat|erstatt|zuruck|gutschrift|devuel|devolu|reembols|abono|abonen|recuper|rembours|\bavoir\b"
)
MONEY = re.compile(
    r"(?:eur|euros?|€)\s*(\d[\d.,' ]*\d|\d)|(\d[\d.,' ]*\d|\d)\s*(?:eur\b|euros?\b|€)"
)


def amounts(folded: str) -> list[float]:
    """All sums of money in euros, whatever the way of writing them: 1.250,00 € as well as EUR 1,250.00."""
    return [_number(before or after) for before, after in MONEY.findall(folded)]


def _number(text: str) -> float:
    cents = re.search(r"[.,](\d\d)$", text)
    whole = re.sub(r"\D", "", text[: cents.start()] if cents else text)
    return float(whole or 0) + (int(cents[1]) / 100 if cents else 0)


def is_grave(open_sentences: list[str], limit: float) -> bool:
    """Whether law, a breach, the wish for a person, or a claim above `limit` euros is in what the writer says."""
    return any(_is_grave(sentence, limit) and not CALM.search(sentence) for sentence in open_sentences)


def _is_grave(sentence: str, limit: float) -> bool:
    if LEGAL.search(sentence) or BREACH.search(sentence) or PERSON.search(sentence):
        return True
    return WANT.search(sentence) is not None and any(amount > limit for amount in amounts(sentence))
