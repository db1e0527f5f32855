// Short facts at the edge of the window, with an undo where there is one.

/** A fact that was told; it goes by itself unless a person holds it. */
export interface Toast {
  id: number
  /** Its words in the language of the page, asked anew when that changes. */
  text: () => string
  tone: 'plain' | 'bad'
  undo?: () => void
}

const list = $state<Toast[]>([])
let last = 0

/** The facts that are on the screen. */
export const toasts = (): readonly Toast[] => list

/**
 * Tells a fact; with undo there is a button for ten seconds. What text names is what
 * was there at the call: it is read again as long as the fact is shown.
 */
export function toast(text: () => string, undo?: () => void, tone: Toast['tone'] = 'plain'): void {
  list.push({ id: ++last, text, tone, undo })
  if (list.length > 3) list.shift()
}

/** Takes a fact off the screen. */
export function dismiss(id: number): void {
  const at = list.findIndex((one) => one.id === id)
  if (at >= 0) list.splice(at, 1)
}
