// The dictionary of the interface. Russian is the source of the types: a key
// that is missing in another language does not compile.
import ru from '../messages/ru.ts'
import { integer, type Lang } from './format.ts'

export type { Lang } from './format.ts'

/** The plural forms of a message; "other" is for fractions, and for English everything but one. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string }

/** What be and en must have: the keys of the Russian part, a text for a text and forms for forms. */
export type Translation<M> = { readonly [K in keyof M]: M[K] extends string ? string : Forms }

type Areas = typeof ru

/** A key of a message: the area, a dot, the key inside the area. */
export type MessageKey = { [A in keyof Areas & string]: `${A}.${keyof Areas[A] & string}` }[keyof Areas &
  string]

/** All messages of a language. */
export type Dictionary = { readonly [A in keyof Areas]: Translation<Areas[A]> }

/** The messages by language. Russian is always here, the others after loadLanguage. */
export const messages: { ru: Dictionary } & Partial<Record<Lang, Dictionary>> = { ru }

const others: Record<Exclude<Lang, 'ru'>, () => Promise<{ default: Dictionary }>> = {
  be: () => import('../messages/be.ts'),
  en: () => import('../messages/en.ts'),
}

/** Brings the messages of a language in; it costs nothing the second time. */
export async function loadLanguage(next: Lang): Promise<void> {
  if (next !== 'ru') messages[next] ??= (await others[next]()).default
}

/** The languages of the interface in the order of the switch. */
export const languages: readonly Lang[] = ['ru', 'be', 'en']

const current = $state<{ lang: Lang }>({ lang: 'ru' })
const rules: Record<Lang, Intl.PluralRules> = {
  ru: new Intl.PluralRules('ru'),
  be: new Intl.PluralRules('be'),
  en: new Intl.PluralRules('en'),
}

/** The language of the interface; reading it in a template follows its changes. */
export const lang = (): Lang => current.lang

/** Changes the language of the whole page at once; its messages have been loaded. */
export function setLang(next: Lang): void {
  current.lang = next
  document.documentElement.lang = next
}

/** Values for the {names} of a message; n chooses the plural form. */
export type Params = Readonly<Record<string, string | number>>

function lookup(key: string, language: Lang): string | Forms | undefined {
  const dot = key.indexOf('.')
  const area = (messages[language] ?? messages.ru)[key.slice(0, dot) as keyof Areas] as
    Record<string, string | Forms> | undefined
  return area?.[key.slice(dot + 1)]
}

/** The text of a message in the language of the interface. */
export function t(key: MessageKey, params: Params = {}): string {
  return fill(lookup(key, current.lang) ?? key, params)
}

/** Tells whether there is a message with a key that arrived from Go. */
export function has(key: string): key is MessageKey {
  return lookup(key, 'ru') !== undefined
}

function fill(message: string | Forms, params: Params): string {
  const text =
    typeof message === 'string'
      ? message
      : (message[rules[current.lang].select(Number(params.n))] ?? message.other)
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name]
    return typeof value === 'number' ? integer(value) : (value ?? '')
  })
}

/** A text that Go gives in several languages, such as the title of a procedure. */
export interface Localized {
  ru: string
  be: string
  en: string
}

/** The text in the language of the interface; Russian where there is no translation. */
export function say(text: Localized | undefined): string {
  return text ? text[current.lang] || text.ru : ''
}

/** The language that say() really used: the attribute lang of the element, when it differs from the page's. */
export function spoken(text: Localized | undefined): Lang | undefined {
  return text && !text[current.lang] && current.lang !== 'ru' ? 'ru' : undefined
}
