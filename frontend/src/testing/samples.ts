// Sample values of the types that cross the bridge, for tests and the review page.
import type {
  ApplicationSummary,
  ApplicationView,
  CellView,
  DecisionView,
  DraftSummary,
  DraftView,
  ExchangeFacts,
  FieldView,
  FileBudget,
  FileInfo,
  KeyCard,
  OrderView,
  PageEdit,
  ParcelCommand,
  ParcelLine,
  ParcelPlan,
  Pending,
  Person,
  PictureView,
  Preferences,
  ProfileState,
  ProcedureCard,
  SendingView,
  SessionState,
  StepView,
  StorageView,
  SyncState,
  Text,
  TrayView,
  Value,
  VerdictView,
} from '../lib/dto.ts'

export const text = (ru: string, be = '', en = ''): Text => ({ ru, be, en })
export const noValue: Value = { kind: 'none', text: '', bool: false, list: [] }
export const valueOf = (t: string): Value => ({ kind: 'text', text: t, bool: false, list: [] })

export const file = (over: Partial<FileInfo> = {}): FileInfo => ({
  id: '',
  name: '',
  mediaType: '',
  size: 0,
  sha256: '',
  url: '',
  editable: false,
  ...over,
})

export const budget: FileBudget = { bytes: 0, files: 0, maxBytes: 50 << 20, maxFiles: 30 }

export const page = (over: Partial<PageEdit> = {}): PageEdit => ({
  id: 'p1',
  turns: 0,
  left: 0,
  top: 0,
  right: 0,
  bottom: 0,
  longEdge: 0,
  ...over,
})

export const pictureView = (over: Partial<PictureView> = {}): PictureView => ({
  page: page(),
  name: 'Страница 1.jpg',
  size: 3_400_000,
  width: 3000,
  height: 4000,
  place: false,
  ...over,
})

export const trayView = (over: Partial<TrayView> = {}): TrayView => ({
  pictures: [
    pictureView({ place: true }),
    pictureView({
      page: page({ id: 'p2' }),
      name: 'Страница 2.jpg',
      size: 12_000_000,
      width: 4000,
      height: 3000,
    }),
  ],
  maxBytes: 10 << 20,
  maxFiles: 1,
  document: true,
  single: true,
  aspectW: 0,
  aspectH: 0,
  minW: 0,
  minH: 0,
  ...over,
})

export const person = (over: Partial<Person> = {}): Person => ({
  surname: 'Ковалёва',
  name: 'Анна',
  patronymic: 'Петровна',
  surnameBe: 'Кавалёва',
  nameBe: 'Ганна',
  patronymicBe: 'Пятроўна',
  surnameLatin: 'KAVALIOVA',
  nameLatin: 'HANNA',
  personalNumber: '4120785A021PB6',
  birthDate: '1985-07-12',
  sex: 'f',
  citizenship: 'BY',
  ...over,
})

export const sessionState = (over: Partial<SessionState> = {}): SessionState => ({
  signedIn: true,
  level: 'strict',
  maxLevel: 'strict',
  role: 'citizen',
  workspace: 'citizen',
  way: 'eds',
  person: person(),
  email: 'anna@example.by',
  body: text(''),
  office: '',
  startedAt: '2026-11-21T10:02:00Z',
  idleUntil: '',
  expiresAt: '',
  mustChangePassword: false,
  claimed: false,
  ...over,
})

export const guest = (): SessionState =>
  sessionState({
    signedIn: false,
    level: 'open',
    way: '',
    email: '',
    person: person({ surname: '', name: '', patronymic: '', personalNumber: '' }),
  })

export const profileState = (over: Partial<ProfileState> = {}): ProfileState => ({
  locked: false,
  protected: false,
  id: '',
  name: '',
  profiles: [{ id: '', name: '' }],
  lockAfter: 0,
  shares: 0,
  threshold: 0,
  keyID: '',
  damaged: false,
  restoredAt: '',
  ...over,
})

export const preferences = (over: Partial<Preferences> = {}): Preferences => ({
  language: 'ru',
  theme: 'light',
  textSize: 100,
  portalURL: 'https://portal.example.by',
  firstRunDone: true,
  ...over,
})

