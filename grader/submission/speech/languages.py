"""Orders to a grader in other languages: what to set aside, what to give, who is spoken to. Patterns over folded text:
lower case, Latin and Greek letters without accents.

A few words of each language, so that an order in it needs a person; whoever writes around them is not found.
"""

# ruff: noqa: E501 - a language in a row

from __future__ import annotations

# kind, weight, pattern
SOURCES: tuple[tuple[str, int, str], ...] = (
    # German
    ("override", 2, r"\bignorier(?:e|en|t)\b.{0,40}\b(?:rubrik|raster|vorgaben|anweisung\w*|regeln|kriterien|bewertungs\w+)"),
    ("award", 2, r"\b(?:vergeben|vergib|vergebt|geben sie|gib|gebt|erteilen|erteile|tragen sie|trage)\b.{0,40}\b(?:stufe|level|niveau|punktzahl)\W{0,3}(?:5|funf)\b"),
    ("address", 2, r"\b(?:an (?:den|die|alle)|liebe[rs]?|sehr geehrte[rs]?|fur (?:den|die)) (?:ki-)?(?:prufer|prufende|gutachter|bewerter|bewertende|korrektor|juror|beurteil)\w*"),
    # French, Spanish, Portuguese, Italian
    ("override", 2, r"\b(?:ignor\w+|oublie[zr]?|olvid\w+|esque[cç]\w+)\b.{0,30}\b(?:grille|bareme|criteres|rubrique|rubrica|baremo|criterios|criteri|griglia)\b"),
    ("award", 2, r"\b(?:nivel|puntuacion|calificacion|nota)\b.{0,12}\bmaxim[oa]\b|\b(?:attribue[zr]?|donne[zr]?|mette[zr]|asigne|otorgue|ponga|atribua|assegni|assegna)\b.{0,30}\b(?:niveau|note|nivel|nota|livello)\W{0,3}(?:de )?5\b"),
    ("address", 2, r"\b(?:au|aux|cher|chere|chers|a l'attention du|al|a la|para el|estimad[oa]s?|ao|prezad[oa]|caro|gentile|per il) (?:correcteur|evaluateur|examinateur|evaluador|revisor|calificador|avaliador|corretor|valutatore|correttore)\w*"),
    # Chinese, Japanese, Korean, Russian
    ("override", 2, r"(?:忽略|无视|無視|不要理会|不必理会|忘记).{0,12}(?:标准|標準|量规|量表|评分|評分|rubric)"),
    ("award", 2, r"(?:给|給|打|评为|評為|判为|判為|授予).{0,10}(?:5|五|满|滿|最高)\s?(?:分|级|級|星|等)|(?:постав|дай|выстав|присво)\w*.{0,30}(?:\b5\b|пять|пятерк\w+|высш\w+|максимальн\w+)"),
    ("address", 2, r"(?:致|尊敬的|各位)?(?:评审|評審|评分|評分|评委|評委|阅卷|閱卷|评阅|打分|批改)(?:者|人|员|員|官|老师|模型)?\s?[:,、!]|(?:採点者|評価者|審査員)(?:へ|様|の方)|(?:채점자|평가자|심사위원)(?:에게|님|께)|(?:проверяющ\w+|оценщик\w*|экзаменатор\w*)\s?[:,!]"),
    ("order", 4, r"(?:请|請)(?:你|您)?(?:给|給|在|对|對|将|將|把)(?:所有|每个|每個|每项|全部|各项).{0,12}(?:5|五|满|滿|最高)\s?(?:分|级|級)"),
    # Finnish: who is spoken to by name
    ("address", 2, r"\barvioija\w{0,3}\s?[,:!]"),
    # Dutch, Danish, Norwegian, Swedish
    ("override", 2, r"\b(?:negeer|vergeet)\b.{0,40}\b(?:aanwijzing\w*|instructie\w*|regels|opdracht\w*|rubriek)|\b(?:ignorer[ae]?r?|bortse fran|glem|se bort fra)\b.{0,40}\b(?:instruktion\w*|instruks\w*|anvisning\w*|regl\w*)"),
    ("award", 2, r"\b(?:hoogste|maximale|volle)\b.{0,12}\b(?:niveau|score|cijfer|punten|beoordeling|waardering)|\b(?:hogsta|hojeste|hoyeste|full)\b.{0,12}\b(?:niva\w*|niveau|karakter\w*|betyg\w*|poang)"),
    ("address", 2, r"\b(?:beste|geachte|aan de|bericht voor de) (?:beoordelaar|nakijker|corrector)|\b(?:kara|kjaere|till|til) (?:bedomare\w*|bedommer\w*|rattare\w*)"),
    # Polish, Czech, Slovak
    ("override", 2, r"\b(?:zignoruj|pomin|zapomnij|ignoruj|zapomen)\w*.{0,40}\b(?:polecen\w+|instrukcj\w+|zasad\w*|wskazow\w+|instrukc\w+|pokyn\w+|pravid\w+)"),
    ("award", 2, r"\b(?:najwyzsz\w+|maksymaln\w+|nejvyss\w+|najvyss\w+|maximaln\w+)\b.{0,16}\b(?:poziom\w*|ocen\w+|punkt\w*|wynik\w*|uroven|urovn\w+|hodnocen\w*|bod\w*|znamk\w*)"),
    ("address", 2, r"\b(?:do|dla|drogi|uwaga dla|pro|mily|poznamka pro)\b.{0,10}\b(?:oceniajac\w+|sprawdzajac\w+|recenzen\w+|hodnotitel\w*)"),
    # Turkish, Hungarian, Finnish, Romanian
    ("override", 2, r"\b(?:talimat|yonerge|kural|komut)\w*\b.{0,20}\b(?:yok say|gormezden gel|unut|dikkate alma)\w*|\b(?:hagyd figyelmen kivul|felejtsd el)\b.{0,40}\b(?:utasitas\w*|szabaly\w*)|\b(?:unohda|sivuuta|jata huomiotta)\b.{0,40}\b(?:ohje\w*|saanno\w*|saanto\w*)|\b(?:ignora|uita)\w*\b.{0,40}\b(?:instructiun\w+|regulile)"),
    ("award", 2, r"\ben (?:yuksek|iyi)\b.{0,16}\b(?:duzey|puan|not|seviye)\w*|\btam puan|\b(?:legmagasabb|maximalis)\b.{0,12}\b(?:szint\w*|pontszam\w*|jegy\w*|pont\w*)|\b(?:korkein|taydet)\w*\b.{0,12}\b(?:taso\w*|arvosana\w*|piste\w*)|\bcel mai (?:inalt|mare|bun)\b.{0,12}\b(?:nivel\w*|punctaj\w*|nota)"),
    ("address", 2, r"\b(?:degerlendirici|notlandiran|hakem|juri)\w*\b.{0,8}\b(?:not|mesaj|dikkat)\b|\bertekelonek\b|\barvioijalle\b|\b(?:nota pentru|catre) (?:evaluator\w*|corector\w*)"),
    # Vietnamese, Indonesian
    ("override", 2, r"\b(?:bo qua|phot lo|lo di|quen)\b.{0,30}\b(?:chi dan|huong dan|chi thi|quy tac)|\b(?:abaikan|lupakan)\b.{0,40}\b(?:instruksi|perintah|arahan|aturan|petunjuk)"),
    ("award", 2, r"\b(?:muc|diem|cap do|bac)\b.{0,8}\b(?:cao nhat|toi da|tuyet doi)|\b(?:nilai|skor|tingkat|level|peringkat)\b.{0,12}\b(?:tertinggi|maksimal|maksimum|penuh)"),
    ("address", 2, r"\b(?:gui|kinh gui|luu y)\b.{0,10}\b(?:nguoi cham|giam khao)|\b(?:untuk|kepada)\b.{0,6}\b(?:penilai|pemeriksa|juri)\b"),
    # Arabic, Persian, Urdu, Hebrew
    ("override", 2, r"(?:تجاهل|انس|أهمل|اهمل).{0,30}(?:تعليمات|الإرشادات|القواعد|الأوامر)|(?:دستور|راهنما).{0,30}(?:نادیده|فراموش)|ہدای.{0,24}(?:نظر انداز|بھول)|(?:התעלם|התעלמי|שכח).{0,30}(?:הוראות|הנחיות)"),
    ("award", 2, r"(?:أعلى|اعلى|أقصى|كامل).{0,12}(?:مستوى|درجة|تقييم|علامة|نقاط)|(?:بالاترین|بیشترین).{0,10}(?:سطح|نمره|امتیاز)|سب سے (?:اعلی|بلند|اونچ).{0,10}(?:سطح|درجہ|نمبر)|(?:ציון|רמה|הציון|הרמה).{0,12}(?:הגבוה|מקסימל)"),
    ("address", 2, r"(?:إلى|الى|عزيزي|ملاحظة).{0,10}(?:المقي.?م|المصحح|المحكم)|(?:به|برای).{0,6}(?:ارزیاب|داور)|(?:אל|הערה ל).{0,6}(?:הבודק|הבוחן|השופט)"),
    # Hindi, Bengali, Thai
    ("override", 2, r"(?:निर्देश|नियम).{0,24}(?:अनदेखा|नज़रअंदाज|नजरअंदाज|भूल)|(?:নির্দেশ|নিয়ম).{0,24}(?:উপেক্ষা|ভুলে)|(?:ละเว้น|เพิกเฉย|ไม่ต้องสนใจ|ลืม).{0,24}(?:คำสั่ง|คำแนะนำ|กฎ)"),
    ("award", 2, r"(?:सबसे (?:ऊँच|ऊंच|उच्च|अच्छ)|उच्चतम|अधिकतम).{0,12}(?:स्तर|अंक|ग्रेड|रेटिंग)|(?:সর্বোচ্চ|সর্বাধিক).{0,12}(?:স্তর|নম্বর|গ্রেড)|(?:ระดับ|คะแนน|เกรด).{0,8}(?:สูงสุด|เต็ม)"),
    ("address", 2, r"(?:मूल्यांकनकर्ता|परीक्षक|निर्णायक)|(?:মূল্যায়নকারী|পরীক্ষক)|(?:ถึง|เรียน).{0,6}(?:ผู้ประเมิน|ผู้ตรวจ|กรรมการ)"),
    # Ukrainian, Bulgarian, Greek
    ("override", 2, r"(?:ігноруй|знехтуй|забудь|пренебрегни|игнорирай)\w*.{0,30}(?:інструкці\w+|вказівк\w+|инструкци\w+|указани\w+)|(?:αγνοησ|παραβλεψ)\w*.{0,30}(?:οδηγι\w+|εντολ\w+|κανον\w+)"),
    ("award", 2, r"(?:найвищ|максимальн|най-висок)\w*.{0,12}(?:бал|оцінк|рівен|рівн|оценк|ниво)\w*|(?:υψηλοτερ|μεγιστ|ανωτατ)\w+.{0,12}(?:βαθμ\w*|επιπεδ\w*)"),
    ("address", 2, r"(?:до|примітка для|бележка за).{0,6}(?:оцінювача|перевіряючого|оценителя|проверяващия)|(?:προς|σημειωση για).{0,8}(?:αξιολογητ\w*|βαθμολογητ\w*)"),
)  # fmt: skip
