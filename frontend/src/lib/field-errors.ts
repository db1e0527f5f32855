// What is wrong with an answer, in words. Go sends codes (backend/akno/form);
// some read better when the kind of the field is known.
import type { FormError, Text } from './dto.ts'
import { has, say, t } from './i18n.svelte.ts'

const chosen = new Set(['select', 'radio', 'multiselect'])
const attached = new Set(['file', 'file_list'])

// A form may know errors of its own; their sentences come with it.
const known = new Map<string, Text>()

/** Takes over the sentences that a form brings along. */
export function learnErrors(list: readonly FormError[]): void {
  for (const e of list) known.set(e.code, e.text)
}

/** A line of a summary: the label and, after it, the sentence as a part of one. */
export function problemLine(label: string, error: string): string {
  const small = /^\p{Lu}[\p{Ll}\s]/u.test(error) ? error.charAt(0).toLowerCase() + error.slice(1) : error
  return t('forms.line', { label, error: small })
}

/** The sentence for a code at a field of the given type; own is what the form says of it itself. */
export function fieldError(code: string, type = 'text', own?: Text): string {
  const words = own && say(own)
  if (words) return words
  let name = code
  if (code === 'required' && chosen.has(type)) name = 'choose'
  if (code === 'required' && type === 'checkbox') name = 'must_be'
  if (code === 'required' && attached.has(type)) name = 'attach'
  if (code === 'format' && type !== 'personal_number') name = 'format_other'
  const key = `forms.error.${name}`
  if (has(key)) return t(key)
  const sentence = known.get(code)
  return sentence ? say(sentence) : t('forms.error.invalid')
}
