// What a refusal says about a field of these pages.
import { fieldError } from '../../lib/field-errors.ts'
import { has, t } from '../../lib/i18n.svelte.ts'

/** The words for what is wrong with a field: those of profiles first. */
export function fault(code: string): string {
  const key = `profile.error.${code}`
  return has(key) ? t(key) : fieldError(code)
}

/** The name of a profile; the first one has none until it is given. */
export const nameOf = (name: string): string => name || t('profile.first')
