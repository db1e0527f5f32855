// Files that are dropped or pasted: the desktop gives their paths or their
// octets, the page knows at which place.
import { onDrop } from '../lib/bridge.ts'
import { keyOf, type Place } from './draft.svelte.ts'

/** The place at which an element stands: a field, or a cell of a table. */
export function placeAt(element: Element | null | undefined): Place {
  const cell = element?.closest?.<HTMLElement>('[data-cell]')?.dataset
  const field = element?.closest?.<HTMLElement>('[data-field]')?.dataset.field ?? ''
  return { field, row: cell?.row ?? '', column: cell?.cell ?? '' }
}

/** The place for files that is meant: the one where an element stands, else the only one. */
export function meant(places: readonly Place[], element: Element | null | undefined): Place | undefined {
  const here = keyOf(placeAt(element))
  return places.find((p) => keyOf(p) === here) ?? (places.length === 1 ? places[0] : undefined)
}

/** Follows the pointer of a drag and hands dropped paths to a place, or to none where it is not clear which. */
export class FileDrop {
  #over: Element | null = null

  constructor(private readonly take: (place: Place | undefined, paths: string[]) => void) {}

  /** Listens for the given places; returns a function that stops. A drop beside them goes to the only one. */
  listen(places: readonly Place[]): () => void {
    if (places.length === 0) return () => undefined
    const follow = (event: DragEvent) => {
      this.#over = event.target as Element | null
    }
    window.addEventListener('dragover', follow)
    const stop = onDrop((paths) => {
      if (paths.length) this.take(meant(places, this.#over), paths)
    })
    return () => {
      window.removeEventListener('dragover', follow)
      stop()
    }
  }
}
