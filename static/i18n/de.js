Payfeed.addTexts(
  'de',
  {
    wallet: 'Wallet',
    no_wallet:
      'Sie haben noch keine Wallet. Legen Sie eine an, um ihren Feed zu sehen.',
    received: '{amount} empfangen',
    received_in: '{wallet} hat {amount} empfangen',
    open: 'Öffnen',
    copy: 'Kopieren',
    copied: 'Kopiert',
    not_copied:
      'Dieser Browser lässt die Seite nicht kopieren. Markieren Sie den Text und kopieren Sie ihn.',
    close: 'Schließen',
    qr: 'QR-Code',
    cancel: 'Abbrechen',
    documentation: 'Dokumentation',
    show: 'Anzeigen',
    hide: 'Verbergen',
    owner_only: 'Nur wem diese Wallet gehört, kann dies sehen und ändern.',
    failure: {
      no_response:
        'LNbits antwortet nicht. Prüfen Sie, ob es läuft und dieses Gerät online ist, und versuchen Sie es noch einmal.',
      status:
        'LNbits hat mit dem Status {status} geantwortet. Versuchen Sie es später noch einmal.'
    },
    tab: {
      live: 'Live',
      plots: 'Diagramme',
      connect: 'Verbinden',
      keys: 'Schlüssel',
      webhooks: 'Webhooks',
      subscribers: 'Abonnenten',
      send: 'Senden',
      display: 'Anzeigen',
      server: 'Server'
    },
    state: {
      connected: 'Verbunden: Zahlungen erscheinen sofort.',
      connecting: 'Verbindung wird aufgebaut …',
      reconnecting: 'Nicht verbunden. Es geht kein Ereignis verloren.',
      next: 'Nächster Versuch in {seconds} s.',
      disconnected: 'Nicht verbunden: {reason}',
      now: 'Jetzt versuchen'
    },
    live: {
      what: 'Zahlungen und Nachrichten dieser Wallet, sobald sie eintreffen.',
      search: 'Suchen',
      filters: 'Filter',
      export: 'Exportieren',
      export_question:
        'Alle aufbewahrten Ereignisse exportieren, die der Filter durchlässt, nicht nur die hier geladenen. Eine Suche schränkt sie nicht ein.',
      formats: {
        csv: 'Zahlungen als CSV, für eine Tabelle',
        jsonl: 'Alle Ereignisse als JSON-Zeilen, mit Signaturen'
      },
      type: 'Art',
      types: {
        all: 'Alle Ereignisse',
        payment: 'Zahlungen',
        message: 'Nachrichten',
        test: 'Tests'
      },
      direction: 'Richtung',
      directions: {both: 'Empfangen und gesendet', in: 'Empfangen', out: 'Gesendet'},
      min_amount: 'Mindestbetrag (sat)',
      tag: 'Tag',
      from: 'Von',
      to: 'Bis',
      in: 'Empfangen',
      out: 'Gesendet',
      pending: 'Ausstehend',
      failed: 'Fehlgeschlagen',
      message: 'Nachricht',
      test: 'Test',
      no_memo: 'kein Memo',
      fee: 'Gebühr {amount}',
      nothing: 'Keine passenden Ereignisse.',
      loading: 'Wird geladen …',
      more: 'Ältere Ereignisse laden',
      beginning: 'Es gibt keine älteren Ereignisse.',
      not_kept:
        'Dieses Ereignis ist nicht im Feed dieser Wallet oder wird nicht mehr aufbewahrt.'
    },
    today: {
      title: 'Heute und gestern',
      received: 'Empfangen',
      sent: 'Gesendet',
      fees: 'Gebühren',
      payments: 'Zahlungen',
      balance: 'Guthaben',
      yesterday: 'gestern {value}',
      failed: 'Die Summen von heute konnten nicht geladen werden.'
    },
    event: {
      received: 'Empfangen, bestätigt',
      sent: 'Gesendet, bestätigt',
      pending: 'Ausstehend: noch nicht bezahlt',
      failed: 'Fehlgeschlagen: nichts wurde bezahlt',
      fiat: 'Wert bei der Zahlung',
      fee: 'Gebühr',
      settled: 'Abgewickelt',
      recorded: 'Aufgezeichnet',
      memo: 'Memo',
      comment: 'Kommentar',
      external_id: 'Externe Kennung',
      labels: 'Labels',
      truncated: 'Gekürzt, weil zu lang',
      id: 'Ereignis-ID',
      copy_hash: 'Zahlungs-Hash kopieren',
      webhook: 'Webhook {name}',
      wallet: 'Wallet in LNbits öffnen',
      frame: 'Frame als JSON',
      copy_frame: 'Frame kopieren'
    },
    empty_feed: {
      title: 'Noch keine Zahlungen',
      what: 'Erstellen Sie eine Rechnung und bezahlen Sie sie aus einer beliebigen Wallet. Die Zahlung erscheint sofort hier.',
      create: 'Rechnung über {amount} erstellen',
      memo: 'Meine erste Payfeed-Zahlung',
      scan: 'Scannen oder kopieren Sie diese Rechnung und bezahlen Sie sie.',
      connect: 'Programm verbinden',
      display: 'Anzeige öffnen'
    },
    plots: {
      what: 'Was diese Wallet im Lauf der Zeit empfangen und gesendet hat, oder wie groß ihre Zahlungen sind.',
      sums: 'Empfangen, gesendet, Gebühren und laufende Summe',
      sizes: 'Anzahl der Zahlungen nach Betrag',
      hour: 'Stunde',
      day: 'Tag',
      week: 'Woche',
      month: 'Monat',
      size: 'Betrag',
      received: 'Empfangen',
      sent: 'Gesendet',
      fees: 'Gebühren',
      total: 'Laufende Summe',
      unknown: 'Keine Zahlen',
      begins: 'Der Feed beginnt {time}. Für die Zeit davor gibt es keine Zahlen.',
      kept_since:
        'Ereignisse sind seit {time} aufbewahrt, höchstens {days} Tage lang. Für ältere gibt es keine Zahlen.',
      nothing: 'Keine Zahlungen.',
      filtered: 'Nur: {filter}.',
      of_failed:
        'Fehlgeschlagene Zahlungen haben nichts bezahlt: Es gibt keine Summen.',
      unfilter: 'Alles zeigen',
      incomplete: 'Die Zahlungen konnten nicht geladen werden.',
      no_chart:
        'Dieses LNbits hat kein Chart.js. Die Tabelle darunter zeigt dieselben Zahlen.',
      without_fiat: 'Nicht enthaltene Zahlungen ohne Betrag in {currency}: {count}.'
    },
    connect: {
      what: 'Ein Programm braucht diese Adresse und einen Schlüssel, um den Feed zu lesen.',
      inkey: 'Rechnungsschlüssel',
      access: 'Zugangsschlüssel',
      inkey_means:
        'Mit dem Rechnungsschlüssel lassen sich auch Rechnungen erstellen. Nehmen Sie ihn zum Testen und Zugangsschlüssel für Geräte.',
      access_means:
        'Zugangsschlüssel erstellen Sie unter „Schlüssel“. Jeder hat einen Namen und begrenzte Rechte und lässt sich widerrufen.',
      paste: 'Zugangsschlüssel einfügen',
      closed:
        'Der Feed dieser Wallet ist für den Rechnungsschlüssel geschlossen. Verwenden Sie einen Zugangsschlüssel.',
      no_key:
        'Fügen Sie einen Zugangsschlüssel ein. Dann erscheinen die Adresse und der Code.',
      show: 'Schlüssel anzeigen',
      hide: 'Schlüssel verbergen',
      address: 'WebSocket-Adresse',
      copy_address: 'Adresse kopieren',
      header: 'Schlüssel als Header',
      copy_header: 'Header kopieren',
      in_address: 'Adresse, die den Schlüssel enthält',
      in_address_means:
        'Nur für Programme, die keinen Header senden können: Adressen stehen in Protokollen und Verläufen.',
      copy_address_with_key: 'Adresse mit Schlüssel kopieren',
      verify: 'Signaturen prüfen',
      verify_means:
        'Der Code enthält dann das Signaturgeheimnis des Feeds. Es gehört nicht in eine Seite, die andere öffnen können.',
      verify_without_secret:
        'Der Eigentümer dieser Wallet hat das Signaturgeheimnis: Setzen Sie es an die Stelle von whsec_….',
      copy_snippet: 'Code kopieren',
      qr: 'Die Adresse, für ein Telefon oder ein Gerät. Mit diesem Schlüssel lässt sich der Feed lesen.',
      language: {
        browser: 'Browser',
        vue: 'Vue',
        checkout: 'Bezahlseite',
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
      events: 'Ereignisse',
      by_name: 'Arten nach Namen',
      names: 'Namen der Arten, durch Kommas getrennt',
      names_hint:
        'Zum Beispiel: payment, door. Der Name message steht für alle Nachrichten.',
      minimum: 'Mindestens (sat)',
      status: 'Status',
      statuses: {confirmed: 'Bestätigt', failed: 'Fehlgeschlagen', any: 'Jeder Status'},
      payment_hash: 'Zahlungs-Hash',
      external_id: 'Externe Kennung der Rechnung',
      from: 'ab {amount}',
      tag: 'Tag {tag}',
      hash: 'Zahlung {start}…',
      id: 'externe Kennung {id}',
      since: 'von {day}',
      until: 'bis {day}'
    },
    keys: {
      title: 'Zugangsschlüssel',
      what: 'Erstellen Sie für jedes Gerät oder Programm einen eigenen Schlüssel, um es zu erkennen und ihn widerrufen zu können.',
      none: 'Noch keine Zugangsschlüssel.',
      failed: 'Die Zugangsschlüssel konnten nicht geladen werden.',
      create: 'Schlüssel erstellen',
      name: 'Name',
      name_hint:
        'Das Gerät oder Programm, das diesen Schlüssel benutzt, zum Beispiel: vordere Kasse',
      scope: {
        read: 'read: Zahlungen und Nachrichten empfangen',
        notify: 'notify: Nachrichten senden',
        balance: 'balance: das Guthaben der Wallet empfangen'
      },
      narrow: 'Nur manche Ereignisse lesen',
      narrow_means:
        'Der Filter steht für den Schlüssel fest. So ein Schlüssel kann nicht senden und sieht kein Guthaben.',
      public: 'Öffentlich',
      public_means:
        'Für eine Seite, die alle öffnen können: Memo, Kommentar und Ihre eigenen Kennungen einer Zahlung sind leer.',
      rename: 'Umbenennen',
      rename_name: '{name} umbenennen',
      rename_question: 'Neuer Name des Schlüssels „{name}“',
      expiry: 'Läuft ab',
      expiries: {
        never: 'nie',
        minutes: 'in 10 Minuten',
        hour: 'in 1 Stunde',
        day: 'in 1 Tag',
        month: 'in 30 Tagen',
        year: 'in 1 Jahr'
      },
      once: 'Dieser Schlüssel wird nur einmal angezeigt. Speichern Sie ihn jetzt.',
      stored: 'Ich habe ihn gespeichert',
      used: 'benutzt {age}',
      unused: 'nie benutzt',
      lag: 'nicht quittiert: {lag}',
      expires: 'läuft ab: {time}',
      expired: 'abgelaufen',
      revoked: 'widerrufen',
      revoke: 'Widerrufen',
      revoke_name: '{name} widerrufen',
      revoke_really:
        'Den Schlüssel „{name}“ widerrufen? Programme, die ihn benutzen, werden sofort getrennt. Jetzt verbunden: {count}.',
      revoked_keys: 'Widerrufene Schlüssel: {count}',
      close: 'Feed schließen',
      close_question:
        'Den Feed für den Rechnungsschlüssel schließen? Programme, die ihn benutzen, werden sofort getrennt. Jetzt verbunden, außer dieser Seite: {count}.',
      allow_inkey: 'Der Rechnungsschlüssel darf den Feed lesen',
      allow_inkey_means:
        'Wenn dies aus ist, lesen nur Zugangsschlüssel und Ihr Admin-Schlüssel den Feed.',
      mirror_to_inkey: 'Zahlungen auf LNbits’ eigenen Socket spiegeln',
      mirror_to_inkey_means:
        'Wenn dies an ist, empfangen auch Programme an LNbits’ eigenem WebSocket des Rechnungsschlüssels die Frames von Payfeed.',
      mirror_question:
        'Das Spiegeln beenden? Programme am eigenen WebSocket von LNbits mit dem Rechnungsschlüssel empfangen keine Frames von Payfeed mehr. Payfeed kann sie nicht zählen.',
      stop_mirror: 'Spiegeln beenden',
      extra_members: 'Felder aus LNbits’ extra',
      extra_members_means:
        'Zahlungen enthalten diese Felder, zum Beispiel eine Bestellnummer, die Ihr Shop dort ablegt. Namen durch Kommas getrennt, höchstens 10.',
      secret: 'Signaturgeheimnis',
      secret_means:
        'Programme prüfen mit diesem Geheimnis, dass ein Ereignis aus diesem Feed stammt und unverändert ist.',
      channel: 'Kanal',
      channel_means:
        'LNbits’ eigener WebSocket mit diesem Namen überträgt ebenfalls die Ereignisse. Alle, die den Namen kennen, können dorthin schreiben: Prüfen Sie die Signaturen.',
      rotate: 'Erneuern',
      rotate_secret:
        'Ein neues Signaturgeheimnis erstellen. Programme, die Signaturen prüfen, brauchen das neue. Wie lange bleibt das jetzige gültig? Clients von Payfeed 0.1.0 nehmen kein Ereignis an, solange beide gelten. Jetzt verbunden, außer dieser Seite: {count}.',
      overlap: 'Ereignisse werden bis {until} auch mit dem vorigen Geheimnis signiert.',
      end_question:
        'Das vorige Geheimnis jetzt beenden? Programme, die es noch benutzen, können Ereignisse nicht mehr prüfen. Jetzt verbunden, außer dieser Seite: {count}.',
      rotated_secret: 'Der Feed hat ein neues Signaturgeheimnis.',
      rotated_channel: 'Der Feed hat einen neuen Kanal.',
      rotate_channel:
        'Einen neuen Kanal erstellen? Programme, die den alten benutzen, empfangen keine Ereignisse mehr. Payfeed kann sie nicht zählen.'
    },
    kept_events: {
      title: 'Aufbewahrte Ereignisse',
      since: 'Ereignisse seit {time}: {events}, {mib} MiB.',
      none: 'Noch keine Ereignisse.',
      limits:
        'Ereignisse werden {days} Tage aufbewahrt, höchstens {events} und {mib} MiB. Diese Grenzen setzt die Verwaltung dieses Servers.',
      before: 'Löschen, was aufgezeichnet wurde vor (UTC)',
      erase: 'Löschen',
      all: 'Alle Ereignisse löschen',
      nothing: 'Vor {day} wurden keine Ereignisse aufgezeichnet.',
      question:
        'Die vor {day} aufgezeichneten Ereignisse endgültig löschen? Anzahl der Ereignisse: {events}.',
      question_all:
        'Alle Ereignisse dieses Feeds endgültig löschen? Anzahl der Ereignisse: {events}.',
      erased: 'Gelöschte Ereignisse: {events}.'
    },
    webhooks: {
      title: 'Webhooks',
      what: 'Payfeed sendet Ereignisse als signierte Anfragen an die URL Ihres Programms und wiederholt sie drei Tage lang, bis sie ankommen.',
      none: 'Noch keine Webhooks.',
      create: 'Webhook erstellen',
      change: 'Webhook ändern',
      save: 'Speichern',
      created:
        'Der Webhook ist erstellt. Kopieren Sie sein Geheimnis in Ihr Programm und senden Sie dann einen Test.',
      changed: 'Der Webhook ist geändert.',
      state: {
        delivering: 'Stellt zu',
        sending: 'Sendet, {waiting} warten',
        retrying: 'Wiederholt seit {since}, {waiting} warten',
        paused: 'Von Ihnen abgeschaltet',
        gone: 'Angehalten: Der Empfänger hat 410 geantwortet',
        failed: 'Angehalten: Fünf Tage lang schlug jede Anfrage fehl',
        blocked: 'Angehalten: Ein Ereignis ließ sich nicht der Reihe nach zustellen'
      },
      since: 'seit {since}',
      probe: 'nächster Versuch {time}',
      waiting: 'wartend: {waiting}',
      lag: 'noch nicht versucht: {lag}',
      failed: 'fehlgeschlagen: {failed}',
      in_order: 'der Reihe nach',
      url_hint: 'Sie beginnt mit https://',
      description: 'Beschreibung',
      description_hint: 'Zum Beispiel: Webshop',
      ordered: 'Der Reihe nach zustellen',
      ordered_what:
        'Jedes Ereignis wartet, bis das vorige zugestellt ist. Lässt sich ein Ereignis drei Tage lang nicht zustellen, hält der Webhook an.',
      test: 'Test senden',
      test_passed: 'Zugestellt: Status {status} nach {ms} ms.',
      test_failed: 'Nicht zugestellt: Status {status} nach {ms} ms.',
      test_no_answer: 'Nicht zugestellt: {error}',
      edit: 'Bearbeiten',
      secret: 'Geheimnis',
      secret_what:
        'Ihr Programm prüft damit jede Anfrage, mit einer Bibliothek von Standard Webhooks.',
      rotate_question:
        'Ein neues Geheimnis erstellen. Wie lange bleibt das jetzige gültig? Noch nicht zugestellt: {count}.',
      overlaps: {
        hour: '1 Stunde lang',
        day: '1 Tag lang',
        week: '7 Tage lang',
        none: 'Es endet sofort, für ein bekannt gewordenes Geheimnis'
      },
      rotated: 'Der Webhook hat ein neues Geheimnis.',
      overlap: 'Anfragen werden bis {until} auch mit dem vorigen Geheimnis signiert.',
      end: 'Jetzt beenden',
      end_question:
        'Das vorige Geheimnis jetzt beenden? Programme, die es noch benutzen, können Anfragen nicht mehr prüfen. Noch nicht zugestellt: {count}.',
      ended: 'Das vorige Geheimnis ist beendet.',
      disable: 'Abschalten',
      disable_question:
        'Diesen Webhook abschalten? Es wird nichts gesendet, bis Sie ihn einschalten. Dann wählen Sie, ob die Ereignisse dazwischen gesendet werden. Noch nicht zugestellt: {count}.',
      disabled: 'Der Webhook ist abgeschaltet.',
      enable: 'Einschalten',
      enable_question: 'Diesen Webhook einschalten. Wo macht er weiter?',
      starts: {
        stopped: 'Wo er aufgehört hat: Verpasste Ereignisse werden gesendet',
        now: 'Ab jetzt: Verpasste Ereignisse werden nicht gesendet'
      },
      enabled: 'Der Webhook ist eingeschaltet.',
      delete: 'Löschen',
      delete_question:
        'Den Webhook „{name}“ löschen? Er sendet nichts mehr, auch nicht, was noch wartet. Sein Geheimnis und seine Liste der Zustellungen werden gelöscht. Die Ereignisse bleiben im Feed. Noch nicht zugestellt: {count}.',
      deleted: 'Der Webhook ist gelöscht.',
      resend: 'Noch einmal senden',
      resend_failed: 'Alle fehlgeschlagenen noch einmal senden',
      resent: 'Noch einmal gesendet: {count}',
      delivery: {
        title: 'Zustellungen',
        show: 'Zeigen',
        all: 'Alle',
        delivered: 'Zugestellt',
        waiting: 'Wartend',
        retrying: 'In Wiederholung',
        failed: 'Fehlgeschlagen',
        attempts: 'Versuche: {attempts}',
        next: 'nächster Versuch {time}',
        status: 'Status {status} nach {ms} ms',
        probe: 'Probe',
        none: 'Keine Zustellungen.',
        more: 'Ältere Zustellungen laden'
      }
    },
    subscribers: {
      title: 'Verbundene Abonnenten',
      what: 'Programme und Seiten, die jetzt mit diesem Feed verbunden sind. Diese Seite ist eine davon.',
      since: 'verbunden {age} von {address}',
      lag: 'im Rückstand: {lag}',
      no_lag: 'auf dem neuesten Stand',
      failed:
        'Die Liste konnte nicht geladen werden. Der nächste Versuch ist in 2 Sekunden.'
    },
    send: {
      purpose:
        'Ausprobieren, was Programme empfangen: ein Ereignis oder eine eigene Nachricht an alle Abonnenten senden.',
      test_title: 'Testereignis',
      test_what: 'Alle Abonnenten empfangen es. Es ist keine Zahlung.',
      test: 'Testereignis senden',
      title: 'Eigene Nachricht',
      what: 'Alle Abonnenten empfangen sie, und sie wird wie eine Zahlung gespeichert.',
      text: 'Text',
      json: 'JSON',
      message: 'Nachricht',
      hint_text: 'Wird unverändert gesendet.',
      hint_json: 'Ein Objekt mit "type" wird ein Frame dieser Art.',
      send: 'Senden',
      sent: 'Gesendet als {id}. Verbundene Abonnenten: {delivered}.',
      too_long: 'Die Nachricht ist länger als {bytes} Bytes.',
      invalid_json: 'Das ist kein gültiges JSON: {error}',
      infinite: 'Eine Zahl ist zu groß.',
      too_deep: 'Die Nachricht ist tiefer als {nesting} Ebenen verschachtelt.',
      reserved_member: 'Das Feld "{member}" ist reserviert.',
      reserved_type: 'Die Art "{type}" ist reserviert.',
      invalid_type:
        'Eine Art hat 1 bis 64 Zeichen: a bis z, 0 bis 9, Punkt, Bindestrich und Unterstrich.'
    },
    server: {
      title: 'Dieser Server',
      what: 'Alle Benutzer zusammen, für Administratoren von LNbits. Zahlungen, Namen und Beträge werden nicht gezeigt.',
      health: 'Zustand',
      ok: 'In Ordnung',
      not_ok: 'Gestört',
      feeds: 'Feeds',
      inactive: 'nicht aktiv: {count}',
      events: 'Aufbewahrte Ereignisse',
      disk: 'Auf der Platte',
      wallets: 'Wallets: {count}',
      retrying: 'wiederholen: {count}',
      failing: 'scheitern: {count}',
      disabled: 'abgeschaltet: {count}',
      off: 'auf diesem Server ausgeschaltet',
      recording: 'Aufzeichnung',
      looked: 'Letzte Suche nach Zahlungen',
      under_way: 'Zahlungen, die noch einmal gelesen werden',
      audit: 'Vergleich aller Zahlungen',
      first_round: 'Der erste läuft noch.',
      rounds: 'abgeschlossen: {count}, zuletzt {time}',
      since: 'Gezählt seit dem Start',
      recorded: 'Aufgezeichnete Ereignisse',
      reconciled: 'Davon durch Suchen gefunden',
      delivered: 'An Leser gesendete Ereignisse',
      refused: 'Abgewiesene Anfragen und Verbindungen',
      largest: 'Größte Feeds',
      wallet_id: 'Wallet-ID',
      size: 'Größe',
      copy_id: 'Wallet-ID {id} kopieren',
      counted: 'Gezählt {time}, alle fünf Minuten.',
      counting: 'Die Feeds werden gezählt.'
    },
    public_display: {
      connected: 'verbunden',
      connecting: 'Verbindung wird aufgebaut …',
      reconnecting: 'Nicht verbunden.',
      next: 'Neuer Versuch in {seconds} s',
      not_connected: 'Nicht verbunden',
      page: 'Payfeed-Anzeige',
      no_key:
        'Die Adresse dieser Seite enthält keinen Schlüssel. Öffnen Sie die Adresse, die Payfeed für diese Anzeige nennt, oder hängen Sie # und einen Zugangsschlüssel an.',
      none: 'Wartet auf eine Zahlung',
      total: 'Summe: {total}',
      goal: 'Fortschritt bis zum Ziel',
      of_goal: '{percent} von {goal}',
      enable_sound: 'Für Ton tippen'
    },
    displays: {
      title: 'Anzeigen für die Theke oder den Stream',
      what: 'Eine Anzeige ist eine öffentliche Seite mit der letzten Zahlung. Speichern Sie eine und öffnen Sie ihre Adresse auf dem Gerät.',
      why: 'Alle, die diese Adresse haben, sehen Beträge und Zeiten empfangener Zahlungen, aber keine Memos. Der Schlüssel steht hinter dem #, kein Server protokolliert ihn.',
      own_key:
        'Nur wem die Wallet gehört, kann Anzeigen speichern. Diese Adresse funktioniert mit einem Zugangsschlüssel, den Sie von dort haben. Alle mit dieser Adresse können lesen, was der Schlüssel liest.',
      none: 'Noch keine Anzeigen.',
      failed: 'Die Anzeigen konnten nicht geladen werden.',
      create: 'Neue Anzeige',
      save: 'Anzeige speichern',
      name: 'Name',
      name_hint: 'Wo sie zu sehen ist, zum Beispiel: vordere Theke',
      revoked:
        'Ihr Schlüssel ist widerrufen: Entfernen Sie sie und legen Sie eine neue Anzeige an.',
      open_name: '{name} öffnen',
      show_name: 'Adresse von {name}',
      edit_name: '{name} bearbeiten',
      remove_name: '{name} entfernen',
      remove: 'Entfernen',
      remove_question:
        'Die Anzeige „{name}“ entfernen? Ihr Schlüssel wird widerrufen: Jeder Bildschirm, der sie zeigt, hört auf. Jetzt verbunden: {count}.',
      key: 'Zugangsschlüssel mit dem Recht read',
      key_invalid: 'Das ist kein Zugangsschlüssel.',
      address: 'Adresse der Anzeige',
      preview: 'Vorschau',
      background: 'Hintergrund',
      backgrounds: {
        lnbits: 'Thema von LNbits',
        dark: 'dunkel',
        light: 'hell',
        transparent: 'durchsichtig, für Overlays'
      },
      heading: 'Überschrift',
      total: 'Laufende Summe seit',
      totals: {none: 'keine Summe', today: 'heute', time: 'eine gewählte Zeit'},
      since: 'Seit',
      goal: 'Ziel der Summe (sat)',
      recent: 'Anzahl der letzten Zahlungen',
      min_amount: 'Mindestbetrag (sat)',
      alert: 'Sekunden, die eine Zahlung zu sehen ist (0: immer)',
      fiat: 'Wert in Fiat, wo LNbits ihn kennt',
      memos: 'Memos, wenn der Schlüssel sie liest',
      sound: 'Ton bei jeder Zahlung',
      volume: 'Lautstärke (0 bis 100)',
      qr: 'QR-Code einer Lightning-Adresse oder LNURL',
      qr_invalid: 'Das ist weder eine Lightning-Adresse noch eine LNURL.'
    }
  },
  'de'
)
