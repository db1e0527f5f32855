// Sentences of the reviewer's desk about terms, payment and signatures.
import type { DeskItem, DeskView, VerdictView } from '../../lib/dto.ts'
import { date, longDate, money, time, weekday } from '../../lib/format.ts'
import { has, lang, t } from '../../lib/i18n.svelte.ts'
import type { IconName } from '../../ui/icon/paths.ts'
import type { Rung } from '../../ui/verdict/verdict.svelte'

/** What is left for an application, in working days; the tone never stands alone. */
export interface Left {
  text: string
  full: string
  tone: 'danger' | 'warn' | 'plain'
  icon?: IconName
}

/** How a row of the queue tells what is left. */
export function leftOf(item: Pick<DeskItem, 'daysLeft' | 'deadline'>): Left | undefined {
  if (!item.deadline) return undefined
  const n = item.daysLeft
  if (n < 0) {
    return {
      text: t('desk.overdue.short', { n: -n }),
      full: t('desk.overdue', { n: -n }),
      tone: 'danger',
      icon: 'alarm-clock',
    }
  }
  if (n === 0) return { text: t('desk.today'), full: t('desk.today'), tone: 'danger', icon: 'alarm-clock' }
  if (n === 1) return { text: t('desk.tomorrow'), full: t('desk.tomorrow'), tone: 'warn', icon: 'clock' }
  return { text: t('desk.left.short', { n }), full: t('common.workdays.left', { n }), tone: 'plain' }
}

/** "четверга, 26 ноября": a near day with its weekday. */
export function weekdayDate(day: string): string {
  return `${weekday(day, lang())}, ${longDate(day, lang())}`
}

/** One line of what the program has checked. */
export interface Check {
  tone: 'ok' | 'warn' | 'bad'
  strong: string
  text: string
}

/** A verdict's rung; without a network it is a rung of its own. */
export function rungOf(v: VerdictView): Rung {
  const known: readonly string[] = ['ok', 'ok_notes', 'limited', 'open', 'bad']
  const rung = known.includes(v.rung) ? (v.rung as Rung) : 'open'
  return v.offline && (rung === 'ok' || rung === 'ok_notes') ? 'offline' : rung
}

const tones: Record<Rung, Check['tone']> = {
  ok: 'ok',
  ok_notes: 'ok',
  limited: 'warn',
  offline: 'warn',
  open: 'warn',
  bad: 'bad',
}

function signature(view: DeskView): Check {
  const own = view.own
  if (!own.rung) return { tone: 'warn', strong: t('desk.signature.none'), text: '' }
  const rung = rungOf(own)
  const facts = [own.signer]
  if (own.signedAt) facts.push(t('desk.at', { date: date(own.signedAt), time: time(own.signedAt) }))
  if (own.offline && own.listFrom) facts.push(t('desk.list', { date: date(own.listFrom) }))
  return { tone: tones[rung], strong: t(`desk.signature.${rung}`), text: facts.filter(Boolean).join(', ') }
}

function portal(view: DeskView): Check | undefined {
  const report = view.portal
  if (!report.verdict) return undefined
  const passed = report.verdict === 'PASSED'
  const text = report.checkedAt
    ? t('desk.at', { date: date(report.checkedAt), time: time(report.checkedAt) })
    : ''
  return {
    tone: passed ? 'ok' : report.verdict === 'FAILED' ? 'bad' : 'warn',
    strong: passed ? t('desk.portal.passed') : t('desk.portal.failed', { reason: report.reason }),
    text,
  }
}

function payment(view: DeskView): Check | undefined {
  const { order } = view
  if (!order.amount) return undefined
  const sum = money(order.amount)
  if (order.status === 'paid') return { tone: 'ok', strong: t('desk.paid', { sum }), text: order.transaction }
  if (order.stated) return { tone: 'warn', strong: t('desk.paid.stated', { sum }), text: order.stated }
  return { tone: 'warn', strong: t('desk.paid.not', { sum }), text: '' }
}

/** What the program has checked itself. */
export function checksOf(view: DeskView): Check[] {
  return [signature(view), portal(view), payment(view)].filter((one) => one !== undefined)
}

/** What happened, in the words of the history. */
export function eventText(event: string, status: string): string {
  const key = `desk.event.${event}`
  if (has(key)) return t(key)
  const state = `common.status.${status}`
  return has(state) ? t(state) : event
}
