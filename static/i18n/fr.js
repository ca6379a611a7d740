Payfeed.addTexts(
  'fr',
  {
    wallet: 'Portefeuille',
    no_wallet:
      'Vous n’avez pas encore de portefeuille. Créez-en un pour voir son flux.',
    received: 'Reçu : {amount}',
    received_in: '{wallet} a reçu {amount}',
    open: 'Ouvrir',
    copy: 'Copier',
    copied: 'Copié',
    not_copied:
      'Ce navigateur ne permet pas à la page de copier. Sélectionnez le texte et copiez-le.',
    close: 'Fermer',
    qr: 'Code QR',
    cancel: 'Annuler',
    documentation: 'Documentation',
    show: 'Afficher',
    hide: 'Masquer',
    owner_only: 'Seul le propriétaire de ce portefeuille peut voir et modifier ceci.',
    failure: {
      no_response:
        'LNbits ne répond pas. Vérifiez qu’il fonctionne et que cet appareil est en ligne, puis réessayez.',
      status: 'LNbits a répondu avec le statut {status}. Réessayez plus tard.'
    },
    tab: {
      live: 'En direct',
      plots: 'Graphiques',
      connect: 'Connecter',
      keys: 'Clés',
      webhooks: 'Webhooks',
      subscribers: 'Abonnés',
      send: 'Envoyer',
      display: 'Affichages',
      server: 'Serveur'
    },
    state: {
      connected: 'Connecté : les paiements apparaissent aussitôt.',
      connecting: 'Connexion …',
      reconnecting: 'Non connecté. Aucun événement ne sera perdu.',
      next: 'Prochain essai dans {seconds} s.',
      disconnected: 'Non connecté : {reason}',
      now: 'Essayer maintenant'
    },
    live: {
      what: 'Les paiements et messages de ce portefeuille, dès leur arrivée.',
      search: 'Rechercher',
      filters: 'Filtres',
      export: 'Exporter',
      export_question:
        'Exporter tous les événements conservés que les filtres laissent passer, pas seulement ceux chargés ici. Une recherche ne les restreint pas.',
      formats: {
        csv: 'Paiements en CSV, pour un tableur',
        jsonl: 'Tous les événements en lignes JSON, avec signatures'
      },
      type: 'Type',
      types: {
        all: 'Tous les événements',
        payment: 'Paiements',
        message: 'Messages',
        test: 'Tests'
      },
      direction: 'Sens',
      directions: {both: 'Reçus et envoyés', in: 'Reçu', out: 'Envoyé'},
      min_amount: 'Montant minimal (sat)',
      tag: 'Tag',
      from: 'Du',
      to: 'Au',
      in: 'Reçu',
      out: 'Envoyé',
      pending: 'En attente',
      failed: 'Échoué',
      message: 'Message',
      test: 'Test',
      no_memo: 'sans mémo',
      fee: 'frais {amount}',
      nothing: 'Aucun événement correspondant.',
      loading: 'Chargement …',
      more: 'Charger des événements plus anciens',
      beginning: 'Il n’y a pas d’événements plus anciens.',
      not_kept:
        'Cet événement n’est pas dans le flux de ce portefeuille ou n’est plus conservé.'
    },
    today: {
      title: 'Aujourd’hui et hier',
      received: 'Reçu',
      sent: 'Envoyé',
      fees: 'Frais',
      payments: 'Paiements',
      balance: 'Solde',
      yesterday: 'hier {value}',
      failed: 'Les sommes du jour n’ont pas pu être chargées.'
    },
    event: {
      received: 'Reçu, confirmé',
      sent: 'Envoyé, confirmé',
      pending: 'En attente : pas encore payé',
      failed: 'Échoué : rien n’a été payé',
      fiat: 'Valeur au moment du paiement',
      fee: 'Frais',
      settled: 'Réglé',
      recorded: 'Enregistré',
      memo: 'Mémo',
      comment: 'Commentaire',
      external_id: 'Identifiant externe',
      labels: 'Étiquettes',
      truncated: 'Coupé car trop long',
      id: 'Id de l’événement',
      copy_hash: 'Copier le hash du paiement',
      webhook: 'Webhook {name}',
      wallet: 'Ouvrir le portefeuille dans LNbits',
      frame: 'Trame en JSON',
      copy_frame: 'Copier la trame'
    },
    empty_feed: {
      title: 'Pas encore de paiements',
      what: 'Créez une facture et payez-la depuis n’importe quel portefeuille. Le paiement apparaît ici aussitôt.',
      create: 'Créer une facture de {amount}',
      memo: 'Mon premier paiement Payfeed',
      scan: 'Scannez ou copiez cette facture, et payez-la.',
      connect: 'Connecter un programme',
      display: 'Ouvrir un affichage'
    },
    plots: {
      what: 'Ce que ce portefeuille a reçu et envoyé au fil du temps, ou la taille de ses paiements.',
      sums: 'Reçu, envoyé, frais et total cumulé',
      sizes: 'Nombre de paiements par montant',
      hour: 'Heure',
      day: 'Jour',
      week: 'Semaine',
      month: 'Mois',
      size: 'Montant',
      received: 'Reçu',
      sent: 'Envoyé',
      fees: 'Frais',
      total: 'Total cumulé',
      unknown: 'Pas de chiffres',
      begins:
        'Le flux commence le {time}. Il n’y a pas de chiffres pour le temps d’avant.',
      kept_since:
        'Les événements sont conservés depuis le {time}, au plus {days} jours. Il n’y a pas de chiffres pour les plus anciens.',
      nothing: 'Aucun paiement.',
      filtered: 'Seulement : {filter}.',
      of_failed: 'Les paiements échoués n’ont rien payé : il n’y a pas de sommes.',
      unfilter: 'Tout afficher',
      incomplete: 'Les paiements n’ont pas pu être chargés.',
      no_chart:
        'Ce LNbits n’a pas Chart.js. Le tableau ci-dessous montre les mêmes chiffres.',
      without_fiat: 'Paiements sans montant en {currency}, non inclus : {count}.'
    },
    connect: {
      what: 'Un programme a besoin de cette adresse et d’une clé pour lire le flux.',
      inkey: 'Clé de facture',
      access: 'Clé d’accès',
      inkey_means:
        'La clé de facture permet aussi de créer des factures. Utilisez-la pour les essais, et des clés d’accès pour les appareils.',
      access_means:
        'Créez des clés d’accès dans l’onglet Clés. Chacune a un nom et des droits limités, et peut être révoquée.',
      paste: 'Collez la clé d’accès',
      closed:
        'Le propriétaire de ce portefeuille a fermé le flux à la clé de facture. Utilisez une clé d’accès.',
      no_key: 'Collez une clé d’accès. L’adresse et le code apparaîtront alors.',
      show: 'Afficher la clé',
      hide: 'Masquer la clé',
      address: 'Adresse WebSocket',
      copy_address: 'Copier l’adresse',
      header: 'Clé, en en-tête',
      copy_header: 'Copier l’en-tête',
      in_address: 'Adresse qui contient la clé',
      in_address_means:
        'Seulement pour les programmes qui ne peuvent pas envoyer d’en-tête : les adresses restent dans les journaux et les historiques.',
      copy_address_with_key: 'Copier l’adresse avec la clé',
      verify: 'Vérifier les signatures',
      verify_means:
        'Le code contient alors le secret de signature du flux. Ne le mettez pas dans une page que d’autres peuvent ouvrir.',
      verify_without_secret:
        'Le propriétaire de ce portefeuille a le secret de signature : mettez-le à la place de whsec_….',
      copy_snippet: 'Copier le code',
      qr: 'L’adresse, pour un téléphone ou un appareil. Toute personne qui a cette clé peut lire le flux.',
      language: {
        browser: 'Navigateur',
        vue: 'Vue',
        checkout: 'Page de paiement',
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
      events: 'Événements',
      by_name: 'Types par nom',
      names: 'Noms de types, séparés par des virgules',
      names_hint:
        'Par exemple : payment, door. Le nom message désigne tous les messages.',
      minimum: 'Minimum (sat)',
      status: 'Statut',
      statuses: {confirmed: 'Confirmé', failed: 'Échoué', any: 'Tout statut'},
      payment_hash: 'Hash du paiement',
      external_id: 'Identifiant externe de la facture',
      from: 'à partir de {amount}',
      tag: 'tag {tag}',
      hash: 'paiement {start}…',
      id: 'identifiant externe {id}',
      since: 'du {day}',
      until: 'au {day}'
    },
    keys: {
      title: 'Clés d’accès',
      what: 'Créez une clé par appareil ou programme, pour le reconnaître et pouvoir la révoquer.',
      none: 'Pas encore de clés d’accès.',
      failed: 'Les clés d’accès n’ont pas pu être chargées.',
      create: 'Créer une clé',
      name: 'Nom',
      name_hint:
        'L’appareil ou le programme qui utilise cette clé, par exemple : caisse principale',
      scope: {
        read: 'read : recevoir les paiements et les messages',
        notify: 'notify : envoyer des messages',
        balance: 'balance : recevoir le solde du portefeuille'
      },
      narrow: 'Lire seulement certains événements',
      narrow_means:
        'Le filtre est fixé pour la clé. Une telle clé ne peut rien envoyer et ne voit pas le solde.',
      public: 'Publique',
      public_means:
        'Pour une page ouverte à tous : le mémo, le commentaire et vos propres identifiants d’un paiement sont vides.',
      rename: 'Renommer',
      rename_name: 'Renommer {name}',
      rename_question: 'Nouveau nom de la clé « {name} »',
      expiry: 'Expire',
      expiries: {
        never: 'jamais',
        minutes: 'dans 10 minutes',
        hour: 'dans 1 heure',
        day: 'dans 1 jour',
        month: 'dans 30 jours',
        year: 'dans 1 an'
      },
      once: 'Cette clé n’est affichée qu’une fois. Conservez-la maintenant.',
      stored: 'Je l’ai conservée',
      used: 'utilisée {age}',
      unused: 'jamais utilisée',
      lag: 'non acquittés : {lag}',
      expires: 'expire le {time}',
      expired: 'expirée',
      revoked: 'révoquée',
      revoke: 'Révoquer',
      revoke_name: 'Révoquer {name}',
      revoke_really:
        'Révoquer la clé « {name} » ? Les programmes qui l’utilisent sont déconnectés aussitôt. Connectés maintenant : {count}.',
      revoked_keys: 'Clés révoquées : {count}',
      close: 'Fermer le flux',
      close_question:
        'Fermer le flux à la clé de facture ? Les programmes qui l’utilisent sont déconnectés aussitôt. Connectés maintenant, outre cette page : {count}.',
      allow_inkey: 'Autoriser la clé de facture à lire le flux',
      allow_inkey_means:
        'Si c’est désactivé, seules les clés d’accès et votre clé d’administration lisent le flux.',
      mirror_to_inkey: 'Dupliquer les paiements vers le socket de LNbits',
      mirror_to_inkey_means:
        'Si c’est activé, les programmes qui utilisent le WebSocket de LNbits avec la clé de facture reçoivent aussi les trames de Payfeed.',
      mirror_question:
        'Arrêter la duplication ? Les programmes sur le WebSocket de LNbits avec la clé de facture ne reçoivent plus de trames de Payfeed. Payfeed ne peut pas les compter.',
      stop_mirror: 'Arrêter la duplication',
      extra_members: 'Membres d’extra de LNbits',
      extra_members_means:
        'Les paiements portent ces membres, par exemple un numéro de commande que votre boutique y enregistre. Noms séparés par des virgules, 10 au plus.',
      secret: 'Secret de signature',
      secret_means:
        'Avec ce secret, les programmes vérifient qu’un événement vient de ce flux et n’a pas changé.',
      channel: 'Canal',
      channel_means:
        'Le WebSocket de LNbits portant ce nom transmet aussi les événements en direct. Toute personne qui connaît le nom peut y écrire : vérifiez les signatures.',
      rotate: 'Renouveler',
      rotate_secret:
        'Créer un nouveau secret de signature. Les programmes qui vérifient les signatures ont besoin du nouveau. Combien de temps l’actuel reste-t-il valable ? Les clients de Payfeed 0.1.0 n’acceptent aucun événement tant que les deux sont valables. Connectés maintenant, outre cette page : {count}.',
      overlap:
        'Les événements sont aussi signés avec le secret précédent, jusqu’au {until}.',
      end_question:
        'Mettre fin au secret précédent ? Les programmes qui l’utilisent encore ne pourront plus vérifier les événements. Connectés maintenant, outre cette page : {count}.',
      rotated_secret: 'Le flux a un nouveau secret de signature.',
      rotated_channel: 'Le flux a un nouveau canal.',
      rotate_channel:
        'Créer un nouveau canal ? Les programmes qui utilisent l’ancien ne reçoivent plus d’événements. Payfeed ne peut pas les compter.'
    },
    kept_events: {
      title: 'Événements conservés',
      since: 'Événements depuis le {time} : {events}, {mib} Mio.',
      none: 'Pas encore d’événements.',
      limits:
        'Les événements sont conservés {days} jours, au plus {events} et {mib} Mio. L’administrateur de ce serveur fixe ces limites.',
      before: 'Effacer ce qui a été enregistré avant le (UTC)',
      erase: 'Effacer',
      all: 'Effacer tous les événements',
      nothing: 'Aucun événement n’a été enregistré avant le {day}.',
      question:
        'Effacer définitivement les événements enregistrés avant le {day} ? Nombre d’événements : {events}.',
      question_all:
        'Effacer définitivement tous les événements de ce flux ? Nombre d’événements : {events}.',
      erased: 'Événements effacés : {events}.'
    },
    webhooks: {
      title: 'Webhooks',
      what: 'Payfeed envoie les événements à l’URL de votre programme sous forme de requêtes signées, et les répète pendant trois jours jusqu’à leur arrivée.',
      none: 'Pas encore de webhooks.',
      create: 'Créer un webhook',
      change: 'Modifier le webhook',
      save: 'Enregistrer',
      created:
        'Le webhook est créé. Copiez son secret dans votre programme, puis envoyez un test.',
      changed: 'Le webhook est modifié.',
      state: {
        delivering: 'Livraison en cours',
        sending: 'Envoi, {waiting} en attente',
        retrying: 'Nouveaux essais depuis {since}, {waiting} en attente',
        paused: 'Désactivé par vous',
        gone: 'Arrêté : le destinataire a répondu 410',
        failed: 'Arrêté : toutes les requêtes ont échoué pendant cinq jours',
        blocked: 'Arrêté : un événement n’a pas pu être livré dans l’ordre'
      },
      since: 'depuis {since}',
      probe: 'prochaine sonde {time}',
      waiting: 'en attente : {waiting}',
      lag: 'pas encore essayés : {lag}',
      failed: 'échoués : {failed}',
      in_order: 'dans l’ordre',
      url_hint: 'Elle commence par https://',
      description: 'Description',
      description_hint: 'Par exemple : boutique en ligne',
      ordered: 'Livrer dans l’ordre',
      ordered_what:
        'Chaque événement attend que le précédent soit livré. Si un événement ne peut pas être livré pendant trois jours, le webhook s’arrête.',
      test: 'Envoyer un test',
      test_passed: 'Livré : statut {status} après {ms} ms.',
      test_failed: 'Non livré : statut {status} après {ms} ms.',
      test_no_answer: 'Non livré : {error}',
      edit: 'Modifier',
      secret: 'Secret',
      secret_what:
        'Votre programme s’en sert pour vérifier chaque requête, avec une bibliothèque de Standard Webhooks.',
      rotate_question:
        'Créer un nouveau secret. Combien de temps l’actuel reste-t-il valable ? Pas encore livrés : {count}.',
      overlaps: {
        hour: 'Pendant 1 heure',
        day: 'Pendant 1 jour',
        week: 'Pendant 7 jours',
        none: 'Il prend fin aussitôt, pour un secret divulgué'
      },
      rotated: 'Le webhook a un nouveau secret.',
      overlap:
        'Les requêtes sont aussi signées avec le secret précédent, jusqu’au {until}.',
      end: 'Terminer maintenant',
      end_question:
        'Mettre fin au secret précédent ? Les programmes qui l’utilisent encore ne pourront plus vérifier les requêtes. Pas encore livrés : {count}.',
      ended: 'Le secret précédent a pris fin.',
      disable: 'Désactiver',
      disable_question:
        'Désactiver ce webhook ? Rien n’est envoyé jusqu’à ce que vous l’activiez. Vous choisissez alors si les événements intermédiaires sont envoyés. Pas encore livrés : {count}.',
      disabled: 'Le webhook est désactivé.',
      enable: 'Activer',
      enable_question: 'Activer ce webhook. Où reprend-il ?',
      starts: {
        stopped: 'Là où il s’est arrêté : les événements manqués sont envoyés',
        now: 'À partir de maintenant : les événements manqués ne sont pas envoyés'
      },
      enabled: 'Le webhook est activé.',
      delete: 'Supprimer',
      delete_question:
        'Supprimer le webhook « {name} » ? Il n’envoie plus rien, pas même ce qui attend. Son secret et sa liste de livraisons sont supprimés. Les événements restent dans le flux. Pas encore livrés : {count}.',
      deleted: 'Le webhook est supprimé.',
      resend: 'Renvoyer',
      resend_failed: 'Renvoyer tous les échecs',
      resent: 'Renvoyés : {count}',
      delivery: {
        title: 'Livraisons',
        show: 'Afficher',
        all: 'Toutes',
        delivered: 'Livré',
        waiting: 'En attente',
        retrying: 'Nouveaux essais',
        failed: 'Échoué',
        attempts: 'essais : {attempts}',
        next: 'prochain essai {time}',
        status: 'statut {status} après {ms} ms',
        probe: 'sonde',
        none: 'Aucune livraison.',
        more: 'Charger des livraisons plus anciennes'
      }
    },
    subscribers: {
      title: 'Abonnés connectés',
      what: 'Programmes et pages connectés maintenant à ce flux. Cette page en fait partie.',
      since: 'connecté {age} depuis {address}',
      lag: 'retard : {lag}',
      no_lag: 'à jour',
      failed: 'La liste n’a pas pu être chargée. Prochain essai dans 2 secondes.'
    },
    send: {
      purpose:
        'Essayez ce que les programmes reçoivent : envoyez un événement ou un message à tous les abonnés.',
      test_title: 'Événement de test',
      test_what: 'Tous les abonnés le reçoivent. Ce n’est pas un paiement.',
      test: 'Envoyer un événement de test',
      title: 'Message personnalisé',
      what: 'Tous les abonnés le reçoivent, et il est conservé comme un paiement.',
      text: 'Texte',
      json: 'JSON',
      message: 'Message',
      hint_text: 'Envoyé sans changement.',
      hint_json: 'Un objet avec "type" devient une trame de ce type.',
      send: 'Envoyer',
      sent: 'Envoyé sous {id}. Abonnés connectés : {delivered}.',
      too_long: 'Le message dépasse {bytes} octets.',
      invalid_json: 'Ce n’est pas du JSON valide : {error}',
      infinite: 'Un nombre est trop grand.',
      too_deep: 'Le message a plus de {nesting} niveaux d’imbrication.',
      reserved_member: 'Le membre "{member}" est réservé.',
      reserved_type: 'Le type "{type}" est réservé.',
      invalid_type:
        'Un type a 1 à 64 caractères : a à z, 0 à 9, point, tiret et tiret bas.'
    },
    server: {
      title: 'Ce serveur',
      what: 'Tous les utilisateurs ensemble, pour les administrateurs de LNbits. Aucun paiement, nom ou montant n’est affiché.',
      health: 'État',
      ok: 'Correct',
      not_ok: 'En panne',
      feeds: 'Flux',
      inactive: 'inactifs : {count}',
      events: 'Événements conservés',
      disk: 'Sur le disque',
      wallets: 'portefeuilles : {count}',
      retrying: 'en nouvel essai : {count}',
      failing: 'en échec : {count}',
      disabled: 'désactivés : {count}',
      off: 'désactivés sur ce serveur',
      recording: 'Enregistrement',
      looked: 'Dernière recherche de paiements',
      under_way: 'Paiements relus',
      audit: 'Comparaison de tous les paiements',
      first_round: 'La première est en cours.',
      rounds: 'terminées : {count}, dernière {time}',
      since: 'Compté depuis le démarrage',
      recorded: 'Événements enregistrés',
      reconciled: 'Dont trouvés par recherche',
      delivered: 'Événements envoyés aux lecteurs',
      refused: 'Requêtes et connexions refusées',
      largest: 'Flux les plus grands',
      wallet_id: 'Id du portefeuille',
      size: 'Taille',
      copy_id: 'Copier l’id du portefeuille {id}',
      counted: 'Compté {time}, toutes les cinq minutes.',
      counting: 'Les flux sont en cours de comptage.'
    },
    public_display: {
      connected: 'connecté',
      connecting: 'Connexion …',
      reconnecting: 'Non connecté.',
      next: 'Nouvel essai dans {seconds} s',
      not_connected: 'Non connecté',
      page: 'Affichage Payfeed',
      no_key:
        'L’adresse de cette page n’a pas de clé. Ouvrez l’adresse que Payfeed indique pour cet affichage, ou ajoutez # et une clé d’accès à la fin.',
      none: 'En attente d’un paiement',
      total: 'Total : {total}',
      goal: 'Progression vers l’objectif',
      of_goal: '{percent} de {goal}',
      enable_sound: 'Toucher pour le son'
    },
    displays: {
      title: 'Affichages pour le comptoir ou le stream',
      what: 'Un affichage est une page publique qui montre le dernier paiement. Enregistrez-en un, puis ouvrez son adresse sur l’appareil.',
      why: 'Toute personne qui a cette adresse voit les montants et les heures des paiements reçus, mais pas les mémos. La clé est après le #, aucun serveur ne la journalise.',
      own_key:
        'Seul le propriétaire d’un portefeuille peut enregistrer des affichages. Cette adresse fonctionne avec une clé d’accès qu’il vous a donnée. Toute personne qui l’a peut lire ce que lit la clé.',
      none: 'Pas encore d’affichages.',
      failed: 'Les affichages n’ont pas pu être chargés.',
      create: 'Nouvel affichage',
      save: 'Enregistrer l’affichage',
      name: 'Nom',
      name_hint: 'Où il est montré, par exemple : comptoir principal',
      revoked: 'Sa clé est révoquée : retirez-le et créez un nouvel affichage.',
      open_name: 'Ouvrir {name}',
      show_name: 'Adresse de {name}',
      edit_name: 'Modifier {name}',
      remove_name: 'Retirer {name}',
      remove: 'Retirer',
      remove_question:
        'Retirer l’affichage « {name} » ? Sa clé est révoquée : il s’arrête sur tous les écrans. Connectés maintenant : {count}.',
      key: 'Clé d’accès avec le droit read',
      key_invalid: 'Ce n’est pas une clé d’accès.',
      address: 'Adresse de l’affichage',
      preview: 'Aperçu',
      background: 'Arrière-plan',
      backgrounds: {
        lnbits: 'thème de LNbits',
        dark: 'sombre',
        light: 'clair',
        transparent: 'transparent, pour incrustation'
      },
      heading: 'Titre',
      total: 'Total cumulé depuis',
      totals: {none: 'pas de total', today: 'aujourd’hui', time: 'une heure choisie'},
      since: 'Depuis',
      goal: 'Objectif du total (sat)',
      recent: 'Nombre de paiements récents',
      min_amount: 'Montant minimal (sat)',
      alert: 'Secondes d’affichage d’un paiement (0 : toujours)',
      fiat: 'Valeur en monnaie fiat, si LNbits la connaît',
      memos: 'Mémos, si la clé les lit',
      sound: 'Son à chaque paiement',
      volume: 'Volume (0 à 100)',
      qr: 'Code QR d’une adresse Lightning ou LNURL',
      qr_invalid: 'Ce n’est ni une adresse Lightning ni une LNURL.'
    }
  },
  'fr'
)
