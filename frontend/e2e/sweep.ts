// Drafts of every form, filled by the program itself, and a walk over their steps.
import { expect, type Page } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { binary } from './child.ts'
import { example, step, type Answers } from './form.ts'

/** A form and a procedure that has it. */
export interface Form {
  id: string
  procedure: string
}

/** Every full form once, and the general form once. */
export function forms(): Form[] {
  const told = execFileSync(binary('aknoctl', 'aknoctl'), ['form', 'list', '--json'], { encoding: 'utf8' })
  const { procedures } = JSON.parse(told) as { procedures: { code: string; form: string }[] }
  const kinds = new Map<string, Form>()
  for (const { code, form } of procedures) {
    const kind = form.startsWith('G_') ? 'general' : form
    if (!kinds.has(kind)) kinds.set(kind, { id: form, procedure: code })
  }
  return [...kinds.values()]
}

/** A draft that can be opened, with the names of its places in their order. */
export interface Made {
  id: string
  places: string[]
}

interface Value {
  kind: string
  text: string
  bool: boolean
  list: string[]
}
interface Row {
  id: string
}
interface Field {
  id: string
  type: string
  visible: boolean
  rows: Row[]
}
interface View {
  draft: { id: string }
  steps: { id: string; visible: boolean }[]
  fields: Field[]
  fee: string
}
interface Drafts {
  Create(procedure: string): Promise<View>
  Open(id: string): Promise<View>
  Apply(id: string, patches: object[]): Promise<View>
  AddRow(id: string, field: string): Promise<View>
  SetLayout(layout: string): Promise<void>
}
interface Attachments {
  AddFiles(at: object, paths: string[]): Promise<unknown>
}

/** Makes a draft of a procedure with answers, files among them, by calls and not by typing. */
export async function make(page: Page, procedure: string, answers: Answers, paper: string): Promise<Made> {
  const octets = paper && readFileSync(paper).toString('base64')
  return page.evaluate(
    async ({ procedure, answers, octets }) => {
      const { Drafts, Attachments } = (
        window as unknown as { go: { app: { Drafts: Drafts; Attachments: Attachments } } }
      ).go.app
      const value = (v: unknown): Value => {
        const none = { kind: 'none', text: '', bool: false, list: [] as string[] }
        if (typeof v === 'boolean') return { ...none, kind: 'bool', bool: v }
        if (Array.isArray(v)) return { ...none, kind: 'list', list: v.map(String) }
        return { ...none, kind: 'text', text: String(v) }
      }
      const draft = await Drafts.Create(procedure)
      const id = draft.draft.id
      const types = new Map(draft.fields.map((f) => [f.id, f.type]))
      const patches: object[] = []
      const files: string[] = []
      for (const [field, answer] of Object.entries(answers)) {
        const type = types.get(field)
        if (type === undefined) throw new Error('no such question: ' + field)
        if (type === 'file' || type === 'file_list') files.push(field)
        else if (type !== 'table') patches.push({ field, row: '', column: '', value: value(answer) })
        else
          for (const line of answer as Record<string, unknown>[]) {
            const rows = (await Drafts.AddRow(id, field)).fields.find((f) => f.id === field)?.rows
            const row = rows?.at(-1)?.id ?? ''
            for (const [column, cell] of Object.entries(line))
              patches.push({ field, row, column, value: value(cell) })
          }
      }
      await Drafts.Apply(id, patches)
      for (const field of files) {
        const body = Uint8Array.from(atob(octets), (c) => c.charCodeAt(0)).buffer
        const sent = await fetch('/_web/file?name=' + encodeURIComponent('Справка.pdf'), { method: 'POST', body })
        const { path } = (await sent.json()) as { path: string }
        await Attachments.AddFiles({ draft: id, card: '', field, row: '', column: '', aside: false, file: '' }, [path])
      }
      const { steps, fee } = await Drafts.Open(id)
      const places = steps.filter((s) => s.visible).map((s) => s.id)
      return { id, places: [...places, 'check', ...(fee ? ['order'] : [])] }
    },
    { procedure, answers, octets },
  )
}

/** The answers of the example of a form; the general form has none. */
export const answersOf = (form: Form): Answers => (form.id.startsWith('G_') ? {} : example(form.id))

/** Opens an address of the program and waits until its page has its heading and what it loads. */
export async function visit(page: Page, address: string): Promise<void> {
  await page.evaluate((to) => void (location.hash = to), '#' + address)
  await expect(page.getByRole('heading', { level: 1 }).first()).toBeAttached()
  await expect(page.getByText(/^(Загружаем|Загружаем…|Загружаецца)/)).toHaveCount(0)
}

/** Opens a place of a draft. */
export async function place(page: Page, draft: Made, name: string): Promise<void> {
  await page.evaluate((to) => void (location.hash = to), `#/drafts/${draft.id}/${name}`)
  if (name !== 'check' && name !== 'order') await expect(step(page)).toBeVisible()
  await expect(page.getByRole('main').locator('[aria-current]').first()).toBeVisible()
}

/** Opens a draft with all its steps on one page, by choosing it for all drafts; "steps" goes back. */
export async function layOut(page: Page, layout: 'steps' | 'page', draft: Made): Promise<void> {
  await visit(page, '/home') // a draft that is opened anew asks how it is laid out
  await page.evaluate(
    (to) => (window as unknown as { go: { app: { Drafts: Drafts } } }).go.app.Drafts.SetLayout(to),
    layout,
  )
  await place(page, draft, draft.places[0] ?? 'check')
  const sections = step(page).getByRole('heading', { level: 2 })
  if (layout === 'page') await expect(sections).toHaveCount(draft.places.length - (draft.places.includes('order') ? 2 : 1))
  else await expect(sections).toHaveCount(1)
}

/** Goes on from a step without its answers, so that it says what is wrong; false where it has nothing to say. */
export async function wrong(page: Page, name: string): Promise<boolean> {
  const summary = page.locator('.error-summary')
  if (name === 'order') return false
  if (name === 'check') {
    await expect(summary).toBeVisible()
    return true
  }
  const before = page.url()
  await page.locator('.footbar .button--primary').click()
  await expect
    .poll(async () => page.url() !== before || (await summary.isVisible()), { message: 'the step goes on or says why not' })
    .toBe(true)
  return summary.isVisible()
}
