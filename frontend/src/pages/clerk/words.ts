// What the desk of One Window says about fields and their faults.
import { fieldError } from '../../lib/field-errors.ts'
import { has, lang, t, type MessageKey } from '../../lib/i18n.svelte.ts'
import type { Findable } from '../../ui/field/combobox.svelte'
import type { Choice } from '../../ui/field/select-field.svelte'

/** The fields of a card by the names that refusals use, with the ids of their elements. */
const names = {
  surname: 'clerk.surname',
  name: 'clerk.name',
  patronymic: 'clerk.patronymic',
  surnameBe: 'clerk.surnameBe',
  nameBe: 'clerk.nameBe',
  patronymicBe: 'clerk.patronymicBe',
  surnameLatin: 'clerk.surnameLatin',
  nameLatin: 'clerk.nameLatin',
  birthDate: 'clerk.birthDate',
  sex: 'clerk.sex',
  citizenship: 'clerk.citizenship',
  personalNumber: 'clerk.personalNumber',
  series: 'clerk.series',
  documentNumber: 'clerk.documentNumber',
  number: 'clerk.documentNumber',
  issuer: 'clerk.issuer',
  issued: 'clerk.issued',
  expires: 'clerk.expires',
  phone: 'clerk.phone',
  email: 'clerk.email',
  claimCode: 'clerk.claimCode',
  otherPersonReason: 'clerk.other.reason',
  present: 'clerk.check.present',
  documentShown: 'clerk.check.documentShown',
  photoCompared: 'clerk.check.photoCompared',
  signedBefore: 'clerk.check.signedBefore',
  applicationScan: 'clerk.scan.application',
  consentScan: 'clerk.scan.consent',
} as const satisfies Record<string, MessageKey>

/** The label of a field of the card. */
export const labelOf = (field: string): string =>
  field in names ? t(names[field as keyof typeof names]) : field

/** The id of the element of a field. */
export const idOf = (field: string): string => `clerk-${field === 'number' ? 'documentNumber' : field}`

/** What is explained of a field to who has the document in hand; undefined where its label says everything. */
export function helpOf(field: string, documentType: string): string | undefined {
  const passport = documentType === 'passport_by'
  switch (field) {
    case 'surnameBe':
    case 'nameBe':
    case 'patronymicBe':
      return t('clerk.help.belarusian')
    case 'surnameLatin':
    case 'nameLatin':
      return t('clerk.help.latin')
    case 'birthDate':
    case 'issued':
    case 'expires':
      return t('clerk.help.date')
    case 'citizenship':
      return t('clerk.help.citizenship')
    case 'personalNumber':
      return t('forms.find.identity.text')
    case 'series':
      return passport ? t('forms.find.series.text') : undefined
    case 'documentNumber':
      return passport ? t('forms.find.number.text') : undefined
    default:
      return undefined
  }
}

const checks: ReadonlySet<string> = new Set(['present', 'documentShown', 'photoCompared', 'signedBefore'])

/** What is wrong with a field, in the words of the desk. */
export function cardError(code: string, field: string): string {
  if (checks.has(field)) return t('clerk.error.check')
  if (field.endsWith('Scan')) return t('clerk.error.scan')
  const key = `clerk.error.${code}`
  if (has(key)) return t(key)
  return fieldError(code, field === 'personalNumber' ? 'personal_number' : 'text')
}

// Alpha-2 for the name of the country, alpha-3 as documents have it.
const countries =
  'BY:BLR RU:RUS UA:UKR LT:LTU LV:LVA PL:POL KZ:KAZ AM:ARM AZ:AZE GE:GEO KG:KGZ MD:MDA TJ:TJK TM:TKM UZ:UZB EE:EST CN:CHN CZ:CZE DE:DEU EG:EGY FR:FRA GB:GBR IL:ISR IN:IND IQ:IRQ IR:IRN IT:ITA JP:JPN KR:KOR LB:LBN MN:MNG NG:NGA PK:PAK RS:SRB SY:SYR TR:TUR US:USA VN:VNM'

/**
 * Countries by name, found in every language and by the code that a document has; the own one stands first, a person
 * without a citizenship has a line of the list too.
 */
export function citizenships(): Findable[] {
  const inLanguage = (l: string) => new Intl.DisplayNames([l, 'ru'], { type: 'region' })
  const names = inLanguage(lang())
  const all = ['ru', 'be', 'en'].map(inLanguage)
  const [own, ...others] = countries.split(' ').map((pair) => {
    const [two = '', three = ''] = pair.split(':')
    const label = two === 'BY' ? t('clerk.citizenship.BLR') : (names.of(two) ?? three)
    return { value: three, label, also: [three, ...all.map((n) => n.of(two) ?? three)] }
  })
  others.sort((a, b) => a.label.localeCompare(b.label, lang()))
  return [...(own ? [own] : []), ...others, { value: 'XXA', label: t('clerk.citizenship.none') }]
}

/** The kinds of documents that a person may show. */
export const documentTypes = (): Choice[] => [
  { value: 'passport_by', label: t('clerk.document.passport_by') },
  { value: 'id_card_by', label: t('clerk.document.id_card_by') },
  { value: 'residence_permit', label: t('clerk.document.residence_permit') },
  { value: 'bio_residence_foreigner', label: t('clerk.document.bio_residence_foreigner') },
  { value: 'bio_residence_stateless', label: t('clerk.document.bio_residence_stateless') },
]
