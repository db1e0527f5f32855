// Sealed copies of drafts that the portal keeps.
import type { Route } from '../../lib/router.svelte.ts'
import Backup from './backup.svelte'

export const routes: readonly Route[] = [
  { path: '/backup', title: 'backup.title', page: Backup, frame: 'cabinet', section: 'settings' },
]
