// Dropped files: the desktop gives their paths, the page knows over which
// field the pointer was.
import { onDrop } from '../lib/bridge.ts'

/** Follows the pointer of a drag and hands dropped paths to a field. */
export class FileDrop {
  #over = ''

  constructor(private readonly take: (field: string, paths: string[]) => void) {}

  /** Listens for the given fields; returns a function that stops. A drop beside them goes to the only one. */
  listen(fields: readonly string[]): () => void {
    if (fields.length === 0) return () => undefined
    const follow = (event: DragEvent) => {
      this.#over =
        (event.target as Element | null)?.closest?.<HTMLElement>('[data-field]')?.dataset.field ?? ''
    }
    window.addEventListener('dragover', follow)
    const stop = onDrop((paths) => {
      const field = fields.includes(this.#over) ? this.#over : fields.length === 1 ? fields[0] : undefined
      if (field && paths.length) this.take(field, paths)
    })
    return () => {
      window.removeEventListener('dragover', follow)
      stop()
    }
  }
}
