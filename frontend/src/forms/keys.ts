// Moving through a form by the keyboard alone: which controls Enter stops at, and which one comes next.

/** What Enter stops at: the controls that answer, the button for a file, the one that adds a row. */
const stopping =
  'input:not([type=file], [readonly]), select, textarea, .file-list [id$="-pick"], [data-add] button'

/** The stops inside an element in the order of the document; of a group of radios the one that Tab reaches. */
export function stops(root: ParentNode): HTMLElement[] {
  const all = [...root.querySelectorAll<HTMLElement>(stopping)]
  const firsts = new Map<string, HTMLElement>()
  for (const e of all) if (isRadio(e) && (e.checked || !firsts.has(e.name))) firsts.set(e.name, e)
  return all.filter((e) => !isRadio(e) || firsts.get(e.name) === e)
}

const isRadio = (e: Element): e is HTMLInputElement => e instanceof HTMLInputElement && e.type === 'radio'

/** The stop after a control; undefined after the last. */
export function after(root: ParentNode, from: Element): HTMLElement | undefined {
  const same = (e: HTMLElement) => isRadio(from) && isRadio(e) && e.name === from.name
  return stops(root).find(
    (e) => !same(e) && e !== from && from.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING,
  )
}

/** Gives a control the focus as Tab does: what stands in it is selected. */
export function enter(control: HTMLElement): void {
  control.focus()
  if (control instanceof HTMLInputElement && !/^(radio|checkbox)$/.test(control.type)) control.select()
}

/** Says whether Enter at an element means "the next field" there: not where it has a meaning of its own. */
export function takesEnter(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' || event.defaultPrevented || event.isComposing) return false
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return false
  return event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement
}
