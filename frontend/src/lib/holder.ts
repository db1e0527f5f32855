// Whose key it is, as the page says it.
import type { KeyCard } from './dto.ts'
import { lang } from './i18n.svelte.ts'

/** The holder of a key in the language of the page, where the certificate says the name in it. */
export const holderOf = (key: Pick<KeyCard, 'holder' | 'holderBe'>): string =>
  (lang() === 'be' && key.holderBe) || key.holder
