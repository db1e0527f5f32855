// Drafts that are carried between the person's computers by hand.
import type { Route } from '../../lib/router.svelte.ts'
import Bring from './bring.svelte'
import Send from './send.svelte'

const frame = 'cabinet' as const

export const routes: readonly Route[] = [
  { path: '/move', title: 'move.send', page: Send, frame, section: 'applications' },
  { path: '/move/bring', title: 'move.bring', page: Bring, frame, section: 'applications' },
]
