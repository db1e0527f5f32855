// An open draft. Every change is sent to Go, which decides everything: what is
// visible, what is wrong, what the fee is. The page only keeps what was typed
// until Go has committed it.
import { SvelteSet } from 'svelte/reactivity'
import { drafts } from '../lib/api.ts'
import { asFailure, type Failure } from '../lib/bridge.ts'
import { say } from '../lib/i18n.svelte.ts'
import { learnErrors } from '../lib/field-errors.ts'
import { held, hold, letGo, passes, type Held } from '../lib/held.svelte.ts'
import { href } from '../lib/router.svelte.ts'
import type {
  ClearedView,
  DraftChange,
  DraftView,
  FieldView,
  OfferView,
  OrderView,
  Patch,
  StepView,
  Value,
} from '../lib/dto.ts'

/** How long typing may pause before it is sent, in milliseconds. */
export const pause = 300

/** How long saving may take before it is worth a word, in milliseconds. */
const worthAWord = 1000

/** The place of a value: a field, or a cell of a table. */
export interface Place {
  field: string
  row: string
  column: string
}

/** A place as one word. */
export const keyOf = (p: Place): string => [p.field, p.row, p.column].join('\u0000')

/** A value of text; the empty text is no value. */
export const textValue = (text: string): Value => ({
  kind: text === '' ? 'none' : 'text',
  text,
  bool: false,
  list: [],
})
/** A value of yes or no. */
export const boolValue = (bool: boolean): Value => ({ kind: 'bool', text: '', bool, list: [] })
/** A value of several choices. */
export const listValue = (list: string[]): Value => ({
  kind: list.length ? 'list' : 'none',
  text: '',
  bool: false,
  list,
})

// These disagreements are told as soon as a field is left, as a doubt: a slip
// in a number is found easiest while the document is still in the hand, and an
// answer that ends the way is better known before the rest is written.
const early = new Set([
  'must_be',
  'check_digit',
  'birth_mismatch',
  'sex_mismatch',
  'century_unknown',
  'length',
])

/** What is said at a field now: errors after "next", doubts at any time. */
export interface Said {
  errors: readonly string[]
  warnings: readonly string[]
}

/** What a place has here: each its own state, so that a key paints its place anew and not the whole form. */
class Here {
  /** What was typed, until Go has it and the person has left. */
  typed = $state.raw<Value>()
  left = $state(false)
  /** It was emptied, since it did not fit to another answer; told until it is answered. */
  cleared = $state.raw<ClearedView>()
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** The draft of that id that holds what could not be saved. */
export const heldDraft = (id: string): Draft | undefined =>
  held().find((one): one is Draft => one instanceof Draft && one.id === id)

/** An open draft with what is on its way to Go. */
export class Draft implements Held {
  view = $state.raw<DraftView>(undefined as unknown as DraftView)
  failure = $state<Failure>()
  saving = $state(false)
  savedAt = $state('')
  /** The number of the last change that is known here, 0 for none. */
  revision = 0
  /** Errors are told as soon as a field is left, not only after "next": on the dense page. */
  eager = $state(false)
  /** Is told of answers that were emptied, since they did not fit to what was written. */
  oncleared: (list: readonly ClearedView[]) => void = () => undefined
  /** Steps whose errors are shown, since the person wanted to go on. */
  readonly attempted = new SvelteSet<string>()
  readonly #here = new Map<string, Here>()
  readonly #settled = new Set<string>()
  #queue = new Map<string, Patch>()
  /** What was sent and is not answered: it is back in the queue when it was refused. */
  #underway = new Map<string, Patch>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #sending: Promise<void> = Promise.resolve()

  readonly #byId = $derived(new Map(this.view.fields.map((f) => [f.id, f])))

  constructor(view: DraftView) {
    this.#know(view.fields)
    this.view = view
    learnErrors(view.formErrors)
    this.savedAt = view.draft.savedAt
    if (view.draft.rejected) for (const step of view.steps) this.attempted.add(step.id)
  }

  get id(): string {
    return this.view.draft.id
  }

  get hopeful(): boolean {
    return passes(this.failure?.code ?? '')
  }

  get at(): string {
    return href('/drafts/:id', { id: this.id })
  }

