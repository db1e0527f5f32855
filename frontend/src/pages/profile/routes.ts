// The profile in use: its password, its lock, and the other profiles of this computer.
import type { Route } from '../../lib/router.svelte.ts'
import ProfilePage from './profile.svelte'

export const routes: readonly Route[] = [
  { path: '/profile', title: 'profile.title', page: ProfilePage, frame: 'cabinet', section: 'settings' },
]
