import { flushSync } from 'svelte'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Match, RegistrationCard, RegistrationView } from '../../lib/dto.ts'
import { file, person } from '../../testing/samples.ts'
import { emptyCard, matchAfter, saveAfter, Work } from './card.svelte.ts'

const view = (card: RegistrationCard, over: Partial<RegistrationView> = {}): RegistrationView => ({
  id: card.id || 'r1',
  status: 'local',
  card: { ...card, id: card.id || 'r1' },
  claimed: false,
  application: file(),
  consent: file(),
  applicationScan: file(),
  consentScan: file(),
  createdAt: '2026-11-21T11:31:00Z',
  issuedAt: '',
  errors: [],
  scanMax: 25 << 20,
  waiting: [],
  ...over,
})

const match = (over: Partial<Match> = {}): Match => ({
  accountId: 'm1',
  exact: true,
  status: 'active',
  maxLevel: 'email',
  person: person(),
  maskedEmail: '',
  createdAt: '',
  ...over,
})

const refusal = (code: string, fields: Record<string, string> = {}) =>
  Promise.reject(new Error(JSON.stringify({ code, fields })))

const number = { number: '4120785A021PB6', repaired: false, problem: '', birthDate: '1985-07-12', sex: 'f' }
let methods: Record<string, ReturnType<typeof vi.fn>>

beforeEach(() => {
  vi.useFakeTimers()
  methods = {
    Save: vi.fn(async (card: RegistrationCard) => view(card)),
    Start: vi.fn(async (card: RegistrationCard) => view(card, { status: 'ui_draft' })),
    Matches: vi.fn(async () => [] as Match[]),
    CheckNumber: vi.fn(async () => number),
    Transliterate: vi.fn(async () => ['KAVALIOVA', 'HANNA']),
    Verify: vi.fn(async () => view(emptyCard('ru'), { status: 'ui_checked' })),
    SlipPrinted: vi.fn(async () => undefined),
  }
  Object.assign(window, { go: { app: { Clerk: methods } } })
})
afterEach(() => {
  vi.useRealTimers()
  delete (window as { go?: unknown }).go
})

describe('a card at the counter', () => {
  test('is kept within 300 ms after a key, once for the keys between', async () => {
    const work = new Work('ru')
    work.set('person', 'surname', 'К')
    await vi.advanceTimersByTimeAsync(saveAfter - 1)
    work.set('person', 'surname', 'Ко')
    expect(methods.Save).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(methods.Save).toHaveBeenCalledTimes(1)
    expect(methods.Save?.mock.calls[0]?.[0].person.surname).toBe('Ко')
    expect(work.card.id).toBe('r1')
    expect(work.blank).toBe(false)
  })

  test('gets one id even when it is typed into while the first save is on its way', async () => {
    let answer: (value: RegistrationView) => void = () => undefined
    methods.Save?.mockImplementationOnce(() => new Promise((done) => (answer = done)))
    const work = new Work('ru')
    work.set('person', 'surname', 'К')
    const first = work.flush()
    work.set('person', 'name', 'А')
    const second = work.flush()
    await vi.advanceTimersByTimeAsync(0)
    expect(methods.Save).toHaveBeenCalledTimes(1)
    answer(view(emptyCard('ru')))
    await Promise.all([first, second])
    expect(methods.Save).toHaveBeenCalledTimes(2)
    expect(methods.Save?.mock.calls[1]?.[0].id).toBe('r1')
    expect(work.card.person.surname).toBe('К')
  })

  test('says when it could not be kept, and is kept with the next change', async () => {
    methods.Save?.mockImplementationOnce(() => refusal('disk_full'))
    const work = new Work('ru')
    work.set('person', 'surname', 'К')
    await work.flush()
    expect(work.notSaved).toBe(true)
    await work.flush()
    expect(work.notSaved).toBe(false)
    expect(methods.Save).toHaveBeenCalledTimes(2)
  })

  test('takes the birth date and the sex from the number, but not over what was typed', async () => {
    const work = new Work('ru')
    work.set('person', 'sex', 'm')
    work.set('person', 'personalNumber', '4120785A021PB6')
    await work.checkNumber()
    expect(work.card.person.birthDate).toBe('1985-07-12')
    expect(work.card.person.sex).toBe('m')
    expect([...work.filled]).toEqual(['birthDate'])
    work.set('person', 'birthDate', '1985-07-13')
    expect([...work.filled]).toEqual([])
  })

  test('suggests the Latin spelling anew until it is typed by hand', async () => {
    const work = new Work('be')
    work.set('person', 'surnameBe', 'Кавалёва')
    await work.transliterate()
    expect(work.card.person.surnameLatin).toBe('KAVALIOVA')
    methods.Transliterate?.mockResolvedValue(['KAVALIOVA-ZHUK', 'HANNA'])
    await work.transliterate()
    expect(work.card.person.surnameLatin).toBe('KAVALIOVA-ZHUK')
    work.set('person', 'surnameLatin', 'KOVALEVA')
    await work.transliterate()
    expect(work.card.person.surnameLatin).toBe('KOVALEVA')
  })
})