export const syncState = (over: Partial<SyncState> = {}): SyncState => ({
  online: true,
  working: false,
  pulledAt: '2026-11-21T11:32:00Z',
  pushedAt: '2026-11-21T11:32:00Z',
  reachedAt: '2026-11-21T11:32:00Z',
  clockSkew: 1,
  pending: [],
  paused: false,
  lastFailure: '',
  trouble: '',
  issuer: '',
  needsSignIn: false,
  ...over,
})

export const pending = (over: Partial<Pending> = {}): Pending => ({
  id: '0193f0a0-0000-7000-8000-0000000000c1',
  kind: 'submit',
  target: 'a1',
  title: text('Справка о составе семьи', 'Даведка аб складзе сям’і', 'Certificate of the family'),
  queuedAt: '2026-11-21T11:20:00Z',
  attempts: 0,
  nextTry: '',
  leftAt: '',
  carriedAt: '',
  brought: false,
  size: 4_200,
  files: 2,
  fileSize: 1_300_000,
  failure: '',
  rejected: false,
  errors: [],
  needsYou: false,
  ...over,
})

export const exchangeFacts = (over: Partial<ExchangeFacts> = {}): ExchangeFacts => ({
  received: [
    {
      application: 'a4',
      title: text('Справка о составе семьи', 'Даведка аб складзе сям’і', 'Certificate of the family'),
      status: 'granted',
      at: '2026-11-21T11:31:00Z',
      newer: false,
    },
    { application: 'a1', title: text('Регистрация'), status: '', at: '2026-11-21T09:05:00Z', newer: false },
  ],
  epoch: '0193f0a0-0000-7000-8000-000000000001',
  restoredAt: '',
  restoredAgain: 0,
  version: '0.4.0',
  ...over,
})

export const storageView = (over: Partial<StorageView> = {}): StorageView => ({
  database: 2_400_000,
  drafts: 3,
  files: 18_000_000,
  count: 14,
  copy: 2_300_000,
  before: 0,
  damaged: 0,
  other: 40_000,
  total: 22_740_000,
  ...over,
})

export const sendingView = (over: Partial<SendingView> = {}): SendingView => ({
  id: '0193f0a0-0000-7000-8000-0000000000c1',
  kind: 'submit',
  title: text('Справка о составе семьи', 'Даведка аб складзе сям’і', 'Certificate of the family'),
  size: 4_200,
  sha256: '9c1a44f07b02aa1111223344556677889900aabbccddeeff001122335d11e27b',
  language: 'ru',
  groups: [
    {
      step: 'applicant',
      title: 'Заявитель',
      lines: [{ field: 'surname', label: 'Фамилия', value: 'Ковалёва' }],
    },
  ],
  content: '{"applicant":{"name":"Ковалёва Анна Петровна"}}',
  signature: 2_100,
  signer: 'Ковалёва Анна Петровна',
  question: '',
  text: '',
  document: file({ id: 'doc', name: 'Заявление 1.3.4.pdf', mediaType: 'application/pdf' }),
  files: [],
  ...over,
})

export const procedureCard = (over: Partial<ProcedureCard> = {}): ProcedureCard => ({
  code: '200.13.1',
  number: '13.1',
  title: text(
    'Регистрация по месту жительства',
    'Рэгістрацыя па месцы жыхарства',
    'Registration at the place of residence',
  ),
  category: 'migration',
  body: text(
    'Подразделение по гражданству и миграции',
    'Падраздзяленне па грамадзянстве і міграцыі',
    'Citizenship and migration unit',
  ),
  level: 'strict',
  allowed: true,
  closedReason: '',
  feeKind: 'base_value',
  fee: '22.50',
  feeVaries: false,
  termValue: 3,
  termUnit: 'working_days',
  formId: 'F_13_1',
  ...over,
})

