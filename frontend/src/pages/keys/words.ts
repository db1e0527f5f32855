// What the pages of keys say about the state of a key.
import type { KeyCard } from '../../lib/dto.ts'
import { date } from '../../lib/format.ts'
import { has, t, type MessageKey } from '../../lib/i18n.svelte.ts'

/** States of a key that is on its way to a certificate. */
const onTheWay: readonly string[] = ['key_created', 'request_sent', 'rejected']

/** Tells a key that waits for its certificate from one that cannot be used. */
export const waits = (key: KeyCard): boolean => onTheWay.includes(key.state)

/** The name of a file without its folder, whichever the system. */
export const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path

/** Why a key cannot be used, as a sentence. */
export function reasonOf(key: KeyCard): string {
  const name = `keys.state.${key.state}`
  const text = has(name)
    ? t(name as MessageKey, {
        date: key.notAfter ? date(key.notAfter) : '',
        from: key.notBefore ? date(key.notBefore) : '',
      })
    : key.state
  return text
}

/** What to do about it, "" when nothing can be done. */
export function remedyOf(key: KeyCard): string {
  const name = `keys.todo.${key.state}`
  return has(name) ? t(name) : ''
}

/** Why a file was passed over while looking for keys. */
export function passedOver(code: string): string {
  const name = `keys.passed.${code}`
  return has(name) ? t(name) : t('keys.passed.other')
}
