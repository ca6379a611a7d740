Payfeed.addTexts(
  'pl',
  {
    wallet: 'Portfel',
    no_wallet: 'Nie masz jeszcze portfela. Utwórz go, aby zobaczyć jego kanał zdarzeń.',
    received: 'Otrzymano: {amount}',
    copy: 'Kopiuj',
    copied: 'Skopiowano',
    not_copied:
      'Ta przeglądarka nie pozwala stronie kopiować. Zaznacz tekst i skopiuj go.',
    close: 'Zamknij',
    qr: 'Kod QR',
    cancel: 'Anuluj',
    documentation: 'Dokumentacja',
    show: 'Pokaż',
    hide: 'Ukryj',
    owner_only: 'Tylko właściciel tego portfela może to zobaczyć i zmienić.',
    failure: {
      no_response:
        'LNbits nie odpowiada. Sprawdź, czy działa i czy to urządzenie ma połączenie, i spróbuj ponownie.',
      status: 'LNbits odpowiedział ze statusem {status}. Spróbuj później.'
    },
    tab: {
      live: 'Na żywo',
      plots: 'Wykresy',
      connect: 'Połącz',
      keys: 'Klucze',
      webhooks: 'Webhooki',
      subscribers: 'Subskrybenci',
      send: 'Wyślij',
      display: 'Ekrany'
    },
    state: {
      connected: 'Połączono: płatności pojawiają się natychmiast.',
      connecting: 'Łączenie …',
      reconnecting: 'Brak połączenia. Żadne zdarzenie nie przepadnie.',
      next: 'Następna próba za {seconds} s.',
      disconnected: 'Brak połączenia: {reason}',
      now: 'Spróbuj teraz'
    },
    live: {
      what: 'Płatności i wiadomości tego portfela, gdy nadejdą.',
      search: 'Szukaj',
      filters: 'Filtry',
      export: 'Eksportuj',
      export_question:
        'Eksportuj wszystkie zachowane zdarzenia, które przepuszczają filtry, nie tylko te wczytane tutaj. Wyszukiwanie ich nie zawęża.',
      formats: {
        csv: 'Płatności jako CSV, do arkusza',
        jsonl: 'Wszystkie zdarzenia jako wiersze JSON, z podpisami'
      },
      type: 'Typ',
      types: {
        all: 'Wszystkie zdarzenia',
        payment: 'Płatności',
        message: 'Wiadomości',
        test: 'Testy'
      },
      direction: 'Kierunek',
      directions: {both: 'Otrzymane i wysłane', in: 'Otrzymane', out: 'Wysłane'},
      min_amount: 'Minimalna kwota (sat)',
      tag: 'Tag',
      from: 'Od',
      to: 'Do',
      in: 'Otrzymano',
      out: 'Wysłano',
      pending: 'Oczekuje',
      failed: 'Nieudana',
      message: 'Wiadomość',
      test: 'Test',
      no_memo: 'bez opisu',
      fee: 'opłata {amount}',
      nothing: 'Brak pasujących zdarzeń.',
      loading: 'Wczytywanie …',
      more: 'Wczytaj starsze zdarzenia',
      beginning: 'Nie ma starszych zdarzeń.',
      not_kept:
        'Tego zdarzenia nie ma w kanale tego portfela albo nie jest już przechowywane.'
    },
    today: {
      title: 'Dziś i wczoraj',
      received: 'Otrzymano',
      sent: 'Wysłano',
      fees: 'Opłaty',
      payments: 'Płatności',
      balance: 'Saldo',
      yesterday: 'wczoraj {value}',
      failed: 'Nie udało się wczytać dzisiejszych sum.'
    },
    event: {
      received: 'Otrzymano, potwierdzono',
      sent: 'Wysłano, potwierdzono',
      pending: 'Oczekuje: jeszcze nie zapłacono',
      failed: 'Nieudana: nic nie zapłacono',
      fiat: 'Wartość w chwili płatności',
      fee: 'Opłata',
      settled: 'Rozliczono',
      recorded: 'Zapisano',
      memo: 'Opis',
      comment: 'Komentarz',
      external_id: 'Identyfikator zewnętrzny',
      labels: 'Etykiety',
      truncated: 'Skrócono, bo za długie',
      id: 'Id zdarzenia',
      copy_hash: 'Kopiuj hash płatności',
      webhook: 'Webhook {name}',
      wallet: 'Otwórz portfel w LNbits',
      frame: 'Ramka jako JSON',
      copy_frame: 'Kopiuj ramkę'
    },
    empty_feed: {
      title: 'Nie ma jeszcze płatności',
      what: 'Utwórz fakturę i zapłać ją z dowolnego portfela. Płatność pojawi się tu natychmiast.',
      create: 'Utwórz fakturę na {amount}',
      memo: 'Moja pierwsza płatność w Payfeed',
      scan: 'Zeskanuj lub skopiuj tę fakturę i zapłać ją.',
      connect: 'Połącz program',
      display: 'Otwórz ekran'
    },
    plots: {
      what: 'Co ten portfel otrzymał i wysłał w czasie, albo jak duże są jego płatności.',
      sums: 'Otrzymane, wysłane, opłaty i suma narastająca',
      sizes: 'Liczba płatności według kwoty',
      hour: 'Godzina',
      day: 'Dzień',
      week: 'Tydzień',
      month: 'Miesiąc',
      size: 'Kwota',
      received: 'Otrzymano',
      sent: 'Wysłano',
      fees: 'Opłaty',
      total: 'Suma narastająca',
      unknown: 'Brak danych',
      begins: 'Kanał zaczyna się {time}. Dla wcześniejszego czasu nie ma danych.',
      kept_since:
        'Zdarzenia są przechowywane od {time}, najwyżej {days} dni. Dla starszych nie ma danych.',
      nothing: 'Brak płatności.',
      filtered: 'Tylko: {filter}.',
      of_failed: 'Nieudane płatności nic nie zapłaciły: nie ma sum.',
      unfilter: 'Pokaż wszystko',
      incomplete: 'Nie udało się wczytać płatności.',
      no_chart: 'Ten LNbits nie ma Chart.js. Tabela poniżej pokazuje te same liczby.',
      without_fiat: 'Płatności bez kwoty w {currency}, nieuwzględnione: {count}.'
    },
    connect: {
      what: 'Program potrzebuje tego adresu i klucza, aby czytać kanał zdarzeń.',
      inkey: 'Klucz faktur',
      access: 'Klucz dostępu',
      inkey_means:
        'Klucz faktur może też tworzyć faktury. Używaj go do testów, a kluczy dostępu do urządzeń.',
      access_means:
        'Klucze dostępu tworzy się w karcie Klucze. Każdy ma nazwę i ograniczone uprawnienia i można go unieważnić.',
      paste: 'Wklej klucz dostępu',
      closed:
        'Właściciel tego portfela zamknął kanał zdarzeń dla klucza faktur. Użyj klucza dostępu.',
      no_key: 'Wklej klucz dostępu. Wtedy pojawią się adres i kod.',
      show: 'Pokaż klucz',
      hide: 'Ukryj klucz',
      address: 'Adres WebSocket',
      copy_address: 'Kopiuj adres',
      header: 'Klucz jako nagłówek',
      copy_header: 'Kopiuj nagłówek',
      in_address: 'Adres, który zawiera klucz',
      in_address_means:
        'Tylko dla programów, które nie mogą wysłać nagłówka: adresy zostają w logach i historiach.',
      copy_address_with_key: 'Kopiuj adres z kluczem',
      verify: 'Sprawdzaj podpisy',
      verify_means:
        'Kod zawiera wtedy sekret podpisu kanału. Nie umieszczaj go na stronie, którą mogą otworzyć inni.',
      verify_without_secret:
        'Właściciel tego portfela ma sekret podpisu: wstaw go w miejsce whsec_….',
      copy_snippet: 'Kopiuj kod',
      qr: 'Adres dla telefonu lub urządzenia. Każdy, kto ma ten klucz, może czytać kanał zdarzeń.',
      language: {
        browser: 'Przeglądarka',
        vue: 'Vue',
        checkout: 'Strona płatności',
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
      events: 'Zdarzenia',
      by_name: 'Typy według nazwy',
      names: 'Nazwy typów, oddzielone przecinkami',
      names_hint:
        'Na przykład: payment, door. Nazwa message oznacza wszystkie wiadomości.',
      minimum: 'Minimum (sat)',
      status: 'Status',
      statuses: {confirmed: 'Potwierdzona', failed: 'Nieudana', any: 'Dowolny status'},
      payment_hash: 'Hash płatności',
      external_id: 'Identyfikator zewnętrzny faktury',
      from: 'od {amount}',
      tag: 'tag {tag}',
      hash: 'płatność {start}…',
      id: 'identyfikator zewnętrzny {id}',
      since: 'od {day}',
      until: 'do {day}'
    },
    keys: {
      title: 'Klucze dostępu',
      what: 'Utwórz osobny klucz dla każdego urządzenia lub programu, aby je rozpoznać i móc klucz unieważnić.',
      none: 'Nie ma jeszcze kluczy dostępu.',
      failed: 'Nie udało się wczytać kluczy dostępu.',
      create: 'Utwórz klucz',
      name: 'Nazwa',
      name_hint:
        'Urządzenie lub program, które używa tego klucza, na przykład: kasa główna',
      scope: {
        read: 'read: odbieranie płatności i wiadomości',
        notify: 'notify: wysyłanie wiadomości',
        balance: 'balance: odbieranie salda portfela'
      },
      narrow: 'Czytaj tylko niektóre zdarzenia',
      narrow_means:
        'Filtr klucza jest stały. Taki klucz nie może wysyłać i nie widzi salda.',
      public: 'Publiczny',
      public_means:
        'Dla strony, którą każdy może otworzyć: opis, komentarz i własne identyfikatory płatności są puste.',
      rename: 'Zmień nazwę',
      rename_name: 'Zmień nazwę {name}',
      rename_question: 'Nowa nazwa klucza „{name}”',
      expiry: 'Wygasa',
      expiries: {
        never: 'nigdy',
        minutes: 'za 10 minut',
        hour: 'za 1 godzinę',
        day: 'za 1 dzień',
        month: 'za 30 dni',
        year: 'za 1 rok'
      },
      once: 'Ten klucz jest pokazywany tylko raz. Zapisz go teraz.',
      stored: 'Zapisałem go',
      used: 'użyty {age}',
      unused: 'nigdy nieużyty',
      lag: 'niepotwierdzone: {lag}',
      expires: 'wygasa {time}',
      expired: 'wygasł',
      revoked: 'unieważniony',
      revoke: 'Unieważnij',
      revoke_name: 'Unieważnij {name}',
      revoke_really:
        'Unieważnić klucz „{name}”? Programy, które go używają, zostaną natychmiast rozłączone. Teraz połączone: {count}.',
      revoked_keys: 'Unieważnione klucze: {count}',
      close: 'Zamknij kanał',
      close_question:
        'Zamknąć kanał zdarzeń dla klucza faktur? Programy, które go używają, zostaną natychmiast rozłączone. Teraz połączone, poza tą stroną: {count}.',
      allow_inkey: 'Klucz faktur może czytać kanał zdarzeń',
      allow_inkey_means:
        'Gdy to wyłączone, kanał zdarzeń czytają tylko klucze dostępu i Twój klucz administratora.',
      mirror_to_inkey: 'Powielaj płatności na gniazdo LNbits',
      mirror_to_inkey_means:
        'Gdy to włączone, programy korzystające z WebSocketu LNbits z kluczem faktur też otrzymują ramki Payfeed.',
      mirror_question:
        'Zatrzymać powielanie? Programy na WebSockecie LNbits z kluczem faktur nie otrzymają więcej ramek Payfeed. Payfeed nie może ich policzyć.',
      stop_mirror: 'Zatrzymaj powielanie',
      extra_members: 'Pola z extra LNbits',
      extra_members_means:
        'Płatności zawierają te pola, na przykład numer zamówienia, który zapisuje tam Twój sklep. Nazwy oddzielone przecinkami, najwyżej 10.',
      secret: 'Sekret podpisu',
      secret_means:
        'Tym sekretem programy sprawdzają, że zdarzenie pochodzi z tego kanału i jest niezmienione.',
      channel: 'Kanał LNbits',
      channel_means:
        'WebSocket LNbits o tej nazwie też przekazuje zdarzenia na żywo. Każdy, kto zna nazwę, może do niego pisać: sprawdzaj podpisy.',
      rotate: 'Wymień',
      rotate_secret:
        'Utwórz nowy sekret podpisu. Programy, które sprawdzają podpisy, potrzebują nowego. Jak długo obecny pozostaje ważny? Klienci Payfeed 0.1.0 nie przyjmują żadnego zdarzenia, dopóki ważne są oba. Teraz połączone, poza tą stroną: {count}.',
      overlap: 'Zdarzenia są też podpisywane poprzednim sekretem, do {until}.',
      end_question:
        'Zakończyć teraz poprzedni sekret? Programy, które go jeszcze używają, nie będą mogły sprawdzać zdarzeń. Teraz połączone, poza tą stroną: {count}.',
      rotated_secret: 'Kanał zdarzeń ma nowy sekret podpisu.',
      rotated_channel: 'Utworzono nowy kanał LNbits.',
      rotate_channel:
        'Utworzyć nowy kanał LNbits? Programy, które używają starego, nie otrzymają więcej zdarzeń. Payfeed nie może ich policzyć.'
    },
    kept_events: {
      title: 'Zachowane zdarzenia',
      since: 'Zdarzenia od {time}: {events}, {mib} MiB.',
      none: 'Nie ma jeszcze zdarzeń.',
      limits:
        'Zdarzenia są przechowywane przez {days} dni, najwyżej {events} i {mib} MiB. Te limity ustala administrator tego serwera.',
      before: 'Usuń to, co zapisano przed (UTC)',
      erase: 'Usuń',
      all: 'Usuń wszystkie zdarzenia',
      nothing: 'Przed {day} nie zapisano żadnych zdarzeń.',
      question:
        'Usunąć na zawsze zdarzenia zapisane przed {day}? Liczba zdarzeń: {events}.',
      question_all:
        'Usunąć na zawsze wszystkie zdarzenia tego kanału? Liczba zdarzeń: {events}.',
      erased: 'Usunięte zdarzenia: {events}.'
    },
    webhooks: {
      title: 'Webhooki',
      what: 'Payfeed wysyła zdarzenia na URL Twojego programu jako podpisane żądania i powtarza je przez trzy dni, aż dotrą.',
      none: 'Nie ma jeszcze webhooków.',
      create: 'Utwórz webhook',
      change: 'Zmień webhook',
      save: 'Zapisz',
      created:
        'Webhook został utworzony. Skopiuj jego sekret do swojego programu i wyślij test.',
      changed: 'Webhook został zmieniony.',
      state: {
        delivering: 'Doręcza',
        sending: 'Wysyła, oczekujące: {waiting}',
        retrying: 'Ponawia od {since}, oczekujące: {waiting}',
        paused: 'Wyłączony przez Ciebie',
        gone: 'Zatrzymany: odbiorca odpowiedział 410',
        failed: 'Zatrzymany: przez pięć dni nie powiodło się żadne żądanie',
        blocked: 'Zatrzymany: zdarzenia nie udało się doręczyć po kolei'
      },
      since: 'od {since}',
      probe: 'następna sonda {time}',
      waiting: 'oczekujące: {waiting}',
      lag: 'jeszcze bez próby: {lag}',
      failed: 'nieudane: {failed}',
      in_order: 'po kolei',
      url_hint: 'Zaczyna się od https://',
      description: 'Opis',
      description_hint: 'Na przykład: sklep internetowy',
      ordered: 'Doręczaj po kolei',
      ordered_what:
        'Każde zdarzenie czeka, aż poprzednie zostanie doręczone. Jeśli zdarzenia nie da się doręczyć przez trzy dni, webhook się zatrzymuje.',
      test: 'Wyślij test',
      test_passed: 'Doręczono: status {status} po {ms} ms.',
      test_failed: 'Nie doręczono: status {status} po {ms} ms.',
      test_no_answer: 'Nie doręczono: {error}',
      edit: 'Edytuj',
      secret: 'Sekret',
      secret_what:
        'Twój program sprawdza nim każde żądanie, biblioteką Standard Webhooks.',
      rotate_question:
        'Utwórz nowy sekret. Jak długo obecny pozostaje ważny? Jeszcze niedoręczone: {count}.',
      overlaps: {
        hour: 'Przez 1 godzinę',
        day: 'Przez 1 dzień',
        week: 'Przez 7 dni',
        none: 'Kończy się natychmiast, dla sekretu, który wyciekł'
      },
      rotated: 'Webhook ma nowy sekret.',
      overlap: 'Żądania są też podpisywane poprzednim sekretem, do {until}.',
      end: 'Zakończ teraz',
      end_question:
        'Zakończyć teraz poprzedni sekret? Programy, które go jeszcze używają, nie będą mogły sprawdzać żądań. Jeszcze niedoręczone: {count}.',
      ended: 'Poprzedni sekret został zakończony.',
      disable: 'Wyłącz',
      disable_question:
        'Wyłączyć ten webhook? Nic nie zostanie wysłane, dopóki go nie włączysz. Wtedy wybierzesz, czy wysłać zdarzenia z przerwy. Jeszcze niedoręczone: {count}.',
      disabled: 'Webhook jest wyłączony.',
      enable: 'Włącz',
      enable_question: 'Włącz ten webhook. Od czego ma zacząć?',
      starts: {
        stopped: 'Od miejsca zatrzymania: pominięte zdarzenia zostaną wysłane',
        now: 'Od teraz: pominięte zdarzenia nie zostaną wysłane'
      },
      enabled: 'Webhook jest włączony.',
      delete: 'Usuń',
      delete_question:
        'Usunąć webhook „{name}”? Nie wyśle już nic, nawet tego, co oczekuje. Jego sekret i lista doręczeń zostaną usunięte. Zdarzenia pozostaną w kanale. Jeszcze niedoręczone: {count}.',
      deleted: 'Webhook został usunięty.',
      resend: 'Wyślij ponownie',
      resend_failed: 'Wyślij ponownie wszystkie nieudane',
      resent: 'Wysłano ponownie: {count}',
      delivery: {
        title: 'Doręczenia',
        show: 'Pokaż',
        all: 'Wszystkie',
        delivered: 'Doręczone',
        waiting: 'Oczekujące',
        retrying: 'Ponawiane',
        failed: 'Nieudane',
        attempts: 'próby: {attempts}',
        next: 'następna próba {time}',
        status: 'status {status} po {ms} ms',
        probe: 'sonda',
        none: 'Brak doręczeń.',
        more: 'Wczytaj starsze doręczenia'
      }
    },
    subscribers: {
      title: 'Połączeni subskrybenci',
      what: 'Programy i strony połączone teraz z tym kanałem. Ta strona jest jedną z nich.',
      since: 'połączony {age} z {address}',
      lag: 'opóźnienie: {lag}',
      no_lag: 'na bieżąco',
      failed: 'Nie udało się wczytać listy. Następna próba za 2 sekundy.'
    },
    send: {
      purpose:
        'Sprawdź, co otrzymują programy: wyślij zdarzenie lub własną wiadomość do wszystkich subskrybentów.',
      test_title: 'Zdarzenie testowe',
      test_what: 'Otrzymają je wszyscy subskrybenci. To nie jest płatność.',
      test: 'Wyślij zdarzenie testowe',
      title: 'Własna wiadomość',
      what: 'Otrzymają ją wszyscy subskrybenci i zostanie zapisana jak płatność.',
      text: 'Tekst',
      json: 'JSON',
      message: 'Wiadomość',
      hint_text: 'Wysyłana bez zmian.',
      hint_json: 'Obiekt z "type" staje się ramką tego typu.',
      send: 'Wyślij',
      sent: 'Wysłano jako {id}. Połączeni subskrybenci: {delivered}.',
      too_long: 'Wiadomość jest dłuższa niż {bytes} bajtów.',
      invalid_json: 'To nie jest poprawny JSON: {error}',
      infinite: 'Liczba jest za duża.',
      too_deep: 'Wiadomość ma więcej niż {nesting} poziomów zagnieżdżenia.',
      reserved_member: 'Pole "{member}" jest zastrzeżone.',
      reserved_type: 'Typ "{type}" jest zastrzeżony.',
      invalid_type:
        'Typ ma od 1 do 64 znaków: a do z, 0 do 9, kropka, myślnik i podkreślnik.'
    },
    public_display: {
      connected: 'połączono',
      connecting: 'Łączenie …',
      reconnecting: 'Brak połączenia.',
      next: 'Ponowna próba za {seconds} s',
      not_connected: 'Brak połączenia',
      page: 'Ekran Payfeed',
      no_key:
        'Adres tej strony nie ma klucza. Otwórz adres, który Payfeed podaje dla tego ekranu, albo dodaj na końcu # i klucz dostępu.',
      none: 'Oczekiwanie na płatność',
      total: 'Suma: {total}',
      goal: 'Postęp do celu',
      of_goal: '{percent} z {goal}',
      enable_sound: 'Dotknij, aby włączyć dźwięk'
    },
    displays: {
      title: 'Ekrany na ladę lub do transmisji',
      what: 'Ekran to publiczna strona z ostatnią płatnością. Zapisz ekran i otwórz jego adres na urządzeniu.',
      why: 'Każdy, kto ma ten adres, widzi kwoty i czasy otrzymanych płatności, ale nie opisy. Klucz jest po znaku #, więc żaden serwer go nie zapisuje.',
      own_key:
        'Tylko właściciel portfela może zapisywać ekrany. Ten adres działa z kluczem dostępu, który od niego masz. Każdy, kto ma adres, może czytać to, co czyta klucz.',
      none: 'Nie ma jeszcze ekranów.',
      failed: 'Nie udało się wczytać ekranów.',
      create: 'Nowy ekran',
      save: 'Zapisz ekran',
      name: 'Nazwa',
      name_hint: 'Gdzie jest pokazywany, na przykład: lada główna',
      revoked: 'Jego klucz jest unieważniony: usuń go i utwórz nowy ekran.',
      open_name: 'Otwórz {name}',
      show_name: 'Adres {name}',
      edit_name: 'Edytuj {name}',
      remove_name: 'Usuń {name}',
      remove: 'Usuń',
      remove_question:
        'Usunąć ekran „{name}”? Jego klucz zostanie unieważniony: przestanie działać wszędzie, gdzie jest pokazywany. Teraz połączone: {count}.',
      key: 'Klucz dostępu z uprawnieniem read',
      key_invalid: 'To nie jest klucz dostępu.',
      address: 'Adres ekranu',
      preview: 'Podgląd',
      background: 'Tło',
      backgrounds: {
        lnbits: 'motyw LNbits',
        dark: 'ciemne',
        light: 'jasne',
        transparent: 'przezroczyste, do nakładek'
      },
      heading: 'Nagłówek',
      total: 'Suma narastająca od',
      totals: {none: 'bez sumy', today: 'dziś', time: 'wybrany czas'},
      since: 'Od',
      goal: 'Cel sumy (sat)',
      recent: 'Liczba ostatnich płatności',
      min_amount: 'Minimalna kwota (sat)',
      alert: 'Ile sekund widać płatność (0: zawsze)',
      fiat: 'Wartość w walucie fiat, jeśli LNbits ją zna',
      memos: 'Opisy, jeśli klucz je czyta',
      sound: 'Dźwięk przy każdej płatności',
      volume: 'Głośność (0 do 100)',
      qr: 'Kod QR adresu Lightning lub LNURL',
      qr_invalid: 'To nie jest adres Lightning ani LNURL.'
    }
  },
  'pl'
)
