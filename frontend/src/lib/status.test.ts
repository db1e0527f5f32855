import { describe, expect, test } from 'vitest'
import { t } from './i18n.svelte.ts'
import { tagOf } from './status.ts'

// The words of akno.Status and of desktop/cabinet, where an application is on its way.
const known =
  'draft ready signed queued sending format_rejected awaiting_payment payment_submitted payment_rejected submitted ' +
  'registered in_review agency_request clarification granted refused acceptance_refused acceptance_refused_final ' +
  'delivered closed withdrawn cancelled'

describe('the tag of a status', () => {
  test.each(known.split(' '))('has a word of its own for %s', (status) => {
    expect(tagOf(status).text).not.toBe(t('common.status.newer'))
  })
  test('says of a status that it does not know that it is a new one', () => {
    expect(tagOf('of_a_newer_portal').text).toBe(t('common.status.newer'))
  })
})
