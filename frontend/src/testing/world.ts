// The world of samples behind the pretended program: a person in the middle of
// her affairs. People, numbers and counts are invented; numbers pass their checks.
import type {
  ApplicationView,
  AwayDraft,
  BackupFact,
  BackupState,
  CatalogueList,
  CatalogueQuery,
  CheckResult,
  DifferenceView,
  DraftView,
  ExchangeFacts,
  FileSources,
  FieldView,
  HomeView,
  KeyList,
  MigrationView,
  NetworkCheck,
  NetworkView,
  ParcelPlan,
  Preferences,
  ProfileState,
  Preview,
  ProcedureCard,
  ProcedureView,
  SendingView,
  SessionState,
  StepView,
  StorageView,
  SyncState,
  TemplateView,
  TrayView,
} from '../lib/dto.ts'
import * as s from './samples.ts'

/** Everything the pretended program knows. */
export interface World {
  now: string
  session: SessionState
  preferences: Preferences
  profile: ProfileState
  sync: SyncState
  tray: TrayView
  sources: FileSources
  consent: string
  procedures: ProcedureCard[]
  drafts: DraftView[]
  applications: ApplicationView[]
  home: Partial<HomeView>
  check: CheckResult
  preview: Preview
  keys: KeyList
  templates: TemplateView[]
  migration: MigrationView
  parcel: ParcelPlan
  exchange: ExchangeFacts
  storage: StorageView
  sending: SendingView
  backup: BackupState
  facts: BackupFact[]
  away: AwayDraft[]
  differences: DifferenceView[]
  network: NetworkView
  reach: NetworkCheck
  notify: string
}

const { text } = s

const residence = text(
  'Регистрация по месту жительства',
  'Рэгістрацыя па месцы жыхарства',
  'Registration at the place of residence',
)
const birth = text(
  'Повторное свидетельство о рождении',
  'Паўторнае пасведчанне аб нараджэнні',
  'A repeated birth certificate',
)
const family = text('Справка о составе семьи', 'Даведка аб складзе сям’і', 'Certificate of the family')
const housing = text(
  'Принятие решения о принятии на учёт граждан, нуждающихся в улучшении жилищных условий, о внесении изменений в состав семьи',
  'Прыняцце рашэння аб пастаноўцы на ўлік грамадзян, якія маюць патрэбу ў паляпшэнні жыллёвых умоў',
  'Decision on entry in the register of citizens in need of better housing',
)
const copy = text('Копия лицевого счёта', 'Копія асабовага рахунку', 'Copy of the personal account')

function procedures(): ProcedureCard[] {
  const card = s.procedureCard
  const closed = { allowed: false, closedReason: 'level_strict' }
  const civil = text('Отдел загса', 'Аддзел загса', 'Civil registry')
  const centre = text('Расчётный центр', 'Разліковы цэнтр', 'Settlement centre')
  return [
    card({ code: '200.13.1', title: residence }),
    card({
      code: '200.5.13',
      number: '5.13',
      title: birth,
      category: 'civil',
      body: civil,
      fee: '45.00',
      termValue: 2,
      level: 'email',
    }),
    card({
      code: '200.1.3.1',
      number: '1.3.1',
      title: family,
      category: 'housing',
      body: centre,
      feeKind: 'free',
      fee: '',
      termUnit: 'same_day',
      level: 'email',
    }),
    card({
      code: '200.1.1.5',
      number: '1.1.5',
      title: housing,
      category: 'housing',
      feeKind: 'free',
      fee: '',
      termValue: 1,
      termUnit: 'months',
      ...closed,
    }),
    card({
      code: '200.11.1.1',
      number: '11.1.1',
      title: text(
        'Выдача паспорта гражданина Республики Беларусь',
        'Выдача пашпарта грамадзяніна Рэспублікі Беларусь',
        'Issue of a passport',
      ),
      category: 'identity',
      fee: '45.00',
      feeVaries: true,
      termValue: 1,
      termUnit: 'months',
      formId: '',
      ...closed,
    }),
    card({
      code: '200.1.3.2',
      number: '1.3.2',
      title: copy,
      category: 'housing',
      body: centre,
      feeKind: 'free',
      fee: '',
      termValue: 5,
      termUnit: 'days',
      level: 'non_strict',
    }),
  ]
}

