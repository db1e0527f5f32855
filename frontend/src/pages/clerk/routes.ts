// The desk of One Window.
import { t } from '../../lib/i18n.svelte.ts'
import { lazy } from '../../lib/lazy.svelte.ts'
import { href, type Route } from '../../lib/router.svelte.ts'
import type { Section } from '../../ui/sidebar/sidebar.svelte'

const Day = lazy(() => import('./day.svelte'))
const Registration = lazy(() => import('./registration.svelte'))
const frame = 'desk' as const

export const routes: readonly Route[] = [
  { path: '/clerk', title: 'clerk.title', page: Registration, frame, section: 'registration' },
  { path: '/clerk/day', title: 'clerk.day', page: Day, frame, section: 'day' },
]

export const rail = (): readonly Section[] => [
  { id: 'registration', href: href('/clerk'), icon: 'id-card', name: t('clerk.rail.registration') },
  { id: 'day', href: href('/clerk/day'), icon: 'history', name: t('clerk.rail.day') },
]
