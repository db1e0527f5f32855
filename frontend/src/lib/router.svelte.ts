// The page that is shown stands in the address after "#": a reload, the
// engine's own history and a link inside a message all work by themselves.
import type { Component } from 'svelte'
import type { MessageKey } from './i18n.svelte.ts'
import type { LazyPage } from './lazy.svelte.ts'

/** The parts of an address that a route names with a colon. */
export type RouteParams = Readonly<Record<string, string>>

/** What every page gets. */
export interface PageProps {
  params: RouteParams
}

/** A page and its address. A folder of pages lists its own in routes.ts. */
export interface Route {
  /** "/applications/:id": a part with a colon matches anything and lands in params. */
  path: string
  /** The name of the page in the title of the window. */
  title: MessageKey
  page: Component<PageProps> | Component<Record<string, never>> | LazyPage
  /** Which frame is around: the cabinet, a staff desk, or nothing but the brand. */
  frame: 'cabinet' | 'desk' | 'plain'
  /** The section of the sidebar or the rail that is marked as current. */
  section?: string
}

/** A route with the values of its parts. */
export interface Match {
  route: Route
  params: RouteParams
}

/** Finds the route of an address; routes are tried in their order. */
export function match(routes: readonly Route[], path: string): Match | undefined {
  const parts = split(path)
  for (const route of routes) {
    const params = compare(split(route.path), parts)
    if (params) return { route, params }
  }
  return undefined
}

const split = (path: string) => (path.split('?')[0] ?? '').split('/').filter(Boolean)

function compare(pattern: string[], parts: string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined
  const params: Record<string, string> = {}
  for (const [i, name] of pattern.entries()) {
    const part = decodeURIComponent(parts[i] ?? '')
    if (name.startsWith(':')) params[name.slice(1)] = part
    else if (name !== part) return undefined
  }
  return params
}

/** The address of a path with values, ready for href. */
export const href = (path: string, params: RouteParams = {}): string =>
  '#' + path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))

const here = () => location.hash.slice(1) || '/'
const state = $state({ path: here() })
type Leave = () => void | Promise<void>
const leaving = new Set<Leave>()

/** The address that is shown; reading it in a template follows its changes. */
export const path = (): string => state.path

/** The value of a query parameter of the address, "" when absent. */
export const query = (name: string): string =>
  new URLSearchParams(state.path.split('?')[1] ?? '').get(name) ?? ''

/** Goes to another page. */
export function go(to: string, params: RouteParams = {}): void {
  location.hash = href(to, params)
}

/** Goes to another page in place of this one: the engine's "back" skips it. */
export function replace(to: string, params: RouteParams = {}): void {
  history.replaceState(null, '', href(to, params))
  follow()
}

/** Calls fn before the page changes, so that what was typed is saved; returns a function that stops. */
export function beforeLeave(fn: Leave): () => void {
  leaving.add(fn)
  return () => void leaving.delete(fn)
}

/** Saves whatever pages hold: also when the window hides or closes. */
export const flush = async (): Promise<void> => {
  await Promise.all([...leaving].map((fn) => fn()))
}

function follow(): void {
  void flush()
  state.path = here()
}

/** Starts following the address; returns a function that stops. */
export function start(): () => void {
  const hidden = () => void (document.visibilityState === 'hidden' && flush())
  const away = () => void flush()
  window.addEventListener('hashchange', follow)
  window.addEventListener('blur', away)
  window.addEventListener('pagehide', away)
  document.addEventListener('visibilitychange', hidden)
  follow()
  return () => {
    window.removeEventListener('hashchange', follow)
    window.removeEventListener('blur', away)
    window.removeEventListener('pagehide', away)
    document.removeEventListener('visibilitychange', hidden)
  }
}
