// Sentences about the exchange with the portal that several places say.
import type { Pending, SyncState } from './dto.ts'
import { moment, time } from './format.ts'
import { has, lang, t } from './i18n.svelte.ts'

/** A difference of clocks that is worth a word, in seconds. */
export const clockLimit = 300

/** How long: "3 часа 12 минут", "2 дня"; less than a minute is one. */
export function span(seconds: number): string {
  const minutes = Math.max(1, Math.round(Math.abs(seconds) / 60))
  const days = Math.floor(minutes / 1440)
  const hours = Math.floor((minutes % 1440) / 60)
  const rest = minutes % 60
  if (days) return t('exchange.age.days', { n: days })
  if (!hours) return t('exchange.age.minutes', { n: rest })
  return [t('exchange.age.hours', { n: hours }), rest ? t('exchange.age.minutes', { n: rest }) : '']
    .filter(Boolean)
    .join(' ')
}

/** By how much this computer's clock is off the portal's, "" when that is not worth a word; seconds are the portal's minus ours. */
export function clockText(seconds: number): string {
  if (Math.abs(seconds) <= clockLimit) return ''
  const by = { span: span(seconds) }
  return seconds > 0 ? t('exchange.clock.behind', by) : t('exchange.clock.ahead', by)
}

/** What a waiting command asks the portal to do. */
export function kindText(kind: string): string {
  const key = `exchange.kind.${kind}`
  return has(key) ? t(key) : t('exchange.kind.newer')
}

/** When something was, as short as it can be said: the time alone for today. */
export function lately(iso: string, now = new Date()): string {
  const day = (ms: number) => Math.floor((ms + 3 * 3600_000) / 86_400_000) // of Minsk
  return day(Date.parse(iso)) === day(now.getTime()) ? time(iso) : moment(iso, lang())
}

/** The facts of the exchange in a line beside its name, calm ones first. */
export function exchangeNote(s: SyncState | undefined, offline: boolean): string {
  if (!s) return ''
  const you = s.pending.filter((p) => p.needsYou).length
  const waiting = s.pending.length - you
  const parts: string[] = []
  if (s.paused) parts.push(t('exchange.note.paused'))
  else if (offline)
    parts.push(
      s.reachedAt
        ? t('exchange.note.offline.since', { moment: lately(s.reachedAt) })
        : t('exchange.note.offline'),
    )
  if (you) parts.push(t('exchange.note.you', { n: you }))
  if (waiting) parts.push(t('exchange.note.waiting', { n: waiting }))
  if (parts.length) return parts.join(' · ')
  return s.pulledAt ? t('exchange.note.last', { time: lately(s.pulledAt) }) : t('exchange.note.saved')
}

/** What support needs of a waiting command: identifiers, codes and times, and nothing that a person wrote. */
export function supportText(p: Pending, s: SyncState, epoch: string, version: string): string {
  const or = (text: string) => text || '-'
  return [
    `Akno ${version} exchange`,
    `op ${p.id} ${p.kind}${p.brought ? ' brought' : ''}`,
    `state ${p.rejected ? 'rejected' : 'pending'} code ${or(p.failure.toUpperCase())} attempts ${p.attempts}`,
    ...p.errors.map((e) => `field ${e.field} ${e.code}`),
    `size ${p.size} files ${p.files} (${p.fileSize})`,
    `queued ${or(p.queuedAt)} left ${or(p.leftAt)} next ${or(p.nextTry)} file ${or(p.carriedAt)}`,
    `portal reached ${or(s.reachedAt)} pulled ${or(s.pulledAt)} pushed ${or(s.pushedAt)}`,
    `online ${s.online} last ${or((s.trouble || s.lastFailure).toUpperCase())} clock ${s.clockSkew} s epoch ${or(epoch)}`,
  ].join('\n')
}