export const fieldView = (over: Partial<FieldView> = {}): FieldView => ({
  id: 'name',
  type: 'text',
  label: text('Собственное имя', 'Уласнае імя', 'First name'),
  hint: text(''),
  visible: true,
  required: true,
  value: noValue,
  options: [],
  maxLen: 0,
  source: '',
  suggest: '',
  repaired: false,
  errors: [],
  warnings: [],
  files: [],
  maxFiles: 0,
  maxBytes: 0,
  fileTypes: [],
  columns: [],
  rows: [],
  minRows: 0,
  maxRows: 0,
  where: '',
  sourceDate: '',
  part: '',
  localities: [],
  lists: [],
  must: text(''),
  ...over,
})

export const cellView = (over: Partial<CellView> = {}): CellView => ({
  id: 'relative',
  type: 'text',
  label: text('Кем приходится', 'Кім даводзіцца', 'Relation'),
  hint: text(''),
  visible: true,
  required: true,
  value: noValue,
  options: [],
  maxLen: 0,
  repaired: false,
  errors: [],
  warnings: [],
  files: [],
  maxFiles: 0,
  maxBytes: 0,
  fileTypes: [],
  where: '',
  must: text(''),
  part: '',
  offered: 0,
  ...over,
})

export const stepView = (over: Partial<StepView> = {}): StepView => ({
  id: 'who',
  title: text('Кто подаёт', 'Хто падае', 'Who applies'),
  visible: true,
  fields: ['name', 'agree'],
  ready: 0,
  total: 2,
  errors: 0,
  ...over,
})

export const noOrder: OrderView = {
  code: '',
  groups: [],
  amount: '',
  baseValue: '',
  status: 'none',
  createdAt: '',
  expiresAt: '',
  paidAt: '',
  transaction: '',
  eripLink: '',
  qr: file(),
  slip: file(),
  receipt: file(),
  stated: '',
  proofReady: false,
  demo: true,
}

export const order = (over: Partial<OrderView> = {}): OrderView => ({
  ...noOrder,
  code: '900000002611180051348207193580',
  groups: ['900000', '002611', '180051', '348207', '193580'],
  amount: '45.00',
  baseValue: '45.00',
  status: 'awaiting',
  createdAt: '2026-11-18T07:42:00Z',
  expiresAt: '2026-12-18',
  qr: file({ id: 'qr', name: 'qr.png', mediaType: 'image/png', url: '/blob/qr' }),
  slip: file({ id: 'slip', name: 'slip.pdf', mediaType: 'application/pdf', url: '/blob/slip' }),
  ...over,
})

export const draftSummary = (over: Partial<DraftSummary> = {}): DraftSummary => ({
  id: 'd7',
  procedure: '200.13.1',
  title: procedureCard().title,
  createdAt: '2026-11-21T10:00:00Z',
  savedAt: '2026-11-21T11:32:00Z',
  ready: 14,
  total: 31,
  state: 'draft',
  orderCode: '',
  rejected: false,
  subject: '',
  errors: 17,
  copy: false,
  ...over,
})

export const draftView = (over: Partial<DraftView> = {}): DraftView => ({
  draft: draftSummary(),
  card: procedureCard(),
  formErrors: [],
  formTitle: procedureCard().title,
  steps: [stepView()],
  fields: [fieldView(), fieldView({ id: 'agree', type: 'checkbox', label: text('Согласие дано') })],
  fee: '22.50',
  order: noOrder,
  signature: 'required',
  needLevel: '',
  undo: false,
  redo: false,
  upgrade: { version: 0, acceptUntil: '', over: false },
  orphans: [],
  budget,
  waiting: [],
  offers: [],
  marks: [],
  layout: 'steps',
  ...over,
})

export const verdict = (over: Partial<VerdictView> = {}): VerdictView => ({
  rung: 'ok',
  code: '',
  verdict: 'PASSED',
  reason: '',
  level: 'B-B',
  signer: 'Савицкая Марина Николаевна',
  owner: 'Первомайское РУВД г. Минска',
  serial: '40E4CA16010000A5',
  signedAt: '2026-11-20T09:12:05Z',
  stampedAt: '',
  checkedAt: '2026-11-21T11:32:00Z',
  offline: false,
  listFrom: '2026-11-20T00:00:00Z',
  listUntil: '2026-11-27T00:00:00Z',
  issuedBy: 'РУЦ ГосСУОК',
  validUntil: '2027-05-01T00:00:00Z',
  ...over,
})

