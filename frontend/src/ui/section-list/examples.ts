// Buttons in nav; what is answered is said in words, the key that goes to a section is named.
import type { Example } from '../examples.ts'
import SectionList from './section-list.svelte'

const section = (id: string, title: string, ready: number, errors = 0) => ({
  id,
  title,
  ready,
  total: 6,
  errors,
  done: ready === 6,
})

export default [
  {
    name: 'in the middle, with errors',
    component: SectionList,
    props: {
      label: 'Шаги заявления',
      current: 'b',
      ongo: () => undefined,
      sections: [section('a', 'Заявитель', 6), section('b', 'Жильё', 4, 2), section('c', 'Подтверждение', 0)],
    },
  },
] satisfies Example[]
