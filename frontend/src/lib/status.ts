// How the status of an application looks: its tag and how far the bar has come.
import type { IconName } from '../ui/icon/paths.ts'
import { has, t } from './i18n.svelte.ts'

type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'mute'
type Look = readonly [tone: Tone, icon: IconName, stage: number]

// The stages of a paid procedure: signed, paid, with the body, decided. A free
// one has no second stage.
const looks: Record<string, Look> = {
  draft: ['mute', 'pen-line', 0],
  ready: ['mute', 'pen-line', 0],
  signed: ['mute', 'pen-line', 1],
  queued: ['mute', 'cloud-upload', 1],
  sending: ['info', 'cloud-upload', 1],
  format_rejected: ['bad', 'circle-alert', 1],
  awaiting_payment: ['warn', 'credit-card', 1],
  payment_submitted: ['info', 'clock', 2],
  payment_rejected: ['bad', 'credit-card', 1],
  submitted: ['info', 'inbox', 3],
  registered: ['info', 'inbox', 3],
  in_review: ['info', 'clock', 3],
  agency_request: ['info', 'landmark', 3],
  clarification: ['warn', 'message-circle-question-mark', 3],
  granted: ['ok', 'check', 4],
  refused: ['bad', 'x', 4],
  acceptance_refused: ['bad', 'x', 3],
  acceptance_refused_final: ['bad', 'x', 3],
  delivered: ['ok', 'check', 4],
  closed: ['mute', 'check', 4],
  withdrawn: ['mute', 'undo-2', 0],
  cancelled: ['mute', 'circle-slash', 0],
}

const unknown: Look = ['mute', 'clock', 0]

/** Whether this program knows a status; a later version of the portal may have others. */
export const knows = (status: string): boolean => status in looks

// A term has nothing to say about these any more.
const over: ReadonlySet<string> = new Set([
  'granted',
  'refused',
  'acceptance_refused',
  'acceptance_refused_final',
  'delivered',
  'closed',
  'withdrawn',
  'cancelled',
])

/** Whether the body is done with an application, or the person gave it up. */
export const isOver = (status: string): boolean => over.has(status)

/** The tag of a status: colour, drawing and word. */
export function tagOf(status: string): { tone: Tone; icon: IconName; text: string } {
  const [tone, icon] = looks[status] ?? unknown
  const key = `common.status.${status}`
  return { tone, icon, text: has(key) ? t(key) : t('common.status.newer') }
}

/** The bar of a status: stages passed, stages in all; undefined where a bar says nothing. */
export function stagesOf(
  status: string,
  paid: boolean,
): { done: number; total: number; tone: Tone } | undefined {
  const [tone, , stage] = looks[status] ?? unknown
  if (stage === 0) return undefined
  return { done: paid || stage < 2 ? stage : stage - 1, total: paid ? 4 : 3, tone }
}
