// A form of 200 questions with 40 rules, as packs bring it: it is compiled and
// signed by aknoctl, and the program takes it like any other update.
import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { binary, root } from './child.ts'

/** The code of the procedure that has the form. */
export const largeProcedure = '200.99.1'

const words = (ru: string, be: string, en: string) => ({ ru, be, en })
const part = 4 // groups of five questions on a step

/** Five questions, the last of which a rule over the others shows. */
const group = (i: number) => [
  { id: `text_${i}`, type: 'text', label: words(`Слово ${i}`, `Слова ${i}`, `Word ${i}`), required: i % 2 === 0, max_len: 60 },
  { id: `date_${i}`, type: 'date', label: words(`День ${i}`, `Дзень ${i}`, `Day ${i}`), required: i % 2 === 0, min: '1900-01-01', max: 'today' },
  { id: `number_${i}`, type: 'number', label: words(`Число ${i}`, `Лік ${i}`, `Number ${i}`), required: false },
  {
    id: `choice_${i}`,
    type: 'radio',
    label: words(`Выбор ${i}`, `Выбар ${i}`, `Choice ${i}`),
    required: true,
    options: [
      { value: 'a', ...words('первое', 'першае', 'the first') },
      { value: 'b', ...words('второе', 'другое', 'the second') },
    ],
  },
  {
    id: `flag_${i}`,
    type: 'checkbox',
    label: words(`Согласие ${i}`, `Згода ${i}`, `Consent ${i}`),
    show: `(choice_${i} == 'a' || choice_${i} != null) && years_between(date_${i}, today()) >= 14 && number_${i} * 3 < 100 && size(text_${i}) > 2`,
  },
]

/** Answers to all 200 questions, each rule true. */
export const largeAnswers = Object.fromEntries(
  Array.from({ length: 40 }, (_, i) => [
    [`text_${i}`, 'Тестовский'],
    [`date_${i}`, '2001-02-03'],
    [`number_${i}`, '19.99'],
    [`choice_${i}`, 'a'],
    [`flag_${i}`, true],
  ]).flat(),
) as Record<string, unknown>

/** Puts the packs of this program and the large form into a profile, and their publisher's key into a folder of trust. */
export function largeForm(dir: string, profile: string, trust: string): void {
  const sources = join(dir, 'sources')
  cpSync(join(root, 'packs'), sources, { recursive: true })
  const steps = Array.from({ length: 40 / part }, (_, s) => ({
    id: `step_${s}`,
    title: words(`Раздел ${s + 1}`, `Раздзел ${s + 1}`, `Part ${s + 1}`),
    fields: Array.from({ length: part }, (_, g) => group(s * part + g)).flat(),
  }))
  const form = { id: 'F_large', version: 1, title: words('Большая форма', 'Вялікая форма', 'A large form'), requires_signature: false, steps }
  writeFileSync(join(sources, 'forms/F_large.yaml'), JSON.stringify(form))
  const procedure = readFileSync(join(sources, 'procedures/200.17.1.yaml'), 'utf8')
    .replace(/^code: .*$/m, `code: "${largeProcedure}"`)
    .replace(/^number: .*$/m, 'number: "99.1"')
    .replace(/^number_in_orders: .*$/m, 'number_in_orders: 999')
    .replace(/^form:[\s\S]*$/m, 'form: F_large\n')
  writeFileSync(join(sources, `procedures/${largeProcedure}.yaml`), procedure)

  const catalogue = readFileSync(join(sources, 'catalogue.yaml'), 'utf8')
  writeFileSync(join(sources, 'catalogue.yaml'), catalogue.replace(/^order: \[/m, `order: ["${largeProcedure}", `))

  const bundle = join(dir, 'bundle')
  const told = execFileSync(
    binary('aknoctl', 'aknoctl'),
    ['form', 'build', sources, '--out', bundle, '--serial', '999', '--json'],
    { encoding: 'utf8' },
  )
  const { hash } = JSON.parse(told) as { hash: string }
  const kept = join(profile, 'packs')
  mkdirSync(kept, { recursive: true, mode: 0o700 })
  mkdirSync(trust, { recursive: true })
  for (const [from, to] of [
    ['manifest.json', '.manifest.json'],
    ['manifest.sig', '.manifest.sig'],
    ['items.jsonl', '.items.jsonl'],
  ] as const)
    copyFileSync(join(bundle, from), join(kept, hash + to))
  copyFileSync(join(bundle, 'publisher.pub'), join(trust, 'publisher.pub'))
}
