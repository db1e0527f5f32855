import { beforeEach, describe, expect, test, vi } from 'vitest'
import { toasts } from '../lib/toasts.svelte.ts'
import { setLang } from '../lib/i18n.svelte.ts'
import { installFake, type Fake } from '../testing/fakeApi.ts'
import { file } from '../testing/samples.ts'
import { budgetOf, Files, limitsOf, receiptPlace } from './files.svelte.ts'

let fake: Fake
const scan = { field: 'consent', row: '', column: '' }
const paper = { field: 'consent_file', row: '', column: '' }

beforeEach(() => {
  setLang('ru')
  fake = installFake()
})

function open(owner: { draft: string; card: string }, waits = { n: 0 }) {
  const host = {
    owner: () => owner,
    take: vi.fn(() => void waits.n++),
    waiting: () => waits.n - 1,
    fail: vi.fn(),
  }
  return { files: new Files(host), host }
}

describe('files at a place', () => {
  test('go where the place belongs to: a draft, its order, a card of One Window', async () => {
    await open({ draft: 'd7', card: '' }).files.pick(paper)
    await open({ draft: 'd7', card: '' }).files.add(receiptPlace, ['/чек.pdf'])
    fake.fail('Attachments.PickFiles', 'forbidden')
    await open({ draft: '', card: 'r1' }).files.pick(scan)
    const at = fake.calls.map(
      (c) => [c.name, c.args[0]] as [string, { draft: string; card: string; field: string }],
    )
    expect(at.map(([name, p]) => [name, p.draft, p.card, p.field])).toEqual([
      ['Attachments.PickFiles', 'd7', '', 'consent_file'],
      ['Attachments.AddFiles', 'd7', '', 'order.receipt'],
      ['Attachments.PickFiles', '', 'r1', 'consent'],
    ])
  })

  test('open the tray when more pictures wait than before', async () => {
    const { files } = open({ draft: 'd7', card: '' })
    await files.pick(paper)
    expect(files.layer).toEqual({ kind: 'pictures', place: paper, file: '' })
  })

  test('a refusal stands at its place until the next attempt', async () => {
    const { files, host } = open({ draft: 'd7', card: '' })
    fake.fail('Attachments.AddFiles', 'too_large')
    await files.add(paper, ['/фильм.pdf'])
    expect(files.refused(paper)[0]).toMatch(/файл/i)
    expect(files.refused(receiptPlace)).toEqual([])
    expect(host.fail).not.toHaveBeenCalled()
    await files.add(paper, ['/скан.pdf'])
    expect(files.refused(paper)).toEqual([])
  })

  test('F4 scans where a scanner is, and asks for a file where none is', async () => {
    const { files } = open({ draft: '', card: 'r1' })
    files.scanOrPick(scan)
    await vi.waitFor(() => expect(fake.calls.map((c) => c.name)).toEqual(['Attachments.PickFiles']))
    files.sources.view = { ...files.sources.view, scanner: true }
    files.scanOrPick(scan)
    expect(files.layer?.kind).toBe('scan')
  })

  test('what is dropped beside several places is told, and nothing is taken', () => {
    const { files } = open({ draft: 'd7', card: '' })
    files.drop(undefined, ['/a.pdf'])
    expect(fake.calls).toEqual([])
    expect(toasts().at(-1)?.text()).toBe('Отпустите файл над местом, куда его приложить')
  })
})

test('limits and what is taken of them are said, of the application where it has a bound', () => {
  expect(limitsOf(['application/pdf', 'image/jpeg'], 10 << 20)).toMatch(/^PDF, JPG, .*10\sМБ/)
  expect(budgetOf([], 10 << 20, 1)).toBeUndefined()
  const one = [file({ size: 5 << 20 })]
  expect(budgetOf(one, 10 << 20, 1)).toEqual({ text: 'Здесь занято 5\u00a0МБ из 10\u00a0МБ', part: 0.5 })
  const whole = { bytes: 60 << 20, files: 3, maxBytes: 50 << 20, maxFiles: 30 }
  const over = budgetOf(one, 10 << 20, 1, whole)
  expect(over?.part).toBeGreaterThan(1)
  expect(over?.text).toMatch(/файлов 3 из 30: это больше/)
})
