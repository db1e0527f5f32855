// The pages before a person is known: introduction, sign-in, registration by e-mail, a new password.
import { lazy } from '../../lib/lazy.svelte.ts'
import type { Route } from '../../lib/router.svelte.ts'

const Activate = lazy(() => import('./activate.svelte'))
const First = lazy(() => import('./first.svelte'))
const Forgot = lazy(() => import('./forgot.svelte'))
const Password = lazy(() => import('./password.svelte'))
const Register = lazy(() => import('./register.svelte'))
const SignIn = lazy(() => import('./sign-in.svelte'))
const frame = 'plain' as const

export const routes: readonly Route[] = [
  { path: '/first', title: 'entry.first.title', page: First, frame },
  { path: '/signin', title: 'entry.signin.title', page: SignIn, frame },
  { path: '/register', title: 'entry.register.email', page: Register, frame },
  { path: '/activate', title: 'entry.activate.title', page: Activate, frame },
  { path: '/activate/:code', title: 'entry.activate.title', page: Activate, frame },
  { path: '/forgot', title: 'entry.forgot.title', page: Forgot, frame },
  { path: '/password', title: 'entry.password.title', page: Password, frame },
]
