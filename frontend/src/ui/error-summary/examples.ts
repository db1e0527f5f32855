// Takes the focus; the alert is an inner element.
import type { Example } from '../examples.ts'
import ErrorSummary from './error-summary.svelte'

const problem = (n: number) => ({ field: `f${n}`, text: `Поле ${n}: заполните это поле` })

export default [1, 2, 5].map((n) => ({
  name: `${n}`,
  component: ErrorSummary,
  props: { problems: Array.from({ length: n }, (_, i) => problem(i + 1)) },
})) satisfies Example[]
