// Requests from outside to show something: an activation link, an application.
import { system } from './api.ts'
import { listen } from './bridge.ts'
import type { Link } from './dto.ts'
import { go } from './router.svelte.ts'

/** The address of what was asked for, or "" when this program does not show it. */
export function addressOf(link: Link): string {
  if (link.kind === 'application') return `/applications/${encodeURIComponent(link.id)}`
  if (link.kind === 'activate') return `/activate/${encodeURIComponent(link.id)}`
  if (link.kind === 'file' && link.path.toLowerCase().endsWith('.akno'))
    return `/move/bring?file=${encodeURIComponent(link.path)}`
  return ''
}

/** Goes where links ask, both those that came before the page and those to come. */
export async function followLinks(): Promise<void> {
  const follow = (link: Link) => {
    const to = addressOf(link)
    if (to) go(to)
  }
  listen<Link>('link', follow)
  const waiting = await system.ready().catch(() => [] as Link[])
  waiting.forEach(follow)
}
