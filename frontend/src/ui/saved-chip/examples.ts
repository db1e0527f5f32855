// One polite live region; a failure is assertive.
import type { Example } from '../examples.ts'
import SavedChip from './saved-chip.svelte'

const savedAt = '2026-11-21T11:32:00Z'

export default [
  { name: 'saved', component: SavedChip, props: { savedAt } },
  { name: 'saving', component: SavedChip, props: { savedAt, saving: true } },
  { name: 'failed', component: SavedChip, props: { savedAt, failed: true } },
] satisfies Example[]