/** The catalogue after a search. */
export function catalogueList(w: World, q: CatalogueQuery): CatalogueList {
  const words = q.search.toLowerCase()
  const items = w.procedures.filter(
    (p) =>
      (p.title.ru.toLowerCase().includes(words) ||
        p.title.be.toLowerCase().includes(words) ||
        p.number === words) &&
      (!q.category || p.category === q.category) &&
      (!q.onlyOpen || p.allowed) &&
      (!q.onlyFree || p.feeKind === 'free'),
  )
  const counts = new Map<string, number>()
  for (const p of w.procedures) counts.set(p.category, (counts.get(p.category) ?? 0) + 1)
  return {
    version: '2026-11-21',
    total: w.procedures.length,
    items,
    categories: [...counts].map(([category, count]) => ({ category, count })),
  }
}

/** A procedure's page. */
export function documentsOf(w: World, code: string): ProcedureView {
  const card = w.procedures.find((p) => p.code === code)
  if (!card) throw new Error('{"code":"not_found","ref":"K3F9QX"}')
  return {
    card,
    applicants: ['citizen', 'foreigner'],
    documents: [
      { name: text('заявление', 'заява', 'application'), condition: text('', '', '') },
      {
        name: text(
          'паспорт или иной документ, удостоверяющий личность',
          'пашпарт або іншы дакумент, які сведчыць асобу',
          'identity document',
        ),
        condition: text('', '', ''),
      },
      {
        name: text(
          'согласие собственника жилого помещения',
          'згода ўласніка жылога памяшкання',
          'consent of the owner',
        ),
        condition: text(
          'если жильё принадлежит другому',
          'калі жыллё належыць іншаму',
          'if the dwelling belongs to another',
        ),
      },
    ],
    feeLines: card.fee
      ? [
          { variant: '', adds: false, amount: card.fee },
          { variant: 'urgent', adds: true, amount: '90.00' },
        ]
      : [],
    validity: 'indefinite',
    validFor: 0,
    validText: text(''),
    extended: '',
    complaint: true,
    sources: ['Указ Президента Республики Беларусь от 26.04.2010 № 200'],
    note: '',
    unverified: true,
  }
}

