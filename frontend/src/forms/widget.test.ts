import { render, screen } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { setLang } from '../lib/i18n.svelte.ts'
import { cellView, file, noValue, text, valueOf } from '../testing/samples.ts'
import { installFake } from '../testing/fakeApi.ts'
import { Files } from './files.svelte.ts'
import Widget, { type Answer, type FileDesk } from './widget.svelte'

beforeEach(() => setLang('ru'))

const choices = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ value: `v${i}`, label: text(`Вариант ${i}`) }))

/** The place for files that the widget is, with what is done at it. */
function desk(): FileDesk {
  const files = new Files({
    owner: () => ({ draft: 'd7', card: '' }),
    take: () => undefined,
    waiting: () => 0,
    fail: () => undefined,
  })
  const budget = { bytes: 0, files: 0, maxBytes: 50 << 20, maxFiles: 30 }
  return { files, place: { field: 'x', row: '', column: '' }, budget, open: vi.fn() }
}

function show(over: Partial<Answer['view']> = {}, rest: Partial<Answer> = {}, files?: FileDesk) {
  const acts = {
    type: vi.fn(),
    settle: vi.fn(),
  }
  const view = cellView({ label: text('Название'), ...over })
  render(Widget, {
    answer: { id: 'x', view, value: view.value, errors: [], warnings: [], ...rest },
    acts,
    files,
  })
  return acts
}

describe('the kind of a field chooses the control', () => {
  test.each([
    ['text', 'textbox'],
    ['textarea', 'textbox'],
    ['date', 'textbox'],
    ['money', 'textbox'],
    ['personal_number', 'textbox'],
    ['checkbox', 'checkbox'],
    ['select', 'combobox'],
  ])('%s is a %s with its label', (type, role) => {
    show({ type, options: choices(2) })
    expect(screen.getByRole(role, { name: /Название/ })).toBeInTheDocument()
  })
  test('up to ten choices are a native list, more are searched', () => {
    show({ type: 'select', options: choices(10) })
    expect(screen.getByRole('combobox').tagName).toBe('SELECT')
    document.body.replaceChildren()
    show({ type: 'select', options: choices(11) })
    expect(screen.getByRole('combobox').tagName).toBe('INPUT')
  })
  test('radios stand in a group with the question', () => {
    show({ type: 'radio', options: choices(3) })
    expect(screen.getByRole('group', { name: 'Название' })).toBeInTheDocument()
    expect(screen.getAllByRole('radio')).toHaveLength(3)
  })
})

describe('what is said beside the control', () => {
  test('hint, error and doubt are tied to it in the order of reading', () => {
    show({ hint: text('Как в паспорте') }, { errors: ['required'], warnings: ['expired'] })
    const input = screen.getByRole('textbox')
    expect(input).toHaveAttribute('aria-invalid', 'true')
    expect(input).toHaveAccessibleDescription('Как в паспорте Заполните это поле Срок документа прошёл')
  })
  test('an optional one says so, a required one has no star', () => {
    show({ required: false })
    expect(screen.getByText(/необязательно/)).toBeInTheDocument()
    expect(document.body).not.toHaveTextContent('*')
  })
  test('a prefilled value names its source and can be made empty', async () => {
    const acts = show({ value: valueOf('Анна') }, { source: 'profile' })
    expect(screen.getByRole('textbox')).toHaveAccessibleDescription('Из вашего профиля F4: Вернуть пустое')
    await userEvent.click(screen.getByRole('button', { name: 'Вернуть пустое' }))
    expect(acts.settle).toHaveBeenCalledWith(noValue)
  })
  test('a suggestion is taken over by one press', async () => {
    const acts = show({}, { suggest: 'KAVALIOVA' })
    await userEvent.click(screen.getByRole('button', { name: 'Подставить «KAVALIOVA»' }))
    expect(acts.settle).toHaveBeenCalledWith(valueOf('KAVALIOVA'))
  })
})

