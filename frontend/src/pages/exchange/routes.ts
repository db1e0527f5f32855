// The exchange with the portal.
import { lazy } from '../../lib/lazy.svelte.ts'
import type { Route } from '../../lib/router.svelte.ts'

const Carry = lazy(() => import('./carry.svelte'))
const Exchange = lazy(() => import('./exchange.svelte'))
const frame = 'cabinet' as const

export const routes: readonly Route[] = [
  { path: '/exchange', title: 'common.nav.exchange', page: Exchange, frame, section: 'exchange' },
  { path: '/exchange/carry', title: 'exchange.carry', page: Carry, frame, section: 'exchange' },
]
