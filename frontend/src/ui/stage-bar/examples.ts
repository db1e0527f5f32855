// role="img" with the count in words.
import type { Example } from '../examples.ts'
import StageBar from './stage-bar.svelte'

export default [
  { name: 'one of four', component: StageBar, props: { done: 1, total: 4 } },
  { name: 'waiting for money', component: StageBar, props: { done: 2, total: 4, tone: 'warn' } },
  { name: 'free, decided', component: StageBar, props: { done: 3, total: 3, tone: 'ok' } },
  { name: 'refused', component: StageBar, props: { done: 4, total: 4, tone: 'bad' } },
] satisfies Example[]
