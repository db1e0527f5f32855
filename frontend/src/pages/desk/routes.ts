// The desk of a body's reviewers.
import { t } from '../../lib/i18n.svelte.ts'
import { lazy } from '../../lib/lazy.svelte.ts'
import { href, type Route } from '../../lib/router.svelte.ts'
import type { Section } from '../../ui/sidebar/sidebar.svelte'

const Review = lazy(() => import('./review.svelte'))

export const routes: readonly Route[] = [
  { path: '/desk', title: 'desk.title', page: Review, frame: 'desk', section: 'queue' },
]

export const rail = (): readonly Section[] => [
  { id: 'queue', href: href('/desk'), icon: 'inbox', name: t('desk.rail.queue') },
]
