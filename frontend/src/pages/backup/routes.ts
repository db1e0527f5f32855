// Sealed copies of drafts that the portal keeps.
import { lazy } from '../../lib/lazy.svelte.ts'
import type { Route } from '../../lib/router.svelte.ts'

const Backup = lazy(() => import('./backup.svelte'))

export const routes: readonly Route[] = [
  { path: '/backup', title: 'backup.title', page: Backup, frame: 'cabinet', section: 'settings' },
]
