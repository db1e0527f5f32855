// Signing as a machine of states: no state without an exit, an empty password
// cannot be sent, one entry is one try. It serves applications, decisions and
// sign-in alike: what is done with the password is given by the caller.
import { asFailure, secret, type Failure } from './bridge.ts'
import type { KeyCard, KeyList, Ticket } from './dto.ts'
import { shortName } from './format.ts'
import { holderOf } from './holder.ts'
import { take } from './secret.ts'

/** Where a signing stands. */
export type SigningState = 'loading' | 'nokey' | 'ready' | 'waiting' | 'signing' | 'done'

/** Seconds of honest friction after the nth wrong password: the code cannot tell how often a stranger tried. */
export const delayAfter = (wrong: number): number => (wrong === 0 ? 0 : Math.min(2 ** (wrong - 1), 30))

/**
 * Wrong passwords of each key since the program started and, in milliseconds, when the next may be tried: closing
 * the dialog is no way around the pause, which the program keeps too.
 */
export const tries = new Map<string, { wrong: number; until: number }>()

/** One signing: the keys, the chosen one, the tries. */
export class Signing<T> {
  state = $state<SigningState>('loading')
  keys = $state.raw<readonly KeyCard[]>([])
  unusable = $state.raw<readonly KeyCard[]>([])
  chosen = $state<string>('')
  failure = $state<Failure>()
  result = $state.raw<T>()
  /** Seconds until the next try may be made. */
  wait = $state(0)
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(
    private readonly list: () => Promise<KeyList>,
    private readonly begin: (key: string) => Promise<Ticket>,
    /** Which key is offered first; without it the first one of the list. */
    private readonly suits: (key: KeyCard) => boolean = () => true,
  ) {}

  get key(): KeyCard | undefined {
    return this.keys.find((k) => k.id === this.chosen)
  }

  /** The short name of the holder of the chosen key, as buttons say it; "" without a key. */
  get name(): string {
    return this.key ? shortName(holderOf(this.key)) : ''
  }

  /** Looks for keys; the one that suits is chosen unless the choice still stands. */
  async load(): Promise<void> {
    this.state = 'loading'
    this.failure = undefined
    try {
      const found = await this.list()
      this.keys = found.keys
      this.unusable = found.unusable
      if (!this.key) this.chosen = (found.keys.find(this.suits) ?? found.keys[0])?.id ?? ''
      this.state = this.chosen ? 'ready' : 'nokey'
      if (this.chosen) this.#resume()
    } catch (e) {
      this.failure = asFailure(e)
      this.state = 'nokey'
    }
  }

  /** Takes another key; the tries of the former one do not count against it. */
  choose(id: string): void {
    if (this.state !== 'ready' && this.state !== 'waiting') return
    this.chosen = id
    this.failure = undefined
    this.#stop()
    this.state = 'ready'
    this.#resume()
  }

  /**
   * Sends the password of the field once and empties it; does nothing when the field is empty or a try is on its way.
   * Where another secret is asked for too, it is sent before that of the key.
   */
  async submit(field: HTMLInputElement, before?: HTMLInputElement): Promise<T | undefined> {
    if (this.state !== 'ready' || field.value === '') return undefined
    this.state = 'signing'
    this.failure = undefined
    const parts = [...(before ? [take(before)] : []), take(field)]
    try {
      const ticket = await this.begin(this.chosen)
      this.result = await secret<T>(ticket, parts)
      this.state = 'done'
      tries.delete(this.chosen)
      return this.result
    } catch (e) {
      this.failure = asFailure(e)
      this.state = 'ready'
      if (this.failure.code === 'bad_password') {
        const wrong = (tries.get(this.chosen)?.wrong ?? 0) + 1
        tries.set(this.chosen, { wrong, until: Date.now() + delayAfter(wrong) * 1000 })
        this.#resume()
      }
      return undefined
    } finally {
      for (const part of parts) part.fill(0)
    }
  }

  /** Ends counting; call it when the dialog goes away. */
  close(): void {
    this.#stop()
  }

  /** Takes up the pause of the chosen key, if one is left. */
  #resume(): void {
    const left = Math.ceil(((tries.get(this.chosen)?.until ?? 0) - Date.now()) / 1000)
    if (left <= 0) return
    this.wait = left
    this.state = 'waiting'
    this.#timer = setInterval(() => {
      this.wait--
      if (this.wait > 0) return
      this.#stop()
      this.state = 'ready'
    }, 1000)
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.wait = 0
  }
}
