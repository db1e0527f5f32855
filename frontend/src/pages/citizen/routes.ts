// The pages of the citizen's cabinet.
import { lazy } from '../../lib/lazy.svelte.ts'
import type { Route } from '../../lib/router.svelte.ts'
import Catalogue from './catalogue.svelte'
import Home from './home.svelte'

const Application = lazy(() => import('./application.svelte'))
const Decision = lazy(() => import('./decision.svelte'))
const Decisions = lazy(() => import('./decisions.svelte'))
const DraftForm = lazy(() => import('./draft-form.svelte'))
const Settings = lazy(() => import('./settings.svelte'))
const Applications = lazy(() => import('./applications.svelte'))
const Draft = lazy(() => import('./draft.svelte'))
const Procedure = lazy(() => import('./procedure.svelte'))
const frame = 'cabinet' as const

export const routes: readonly Route[] = [
  { path: '/home', title: 'common.nav.home', page: Home, frame, section: 'home' },
  { path: '/catalogue', title: 'common.nav.catalogue', page: Catalogue, frame, section: 'catalogue' },
  { path: '/catalogue/:code', title: 'common.nav.catalogue', page: Procedure, frame, section: 'catalogue' },
  { path: '/drafts/:id', title: 'common.status.draft', page: Draft, frame, section: 'applications' },
  { path: '/drafts/:id/:step', title: 'common.status.draft', page: Draft, frame, section: 'applications' },
  {
    path: '/drafts/:id/form/new',
    title: 'citizen.form.title',
    page: DraftForm,
    frame,
    section: 'applications',
  },
  {
    path: '/applications',
    title: 'common.nav.applications',
    page: Applications,
    frame,
    section: 'applications',
  },
  {
    path: '/applications/:id',
    title: 'common.nav.applications',
    page: Application,
    frame,
    section: 'applications',
  },
  {
    path: '/applications/:id/decision',
    title: 'common.nav.decisions',
    page: Decision,
    frame,
    section: 'decisions',
  },
  { path: '/decisions', title: 'common.nav.decisions', page: Decisions, frame, section: 'decisions' },
  { path: '/settings', title: 'common.nav.settings', page: Settings, frame, section: 'settings' },
]