function fields(): FieldView[] {
  const field = s.fieldView
  const choice = (value: string, ru: string, be: string, en: string) => ({ value, label: text(ru, be, en) })
  return [
    field({
      id: 'surname',
      label: text('Фамилия', 'Прозвішча', 'Surname'),
      value: s.valueOf('Ковалёва'),
      source: 'profile',
    }),
    field({ id: 'name', value: s.valueOf('Анна'), source: 'profile' }),
    field({
      id: 'birth',
      type: 'date',
      label: text('Дата рождения', 'Дата нараджэння', 'Date of birth'),
      value: s.valueOf('1985-07-12'),
    }),
    field({
      id: 'number',
      type: 'personal_number',
      label: text('Идентификационный номер', 'Ідэнтыфікацыйны нумар', 'Identification number'),
      value: s.valueOf('4120785A021PB6'),
    }),
    field({
      id: 'basis',
      type: 'radio',
      label: text('Основание', 'Падстава', 'Ground'),
      value: s.valueOf('consent'),
      options: [
        choice('own', 'Жильё принадлежит мне', 'Жыллё належыць мне', 'The dwelling is mine'),
        choice(
          'consent',
          'Собственник согласен на регистрацию',
          'Уласнік згодны на рэгістрацыю',
          'The owner agrees to the registration',
        ),
      ],
    }),
    field({
      id: 'owner',
      label: text('Собственник', 'Уласнік', 'Owner'),
      hint: text(
        'Фамилия, собственное имя и отчество, как в паспорте',
        'Прозвішча, уласнае імя і імя па бацьку, як у пашпарце',
        'As in the passport',
      ),
      value: s.valueOf('Лук’янаў Алесь Міхайлавіч'),
    }),
    field({
      id: 'owner_number',
      type: 'personal_number',
      label: text(
        'Идентификационный номер собственника',
        'Ідэнтыфікацыйны нумар уласніка',
        'Identification number of the owner',
      ),
      value: s.valueOf('3140578A021'),
      errors: ['length'],
    }),
    field({
      id: 'consent_date',
      type: 'date',
      label: text('Дата согласия', 'Дата згоды', 'Date of the consent'),
      value: s.valueOf('31.11.2026'),
      errors: ['date_impossible'],
    }),
    field({
      id: 'owner_phone',
      type: 'phone',
      required: false,
      label: text('Телефон собственника', 'Тэлефон уласніка', 'Phone of the owner'),
    }),
    field({
      id: 'consent_file',
      type: 'file_list',
      label: text('Документы к этому шагу', 'Дакументы да гэтага кроку', 'Documents of this step'),
      files: [
        s.file({
          id: 'f1',
          name: 'Согласие собственника.pdf',
          mediaType: 'application/pdf',
          size: 1_258_291,
          url: '/blob/f1',
        }),
      ],
      maxFiles: 5,
      maxBytes: 10_485_760,
      fileTypes: ['application/pdf', 'image/jpeg', 'image/png'],
    }),
    field({
      id: 'members',
      type: 'table',
      required: false,
      label: text('Члены семьи', 'Члены сям’і', 'Members of the family'),
      rows: [
        {
          id: 'r1',
          cells: [
            s.cellView({ value: s.valueOf('сын') }),
            s.cellView({
              id: 'fio',
              label: text('ФИО', 'Імя', 'Full name'),
              value: s.valueOf('Ковалёв Пётр Ильич'),
            }),
          ],
        },
      ],
      maxRows: 10,
    }),
    field({
      id: 'agree',
      type: 'checkbox',
      label: text(
        'Сведения верны, об ответственности знаю',
        'Звесткі правільныя, пра адказнасць ведаю',
        'The information is true',
      ),
    }),
  ]
}

/** The shape of a draft after its answers: the branch of the owner, counts of errors. */
export function formOf(d: DraftView): { fields: FieldView[]; steps: StepView[] } {
  const own = d.fields.find((f) => f.id === 'basis')?.value.text === 'own'
  const owned = new Set(['owner', 'owner_number', 'consent_date', 'owner_phone'])
  const shaped = d.fields.map((f) => {
    const errors =
      f.id === 'owner_number' && f.value.text.length === 14
        ? []
        : f.id === 'consent_date' && /^\d{4}-/.test(f.value.text) && f.value.text !== '2026-11-31'
          ? []
          : f.errors
    return { ...f, errors, visible: owned.has(f.id) ? !own : true }
  })
  const steps = d.steps.map((step) => {
    const shown = step.fields.map((id) => shaped.find((f) => f.id === id)).filter((f) => f?.visible)
    return { ...step, errors: shown.filter((f) => f!.errors.length).length }
  })
  return { fields: shaped, steps }
}

function draft(): DraftView {
  const step = s.stepView
  const view = s.draftView({
    steps: [
      step({ fields: ['surname', 'name', 'birth', 'number'], ready: 4, total: 4 }),
      step({
        id: 'housing',
        title: text(
          'На каком основании вы живёте по этому адресу',
          'На якой падставе вы жывяце па гэтым адрасе',
          'On what ground you live at this address',
        ),
        fields: ['basis', 'owner', 'owner_number', 'consent_date', 'owner_phone', 'consent_file'],
        ready: 3,
        total: 6,
      }),
      step({
        id: 'family',
        title: text('Члены семьи', 'Члены сям’і', 'Family'),
        fields: ['members'],
        ready: 0,
        total: 1,
      }),
      step({
        id: 'declaration',
        title: text('Подтверждение', 'Пацвярджэнне', 'Declaration'),
        fields: ['agree'],
        ready: 0,
        total: 1,
      }),
    ],
    fields: fields(),
  })
  return { ...view, ...formOf(view) }
}

