// A heading, a line, one act.
import type { Example } from '../examples.ts'
import EmptyState from './empty-state.svelte'

export default [
  {
    name: 'nothing found',
    component: EmptyState,
    props: { icon: 'search', title: 'Ничего не нашлось', text: 'Попробуйте другое слово.' },
  },
] satisfies Example[]
