// Tells the program that a person is at the window, once a minute at most:
// exchange in the background must not keep a session alive that was left alone.
import { system } from './api.ts'

const every = 60_000
let told = -Infinity

/** The person typed or pointed at the time now, in milliseconds. */
export function present(now: number = performance.now()): void {
  if (now - told < every) return
  told = now
  system.active().catch(() => undefined)
}

/** Listens to the person for as long as the page lives. */
export function watchPresence(): void {
  for (const sign of ['keydown', 'pointerdown', 'wheel'] as const)
    window.addEventListener(sign, () => present(), { passive: true, capture: true })
}
