// The applications of the world of samples.
import type { ApplicationView } from '../lib/dto.ts'
import * as s from './samples.ts'
import { birth, copy, family, housing, residence } from './titles.ts'

/** Those that were sent. */
export function applications(): ApplicationView[] {
  const summary = s.applicationSummary
  const history = [
    { at: '2026-11-18T07:41:00Z', event: 'sign', status: 'signed', actor: 'citizen', text: '' },
    { at: '2026-11-18T07:42:00Z', event: 'sync', status: 'submitted', actor: 'system', text: '' },
  ]
  return [
    s.applicationView({
      summary: summary({
        id: 'a1',
        title: family,
        status: 'queued',
        submittedAt: '',
        registrationNumber: '',
        deadline: '',
      }),
      unqueue: true,
      withdraw: false,
    }),
    s.applicationView({
      summary: summary({
        id: 'a2',
        title: birth,
        status: 'clarification',
        deadline: '2026-11-26',
        task: 'answer',
        taskDue: '2026-11-25',
      }),
      order: s.order({ status: 'paid', paidAt: '2026-11-18T09:12:00Z', transaction: '000123456' }),
      history,
      questions: [
        {
          id: 'q1',
          askedAt: '2026-11-20T08:00:00Z',
          text: 'Укажите, какая фамилия была у матери при рождении ребёнка, и приложите копию свидетельства о браке.',
          dueDate: '2026-11-25',
          answeredAt: '',
          answer: '',
          files: [],
        },
      ],
    }),
    s.applicationView({ summary: summary({ id: 'a3', title: housing, status: 'in_review' }), history }),
    s.applicationView({
      summary: summary({
        id: 'a4',
        title: copy,
        status: 'granted',
        registrationNumber: '2026-116208',
        task: 'open_decision',
        deadline: '2026-12-04',
        decidedAt: '2026-11-20T09:12:05Z',
      }),
      history,
      withdraw: false,
      decision: {
        outcome: 'granted',
        at: '2026-11-20T09:12:05Z',
        number: '2026-116208/1',
        document: s.file({
          id: 'dec',
          name: 'Решение.pdf',
          mediaType: 'application/pdf',
          size: 61_000,
          url: '/blob/dec',
        }),
        signature: s.file({ id: 'sig', name: 'Решение.p7s', size: 4_100 }),
        verdict: s.verdict(),
        openedAt: '',
        complaint: true,
      },
    }),
    s.applicationView({
      summary: summary({
        id: 'a5',
        title: residence,
        status: 'format_rejected',
        failure: 'wrong_signer',
        registrationNumber: '',
        deadline: '',
      }),
      withdraw: false,
    }),
  ]
}
