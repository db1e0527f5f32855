// The work on one application of a body: what was opened, what is being
// written, the steps. What may be done is told by the portal ("allowed") and
// never derived here.
import { desk } from '../../lib/api.ts'
import { asFailure, type Failure } from '../../lib/bridge.ts'
import type { DeskView, FileInfo } from '../../lib/dto.ts'

/** What the right pane is for. */
export type Mode =
  | 'accept'
  | 'refuse'
  | 'take'
  | 'decide'
  | 'ask'
  | 'agency'
  | 'answer'
  | 'payment'
  | 'sign'
  | 'return'
  | 'wait'
  | 'done'

/** A decision being written. */
export interface Writing {
  outcome: string
  text: string
  ground: string
}

/** Which outcomes may be proposed where: refusing to accept is for what is not taken into work yet. */
const unaccepted = new Set(['submitted', 'registered', 'payment_rejected'])

/** What may be done with an application now, the usual thing first. */
export function modesOf(view: DeskView): Mode[] {
  const may = (event: string) => view.allowed.includes(event)
  const modes: Mode[] = []
  if (may('decide')) modes.push('sign')
  if (may('return_proposal')) modes.push('return')
  if (may('register')) modes.push('accept')
  if (may('take')) modes.push('take')
  if (may('agency_answer')) modes.push('answer')
  if (may('propose')) modes.push(unaccepted.has(view.item.status) ? 'refuse' : 'decide')
  if (may('ask_applicant')) modes.push('ask')
  if (may('request_agency')) modes.push('agency')
  if (may('reject_payment')) modes.push('payment')
  if (modes.length === 0) modes.push(view.decision.number ? 'done' : 'wait')
  return modes
}

// What is being written is kept by the program 300 ms after a key; what
// was opened stays while the page is open.
const keepAfter = 300
const written = new Map<string, Partial<Record<Mode, Writing>>>()
const openedFiles = new Map<string, Set<string>>()

/** One application on the desk. */
export class Review {
  view = $state.raw<DeskView>()
  mode = $state<Mode>('wait')
  writing = $state<Writing>({ outcome: '', text: '', ground: '' })
  errors = $state<Readonly<Record<string, string>>>({})
  failure = $state.raw<Failure>()
  loadFailure = $state.raw<unknown>()
  busy = $state(false)
  opened = $state.raw<ReadonlySet<string>>(new Set())

  #timer: ReturnType<typeof setTimeout> | undefined
  #unkept = false

  constructor(readonly id: string) {
    this.opened = openedFiles.get(id) ?? new Set()
  }

  async load(): Promise<void> {
    this.loadFailure = undefined
    try {
      this.take(await desk.get(this.id))
    } catch (e) {
      this.loadFailure = e
    }
  }

  /** Takes over what the portal answered; the mode stays when it still may. */
  take(view: DeskView): void {
    this.view = view
    if (!written.has(this.id) && view.written.length)
      written.set(
        this.id,
        Object.fromEntries(view.written.map(({ mode, ...writing }) => [mode, writing])) as Partial<
          Record<Mode, Writing>
        >,
      )
    const modes = modesOf(view)
    this.choose(modes.includes(this.mode) ? this.mode : (modes[0] ?? 'wait'))
  }

  get modes(): Mode[] {
    return this.view ? modesOf(this.view) : []
  }

  /** The documents a reviewer must have seen: the application itself and what is attached. */
  get files(): FileInfo[] {
    if (!this.view) return []
    const answers = this.view.questions.flatMap((q) => q.files)
    const all = [this.view.document, ...this.view.files, ...answers].filter((f) => f.id !== '')
    return all.filter((f, i) => all.findIndex((g) => g.id === f.id) === i)
  }

  get unopened(): FileInfo | undefined {
    return this.files.find((f) => !this.opened.has(f.id))
  }

  open(file: FileInfo): void {
    this.opened = new Set([...this.opened, file.id])
    openedFiles.set(this.id, new Set(this.opened))
  }

  choose(mode: Mode): void {
    this.mode = mode
    this.errors = {}
    this.failure = undefined
    const kept = written.get(this.id)?.[mode]
    const first = mode === 'refuse' ? 'acceptance_refused' : mode === 'decide' ? this.#outcomes()[0] : ''
    this.writing = kept ? { ...kept } : { outcome: first ?? '', text: '', ground: '' }
  }

  /** In a request to another body only a refusal can be decided. */
  #outcomes(): string[] {
    return this.view?.item.status === 'agency_request' ? ['refused'] : ['granted', 'refused']
  }

  get outcomes(): string[] {
    return this.#outcomes()
  }

  write(change: Partial<Writing>): void {
    this.writing = { ...this.writing, ...change }
    written.set(this.id, { ...written.get(this.id), [this.mode]: { ...this.writing } })
    this.#unkept = true
    this.#timer ??= setTimeout(() => void this.keep(), keepAfter) // not put off by the next key
    for (const key of Object.keys(change)) {
      if (this.errors[key])
        this.errors = Object.fromEntries(Object.entries(this.errors).filter(([k]) => k !== key))
    }
  }

  /** Hands over what is being written: soon after the last key, and before the page is left. */
  async keep(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.#unkept) return
    this.#unkept = false
    const list = Object.entries(written.get(this.id) ?? {}).map(([mode, writing]) => ({ mode, ...writing }))
    try {
      await desk.keep(this.id, list)
    } catch (e) {
      this.#unkept = true
      this.failure = asFailure(e)
    }
  }

  /** What must be written before the step can be taken. */
  missing(): Record<string, string> {
    const found: Record<string, string> = {}
    const proposing = this.mode === 'decide' || this.mode === 'refuse'
    if (proposing && !this.writing.outcome) found.outcome = 'required'
    const wordless: Mode[] = ['accept', 'take']
    if (!wordless.includes(this.mode) && !this.writing.text.trim()) found.text = 'required'
    if (proposing && this.writing.outcome !== 'granted' && !this.writing.ground.trim())
      found.ground = 'required'
    return found
  }

  /** Causes an event of the portal's; a refusal names the field or is told whole. */
  async act(event: string): Promise<boolean> {
    if (this.busy || !this.view) return false
    this.failure = undefined
    this.errors = this.missing()
    if (Object.keys(this.errors).length) return false
    this.busy = true
    try {
      const { outcome, text, ground } = this.writing
      const view = await desk.act(this.id, {
        version: this.view.version,
        event,
        outcome: event === 'propose' ? outcome : '',
        text: text.trim(),
        ground: ground.trim(),
      })
      this.forget()
      this.take({ ...view, written: [] })
      return true
    } catch (e) {
      this.failure = asFailure(e)
      if (Object.keys(this.failure.fields).length && this.failure.code === 'invalid') {
        this.errors = this.failure.fields
        this.failure = undefined
      }
      // Somebody else changed it meanwhile: what is shown must be what is.
      if (this.failure?.code === 'conflict' || this.failure?.code === 'wrong_state') await this.refresh()
      return false
    } finally {
      this.busy = false
    }
  }

  /** What was written has been sent. */
  forget(): void {
    written.delete(this.id)
    this.#unkept = true
    void this.keep()
  }

  async refresh(): Promise<void> {
    try {
      const kept = this.failure
      this.take(await desk.get(this.id))
      this.failure = kept
    } catch {
      // The failure that led here is on the screen already.
    }
  }
}
