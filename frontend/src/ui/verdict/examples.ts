// The rung in words first; without a network it is never the green one.
import type { Example } from '../examples.ts'
import Verdict from './verdict.svelte'

const facts = ['Савицкая Марина Николаевна', 'Проверено 21 ноября, 14:32']

export default (['ok', 'ok_notes', 'limited', 'offline', 'open', 'bad'] as const).map((rung) => ({
  name: rung,
  component: Verdict,
  props: { rung, facts, steps: rung === 'bad' ? ['Не пользуйтесь этим файлом.'] : [] },
})) satisfies Example[]
