// Loading of what a page shows: the value, or the failure, and a way to load again.
import { listen } from './bridge.ts'

/** A value on its way from Go. */
export interface Loaded<T> {
  readonly value: T | undefined
  readonly error: unknown
  reload(): Promise<void>
  /**
   * Shows what a call answered. The answer may have been made before an event
   * that came meanwhile, so the value is read again where there are events.
   */
  set(value: T): void
}

/**
 * Loads at once and again whenever one of the events arrives. Call it while a
 * component is made: it stops listening with the component.
 */
export function load<T>(read: () => Promise<T>, ...events: string[]): Loaded<T> {
  const state = $state<{ value: T | undefined; error: unknown }>({ value: undefined, error: undefined })
  let turn = 0

  async function reload() {
    const mine = ++turn
    try {
      const value = await read()
      if (mine === turn) Object.assign(state, { value, error: undefined })
    } catch (error) {
      if (mine === turn) Object.assign(state, { error })
    }
  }

  $effect(() => {
    const off = events.map((event) => listen(event, () => void reload()))
    return () => {
      turn++
      off.forEach((stop) => stop())
    }
  })
  void reload()

  return {
    get value() {
      return state.value
    },
    get error() {
      return state.error
    },
    reload,
    set(value: T) {
      turn++
      state.value = value
      if (events.length) void reload()
    },
  }
}