describe('what a person does', () => {
  test('typing is told at once, leaving settles it', async () => {
    const acts = show()
    await userEvent.type(screen.getByRole('textbox'), 'Ян')
    expect(acts.type).toHaveBeenLastCalledWith(valueOf('Ян'))
    await userEvent.tab()
    expect(acts.settle).toHaveBeenLastCalledWith(valueOf('Ян'))
  })
  test('Cyrillic look-alikes of a number become Latin while typing, and that is said', async () => {
    const acts = show({ type: 'personal_number' })
    await userEvent.type(screen.getByRole('textbox'), '3110575а001рв7')
    expect(acts.type).toHaveBeenLastCalledWith(valueOf('3110575A001PB7'))
    expect(screen.getByText('Кириллические буквы заменены латинскими')).toBeVisible()
  })
  test('a date is taken in several spellings and shown in one', async () => {
    const acts = show({ type: 'date', value: valueOf('2026-11-21') })
    const input = screen.getByRole('textbox')
    expect(input).toHaveValue('21.11.2026')
    await userEvent.clear(input)
    await userEvent.type(input, '02081990')
    await userEvent.tab()
    expect(acts.settle).toHaveBeenLastCalledWith(valueOf('1990-08-02'))
  })
  test('several choices keep the order of the list', async () => {
    const value = { kind: 'list', text: '', bool: false, list: ['v2'] }
    const acts = show({ type: 'multiselect', options: choices(3), value })
    await userEvent.click(screen.getByRole('checkbox', { name: 'Вариант 0' }))
    expect(acts.settle).toHaveBeenCalledWith({ ...value, list: ['v0', 'v2'] })
  })
  test('files say their limits, open and go', async () => {
    const one = file({ id: 'f1', name: 'Согласие.pdf', size: 1_258_291, mediaType: 'application/pdf' })
    const fake = installFake()
    const files = desk()
    const taking = { maxFiles: 3, maxBytes: 10_485_760, fileTypes: ['application/pdf', 'image/png'] }
    show({ type: 'file_list', files: [one], ...taking }, {}, files)
    expect(screen.getByText(/PDF, PNG, не больше/)).toBeInTheDocument()
    await userEvent.click(screen.getByRole('button', { name: 'Посмотреть «Согласие.pdf»' }))
    expect(files.open).toHaveBeenCalledWith(one)
    const at = { draft: 'd7', card: '', field: 'x', row: '', column: '', aside: false, file: '' }
    await userEvent.click(screen.getByRole('button', { name: 'Удалить «Согласие.pdf»' }))
    await userEvent.click(screen.getByRole('button', { name: 'Выбрать файлы' }))
    expect(fake.calls.filter((c) => c.name.startsWith('Attachments.'))).toEqual([
      { name: 'Attachments.RemoveFile', args: [{ ...at, file: 'f1' }] },
      { name: 'Attachments.PickFiles', args: [at] },
    ])
  })
  test('where no more files fit there is no place for them', () => {
    show(
      {
        type: 'file',
        files: [file({ id: 'f1', name: 'a.pdf' })],
        maxFiles: 1,
        maxBytes: 1,
        fileTypes: [],
      },
      {},
      desk(),
    )
    expect(screen.getByText('a.pdf')).toBeInTheDocument()
    expect(screen.queryByRole('button', { name: 'Выбрать файл' })).toBeNull()
  })
})

test('why only one answer is taken the form says itself', () => {
  const must = text('Процедура 22.3 применяется только без СМР')
  show({ type: 'radio', options: choices(2), must }, { errors: ['must_be'] })
  expect(screen.getByRole('group')).toHaveAccessibleDescription('Процедура 22.3 применяется только без СМР')
  document.body.replaceChildren()
  show({ type: 'checkbox' }, { errors: ['must_be'] })
  expect(screen.getByText('Без этого подтверждения подать заявление нельзя')).toBeInTheDocument()
})

test('an emptied answer says what was there and why', () => {
  const cleared = {
    field: 'x',
    row: '',
    column: '',
    label: text('Район'),
    was: text('Лидский район'),
    cause: text('Область'),
    address: true,
  }
  show({}, { cleared })
  expect(screen.getByRole('textbox')).toHaveAccessibleDescription(
    'Ответ очищен, потому что изменился ответ «Область». Здесь было: Лидский район',
  )
})
