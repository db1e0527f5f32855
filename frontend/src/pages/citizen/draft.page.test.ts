import { render, screen, waitFor, within } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, test } from 'vitest'
import { startApp } from '../../lib/app.svelte.ts'
import type { Patch } from '../../lib/dto.ts'
import { go, path, start } from '../../lib/router.svelte.ts'
import { installFake, type Fake } from '../../testing/fakeApi.ts'
import Draft from './draft.svelte'

let fake: Fake

async function open(id: string, step: string, change: Parameters<typeof installFake>[0] = () => undefined) {
  fake = installFake(change)
  await startApp()
  go('/drafts/:id/:step', { id, step })
  render(Draft, { params: { id, step } })
}

const patches = () => fake.calls.filter((c) => c.name === 'Drafts.Apply').flatMap((c) => c.args[1] as Patch[])

beforeEach(() => start())

describe('a step of a draft', () => {
  test('"next" tells what is wrong at the top with focus and beside the fields, and nothing before', async () => {
    await open('d7', 'housing')
    const number = await screen.findByLabelText('Идентификационный номер собственника')
    expect(number).not.toHaveAttribute('aria-invalid')
    await userEvent.click(screen.getByRole('button', { name: 'Далее' }))
    const summary = await screen.findByRole('alert')
    expect(within(summary).getAllByRole('link')).toHaveLength(2)
    expect(document.activeElement).toContainElement(summary)
    expect(number).toHaveAttribute('aria-invalid', 'true')
    expect(path()).toBe('/drafts/d7/housing')
    await userEvent.click(within(summary).getByRole('link', { name: /^Идентификационный номер/ }))
    expect(number).toHaveFocus()
  })

  test('with everything mended it goes on', async () => {
    await open('d7', 'housing')
    const number = await screen.findByLabelText('Идентификационный номер собственника')
    await userEvent.clear(number)
    await userEvent.type(number, '3140578а021рв5')
    const date = screen.getByLabelText('Дата согласия')
    await userEvent.clear(date)
    await userEvent.type(date, '12.11.2026')
    await userEvent.click(screen.getByRole('button', { name: 'Далее' }))
    await waitFor(() => expect(path()).toBe('/drafts/d7/family'))
    const last = new Map(patches().map((p) => [p.field, p.value.text]))
    expect(last.get('owner_number')).toBe('3140578A021PB5')
    expect(last.get('consent_date')).toBe('2026-11-12')
  })

  test('a choice is sent at once and Go says which fields stay', async () => {
    await open('d7', 'housing')
    await userEvent.click(await screen.findByRole('radio', { name: 'Жильё принадлежит мне' }))
    await waitFor(() => expect(screen.queryByLabelText('Собственник')).toBeNull())
    expect(patches()).toHaveLength(1)
  })

  test('a failure to save keeps what was typed and says so', async () => {
    await open('d7', 'who')
    fake.fail('Drafts.Apply', 'disk_full')
    const name = await screen.findByLabelText('Собственное имя')
    await userEvent.type(name, 'я')
    await userEvent.tab()
    expect(await screen.findByRole('heading', { name: 'Не удалось сохранить' })).toBeInTheDocument()
    expect(name).toHaveValue('Анная')
    await userEvent.click(screen.getByRole('button', { name: 'Повторить' }))
    await waitFor(() => expect(screen.queryByRole('heading', { name: 'Не удалось сохранить' })).toBeNull())
  })

  test('without a step in the address the first incomplete one opens', async () => {
    await open('d7', '')
    await waitFor(() => expect(path()).toBe('/drafts/d7/housing'))
  })

  test('dropped files go to the only place for files', async () => {
    await open('d7', 'housing')
    await screen.findByRole('button', { name: 'Выбрать файлы' })
    fake.drop(['/home/anna/a.pdf'])
    await waitFor(() =>
      expect(fake.calls.at(-1)).toEqual({
        name: 'Attachments.AddFiles',
        args: [
          { draft: 'd7', card: '', field: 'consent_file', row: '', column: '', aside: false, file: '' },
          ['/home/anna/a.pdf'],
        ],
      }),
    )
  })
})

