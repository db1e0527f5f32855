// Keys and certificates of the person, and what signatures are judged by.
import { lazy } from '../../lib/lazy.svelte.ts'
import type { Route } from '../../lib/router.svelte.ts'

const List = lazy(() => import('./list.svelte'))
const NewKeyPage = lazy(() => import('./new-key.svelte'))
const Request = lazy(() => import('./request.svelte'))
const Trust = lazy(() => import('./trust.svelte'))
const frame = 'cabinet' as const
const section = 'keys'

export const routes: readonly Route[] = [
  { path: '/keys', title: 'common.nav.keys', page: List, frame, section },
  { path: '/keys/new', title: 'keys.new', page: NewKeyPage, frame, section },
  { path: '/keys/trust', title: 'keys.trust', page: Trust, frame, section },
  { path: '/keys/request/:id', title: 'keys.request', page: Request, frame, section },
]
