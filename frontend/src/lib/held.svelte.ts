// What was typed and could not be saved: a full disk, one that may not be
// written. It outlives the page on which it was typed, is tried again by itself
// until it is saved, and neither a lock nor the end of the program is let pass
// over it in silence.
import { system } from './api.ts'

/** Something typed that waits to be saved. */
export interface Held {
  /** Where it was typed: an address after "#". */
  readonly at: string
  /** Whether the page of that path shows it, and tells of it itself. */
  shownAt(path: string): boolean
  /** Whether it may be saved later without anybody's decision: not while another computer owns the draft. */
  readonly hopeful: boolean
  /** Tries to save it once more; it lets itself go when it succeeds. */
  flush(): Promise<void>
}

// Failures that pass without a change of what was typed.
const passing = new Set(['disk_full', 'read_only', 'internal', 'timeout'])

/** Whether a failure of that code may pass by itself. */
export const passes = (code: string): boolean => passing.has(code)

/** How long a failed saving waits before it is tried again, in milliseconds. */
export const again = 3000

/** How often the program is told that a person is here: a profile that is left alone locks itself. */
const every = 20_000

let list = $state.raw<readonly Held[]>([])
let timer: ReturnType<typeof setTimeout> | undefined
let told = -Infinity

/** What could not be saved so far; reading it in a template follows its changes. */
export const held = (): readonly Held[] => list

/** Keeps something until it is saved. */
export function hold(one: Held): void {
  if (!list.includes(one)) list = [...list, one]
  timer ??= setTimeout(() => void retry(), again)
}

/** It is saved, or is not wanted any more. */
export function letGo(one: Held): void {
  if (list.includes(one)) list = list.filter((other) => other !== one)
  if (list.length > 0) return
  clearTimeout(timer)
  timer = undefined
}

let asking = $state(false)

/** Whether the person is asked what is to become of it, since the window was about to close. */
export const askedToLeave = (): boolean => asking

/** Lets the window close, or keeps it open and asks when something is not saved. */
export async function leave(window: Pick<typeof system, 'left' | 'stay'>): Promise<void> {
  if (list.length === 0) return window.left()
  asking = await window.stay()
}

/** The person goes on working. */
export function stay(): void {
  asking = false
}

async function retry(): Promise<void> {
  const now = performance.now()
  if (now - told >= every) {
    told = now
    void system.active().catch(() => undefined)
  }
  await Promise.all(list.filter((one) => one.hopeful).map((one) => one.flush()))
  timer = undefined
  if (list.length > 0) timer = setTimeout(() => void retry(), again)
}

/** Asks before a browser leaves the page with it; a window is asked for by Go. Returns a function that stops. */
export function guardUnload(): () => void {
  const ask = (event: BeforeUnloadEvent) => {
    if (list.length > 0) event.preventDefault()
  }
  window.addEventListener('beforeunload', ask)
  return () => window.removeEventListener('beforeunload', ask)
}
