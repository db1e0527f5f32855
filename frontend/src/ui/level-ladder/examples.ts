// An ordered list; reached rungs have another drawing, not only another colour.
import type { Example } from '../examples.ts'
import LevelLadder from './level-ladder.svelte'

export default ['open', 'email', 'non_strict', 'strict'].map((level) => ({
  name: level,
  component: LevelLadder,
  props: { level, notes: { email: '38', non_strict: '214', strict: '318' } },
})) satisfies Example[]
