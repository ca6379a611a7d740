Payfeed.addTexts(
  'it',
  {
    wallet: 'Portafoglio',
    no_wallet: 'Non hai ancora un portafoglio. Creane uno per vedere il suo feed.',
    received: 'Ricevuto: {amount}',
    received_in: '{wallet} ha ricevuto {amount}',
    open: 'Apri',
    copy: 'Copia',
    copied: 'Copiato',
    not_copied:
      'Questo browser non permette alla pagina di copiare. Seleziona il testo e copialo.',
    close: 'Chiudi',
    qr: 'Codice QR',
    cancel: 'Annulla',
    documentation: 'Documentazione',
    show: 'Mostra',
    hide: 'Nascondi',
    owner_only:
      'Solo il proprietario di questo portafoglio può vedere e cambiare questo.',
    failure: {
      no_response:
        'LNbits non risponde. Controlla che sia in funzione e che questo dispositivo sia in rete, poi riprova.',
      status: 'LNbits ha risposto con lo stato {status}. Riprova più tardi.'
    },
    tab: {
      live: 'In diretta',
      plots: 'Grafici',
      connect: 'Collega',
      keys: 'Chiavi',
      webhooks: 'Webhook',
      subscribers: 'Abbonati',
      send: 'Invia',
      display: 'Schermi',
      server: 'Server'
    },
    state: {
      connected: 'Collegato: i pagamenti appaiono subito.',
      connecting: 'Collegamento …',
      reconnecting: 'Non collegato. Nessun evento andrà perso.',
      next: 'Prossimo tentativo tra {seconds} s.',
      disconnected: 'Non collegato: {reason}',
      now: 'Prova ora'
    },
    live: {
      what: 'Pagamenti e messaggi di questo wallet, quando arrivano.',
      search: 'Cerca',
      filters: 'Filtri',
      export: 'Esporta',
      export_question:
        'Esporta tutti gli eventi conservati che i filtri lasciano passare, non solo quelli caricati qui. Una ricerca non li restringe.',
      formats: {
        csv: 'Pagamenti come CSV, per un foglio di calcolo',
        jsonl: 'Tutti gli eventi come righe JSON, con firme'
      },
      type: 'Tipo',
      types: {
        all: 'Tutti gli eventi',
        payment: 'Pagamenti',
        message: 'Messaggi',
        test: 'Test'
      },
      direction: 'Direzione',
      directions: {both: 'Ricevuti e inviati', in: 'Ricevuto', out: 'Inviato'},
      min_amount: 'Importo minimo (sat)',
      tag: 'Tag',
      from: 'Dal',
      to: 'Al',
      in: 'Ricevuto',
      out: 'Inviato',
      pending: 'In attesa',
      failed: 'Non riuscito',
      message: 'Messaggio',
      test: 'Test',
      no_memo: 'nessuna nota',
      fee: 'commissione {amount}',
      nothing: 'Nessun evento corrisponde.',
      loading: 'Caricamento …',
      more: 'Carica eventi precedenti',
      beginning: 'Non ci sono eventi precedenti.',
      not_kept:
        'Questo evento non è nel feed di questo portafoglio o non è più conservato.'
    },
    today: {
      title: 'Oggi e ieri',
      received: 'Ricevuto',
      sent: 'Inviato',
      fees: 'Commissioni',
      payments: 'Pagamenti',
      balance: 'Saldo',
      yesterday: 'ieri {value}',
      failed: 'Impossibile caricare le somme di oggi.'
    },
    event: {
      received: 'Ricevuto, confermato',
      sent: 'Inviato, confermato',
      pending: 'In attesa: non ancora pagato',
      failed: 'Non riuscito: nulla è stato pagato',
      fiat: 'Valore al pagamento',
      fee: 'Commissione',
      settled: 'Regolato',
      recorded: 'Registrato',
      memo: 'Nota',
      comment: 'Commento',
      external_id: 'Identificativo esterno',
      labels: 'Etichette',
      truncated: 'Tagliato perché troppo lungo',
      id: 'Id dell’evento',
      copy_hash: 'Copia l’hash del pagamento',
      webhook: 'Webhook {name}',
      wallet: 'Apri il portafoglio in LNbits',
      frame: 'Frame come JSON',
      copy_frame: 'Copia il frame'
    },
    empty_feed: {
      title: 'Ancora nessun pagamento',
      what: 'Crea una fattura e pagala da qualsiasi portafoglio. Il pagamento appare qui subito.',
      create: 'Crea una fattura di {amount}',
      memo: 'Il mio primo pagamento Payfeed',
      scan: 'Scansiona o copia questa fattura e pagala.',
      connect: 'Collega un programma',
      display: 'Apri uno schermo'
    },
    plots: {
      what: 'Ciò che questo wallet ha ricevuto e inviato nel tempo, o quanto sono grandi i suoi pagamenti.',
      sums: 'Ricevuto, inviato, commissioni e totale progressivo',
      sizes: 'Numero di pagamenti per importo',
      hour: 'Ora',
      day: 'Giorno',
      week: 'Settimana',
      month: 'Mese',
      size: 'Importo',
      received: 'Ricevuto',
      sent: 'Inviato',
      fees: 'Commissioni',
      total: 'Totale progressivo',
      unknown: 'Nessuna cifra',
      begins: 'Il feed inizia il {time}. Non ci sono cifre per il tempo precedente.',
      kept_since:
        'Gli eventi sono conservati dal {time}, per al massimo {days} giorni. Non ci sono cifre per quelli più vecchi.',
      nothing: 'Nessun pagamento.',
      filtered: 'Solo: {filter}.',
      of_failed: 'I pagamenti non riusciti non hanno pagato nulla: non ci sono somme.',
      unfilter: 'Mostra tutto',
      incomplete: 'Impossibile caricare i pagamenti.',
      no_chart:
        'Questo LNbits non ha Chart.js. La tabella qui sotto mostra gli stessi numeri.',
      without_fiat: 'Pagamenti senza importo in {currency}, non inclusi: {count}.'
    },
    connect: {
      what: 'Un programma ha bisogno di questo indirizzo e di una chiave per leggere il feed.',
      inkey: 'Chiave fattura',
      access: 'Chiave di accesso',
      inkey_means:
        'La chiave fattura può anche creare fatture. Usala per le prove, e le chiavi di accesso per i dispositivi.',
      access_means:
        'Crea le chiavi di accesso nella scheda Chiavi. Ognuna ha un nome e permessi limitati, e può essere revocata.',
      paste: 'Incolla la chiave di accesso',
      closed:
        'Il proprietario di questo portafoglio ha chiuso il feed alla chiave fattura. Usa una chiave di accesso.',
      no_key: 'Incolla una chiave di accesso. Allora appaiono l’indirizzo e il codice.',
      show: 'Mostra la chiave',
      hide: 'Nascondi la chiave',
      address: 'Indirizzo WebSocket',
      copy_address: 'Copia l’indirizzo',
      header: 'Chiave, come intestazione',
      copy_header: 'Copia l’intestazione',
      in_address: 'Indirizzo che contiene la chiave',
      in_address_means:
        'Solo per programmi che non possono inviare un’intestazione: gli indirizzi restano nei log e nelle cronologie.',
      copy_address_with_key: 'Copia l’indirizzo con la chiave',
      verify: 'Verifica le firme',
      verify_means:
        'Il codice contiene allora il segreto di firma del feed. Non metterlo in una pagina che altri possono aprire.',
      verify_without_secret:
        'Il proprietario di questo wallet ha il segreto di firma: mettilo al posto di whsec_….',
      copy_snippet: 'Copia il codice',
      qr: 'L’indirizzo, per un telefono o un dispositivo. Chiunque abbia questa chiave può leggere il feed.',
      language: {
        browser: 'Browser',
        vue: 'Vue',
        checkout: 'Pagina di pagamento',
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
      events: 'Eventi',
      by_name: 'Tipi per nome',
      names: 'Nomi dei tipi, separati da virgole',
      names_hint:
        'Per esempio: payment, door. Il nome message vale per tutti i messaggi.',
      minimum: 'Minimo (sat)',
      status: 'Stato',
      statuses: {
        confirmed: 'Confermato',
        failed: 'Non riuscito',
        any: 'Qualsiasi stato'
      },
      payment_hash: 'Hash del pagamento',
      external_id: 'Identificativo esterno della fattura',
      from: 'da {amount}',
      tag: 'tag {tag}',
      hash: 'pagamento {start}…',
      id: 'identificativo esterno {id}',
      since: 'dal {day}',
      until: 'al {day}'
    },
    keys: {
      title: 'Chiavi di accesso',
      what: 'Crea una chiave per ogni dispositivo o programma, per riconoscerlo e poterla revocare.',
      none: 'Ancora nessuna chiave di accesso.',
      failed: 'Impossibile caricare le chiavi di accesso.',
      create: 'Crea una chiave',
      name: 'Nome',
      name_hint:
        'Il dispositivo o il programma che usa questa chiave, per esempio: cassa principale',
      scope: {
        read: 'read: ricevere pagamenti e messaggi',
        notify: 'notify: inviare messaggi',
        balance: 'balance: ricevere il saldo del portafoglio'
      },
      narrow: 'Leggere solo alcuni eventi',
      narrow_means:
        'Il filtro è fisso per la chiave. Una chiave così non può inviare e non vede il saldo.',
      public: 'Pubblica',
      public_means:
        'Per una pagina che chiunque può aprire: nota, commento e i tuoi identificativi di un pagamento sono vuoti.',
      rename: 'Rinomina',
      rename_name: 'Rinomina {name}',
      rename_question: 'Nuovo nome della chiave «{name}»',
      expiry: 'Scade',
      expiries: {
        never: 'mai',
        minutes: 'tra 10 minuti',
        hour: 'tra 1 ora',
        day: 'tra 1 giorno',
        month: 'tra 30 giorni',
        year: 'tra 1 anno'
      },
      once: 'Questa chiave viene mostrata una sola volta. Salvala ora.',
      stored: 'L’ho salvata',
      used: 'usata {age}',
      unused: 'mai usata',
      lag: 'non confermati: {lag}',
      expires: 'scade {time}',
      expired: 'scaduta',
      revoked: 'revocata',
      revoke: 'Revoca',
      revoke_name: 'Revoca {name}',
      revoke_really:
        'Revocare la chiave «{name}»? I programmi che la usano vengono scollegati subito. Collegati ora: {count}.',
      revoked_keys: 'Chiavi revocate: {count}',
      close: 'Chiudi il feed',
      close_question:
        'Chiudere il feed alla chiave fattura? I programmi che la usano vengono scollegati subito. Collegati ora, oltre a questa pagina: {count}.',
      allow_inkey: 'Permetti alla chiave fattura di leggere il feed',
      allow_inkey_means:
        'Se è disattivato, solo le chiavi di accesso e la tua chiave di amministrazione leggono il feed.',
      mirror_to_inkey: 'Replica i pagamenti sul socket di LNbits',
      mirror_to_inkey_means:
        'Se è attivo, anche i programmi che usano il WebSocket di LNbits con la chiave fattura ricevono i frame di Payfeed.',
      mirror_question:
        'Fermare la replica? I programmi sul WebSocket di LNbits con la chiave fattura non ricevono più frame di Payfeed. Payfeed non può contarli.',
      stop_mirror: 'Ferma la replica',
      extra_members: 'Membri di extra di LNbits',
      extra_members_means:
        'I pagamenti portano questi membri, per esempio un numero d’ordine che il tuo negozio vi salva. Nomi separati da virgole, al massimo 10.',
      secret: 'Segreto di firma',
      secret_means:
        'Con questo segreto i programmi verificano che un evento viene da questo feed ed è immutato.',
      channel: 'Canale',
      channel_means:
        'Anche il WebSocket di LNbits con questo nome porta gli eventi in diretta. Chiunque conosca il nome può scriverci: verifica le firme.',
      rotate: 'Ruota',
      rotate_secret:
        'Crea un nuovo segreto di firma. I programmi che verificano le firme hanno bisogno di quello nuovo. Per quanto resta valido quello attuale? I client di Payfeed 0.1.0 non accettano eventi finché sono validi entrambi. Collegati ora, oltre a questa pagina: {count}.',
      overlap:
        'Gli eventi sono firmati anche con il segreto precedente, fino a {until}.',
      end_question:
        'Terminare ora il segreto precedente? I programmi che lo usano ancora non potranno più verificare gli eventi. Collegati ora, oltre a questa pagina: {count}.',
      rotated_secret: 'Il feed ha un nuovo segreto di firma.',
      rotated_channel: 'Il feed ha un nuovo canale.',
      rotate_channel:
        'Creare un nuovo canale? I programmi che usano il vecchio non ricevono più eventi. Payfeed non può contarli.'
    },
    kept_events: {
      title: 'Eventi conservati',
      since: 'Eventi da {time}: {events}, {mib} MiB.',
      none: 'Ancora nessun evento.',
      limits:
        'Gli eventi sono conservati per {days} giorni, al massimo {events} e {mib} MiB. L’amministratore di questo server stabilisce questi limiti.',
      before: 'Cancella ciò che è stato registrato prima del (UTC)',
      erase: 'Cancella',
      all: 'Cancella tutti gli eventi',
      nothing: 'Nessun evento è stato registrato prima del {day}.',
      question:
        'Cancellare per sempre gli eventi registrati prima del {day}? Numero di eventi: {events}.',
      question_all:
        'Cancellare per sempre tutti gli eventi di questo feed? Numero di eventi: {events}.',
      erased: 'Eventi cancellati: {events}.'
    },
    webhooks: {
      title: 'Webhook',
      what: 'Payfeed invia gli eventi all’URL del tuo programma come richieste firmate, e le ripete per tre giorni finché arrivano.',
      none: 'Ancora nessun webhook.',
      create: 'Crea un webhook',
      change: 'Cambia il webhook',
      save: 'Salva',
      created:
        'Il webhook è creato. Copia il suo segreto nel tuo programma, poi invia un test.',
      changed: 'Il webhook è cambiato.',
      state: {
        delivering: 'In consegna',
        sending: 'Invio, {waiting} in attesa',
        retrying: 'Nuovi tentativi da {since}, {waiting} in attesa',
        paused: 'Disattivato da te',
        gone: 'Fermo: il destinatario ha risposto 410',
        failed: 'Fermo: tutte le richieste sono fallite per cinque giorni',
        blocked: 'Fermo: un evento non poteva essere consegnato in ordine'
      },
      since: 'da {since}',
      probe: 'prossimo sondaggio {time}',
      waiting: 'in attesa: {waiting}',
      lag: 'non ancora tentati: {lag}',
      failed: 'non riusciti: {failed}',
      in_order: 'in ordine',
      url_hint: 'Comincia con https://',
      description: 'Descrizione',
      description_hint: 'Per esempio: negozio online',
      ordered: 'Consegna in ordine',
      ordered_what:
        'Ogni evento aspetta che il precedente sia consegnato. Se un evento non può essere consegnato per tre giorni, il webhook si ferma.',
      test: 'Invia un test',
      test_passed: 'Consegnato: stato {status} dopo {ms} ms.',
      test_failed: 'Non consegnato: stato {status} dopo {ms} ms.',
      test_no_answer: 'Non consegnato: {error}',
      edit: 'Modifica',
      secret: 'Segreto',
      secret_what:
        'Il tuo programma lo usa per verificare ogni richiesta, con una libreria di Standard Webhooks.',
      rotate_question:
        'Crea un nuovo segreto. Per quanto resta valido quello attuale? Non ancora consegnati: {count}.',
      overlaps: {
        hour: 'Per 1 ora',
        day: 'Per 1 giorno',
        week: 'Per 7 giorni',
        none: 'Termina subito, per un segreto trapelato'
      },
      rotated: 'Il webhook ha un nuovo segreto.',
      overlap:
        'Le richieste sono firmate anche con il segreto precedente, fino a {until}.',
      end: 'Termina ora',
      end_question:
        'Terminare ora il segreto precedente? I programmi che lo usano ancora non potranno più verificare le richieste. Non ancora consegnati: {count}.',
      ended: 'Il segreto precedente è terminato.',
      disable: 'Disattiva',
      disable_question:
        'Disattivare questo webhook? Nulla viene inviato finché non lo attivi. Allora scegli se inviare gli eventi nel frattempo. Non ancora consegnati: {count}.',
      disabled: 'Il webhook è disattivato.',
      enable: 'Attiva',
      enable_question: 'Attiva questo webhook. Da dove continua?',
      starts: {
        stopped: 'Da dove si è fermato: gli eventi persi vengono inviati',
        now: 'Da ora: gli eventi persi non vengono inviati'
      },
      enabled: 'Il webhook è attivo.',
      delete: 'Elimina',
      delete_question:
        'Eliminare il webhook «{name}»? Non invia più nulla, nemmeno ciò che è in attesa. Il suo segreto e la lista delle consegne vengono eliminati. Gli eventi restano nel feed. Non ancora consegnati: {count}.',
      deleted: 'Il webhook è eliminato.',
      resend: 'Reinvia',
      resend_failed: 'Reinvia tutti i non riusciti',
      resent: 'Reinviati: {count}',
      delivery: {
        title: 'Consegne',
        show: 'Mostra',
        all: 'Tutte',
        delivered: 'Consegnato',
        waiting: 'In attesa',
        retrying: 'Nuovi tentativi',
        failed: 'Non riuscito',
        attempts: 'tentativi: {attempts}',
        next: 'prossimo tentativo {time}',
        status: 'stato {status} dopo {ms} ms',
        probe: 'sondaggio',
        none: 'Nessuna consegna.',
        more: 'Carica consegne precedenti'
      }
    },
    subscribers: {
      title: 'Abbonati collegati',
      what: 'Programmi e pagine connessi ora a questo feed. Questa pagina è tra loro.',
      since: 'collegato {age} da {address}',
      lag: 'in ritardo: {lag}',
      no_lag: 'aggiornato',
      failed: 'Impossibile caricare la lista. Il prossimo tentativo è tra 2 secondi.'
    },
    send: {
      purpose:
        'Prova ciò che ricevono i programmi: invia un evento o un messaggio tuo a tutti gli abbonati.',
      test_title: 'Evento di test',
      test_what: 'Tutti gli abbonati lo ricevono. Non è un pagamento.',
      test: 'Invia un evento di test',
      title: 'Messaggio personalizzato',
      what: 'Tutti gli abbonati lo ricevono, ed è conservato come un pagamento.',
      text: 'Testo',
      json: 'JSON',
      message: 'Messaggio',
      hint_text: 'Inviato senza modifiche.',
      hint_json: 'Un oggetto con "type" diventa un frame di quel tipo.',
      send: 'Invia',
      sent: 'Inviato come {id}. Abbonati collegati: {delivered}.',
      too_long: 'Il messaggio supera {bytes} byte.',
      invalid_json: 'Questo non è JSON valido: {error}',
      infinite: 'Un numero è troppo grande.',
      too_deep: 'Il messaggio ha più di {nesting} livelli di annidamento.',
      reserved_member: 'Il membro "{member}" è riservato.',
      reserved_type: 'Il tipo "{type}" è riservato.',
      invalid_type:
        'Un tipo ha da 1 a 64 caratteri: da a a z, da 0 a 9, punto, trattino e trattino basso.'
    },
    server: {
      title: 'Questo server',
      what: 'Tutti gli utenti insieme, per gli amministratori di LNbits. Non si mostrano pagamenti, nomi o importi di nessuno.',
      health: 'Stato',
      ok: 'In ordine',
      not_ok: 'Guasto',
      feeds: 'Feed',
      inactive: 'non attivi: {count}',
      events: 'Eventi conservati',
      disk: 'Sul disco',
      wallets: 'portafogli: {count}',
      retrying: 'in nuovo tentativo: {count}',
      failing: 'in errore: {count}',
      disabled: 'disattivati: {count}',
      off: 'disattivati su questo server',
      recording: 'Registrazione',
      looked: 'Ultima ricerca di pagamenti',
      under_way: 'Pagamenti che vengono riletti',
      audit: 'Confronto di tutti i pagamenti',
      first_round: 'Il primo è in corso.',
      rounds: 'completati: {count}, ultimo {time}',
      since: 'Contato dall’avvio',
      recorded: 'Eventi registrati',
      reconciled: 'Di cui trovati cercando',
      delivered: 'Eventi inviati ai lettori',
      refused: 'Richieste e connessioni rifiutate',
      largest: 'Feed più grandi',
      wallet_id: 'Id del portafoglio',
      size: 'Dimensione',
      copy_id: 'Copia l’id del portafoglio {id}',
      counted: 'Contato {time}, ogni cinque minuti.',
      counting: 'I feed vengono contati.'
    },
    public_display: {
      connected: 'collegato',
      connecting: 'Collegamento …',
      reconnecting: 'Non collegato.',
      next: 'Nuovo tentativo tra {seconds} s',
      not_connected: 'Non collegato',
      page: 'Schermo Payfeed',
      no_key:
        'L’indirizzo di questa pagina non ha una chiave. Apri l’indirizzo che Payfeed mostra per questo schermo, o aggiungi # e una chiave di accesso alla fine.',
      none: 'In attesa di un pagamento',
      total: 'Totale: {total}',
      goal: 'Progresso verso l’obiettivo',
      of_goal: '{percent} di {goal}',
      enable_sound: 'Tocca per il suono'
    },
    displays: {
      title: 'Schermi per il banco o lo streaming',
      what: 'Uno schermo è una pagina pubblica che mostra l’ultimo pagamento. Salvane uno, poi apri il suo indirizzo sul dispositivo.',
      why: 'Chiunque abbia questo indirizzo vede importi e ore dei pagamenti ricevuti, ma non le note. La chiave è dopo il #, quindi nessun server la registra.',
      own_key:
        'Solo il proprietario di un portafoglio può salvare schermi. Questo indirizzo funziona con una chiave di accesso che ti ha dato. Chiunque lo abbia può leggere ciò che legge la chiave.',
      none: 'Ancora nessuno schermo.',
      failed: 'Impossibile caricare gli schermi.',
      create: 'Nuovo schermo',
      save: 'Salva lo schermo',
      name: 'Nome',
      name_hint: 'Dove viene mostrato, per esempio: banco principale',
      revoked: 'La sua chiave è revocata: rimuovilo e crea un nuovo schermo.',
      open_name: 'Apri {name}',
      show_name: 'Indirizzo di {name}',
      edit_name: 'Modifica {name}',
      remove_name: 'Rimuovi {name}',
      remove: 'Rimuovi',
      remove_question:
        'Rimuovere lo schermo «{name}»? La sua chiave viene revocata: si ferma ovunque sia mostrato. Collegati ora: {count}.',
      key: 'Chiave di accesso con il permesso read',
      key_invalid: 'Questa non è una chiave di accesso.',
      address: 'Indirizzo dello schermo',
      preview: 'Anteprima',
      background: 'Sfondo',
      backgrounds: {
        lnbits: 'tema di LNbits',
        dark: 'scuro',
        light: 'chiaro',
        transparent: 'trasparente, per sovrapposizioni'
      },
      heading: 'Titolo',
      total: 'Totale progressivo da',
      totals: {none: 'nessun totale', today: 'oggi', time: 'un’ora scelta'},
      since: 'Da',
      goal: 'Obiettivo del totale (sat)',
      recent: 'Numero di pagamenti recenti',
      min_amount: 'Importo minimo (sat)',
      alert: 'Secondi in cui un pagamento è mostrato (0: sempre)',
      fiat: 'Valore in valuta fiat, se LNbits lo conosce',
      memos: 'Note, se la chiave le legge',
      sound: 'Suono a ogni pagamento',
      volume: 'Volume (da 0 a 100)',
      qr: 'Codice QR di un indirizzo Lightning o LNURL',
      qr_invalid: 'Questo non è né un indirizzo Lightning né una LNURL.'
    }
  },
  'it'
)