describe('all steps on one page', () => {
  const onPage: Parameters<typeof installFake>[0] = (w) => w.drafts.forEach((d) => (d.layout = 'page'))

  test('begins at the first answer that is wrong or missing, and Enter goes to the next field', async () => {
    await open('d7', 'who', onPage)
    await waitFor(() => expect(screen.getByLabelText('Фамилия')).toHaveFocus())
    await userEvent.keyboard('{Enter}')
    expect(screen.getByLabelText('Собственное имя')).toHaveFocus()
    expect(path()).toBe('/drafts/d7/who')
  })

  test('tells an error when its field is left, and not before', async () => {
    await open('d7', 'housing', onPage)
    const number = await screen.findByLabelText('Идентификационный номер собственника')
    await waitFor(() => expect(number).toHaveFocus())
    expect(number).not.toHaveAttribute('aria-invalid')
    await userEvent.tab()
    expect(number).toHaveAttribute('aria-invalid', 'true')
    expect(screen.queryByRole('alert')).toBeNull()
  })

  test('Ctrl+Enter sums everything up with focus, which stays in the field while the errors are mended', async () => {
    await open('d7', 'housing', onPage)
    const number = await screen.findByLabelText('Идентификационный номер собственника')
    await waitFor(() => expect(number).toHaveFocus())
    await userEvent.keyboard('{Control>}{Enter}{/Control}')
    const summary = await screen.findByRole('alert')
    expect(document.activeElement).toContainElement(summary)
    expect(within(summary).getAllByRole('link').length).toBeGreaterThan(1)
    await userEvent.keyboard('{F8}')
    expect(number).toHaveFocus()
    await userEvent.clear(number)
    await userEvent.type(number, '3140578A021PB5')
    await waitFor(() => expect(patches().at(-1)?.value.text).toBe('3140578A021PB5'))
    expect(number).toHaveFocus()
  })

  test('F6 goes to the next section, Alt with a digit to any', async () => {
    await open('d7', 'who', onPage)
    await waitFor(() => expect(screen.getByLabelText('Фамилия')).toHaveFocus())
    await userEvent.keyboard('{F6}')
    expect(screen.getByLabelText('Идентификационный номер собственника')).toHaveFocus()
    await userEvent.keyboard('{Alt>}[Digit1]{/Alt}')
    expect(screen.getByLabelText('Фамилия')).toHaveFocus()
  })

  test('is chosen by a switch and kept', async () => {
    await open('d7', 'who')
    await userEvent.click(await screen.findByRole('radio', { name: 'На одной странице' }))
    expect(await screen.findByRole('heading', { level: 2, name: 'Подтверждение' })).toBeInTheDocument()
    expect(fake.calls.some((c) => c.name === 'Drafts.SetLayout' && c.args[0] === 'page')).toBe(true)
  })
})

describe('what is known for a question', () => {
  const offered: Parameters<typeof installFake>[0] = (w) => {
    const value = { kind: 'text', text: 'Ковалёва', bool: false, list: [] }
    for (const d of w.drafts) {
      d.offers = [{ field: 'surname', value, source: 'application', sourceDate: '2026-03-12' }]
      d.fields = d.fields.map((f) =>
        f.id === 'surname' ? { ...f, value, source: 'application', sourceDate: '2026-03-12' } : f,
      )
    }
  }

  test('is told with its day, refused by one key and taken by the same', async () => {
    await open('d7', 'who', offered)
    const surname = await screen.findByLabelText('Фамилия')
    expect(surname).toHaveAccessibleDescription(/Из заявления от 12\sмарта/)
    surname.focus()
    await userEvent.keyboard('{F4}')
    expect(surname).toHaveValue('')
    expect(surname).toHaveFocus()
    expect(await screen.findByText(/Из заявления от 12\sмарта: Ковалёва/)).toBeInTheDocument()
    await userEvent.keyboard('{F4}')
    await waitFor(() => expect(surname).toHaveValue('Ковалёва'))
  })

  test('is not offered over what the person wrote', async () => {
    await open('d7', 'who', offered)
    const surname = await screen.findByLabelText('Фамилия')
    await userEvent.clear(surname)
    await userEvent.type(surname, 'Иванова')
    await userEvent.keyboard('{F4}')
    await userEvent.tab()
    expect(surname).toHaveValue('Иванова')
    expect(fake.calls.some((c) => c.name === 'Drafts.TakeOffer')).toBe(false)
  })
})

