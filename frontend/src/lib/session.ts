// Where a person belongs: the first page of their workspace, and the pages
// that must come before anything else.
import type { Preferences, SessionState } from './dto.ts'

/** The first page of the workspace. */
export function home(session: SessionState | undefined): string {
  if (session?.signedIn && session.workspace === 'clerk') return '/clerk'
  if (session?.signedIn && session.workspace === 'desk') return '/desk'
  return '/home'
}

const free = /^\/(first|signin|register|password|settings|activate)/

/** The page that must come first, or undefined: the introduction, then a new password in place of the one-time one. */
export function turnAside(
  session: SessionState | undefined,
  preferences: Preferences | undefined,
  path: string,
): string | undefined {
  if (preferences && !preferences.firstRunDone && !free.test(path)) return '/first'
  if (session?.signedIn && session.mustChangePassword && !path.startsWith('/settings')) return '/password'
  return undefined
}
