import { beforeEach, describe, expect, test } from 'vitest'
import { applicationSummary, applicationView, noDecision, order } from '../../testing/samples.ts'
import { setLang } from '../../lib/i18n.svelte.ts'
import { wayOf, wordsOf } from './way.ts'

beforeEach(() => setLang('ru'))

const states = (view: Parameters<typeof wayOf>[0]) => wayOf(view).map((n) => `${n.title}: ${n.state}`)
const inStatus = (status: string, over = {}) =>
  applicationView({ summary: applicationSummary({ status }), ...over })

describe('the way of an application', () => {
  test('what waits here is known to this computer only', () => {
    expect(states(inStatus('queued'))).toEqual([
      'Подписано: local',
      'Отправлено на портал: now',
      'Подано в орган: future',
      'Решение: future',
    ])
  })
  test('a free procedure in review has no payment', () => {
    expect(states(inStatus('in_review'))).toEqual([
      'Подписано: done',
      'Отправлено на портал: done',
      'Подано в орган: done',
      'Решение: now',
    ])
  })
  test('a paid one waits for the money before it is filed', () => {
    expect(states(inStatus('awaiting_payment', { order: order() }))).toEqual([
      'Подписано: done',
      'Отправлено на портал: done',
      'Оплата: now',
      'Подано в орган: future',
      'Решение: future',
    ])
  })
  test('nothing is concluded from a state that this program does not know, and the portal’s words are shown', () => {
    const line = { at: '2026-11-21T10:00:00Z', actor: 'officer', text: '' }
    const mediated = { ...line, event: 'mediate', status: 'in_mediation', text: 'Орган предложил беседу.' }
    const filed = { ...line, event: 'submit', status: 'submitted' }
    expect(states(inStatus('in_mediation', { history: [mediated] }))).toEqual([
      'Подписано: done',
      'Отправлено на портал: done',
      'Подано в орган: future',
      'Новое состояние: now',
      'Решение: future',
    ])
    const known = inStatus('in_mediation', { history: [filed, mediated] })
    expect(states(known)[2]).toBe('Подано в орган: done')
    expect(wordsOf(known)).toBe('Орган предложил беседу.')
    expect(wordsOf(inStatus('in_mediation', { history: [] }))).toBe('')
  })
  test('an open question of the body is where the way stands', () => {
    const question = {
      id: 'q1',
      askedAt: '',
      text: '',
      dueDate: '2026-11-25',
      answeredAt: '',
      answer: '',
      files: [],
    }
    expect(states(inStatus('clarification', { questions: [question] })).slice(3)).toEqual([
      'Вопрос органа: now',
      'Решение: future',
    ])
  })
  test('a refusal ends it', () => {
    const decision = { ...noDecision, outcome: 'refused', at: '2026-11-20T09:00:00Z' }
    expect(states(inStatus('refused', { decision })).at(-1)).toBe('Решение: bad')
  })
  test('a withdrawn one has no decision', () => {
    expect(states(inStatus('withdrawn')).at(-1)).toBe('Отозвано: bad')
  })
  test('a refusal of the portal is told where it happened', () => {
    expect(states(inStatus('format_rejected'))[1]).toBe('Отправлено на портал: bad')
  })
})
