// The work on one person at the counter: what is typed is kept within 300 ms,
// matches are looked for while typing, each step of the law follows the former.
import { clerk } from '../../lib/api.ts'
import { asFailure, type Failure } from '../../lib/bridge.ts'
import { held, hold, letGo, passes, type Held } from '../../lib/held.svelte.ts'
import type {
  ClerkChecks,
  IdentityDocument,
  IssuedSlip,
  Match,
  MatchQuery,
  NumberCheck,
  Person,
  RegistrationCard,
  RegistrationView,
} from '../../lib/dto.ts'

/** How long a pause in typing ends it: the card is saved then. */
export const saveAfter = 300
/** How long a pause ends the typing of what matches are sought by: every look is recorded by the portal. */
export const matchAfter = 600

const noPerson: Person = {
  surname: '',
  name: '',
  patronymic: '',
  surnameBe: '',
  nameBe: '',
  patronymicBe: '',
  surnameLatin: '',
  nameLatin: '',
  personalNumber: '',
  birthDate: '',
  sex: '',
  citizenship: 'BLR',
}

/** An empty card; the papers are in the language of the page where the law knows it. */
export const emptyCard = (language: string): RegistrationCard => ({
  id: '',
  person: { ...noPerson },
  document: { type: 'passport_by', series: '', number: '', issuer: '', issued: '', expires: '' },
  phone: '',
  email: '',
  language: language === 'be' ? 'be' : 'ru',
  claimAccountId: '',
  claimCode: '',
  otherPersonReason: '',
})

/** What the clerk has compared with his own eyes. */
export const noChecks: ClerkChecks = {
  present: false,
  documentShown: false,
  photoCompared: false,
  signedBefore: false,
}

type Part = 'person' | 'document' | 'card'
type Key = keyof Person | keyof IdentityDocument | keyof RegistrationCard

/** Fields by which a person is sought among cabinets. */
const seeks = new Set<Key>(['personalNumber', 'surname', 'name', 'birthDate', 'email'])

/** The card that holds what could not be saved. */
export const heldWork = (): Work | undefined => held().find((one) => one instanceof Work)

/** One person at the counter. */
export class Work implements Held {
  readonly at = '#/clerk'
  card = $state<RegistrationCard>(emptyCard('ru'))
  view = $state.raw<RegistrationView>()
  checks = $state<ClerkChecks>({ ...noChecks })
  slip = $state.raw<IssuedSlip>()
  matches = $state.raw<readonly Match[]>([])
  /** True once an answer about matches has come for what stands in the card. */
  sought = $state(false)
  seeking = $state(false)
  number = $state.raw<NumberCheck>()
  /** Field to the code of what is wrong with it. */
  errors = $state<Readonly<Record<string, string>>>({})
  failure = $state.raw<Failure>()
  /** A code went to the address of the claimed cabinet and is waited for. */
  coded = $state(false)
  busy = $state('')
  savedAt = $state('')
  notSaved = $state(false)
  /** What the program filled in and the clerk has not passed yet. */
  filled = $state<ReadonlySet<string>>(new Set())

  #saving: ReturnType<typeof setTimeout> | undefined
  #looking: ReturnType<typeof setTimeout> | undefined
  #saved: Promise<void> = Promise.resolve()
  #asked = ''
  #dirty = false
  #refusal = ''

  constructor(language: string) {
    this.card = emptyCard(language)
  }

