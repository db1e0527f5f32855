// Files at the places of a page: of a draft, of its order, of a card at One
// Window. By whatever way a file comes, it goes through here, and pictures that
// must be prepared open the tray.
import { attachments } from '../lib/api.ts'
import { asFailure, Failure } from '../lib/bridge.ts'
import type { FileBudget, FileChange, FileInfo, FilePlace, FileProblem } from '../lib/dto.ts'
import { tell } from '../lib/failure.ts'
import { size } from '../lib/format.ts'
import { lang, t } from '../lib/i18n.svelte.ts'
import { toast } from '../lib/toasts.svelte.ts'
import { keyOf, type Place } from './draft.svelte.ts'
import { meant } from './file-drop.svelte.ts'
import { hand, pasted, Sources } from './sources.svelte.ts'

/** The place of the receipt of an order. */
export const receiptPlace: Place = { field: 'order.receipt', row: '', column: '' }

/** What a place belongs to. */
export interface Host {
  /** One of the two is "". */
  owner: () => Pick<FilePlace, 'draft' | 'card'>
  take: (change: FileChange) => void
  /** How many pictures wait at a place. */
  waiting: (place: Place) => number
  /** What was typed is handed over before files are. */
  before?: () => Promise<void>
  fail: (error: unknown) => void
}

/** A layer over the page, for the pictures of a place. */
interface Layer {
  kind: 'pictures' | 'camera' | 'scan'
  place: Place
  file: string
}

function refusal(problem: FileProblem): string {
  const told = tell(new Failure(problem.code))
  return `${problem.name}: ${told.title.toLowerCase()}. ${told.why} ${told.steps.join(' ')}`
}

/** The files of a page's places. */
export class Files {
  readonly sources = new Sources()
  /** The place at which work is going on, "" for none. */
  busy = $state('')
  layer = $state.raw<Layer>()
  /** What was not taken, by the place it was for; it goes with the next attempt. */
  #refused = $state.raw<Record<string, string[]>>({})

  constructor(readonly host: Host) {}

  /** The place as the program names it. */
  at(place: Place, file = ''): FilePlace {
    return { ...this.host.owner(), ...place, aside: false, file }
  }

  isBusy = (place: Place): boolean => this.busy === keyOf(place)

  refused = (place: Place): readonly string[] => this.#refused[keyOf(place)] ?? []

