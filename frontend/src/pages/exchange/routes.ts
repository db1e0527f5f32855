// The exchange with the portal.
import type { Route } from '../../lib/router.svelte.ts'
import Carry from './carry.svelte'
import Exchange from './exchange.svelte'

const frame = 'cabinet' as const

export const routes: readonly Route[] = [
  { path: '/exchange', title: 'common.nav.exchange', page: Exchange, frame, section: 'exchange' },
  { path: '/exchange/carry', title: 'exchange.carry', page: Carry, frame, section: 'exchange' },
]
