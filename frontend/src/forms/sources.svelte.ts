// The ways by which files come besides the dialog: a paste, the camera, a
// scanner, the watched folder. One for all places of a page.
import { attachments } from '../lib/api.ts'
import { listen, upload } from '../lib/bridge.ts'
import type { FileChange, FilePlace, FileSources } from '../lib/dto.ts'
import { t } from '../lib/i18n.svelte.ts'

/** What this computer offers. */
export class Sources {
  view = $state.raw<FileSources>({ scanner: false, folder: '', folderBad: '', offered: [] })
  camera = $state(false)

  /** Asks, and follows what the folder offers; returns a function that stops. */
  start(): () => void {
    void this.refresh()
    void hasCamera().then((found) => (this.camera = found))
    return listen('folder', () => void this.refresh())
  }

  async refresh(): Promise<void> {
    this.view = await attachments.sources().catch(() => this.view) // the ways are extra: the dialog is always there
  }
}

/** Whether the web view has a camera and lets the page see it: most windows do not. */
async function hasCamera(): Promise<boolean> {
  try {
    const devices = await navigator.mediaDevices.enumerateDevices()
    return devices.some((d) => d.kind === 'videoinput')
  } catch {
    return false
  }
}

/** Hands over the octets of a file that has no path. */
export async function hand(place: FilePlace, file: Blob, name: string): Promise<FileChange> {
  const ticket = await attachments.beginPaste(place, name)
  return upload<FileChange>(ticket, await file.arrayBuffer())
}

/** The files of a paste; a picture without a name of its own is given one. */
export function pasted(event: ClipboardEvent): { file: File; name: string }[] {
  return [...(event.clipboardData?.files ?? [])].map((file) => ({
    file,
    name: /^image\.(png|jpe?g)$/.test(file.name) ? file.name.replace('image', t('attach.pasted')) : file.name,
  }))
}
