// How dates, sums and numbers are written. Intl is used for names of months and
// weekdays only, and not for Belarusian: it gives other forms than documents
// use, and some builds of the engines lack the language and answer in Russian.
export type Lang = 'ru' | 'be' | 'en'

const NBSP = '\u00a0'
const two = (n: number) => String(n).padStart(2, '0')

// The portal's day is the day in Minsk: UTC+3, no summer time.
const minsk = (iso: string) => new Date(Date.parse(iso) + 3 * 3600_000)
const civil = (value: string) => (value.length === 10 ? new Date(value + 'T00:00:00Z') : minsk(value))

/** 21.11.2026, from an RFC 3339 instant or a plain date. */
export function date(value: string): string {
  const day = value.length === 10 ? value : minsk(value).toISOString().slice(0, 10)
  return day.split('-').reverse().join('.')
}

/** 14:32, and with seconds 14:32:05. */
export function time(value: string, seconds = false): string {
  const d = minsk(value)
  const text = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`
  return seconds ? `${text}:${two(d.getUTCSeconds())}` : text
}

const monthsBe =
  'студзеня лютага сакавіка красавіка мая чэрвеня ліпеня жніўня верасня кастрычніка лістапада снежня'.split(
    ' ',
  )
const weekdaysBe = 'нядзеля панядзелак аўторак серада чацвер пятніца субота'.split(' ')

/** четверг, чацвер, Thursday */
export function weekday(value: string, lang: Lang): string {
  const d = civil(value)
  if (lang === 'be') return weekdaysBe[d.getUTCDay()] ?? ''
  return new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : lang, { weekday: 'long', timeZone: 'UTC' }).format(
    d,
  )
}

function dayMonth(d: Date, lang: Lang): string {
  if (lang === 'be') return `${d.getUTCDate()} ${monthsBe[d.getUTCMonth()] ?? ''}`
  const locale = lang === 'en' ? 'en-GB' : lang
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', timeZone: 'UTC' }).format(d)
}

/** 21 ноября, 21 лістапада, 21 November; with the year when it is not the year of now. */
export function longDate(value: string, lang: Lang, now = new Date()): string {
  const d = civil(value)
  const day = dayMonth(d, lang)
  if (d.getUTCFullYear() === minsk(now.toISOString()).getUTCFullYear()) return day.replace(' ', NBSP)
  return `${day} ${d.getUTCFullYear()}${lang === 'en' ? '' : NBSP + 'г.'}`
}

/** 18 ноября, 10:42 */
export function moment(value: string, lang: Lang, now = new Date()): string {
  return `${longDate(value, lang, now)}, ${time(value)}`
}

/** 1 234 567 with no-break blanks. */
export function integer(n: number): string {
  return String(Math.trunc(n)).replace(/\B(?=(\d{3})+$)/g, NBSP)
}

/** 1 234,50 BYN, from "1234.50": money never travels as a fraction. */
export function money(amount: string): string {
  const m = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(amount)
  if (!m) return amount
  return `${m[1] ? '−' : ''}${integer(Number(m[2]))},${(m[3] ?? '').padEnd(2, '0')}${NBSP}BYN`
}

const units: Record<Lang, readonly string[]> = {
  ru: ['Б', 'КБ', 'МБ', 'ГБ'],
  be: ['Б', 'КБ', 'МБ', 'ГБ'],
  en: ['B', 'KB', 'MB', 'GB'],
}

/** 1,2 МБ; 1 МБ is 1 048 576 bytes, as in the limits of the portal. */
export function size(bytes: number, lang: Lang): string {
  let n = bytes
  let i = 0
  for (; n >= 1024 && i < 3; i++) n /= 1024
  const figure = i === 0 || n >= 100 ? String(Math.round(n)) : n.toFixed(1).replace(/\.0$/, '')
  return (lang === 'en' ? figure : figure.replace('.', ',')) + NBSP + units[lang][i]
}

/** 900000 002611 180051 348207 193580 */
export function orderCode(code: string): string {
  return orderGroups(code).join(' ')
}

/** The five groups of an order code. */
export function orderGroups(code: string): string[] {
  return code.match(/\d{1,6}/g) ?? []
}

/** +375 29 123-45-67; a number of another country is left as it is. */
export function phone(value: string): string {
  const m = /^\+375(\d{2})(\d{3})(\d{2})(\d{2})$/.exec(value)
  return m ? `+375${NBSP}${m[1]}${NBSP}${m[2]}-${m[3]}-${m[4]}` : value
}

/** 4•••••••021PB6: enough to recognise one's own number, too little to use it. */
export function maskedNumber(value: string): string {
  return value.length === 14 ? value[0] + '•'.repeat(7) + value.slice(8) : value
}

/** 9C1A44F0 7B02 … 5D11E27B, from hexadecimal digits. */
export function shortHash(hex: string): string {
  const h = hex.toUpperCase()
  return h.length <= 24 ? h : `${h.slice(0, 8)} ${h.slice(8, 12)} … ${h.slice(-8)}`
}

/** Ковалёва А. П., from a full name of two or three words. */
export function shortName(full: string): string {
  const [family = '', ...given] = full.trim().split(/\s+/)
  return [family, ...given.map((w) => w.charAt(0).toUpperCase() + '.')].join(NBSP)
}

/** АК, the letters for a round picture of a person. */
export function initials(full: string): string {
  const [family = '', given = ''] = full.trim().split(/\s+/)
  return (given.charAt(0) + family.charAt(0)).toUpperCase()
}

// Cosmetic help while typing; the rule itself is checked in Go.
const lookalike: Record<string, string> = {
  А: 'A',
  В: 'B',
  Е: 'E',
  К: 'K',
  М: 'M',
  Н: 'H',
  О: 'O',
  Р: 'P',
  С: 'C',
  Т: 'T',
  Х: 'X',
  І: 'I',
}

/** Upper case, Latin for Cyrillic look-alikes, no blanks and dashes. */
export function latin(value: string): string {
  return value
    .toUpperCase()
    .replace(/[\s-]/g, '')
    .replace(/[А-ЯІ]/g, (c) => lookalike[c] ?? c)
}

/** The ISO form of a typed date: 21.11.2026, 21112026 and 2026-11-21 mean the same; anything else is given back as typed. */
export function isoDate(typed: string): string {
  const text = typed.trim()
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return text
  const m = /^(\d{1,2})[.\-/ ](\d{1,2})[.\-/ ](\d{4})$/.exec(text) ?? /^(\d{2})(\d{2})(\d{4})$/.exec(text)
  return m ? `${m[3]}-${two(Number(m[2]))}-${two(Number(m[1]))}` : text
}
