Payfeed.addTexts(
  'nl',
  {
    wallet: 'Wallet',
    no_wallet: 'Je hebt nog geen wallet. Maak er een om de feed te zien.',
    received: '{amount} ontvangen',
    received_in: '{wallet} heeft {amount} ontvangen',
    open: 'Openen',
    copy: 'Kopiëren',
    copied: 'Gekopieerd',
    not_copied:
      'Deze browser laat de pagina niet kopiëren. Selecteer de tekst en kopieer die.',
    close: 'Sluiten',
    qr: 'QR-code',
    cancel: 'Annuleren',
    documentation: 'Documentatie',
    show: 'Tonen',
    hide: 'Verbergen',
    owner_only: 'Alleen de eigenaar van deze wallet kan dit zien en wijzigen.',
    failure: {
      no_response:
        'LNbits antwoordt niet. Controleer of het draait en of dit apparaat online is, en probeer het opnieuw.',
      status: 'LNbits antwoordde met status {status}. Probeer het later opnieuw.'
    },
    tab: {
      live: 'Live',
      plots: 'Grafieken',
      connect: 'Verbinden',
      keys: 'Sleutels',
      webhooks: 'Webhooks',
      subscribers: 'Abonnees',
      send: 'Versturen',
      display: 'Schermen',
      server: 'Server'
    },
    state: {
      connected: 'Verbonden: betalingen verschijnen meteen.',
      connecting: 'Verbinden …',
      reconnecting: 'Niet verbonden. Er gaat geen gebeurtenis verloren.',
      next: 'Volgende poging over {seconds} s.',
      disconnected: 'Niet verbonden: {reason}',
      now: 'Nu proberen'
    },
    live: {
      what: 'Betalingen en berichten van deze wallet, zodra ze binnenkomen.',
      search: 'Zoeken',
      filters: 'Filters',
      export: 'Exporteren',
      export_question:
        'Alle bewaarde gebeurtenissen exporteren die de filters doorlaten, niet alleen wat hier geladen is. Een zoekopdracht beperkt ze niet.',
      formats: {
        csv: 'Betalingen als CSV, voor een spreadsheet',
        jsonl: 'Alle gebeurtenissen als JSON-regels, met handtekeningen'
      },
      type: 'Soort',
      types: {
        all: 'Alle gebeurtenissen',
        payment: 'Betalingen',
        message: 'Berichten',
        test: 'Tests'
      },
      direction: 'Richting',
      directions: {both: 'Ontvangen en verstuurd', in: 'Ontvangen', out: 'Verstuurd'},
      min_amount: 'Minimumbedrag (sat)',
      tag: 'Tag',
      from: 'Van',
      to: 'Tot en met',
      in: 'Ontvangen',
      out: 'Verstuurd',
      pending: 'In behandeling',
      failed: 'Mislukt',
      message: 'Bericht',
      test: 'Test',
      no_memo: 'geen memo',
      fee: 'kosten {amount}',
      nothing: 'Geen passende gebeurtenissen.',
      loading: 'Laden …',
      more: 'Oudere gebeurtenissen laden',
      beginning: 'Er zijn geen oudere gebeurtenissen.',
      not_kept:
        'Deze gebeurtenis staat niet in de feed van deze wallet of wordt niet meer bewaard.'
    },
    today: {
      title: 'Vandaag en gisteren',
      received: 'Ontvangen',
      sent: 'Verstuurd',
      fees: 'Kosten',
      payments: 'Betalingen',
      balance: 'Saldo',
      yesterday: 'gisteren {value}',
      failed: 'De sommen van vandaag konden niet worden geladen.'
    },
    event: {
      received: 'Ontvangen, bevestigd',
      sent: 'Verstuurd, bevestigd',
      pending: 'In behandeling: nog niet betaald',
      failed: 'Mislukt: er is niets betaald',
      fiat: 'Waarde bij betaling',
      fee: 'Kosten',
      settled: 'Afgehandeld',
      recorded: 'Vastgelegd',
      memo: 'Memo',
      comment: 'Opmerking',
      external_id: 'Externe id',
      labels: 'Labels',
      truncated: 'Ingekort omdat het te lang is',
      id: 'Id van de gebeurtenis',
      copy_hash: 'Betalingshash kopiëren',
      webhook: 'Webhook {name}',
      wallet: 'Wallet in LNbits openen',
      frame: 'Frame als JSON',
      copy_frame: 'Frame kopiëren'
    },
    empty_feed: {
      title: 'Nog geen betalingen',
      what: 'Maak een factuur en betaal die vanuit een willekeurige wallet. De betaling verschijnt hier meteen.',
      create: 'Factuur van {amount} maken',
      memo: 'Mijn eerste Payfeed-betaling',
      scan: 'Scan of kopieer deze factuur en betaal die.',
      connect: 'Programma verbinden',
      display: 'Scherm openen'
    },
    plots: {
      what: 'Wat deze wallet in de loop van de tijd ontving en verstuurde, of hoe groot de betalingen zijn.',
      sums: 'Ontvangen, verstuurd, kosten en lopend totaal',
      sizes: 'Aantal betalingen per bedrag',
      hour: 'Uur',
      day: 'Dag',
      week: 'Week',
      month: 'Maand',
      size: 'Bedrag',
      received: 'Ontvangen',
      sent: 'Verstuurd',
      fees: 'Kosten',
      total: 'Lopend totaal',
      unknown: 'Geen cijfers',
      begins: 'De feed begint {time}. Voor de tijd ervoor zijn er geen cijfers.',
      kept_since:
        'Gebeurtenissen worden bewaard sinds {time}, hooguit {days} dagen. Voor oudere zijn er geen cijfers.',
      nothing: 'Geen betalingen.',
      filtered: 'Alleen: {filter}.',
      of_failed: 'Mislukte betalingen hebben niets betaald: er zijn geen sommen.',
      unfilter: 'Alles tonen',
      incomplete: 'De betalingen konden niet worden geladen.',
      no_chart:
        'Deze LNbits heeft geen Chart.js. De tabel hieronder toont dezelfde getallen.',
      without_fiat: 'Betalingen zonder bedrag in {currency}, niet meegeteld: {count}.'
    },
    connect: {
      what: 'Een programma heeft dit adres en een sleutel nodig om de feed te lezen.',
      inkey: 'Factuursleutel',
      access: 'Toegangssleutel',
      inkey_means:
        'De factuursleutel kan ook facturen maken. Gebruik die om te testen, en toegangssleutels voor apparaten.',
      access_means:
        'Maak toegangssleutels op het tabblad Sleutels. Elk heeft een naam en beperkte rechten, en kan worden ingetrokken.',
      paste: 'Plak de toegangssleutel',
      closed:
        'De eigenaar van deze wallet heeft de feed gesloten voor de factuursleutel. Gebruik een toegangssleutel.',
      no_key: 'Plak een toegangssleutel. Dan verschijnen het adres en de code.',
      show: 'Sleutel tonen',
      hide: 'Sleutel verbergen',
      address: 'WebSocket-adres',
      copy_address: 'Adres kopiëren',
      header: 'Sleutel, als header',
      copy_header: 'Header kopiëren',
      in_address: 'Adres dat de sleutel bevat',
      in_address_means:
        'Alleen voor programma’s die geen header kunnen sturen: adressen staan in logboeken en geschiedenissen.',
      copy_address_with_key: 'Adres met sleutel kopiëren',
      verify: 'Handtekeningen controleren',
      verify_means:
        'De code bevat dan het ondertekeningsgeheim van de feed. Zet het niet in een pagina die anderen kunnen openen.',
      verify_without_secret:
        'De eigenaar van deze wallet heeft het ondertekeningsgeheim: zet het op de plaats van whsec_….',
      copy_snippet: 'Code kopiëren',
      qr: 'Het adres, voor een telefoon of apparaat. Iedereen met deze sleutel kan de feed lezen.',
      language: {
        browser: 'Browser',
        vue: 'Vue',
        checkout: 'Betaalpagina',
        python: 'Python',
        node: 'Node',
        php: 'PHP',
        go: 'Go',
        wscat: 'wscat',
        curl: 'curl',
        homeassistant: 'Home Assistant',
        esp32: 'ESP32',
        nginx: 'nginx'
      }
    },
    filter: {
      events: 'Gebeurtenissen',
      by_name: 'Soorten op naam',
      names: 'Namen van soorten, gescheiden door komma’s',
      names_hint:
        'Bijvoorbeeld: payment, door. De naam message staat voor alle berichten.',
      minimum: 'Minimum (sat)',
      status: 'Status',
      statuses: {confirmed: 'Bevestigd', failed: 'Mislukt', any: 'Elke status'},
      payment_hash: 'Betalingshash',
      external_id: 'Externe id van de factuur',
      from: 'vanaf {amount}',
      tag: 'tag {tag}',
      hash: 'betaling {start}…',
      id: 'externe id {id}',
      since: 'van {day}',
      until: 'tot en met {day}'
    },
    keys: {
      title: 'Toegangssleutels',
      what: 'Maak voor elk apparaat of programma een eigen sleutel, om het te herkennen en de sleutel te kunnen intrekken.',
      none: 'Nog geen toegangssleutels.',
      failed: 'De toegangssleutels konden niet worden geladen.',
      create: 'Sleutel maken',
      name: 'Naam',
      name_hint:
        'Het apparaat of programma dat deze sleutel gebruikt, bijvoorbeeld: voorste kassa',
      scope: {
        read: 'read: betalingen en berichten ontvangen',
        notify: 'notify: berichten versturen',
        balance: 'balance: het saldo van de wallet ontvangen'
      },
      narrow: 'Alleen sommige gebeurtenissen lezen',
      narrow_means:
        'Het filter ligt vast voor de sleutel. Zo’n sleutel kan niet versturen en ziet geen saldo.',
      public: 'Openbaar',
      public_means:
        'Voor een pagina die iedereen kan openen: memo, opmerking en je eigen kenmerken van een betaling zijn leeg.',
      rename: 'Hernoemen',
      rename_name: '{name} hernoemen',
      rename_question: 'Nieuwe naam van de sleutel “{name}”',
      expiry: 'Verloopt',
      expiries: {
        never: 'nooit',
        minutes: 'over 10 minuten',
        hour: 'over 1 uur',
        day: 'over 1 dag',
        month: 'over 30 dagen',
        year: 'over 1 jaar'
      },
      once: 'Deze sleutel wordt maar één keer getoond. Bewaar hem nu.',
      stored: 'Ik heb hem bewaard',
      used: 'gebruikt {age}',
      unused: 'nooit gebruikt',
      lag: 'niet bevestigd: {lag}',
      expires: 'verloopt {time}',
      expired: 'verlopen',
      revoked: 'ingetrokken',
      revoke: 'Intrekken',
      revoke_name: '{name} intrekken',
      revoke_really:
        'De sleutel “{name}” intrekken? Programma’s die hem gebruiken worden meteen verbroken. Nu verbonden: {count}.',
      revoked_keys: 'Ingetrokken sleutels: {count}',
      close: 'Feed sluiten',
      close_question:
        'De feed sluiten voor de factuursleutel? Programma’s die hem gebruiken worden meteen verbroken. Nu verbonden, naast deze pagina: {count}.',
      allow_inkey: 'De factuursleutel mag de feed lezen',
      allow_inkey_means:
        'Als dit uit staat, lezen alleen toegangssleutels en je beheersleutel de feed.',
      mirror_to_inkey: 'Betalingen spiegelen naar LNbits’ eigen socket',
      mirror_to_inkey_means:
        'Als dit aan staat, ontvangen programma’s op LNbits’ eigen WebSocket van de factuursleutel ook de frames van Payfeed.',
      mirror_question:
        'Het spiegelen stoppen? Programma’s op LNbits’ eigen WebSocket van de factuursleutel ontvangen geen frames van Payfeed meer. Payfeed kan ze niet tellen.',
      stop_mirror: 'Spiegelen stoppen',
      extra_members: 'Velden uit LNbits’ extra',
      extra_members_means:
        'Betalingen bevatten deze velden, bijvoorbeeld een bestelnummer dat je winkel daar bewaart. Namen gescheiden door komma’s, hoogstens 10.',
      secret: 'Ondertekeningsgeheim',
      secret_means:
        'Met dit geheim controleren programma’s dat een gebeurtenis uit deze feed komt en ongewijzigd is.',
      channel: 'Kanaal',
      channel_means:
        'LNbits’ eigen WebSocket met deze naam draagt ook de live gebeurtenissen. Iedereen die de naam kent kan ernaar schrijven: controleer handtekeningen.',
      rotate: 'Vernieuwen',
      rotate_secret:
        'Een nieuw ondertekeningsgeheim maken. Programma’s die handtekeningen controleren hebben het nieuwe nodig. Hoe lang blijft het huidige geldig? Clients van Payfeed 0.1.0 accepteren geen gebeurtenis zolang beide geldig zijn. Nu verbonden, naast deze pagina: {count}.',
      overlap:
        'Gebeurtenissen worden ook met het vorige geheim ondertekend, tot {until}.',
      end_question:
        'Het vorige geheim nu beëindigen? Programma’s die het nog gebruiken kunnen gebeurtenissen niet meer controleren. Nu verbonden, naast deze pagina: {count}.',
      rotated_secret: 'De feed heeft een nieuw ondertekeningsgeheim.',
      rotated_channel: 'De feed heeft een nieuw kanaal.',
      rotate_channel:
        'Een nieuw kanaal maken? Programma’s die het oude gebruiken ontvangen geen gebeurtenissen meer. Payfeed kan ze niet tellen.'
    },
    kept_events: {
      title: 'Bewaarde gebeurtenissen',
      since: 'Gebeurtenissen sinds {time}: {events}, {mib} MiB.',
      none: 'Nog geen gebeurtenissen.',
      limits:
        'Gebeurtenissen worden {days} dagen bewaard, hoogstens {events} en {mib} MiB. De beheerder van deze server bepaalt deze grenzen.',
      before: 'Wissen wat is vastgelegd vóór (UTC)',
      erase: 'Wissen',
      all: 'Alle gebeurtenissen wissen',
      nothing: 'Vóór {day} zijn geen gebeurtenissen vastgelegd.',
      question:
        'De gebeurtenissen die vóór {day} zijn vastgelegd voorgoed wissen? Aantal gebeurtenissen: {events}.',
      question_all:
        'Alle gebeurtenissen van deze feed voorgoed wissen? Aantal gebeurtenissen: {events}.',
      erased: 'Gewiste gebeurtenissen: {events}.'
    },
    webhooks: {
      title: 'Webhooks',
      what: 'Payfeed stuurt gebeurtenissen als ondertekende verzoeken naar de URL van je programma, en herhaalt ze drie dagen tot ze aankomen.',
      none: 'Nog geen webhooks.',
      create: 'Webhook maken',
      change: 'Webhook wijzigen',
      save: 'Opslaan',
      created:
        'De webhook is gemaakt. Kopieer het geheim naar je programma en stuur dan een test.',
      changed: 'De webhook is gewijzigd.',
      state: {
        delivering: 'Bezorgt',
        sending: 'Verstuurt, {waiting} wachten',
        retrying: 'Herhaalt sinds {since}, {waiting} wachten',
        paused: 'Door jou uitgeschakeld',
        gone: 'Gestopt: ontvanger antwoordde 410',
        failed: 'Gestopt: elk verzoek mislukte vijf dagen lang',
        blocked: 'Gestopt: een gebeurtenis kon niet op volgorde worden bezorgd'
      },
      since: 'sinds {since}',
      probe: 'volgende peiling {time}',
      waiting: 'wachtend: {waiting}',
      lag: 'nog niet geprobeerd: {lag}',
      failed: 'mislukt: {failed}',
      in_order: 'op volgorde',
      url_hint: 'Begint met https://',
      description: 'Beschrijving',
      description_hint: 'Bijvoorbeeld: webwinkel',
      ordered: 'Op volgorde bezorgen',
      ordered_what:
        'Elke gebeurtenis wacht tot de vorige is bezorgd. Kan een gebeurtenis drie dagen lang niet worden bezorgd, dan stopt de webhook.',
      test: 'Test versturen',
      test_passed: 'Bezorgd: status {status} na {ms} ms.',
      test_failed: 'Niet bezorgd: status {status} na {ms} ms.',
      test_no_answer: 'Niet bezorgd: {error}',
      edit: 'Bewerken',
      secret: 'Geheim',
      secret_what:
        'Je programma controleert er elk verzoek mee, met een bibliotheek van Standard Webhooks.',
      rotate_question:
        'Een nieuw geheim maken. Hoe lang blijft het huidige geldig? Nog niet bezorgd: {count}.',
      overlaps: {
        hour: '1 uur',
        day: '1 dag',
        week: '7 dagen',
        none: 'Het eindigt meteen, voor een uitgelekt geheim'
      },
      rotated: 'De webhook heeft een nieuw geheim.',
      overlap: 'Verzoeken worden ook met het vorige geheim ondertekend, tot {until}.',
      end: 'Nu beëindigen',
      end_question:
        'Het vorige geheim nu beëindigen? Programma’s die het nog gebruiken kunnen verzoeken niet meer controleren. Nog niet bezorgd: {count}.',
      ended: 'Het vorige geheim is beëindigd.',
      disable: 'Uitschakelen',
      disable_question:
        'Deze webhook uitschakelen? Er wordt niets verstuurd tot je hem inschakelt. Dan kies je of de gebeurtenissen daartussen worden verstuurd. Nog niet bezorgd: {count}.',
      disabled: 'De webhook is uitgeschakeld.',
      enable: 'Inschakelen',
      enable_question: 'Deze webhook inschakelen. Waar gaat hij verder?',
      starts: {
        stopped: 'Waar hij stopte: gemiste gebeurtenissen worden verstuurd',
        now: 'Vanaf nu: gemiste gebeurtenissen worden niet verstuurd'
      },
      enabled: 'De webhook is ingeschakeld.',
      delete: 'Verwijderen',
      delete_question:
        'De webhook “{name}” verwijderen? Hij verstuurt niets meer, ook niet wat nog wacht. Het geheim en de lijst van bezorgingen worden verwijderd. De gebeurtenissen blijven in de feed. Nog niet bezorgd: {count}.',
      deleted: 'De webhook is verwijderd.',
      resend: 'Opnieuw versturen',
      resend_failed: 'Alle mislukte opnieuw versturen',
      resent: 'Opnieuw verstuurd: {count}',
      delivery: {
        title: 'Bezorgingen',
        show: 'Tonen',
        all: 'Alle',
        delivered: 'Bezorgd',
        waiting: 'Wachtend',
        retrying: 'Herhaald',
        failed: 'Mislukt',
        attempts: 'pogingen: {attempts}',
        next: 'volgende poging {time}',
        status: 'status {status} na {ms} ms',
        probe: 'peiling',
        none: 'Geen bezorgingen.',
        more: 'Oudere bezorgingen laden'
      }
    },
    subscribers: {
      title: 'Verbonden abonnees',
      what: 'Programma’s en pagina’s die nu met deze feed verbonden zijn. Deze pagina is er een van.',
      since: 'verbonden {age} vanaf {address}',
      lag: 'achter: {lag}',
      no_lag: 'helemaal bij',
      failed: 'De lijst kon niet worden geladen. De volgende poging is over 2 seconden.'
    },
    send: {
      purpose:
        'Probeer wat programma’s ontvangen: stuur een gebeurtenis of een eigen bericht naar alle abonnees.',
      test_title: 'Testgebeurtenis',
      test_what: 'Alle abonnees ontvangen die. Het is geen betaling.',
      test: 'Testgebeurtenis versturen',
      title: 'Eigen bericht',
      what: 'Alle abonnees ontvangen het, en het wordt bewaard als een betaling.',
      text: 'Tekst',
      json: 'JSON',
      message: 'Bericht',
      hint_text: 'Wordt ongewijzigd verstuurd.',
      hint_json: 'Een object met "type" wordt een frame van die soort.',
      send: 'Versturen',
      sent: 'Verstuurd als {id}. Verbonden abonnees: {delivered}.',
      too_long: 'Het bericht is langer dan {bytes} bytes.',
      invalid_json: 'Dit is geen geldige JSON: {error}',
      infinite: 'Een getal is te groot.',
      too_deep: 'Het bericht heeft meer dan {nesting} geneste niveaus.',
      reserved_member: 'Het veld "{member}" is gereserveerd.',
      reserved_type: 'De soort "{type}" is gereserveerd.',
      invalid_type:
        'Een soort heeft 1 tot 64 tekens: a tot z, 0 tot 9, punt, streepje en laag streepje.'
    },
    server: {
      title: 'Deze server',
      what: 'Alle gebruikers samen, voor beheerders van LNbits. Betalingen, namen en bedragen worden niet getoond.',
      health: 'Toestand',
      ok: 'In orde',
      not_ok: 'Niet in orde',
      feeds: 'Feeds',
      inactive: 'niet actief: {count}',
      events: 'Bewaarde gebeurtenissen',
      disk: 'Op de schijf',
      wallets: 'wallets: {count}',
      retrying: 'opnieuw bezig: {count}',
      failing: 'mislukken: {count}',
      disabled: 'uitgeschakeld: {count}',
      off: 'uitgeschakeld op deze server',
      recording: 'Vastlegging',
      looked: 'Laatste zoektocht naar betalingen',
      under_way: 'Betalingen die opnieuw worden gelezen',
      audit: 'Vergelijking van alle betalingen',
      first_round: 'De eerste is bezig.',
      rounds: 'voltooid: {count}, laatst {time}',
      since: 'Geteld sinds de start',
      recorded: 'Vastgelegde gebeurtenissen',
      reconciled: 'Waarvan gevonden door te zoeken',
      delivered: 'Naar lezers verzonden gebeurtenissen',
      refused: 'Geweigerde verzoeken en verbindingen',
      largest: 'Grootste feeds',
      wallet_id: 'Wallet-id',
      size: 'Grootte',
      copy_id: 'Wallet-id {id} kopiëren',
      counted: 'Geteld {time}, elke vijf minuten.',
      counting: 'De feeds worden geteld.'
    },
    public_display: {
      connected: 'verbonden',
      connecting: 'Verbinden …',
      reconnecting: 'Niet verbonden.',
      next: 'Nieuwe poging over {seconds} s',
      not_connected: 'Niet verbonden',
      page: 'Payfeed-scherm',
      no_key:
        'Het adres van deze pagina heeft geen sleutel. Open het adres dat Payfeed voor dit scherm toont, of zet # en een toegangssleutel aan het eind.',
      none: 'Wacht op een betaling',
      total: 'Totaal: {total}',
      goal: 'Voortgang naar het doel',
      of_goal: '{percent} van {goal}',
      enable_sound: 'Tik voor geluid'
    },
    displays: {
      title: 'Schermen voor de toonbank of de stream',
      what: 'Een scherm is een openbare pagina met de laatste betaling. Sla er een op en open het adres op het apparaat.',
      why: 'Iedereen met dit adres ziet bedragen en tijden van ontvangen betalingen, maar geen memo’s. De sleutel staat achter het #, dus geen server logt hem.',
      own_key:
        'Alleen de eigenaar van een wallet kan schermen opslaan. Dit adres werkt met een toegangssleutel die je van de eigenaar kreeg. Iedereen met het adres kan lezen wat de sleutel leest.',
      none: 'Nog geen schermen.',
      failed: 'De schermen konden niet worden geladen.',
      create: 'Nieuw scherm',
      save: 'Scherm opslaan',
      name: 'Naam',
      name_hint: 'Waar het te zien is, bijvoorbeeld: voorste toonbank',
      revoked: 'De sleutel is ingetrokken: verwijder het scherm en maak een nieuw.',
      open_name: '{name} openen',
      show_name: 'Adres van {name}',
      edit_name: '{name} bewerken',
      remove_name: '{name} verwijderen',
      remove: 'Verwijderen',
      remove_question:
        'Het scherm “{name}” verwijderen? De sleutel wordt ingetrokken: het stopt overal waar het te zien is. Nu verbonden: {count}.',
      key: 'Toegangssleutel met het recht read',
      key_invalid: 'Dit is geen toegangssleutel.',
      address: 'Adres van het scherm',
      preview: 'Voorbeeld',
      background: 'Achtergrond',
      backgrounds: {
        lnbits: 'thema van LNbits',
        dark: 'donker',
        light: 'licht',
        transparent: 'doorzichtig, voor overlays'
      },
      heading: 'Kop',
      total: 'Lopend totaal sinds',
      totals: {none: 'geen totaal', today: 'vandaag', time: 'een gekozen tijd'},
      since: 'Sinds',
      goal: 'Doel van het totaal (sat)',
      recent: 'Aantal recente betalingen',
      min_amount: 'Minimumbedrag (sat)',
      alert: 'Seconden dat een betaling te zien is (0: altijd)',
      fiat: 'Waarde in fiat, als LNbits die kent',
      memos: 'Memo’s, als de sleutel ze leest',
      sound: 'Geluid bij elke betaling',
      volume: 'Volume (0 tot 100)',
      qr: 'QR-code van een Lightning-adres of LNURL',
      qr_invalid: 'Dit is geen Lightning-adres en geen LNURL.'
    }
  },
  'nl'
)
