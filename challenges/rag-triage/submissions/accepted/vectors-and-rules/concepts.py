"""Concepts and the words for them, in four languages. A blank inside a word is written as _; $ ends a whole word."""

CONCEPTS = {
    "billing/refund": """refund reimburs cancel$ cancelled canceled cancellation unused quit$ kundig gekundigt
        erstatt ruckerstatt restliche reembols cancelar cancelacion cancelamos cancelado devuelv devolucion
        resili rembours money_back returned_to_our paid_back give_back no_longer_use remaining_amount
        ended_early gave_up stopped_using geld_zuruck mois_restants subscription
        pulled_out rest_of_the_year sum_for_the_rest""",
    "billing/duplicate_charge": """duplicate charged charge$ charges double twice debit$ debits debited doppelt
        zweimal abgebucht abbuchung kontoauszug duplicad cobrado cobro cargo$ debite identical two_times
        twice_over dos_veces deux_fois en_double bank_account our_statement
        same_amount in_a_row""",
    "billing/invoice_details": """invoice bill$ bills vat$ misspelled rechnung anschrift umsatzsteuer firma$
        factura iva$ direccion razon facture facturation adresse tva$ raison tax_id tax_office tax_number
        company_name our_street old_address new_address
        former_name paper_that_comes previous_name""",
    "billing/payment_method": """card$ declined expired$ wire$ plastic settle zahlungsart kreditkarte
        uberweisung lastschrift tarjeta transferencia domiciliacion virement carte$ bancaire payment_method
        bank_transfer direct_debit by_wire collect_the pay_by medio_de_pago moyen_de_paiement
        prelevement_automatique""",
    "access/password_reset": """password forgot forgotten reset credentials recall remember login$ passwort
        zurucksetz vergessen contrasena restablec olvid reinitialis oublie by_heart secret_word choose_another
        choose_a_new slipped_my_mind mot_de_passe
        have_to_type no_longer_know_what""",
    "access/two_factor": """authenticator two-factor handset gadget digits wiederherstellungscode autenticador
        authentifik authentificateur faktor second_factor recovery_code one-time six_digits segundo_factor
        second_facteur codigos_de_recuperacion codes_de_recuperation
        shows_the_numbers small_device""",
    "access/locked": """locked unlock attempts barred mistyp blocked gesperrt entsperr fehlversuch bloquead
        desbloque intentos verrouill deverrouill tentatives locked_out shut_me_out shut_out too_often too_many
        wrong_too won't_let wrong_password
        caps_key wrong_keys hitting_the come_back_later""",
    "access/invite": """invit seat$ seats join$ hired einlad eingeladen plaza new_colleague another_member
        starts_on as_users add_them let_another new_users somebody_new new_hire platz_frei freien_platz lade_ich
        nuevo_companero place_libre nouveau_collegue
        begin_with_us how_do_they_get
        newcomer""",
    "integrations/api_key": """api$ key$ keys unauthorised unauthorized rotate token 401$ backend script$
        program$ developers schlussel cle$ clave$ api_key clave_de_api cle_d'api api-schlussel our_program
        turned_away talks_to""",
    "integrations/webhook": """webhook endpoint callback event$ events url$ listener endpunkt our_server is_told
        no_longer_told point_de_terminaison event_notices
        ping_our pinged_our there_is_silence whenever_something_chang
        our_listener heard_nothing""",
    "integrations/sso": """sso$ saml identity identitat federation directory azure okta assertion metadat
        metadonnees certificat zertifikat single_sign separate_login inicio_de_sesion_unico
        proveedor_de_identidad authentification_unique fournisseur_d'identite
        sign-on""",
    "integrations/connector": """connector accounting synchroni ledger datev quickbooks xero sage$ bridge
        bookkeeping konnektor buchhaltung conector contabilidad sincroni connecteur comptab turns_up_in
        the_bridge
        tax_adviser books_of""",
    "reporting/export": """export csv$ excel spreadsheet rows exportdatei descargar telecharg pull_the_table
        the_list_out everything_we_have_in cut_off fehlen_zeilen faltan_filas manque_des_lignes
        half_of_it_is_missing in_the_middle
        whole_list into_a_file""",
    "reporting/import": """import columns rejected headings upload$ spalten kopfzeile importprotokoll columnas
        cabecera colonnes loading_our bring_our_old take_in abgelehnte_zeilen lehnt_unsere filas_rechazadas
        rechaza_nuestro lignes_rejetees rejette_notre our_file
        in_another_tool from_another_tool years_of_addresses""",
    "reporting/dashboard": """dashboard totals figures recalculat charts overview turnover summen panel$ cifras
        totales recalcul chiffres totaux widget sums the_sums add_up weichen_von neu_berechnet tableau_de_bord
        count_by_hand die_zahlen
        the_bars start_page""",
    "reporting/scheduled": """scheduled schedule report$ reports recipients weekly evaluation summary board
        quarter geplant bericht empfanger zeitplan wochentlich informe programado destinatarios semanal rapport
        planifi destinataires hebdomadaire each_week every_monday monthly_evaluation more_people_at_once
        numbers_together pass_them_on every_friday""",
    "mobile/crash": """crash phone mobile android iphone ipad samsung tablet quits sturzt absturz handy movil
        aplicacion application plante plantage demarrage app$ telephone app_crashes closes_itself vanishes_right
        the_icon the_logo se_cierra al_iniciar i_tap
        gone_again""",
    "mobile/offline": """offline outbox cellar tunnel wifi phone phones tablet ipad app$ postausgang hochgeladen
        aplicacion application no_signal without_signal on_the_plane no_connection sin_conexion
        bandeja_de_salida hors_ligne boite_d'envoi taken_over
        no_network basement gets_to_the_office""",
    "mobile/push": """push notification notificaciones banner silent buzz badge phone iphone samsung handy movil
        telephone app$ push-nachricht aplicacion application no_sound stays_silent push_notification
        ring_out has_news""",
    "mobile/scanner": """scan barcode camera kamera camara label lens stripes escane phone tablet aim app$
        aplicacion application over_a_label code-barres codes-barres codigos_de_barras appareil_photo""",
    "privacy/deletion": """erase erasure gdpr delete losch personenbezogen suprim supresion effac forgets
        be_forgotten trace_of_me personal_data datos_personales donnees_personnelles forget_me for_good wiped_from""",
    "privacy/access_request": """disclose kopie auskunft personenbezogen copy copia copie subject_access a_copy
        personal_data know_about_me stored_on in_writing his_right una_copia derecho_de_acceso datos_personales
        une_copie droit_d'acces donnees_personnelles
        about_him_in about_her_in about_me_in wants_to_see_what""",
    "privacy/dpa": """subprocessor paperwork signature auftragsverarbeit unterauftragnehmer unterschrift
        subencargado data_processing processing_agreement article_28 data_protection_officer other_firms
        handle_our_records on_paper encargo_de_tratamiento tratamiento_de_datos sous-trait
        signed_contract privacy_people how_you_treat""",
    "privacy/retention": """retention destroyed auditor archived aufbewahrung prufer conservation conservacion
        hold_on_to old_files get_rid past_years keeps_records what_age plazo_de plazos_de duree_de durees_de
        how_many_years for_how_long""",
    "incidents/down": """unreachable outage 503$ erreichbar ausfall niemand inaccesible caida nadie inaccessible
        panne personne blank_page nothing_loads won't_come_up come_up standing_still nobody_here nobody_of_us
        the_whole_company any_browser status_page service_unreachable
        not_one_of_us to_open""",
    "incidents/slow": """slow response ages crawl langsam antwortzeit lento lentas lenta lent$ lente lentes
        make_coffee takes_ages each_click half_a_minute takes_long next_screen for_hours tiempo_de_respuesta
        temps_de_reponse tarda_mucho
        cup_of_tea shows_what_i_click""",
    "incidents/lost_data": """vanished entries disappear restore backup eintrage verschwund sicherung
        wiederherstellen desapareci desaparecid disparu sauvegarde restaur entrees is_gone_this typed_into
        bring_them_back bring_it_back was_empty copia_de_seguridad recuperar_de
        was_not_there not_there_this""",
    "incidents/email_delay": """e-mail e-mails email emails mails mailed mail$ inbox delayed spam confirmations
        verspat correo correos retrasad retraso retard half_a_day_late long_after system_e-mails arrive_delayed
        the_day_after a_day_later reaches_people""",
}
