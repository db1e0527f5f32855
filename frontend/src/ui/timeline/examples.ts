// An ordered list; the node where the way stands has aria-current.
import type { Example } from '../examples.ts'
import Timeline from './timeline.svelte'

export default [
  {
    name: 'waiting for money',
    component: Timeline,
    props: {
      nodes: [
        { title: 'Подписано', note: '18 ноября, 10:41', state: 'done' },
        { title: 'Отправлено на портал', note: '18 ноября, 10:42', state: 'done' },
        { title: 'Оплата', note: 'Ждём до 18 декабря', state: 'now', tone: 'warn' },
        { title: 'Решение', state: 'future' },
      ],
    },
  },
  {
    name: 'known here only, then refused',
    component: Timeline,
    props: {
      nodes: [
        { title: 'Подписано', state: 'local' },
        { title: 'Отправлено на портал', note: 'Портал не принял', state: 'bad' },
      ],
    },
  },
] satisfies Example[]
