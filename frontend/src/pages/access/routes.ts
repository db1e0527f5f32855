// Ways of signing in: levels, the signature, the password, open sessions.
import type { Route } from '../../lib/router.svelte.ts'
import AccessPage from './access.svelte'
import RegisterEds from './register-eds.svelte'

export const routes: readonly Route[] = [
  { path: '/access', title: 'common.nav.access.page', page: AccessPage, frame: 'cabinet', section: 'access' },
  { path: '/register/eds', title: 'entry.register.eds', page: RegisterEds, frame: 'plain' },
]
