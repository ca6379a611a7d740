Payfeed.addTexts(
  'cs',
  {
    wallet: 'Peněženka',
    no_wallet: 'Zatím nemáte peněženku. Vytvořte ji, abyste viděli její události.',
    received: 'Přijato: {amount}',
    copy: 'Kopírovat',
    copied: 'Zkopírováno',
    not_copied:
      'Tento prohlížeč stránce nedovoluje kopírovat. Označte text a zkopírujte ho.',
    close: 'Zavřít',
    qr: 'QR kód',
    cancel: 'Zrušit',
    documentation: 'Dokumentace',
    show: 'Zobrazit',
    hide: 'Skrýt',
    owner_only: 'Jen vlastník této peněženky to může vidět a měnit.',
    failure: {
      no_response:
        'LNbits neodpovídá. Zkontrolujte, že běží a že je toto zařízení online, a zkuste to znovu.',
      status: 'LNbits odpověděl stavem {status}. Zkuste to později.'
    },
    tab: {
      live: 'Živě',
      plots: 'Grafy',
      connect: 'Připojit',
      keys: 'Klíče',
      webhooks: 'Webhooky',
      subscribers: 'Odběratelé',
      send: 'Odeslat',
      display: 'Displeje'
    },
    state: {
      connected: 'Připojeno: platby se objeví okamžitě.',
      connecting: 'Připojování …',
      reconnecting: 'Nepřipojeno. Žádná událost se neztratí.',
      next: 'Další pokus za {seconds} s.',
      disconnected: 'Nepřipojeno: {reason}',
      now: 'Zkusit teď'
    },
    live: {
      what: 'Platby a zprávy této peněženky, jakmile dorazí.',
      search: 'Hledat',
      filters: 'Filtry',
      export: 'Exportovat',
      export_question:
        'Exportovat všechny uchované události, které projdou filtry, nejen ty zde načtené. Hledání je neomezuje.',
      formats: {
        csv: 'Platby jako CSV, pro tabulku',
        jsonl: 'Všechny události jako řádky JSON, s podpisy'
      },
      type: 'Typ',
      types: {
        all: 'Všechny události',
        payment: 'Platby',
        message: 'Zprávy',
        test: 'Testy'
      },
      direction: 'Směr',
      directions: {both: 'Přijaté a odeslané', in: 'Přijaté', out: 'Odeslané'},
      min_amount: 'Minimální částka (sat)',
      tag: 'Tag',
      from: 'Od',
      to: 'Do',
      in: 'Přijato',
      out: 'Odesláno',
      pending: 'Čeká',
      failed: 'Neúspěšná',
      message: 'Zpráva',
      test: 'Test',
      no_memo: 'bez popisu',
      fee: 'poplatek {amount}',
      nothing: 'Žádné odpovídající události.',
      loading: 'Načítání …',
      more: 'Načíst starší události',
      beginning: 'Starší události nejsou.',
      not_kept: 'Tato událost není mezi událostmi této peněženky nebo už není uchována.'
    },
    today: {
      title: 'Dnes a včera',
      received: 'Přijato',
      sent: 'Odesláno',
      fees: 'Poplatky',
      payments: 'Platby',
      balance: 'Zůstatek',
      yesterday: 'včera {value}',
      failed: 'Dnešní součty se nepodařilo načíst.'
    },
    event: {
      received: 'Přijato, potvrzeno',
      sent: 'Odesláno, potvrzeno',
      pending: 'Čeká: zatím nezaplaceno',
      failed: 'Neúspěšná: nic nebylo zaplaceno',
      fiat: 'Hodnota při platbě',
      fee: 'Poplatek',
      settled: 'Vypořádáno',
      recorded: 'Zaznamenáno',
      memo: 'Popis',
      comment: 'Komentář',
      external_id: 'Externí identifikátor',
      labels: 'Štítky',
      truncated: 'Zkráceno, protože je příliš dlouhé',
      id: 'Id události',
      copy_hash: 'Kopírovat hash platby',
      webhook: 'Webhook {name}',
      wallet: 'Otevřít peněženku v LNbits',
      frame: 'Rámec jako JSON',
      copy_frame: 'Kopírovat rámec'
    },
    empty_feed: {
      title: 'Zatím žádné platby',
      what: 'Vytvořte fakturu a zaplaťte ji z libovolné peněženky. Platba se zde objeví okamžitě.',
      create: 'Vytvořit fakturu na {amount}',
      memo: 'Moje první platba v Payfeed',
      scan: 'Naskenujte nebo zkopírujte tuto fakturu a zaplaťte ji.',
      connect: 'Připojit program',
      display: 'Otevřít displej'
    },
    plots: {
      what: 'Co tato peněženka během času přijala a odeslala, nebo jak velké jsou její platby.',
      sums: 'Přijato, odesláno, poplatky a průběžný součet',
      sizes: 'Počet plateb podle částky',
      hour: 'Hodina',
      day: 'Den',
      week: 'Týden',
      month: 'Měsíc',
      size: 'Částka',
      received: 'Přijato',
      sent: 'Odesláno',
      fees: 'Poplatky',
      total: 'Průběžný součet',
      unknown: 'Bez údajů',
      begins: 'Události začínají {time}. Za dobu předtím nejsou žádné údaje.',
      kept_since:
        'Události jsou uchovány od {time}, nejvýše {days} dní. Za starší nejsou žádné údaje.',
      nothing: 'Žádné platby.',
      filtered: 'Jen: {filter}.',
      of_failed: 'Neúspěšné platby nic nezaplatily: součty nejsou.',
      unfilter: 'Zobrazit vše',
      incomplete: 'Platby se nepodařilo načíst.',
      no_chart: 'Tento LNbits nemá Chart.js. Tabulka níže ukazuje stejná čísla.',
      without_fiat: 'Platby bez částky v {currency}, nezahrnuté: {count}.'
    },
    connect: {
      what: 'Program potřebuje ke čtení událostí tuto adresu a klíč.',
      inkey: 'Fakturační klíč',
      access: 'Přístupový klíč',
      inkey_means:
        'Fakturační klíč umí také vytvářet faktury. Používejte ho k testování a přístupové klíče pro zařízení.',
      access_means:
        'Přístupové klíče vytvoříte na kartě Klíče. Každý má název a omezená práva a lze ho odvolat.',
      paste: 'Vložte přístupový klíč',
      closed:
        'Vlastník této peněženky zakázal fakturačnímu klíči číst události. Použijte přístupový klíč.',
      no_key: 'Vložte přístupový klíč. Pak se objeví adresa a kód.',
      show: 'Zobrazit klíč',
      hide: 'Skrýt klíč',
      address: 'Adresa WebSocket',
      copy_address: 'Kopírovat adresu',
      header: 'Klíč jako hlavička',
      copy_header: 'Zkopírovat hlavičku',
      in_address: 'Adresa, která obsahuje klíč',
      in_address_means:
        'Jen pro programy, které neumějí poslat hlavičku: adresy zůstávají v protokolech a historiích.',
      copy_address_with_key: 'Zkopírovat adresu s klíčem',
      verify: 'Ověřovat podpisy',
      verify_means:
        'Kód pak obsahuje podpisové tajemství. Nedávejte ho na stránku, kterou mohou otevřít jiní.',
      verify_without_secret:
        'Vlastník této peněženky má podpisové tajemství: vložte ho místo whsec_….',
      copy_snippet: 'Kopírovat kód',
      qr: 'Adresa pro telefon nebo zařízení. Každý s tímto klíčem může číst události.',
      language: {
        browser: 'Prohlížeč',
        vue: 'Vue',
        checkout: 'Platební stránka',
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
      events: 'Události',
      by_name: 'Typy podle názvu',
      names: 'Názvy typů, oddělené čárkami',
      names_hint: 'Například: payment, door. Název message znamená všechny zprávy.',
      minimum: 'Minimum (sat)',
      status: 'Stav',
      statuses: {confirmed: 'Potvrzená', failed: 'Neúspěšná', any: 'Jakýkoli stav'},
      payment_hash: 'Hash platby',
      external_id: 'Externí identifikátor faktury',
      from: 'od {amount}',
      tag: 'tag {tag}',
      hash: 'platba {start}…',
      id: 'externí identifikátor {id}',
      since: 'od {day}',
      until: 'do {day}'
    },
    keys: {
      title: 'Přístupové klíče',
      what: 'Vytvořte vlastní klíč pro každé zařízení nebo program, abyste je poznali a mohli klíč odvolat.',
      none: 'Zatím žádné přístupové klíče.',
      failed: 'Přístupové klíče se nepodařilo načíst.',
      create: 'Vytvořit klíč',
      name: 'Název',
      name_hint:
        'Zařízení nebo program, které klíč používá, například: přední pokladna',
      scope: {
        read: 'read: přijímat platby a zprávy',
        notify: 'notify: odesílat zprávy',
        balance: 'balance: přijímat zůstatek peněženky'
      },
      narrow: 'Číst jen některé události',
      narrow_means:
        'Filtr klíče je pevný. Takový klíč nemůže odesílat a nevidí zůstatek.',
      public: 'Veřejný',
      public_means:
        'Pro stránku, kterou může otevřít kdokoli: popis, komentář a vaše vlastní identifikátory platby jsou prázdné.',
      rename: 'Přejmenovat',
      rename_name: 'Přejmenovat {name}',
      rename_question: 'Nový název klíče „{name}“',
      expiry: 'Vyprší',
      expiries: {
        never: 'nikdy',
        minutes: 'za 10 minut',
        hour: 'za 1 hodinu',
        day: 'za 1 den',
        month: 'za 30 dní',
        year: 'za 1 rok'
      },
      once: 'Tento klíč se zobrazí jen jednou. Uložte si ho teď.',
      stored: 'Mám ho uložený',
      used: 'použit {age}',
      unused: 'nikdy nepoužit',
      lag: 'nepotvrzeno: {lag}',
      expires: 'vyprší {time}',
      expired: 'vypršel',
      revoked: 'odvolán',
      revoke: 'Odvolat',
      revoke_name: 'Odvolat {name}',
      revoke_really:
        'Odvolat klíč „{name}“? Programy, které ho používají, se okamžitě odpojí. Nyní připojeno: {count}.',
      revoked_keys: 'Odvolané klíče: {count}',
      close: 'Uzavřít události',
      close_question:
        'Uzavřít události fakturačnímu klíči? Programy, které ho používají, se okamžitě odpojí. Nyní připojeno, kromě této stránky: {count}.',
      allow_inkey: 'Fakturační klíč smí číst události',
      allow_inkey_means:
        'Je-li to vypnuté, čtou události jen přístupové klíče a váš správcovský klíč.',
      mirror_to_inkey: 'Zrcadlit platby do vlastního socketu LNbits',
      mirror_to_inkey_means:
        'Je-li to zapnuté, dostávají rámce Payfeed i programy na vlastním WebSocketu LNbits s fakturačním klíčem.',
      mirror_question:
        'Ukončit zrcadlení? Programy na vlastním WebSocketu LNbits s fakturačním klíčem už nedostanou rámce Payfeed. Payfeed je nedokáže spočítat.',
      stop_mirror: 'Ukončit zrcadlení',
      extra_members: 'Položky z extra v LNbits',
      extra_members_means:
        'Platby nesou tyto položky, například číslo objednávky, které tam ukládá váš obchod. Názvy oddělené čárkami, nejvýše 10.',
      secret: 'Podpisové tajemství',
      secret_means:
        'Tímto tajemstvím programy ověřují, že událost pochází odsud a je nezměněná.',
      channel: 'Kanál',
      channel_means:
        'Živé události nese také vlastní WebSocket LNbits s tímto názvem. Kdokoli zná název, může do něj psát: ověřujte podpisy.',
      rotate: 'Vyměnit',
      rotate_secret:
        'Vytvořit nové podpisové tajemství. Programy, které ověřují podpisy, potřebují nové. Jak dlouho zůstane platné současné? Klienti Payfeed 0.1.0 nepřijmou žádnou událost, dokud platí obě. Nyní připojeno, kromě této stránky: {count}.',
      overlap: 'Události se podepisují i předchozím tajemstvím, do {until}.',
      end_question:
        'Ukončit předchozí tajemství teď? Programy, které ho ještě používají, už nebudou moci ověřovat události. Nyní připojeno, kromě této stránky: {count}.',
      rotated_secret: 'Je vytvořeno nové podpisové tajemství.',
      rotated_channel: 'Je vytvořen nový kanál.',
      rotate_channel:
        'Vytvořit nový kanál? Programy, které používají starý, už nedostanou žádné události. Payfeed je nedokáže spočítat.'
    },
    kept_events: {
      title: 'Uchované události',
      since: 'Události od {time}: {events}, {mib} MiB.',
      none: 'Zatím žádné události.',
      limits:
        'Události se uchovávají {days} dní, nejvýše {events} a {mib} MiB. Tyto meze určuje správce tohoto serveru.',
      before: 'Smazat, co bylo zaznamenáno před (UTC)',
      erase: 'Smazat',
      all: 'Smazat všechny události',
      nothing: 'Před {day} nebyly zaznamenány žádné události.',
      question:
        'Navždy smazat události zaznamenané před {day}? Počet událostí: {events}.',
      question_all:
        'Navždy smazat všechny události této peněženky? Počet událostí: {events}.',
      erased: 'Smazané události: {events}.'
    },
    webhooks: {
      title: 'Webhooky',
      what: 'Payfeed posílá události na URL vašeho programu jako podepsané požadavky a opakuje je tři dny, dokud nedorazí.',
      none: 'Zatím žádné webhooky.',
      create: 'Vytvořit webhook',
      change: 'Změnit webhook',
      save: 'Uložit',
      created:
        'Webhook je vytvořen. Zkopírujte jeho tajemství do svého programu a pošlete test.',
      changed: 'Webhook je změněn.',
      state: {
        delivering: 'Doručuje',
        sending: 'Odesílá, čeká {waiting}',
        retrying: 'Opakuje od {since}, čeká {waiting}',
        paused: 'Vypnut vámi',
        gone: 'Zastaven: příjemce odpověděl 410',
        failed: 'Zastaven: pět dní selhal každý požadavek',
        blocked: 'Zastaven: událost nešlo doručit v pořadí'
      },
      since: 'od {since}',
      probe: 'další sonda {time}',
      waiting: 'čeká: {waiting}',
      lag: 'zatím bez pokusu: {lag}',
      failed: 'neúspěšné: {failed}',
      in_order: 'v pořadí',
      url_hint: 'Začíná na https://',
      description: 'Popis',
      description_hint: 'Například: e-shop',
      ordered: 'Doručovat v pořadí',
      ordered_what:
        'Každá událost čeká, dokud není doručena předchozí. Nelze-li událost doručit tři dny, webhook se zastaví.',
      test: 'Poslat test',
      test_passed: 'Doručeno: stav {status} po {ms} ms.',
      test_failed: 'Nedoručeno: stav {status} po {ms} ms.',
      test_no_answer: 'Nedoručeno: {error}',
      edit: 'Upravit',
      secret: 'Tajemství',
      secret_what:
        'Váš program jím ověřuje každý požadavek, knihovnou Standard Webhooks.',
      rotate_question:
        'Vytvořit nové tajemství. Jak dlouho zůstane platné současné? Zatím nedoručeno: {count}.',
      overlaps: {
        hour: '1 hodinu',
        day: '1 den',
        week: '7 dní',
        none: 'Skončí okamžitě, pro tajemství, které uniklo'
      },
      rotated: 'Webhook má nové tajemství.',
      overlap: 'Požadavky se podepisují i předchozím tajemstvím, do {until}.',
      end: 'Ukončit teď',
      end_question:
        'Ukončit předchozí tajemství teď? Programy, které ho ještě používají, už nebudou moci ověřovat požadavky. Zatím nedoručeno: {count}.',
      ended: 'Předchozí tajemství skončilo.',
      disable: 'Vypnout',
      disable_question:
        'Vypnout tento webhook? Nic se neodešle, dokud ho nezapnete. Pak zvolíte, zda se odešlou události z mezidobí. Zatím nedoručeno: {count}.',
      disabled: 'Webhook je vypnutý.',
      enable: 'Zapnout',
      enable_question: 'Zapnout tento webhook. Kde bude pokračovat?',
      starts: {
        stopped: 'Kde skončil: zmeškané události se odešlou',
        now: 'Od teď: zmeškané události se neodešlou'
      },
      enabled: 'Webhook je zapnutý.',
      delete: 'Smazat',
      delete_question:
        'Smazat webhook „{name}“? Už nic neodešle, ani to, co čeká. Jeho tajemství a seznam doručení se smažou. Události zůstanou uchovány. Zatím nedoručeno: {count}.',
      deleted: 'Webhook je smazán.',
      resend: 'Poslat znovu',
      resend_failed: 'Poslat znovu všechny neúspěšné',
      resent: 'Posláno znovu: {count}',
      delivery: {
        title: 'Doručení',
        show: 'Zobrazit',
        all: 'Vše',
        delivered: 'Doručeno',
        waiting: 'Čeká',
        retrying: 'Opakuje se',
        failed: 'Neúspěšné',
        attempts: 'pokusy: {attempts}',
        next: 'další pokus {time}',
        status: 'stav {status} po {ms} ms',
        probe: 'sonda',
        none: 'Žádná doručení.',
        more: 'Načíst starší doručení'
      }
    },
    subscribers: {
      title: 'Připojení odběratelé',
      what: 'Programy a stránky, které jsou nyní připojené. Tato stránka je jednou z nich.',
      since: 'připojen {age} z {address}',
      lag: 'zpoždění: {lag}',
      no_lag: 'aktuální',
      failed: 'Seznam se nepodařilo načíst. Další pokus za 2 sekundy.'
    },
    send: {
      purpose:
        'Vyzkoušejte, co programy dostávají: pošlete událost nebo vlastní zprávu všem odběratelům.',
      test_title: 'Testovací událost',
      test_what: 'Dostanou ji všichni odběratelé. Není to platba.',
      test: 'Poslat testovací událost',
      title: 'Vlastní zpráva',
      what: 'Dostanou ji všichni odběratelé a uloží se jako platba.',
      text: 'Text',
      json: 'JSON',
      message: 'Zpráva',
      hint_text: 'Odešle se beze změny.',
      hint_json: 'Objekt s "type" se stane rámcem tohoto typu.',
      send: 'Odeslat',
      sent: 'Odesláno jako {id}. Připojení odběratelé: {delivered}.',
      too_long: 'Zpráva je delší než {bytes} bajtů.',
      invalid_json: 'Toto není platný JSON: {error}',
      infinite: 'Číslo je příliš velké.',
      too_deep: 'Zpráva má více než {nesting} úrovní vnoření.',
      reserved_member: 'Položka "{member}" je vyhrazená.',
      reserved_type: 'Typ "{type}" je vyhrazený.',
      invalid_type: 'Typ má 1 až 64 znaků: a až z, 0 až 9, tečka, pomlčka a podtržítko.'
    },
    public_display: {
      connected: 'připojeno',
      connecting: 'Připojování …',
      reconnecting: 'Nepřipojeno.',
      next: 'Nový pokus za {seconds} s',
      not_connected: 'Nepřipojeno',
      page: 'Displej Payfeed',
      no_key:
        'Adresa této stránky nemá klíč. Otevřete adresu, kterou Payfeed pro tento displej ukazuje, nebo přidejte na konec # a přístupový klíč.',
      none: 'Čeká se na platbu',
      total: 'Součet: {total}',
      goal: 'Postup k cíli',
      of_goal: '{percent} z {goal}',
      enable_sound: 'Klepnutím zapnete zvuk'
    },
    displays: {
      title: 'Displeje na pult nebo do vysílání',
      what: 'Displej je veřejná stránka s poslední platbou. Uložte si ho a otevřete jeho adresu na zařízení.',
      why: 'Každý s touto adresou vidí částky a časy přijatých plateb, ale ne popisy. Klíč je za #, takže ho žádný server nezaznamená.',
      own_key:
        'Displeje může ukládat jen vlastník peněženky. Tato adresa funguje s přístupovým klíčem, který vám dal. Každý s ní může číst, co čte klíč.',
      none: 'Zatím žádné displeje.',
      failed: 'Displeje se nepodařilo načíst.',
      create: 'Nový displej',
      save: 'Uložit displej',
      name: 'Název',
      name_hint: 'Kde je vidět, například: přední pult',
      revoked: 'Jeho klíč je odvolán: odeberte ho a vytvořte nový displej.',
      open_name: 'Otevřít {name}',
      show_name: 'Adresa {name}',
      edit_name: 'Upravit {name}',
      remove_name: 'Odebrat {name}',
      remove: 'Odebrat',
      remove_question:
        'Odebrat displej „{name}“? Jeho klíč se odvolá: přestane fungovat všude, kde je vidět. Nyní připojeno: {count}.',
      key: 'Přístupový klíč s právem read',
      key_invalid: 'Toto není přístupový klíč.',
      address: 'Adresa displeje',
      preview: 'Náhled',
      background: 'Pozadí',
      backgrounds: {
        lnbits: 'motiv LNbits',
        dark: 'tmavé',
        light: 'světlé',
        transparent: 'průhledné, pro překryvy'
      },
      heading: 'Nadpis',
      total: 'Průběžný součet od',
      totals: {none: 'bez součtu', today: 'dnes', time: 'zvolený čas'},
      since: 'Od',
      goal: 'Cíl součtu (sat)',
      recent: 'Počet posledních plateb',
      min_amount: 'Minimální částka (sat)',
      alert: 'Kolik sekund je platba vidět (0: vždy)',
      fiat: 'Hodnota ve fiat měně, pokud ji LNbits zná',
      memos: 'Popisy, pokud je klíč čte',
      sound: 'Zvuk při každé platbě',
      volume: 'Hlasitost (0 až 100)',
      qr: 'QR kód Lightning adresy nebo LNURL',
      qr_invalid: 'Toto není Lightning adresa ani LNURL.'
    }
  },
  'cs'
)
