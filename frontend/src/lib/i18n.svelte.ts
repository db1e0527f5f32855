// The dictionary of the interface. Russian is the source of the types: a key
// that is missing in another language does not compile.
import accessBe from '../messages/access.be.ts'
import accessEn from '../messages/access.en.ts'
import accessRu from '../messages/access.ru.ts'
import citizenBe from '../messages/citizen.be.ts'
import citizenEn from '../messages/citizen.en.ts'
import citizenRu from '../messages/citizen.ru.ts'
import clerkBe from '../messages/clerk.be.ts'
import clerkEn from '../messages/clerk.en.ts'
import clerkRu from '../messages/clerk.ru.ts'
import commonBe from '../messages/common.be.ts'
import commonEn from '../messages/common.en.ts'
import commonRu from '../messages/common.ru.ts'
import deskBe from '../messages/desk.be.ts'
import deskEn from '../messages/desk.en.ts'
import deskRu from '../messages/desk.ru.ts'
import entryBe from '../messages/entry.be.ts'
import entryEn from '../messages/entry.en.ts'
import entryRu from '../messages/entry.ru.ts'
import errorsBe from '../messages/errors.be.ts'
import errorsEn from '../messages/errors.en.ts'
import errorsRu from '../messages/errors.ru.ts'
import formsBe from '../messages/forms.be.ts'
import formsEn from '../messages/forms.en.ts'
import formsRu from '../messages/forms.ru.ts'
import keysBe from '../messages/keys.be.ts'
import keysEn from '../messages/keys.en.ts'
import keysRu from '../messages/keys.ru.ts'
import { integer, type Lang } from './format.ts'

export type { Lang } from './format.ts'

/** The plural forms of a message; "other" is for fractions, and for English everything but one. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string }

/** What be and en must have: the keys of the Russian part, a text for a text and forms for forms. */
export type Translation<M> = { readonly [K in keyof M]: M[K] extends string ? string : Forms }

const ru = {
  common: commonRu,
  citizen: citizenRu,
  forms: formsRu,
  keys: keysRu,
  access: accessRu,
  clerk: clerkRu,
  desk: deskRu,
  entry: entryRu,
  errors: errorsRu,
} as const

type Areas = typeof ru

/** A key of a message: the area, a dot, the key inside the area. */
export type MessageKey = { [A in keyof Areas & string]: `${A}.${keyof Areas[A] & string}` }[keyof Areas &
  string]

/** All messages by language and area. */
export const messages: Record<Lang, { readonly [A in keyof Areas]: Translation<Areas[A]> }> = {
  ru,
  be: {
    common: commonBe,
    citizen: citizenBe,
    forms: formsBe,
    keys: keysBe,
    access: accessBe,
    clerk: clerkBe,
    desk: deskBe,
    entry: entryBe,
    errors: errorsBe,
  },
  en: {
    common: commonEn,
    citizen: citizenEn,
    forms: formsEn,
    keys: keysEn,
    access: accessEn,
    clerk: clerkEn,
    desk: deskEn,
    entry: entryEn,
    errors: errorsEn,
  },
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

/** Changes the language of the whole page at once. */
export function setLang(next: Lang): void {
  current.lang = next
  document.documentElement.lang = next
}

/** Values for the {names} of a message; n chooses the plural form. */
export type Params = Readonly<Record<string, string | number>>

function lookup(key: string, language: Lang): string | Forms | undefined {
  const dot = key.indexOf('.')
  const area = messages[language][key.slice(0, dot) as keyof Areas] as
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