  #note(place: Place, problems: readonly FileProblem[]): void {
    this.#refused = { ...this.#refused, [keyOf(place)]: problems.map(refusal) }
  }

  /** Runs a change of files and tells which of them were not taken; pictures that must be prepared open the tray. */
  async #run(place: Place, work: () => Promise<FileChange>, offered = true): Promise<void> {
    const key = keyOf(place)
    if (this.busy === key) return
    this.busy = key
    const before = this.host.waiting(place)
    try {
      await this.host.before?.()
      const change = await work()
      this.host.take(change)
      this.#note(place, change.problems)
      if (offered && this.host.waiting(place) > before) this.prepare(place)
    } catch (e) {
      const failure = asFailure(e)
      if (offered && failure.code !== 'internal' && failure.code !== 'timeout')
        this.#note(place, [{ name: t('common.files', { n: 1 }), code: failure.code }])
      else this.host.fail(e)
    } finally {
      this.busy = ''
    }
  }

  pick = (p: Place): Promise<void> => this.#run(p, () => attachments.pickFiles(this.at(p)))

  add = (p: Place, paths: string[]): Promise<void> =>
    this.#run(p, () => attachments.addFiles(this.at(p), paths))

  /** Takes what was dropped, where it is clear for which place. */
  drop(place: Place | undefined, paths: string[]): void {
    if (this.layer) return
    if (place) void this.add(place, paths)
    else toast(() => t('attach.drop.where'))
  }

  async remove(p: Place, file: FileInfo): Promise<void> {
    await this.#run(p, () => attachments.removeFile(this.at(p, file.id)), false)
    toast(() => t('common.files.removed', { name: file.name }))
  }

  /** Works on the pictures that wait, or on those that a file was made of. */
  prepare(place: Place, file = ''): void {
    this.layer = { kind: 'pictures', place, file }
  }

  camera = (place: Place): void => void (this.layer = { kind: 'camera', place, file: '' })

  scan = (place: Place): void => void (this.layer = { kind: 'scan', place, file: '' })

  /** Scans where the computer can, and asks for a file where it cannot. */
  scanOrPick = (place: Place): void => {
    if (this.sources.view.scanner) this.scan(place)
    else void this.pick(place)
  }

  /** Takes a file of the watched folder. */
  async takeOffered(p: Place, id: string): Promise<void> {
    await this.#run(p, () => attachments.takeOffered(this.at(p), id))
    await this.sources.refresh()
  }

  dropOffered(id: string): void {
    void attachments.dropOffered(id).then((v) => (this.sources.view = v), this.host.fail)
  }

  watch(on: boolean): void {
    void (on ? attachments.pickFolder() : attachments.leaveFolder()).then(
      (v) => (this.sources.view = v),
      this.host.fail,
    )
  }

  /** After the camera or the scanner: what was brought is prepared. */
  brought(place: Place, last: FileChange | undefined): void {
    if (last) this.host.take(last)
    this.layer = undefined
    if (last && this.host.waiting(place) > 0) this.prepare(place)
  }

  /** Pictures were attached. */
  attached(change: FileChange): void {
    this.host.take(change)
    this.layer = undefined
  }

  /** More pictures were laid to those that are prepared. */
  more(place: Place, change: FileChange): void {
    this.host.take(change)
    this.#note(place, change.problems)
  }

  /** A pasted file goes to the place where the cursor is, or to the only one. */
  async paste(event: ClipboardEvent, places: readonly Place[], otherwise?: Place): Promise<void> {
    const found = pasted(event)
    if (found.length === 0 || places.length === 0 || this.layer) return
    event.preventDefault()
    const place = meant(places, document.activeElement) ?? otherwise
    if (!place) return void toast(() => t('attach.paste.where'))
    for (const { file, name } of found) await this.#run(place, () => hand(this.at(place), file, name))
  }
}

const types: Record<string, string> = {
  'application/pdf': 'PDF',
  'image/jpeg': 'JPG',
  'image/png': 'PNG',
}

/** What a place takes, as a sentence without a full stop. */
export function limitsOf(mediaTypes: readonly string[], maxBytes: number, maxFiles = 1): string {
  const names = mediaTypes.map((m) => types[m] ?? m.split('/').pop()?.toUpperCase() ?? m).join(', ')
  const params = { types: names, size: size(maxBytes, lang()) }
  return maxFiles > 1 ? t('forms.files.limits', params) : t('forms.files.limit.one', params)
}

/** What is taken here, and of the whole application: the nearer bound fills the bar. */
export function budgetOf(
  list: readonly FileInfo[],
  maxBytes: number,
  maxFiles: number,
  whole?: FileBudget,
): { text: string; part: number } | undefined {
  if (list.length === 0) return undefined
  const used = list.reduce((sum, f) => sum + f.size, 0)
  const total = maxBytes * Math.max(maxFiles, 1)
  const here = t('attach.budget.field', { used: size(used, lang()), total: size(total, lang()) })
  const told = (text: string, part: number) => ({
    text: part > 1 ? `${text}: ${t('attach.budget.over')}` : text,
    part,
  })
  if (!whole) return told(here, used / total)
  const { bytes, files: n, maxBytes: max, maxFiles: most } = whole
  const all = t('attach.budget.all', { used: size(bytes, lang()), total: size(max, lang()), n, max: most })
  return told(`${here}, ${all}`, Math.max(used / total, bytes / max, n / most))
}