describe('matches', () => {
  test('are sought after a pause, with a whole number or a whole name and a date', async () => {
    const work = new Work('ru')
    work.set('person', 'surname', 'Ковалёва')
    work.set('person', 'name', 'Анна')
    await vi.advanceTimersByTimeAsync(matchAfter)
    expect(methods.Matches).not.toHaveBeenCalled()
    work.set('person', 'birthDate', '1985-07-12')
    await vi.advanceTimersByTimeAsync(matchAfter)
    expect(methods.Matches).toHaveBeenCalledTimes(1)
    work.set('document', 'issuer', 'РУВД')
    await vi.advanceTimersByTimeAsync(matchAfter)
    expect(methods.Matches).toHaveBeenCalledTimes(1)
    expect(work.sought).toBe(true)
  })

  test('must be resolved, and a change of the person asks again', async () => {
    methods.Matches?.mockResolvedValue([match()])
    const work = new Work('ru')
    work.set('person', 'personalNumber', '4120785A021PB6')
    await vi.advanceTimersByTimeAsync(matchAfter)
    expect(work.resolved).toBe(false)
    work.claim('m1')
    expect(work.resolved).toBe(true)
    work.set('person', 'personalNumber', '4120785A021PB7')
    expect(work.card.claimAccountId).toBe('')
    expect(work.resolved).toBe(false)
    work.other('Другая дата рождения')
    expect(work.resolved).toBe(true)
  })

  test('of a person who was changed meanwhile are not shown', async () => {
    let answer: (value: Match[]) => void = () => undefined
    methods.Matches?.mockImplementationOnce(() => new Promise((done) => (answer = done)))
    const work = new Work('ru')
    work.set('person', 'personalNumber', '4120785A021PB6')
    await vi.advanceTimersByTimeAsync(matchAfter)
    work.set('person', 'personalNumber', '3110575A001PB7')
    await vi.advanceTimersByTimeAsync(matchAfter)
    answer([match()])
    await vi.advanceTimersByTimeAsync(0)
    expect(work.matches).toEqual([])
  })
})

describe('the steps', () => {
  test('keep what was typed before they begin', async () => {
    const work = new Work('ru')
    work.set('person', 'surname', 'Ковалёва')
    expect(await work.start()).toBe(true)
    expect(methods.Save).toHaveBeenCalledBefore(methods.Start as never)
    expect(methods.Start?.mock.calls[0]?.[0].id).toBe('r1')
    expect(work.open).toBe(false)
  })

  test('name the fields of a refusal, and a change takes its fault away', async () => {
    methods.Start?.mockImplementationOnce(() =>
      refusal('invalid', { expires: 'expired', surname: 'required' }),
    )
    const work = new Work('ru')
    expect(await work.start()).toBe(false)
    expect(work.errors).toEqual({ expires: 'expired', surname: 'required' })
    work.set('document', 'expires', '2031-03-19')
    flushSync()
    expect(work.errors).toEqual({ surname: 'required' })
  })

  test('look for matches again when the portal knows the person', async () => {
    methods.Start?.mockImplementationOnce(() => refusal('registered', { otherPersonReason: 'required' }))
    methods.Matches?.mockResolvedValue([match()])
    const work = new Work('ru')
    work.set('person', 'personalNumber', '4120785A021PB6')
    expect(await work.start()).toBe(false)
    expect(work.matches).toHaveLength(1)
    expect(work.resolved).toBe(false)
  })

  test('ask for the code of a letter and send it with the next press', async () => {
    const work = new Work('ru')
    work.claim('a1')
    methods.Start?.mockImplementationOnce(() => refusal('invalid', { claimCode: 'code_sent' }))
    expect(await work.start()).toBe(false)
    expect([work.coded, work.errors]).toEqual([true, {}])
    work.set('card', 'claimCode', '1234 5678')
    methods.Start?.mockImplementationOnce(() => refusal('invalid', { claimCode: 'code_wrong' }))
    expect(await work.start()).toBe(false)
    expect(methods.Start?.mock.lastCall?.[0].claimCode).toBe('1234 5678')
    expect([work.errors, work.card.claimCode]).toEqual([{ claimCode: 'code_wrong' }, '1234 5678'])
    methods.Start?.mockImplementationOnce(() => refusal('invalid', { claimCode: 'code_expired' }))
    expect(await work.start()).toBe(false)
    expect([work.errors, work.card.claimCode]).toEqual([{ claimCode: 'code_expired' }, ''])
    work.claim('')
    expect(work.coded).toBe(false)
  })

  test('are one at a time', async () => {
    const work = new Work('ru')
    const first = work.start()
    expect(await work.start()).toBe(false)
    await first
    expect(methods.Start).toHaveBeenCalledTimes(1)
  })

  test('who types without a pause is kept up with', async () => {
    const work = new Work('ru')
    for (let i = 1; i <= 8; i++) {
      work.set('person', 'surname', 'Ковалёва'.slice(0, i))
      await vi.advanceTimersByTimeAsync(200)
    }
    expect(methods.Save?.mock.calls.length).toBeGreaterThanOrEqual(4)
  })
})