  get hopeful(): boolean {
    return passes(this.#refusal)
  }

  shownAt(path: string): boolean {
    return ['/', '/clerk'].includes(path)
  }

  get status(): string {
    return this.view?.status ?? 'local'
  }

  get open(): boolean {
    return this.status === 'local'
  }

  /** Whether the portal's question about matches was answered by the clerk. */
  get resolved(): boolean {
    return (
      this.matches.length === 0 ||
      this.card.claimAccountId !== '' ||
      this.card.otherPersonReason.trim() !== ''
    )
  }

  /** Nothing was typed yet: the card is not worth keeping. */
  get blank(): boolean {
    return this.card.id === '' && !this.#dirty
  }

  /** Takes a card in work up again. */
  take(view: RegistrationView): void {
    this.view = view
    this.card = $state.snapshot(view.card)
    this.savedAt = ''
    if (this.open && this.card.person.personalNumber) void this.checkNumber()
    if (this.open) this.#seekSoon(0)
  }

  /** Changes a field and keeps the card soon. */
  set(part: Part, key: Key, value: string): void {
    const target = (part === 'card' ? this.card : this.card[part]) as unknown as Record<string, string>
    if (target[key] === value) return
    target[key] = value
    this.#dirty = true
    const name = fieldOf(part, key)
    if (this.errors[name]) this.errors = without(this.errors, name)
    if (this.filled.has(name)) this.filled = new Set([...this.filled].filter((one) => one !== name))
    this.#saveSoon()
    if (seeks.has(key)) {
      this.card.claimAccountId = ''
      this.#seekSoon(matchAfter)
    }
  }

  /** Looks at the identification number when its field is left; what it tells fills empty fields. */
  async checkNumber(): Promise<void> {
    const text = this.card.person.personalNumber
    if (!text) {
      this.number = undefined
      return
    }
    const check = await clerk.checkNumber(text).catch(() => undefined)
    if (!check || text !== this.card.person.personalNumber) return
    this.number = check
    if (!this.open) return
    if (check.number && check.number !== text) this.set('person', 'personalNumber', check.number)
    if (!check.problem) {
      this.#fill('birthDate', check.birthDate)
      this.#fill('sex', check.sex)
    }
  }

  /** Suggests the Latin spelling by the rules of passports; what was typed by hand stays. */
  async transliterate(): Promise<void> {
    const { surnameBe, nameBe } = this.card.person
    if (!surnameBe && !nameBe) return
    const [surname = '', name = ''] = await clerk.transliterate(surnameBe, nameBe).catch(() => [])
    this.#fill('surnameLatin', surname)
    this.#fill('nameLatin', name)
  }

  #fill(key: 'birthDate' | 'sex' | 'surnameLatin' | 'nameLatin', value: string): void {
    if (!value || (this.card.person[key] && !this.filled.has(key)) || this.card.person[key] === value) return
    this.set('person', key, value)
    this.filled = new Set([...this.filled, key])
  }

