// The way of an application as nodes: what was done and when, what is going on
// now and who is expected to act, what will come.
import type { ApplicationView, HistoryLine } from '../../lib/dto.ts'
import { longDate, moment, shortName } from '../../lib/format.ts'
import { lang, t } from '../../lib/i18n.svelte.ts'
import { knows } from '../../lib/status.ts'
import type { Node } from '../../ui/timeline/timeline.svelte'
import { termText } from './words.ts'

const local = new Set(['signed', 'queued', 'sending', 'format_rejected'])
const decided = new Set([
  'granted',
  'refused',
  'acceptance_refused',
  'acceptance_refused_final',
  'delivered',
  'closed',
])
const paying = new Set(['awaiting_payment', 'payment_submitted', 'payment_rejected'])

const at = (line: HistoryLine | undefined) => (line ? moment(line.at, lang()) : '')
const join = (...parts: string[]) => parts.filter(Boolean).join(' · ')

/** What the portal wrote when it moved the application to the state where it is; a state that this program does not know has no other words. */
export const wordsOf = (view: ApplicationView): string =>
  view.history.findLast((h) => h.status === view.summary.status)?.text ?? ''

/** The nodes of an application's way. */
export function wayOf(view: ApplicationView): Node[] {
  const { status } = view.summary
  const find = (...events: string[]) =>
    view.history.findLast((h) => events.includes(h.event) || events.includes(h.status))
  const ended = status === 'withdrawn' || status === 'cancelled'
  const sent = !local.has(status)
  // Of a state that this program does not know nothing is concluded.
  const filed =
    sent && !paying.has(status) && (knows(status) || Boolean(find('submitted', 'register', 'registered')))
  const nodes: Node[] = [
    {
      title: t('citizen.way.signed'),
      note: join(at(find('sign', 'signed')), shortName(view.signer)),
      state: sent ? 'done' : 'local',
    },
    sentNode(view, sent, find('send_offline', 'submit', 'sync')),
  ]
  if (view.order.code) nodes.push(paymentNode(view, sent, filed))
  if (ended) return [...nodes, endNode(status, find(status))]
  nodes.push(filedNode(view, filed, find('submitted', 'register', 'registered')))
  for (const question of view.questions) {
    nodes.push({
      title: t('citizen.way.question'),
      note: question.answeredAt
        ? t('citizen.way.answered', { moment: moment(question.answeredAt, lang()) })
        : t('citizen.way.answer', { date: longDate(question.dueDate, lang()) }),
      state: question.answeredAt ? 'done' : 'now',
      tone: 'warn',
    })
  }
  if (status === 'agency_request') nodes.push({ title: t('common.status.agency_request'), state: 'now' })
  if (!knows(status)) nodes.push({ title: t('common.status.newer'), note: at(find(status)), state: 'now' })
  nodes.push(decisionNode(view))
  return nodes
}

function sentNode(view: ApplicationView, sent: boolean, line: HistoryLine | undefined): Node {
  const title = t('citizen.way.sent')
  if (sent) {
    const when = view.summary.submittedAt ? moment(view.summary.submittedAt, lang()) : at(line)
    return { title, note: join(when, t('citizen.way.receipt')), state: 'done' }
  }
  if (view.summary.status === 'format_rejected')
    return { title, note: t('citizen.way.rejected'), state: 'bad' }
  return { title, note: t('citizen.list.leaves'), state: 'now' }
}

function paymentNode(view: ApplicationView, sent: boolean, filed: boolean): Node {
  const title = t('citizen.way.payment')
  const { order } = view
  if (view.summary.status === 'payment_rejected')
    return { title, note: t('common.status.payment_rejected'), state: 'bad' }
  if (order.status === 'paid')
    return { title, note: order.paidAt ? moment(order.paidAt, lang()) : '', state: 'done' }
  if (filed || order.proofReady)
    return { title, note: t('citizen.way.proof'), state: filed ? 'done' : sent ? 'now' : 'local' }
  return {
    title,
    note: t('citizen.way.pay', { date: longDate(order.expiresAt, lang()) }),
    state: 'now',
    tone: 'warn',
  }
}

function filedNode(view: ApplicationView, filed: boolean, line: HistoryLine | undefined): Node {
  const title = t('citizen.way.filed')
  if (!filed) return { title, note: t('citizen.way.term', { term: termText(view.card) }), state: 'future' }
  const number = view.summary.registrationNumber
  return { title, note: join(at(line), number && t('citizen.list.number', { number })), state: 'done' }
}

function decisionNode(view: ApplicationView): Node {
  const { status, deadline } = view.summary
  const title = t('citizen.way.decision')
  if (decided.has(status)) {
    const bad = view.decision.outcome === 'refused' || view.decision.outcome === 'acceptance_refused'
    return {
      title,
      note: view.decision.at ? moment(view.decision.at, lang()) : '',
      state: bad ? 'bad' : 'done',
    }
  }
  const reviewed = ['submitted', 'registered', 'in_review'].includes(status)
  const note = deadline
    ? t('citizen.way.deadline', { date: longDate(deadline, lang()) })
    : t('citizen.way.comes')
  return { title, note, state: reviewed ? 'now' : 'future' }
}

function endNode(status: string, line: HistoryLine | undefined): Node {
  return {
    title: t(`common.status.${status as 'withdrawn'}`),
    note: join(at(line), line?.text ?? ''),
    state: 'bad',
  }
}
