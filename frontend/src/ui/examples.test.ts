import axe from 'axe-core'
import { render } from '@testing-library/svelte'
import type { Component } from 'svelte'
import { beforeEach, describe, expect, test } from 'vitest'
import { setLang } from '../lib/i18n.svelte.ts'
import type { Example } from './examples.ts'

const all = import.meta.glob<{ default: Example[] }>('./*/examples.ts', { eager: true })

beforeEach(() => setLang('ru'))

describe.each(Object.entries(all))('%s', (_path, { default: examples }) => {
  test.each(examples.map((e) => [e.name, e] as const))(
    '%s has nothing that axe complains about',
    async (_name, e) => {
      const { container } = render(e.component as Component<Record<string, unknown>>, e.props)
      // Colours and the layout of a page are looked at in a browser.
      const found = await axe.run(container, {
        rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
      })
      expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`)).toEqual([])
    },
  )
})
