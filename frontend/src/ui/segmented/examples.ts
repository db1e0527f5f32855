// Radios; the ring stands around the group.
import type { Example } from '../examples.ts'
import Segmented from './segmented.svelte'

export default [
  {
    name: 'themes',
    component: Segmented,
    props: {
      label: 'Тема',
      value: 'light',
      choices: [
        { value: 'light', label: 'Светлая' },
        { value: 'dark', label: 'Тёмная' },
      ],
      onchange: () => undefined,
    },
  },
] satisfies Example[]
