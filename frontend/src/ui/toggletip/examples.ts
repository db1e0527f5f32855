// The button names the word it explains; the explanation is a status, so that it is read when it opens.
import type { Example } from '../examples.ts'
import Toggletip from './toggletip.svelte'

export default [
  {
    name: 'closed',
    component: Toggletip,
    props: { word: 'сельсовет', text: 'Наименьшая единица деления района.' },
  },
] satisfies Example[]
