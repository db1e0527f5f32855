// Keys and certificates of the person, and what signatures are judged by.
import type { Route } from '../../lib/router.svelte.ts'
import List from './list.svelte'
import NewKeyPage from './new-key.svelte'
import Request from './request.svelte'
import Trust from './trust.svelte'

const frame = 'cabinet' as const
const section = 'keys'

export const routes: readonly Route[] = [
  { path: '/keys', title: 'common.nav.keys', page: List, frame, section },
  { path: '/keys/new', title: 'keys.new', page: NewKeyPage, frame, section },
  { path: '/keys/trust', title: 'keys.trust', page: Trust, frame, section },
  { path: '/keys/request/:id', title: 'keys.request', page: Request, frame, section },
]