describe('the check of a draft', () => {
  test('errors lead back to their steps', async () => {
    await open('d7', 'check', (w) => {
      w.check = {
        ready: false,
        errors: [
          {
            field: 'owner',
            step: 'housing',
            label: { ru: 'Собственник', be: '', en: '' },
            code: 'required',
            text: { ru: '', be: '', en: '' },
          },
        ],
      }
    })
    await userEvent.click(await screen.findByRole('link', { name: 'Собственник: заполните это поле' }))
    expect(path()).toBe('/drafts/d7/housing')
  })
  test('skipped answers say so, and an order is asked for before signing', async () => {
    await open('d7', 'check')
    expect(await screen.findByText('Не указано')).toBeInTheDocument()
    await userEvent.click(screen.getByRole('button', { name: 'Получить код заказа' }))
    await waitFor(() => expect(path()).toBe('/drafts/d7/order'))
  })
})

describe('the order of a draft', () => {
  test('shows the code in groups and copies it without blanks', async () => {
    const user = userEvent.setup()
    await open('d8', 'order')
    expect(await screen.findByText('193580')).toBeInTheDocument()
    await user.click(screen.getByRole('button', { name: 'Скопировать' }))
    expect(await navigator.clipboard.readText()).toBe('900000002611180051348207193580')
  })
  test('a stated operation is a proof and opens the way to signing', async () => {
    await open('d8', 'order')
    await userEvent.click(await screen.findByRole('button', { name: 'Ввести номер операции ЕРИП' }))
    await userEvent.type(screen.getByLabelText('Номер операции из чека'), '000123456')
    await userEvent.click(screen.getByRole('button', { name: 'Запомнить' }))
    expect(await screen.findByRole('button', { name: 'Подписать' })).toBeInTheDocument()
    expect(fake.calls.find((c) => c.name === 'Drafts.StateTransaction')?.args).toEqual(['d8', '000123456'])
  })
})

describe('an order that was paid for other answers', () => {
  test('says so and leads to no signature', async () => {
    await open('d8', 'order', (w) =>
      w.drafts.forEach((d) => (d.order = { ...d.order, status: 'paid', proofReady: false })),
    )
    expect(await screen.findByText(/Верните ответ, от которого она зависит/)).toBeInTheDocument()
    expect(screen.queryByRole('button', { name: 'Подписать' })).not.toBeInTheDocument()
  })
})

const proven: Parameters<typeof installFake>[0] = (w) =>
  w.drafts.forEach((d) => (d.order = { ...d.order, status: 'paid', proofReady: true }))

describe('signing', () => {
  async function dialog(change = proven) {
    await open('d8', 'order', change)
    await userEvent.click(await screen.findByRole('button', { name: 'Подписать' }))
  }

  test('shows what is signed and by whom before the password, then goes to the application', async () => {
    await dialog()
    const box = await screen.findByRole('dialog', { name: 'Подпишите заявление' })
    expect(within(box).getByText('Согласие собственника.pdf')).toBeInTheDocument()
    expect(within(box).getByText(/9C1A44F0/)).toBeInTheDocument()
    const password = await within(box).findByLabelText('Пароль к ключу')
    await userEvent.type(password, 'слова слова')
    await userEvent.click(within(box).getByRole('button', { name: /Подписать как Ковалёва/ }))
    await waitFor(() => expect(path()).toBe('/applications/a1'))
    const begin = fake.calls.find((c) => c.name === 'Drafts.BeginSign')
    expect(begin?.args.slice(0, 3)).toEqual(['d8', 'k1', 'ru'])
    expect(JSON.stringify(fake.calls)).not.toContain('слова')
  })

  test('a wrong password is told in place and the field is empty again', async () => {
    await dialog()
    fake.fail('secret.sign', 'bad_password')
    const password = await screen.findByLabelText('Пароль к ключу')
    await userEvent.type(password, 'не тот{Enter}')
    expect(await screen.findByRole('heading', { name: 'Ключ не открылся' })).toBeInTheDocument()
    expect(screen.getByLabelText('Пароль к ключу')).toHaveValue('')
  })

  test('a level that is too low is asked for with the reason, the draft stays', async () => {
    await dialog((w) => {
      proven(w)
      w.preview = { ...w.preview, needLevel: 'strict' }
    })
    expect(await screen.findByRole('dialog', { name: 'Нужна электронная подпись' })).toBeInTheDocument()
    expect(screen.getByRole('link', { name: 'Войти с подписью' })).toHaveAttribute(
      'href',
      expect.stringContaining('level=strict'),
    )
  })

  test('without keys there is a way out', async () => {
    await dialog((w) => {
      proven(w)
      w.keys = { keys: [], unusable: [], looked: [] }
    })
    expect(await screen.findByRole('heading', { name: 'Ключей не видно' })).toBeInTheDocument()
    expect(screen.getByRole('button', { name: 'Повторить поиск' })).toBeInTheDocument()
  })
})
