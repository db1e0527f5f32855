// role="progressbar" with a name; without a value it only says that work goes on.
import type { Example } from '../examples.ts'
import Progress from './progress.svelte'

export default [
  { name: 'part', component: Progress, props: { label: 'Копирование файла', value: 0.63 } },
  { name: 'unknown', component: Progress, props: { label: 'Отправка' } },
] satisfies Example[]
