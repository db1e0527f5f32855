// A pretended program for tests of pages and for the review page: it puts
// window.go and window.runtime in place and answers from a world of samples.
// The production build does not hold it.
import type {
  DraftQuery,
  DraftView,
  FieldView,
  FileChange,
  ParcelLook,
  FilePlace,
  PageEdit,
  Patch,
} from '../lib/dto.ts'
import * as s from './samples.ts'
import { catalogueList, documentsOf } from './catalogue.ts'
import { formOf } from './drafts.ts'
import { homeOf, world, type World } from './world.ts'

type Answer = (...args: never[]) => unknown
type Bound = Record<string, Record<string, Answer>>

/** What a test may look at and change. */
export interface Fake {
  world: World
  /** Every bound call with its arguments, in order. */
  calls: { name: string; args: unknown[] }[]
  /** Tells the page that something changed. */
  emit(event: string, data?: unknown): void
  /** Makes the next call of a method fail with a code. */
  fail(name: string, code: string, fields?: Record<string, string>): void
  /** Drops files by their paths. */
  drop(paths: string[]): void
  /** What a post of a secret answers, by its purpose. */
  secrets: Record<string, () => unknown>
}

/** Installs the pretended program; the world can be prepared by "change". */
export function installFake(change: (w: World) => void = () => undefined): Fake {
  const w = world()
  change(w)
  const listeners = new Map<string, ((data: unknown) => void)[]>()
  const failing = new Map<string, string>()
  let dropped: ((x: number, y: number, paths: string[]) => void) | undefined
  const fake: Fake = {
    world: w,
    calls: [],
    emit: (event, data) => listeners.get(event)?.forEach((fn) => fn(data)),
    fail: (name, code, fields = {}) =>
      void failing.set(name, JSON.stringify({ code, fields, ref: 'K3F9QX' })),
    drop: (paths) => dropped?.(0, 0, paths),
    secrets: {},
  }

  const bound = bind(w, fake)
  const go: Record<string, Record<string, (...args: unknown[]) => Promise<unknown>>> = {}
  for (const [type, methods] of Object.entries(bound)) {
    go[type] = {}
    for (const [method, answer] of Object.entries(methods)) {
      const name = `${type}.${method}`
      go[type][method] = async (...args) => {
        fake.calls.push({ name, args })
        const failure = failing.get(name)
        failing.delete(name)
        if (failure) throw new Error(failure)
        return structuredClone(await (answer as (...a: unknown[]) => unknown)(...args))
      }
    }
  }
  Object.assign(window, {
    go: { app: go },
    runtime: {
      EventsOn(event: string, fn: (data: unknown) => void) {
        listeners.set(event, [...(listeners.get(event) ?? []), fn])
        return () =>
          listeners.set(
            event,
            (listeners.get(event) ?? []).filter((f) => f !== fn),
          )
      },
      OnFileDrop: (fn: typeof dropped) => void (dropped = fn),
    },
  })
  answerSecrets(fake, failing)
  return fake
}

/** Posts of secrets are answered here; everything else goes on its way. */
function answerSecrets(fake: Fake, failing: Map<string, string>): void {
  const plain = window.fetch?.bind(window)
  window.fetch = async (input, init) => {
    const url = String(input)
    const purpose = /\/_secret\/([^?]+)/.exec(url)?.[1]
    if (!purpose) return plain(input, init)
    const failure = failing.get(`secret.${purpose}`)
    failing.delete(`secret.${purpose}`)
    if (failure) return new Response(failure, { status: 422 })
    return new Response(JSON.stringify(fake.secrets[purpose]?.() ?? {}))
  }
}

/** A parcel as it looks before it is opened. */
const look = (path: string): ParcelLook => ({
  path,
  name: path.split('/').pop() ?? '',
  size: 1_480_000,
  madeAt: '2026-11-20T16:05:00Z',
  password: true,
  keys: [],
  outbox: false,
})

