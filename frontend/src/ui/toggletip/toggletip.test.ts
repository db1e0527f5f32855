import { render, screen } from '@testing-library/svelte'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, test } from 'vitest'
import { setLang } from '../../lib/i18n.svelte.ts'
import Toggletip from './toggletip.svelte'

beforeEach(() => {
  setLang('ru')
  render(Toggletip, { word: 'сельсовет', text: 'Наименьшая единица деления района.' })
})

const button = () => screen.getByRole('button', { name: 'Что значит «сельсовет»' })

describe('a word that is explained', () => {
  test('is explained in a status when it is asked for, and again asked for closes it', async () => {
    expect(screen.getByRole('status')).toBeEmptyDOMElement()
    await userEvent.click(button())
    expect(screen.getByRole('status')).toHaveTextContent('Наименьшая единица деления района.')
    expect(button()).toHaveAttribute('aria-expanded', 'true')
    await userEvent.click(button())
    expect(screen.getByRole('status')).toBeEmptyDOMElement()
  })

  test('Esc closes it and leaves the focus on the button', async () => {
    await userEvent.tab()
    await userEvent.keyboard('{Enter}')
    expect(screen.getByRole('status')).not.toBeEmptyDOMElement()
    await userEvent.keyboard('{Escape}')
    expect(screen.getByRole('status')).toBeEmptyDOMElement()
    expect(button()).toHaveFocus()
  })
})