/** The home page. */
export function homeOf(w: World): HomeView {
  return {
    tasks: [
      { kind: 'pay', id: 'd8', title: birth, due: '2026-12-18', text: '' },
      { kind: 'finish', id: 'd7', title: residence, due: '', text: '' },
      { kind: 'renew', id: 'k1', title: text(''), due: '2026-12-03', text: '' },
    ],
    drafts: w.drafts.map((d) => d.draft),
    applications: w.applications.map((a) => a.summary),
    frequent: w.procedures.slice(0, 4),
    ...w.home,
  }
}

function applications(): ApplicationView[] {
  const summary = s.applicationSummary
  const history = [
    { at: '2026-11-18T07:41:00Z', event: 'sign', status: 'signed', actor: 'citizen', text: '' },
    { at: '2026-11-18T07:42:00Z', event: 'sync', status: 'submitted', actor: 'system', text: '' },
  ]
  return [
    s.applicationView({
      summary: summary({
        id: 'a1',
        title: family,
        status: 'queued',
        submittedAt: '',
        registrationNumber: '',
        deadline: '',
      }),
      unqueue: true,
      withdraw: false,
    }),
    s.applicationView({
      summary: summary({
        id: 'a2',
        title: birth,
        status: 'clarification',
        deadline: '2026-11-26',
        task: 'answer',
        taskDue: '2026-11-25',
      }),
      order: s.order({ status: 'paid', paidAt: '2026-11-18T09:12:00Z', transaction: '000123456' }),
      history,
      questions: [
        {
          id: 'q1',
          askedAt: '2026-11-20T08:00:00Z',
          text: 'Укажите, какая фамилия была у матери при рождении ребёнка, и приложите копию свидетельства о браке.',
          dueDate: '2026-11-25',
          answeredAt: '',
          answer: '',
          files: [],
        },
      ],
    }),
    s.applicationView({ summary: summary({ id: 'a3', title: housing, status: 'in_review' }), history }),
    s.applicationView({
      summary: summary({
        id: 'a4',
        title: copy,
        status: 'granted',
        registrationNumber: '2026-116208',
        task: 'open_decision',
        deadline: '',
      }),
      history,
      withdraw: false,
      decision: {
        outcome: 'granted',
        at: '2026-11-20T09:12:05Z',
        number: '2026-116208/1',
        document: s.file({
          id: 'dec',
          name: 'Решение.pdf',
          mediaType: 'application/pdf',
          size: 61_000,
          url: '/blob/dec',
        }),
        signature: s.file({ id: 'sig', name: 'Решение.p7s', size: 4_100 }),
        verdict: s.verdict(),
        openedAt: '',
        complaint: true,
      },
    }),
    s.applicationView({
      summary: summary({
        id: 'a5',
        title: residence,
        status: 'format_rejected',
        failure: 'wrong_signer',
        registrationNumber: '',
        deadline: '',
      }),
      withdraw: false,
    }),
  ]
}

