Payfeed.addTexts(
  'es',
  {
    wallet: 'Monedero',
    no_wallet: 'Todavía no tiene ningún monedero. Cree uno para ver su feed.',
    received: 'Recibido: {amount}',
    received_in: '{wallet} ha recibido {amount}',
    open: 'Abrir',
    copy: 'Copiar',
    copied: 'Copiado',
    not_copied:
      'Este navegador no permite que la página copie. Seleccione el texto y cópielo.',
    close: 'Cerrar',
    qr: 'Código QR',
    cancel: 'Cancelar',
    documentation: 'Documentación',
    show: 'Mostrar',
    hide: 'Ocultar',
    owner_only: 'Solo el propietario de este monedero puede ver y cambiar esto.',
    failure: {
      no_response:
        'LNbits no responde. Compruebe que funciona y que este dispositivo tiene conexión, e inténtelo de nuevo.',
      status: 'LNbits respondió con el estado {status}. Inténtelo más tarde.'
    },
    tab: {
      live: 'En vivo',
      plots: 'Gráficos',
      connect: 'Conectar',
      keys: 'Claves',
      webhooks: 'Webhooks',
      subscribers: 'Suscriptores',
      send: 'Enviar',
      display: 'Pantallas',
      server: 'Servidor'
    },
    state: {
      connected: 'Conectado: los pagos aparecen de inmediato.',
      connecting: 'Conectando …',
      reconnecting: 'Sin conexión. No se perderá ningún evento.',
      next: 'Próximo intento en {seconds} s.',
      disconnected: 'Sin conexión: {reason}',
      now: 'Intentar ahora'
    },
    live: {
      what: 'Pagos y mensajes de este monedero, cuando llegan.',
      search: 'Buscar',
      filters: 'Filtros',
      export: 'Exportar',
      export_question:
        'Exportar todos los eventos conservados que pasan los filtros, no solo los cargados aquí. La búsqueda no los limita.',
      formats: {
        csv: 'Pagos como CSV, para una hoja de cálculo',
        jsonl: 'Todos los eventos como líneas JSON, con firmas'
      },
      type: 'Tipo',
      types: {
        all: 'Todos los eventos',
        payment: 'Pagos',
        message: 'Mensajes',
        test: 'Pruebas'
      },
      direction: 'Dirección',
      directions: {both: 'Recibidos y enviados', in: 'Recibido', out: 'Enviado'},
      min_amount: 'Importe mínimo (sat)',
      tag: 'Etiqueta',
      from: 'Desde',
      to: 'Hasta',
      in: 'Recibido',
      out: 'Enviado',
      pending: 'Pendiente',
      failed: 'Fallido',
      message: 'Mensaje',
      test: 'Prueba',
      no_memo: 'sin descripción',
      fee: 'comisión {amount}',
      nothing: 'Ningún evento coincide.',
      loading: 'Cargando …',
      more: 'Cargar eventos anteriores',
      beginning: 'No hay eventos anteriores.',
      not_kept: 'Este evento no está en el feed de este monedero o ya no se conserva.'
    },
    today: {
      title: 'Hoy y ayer',
      received: 'Recibido',
      sent: 'Enviado',
      fees: 'Comisiones',
      payments: 'Pagos',
      balance: 'Saldo',
      yesterday: 'ayer {value}',
      failed: 'No se pudieron cargar las sumas de hoy.'
    },
    event: {
      received: 'Recibido, confirmado',
      sent: 'Enviado, confirmado',
      pending: 'Pendiente: aún no pagado',
      failed: 'Fallido: no se pagó nada',
      fiat: 'Valor al pagarse',
      fee: 'Comisión',
      settled: 'Liquidado',
      recorded: 'Registrado',
      memo: 'Descripción',
      comment: 'Comentario',
      external_id: 'Identificador externo',
      labels: 'Etiquetas propias',
      truncated: 'Recortado por ser demasiado largo',
      id: 'Id del evento',
      copy_hash: 'Copiar el hash del pago',
      webhook: 'Webhook {name}',
      wallet: 'Abrir el monedero en LNbits',
      frame: 'Trama como JSON',
      copy_frame: 'Copiar la trama'
    },
    empty_feed: {
      title: 'Todavía no hay pagos',
      what: 'Cree una factura y páguela desde cualquier monedero. El pago aparece aquí de inmediato.',
      create: 'Crear una factura de {amount}',
      memo: 'Mi primer pago con Payfeed',
      scan: 'Escanee o copie esta factura y páguela.',
      connect: 'Conectar un programa',
      display: 'Abrir una pantalla'
    },
    plots: {
      what: 'Lo que este monedero recibió y envió con el tiempo, o el tamaño de sus pagos.',
      sums: 'Recibido, enviado, comisiones y total acumulado',
      sizes: 'Número de pagos por importe',
      hour: 'Hora',
      day: 'Día',
      week: 'Semana',
      month: 'Mes',
      size: 'Importe',
      received: 'Recibido',
      sent: 'Enviado',
      fees: 'Comisiones',
      total: 'Total acumulado',
      unknown: 'Sin cifras',
      begins: 'El feed empieza el {time}. No hay cifras del tiempo anterior.',
      kept_since:
        'Se conservan los eventos desde el {time}, como máximo {days} días. No hay cifras de los anteriores.',
      nothing: 'Ningún pago.',
      filtered: 'Solo: {filter}.',
      of_failed: 'Los pagos fallidos no pagaron nada: no hay sumas.',
      unfilter: 'Mostrar todo',
      incomplete: 'No se pudieron cargar los pagos.',
      no_chart:
        'Este LNbits no tiene Chart.js. La tabla de abajo muestra los mismos números.',
      without_fiat: 'Pagos sin importe en {currency}, no incluidos: {count}.'
    },
    connect: {
      what: 'Un programa necesita esta dirección y una clave para leer el feed.',
      inkey: 'Clave de factura',
      access: 'Clave de acceso',
      inkey_means:
        'La clave de factura también puede crear facturas. Úsela para pruebas, y claves de acceso para los dispositivos.',
      access_means:
        'Cree claves de acceso en la pestaña Claves. Cada una tiene un nombre y permisos limitados, y se puede revocar.',
      paste: 'Pegue la clave de acceso',
      closed:
        'El propietario de este monedero cerró el feed a la clave de factura. Use una clave de acceso.',
      no_key: 'Pegue una clave de acceso. Entonces aparecen la dirección y el código.',
      show: 'Mostrar la clave',
      hide: 'Ocultar la clave',
      address: 'Dirección WebSocket',
      copy_address: 'Copiar la dirección',
      header: 'Clave, como encabezado',
      copy_header: 'Copiar el encabezado',
      in_address: 'Dirección que contiene la clave',
      in_address_means:
        'Solo para programas que no pueden enviar un encabezado: las direcciones quedan en registros e historiales.',
      copy_address_with_key: 'Copiar la dirección con la clave',
      verify: 'Verificar firmas',
      verify_means:
        'El código contiene entonces el secreto de firma del feed. No lo ponga en una página que otros puedan abrir.',
      verify_without_secret:
        'El propietario de este monedero tiene el secreto de firma: póngalo en lugar de whsec_….',
      copy_snippet: 'Copiar el código',
      qr: 'La dirección, para un teléfono o un dispositivo. Cualquiera con esta clave puede leer el feed.',
      language: {
        browser: 'Navegador',
        vue: 'Vue',
        checkout: 'Página de pago',
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
      events: 'Eventos',
      by_name: 'Tipos por nombre',
      names: 'Nombres de tipos, separados por comas',
      names_hint:
        'Por ejemplo: payment, door. El nombre message equivale a todos los mensajes.',
      minimum: 'Mínimo (sat)',
      status: 'Estado',
      statuses: {confirmed: 'Confirmado', failed: 'Fallido', any: 'Cualquier estado'},
      payment_hash: 'Hash del pago',
      external_id: 'Identificador externo de la factura',
      from: 'desde {amount}',
      tag: 'etiqueta {tag}',
      hash: 'pago {start}…',
      id: 'identificador externo {id}',
      since: 'desde {day}',
      until: 'hasta {day}'
    },
    keys: {
      title: 'Claves de acceso',
      what: 'Cree una clave para cada dispositivo o programa, para poder reconocerlo y revocarla.',
      none: 'Todavía no hay claves de acceso.',
      failed: 'No se pudieron cargar las claves de acceso.',
      create: 'Crear una clave',
      name: 'Nombre',
      name_hint:
        'El dispositivo o programa que usa esta clave, por ejemplo: caja principal',
      scope: {
        read: 'read: recibir pagos y mensajes',
        notify: 'notify: enviar mensajes',
        balance: 'balance: recibir el saldo del monedero'
      },
      narrow: 'Leer solo algunos eventos',
      narrow_means:
        'El filtro de la clave es fijo. Una clave así no puede enviar ni ve el saldo.',
      public: 'Pública',
      public_means:
        'Para una página que cualquiera puede abrir: la descripción, el comentario y sus propios identificadores de un pago quedan vacíos.',
      rename: 'Renombrar',
      rename_name: 'Renombrar {name}',
      rename_question: 'Nuevo nombre de la clave «{name}»',
      expiry: 'Caduca',
      expiries: {
        never: 'nunca',
        minutes: 'en 10 minutos',
        hour: 'en 1 hora',
        day: 'en 1 día',
        month: 'en 30 días',
        year: 'en 1 año'
      },
      once: 'Esta clave se muestra una sola vez. Guárdela ahora.',
      stored: 'La he guardado',
      used: 'usada {age}',
      unused: 'nunca usada',
      lag: 'sin confirmar: {lag}',
      expires: 'caduca {time}',
      expired: 'caducada',
      revoked: 'revocada',
      revoke: 'Revocar',
      revoke_name: 'Revocar {name}',
      revoke_really:
        '¿Revocar la clave «{name}»? Los programas que la usan se desconectan de inmediato. Conectados ahora: {count}.',
      revoked_keys: 'Claves revocadas: {count}',
      close: 'Cerrar el feed',
      close_question:
        '¿Cerrar el feed a la clave de factura? Los programas que la usan se desconectan de inmediato. Conectados ahora, además de esta página: {count}.',
      allow_inkey: 'Permitir que la clave de factura lea el feed',
      allow_inkey_means:
        'Si está desactivado, solo las claves de acceso y su clave de administración leen el feed.',
      mirror_to_inkey: 'Reflejar los pagos en el socket propio de LNbits',
      mirror_to_inkey_means:
        'Si está activado, los programas que usan el WebSocket propio de LNbits con la clave de factura también reciben las tramas de Payfeed.',
      mirror_question:
        '¿Dejar de reflejar los pagos? Los programas en el WebSocket propio de LNbits con la clave de factura no reciben más tramas de Payfeed. Payfeed no puede contarlos.',
      stop_mirror: 'Dejar de reflejar',
      extra_members: 'Miembros de extra de LNbits',
      extra_members_means:
        'Los pagos llevan estos miembros, por ejemplo un número de pedido que su tienda guarda ahí. Nombres separados por comas, 10 como máximo.',
      secret: 'Secreto de firma',
      secret_means:
        'Con este secreto los programas verifican que un evento viene de este feed y no ha cambiado.',
      channel: 'Canal',
      channel_means:
        'El WebSocket propio de LNbits con este nombre también lleva los eventos en vivo. Cualquiera que conozca el nombre puede escribir en él: verifique las firmas.',
      rotate: 'Rotar',
      rotate_secret:
        'Crear un nuevo secreto de firma. Los programas que verifican firmas necesitan el nuevo. ¿Cuánto tiempo sigue siendo válido el actual? Los clientes de Payfeed 0.1.0 no aceptan ningún evento mientras ambos sean válidos. Conectados ahora, además de esta página: {count}.',
      overlap: 'Los eventos se firman también con el secreto anterior, hasta {until}.',
      end_question:
        '¿Terminar ahora el secreto anterior? Los programas que aún lo usan ya no podrán verificar eventos. Conectados ahora, además de esta página: {count}.',
      rotated_secret: 'El feed tiene un nuevo secreto de firma.',
      rotated_channel: 'El feed tiene un nuevo canal.',
      rotate_channel:
        '¿Crear un nuevo canal? Los programas que usan el antiguo no reciben más eventos. Payfeed no puede contarlos.'
    },
    kept_events: {
      title: 'Eventos conservados',
      since: 'Eventos desde {time}: {events}, {mib} MiB.',
      none: 'Todavía no hay eventos.',
      limits:
        'Los eventos se conservan {days} días, como máximo {events} y {mib} MiB. El administrador de este servidor fija estos límites.',
      before: 'Borrar lo registrado antes de (UTC)',
      erase: 'Borrar',
      all: 'Borrar todos los eventos',
      nothing: 'No se registró ningún evento antes de {day}.',
      question:
        '¿Borrar para siempre los eventos registrados antes de {day}? Número de eventos: {events}.',
      question_all:
        '¿Borrar para siempre todos los eventos de este feed? Número de eventos: {events}.',
      erased: 'Eventos borrados: {events}.'
    },
    webhooks: {
      title: 'Webhooks',
      what: 'Payfeed envía eventos a la URL de su programa como peticiones firmadas y las repite durante tres días hasta que llegan.',
      none: 'Todavía no hay webhooks.',
      create: 'Crear un webhook',
      change: 'Cambiar el webhook',
      save: 'Guardar',
      created:
        'El webhook está creado. Copie su secreto en su programa y envíe una prueba.',
      changed: 'El webhook se ha cambiado.',
      state: {
        delivering: 'Entregando',
        sending: 'Enviando, {waiting} en espera',
        retrying: 'Reintentando desde {since}, {waiting} en espera',
        paused: 'Desactivado por usted',
        gone: 'Detenido: el receptor respondió 410',
        failed: 'Detenido: todas las peticiones fallaron durante cinco días',
        blocked: 'Detenido: un evento no se pudo entregar en orden'
      },
      since: 'desde {since}',
      probe: 'próximo sondeo {time}',
      waiting: 'en espera: {waiting}',
      lag: 'aún sin intentar: {lag}',
      failed: 'fallidos: {failed}',
      in_order: 'en orden',
      url_hint: 'Empieza por https://',
      description: 'Descripción',
      description_hint: 'Por ejemplo: tienda web',
      ordered: 'Entregar en orden',
      ordered_what:
        'Cada evento espera a que se entregue el anterior. Si un evento no se puede entregar durante tres días, el webhook se detiene.',
      test: 'Enviar una prueba',
      test_passed: 'Entregado: estado {status} tras {ms} ms.',
      test_failed: 'No entregado: estado {status} tras {ms} ms.',
      test_no_answer: 'No entregado: {error}',
      edit: 'Editar',
      secret: 'Secreto',
      secret_what:
        'Su programa lo usa para verificar cada petición, con una biblioteca de Standard Webhooks.',
      rotate_question:
        'Crear un nuevo secreto. ¿Cuánto tiempo sigue siendo válido el actual? Sin entregar aún: {count}.',
      overlaps: {
        hour: 'Durante 1 hora',
        day: 'Durante 1 día',
        week: 'Durante 7 días',
        none: 'Termina de inmediato, si el secreto se ha filtrado'
      },
      rotated: 'El webhook tiene un nuevo secreto.',
      overlap:
        'Las peticiones se firman también con el secreto anterior, hasta {until}.',
      end: 'Terminar ahora',
      end_question:
        '¿Terminar ahora el secreto anterior? Los programas que aún lo usan ya no podrán verificar peticiones. Sin entregar aún: {count}.',
      ended: 'El secreto anterior ha terminado.',
      disable: 'Desactivar',
      disable_question:
        '¿Desactivar este webhook? No se envía nada hasta que lo active. Entonces elige si se envían los eventos intermedios. Sin entregar aún: {count}.',
      disabled: 'El webhook está desactivado.',
      enable: 'Activar',
      enable_question: 'Activar este webhook. ¿Dónde continúa?',
      starts: {
        stopped: 'Donde se detuvo: se envían los eventos perdidos',
        now: 'Desde ahora: no se envían los eventos perdidos'
      },
      enabled: 'El webhook está activado.',
      delete: 'Eliminar',
      delete_question:
        '¿Eliminar el webhook «{name}»? No envía nada más, ni siquiera lo que espera. Se eliminan su secreto y su lista de entregas. Los eventos permanecen en el feed. Sin entregar aún: {count}.',
      deleted: 'El webhook se ha eliminado.',
      resend: 'Reenviar',
      resend_failed: 'Reenviar todos los fallidos',
      resent: 'Reenviados: {count}',
      delivery: {
        title: 'Entregas',
        show: 'Mostrar',
        all: 'Todas',
        delivered: 'Entregado',
        waiting: 'En espera',
        retrying: 'Reintentando',
        failed: 'Fallido',
        attempts: 'intentos: {attempts}',
        next: 'próximo intento {time}',
        status: 'estado {status} tras {ms} ms',
        probe: 'sondeo',
        none: 'Ninguna entrega.',
        more: 'Cargar entregas anteriores'
      }
    },
    subscribers: {
      title: 'Suscriptores conectados',
      what: 'Programas y páginas conectados ahora a este feed. Esta página es uno de ellos.',
      since: 'conectado {age} desde {address}',
      lag: 'retraso: {lag}',
      no_lag: 'al día',
      failed: 'No se pudo cargar la lista. El próximo intento es en 2 segundos.'
    },
    send: {
      purpose:
        'Pruebe lo que reciben los programas: envíe un evento o un mensaje propio a todos los suscriptores.',
      test_title: 'Evento de prueba',
      test_what: 'Todos los suscriptores lo reciben. No es un pago.',
      test: 'Enviar un evento de prueba',
      title: 'Mensaje propio',
      what: 'Todos los suscriptores lo reciben, y se guarda como un pago.',
      text: 'Texto',
      json: 'JSON',
      message: 'Mensaje',
      hint_text: 'Se envía sin cambios.',
      hint_json: 'Un objeto con "type" se convierte en una trama de ese tipo.',
      send: 'Enviar',
      sent: 'Enviado como {id}. Suscriptores conectados: {delivered}.',
      too_long: 'El mensaje tiene más de {bytes} bytes.',
      invalid_json: 'Esto no es JSON válido: {error}',
      infinite: 'Un número es demasiado grande.',
      too_deep: 'El mensaje tiene más de {nesting} niveles de anidamiento.',
      reserved_member: 'El miembro "{member}" está reservado.',
      reserved_type: 'El tipo "{type}" está reservado.',
      invalid_type:
        'Un tipo tiene de 1 a 64 caracteres: a a z, 0 a 9, punto, guion y guion bajo.'
    },
    server: {
      title: 'Este servidor',
      what: 'Todos los usuarios juntos, para administradores de LNbits. No se muestran pagos, nombres ni importes de nadie.',
      health: 'Estado',
      ok: 'Correcto',
      not_ok: 'Con fallos',
      feeds: 'Feeds',
      inactive: 'no activos: {count}',
      events: 'Eventos guardados',
      disk: 'En el disco',
      wallets: 'monederos: {count}',
      retrying: 'reintentando: {count}',
      failing: 'fallando: {count}',
      disabled: 'desactivados: {count}',
      off: 'desactivados en este servidor',
      recording: 'Registro',
      looked: 'Última búsqueda de pagos',
      under_way: 'Pagos que se leen de nuevo',
      audit: 'Comparación de todos los pagos',
      first_round: 'La primera está en curso.',
      rounds: 'completadas: {count}, última {time}',
      since: 'Contado desde el inicio',
      recorded: 'Eventos registrados',
      reconciled: 'De ellos, encontrados al buscar',
      delivered: 'Eventos enviados a lectores',
      refused: 'Peticiones y conexiones rechazadas',
      largest: 'Feeds más grandes',
      wallet_id: 'Id del monedero',
      size: 'Tamaño',
      copy_id: 'Copiar el id del monedero {id}',
      counted: 'Contado {time}, cada cinco minutos.',
      counting: 'Se están contando los feeds.'
    },
    public_display: {
      connected: 'conectado',
      connecting: 'Conectando …',
      reconnecting: 'Sin conexión.',
      next: 'Nuevo intento en {seconds} s',
      not_connected: 'Sin conexión',
      page: 'Pantalla de Payfeed',
      no_key:
        'La dirección de esta página no tiene clave. Abra la dirección que Payfeed muestra para esta pantalla, o añada # y una clave de acceso al final.',
      none: 'Esperando un pago',
      total: 'Total: {total}',
      goal: 'Progreso hacia el objetivo',
      of_goal: '{percent} de {goal}',
      enable_sound: 'Toque para activar el sonido'
    },
    displays: {
      title: 'Pantallas para el mostrador o la emisión',
      what: 'Una pantalla es una página pública que muestra el último pago. Guarde una y abra su dirección en el dispositivo.',
      why: 'Cualquiera con esta dirección ve los importes y horas de los pagos recibidos, pero no las descripciones. La clave va tras el #, así que ningún servidor la registra.',
      own_key:
        'Solo el propietario de un monedero puede guardar pantallas. Esta dirección funciona con una clave de acceso que él le dio. Cualquiera con ella puede leer lo que lee la clave.',
      none: 'Todavía no hay pantallas.',
      failed: 'No se pudieron cargar las pantallas.',
      create: 'Nueva pantalla',
      save: 'Guardar la pantalla',
      name: 'Nombre',
      name_hint: 'Dónde se muestra, por ejemplo: mostrador principal',
      revoked: 'Su clave está revocada: quítela y cree una pantalla nueva.',
      open_name: 'Abrir {name}',
      show_name: 'Dirección de {name}',
      edit_name: 'Editar {name}',
      remove_name: 'Quitar {name}',
      remove: 'Quitar',
      remove_question:
        '¿Quitar la pantalla «{name}»? Su clave se revoca: deja de verse en todas partes. Conectadas ahora: {count}.',
      key: 'Clave de acceso con el permiso read',
      key_invalid: 'Esto no es una clave de acceso.',
      address: 'Dirección de la pantalla',
      preview: 'Vista previa',
      background: 'Fondo',
      backgrounds: {
        lnbits: 'tema de LNbits',
        dark: 'oscuro',
        light: 'claro',
        transparent: 'transparente, para superponer'
      },
      heading: 'Título',
      total: 'Total acumulado desde',
      totals: {none: 'sin total', today: 'hoy', time: 'una hora elegida'},
      since: 'Desde',
      goal: 'Objetivo del total (sat)',
      recent: 'Número de pagos recientes',
      min_amount: 'Importe mínimo (sat)',
      alert: 'Segundos que se muestra un pago (0: siempre)',
      fiat: 'Valor en dinero fiat, si LNbits lo conoce',
      memos: 'Descripciones, si la clave las lee',
      sound: 'Sonido con cada pago',
      volume: 'Volumen (0 a 100)',
      qr: 'Código QR de una dirección Lightning o LNURL',
      qr_invalid: 'Esto no es ni una dirección Lightning ni una LNURL.'
    }
  },
  'es'
)
