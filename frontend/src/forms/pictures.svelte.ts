// Pictures on their way into a place of a draft: what is done to each, in what
// order, and what the result looks like. Go makes every picture; nothing is
// attached before it was seen as it will be read.
import { SvelteSet } from 'svelte/reactivity'
import { attachments } from '../lib/api.ts'
import { asFailure, type Failure } from '../lib/bridge.ts'
import type { FileChange, FilePlace, Look, PageEdit, PictureView, TrayView } from '../lib/dto.ts'

/** What a picture larger than this is reduced to by itself: letters of a sheet stay readable. */
export const readable = 2000

/** The longer sides that are offered, in pixels; 0 is as taken. */
export const edges = [0, 3000, readable, 1500, 1000] as const

const key = (e: PageEdit) => JSON.stringify([e.id, e.turns, e.left, e.top, e.right, e.bottom, e.longEdge])

/** The pictures of one place while they are prepared. */
export class Pictures {
  view = $state.raw<TrayView>()
  list = $state<PictureView[]>([])
  at = $state(0)
  failure = $state<Failure>()
  busy = $state(false)
  readonly #seen = new SvelteSet<string>()

  constructor(readonly place: FilePlace) {}

  /** The picture that is worked on. */
  get current(): PictureView | undefined {
    return this.list[this.at]
  }

  /** Brings the pictures; those that are here keep what was done to them. */
  async load(): Promise<void> {
    try {
      const view = await attachments.tray(this.place)
      const had = new Map(this.list.map((p) => [p.page.id, p]))
      const known = this.list.filter((p) => view.pictures.some((q) => q.page.id === p.page.id))
      const more = view.pictures.filter((p) => !had.has(p.page.id)).map((p) => this.#sized(p, view))
      this.view = view
      this.list = [...known, ...more]
      this.at = Math.max(0, Math.min(this.at, this.list.length - 1))
    } catch (e) {
      this.failure = asFailure(e)
    }
  }

  /** A picture that waits because it is too large is offered smaller. */
  #sized(p: PictureView, view: TrayView): PictureView {
    const large = p.size > view.maxBytes || Math.max(p.width, p.height) > 2 * readable
    return this.place.file === '' && large && p.page.longEdge === 0
      ? { ...p, page: { ...p.page, longEdge: readable } }
      : p
  }

  /** Changes what is done to the picture that is worked on. */
  edit(change: Partial<PageEdit>): void {
    const p = this.current
    if (p) this.list[this.at] = { ...p, page: { ...p.page, ...change } }
  }

  /** Turns the picture; the edges that were cut go with it. */
  turn(quarters: 1 | -1): void {
    const e = this.current?.page
    if (!e) return
    const turns = (e.turns + quarters + 4) % 4
    const { left, top, right, bottom } = e
    this.edit(
      quarters === 1
        ? { turns, left: bottom, top: left, right: top, bottom: right }
        : { turns, left: top, top: right, right: bottom, bottom: left },
    )
  }

  /** Cuts the picture to a proportion, the same from both sides. */
  aspect(w: number, h: number): void {
    const p = this.current
    if (!p) return
    const lying = p.page.turns % 2 === 1
    const [width, height] = lying ? [p.height, p.width] : [p.width, p.height]
    const wide = width * h > height * w
    const side = Math.floor(
      wide ? (1 - (height * w) / (width * h)) * 5000 : (1 - (width * h) / (height * w)) * 5000,
    )
    this.edit(
      wide ? { left: side, right: side, top: 0, bottom: 0 } : { left: 0, right: 0, top: side, bottom: side },
    )
  }

  /** Everything as it was taken. */
  reset(): void {
    this.edit({ turns: 0, left: 0, top: 0, right: 0, bottom: 0, longEdge: 0 })
  }

  /** Puts a picture one place up (-1) or down (1). */
  move(index: number, by: 1 | -1): void {
    const to = index + by
    const [a, b] = [this.list[index], this.list[to]]
    if (!a || !b) return
    this.list[index] = b
    this.list[to] = a
    this.at = to
  }

  /** Leaves a picture out; one that waits is given up. */
  async remove(index: number): Promise<void> {
    const p = this.list[index]
    if (!p) return
    try {
      if (this.place.file === '') await attachments.discard(this.place, p.page.id)
      this.list.splice(index, 1)
      this.at = Math.max(0, Math.min(this.at, this.list.length - 1))
    } catch (e) {
      this.failure = asFailure(e)
    }
  }

  /** Makes the present picture to be looked at: the frame whole and small, or the result. */
  async show(result: boolean): Promise<Look | undefined> {
    const e = this.current?.page
    if (!e) return undefined
    const frame = { ...e, left: 0, top: 0, right: 0, bottom: 0, longEdge: 1000 }
    return attachments.show(this.place, result ? $state.snapshot(e) : frame)
  }

  /** The result of the present picture was on the screen. */
  saw(): void {
    if (this.current) this.#seen.add(key(this.current.page))
  }

  /** The first picture that was made smaller and not looked at since, -1 for none. */
  get unseen(): number {
    return this.list.findIndex((p) => p.page.longEdge > 0 && !this.#seen.has(key(p.page)))
  }

  /** Attaches the pictures, each by itself or as one document. */
  async save(together: boolean): Promise<FileChange | undefined> {
    this.busy = true
    this.failure = undefined
    try {
      const pages = this.list.map((p) => $state.snapshot(p.page))
      return await attachments.savePages(this.place, pages, together)
    } catch (e) {
      this.failure = asFailure(e)
      return undefined
    } finally {
      this.busy = false
    }
  }
}
