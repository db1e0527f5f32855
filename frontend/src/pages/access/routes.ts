// Ways of signing in: levels, the signature, the password, open sessions.
import { lazy } from '../../lib/lazy.svelte.ts'
import type { Route } from '../../lib/router.svelte.ts'

const AccessPage = lazy(() => import('./access.svelte'))
const RegisterEds = lazy(() => import('./register-eds.svelte'))

export const routes: readonly Route[] = [
  { path: '/access', title: 'common.nav.access.page', page: AccessPage, frame: 'cabinet', section: 'access' },
  { path: '/register/eds', title: 'entry.register.eds', page: RegisterEds, frame: 'plain' },
]
