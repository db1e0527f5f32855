// The pages before a person is known: introduction, sign-in, registration by e-mail, a new password.
import type { Route } from '../../lib/router.svelte.ts'
import Activate from './activate.svelte'
import First from './first.svelte'
import Forgot from './forgot.svelte'
import Password from './password.svelte'
import Register from './register.svelte'
import SignIn from './sign-in.svelte'

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
