// Drafts that are carried between the person's computers by hand.
import { lazy } from '../../lib/lazy.svelte.ts'
import type { Route } from '../../lib/router.svelte.ts'

const Bring = lazy(() => import('./bring.svelte'))
const Send = lazy(() => import('./send.svelte'))
const frame = 'cabinet' as const

export const routes: readonly Route[] = [
  { path: '/move', title: 'move.send', page: Send, frame, section: 'applications' },
  { path: '/move/bring', title: 'move.bring', page: Bring, frame, section: 'applications' },
]
