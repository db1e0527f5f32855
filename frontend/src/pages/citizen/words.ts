// Sentences that several pages say about a procedure, a decision or a signature.
import type { FeeLine, ProcedureCard, VerdictView } from '../../lib/dto.ts'
import { date, longDate, moment, money, time } from '../../lib/format.ts'
import { has, lang, t } from '../../lib/i18n.svelte.ts'
import type { Rung } from '../../ui/verdict/verdict.svelte'

/** How long the body may take: "3 рабочих дня". */
export function termText(card: Pick<ProcedureCard, 'termUnit' | 'termValue'>): string {
  const n = card.termValue
  switch (card.termUnit) {
    case 'same_day':
      return t('citizen.term.same_day')
    case 'working_days':
      return t('common.workdays', { n })
    case 'months':
      return t('common.months', { n })
    default:
      return t('common.days', { n })
  }
}

/** What it costs today. */
export function feeText(card: Pick<ProcedureCard, 'feeKind' | 'fee' | 'feeVaries'>): string {
  if (card.feeKind === 'free') return t('common.free')
  if (!card.fee) return t('citizen.fee.unknown')
  return card.feeVaries ? t('citizen.fee.from', { sum: money(card.fee) }) : money(card.fee)
}

/** The level that is asked for, in the words of the ladder. */
export function levelText(card: Pick<ProcedureCard, 'level'>): string {
  const key = `citizen.needs.${card.level}`
  return has(key) ? t(key) : ''
}

/** Why a procedure is closed for the present session. */
export function closedText(card: Pick<ProcedureCard, 'closedReason'>): string {
  const key = `citizen.closed.${card.closedReason}`
  return has(key) ? t(key) : ''
}

/** A variant of the fee. */
export function feeLine(line: FeeLine): string {
  const sum = money(line.amount)
  if (!line.variant) return sum
  const key = `citizen.fee.variant.${line.variant}`
  return `${has(key) ? t(key) : line.variant}: ${line.adds ? '+' : ''}${sum}`
}

/** The rung of a verdict; without a network it is a rung of its own, never the green one. */
export function rungOf(v: VerdictView): Rung {
  const known: readonly string[] = ['ok', 'ok_notes', 'limited', 'open', 'bad']
  const rung = known.includes(v.rung) ? (v.rung as Rung) : 'open'
  return v.offline && (rung === 'ok' || rung === 'ok_notes') ? 'offline' : rung
}

/** The facts of a verdict: who, when, how it was checked. */
export function verdictFacts(v: VerdictView): string[] {
  const facts: string[] = []
  const why = `citizen.verdict.why.${v.code}`
  if (v.code && has(why)) facts.push(t(why))
  if (v.signer) facts.push(v.owner ? `${v.signer}, ${v.owner}` : v.signer)
  if (v.signedAt)
    facts.push(
      t('citizen.verdict.signed', { date: longDate(v.signedAt, lang()), time: time(v.signedAt, true) }),
    )
  if (v.offline && v.listFrom) facts.push(t('citizen.verdict.list', { date: date(v.listFrom) }))
  if (v.checkedAt) facts.push(t('citizen.verdict.checked', { moment: moment(v.checkedAt, lang()) }))
  return facts
}

/** What to do about a verdict that is not the best one. */
export function verdictSteps(v: VerdictView): string[] {
  const key = `citizen.verdict.todo.${rungOf(v)}`
  return has(key) ? t(key).split('\n') : []
}