export const noDecision: DecisionView = {
  outcome: '',
  at: '',
  number: '',
  document: file(),
  signature: file(),
  verdict: verdict({ rung: '' }),
  openedAt: '',
  complaint: false,
}

export const applicationSummary = (over: Partial<ApplicationSummary> = {}): ApplicationSummary => ({
  id: 'a1',
  procedure: '200.13.1',
  title: procedureCard().title,
  status: 'in_review',
  changedAt: '2026-11-20T09:12:00Z',
  submittedAt: '2026-11-18T07:42:00Z',
  deadline: '2026-12-14',
  registrationNumber: '2026-117950',
  task: '',
  taskDue: '',
  failure: '',
  ...over,
})

export const applicationView = (over: Partial<ApplicationView> = {}): ApplicationView => ({
  summary: applicationSummary(),
  body: text('Отдел по гражданству и миграции, Первомайский район г. Минска'),
  card: procedureCard(),
  order: noOrder,
  document: file({
    id: 'doc',
    name: 'Заявление.pdf',
    mediaType: 'application/pdf',
    size: 84_000,
    url: '/blob/doc',
  }),
  files: [
    file({
      id: 'f1',
      name: 'Согласие собственника.pdf',
      mediaType: 'application/pdf',
      size: 1_258_291,
      url: '/blob/f1',
    }),
  ],
  signer: 'Ковалёва Анна Петровна',
  history: [],
  questions: [],
  decision: noDecision,
  withdraw: true,
  unqueue: false,
  errors: [],
  version: '3',
  ...over,
})

export const keyCard = (over: Partial<KeyCard> = {}): KeyCard => ({
  id: 'k1',
  state: 'usable',
  holder: 'Ковалёва Анна Петровна',
  maskedNumber: '4•••••••021PB6',
  organisation: '',
  kind: 'person',
  issuer: 'РУЦ ГосСУОК',
  serial: '40E4CA16010000A5',
  notBefore: '2025-12-03T00:00:00Z',
  notAfter: '2026-12-03T00:00:00Z',
  daysLeft: 12,
  curve: 'bign-curve256v1',
  keyPath: 'E:\\ЭЦП\\kovaleva.key',
  certPath: 'E:\\ЭЦП\\kovaleva.cer',
  place: 'folder',
  requestId: '',
  fingerprint: '9c1a44f07b02',
  listDate: '2026-11-20T00:00:00Z',
  loose: false,
  unchecked: false,
  proven: false,
  ...over,
})

export const parcelLine = (over: Partial<ParcelLine> = {}): ParcelLine => ({
  id: 'd7',
  title: procedureCard().title,
  subject: 'Тестовская Анна Петровна',
  standing: 'new',
  savedAt: '2026-11-20T15:40:00Z',
  revisions: 42,
  here: 0,
  files: 2,
  size: 1_400_000,
  formVersion: 1,
  verified: true,
  ready: 14,
  total: 31,
  ...over,
})

export const parcelCommand = (over: Partial<ParcelCommand> = {}): ParcelCommand => ({
  id: '0193f0a0-0000-7000-8000-0000000000c1',
  kind: 'submit',
  title: text('Справка о составе семьи', 'Даведка аб складзе сям’і', 'Certificate of the family'),
  queuedAt: '2026-11-21T11:20:00Z',
  files: 2,
  size: 1_300_000,
  standing: 'new',
  ...over,
})

export const parcelPlan = (over: Partial<ParcelPlan> = {}): ParcelPlan => ({
  madeAt: '2026-11-20T16:05:00Z',
  signed: false,
  verdict: verdict({ rung: '' }),
  lines: [
    parcelLine(),
    parcelLine({ id: 'd8', standing: 'diverged', here: 30, files: 0, size: 0 }),
    parcelLine({ id: 'd9', standing: 'same', here: 42 }),
  ],
  commands: [],
  ...over,
})