  shownAt(path: string): boolean {
    return `#${path}/`.startsWith(`${this.at}/`)
  }

  /** The steps that the answers so far call for. */
  get steps(): StepView[] {
    return this.view.steps.filter((s) => s.visible)
  }

  field(id: string): FieldView | undefined {
    return this.#byId.get(id)
  }

  #place(key: string): Here {
    let here = this.#here.get(key)
    if (!here) this.#here.set(key, (here = new Here()))
    return here
  }

  /** Makes the state of new places, before anything reads them: what is made while it is read is not followed. */
  #know(fields: readonly FieldView[]): void {
    for (const f of fields) {
      this.#place(keyOf({ field: f.id, row: '', column: '' }))
      for (const row of f.rows)
        for (const cell of row.cells) this.#place(keyOf({ field: f.id, row: row.id, column: cell.id }))
    }
  }

  /** The visible fields of a step in their order. */
  fieldsOf(step: StepView): FieldView[] {
    return step.fields.map((id) => this.field(id)).filter((f): f is FieldView => f?.visible === true)
  }

  /**
   * The words that are explained, each where it stands first in a step: the numbers of the marks. A text, so that
   * whoever follows it hears of nothing while it stays the same.
   */
  firstMarks(steps: readonly StepView[]): string {
    const marks = this.view.marks.map((m, i) => ({ ...m, i }))
    const first = steps.flatMap((step) => {
      const seen = new Set<string>()
      return this.fieldsOf(step).flatMap((f) => {
        const here = marks.filter((m) => m.field === f.id && say(m.words) && !seen.has(m.entry))
        for (const m of here) seen.add(m.entry)
        return here.slice(0, 1).map((m) => m.i)
      })
    })
    return first.join(' ')
  }

  /** What is known for a field that is empty; undefined where it is answered, if only on the screen. */
  offer(field: FieldView): OfferView | undefined {
    const shown = this.value({ field: field.id, row: '', column: '' }, field.value)
    return shown.kind === 'none' ? this.view.offers.find((o) => o.field === field.id) : undefined
  }

  /** Takes what is known for an empty field. */
  async takeOffer(field: string): Promise<void> {
    const key = keyOf({ field, row: '', column: '' })
    await this.flush()
    if (this.#queue.has(key)) return // it could not be saved and is still what the person wants
    this.#place(key).typed = undefined
    this.take(await drafts.takeOffer(this.id, field))
  }

  /** What a place shows: what was typed there, until Go has it and the person has left. */
  value(place: Place, own: Value): Value {
    return this.#here.get(keyOf(place))?.typed ?? own
  }

  /** Why a place was emptied, until it is answered. */
  cleared(place: Place): ClearedView | undefined {
    return this.#here.get(keyOf(place))?.cleared
  }

  /** What is said at a place that has the given errors and warnings. */
  said(step: string, place: Place, errors: readonly string[], warnings: readonly string[]): Said {
    const left = this.#here.get(keyOf(place))?.left === true
    if (this.attempted.has(step) || (this.eager && left)) return { errors, warnings }
    const doubts = left ? errors.filter((e) => early.has(e)) : []
    return { errors: [], warnings: [...doubts, ...warnings] }
  }

  /** Takes over a change while the person types; it is sent after a pause. */
  type(place: Place, value: Value): void {
    const key = keyOf(place)
    const here = this.#place(key)
    here.typed = value
    here.left = false
    here.cleared = undefined
    this.#settled.delete(key)
    this.#queue.set(key, { ...place, value })
    // Not put off by the next key: who types without a pause is kept up with too.
    this.#timer ??= setTimeout(() => void this.flush(), pause)
  }

  /** Whether Go has not committed what was typed at a place. */
  #waits(key: string): boolean {
    return this.#queue.has(key) || this.#underway.has(key)
  }

  /** Takes over a finished change: the field was left or a choice was made. It is sent at once. */
  settle(place: Place, value: Value): void {
    const key = keyOf(place)
    const here = this.#place(key)
    if (!here.typed || !same(here.typed, value)) this.type(place, value)
    this.#settled.add(key)
    here.left = true
    if (!this.#waits(key)) here.typed = undefined
    void this.flush()
  }

  /** The person has left a place, changed or not. */
  leave(place: Place): void {
    this.#place(keyOf(place)).left = true
  }

  /** Chooses how forms are laid out: on the page at once, in Go when it answers; a refusal puts the old one back. */
  async layOut(layout: string): Promise<void> {
    const before = this.view.layout
    this.view = { ...this.view, layout }
    try {
      await drafts.setLayout(layout)
    } catch (e) {
      this.view = { ...this.view, layout: before }
      throw e
    }
  }

  /** Sends what waits and resolves when Go has committed everything; a failure is kept in "failure". */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#queue.size > 0) this.#sending = this.#sending.then(() => this.#send())
    return this.#sending
  }

  async #send(): Promise<void> {
    const batch = this.#queue
    if (batch.size === 0) return
    this.#underway = batch
    this.#queue = new Map()
    const slow = setTimeout(() => (this.saving = true), worthAWord)
    try {
      const change = await drafts.apply(this.id, [...batch.values()])
      this.#underway = new Map()
      for (const key of batch.keys()) {
        if (this.#settled.has(key) && !this.#queue.has(key)) this.#place(key).typed = undefined
      }
      this.take(change)
    } catch (e) {
      // What was typed stays on the screen and is sent again, by itself or with the next change.
      this.#underway = new Map()
      for (const [key, patch] of batch) if (!this.#queue.has(key)) this.#queue.set(key, patch)
      this.failure = asFailure(e)
      if (this.failure.code === 'not_found')
        letGo(this) // it was deleted
      else hold(this)
    } finally {
      clearTimeout(slow)
      this.saving = false
    }
  }

  /** What was typed and Go has not committed. */
  unsaved(): Patch[] {
    return [...new Map([...this.#underway, ...this.#queue]).values()]
  }

  /** Takes over what a call changed. */
  take(change: DraftChange): void {
    const changed = new Map(change.fields.map((f) => [f.id, f]))
    const known = new Set(this.view.fields.map((f) => f.id))
    this.#know(change.fields)
    this.view = {
      ...this.view,
      fields: [
        ...this.view.fields.map((f) => changed.get(f.id) ?? f),
        ...change.fields.filter((f) => !known.has(f.id)),
      ],
      steps: change.steps.map((s, i) => (same(s, this.view.steps[i]) ? this.view.steps[i]! : s)),
      fee: change.fee,
      undo: change.undo,
      redo: change.redo,
      budget: change.budget,
      waiting: change.waiting,
      draft: { ...this.view.draft, ready: change.ready, total: change.total, savedAt: change.savedAt },
    }
    this.savedAt = change.savedAt
    this.revision = change.revision
    this.failure = undefined
    if (this.#queue.size === 0) letGo(this)
    for (const c of change.cleared) this.#place(keyOf(c)).cleared = c
    if (change.cleared.length) this.oncleared(change.cleared)
  }

  /** Takes over a draft that was changed as a whole: by undo, by an earlier state, by a new form. */
  replace(view: DraftView): void {
    this.#know(view.fields)
    for (const [key, here] of this.#here) {
      here.cleared = undefined
      if (!this.#waits(key)) here.typed = undefined
    }
    this.view = view
    this.savedAt = view.draft.savedAt
    this.revision = 0
  }

  /** Runs a call that changes the draft as a whole after everything typed has been sent. */
  async turn(work: () => Promise<DraftView>): Promise<void> {
    await this.flush()
    this.replace(await work())
  }

  /** How many pictures wait to be prepared at a place. */
  waiting(place: Place): number {
    return (
      this.view.waiting.find(
        (w) => w.field === place.field && w.row === place.row && w.column === place.column,
      )?.count ?? 0
    )
  }

  /** Takes over the state of the order. */
  takeOrder(order: OrderView): void {
    this.view = { ...this.view, order, draft: { ...this.view.draft, orderCode: order.code } }
  }

  /** Runs a call that changes the draft after everything typed has been sent. */
  async change(work: () => Promise<DraftChange>): Promise<DraftChange> {
    await this.flush()
    const change = await work()
    this.take(change)
    return change
  }
}
