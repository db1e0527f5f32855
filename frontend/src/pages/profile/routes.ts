// The profile in use: its password, its lock, and the other profiles of this computer.
import { lazy } from '../../lib/lazy.svelte.ts'
import type { Route } from '../../lib/router.svelte.ts'

const ProfilePage = lazy(() => import('./profile.svelte'))

export const routes: readonly Route[] = [
  { path: '/profile', title: 'profile.title', page: ProfilePage, frame: 'cabinet', section: 'settings' },
]
