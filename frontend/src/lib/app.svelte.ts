// What the whole page shares: who is signed in, the exchange with the portal,
// the choices of the person. Everything else lives in pages and in Go.
import { applications, profiles, session, system } from './api.ts'
import { asFailure, listen, type Failure } from './bridge.ts'
import type { Preferences, ProfileState, SessionState, SyncState } from './dto.ts'
import { held } from './held.svelte.ts'
import { lang, loadLanguage, setLang, t, type Lang } from './i18n.svelte.ts'
import { flush } from './router.svelte.ts'
import { setTextSize, setTheme } from './theme.svelte.ts'
import { toast } from './toasts.svelte.ts'

interface Shared {
  profile?: ProfileState
  session?: SessionState
  sync?: SyncState
  preferences?: Preferences
  failure?: Failure
  /** The profile was found damaged while the program works. */
  damaged: boolean
  /** Decisions that were not opened yet. */
  unopened: number
  /** The person asked for a restart of the check of the connection. */
  checking: boolean
}

const shared = $state<Shared>({ checking: false, damaged: false, unopened: 0 })

/** The profile in use; undefined until Go has answered. */
export const profile = (): ProfileState | undefined => shared.profile
/** Who is signed in; undefined until Go has answered. */
export const who = (): SessionState | undefined => shared.session
/** The exchange with the portal; undefined until Go has answered. */
export const sync = (): SyncState | undefined => shared.sync
/** The choices of the person; undefined until Go has answered. */
export const preferences = (): Preferences | undefined => shared.preferences
/** Why the program could not start, when it could not. */
export const startFailure = (): Failure | undefined => shared.failure
/** True when the profile was found damaged: nothing new is saved. */
export const damaged = (): boolean => shared.damaged
/** How many decisions were not opened yet. */
export const unopened = (): number => shared.unopened
/** True while the connection is checked because the person asked. */
export const checking = (): boolean => shared.checking

/** Name and patronymic in the language of the page, "" while nobody is known. */
export function givenName(state = shared.session): string {
  const p = state?.person
  if (!state?.signedIn || !p) return ''
  return (lang() === 'be' && p.nameBe ? [p.nameBe, p.patronymicBe] : [p.name, p.patronymic])
    .filter(Boolean)
    .join(' ')
}

/** The full name of the person who is signed in in the language of the page, "" for a guest. */
export function fullName(state = shared.session): string {
  const p = state?.person
  if (!state?.signedIn || !p) return ''
  const family = lang() === 'be' && p.surnameBe ? p.surnameBe : p.surname
  return [family, givenName(state)].filter(Boolean).join(' ') || state.email
}

/** Takes over a session that a call returned. */
export function setSession(next: SessionState): void {
  shared.session = next
}

/** Takes over the profile that a call returned. */
export function setProfile(next: ProfileState): void {
  shared.profile = next
}

/** Hands over what was typed last; says whether everything is saved, and tells the person when it is not. */
export async function settled(): Promise<boolean> {
  await flush()
  if (held().length === 0) return true
  toast(() => t('common.unsaved.lock'), undefined, 'bad')
  return false
}

/** Locks the profile now; what was typed last is handed over first, and nothing is locked over what was not saved. */
export async function lockProfile(): Promise<void> {
  if (await settled()) await profiles.lock()
}

/** The person has read that a damaged database was replaced by its copy. */
export async function noteRestored(): Promise<void> {
  await profiles.noted()
  if (shared.profile) shared.profile = { ...shared.profile, restoredAt: '' }
}

/** Asks Go who is signed in. */
export async function refreshSession(): Promise<void> {
  shared.session = await session.state()
}

/** Asks Go how the exchange stands; silence is no news. */
export async function refreshSync(): Promise<void> {
  shared.sync = await applications.sync()
  const list = shared.session?.signedIn ? await applications.list() : []
  shared.unopened = list.filter((a) => a.task === 'open_decision').length
}

/** Exchanges with the portal now. */
export async function exchangeNow(): Promise<void> {
  shared.checking = true
  try {
    shared.sync = await applications.syncNow()
  } finally {
    shared.checking = false
  }
}

/** Takes over the state of the exchange that a call returned. */
export function setSync(next: SyncState): void {
  shared.sync = next
}

async function put(p: Preferences): Promise<void> {
  await loadLanguage(p.language as Lang)
  shared.preferences = p
  setLang(p.language as Lang)
  setTheme(p.theme)
  setTextSize(String(p.textSize))
}

/** Changes choices of the person: on the page at once, in Go when it answers; a refusal puts the old ones back. */
export async function prefer(change: Partial<Preferences>): Promise<void> {
  const before = shared.preferences
  if (!before) return
  await put({ ...before, ...change })
  try {
    await system.setPreferences({ ...before, ...change })
  } catch (e) {
    await put(before)
    throw e
  }
}

/** Changes the language of the page; one that cannot be kept holds until the program ends, and that is said. */
export async function speak(language: Lang): Promise<void> {
  const before = shared.preferences
  if (!before) return
  await put({ ...before, language })
  await system.setPreferences({ ...before, language }).catch(() => {
    toast(() => t('common.language.kept'), undefined, 'bad')
  })
}

/** Loads what the page shares and listens to changes of it; returns a function that stops listening. */
export async function startApp(): Promise<() => void> {
  // Before anything is asked: each is said once. Nothing of the profile before may stay in the page.
  const off = [listen('damaged', () => (shared.damaged = true)), listen('profile', () => location.reload())]
  try {
    await put(await system.preferences())
    shared.profile = await profiles.state()
    shared.damaged ||= shared.profile.damaged
    if (!shared.profile.locked) {
      await refreshSession()
      await refreshSync().catch(() => undefined) // the pages work without it
    }
  } catch (e) {
    shared.failure = asFailure(e)
  }
  const quiet = (work: () => Promise<void>) => () => void work().catch(() => undefined)
  off.push(
    listen('session', quiet(refreshSession)),
    listen('sync', quiet(refreshSync)),
    listen('application', quiet(refreshSync)),
  )
  return () => off.forEach((stop) => stop())
}
