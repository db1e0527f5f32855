// How the backup of a draft stands, in words.
import type { BackupFact, BackupTaken } from '../../lib/dto.ts'
import { date, moment, time } from '../../lib/format.ts'
import { has, lang, t } from '../../lib/i18n.svelte.ts'
import type { IconName } from '../../ui/icon/paths.ts'

/** A time of today, or a day with its time. */
const when = (at: string) => (date(at) === date(new Date().toISOString()) ? time(at) : moment(at, lang()))

/** The words for a fact, "" for none. */
export function factText(fact: BackupFact | undefined): string {
  if (!fact) return ''
  switch (fact.state) {
    case 'backed':
      return t('backup.fact.backed', { time: when(fact.at) })
    case 'waiting':
      return fact.at ? t('backup.fact.waiting.since', { time: when(fact.at) }) : t('backup.fact.waiting')
    case 'refused': {
      const key = `backup.fact.refused.${fact.failure}`
      return has(key) ? t(key) : t('backup.fact.refused')
    }
    case 'elsewhere':
      return t('backup.fact.elsewhere')
  }
  return ''
}

/** The sign beside the words. */
export const factIcon = (fact: BackupFact): IconName =>
  (({ backed: 'cloud', waiting: 'cloud-upload', refused: 'circle-alert', elsewhere: 'monitor' }) as const)[
    fact.state as 'backed'
  ] ?? 'cloud-off'

/** What came of taking a draft, in one sentence. */
export function tookText(got: BackupTaken): string {
  if (got.fork) return t('backup.taken.fork')
  if (got.missing.length) return t('backup.taken.missing', { names: got.missing.join(', ') })
  return t('backup.taken')
}
