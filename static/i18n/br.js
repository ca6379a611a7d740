Payfeed.addTexts(
  'br',
  {
    wallet: 'Carteira',
    no_wallet: 'Você ainda não tem uma carteira. Crie uma para ver o feed dela.',
    received: 'Recebido: {amount}',
    received_in: '{wallet} recebeu {amount}',
    open: 'Abrir',
    copy: 'Copiar',
    copied: 'Copiado',
    not_copied:
      'Este navegador não permite que a página copie. Selecione o texto e copie-o.',
    close: 'Fechar',
    qr: 'Código QR',
    cancel: 'Cancelar',
    documentation: 'Documentação',
    show: 'Mostrar',
    hide: 'Ocultar',
    owner_only: 'Só o proprietário desta carteira pode ver e mudar isto.',
    failure: {
      no_response:
        'O LNbits não responde. Verifique se ele está em execução e se este dispositivo está conectado, e tente de novo.',
      status: 'O LNbits respondeu com o status {status}. Tente mais tarde.'
    },
    tab: {
      live: 'Ao vivo',
      plots: 'Gráficos',
      connect: 'Conectar',
      keys: 'Chaves',
      webhooks: 'Webhooks',
      subscribers: 'Assinantes',
      send: 'Enviar',
      display: 'Telas',
      server: 'Servidor'
    },
    state: {
      connected: 'Conectado: os pagamentos aparecem na hora.',
      connecting: 'Conectando …',
      reconnecting: 'Sem conexão. Nenhum evento será perdido.',
      next: 'Próxima tentativa em {seconds} s.',
      disconnected: 'Sem conexão: {reason}',
      now: 'Tentar agora'
    },
    live: {
      what: 'Pagamentos e mensagens desta carteira, quando chegam.',
      search: 'Buscar',
      filters: 'Filtros',
      export: 'Exportar',
      export_question:
        'Exportar todos os eventos guardados que passam pelos filtros, não só os carregados aqui. Uma busca não os restringe.',
      formats: {
        csv: 'Pagamentos como CSV, para uma planilha',
        jsonl: 'Todos os eventos como linhas JSON, com assinaturas'
      },
      type: 'Tipo',
      types: {
        all: 'Todos os eventos',
        payment: 'Pagamentos',
        message: 'Mensagens',
        test: 'Testes'
      },
      direction: 'Direção',
      directions: {both: 'Recebidos e enviados', in: 'Recebido', out: 'Enviado'},
      min_amount: 'Valor mínimo (sat)',
      tag: 'Tag',
      from: 'De',
      to: 'Até',
      in: 'Recebido',
      out: 'Enviado',
      pending: 'Pendente',
      failed: 'Falhou',
      message: 'Mensagem',
      test: 'Teste',
      no_memo: 'sem descrição',
      fee: 'taxa {amount}',
      nothing: 'Nenhum evento corresponde.',
      loading: 'Carregando …',
      more: 'Carregar eventos anteriores',
      beginning: 'Não há eventos anteriores.',
      not_kept: 'Este evento não está no feed desta carteira ou não é mais guardado.'
    },
    today: {
      title: 'Hoje e ontem',
      received: 'Recebido',
      sent: 'Enviado',
      fees: 'Taxas',
      payments: 'Pagamentos',
      balance: 'Saldo',
      yesterday: 'ontem {value}',
      failed: 'Não foi possível carregar as somas de hoje.'
    },
    event: {
      received: 'Recebido, confirmado',
      sent: 'Enviado, confirmado',
      pending: 'Pendente: ainda não pago',
      failed: 'Falhou: nada foi pago',
      fiat: 'Valor ao ser pago',
      fee: 'Taxa',
      settled: 'Liquidado',
      recorded: 'Registrado',
      memo: 'Descrição',
      comment: 'Comentário',
      external_id: 'Identificador externo',
      labels: 'Etiquetas',
      truncated: 'Cortado por ser longo demais',
      id: 'Id do evento',
      copy_hash: 'Copiar o hash do pagamento',
      webhook: 'Webhook {name}',
      wallet: 'Abrir a carteira no LNbits',
      frame: 'Quadro como JSON',
      copy_frame: 'Copiar o quadro'
    },
    empty_feed: {
      title: 'Ainda não há pagamentos',
      what: 'Crie uma fatura e pague-a de qualquer carteira. O pagamento aparece aqui na hora.',
      create: 'Criar uma fatura de {amount}',
      memo: 'Meu primeiro pagamento no Payfeed',
      scan: 'Escaneie ou copie esta fatura e pague-a.',
      connect: 'Conectar um programa',
      display: 'Abrir uma tela'
    },
    plots: {
      what: 'O que esta carteira recebeu e enviou ao longo do tempo, ou o tamanho dos pagamentos.',
      sums: 'Recebido, enviado, taxas e total acumulado',
      sizes: 'Número de pagamentos por valor',
      hour: 'Hora',
      day: 'Dia',
      week: 'Semana',
      month: 'Mês',
      size: 'Valor',
      received: 'Recebido',
      sent: 'Enviado',
      fees: 'Taxas',
      total: 'Total acumulado',
      unknown: 'Sem números',
      begins: 'O feed começa em {time}. Não há números do tempo anterior.',
      kept_since:
        'Os eventos são guardados desde {time}, por no máximo {days} dias. Não há números dos mais antigos.',
      nothing: 'Nenhum pagamento.',
      filtered: 'Só: {filter}.',
      of_failed: 'Pagamentos que falharam não pagaram nada: não há somas.',
      unfilter: 'Mostrar tudo',
      incomplete: 'Não foi possível carregar os pagamentos.',
      no_chart:
        'Este LNbits não tem Chart.js. A tabela abaixo mostra os mesmos números.',
      without_fiat: 'Pagamentos sem valor em {currency}, não incluídos: {count}.'
    },
    connect: {
      what: 'Um programa precisa deste endereço e de uma chave para ler o feed.',
      inkey: 'Chave de fatura',
      access: 'Chave de acesso',
      inkey_means:
        'A chave de fatura também pode criar faturas. Use-a para testes, e chaves de acesso para dispositivos.',
      access_means:
        'Crie chaves de acesso na aba Chaves. Cada uma tem um nome e permissões limitadas, e pode ser revogada.',
      paste: 'Cole a chave de acesso',
      closed:
        'O proprietário desta carteira fechou o feed para a chave de fatura. Use uma chave de acesso.',
      no_key: 'Cole uma chave de acesso. Então aparecem o endereço e o código.',
      show: 'Mostrar a chave',
      hide: 'Ocultar a chave',
      address: 'Endereço WebSocket',
      copy_address: 'Copiar o endereço',
      header: 'Chave, como cabeçalho',
      copy_header: 'Copiar o cabeçalho',
      in_address: 'Endereço que contém a chave',
      in_address_means:
        'Só para programas que não podem enviar um cabeçalho: endereços ficam em registros e históricos.',
      copy_address_with_key: 'Copiar o endereço com a chave',
      verify: 'Verificar assinaturas',
      verify_means:
        'O código contém então o segredo de assinatura do feed. Não o coloque em uma página que outros possam abrir.',
      verify_without_secret:
        'O proprietário desta carteira tem o segredo de assinatura: coloque-o no lugar de whsec_….',
      copy_snippet: 'Copiar o código',
      qr: 'O endereço, para um telefone ou dispositivo. Qualquer pessoa com esta chave pode ler o feed.',
      language: {
        browser: 'Navegador',
        vue: 'Vue',
        checkout: 'Página de pagamento',
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
      by_name: 'Tipos por nome',
      names: 'Nomes de tipos, separados por vírgulas',
      names_hint:
        'Por exemplo: payment, door. O nome message vale para todas as mensagens.',
      minimum: 'Mínimo (sat)',
      status: 'Status',
      statuses: {confirmed: 'Confirmado', failed: 'Falhou', any: 'Qualquer status'},
      payment_hash: 'Hash do pagamento',
      external_id: 'Identificador externo da fatura',
      from: 'a partir de {amount}',
      tag: 'tag {tag}',
      hash: 'pagamento {start}…',
      id: 'identificador externo {id}',
      since: 'de {day}',
      until: 'até {day}'
    },
    keys: {
      title: 'Chaves de acesso',
      what: 'Crie uma chave para cada dispositivo ou programa, para reconhecê-lo e poder revogá-la.',
      none: 'Ainda não há chaves de acesso.',
      failed: 'Não foi possível carregar as chaves de acesso.',
      create: 'Criar uma chave',
      name: 'Nome',
      name_hint:
        'O dispositivo ou programa que usa esta chave, por exemplo: caixa principal',
      scope: {
        read: 'read: receber pagamentos e mensagens',
        notify: 'notify: enviar mensagens',
        balance: 'balance: receber o saldo da carteira'
      },
      narrow: 'Ler só alguns eventos',
      narrow_means:
        'O filtro da chave é fixo. Uma chave assim não pode enviar e não vê o saldo.',
      public: 'Pública',
      public_means:
        'Para uma página que qualquer um pode abrir: a descrição, o comentário e os seus identificadores de um pagamento ficam vazios.',
      rename: 'Renomear',
      rename_name: 'Renomear {name}',
      rename_question: 'Novo nome da chave “{name}”',
      expiry: 'Expira',
      expiries: {
        never: 'nunca',
        minutes: 'em 10 minutos',
        hour: 'em 1 hora',
        day: 'em 1 dia',
        month: 'em 30 dias',
        year: 'em 1 ano'
      },
      once: 'Esta chave é mostrada só uma vez. Guarde-a agora.',
      stored: 'Já a guardei',
      used: 'usada {age}',
      unused: 'nunca usada',
      lag: 'não confirmados: {lag}',
      expires: 'expira {time}',
      expired: 'expirada',
      revoked: 'revogada',
      revoke: 'Revogar',
      revoke_name: 'Revogar {name}',
      revoke_really:
        'Revogar a chave “{name}”? Os programas que a usam são desconectados na hora. Conectados agora: {count}.',
      revoked_keys: 'Chaves revogadas: {count}',
      close: 'Fechar o feed',
      close_question:
        'Fechar o feed para a chave de fatura? Os programas que a usam são desconectados na hora. Conectados agora, além desta página: {count}.',
      allow_inkey: 'Permitir que a chave de fatura leia o feed',
      allow_inkey_means:
        'Se estiver desligado, só chaves de acesso e a sua chave de administração leem o feed.',
      mirror_to_inkey: 'Espelhar pagamentos no socket do próprio LNbits',
      mirror_to_inkey_means:
        'Se estiver ligado, programas que usam o WebSocket do LNbits com a chave de fatura também recebem os quadros do Payfeed.',
      mirror_question:
        'Parar o espelho? Programas no WebSocket do próprio LNbits com a chave de fatura não recebem mais quadros do Payfeed. O Payfeed não consegue contá-los.',
      stop_mirror: 'Parar o espelho',
      extra_members: 'Membros de extra do LNbits',
      extra_members_means:
        'Os pagamentos levam estes membros, por exemplo um número de pedido que a sua loja guarda ali. Nomes separados por vírgulas, no máximo 10.',
      secret: 'Segredo de assinatura',
      secret_means:
        'Com este segredo os programas verificam que um evento vem deste feed e não mudou.',
      channel: 'Canal',
      channel_means:
        'O WebSocket do LNbits com este nome também leva os eventos ao vivo. Qualquer um que conheça o nome pode escrever nele: verifique as assinaturas.',
      rotate: 'Trocar',
      rotate_secret:
        'Criar um novo segredo de assinatura. Programas que verificam assinaturas precisam do novo. Por quanto tempo o atual continua válido? Clientes do Payfeed 0.1.0 não aceitam nenhum evento enquanto ambos forem válidos. Conectados agora, além desta página: {count}.',
      overlap: 'Os eventos também são assinados com o segredo anterior, até {until}.',
      end_question:
        'Encerrar agora o segredo anterior? Programas que ainda o usam não poderão mais verificar eventos. Conectados agora, além desta página: {count}.',
      rotated_secret: 'O feed tem um novo segredo de assinatura.',
      rotated_channel: 'O feed tem um novo canal.',
      rotate_channel:
        'Criar um novo canal? Programas que usam o antigo não recebem mais eventos. O Payfeed não consegue contá-los.'
    },
    kept_events: {
      title: 'Eventos guardados',
      since: 'Eventos desde {time}: {events}, {mib} MiB.',
      none: 'Ainda não há eventos.',
      limits:
        'Os eventos são guardados por {days} dias, no máximo {events} e {mib} MiB. O administrador deste servidor define estes limites.',
      before: 'Apagar o que foi registrado antes de (UTC)',
      erase: 'Apagar',
      all: 'Apagar todos os eventos',
      nothing: 'Nenhum evento foi registrado antes de {day}.',
      question:
        'Apagar para sempre os eventos registrados antes de {day}? Número de eventos: {events}.',
      question_all:
        'Apagar para sempre todos os eventos deste feed? Número de eventos: {events}.',
      erased: 'Eventos apagados: {events}.'
    },
    webhooks: {
      title: 'Webhooks',
      what: 'O Payfeed envia eventos à URL do seu programa como requisições assinadas, e as repete por três dias até chegarem.',
      none: 'Ainda não há webhooks.',
      create: 'Criar um webhook',
      change: 'Mudar o webhook',
      save: 'Salvar',
      created:
        'O webhook foi criado. Copie o segredo dele para o seu programa e envie um teste.',
      changed: 'O webhook foi mudado.',
      state: {
        delivering: 'Entregando',
        sending: 'Enviando, {waiting} na fila',
        retrying: 'Tentando desde {since}, {waiting} na fila',
        paused: 'Desativado por você',
        gone: 'Parado: o destinatário respondeu 410',
        failed: 'Parado: todas as requisições falharam por cinco dias',
        blocked: 'Parado: um evento não pôde ser entregue em ordem'
      },
      since: 'desde {since}',
      probe: 'próxima sondagem {time}',
      waiting: 'na fila: {waiting}',
      lag: 'ainda não tentados: {lag}',
      failed: 'falharam: {failed}',
      in_order: 'em ordem',
      url_hint: 'Começa com https://',
      description: 'Descrição',
      description_hint: 'Por exemplo: loja virtual',
      ordered: 'Entregar em ordem',
      ordered_what:
        'Cada evento espera até que o anterior seja entregue. Se um evento não puder ser entregue por três dias, o webhook para.',
      test: 'Enviar um teste',
      test_passed: 'Entregue: status {status} após {ms} ms.',
      test_failed: 'Não entregue: status {status} após {ms} ms.',
      test_no_answer: 'Não entregue: {error}',
      edit: 'Editar',
      secret: 'Segredo',
      secret_what:
        'O seu programa o usa para verificar cada requisição, com uma biblioteca do Standard Webhooks.',
      rotate_question:
        'Criar um novo segredo. Por quanto tempo o atual continua válido? Ainda não entregues: {count}.',
      overlaps: {
        hour: 'Por 1 hora',
        day: 'Por 1 dia',
        week: 'Por 7 dias',
        none: 'Ele termina na hora, para um segredo que vazou'
      },
      rotated: 'O webhook tem um novo segredo.',
      overlap:
        'As requisições também são assinadas com o segredo anterior, até {until}.',
      end: 'Encerrar agora',
      end_question:
        'Encerrar agora o segredo anterior? Programas que ainda o usam não poderão mais verificar requisições. Ainda não entregues: {count}.',
      ended: 'O segredo anterior foi encerrado.',
      disable: 'Desativar',
      disable_question:
        'Desativar este webhook? Nada é enviado até que você o ative. Então você escolhe se os eventos do intervalo são enviados. Ainda não entregues: {count}.',
      disabled: 'O webhook está desativado.',
      enable: 'Ativar',
      enable_question: 'Ativar este webhook. De onde ele continua?',
      starts: {
        stopped: 'De onde parou: eventos perdidos são enviados',
        now: 'A partir de agora: eventos perdidos não são enviados'
      },
      enabled: 'O webhook está ativado.',
      delete: 'Excluir',
      delete_question:
        'Excluir o webhook “{name}”? Ele não envia mais nada, nem o que está na fila. O segredo e a lista de entregas são excluídos. Os eventos permanecem no feed. Ainda não entregues: {count}.',
      deleted: 'O webhook foi excluído.',
      resend: 'Reenviar',
      resend_failed: 'Reenviar todos os que falharam',
      resent: 'Reenviados: {count}',
      delivery: {
        title: 'Entregas',
        show: 'Mostrar',
        all: 'Todas',
        delivered: 'Entregue',
        waiting: 'Na fila',
        retrying: 'Tentando',
        failed: 'Falhou',
        attempts: 'tentativas: {attempts}',
        next: 'próxima tentativa {time}',
        status: 'status {status} após {ms} ms',
        probe: 'sondagem',
        none: 'Nenhuma entrega.',
        more: 'Carregar entregas anteriores'
      }
    },
    subscribers: {
      title: 'Assinantes conectados',
      what: 'Programas e páginas conectados agora a este feed. Esta página é um deles.',
      since: 'conectado {age} de {address}',
      lag: 'atraso: {lag}',
      no_lag: 'em dia',
      failed: 'Não foi possível carregar a lista. A próxima tentativa é em 2 segundos.'
    },
    send: {
      purpose:
        'Teste o que os programas recebem: envie um evento ou uma mensagem sua a todos os assinantes.',
      test_title: 'Evento de teste',
      test_what: 'Todos os assinantes o recebem. Não é um pagamento.',
      test: 'Enviar um evento de teste',
      title: 'Mensagem própria',
      what: 'Todos os assinantes a recebem, e ela é guardada como um pagamento.',
      text: 'Texto',
      json: 'JSON',
      message: 'Mensagem',
      hint_text: 'Enviada sem mudanças.',
      hint_json: 'Um objeto com "type" vira um quadro desse tipo.',
      send: 'Enviar',
      sent: 'Enviado como {id}. Assinantes conectados: {delivered}.',
      too_long: 'A mensagem tem mais de {bytes} bytes.',
      invalid_json: 'Isto não é JSON válido: {error}',
      infinite: 'Um número é grande demais.',
      too_deep: 'A mensagem tem mais de {nesting} níveis de aninhamento.',
      reserved_member: 'O membro "{member}" é reservado.',
      reserved_type: 'O tipo "{type}" é reservado.',
      invalid_type:
        'Um tipo tem de 1 a 64 caracteres: a a z, 0 a 9, ponto, hífen e sublinhado.'
    },
    server: {
      title: 'Este servidor',
      what: 'Todos os usuários juntos, para administradores do LNbits. Não são mostrados pagamentos, nomes nem valores de ninguém.',
      health: 'Estado',
      ok: 'Em ordem',
      not_ok: 'Com falhas',
      feeds: 'Feeds',
      inactive: 'inativos: {count}',
      events: 'Eventos guardados',
      disk: 'No disco',
      wallets: 'carteiras: {count}',
      retrying: 'tentando de novo: {count}',
      failing: 'falhando: {count}',
      disabled: 'desativados: {count}',
      off: 'desativados neste servidor',
      recording: 'Registro',
      looked: 'Última busca por pagamentos',
      under_way: 'Pagamentos que são lidos de novo',
      audit: 'Comparação de todos os pagamentos',
      first_round: 'A primeira está em andamento.',
      rounds: 'concluídas: {count}, última {time}',
      since: 'Contado desde o início',
      recorded: 'Eventos registrados',
      reconciled: 'Destes, encontrados na busca',
      delivered: 'Eventos enviados a leitores',
      refused: 'Pedidos e conexões recusados',
      largest: 'Maiores feeds',
      wallet_id: 'Id da carteira',
      size: 'Tamanho',
      copy_id: 'Copiar o id da carteira {id}',
      counted: 'Contado {time}, a cada cinco minutos.',
      counting: 'Os feeds estão sendo contados.'
    },
    public_display: {
      connected: 'conectado',
      connecting: 'Conectando …',
      reconnecting: 'Sem conexão.',
      next: 'Nova tentativa em {seconds} s',
      not_connected: 'Sem conexão',
      page: 'Tela do Payfeed',
      no_key:
        'O endereço desta página não tem chave. Abra o endereço que o Payfeed mostra para esta tela, ou acrescente # e uma chave de acesso ao final.',
      none: 'Esperando um pagamento',
      total: 'Total: {total}',
      goal: 'Progresso até a meta',
      of_goal: '{percent} de {goal}',
      enable_sound: 'Toque para o som'
    },
    displays: {
      title: 'Telas para o balcão ou a transmissão',
      what: 'Uma tela é uma página pública que mostra o último pagamento. Salve uma e abra o endereço dela no dispositivo.',
      why: 'Qualquer um com este endereço vê os valores e horários dos pagamentos recebidos, mas não as descrições. A chave vem depois do #, então nenhum servidor a registra.',
      own_key:
        'Só o proprietário de uma carteira pode salvar telas. Este endereço funciona com uma chave de acesso que ele lhe deu. Qualquer um com ele pode ler o que a chave lê.',
      none: 'Ainda não há telas.',
      failed: 'Não foi possível carregar as telas.',
      create: 'Nova tela',
      save: 'Salvar a tela',
      name: 'Nome',
      name_hint: 'Onde ela é mostrada, por exemplo: balcão principal',
      revoked: 'A chave dela foi revogada: remova-a e crie uma nova tela.',
      open_name: 'Abrir {name}',
      show_name: 'Endereço de {name}',
      edit_name: 'Editar {name}',
      remove_name: 'Remover {name}',
      remove: 'Remover',
      remove_question:
        'Remover a tela “{name}”? A chave dela é revogada: ela para em todos os lugares. Conectadas agora: {count}.',
      key: 'Chave de acesso com a permissão read',
      key_invalid: 'Isto não é uma chave de acesso.',
      address: 'Endereço da tela',
      preview: 'Prévia',
      background: 'Fundo',
      backgrounds: {
        lnbits: 'tema do LNbits',
        dark: 'escuro',
        light: 'claro',
        transparent: 'transparente, para sobreposição'
      },
      heading: 'Título',
      total: 'Total acumulado desde',
      totals: {none: 'sem total', today: 'hoje', time: 'um horário escolhido'},
      since: 'Desde',
      goal: 'Meta do total (sat)',
      recent: 'Número de pagamentos recentes',
      min_amount: 'Valor mínimo (sat)',
      alert: 'Segundos que um pagamento é mostrado (0: sempre)',
      fiat: 'Valor em moeda fiat, se o LNbits souber',
      memos: 'Descrições, se a chave as lê',
      sound: 'Som a cada pagamento',
      volume: 'Volume (0 a 100)',
      qr: 'Código QR de um endereço Lightning ou LNURL',
      qr_invalid: 'Isto não é um endereço Lightning nem uma LNURL.'
    }
  },
  'pt-BR'
)
