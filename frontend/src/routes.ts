// The routes of every folder of pages. A folder joins by having a routes.ts
// that exports "routes", and for a staff desk also "rail".
import type { Route } from './lib/router.svelte.ts'
import type { Section } from './ui/sidebar/sidebar.svelte'

interface Area {
  routes: readonly Route[]
  /** Sections of the rail of a staff desk; a function, since their names follow the language. */
  rail?: () => readonly Section[]
}

const areas = import.meta.glob<Area>('./pages/*/routes.ts', { eager: true })

/** All routes of the program. */
export const routes: readonly Route[] = Object.values(areas).flatMap((area) => area.routes)

/** The rail of the desk that a route belongs to. */
export function railOf(route: Route): readonly Section[] {
  return (
    Object.values(areas)
      .find((area) => area.routes.includes(route))
      ?.rail?.() ?? []
  )
}