  #saveSoon(): void {
    // Not put off by the next key: who types without a pause is kept up with too.
    this.#saving ??= setTimeout(() => void this.flush(), saveAfter)
  }

  /** Keeps what was typed; saves follow one another, so that the first one gives the card its id. */
  flush(): Promise<void> {
    clearTimeout(this.#saving)
    this.#saving = undefined
    if (!this.#dirty || !this.open) return this.#saved
    this.#dirty = false
    this.#saved = this.#saved.then(() => this.#save())
    return this.#saved
  }

  async #save(): Promise<void> {
    try {
      const view = await clerk.save($state.snapshot(this.card))
      this.view = view
      this.card.id = view.id
      this.savedAt = new Date().toISOString()
      this.notSaved = false
      if (!this.#dirty) letGo(this)
    } catch (e) {
      this.#dirty = true
      this.notSaved = true
      this.#refusal = asFailure(e).code
      hold(this)
    }
  }

  #query(): MatchQuery {
    const { personalNumber, surname, name, birthDate } = this.card.person
    const whole = surname && name && /^\d{4}-\d{2}-\d{2}$/.test(birthDate)
    const number = personalNumber.length === 14 ? personalNumber : ''
    return {
      personalNumber: number,
      surname: whole ? surname : '',
      name: whole ? name : '',
      birthDate: whole ? birthDate : '',
      email: /.@./.test(this.card.email) ? this.card.email : '',
    }
  }

  #seekSoon(wait: number): void {
    clearTimeout(this.#looking)
    this.#looking = setTimeout(() => void this.seek(), wait)
  }

  /** Asks for cabinets that may be the same person's, once for the same data. */
  async seek(again = false): Promise<void> {
    clearTimeout(this.#looking)
    const query = this.#query()
    const asked = JSON.stringify(query)
    if (!query.personalNumber && !query.surname) {
      this.#asked = ''
      this.matches = []
      this.sought = false
      return
    }
    if (asked === this.#asked && !again) return
    this.#asked = asked
    this.seeking = true
    try {
      const found = await clerk.matches(query)
      if (asked !== this.#asked) return
      this.matches = found
      this.sought = true
    } catch (e) {
      if (asked !== this.#asked) return
      this.#asked = ''
      this.failure = asFailure(e)
    } finally {
      if (asked === this.#asked || this.#asked === '') this.seeking = false
    }
  }

  /** The same person: the cabinet is claimed, no second one is made. */
  claim(account: string): void {
    this.coded = false
    this.set('card', 'claimCode', '')
    this.set('card', 'otherPersonReason', '')
    this.set('card', 'claimAccountId', account)
  }

  /** Another person: the clerk says by what he knows it. */
  other(reason: string): void {
    this.claim('')
    this.set('card', 'otherPersonReason', reason)
  }

  /** Runs a step; a refusal names the fields or is a failure of the whole. */
  async #step(name: string, work: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false
    this.busy = name
    this.failure = undefined
    this.errors = {}
    try {
      await this.flush()
      await work()
      return true
    } catch (e) {
      const failure = asFailure(e)
      if (Object.keys(failure.fields).length) this.#refused(failure.fields)
      else this.failure = failure
      if (failure.code === 'registered') await this.seek(true)
      return false
    } finally {
      this.busy = ''
    }
  }

  /** Keeps what is wrong with the fields; that a code was sent is a question, not a fault. */
  #refused(fields: Readonly<Record<string, string>>): void {
    this.errors = fields
    if (!fields.claimCode) return
    this.coded = true
    if (fields.claimCode === 'code_sent') this.errors = without(fields, 'claimCode')
    // The next press asks for a new letter.
    if (fields.claimCode === 'code_expired') this.card.claimCode = ''
  }

  start = (): Promise<boolean> =>
    this.#step('start', async () => {
      this.view = await clerk.start($state.snapshot(this.card))
      this.card = $state.snapshot(this.view.card)
    })

  /** How many pictures wait to be prepared for the scan of a paper. */
  waiting(paper: string): number {
    return this.view?.waiting.find((w) => w.field === paper)?.count ?? 0
  }

  /** Takes over what came of the scans; of another card it is no news. */
  scanned(view: RegistrationView): void {
    if (view.id !== this.card.id) return
    this.view = view
    this.failure = undefined
    if (view.applicationScan.id) this.errors = without(this.errors, 'applicationScan')
    if (view.consentScan.id) this.errors = without(this.errors, 'consentScan')
  }

  verify = (): Promise<boolean> =>
    this.#step('verify', async () => {
      this.view = await clerk.verify(this.card.id, $state.snapshot(this.checks))
    })

  issue = (): Promise<boolean> =>
    this.#step('issue', async () => {
      this.slip = await clerk.issue(this.card.id)
      this.view = this.slip.registration
    })

  /** The slip is in the person's hands: it is wiped, and so is the card. */
  printed = (): Promise<boolean> => this.#step('printed', () => clerk.slipPrinted(this.card.id))

  cancel = (reason: string): Promise<boolean> =>
    this.#step('cancel', () => clerk.cancel(this.card.id, reason))

  /** Stops the clocks; what was typed is kept. */
  close(): Promise<void> {
    clearTimeout(this.#looking)
    return this.flush()
  }
}

/** The name under which a refusal speaks of a field. */
export function fieldOf(part: Part, key: Key): string {
  return part === 'document' && key === 'number' ? 'documentNumber' : key
}

function without(record: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name))
}
