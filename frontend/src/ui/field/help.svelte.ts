// The help of a field by its key: F1 opens it beside the field and closes it, and the focus stays where it is.

const bare = (e: KeyboardEvent): boolean => !e.altKey && !e.ctrlKey && !e.metaKey && !e.shiftKey

/** Says whether a key asks for help. */
export const asksForHelp = (event: KeyboardEvent): boolean => event.key === 'F1' && bare(event)

/** Whether the help of one field is shown. */
export class FieldHelp {
  open = $state(false)
  readonly #has: () => boolean

  /** Asks at each press whether there is any; a field without help leaves the key to the page. */
  constructor(has: () => boolean) {
    this.#has = has
  }

  /** F1 turns the help, Escape closes it and nothing else. */
  readonly press = (event: KeyboardEvent): void => {
    const closes = event.key === 'Escape' && this.open
    if (!closes && !(asksForHelp(event) && this.#has())) return
    event.preventDefault()
    event.stopPropagation()
    this.open = !this.open
  }

  /** What was opened goes when the field is left. */
  readonly leave = (event: FocusEvent & { currentTarget: Element }): void => {
    if (!event.currentTarget.contains(event.relatedTarget as Node | null)) this.open = false
  }
}