function bind(w: World, fake: Fake): Bound {
  const ticket = (purpose: string, result: () => unknown) => {
    fake.secrets[purpose] = result
    return { purpose, ticket: 't1' }
  }
  const draftOf = (id: string): DraftView => {
    const found = w.drafts.find((d) => d.draft.id === id)
    if (!found) throw new Error('{"code":"not_found","ref":"K3F9QX"}')
    return found
  }
  const applicationOf = (id: string) => {
    const found = w.applications.find((a) => a.summary.id === id)
    if (!found) throw new Error('{"code":"not_found","ref":"K3F9QX"}')
    return found
  }
  const changeOf = (d: DraftView, fields: FieldView[]) => ({
    savedAt: w.now,
    revision: 1,
    fields,
    steps: d.steps,
    ready: d.draft.ready,
    total: d.draft.total,
    fee: d.fee,
    undo: true,
    redo: false,
    budget: d.budget,
    waiting: d.waiting,
    cleared: [],
  })
  const filesOf = (d: DraftView, fields: FieldView[]): FileChange => ({
    problems: [],
    draft: changeOf(d, fields),
    order: null,
    card: null,
  })
  const signedIn = () => w.session
  /** A profile that is locked or unlocked: the page hears of it before the answer. */
  const another = (change: Partial<World['profile']>) => {
    w.profile = { ...w.profile, ...change }
    fake.emit('profile')
    return w.profile
  }

  return {
    System: {
      About: () => ({
        version: '1.0.0',
        platform: 'linux/amd64',
        web: false,
        memoryLocked: true,
        portalURL: w.preferences.portalURL,
      }),
      Ready: () => [],
      Painted: () => undefined,
      Left: () => undefined,
      OpenURL: () => undefined,
      Print: () => undefined,
      Preferences: () => w.preferences,
      SetPreferences: (p: typeof w.preferences) => void (w.preferences = p),
    },
    Profiles: {
      State: () => w.profile,
      Lock: () => another({ locked: true }),
      Rename: (name: string) => (w.profile = { ...w.profile, name }),
      SetLockAfter: (lockAfter: number) => (w.profile = { ...w.profile, lockAfter }),
      ChooseFolder: () => '/media/usb',
      BeginUnlock: () => ticket('unlock', () => another({ locked: false })),
      ChooseKeyFile: () => '/media/anna/key.p8',
      BeginUnlockByKey: () => ticket('unlock_key', () => another({ locked: false })),
      BeginRecover: () => ticket('recover', () => another({ locked: false })),
      BeginProtect: () => ticket('protect', () => (w.profile = { ...w.profile, protected: true })),
      BeginUnprotect: () => ticket('unprotect', () => (w.profile = { ...w.profile, protected: false })),
      BeginChangePassword: () => ticket('profile_password', () => w.profile),
      BeginShares: () => ticket('shares', () => (w.profile = { ...w.profile, shares: 3, threshold: 2 })),
      Noted: () => void (w.profile = { ...w.profile, restoredAt: '' }),
    },
    Session: {
      State: signedIn,
      Consent: () => ({ version: '2026-1', sha256: 'ab'.repeat(32), text: w.consent }),
      BeginRegisterByEmail: () =>
        ticket('register', () => ({ resendAfterSeconds: 60, validForSeconds: 86_400 })),
      ResendActivation: () => ({ resendAfterSeconds: 60, validForSeconds: 86_400 }),
      Activate: () => 'anna@example.by',
      RequestPasswordReset: () => ({ resendAfterSeconds: 60, validForSeconds: 600 }),
      BeginResetPassword: () => ticket('reset', () => 'anna@example.by'),
      BeginSignInByPassword: () =>
        ticket('signin', () => (w.session = s.sessionState({ level: 'email', way: 'email' }))),
      BeginSignInByEDS: () => ticket('signin-eds', () => (w.session = s.sessionState())),
      BeginStepUp: () => ticket('stepup', () => (w.session = s.sessionState())),
      BeginChangePassword: () =>
        ticket('password', () => (w.session = { ...w.session, mustChangePassword: false })),
      SignOut: () => void (w.session = s.guest()),
      Sessions: () => [],
    },
    Catalogue: {
      List: (q: Parameters<typeof catalogueList>[1]) => catalogueList(w, q),
      Get: (code: string) => documentsOf(w, code),
    },
    Attachments: {
      PickFiles: (at: FilePlace) => filesOf(draftOf(at.draft), draftOf(at.draft).fields),
      AddFiles: (at: FilePlace) => filesOf(draftOf(at.draft), draftOf(at.draft).fields),
      RemoveFile: (at: FilePlace) => {
        const d = draftOf(at.draft)
        d.fields = d.fields.map((f) =>
          f.id === at.field ? { ...f, files: f.files.filter((x) => x.id !== at.file) } : f,
        )
        return filesOf(d, d.fields)
      },
      PickPages: (at: FilePlace) => filesOf(draftOf(at.draft), []),
      BeginPaste: () => ({ purpose: 'file', ticket: 't1' }),
      Tray: () => w.tray,
      Show: (_at: FilePlace, e: PageEdit) => {
        const p = w.tray.pictures.find((x) => x.page.id === e.id) ?? s.pictureView()
        const [width, height] = e.turns % 2 ? [p.height, p.width] : [p.width, p.height]
        const k = e.longEdge ? Math.min(1, e.longEdge / Math.max(width, height)) : 1
        const part = (side: number, a: number, b: number) => Math.round(side * k * (1 - (a + b) / 10_000))
        return {
          url: `/blob/page-${e.id}`,
          width: part(width, e.left, e.right),
          height: part(height, e.top, e.bottom),
          size: 640_000,
        }
      },
      SavePages: (at: FilePlace) => {
        const d = draftOf(at.draft)
        d.waiting = []
        return filesOf(d, d.fields)
      },
      Discard: (_at: FilePlace, id: string) =>
        void (w.tray = { ...w.tray, pictures: w.tray.pictures.filter((p) => p.page.id !== id) }),
      Sources: () => w.sources,
      PickScanner: () => [{ id: 'a', label: 'Canon LiDE 110' }],
      PickScan: (at: FilePlace) => filesOf(draftOf(at.draft), []),
      PickFolder: () => (w.sources = { ...w.sources, folder: 'Сканы' }),
      LeaveFolder: () => (w.sources = { ...w.sources, folder: '', offered: [] }),
      TakeOffered: (at: FilePlace, id: string) => {
        w.sources = { ...w.sources, offered: w.sources.offered.filter((f) => f.id !== id) }
        return filesOf(draftOf(at.draft), draftOf(at.draft).fields)
      },
      DropOffered: (id: string) =>
        (w.sources = { ...w.sources, offered: w.sources.offered.filter((f) => f.id !== id) }),
    },
    Drafts: {
      Home: () => homeOf(w),
      Page: (q: DraftQuery) => {
        const box = (d: DraftView) => (d.draft.errors === 0 ? 'ready' : 'drafts')
        const plain = (s: string) => s.toLowerCase()
        const in_ = (name: string) => w.drafts.filter((d) => box(d) === name)
        return {
          items: in_(q.box)
            .map((d) => d.draft)
            .filter((d) => plain(d.title.ru + d.subject).includes(plain(q.search))),
          next: '',
          drafts: in_('drafts').length,
          ready: in_('ready').length,
          sent: 0,
          partly: false,
        }
      },
      SetLayout: (layout: string) => w.drafts.forEach((d) => (d.layout = layout)),
      Undo: (id: string) => Object.assign(draftOf(id), { undo: false, redo: true }),
      Redo: (id: string) => Object.assign(draftOf(id), { undo: true, redo: false }),
      History: () => ({
        items: [
          {
            revision: 3,
            at: w.now,
            kind: 'edit',
            fields: [{ ru: 'Фамилия', be: 'Прозвішча', en: 'Surname' }],
          },
          { revision: 1, at: '2026-11-21T10:00:00Z', kind: 'created', fields: [] },
        ],
        next: 0,
      }),
      Look: (_id: string, revision: number) => ({
        revision,
        groups: [
          {
            step: 's',
            title: 'Заявитель',
            lines: [{ field: 'surname', label: 'Фамилия', value: `вид ${revision}` }],
          },
        ],
        ready: revision,
        total: 31,
      }),
      RestoreRevision: draftOf,
      Migration: () => w.migration,
      Migrate: draftOf,
      Templates: () => w.templates,
      MakeTemplate: (id: string, name: string, personal: boolean) => {
        const made = {
          id: 't1',
          name,
          procedure: 'x',
          title: draftOf(id).draft.title,
          personal,
          createdAt: w.now,
        }
        w.templates = [made, ...w.templates]
        return made
      },
      CreateFrom: () => draftOf(w.drafts[0]!.draft.id),
      DeleteTemplate: (id: string) => void (w.templates = w.templates.filter((x) => x.id !== id)),
      Duplicate: draftOf,
      Create: () => draftOf(w.drafts[0]!.draft.id),
      Open: draftOf,
      Apply: (id: string, patches: Patch[]) => {
        const d = draftOf(id)
        for (const p of patches) {
          d.fields = d.fields.map((f) =>
            f.id === p.field && !p.row ? { ...f, value: p.value, source: '' } : f,
          )
        }
        const shape = formOf(d)
        d.fields = shape.fields
        d.steps = shape.steps
        return changeOf(d, d.fields)
      },
      TakeOffer: (id: string, field: string) => {
        const d = draftOf(id)
        const offer = d.offers.find((o) => o.field === field)
        const known = (f: FieldView) => f.id === field && f.value.kind === 'none' && offer
        d.fields = d.fields.map((f) => (known(f) ? { ...f, value: offer!.value, source: offer!.source } : f))
        return changeOf(d, d.fields)
      },
      AddRow: (id: string) => changeOf(draftOf(id), draftOf(id).fields),
      RemoveRow: (id: string) => changeOf(draftOf(id), draftOf(id).fields),
      Check: () => w.check,
      Preview: () => w.preview,
      Delete: (id: string) => void (w.drafts = w.drafts.filter((d) => d.draft.id !== id)),
      Restore: () => undefined,
      CreateOrder: (id: string) => (draftOf(id).order = s.order()),
      RefreshOrder: (id: string) => draftOf(id).order,
      StateTransaction: (id: string, number: string) =>
        (draftOf(id).order = { ...draftOf(id).order, stated: number, proofReady: true }),
      SaveSlip: () => '/home/anna/slip.pdf',
      BeginSign: () =>
        ticket('sign', () => ({
          applicationId: 'a1',
          verdict: s.verdict({ signedAt: w.now }),
          queued: true,
        })),
      Submit: () => ({ applicationId: 'a1', verdict: s.verdict(), queued: true }),
    },
    Applications: {
      List: () => w.applications.map((a) => a.summary),
      Get: applicationOf,
      Answer: (id: string) => applicationOf(id),
      Withdraw: (id: string) => {
        const a = applicationOf(id)
        a.summary = { ...a.summary, status: 'withdrawn' }
        a.withdraw = false
        return a
      },
      Reopen: () => w.drafts[0],
      OpenDecision: (id: string) => applicationOf(id).decision,
      SaveDecision: () => '/home/anna/decision',
      SavePackage: () => '/home/anna/package',
      Sync: () => w.sync,
      SyncNow: () => w.sync,
      SetPaused: (paused: boolean) => (w.sync = { ...w.sync, paused }),
    },
    Network: {
      State: () => w.network,
      Set: (v: World['network']) => (w.network = { ...v, password: w.network.password }),
      BeginPassword: () => ticket('proxy', () => (w.network = { ...w.network, password: true })),
      ForgetPassword: () => (w.network = { ...w.network, password: false }),
      Check: () => w.reach,
    },
    Notifications: {
      State: () => ({ mode: w.notify }),
      Set: (mode: string) => ({ mode: (w.notify = mode) }),
    },
    Exchange: {
      Facts: () => w.exchange,
      Look: () => w.sending,
      SendNow: (id: string) => (w.sync = { ...w.sync, pending: w.sync.pending.filter((p) => p.id !== id) }),
      Discard: (id: string) => (w.sync = { ...w.sync, pending: w.sync.pending.filter((p) => p.id !== id) }),
      NotedRestore: () => void (w.exchange = { ...w.exchange, restoredAt: '', restoredAgain: 0 }),
      Storage: () => w.storage,
      FreeCopies: () => (w.storage = { ...w.storage, before: 0 }),
    },
    Keys: {
      List: () => w.keys,
      CheckNumber: (number: string) => ({ number, repaired: false, problem: '', birthDate: '', sex: '' }),
      BeginCreate: () => ticket('new_key', () => ({ id: 'k1' })),
    },
    Backups: {
      State: () => w.backup,
      Facts: (ids: string[]) => w.facts.filter((f) => ids.includes(f.id)),
      Away: () => w.away,
      BeginEnable: () => ticket('backup', () => (w.backup = { ...w.backup, on: true, since: w.now })),
      Disable: () => (w.backup = { ...w.backup, on: false, since: '' }),
      RemoveAll: () => (w.backup = { ...w.backup, kept: 0 }),
      Take: (id: string) => {
        w.away = w.away.filter((d) => d.id !== id)
        w.facts = w.facts.filter((f) => f.id !== id)
        return { id, fork: '', missing: [] }
      },
      Compare: () => w.differences,
      Retry: () => undefined,
    },
    Parcels: {
      BeginPack: (r: { drafts: string[]; signKey: string }) =>
        ticket('pack', () => ({
          drafts: r.drafts.length,
          commands: 0,
          files: 2,
          size: 1_400_000,
          missing: [],
          signed: r.signKey !== '',
        })),
      BeginPackOutbox: () =>
        ticket('pack', () => ({
          drafts: 0,
          commands: w.sync.pending.length,
          files: 2,
          size: 1_300_000,
          missing: [],
          signed: false,
        })),
      SaveFile: () => '/media/kingston/Черновики 2026-11-21.akno',
      PickFile: () => look('/media/kingston/Черновики 2026-11-20.akno'),
      Look: look,
      BeginOpen: () => ticket('unpack', () => w.parcel),
      TakeIn: () =>
        [...w.parcel.lines, ...w.parcel.commands].map((l) => ({ id: l.id, standing: l.standing })),
      Forget: () => undefined,
    },
  }
}
