// Polite; calm colours, since offline is a normal mode.
import type { Example } from '../examples.ts'
import NetStrip from './net-strip.svelte'

export default [
  {
    name: 'offline',
    component: NetStrip,
    props: {
      strong: 'Нет связи с порталом.',
      text: 'Всё сохраняется здесь.',
      aside: 'Обмен в 14:32',
      action: 'Проверить связь',
    },
  },
  {
    name: 'needs the person',
    component: NetStrip,
    props: {
      tone: 'warn',
      icon: 'circle-alert',
      strong: 'Портал не принял 1 заявление',
      action: 'Посмотреть',
    },
  },
  {
    name: 'checking',
    component: NetStrip,
    props: { strong: 'Нет связи с порталом.', action: 'Проверить связь', busy: true },
  },
] satisfies Example[]
