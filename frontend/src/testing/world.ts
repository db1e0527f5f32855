// The world of samples behind the pretended program: a person in the middle of
// her affairs. People, numbers and counts are invented; numbers pass their checks.
import type {
  ApplicationView,
  AwayDraft,
  BackupFact,
  BackupState,
  CheckResult,
  DifferenceView,
  DraftView,
  ExchangeFacts,
  FileSources,
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
  SendingView,
  SessionState,
  StorageView,
  SyncState,
  TemplateView,
  TrayView,
} from '../lib/dto.ts'
import { applications } from './applications.ts'
import { procedures } from './catalogue.ts'
import { draft, preview } from './drafts.ts'
import * as s from './samples.ts'
import { birth, residence } from './titles.ts'

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
    reach: { reached: true, took: 210, code: '', issuer: '', paused: false, proxy: '' },
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