function preview(): Preview {
  return {
    document: s.file({
      id: 'doc',
      name: 'Заявление.pdf',
      mediaType: 'application/pdf',
      size: 84_000,
      url: '/blob/doc',
    }),
    sha256: '9c1a44f07b02' + '3e'.repeat(22) + '5d11e27b',
    size: 4_200,
    recipient: text(
      'Отдел по гражданству и миграции, Первомайский район г. Минска',
      'Аддзел па грамадзянстве і міграцыі, Першамайскі раён г. Мінска',
      'Citizenship and migration unit of Pershamajski district, Minsk',
    ),
    portal: text('Единый портал электронных услуг'),
    files: [
      s.file({
        id: 'f1',
        name: 'Согласие собственника.pdf',
        mediaType: 'application/pdf',
        size: 1_258_291,
        url: '/blob/f1',
      }),
      s.file({
        id: 'f2',
        name: 'Паспорт, страницы 31–33.jpg',
        mediaType: 'image/jpeg',
        size: 4_823_449,
        url: '/blob/f2',
      }),
    ],
    groups: [
      {
        step: 'who',
        title: 'Кто подаёт',
        lines: [
          { field: 'surname', label: 'Фамилия', value: 'Ковалёва' },
          { field: 'name', label: 'Собственное имя', value: 'Анна' },
          { field: 'number', label: 'Идентификационный номер', value: '4120785A021PB6' },
        ],
      },
      {
        step: 'housing',
        title: 'На каком основании вы живёте по этому адресу',
        lines: [
          { field: 'basis', label: 'Основание', value: 'Собственник согласен на регистрацию' },
          { field: 'owner', label: 'Собственник', value: 'Лук’янаў Алесь Міхайлавіч' },
          { field: 'owner_phone', label: 'Телефон собственника', value: '' },
        ],
      },
    ],
    signature: 'required',
    needLevel: '',
    needPay: true,
  }
}

/** A fresh world. */
export function world(): World {
  const paid = draft()
  return {
    now: '2026-11-21T11:32:00Z',
    session: s.sessionState(),
    preferences: s.preferences(),
    profile: s.profileState(),
    sync: s.syncState(),
    tray: s.trayView(),
    sources: { scanner: false, folder: '', folderBad: '', offered: [] },
    consent:
      'Я даю согласие на обработку моих персональных данных для регистрации в личном кабинете портала.\n\nСогласие действует до закрытия кабинета. Его можно отозвать в любой день.',
    procedures: procedures(),
    drafts: [
      draft(),
      {
        ...paid,
        draft: s.draftSummary({
          id: 'd8',
          title: birth,
          ready: 12,
          total: 12,
          errors: 0,
          orderCode: s.order().code,
        }),
        order: s.order(),
        card: procedures()[1]!,
        formErrors: [],
        formTitle: birth,
        fee: '45.00',
      },
    ],
    applications: applications(),
    home: {},
    check: { ready: true, errors: [] },
    parcel: s.parcelPlan(),
    exchange: s.exchangeFacts(),
    storage: s.storageView(),
    sending: s.sendingView(),
    backup: { signedIn: true, on: false, since: '', kept: 0, waiting: 0, failure: '' },
    facts: [],
    away: [],
    differences: [],
    network: { mode: 'system', host: '', port: 0, exceptions: '', user: '', password: false },
    notify: 'plain',
    reach: { reached: true, took: 210, code: '', issuer: '', paused: false },
    preview: preview(),
    templates: [],
    migration: {
      title: residence,
      from: 1,
      to: 2,
      acceptUntil: '2026-12-31',
      over: false,
      differences: [
        {
          kind: 'renamed',
          from: text('Фамилия', 'Прозвішча', 'Surname'),
          to: text('Фамилия по паспорту', 'Прозвішча паводле пашпарта', 'Surname as in the passport'),
          old: text('Ковалёва', 'Ковалёва', 'Ковалёва'),
          new: text('Ковалёва', 'Ковалёва', 'Ковалёва'),
        },
        {
          kind: 'orphaned',
          from: text('Квартира', 'Кватэра', 'Flat'),
          to: text('', '', ''),
          old: text('12', '12', '12'),
          new: text('', '', ''),
        },
      ],
      orphans: [{ label: text('Квартира', 'Кватэра', 'Flat'), text: text('12', '12', '12') }],
      ready: 10,
      total: 31,
    },
    keys: {
      keys: [
        s.keyCard(),
        s.keyCard({
          id: 'k2',
          keyPath: '/home/anna/.akno/keys/k2.key',
          daysLeft: 300,
          notAfter: '2027-09-10T00:00:00Z',
        }),
      ],
      unusable: [],
      looked: [],
    },
  }
}
