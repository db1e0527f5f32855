// A list in nav; the state of a step is said as text.
import type { Example } from '../examples.ts'
import StepRail from './step-rail.svelte'

const step = (id: string, title: string, state: string, errors = 0) => ({
  id,
  title,
  href: '#',
  state,
  errors,
})

export default [
  {
    name: 'in the middle, with errors',
    component: StepRail,
    props: {
      label: 'Шаги заявления',
      doneText: 'Готово: ',
      steps: [step('a', 'Кто подаёт', 'done'), step('b', 'Жильё', 'now', 2), step('c', 'Проверка', 'later')],
    },
  },
] satisfies Example[]
