// A disclosure; the drawing has a text in place of it, and the place is told in words beside it.
import type { Example } from '../examples.ts'
import FindNumber, { sought } from './find-number.svelte'

export default sought.map((kind) => ({
  name: kind,
  component: FindNumber,
  props: { kind },
})) satisfies Example[]
