"""The matters that Halyard's clients share: queue and wording (accents stripped, lower case) in four languages.

First list: strong hints (3 points each), second: weak hints (1 point each).
"""
import re

RAW = {
    "duplicate_charge": ("billing",
        [r"duplicate charge", r"charged? (us )?(twice|two times|double)", r"(twice|two times).{0,40}(charg|bank|account|card|debit)", r"(charg|account|debit|sum|amount).{0,60}(twice|two times)",
         r"doppelte? abbuchung", r"zweimal.{0,30}(abgebucht|belastet)", r"(abgebucht|belastet).{0,30}zweimal", r"doppelt (abgebucht|belastet|berechnet)", r"cargo duplicado", r"cobrado dos veces", r"cobro doble", r"dos veces.{0,30}cobr",
         r"prelevement en double", r"debite\w* deux fois", r"deux fois.{0,30}(debit|prelev)"], [r"\btwice\b", r"statement", r"kontoauszug", r"releve"]),
    "refund": ("billing",
        [r"refund after", r"cancel\w*.{0,80}(refund|money back|return)", r"(refund|money back).{0,60}(cancel|unused|rest of)", r"money back for the rest", r"remaining amount", r"unused months", r"contract.{0,40}ended early",
         r"(erstattung|ruckerstattung) nach", r"kundigung.{0,60}(erstatt|geld)", r"gekundigt.{0,80}(geld|erstatt)", r"restlichen monate", r"reembolso despues", r"cancelad\w*.{0,80}(devuelv|reembols)", r"meses que quedan",
         r"remboursement apres", r"resili\w*.{0,80}rembours", r"rembours\w*.{0,60}resili", r"mois restants"], [r"refund", r"cancel", r"kundig", r"cancelaci", r"resiliation"]),
    "invoice_details": ("billing",
        [r"invoice (details|address)", r"address on our invoice", r"vat (number|id)", r"(bill|invoice).{0,60}(misspel|wrong|incorrect|tax)", r"tax office", r"anschrift.{0,20}rechnung", r"rechnungs(daten|anschrift|adresse)", r"(ust|umsatzsteuer|ust-id)\w*",
         r"direccion.{0,15}(de la )?factura", r"datos de la factura", r"numero de iva", r"adresse sur la facture", r"donnees de (la )?facturation", r"(donnees|coordonnees).{0,12}facture", r"numero de tva"], [r"invoice", r"rechnung", r"factura", r"facture", r"\bbill\b"]),
    "payment_method": ("billing",
        [r"payment method", r"bank transfer", r"declined payment", r"payment.{0,40}declined", r"by wire", r"direct debit", r"new (plastic|card)", r"collect the .{0,20}fee", r"instead of by card", r"(card|number).{0,40}(no longer good|expired)",
         r"zahlungs(art|mittel|weise|methode)", r"per uberweisung", r"lastschrift", r"statt mit kreditkarte", r"medio de pago", r"metodo de pago", r"por transferencia", r"domiciliacion", r"pago rechazado", r"(moyen|mode) de paiement", r"par virement", r"au lieu de (la |par )?carte", r"paiement refuse"],
        [r"\bcard\b", r"kreditkarte", r"tarjeta", r"\bcarte\b", r"\bpay\b"]),
    "password_reset": ("access",
        [r"password", r"reset link", r"credentials", r"secret word", r"login.{0,40}(slipped|forgot)", r"passwort", r"kennwort", r"contrasena", r"mot de passe"], [r"\bforgot", r"login"]),
    "second_factor": ("access",
        [r"second factor", r"two.?factor", r"\b2fa\b", r"authenticator", r"recovery code", r"one.time code", r"zweite\w* faktor", r"wiederherstellungscode", r"segundo factor", r"codigos? de recuperacion", r"autenticador", r"second facteur", r"deuxieme facteur", r"codes? de recuperation", r"authentificat(eur|rice)"], []),
    "locked_account": ("access",
        [r"locked account", r"account.{0,50}(lock|block)", r"unlock", r"locked out", r"too many attempts", r"gesperrt\w*", r"entsperr", r"konto.{0,40}gesperrt", r"cuenta bloqueada", r"bloquead", r"desbloque", r"compte (verrouille|bloque)", r"verrouill", r"debloqu"], []),
    "invitations": ("access",
        [r"invitation", r"\binvit(e|ed|ing|o|er|ar)\b", r"\bseats?\b", r"einladung", r"\beinlade", r"lade ich", r"lizenzplatz", r"platze\b", r"\binvito\b", r"invitacion", r"plazas?\b", r"\binviter?\b", r"places? libre"], [r"colleague", r"kolleg", r"companera", r"collegue"]),
    "api_key": ("integrations",
        [r"api.{0,3}key", r"api.{0,3}schlussel", r"clave\w* (de )?(la )?api", r"cles? (d.)?api", r"key.{0,40}(api|expired)", r"access token"], [r"\bapi\b"]),
    "webhooks": ("integrations",
        [r"webhook", r"callback", r"event notice", r"server is no longer told", r"posts? to our url", r"\blistener\b", r"endpoint", r"endpunkt"], []),
    "sso": ("integrations",
        [r"single sign.?on", r"\bsso\b", r"\bsaml\b", r"identity provider", r"company directory", r"\bazure\b", r"\bokta\b", r"assertion", r"identitatsanbieter", r"proveedor de identidad", r"inicio de sesion unico", r"authentification unique", r"fournisseur d.identite"], []),
    "connector": ("integrations",
        [r"connector", r"konnektor", r"conector", r"connecteur", r"\b(xero|quickbooks|datev|sage|lexware)\b", r"(synchroni\w+|ledger|bridge).{0,60}(account|ledger|buchhalt|contab|compta)", r"buchhaltung", r"contabilidad", r"comptabilite", r"\bledger\b"], [r"accounting", r"synchroni", r"sincroni"]),
    "csv_export": ("reporting",
        [r"\bexport", r"csv.export", r"as (a )?(csv|spreadsheet)", r"out of .{0,40}excel", r"exportacion", r"exportier", r"exportar", r"exporter"], [r"\bcsv\b", r"spreadsheet"]),
    "import": ("reporting",
        [r"\bimport", r"loading our", r"upload.{0,50}(heading|column|stops)", r"heading", r"importdatei", r"importacion", r"importar", r"importation", r"importer", r"take in the list", r"bring our old"], [r"column", r"spalte", r"columna", r"colonne"]),
    "dashboard": ("reporting",
        [r"dashboard", r"\bcharts?\b", r"wrong totals", r"zahlen im", r"panel", r"cuadro de mando", r"tableau de bord", r"don.t add up"], [r"figures", r"totals", r"cifras", r"chiffres"]),
    "scheduled_reports": ("reporting",
        [r"scheduled report", r"report.{0,40}(recipient|schedul)", r"recipient", r"geplante\w* bericht", r"informes? programado", r"rapports? (programme|planifie)", r"empfanger", r"destinatari", r"destinataire"], [r"\breports?\b", r"bericht", r"informe", r"rapport"]),
    "push": ("mobile",
        [r"push", r"notifi\w+.{0,40}(phone|handy|movil|mobile|app)"], []),
    "offline": ("mobile",
        [r"offline", r"sin conexion", r"hors (ligne|connexion)", r"outbox", r"no signal", r"without (a )?(connection|network|signal)"], []),
    "barcodes": ("mobile",
        [r"barcode", r"scan", r"strichcode", r"codigos? de barras", r"codes?.barres", r"camera"], []),
    "app_crash": ("mobile",
        [r"crash", r"app.{0,40}(closes|quits|dies|falls over)", r"sturzt", r"absturz", r"se cierra", r"plante\b", r"(se ferme|ferme).{0,30}(demarrage|lancement)"], [r"\bapp\b", r"aplicacion"]),
    "erasure": ("privacy",
        [r"eras(e|ure|ed)", r"delet\w+.{0,40}(personal|data of)", r"forgets? (her|his|their|me|him)", r"right to be forgotten", r"loschung", r"loschen.{0,40}daten|daten.{0,60}loschen", r"supresion", r"borr(ar|ado|en).{0,40}datos", r"supri(mir|man).{0,40}datos", r"effac", r"supprim\w+.{0,40}donnees"], []),
    "data_copy": ("privacy",
        [r"copy of (my|all|the|your|his|her|our)?\s?personal", r"subject access", r"wants to know what is stored", r"what.{0,30}(stored|held|hold) (on|about)", r"auskunft", r"kopie.{0,30}daten", r"copia de (los |mis )?datos", r"derecho de acceso", r"copie d\w+.{0,12}donnees", r"droit d.acces"], [r"personal data", r"personenbezogen", r"datos personales", r"donnees personnelles"]),
    "dpa": ("privacy",
        [r"data processing", r"subprocessor", r"\bdpa\b", r"auftragsverarbeit", r"unterauftrag", r"encargo (de|del) tratamiento", r"tratamiento de datos", r"subencargad", r"sous-traitan", r"traitement des donnees"], []),
    "retention": ("privacy",
        [r"retention", r"kept before.{0,30}(archiv|destroy)", r"aufbewahrung", r"conservacion", r"conservation"], [r"archiv", r"how long.{0,30}(keep|kept)"]),
    "unreachable": ("incidents",
        [r"unreachable", r"\b503\b", r"outage", r"won.t come up", r"nobody here can open", r"\bis down\b", r"nicht erreichbar", r"ausfall", r"inaccesible", r"\bcaid[oa]\b", r"interrupcion", r"inaccessible", r"en panne", r"\bpanne\b", r"status page", r"standing still"], []),
    "slow": ("incidents",
        [r"\bslow", r"response time", r"\bcrawls?\b", r"takes (ages|long|forever)", r"half a minute after each", r"langsam", r"antwortzeit", r"\blent(o|a|e)?s?\b", r"tiempo de respuesta", r"tarda mucho", r"temps de reponse", r"met longtemps"], []),
    "vanished": ("incidents",
        [r"vanished", r"disappear", r"backup", r"is gone this morning", r"(typed|entered).{0,40}gone", r"verschwunden", r"(datensicherung|sicherung)", r"desaparec", r"copia de seguridad", r"dispar(u|a)", r"sauvegarde"], [r"\bentries\b", r"eintrage", r"entradas", r"entrees"]),
    "late_mails": ("incidents",
        [r"(system )?e-?mails?.{0,60}(delay|late|hours|after)", r"delayed (system )?e-?mail", r"inbox", r"mailed at", r"e-?mails?.{0,40}(verspat|verzoger)", r"verspatete\w*.{0,20}mail", r"correos?.{0,40}(retras|tarde)", r"e-?mails?.{0,40}retard", r"messages from .{0,40}long after"], []),
}
TOPICS = {name: queue for name, (queue, _, _) in RAW.items()}
PATTERNS = {name: ([re.compile(p) for p in strong], [re.compile(p) for p in weak]) for name, (_, strong, weak) in RAW.items()}


def score(text: str) -> dict[str, int]:
    """Points of each matter in a normalised text."""
    out = {}
    for name, (strong, weak) in PATTERNS.items():
        points = 3 * sum(1 for p in strong if p.search(text)) + sum(1 for p in weak if p.search(text))
        if points:
            out[name] = points
    return out
