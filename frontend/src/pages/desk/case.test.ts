import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { DeskView } from '../../lib/dto.ts'
import { file, noDecision, noOrder, person, text, verdict } from '../../testing/samples.ts'
import { modesOf, Review } from './case.svelte.ts'

const view = (over: Partial<DeskView> = {}, status = 'in_review'): DeskView => ({
  item: {
    id: 'a1',
    procedure: '200.13.1',
    title: text('Регистрация'),
    applicant: 'Ковалёва Анна Петровна',
    status,
    submittedAt: '2026-11-20T09:12:00Z',
    deadline: '2026-11-26',
    daysLeft: 2,
    registrationNumber: '2026-118791',
    assignee: '',
    proposed: false,
    paid: 'free',
  },
  version: '3',
  applicant: person(),
  groups: [],
  document: file({ id: 'doc', name: 'Заявление.pdf' }),
  files: [file({ id: 'f1', name: 'Согласие.pdf' })],
  order: noOrder,
  portal: verdict(),
  own: verdict(),
  history: [],
  questions: [],
  proposal: { id: '', outcome: '', text: '', ground: '', document: file(), proposedAt: '', proposedBy: '' },
  decision: noDecision,
  allowed: ['ask_applicant', 'request_agency', 'propose'],
  written: [],
  ...over,
})

const refusal = (code: string, fields: Record<string, string> = {}) =>
  Promise.reject(new Error(JSON.stringify({ code, fields })))

let methods: Record<string, ReturnType<typeof vi.fn>>
let made = 0
const begin = async (start = view()): Promise<Review> => {
  methods.Get?.mockResolvedValue(start)
  const review = new Review(`a${++made}`)
  await review.load()
  return review
}

beforeEach(() => {
  methods = {
    Get: vi.fn(),
    Keep: vi.fn(async () => undefined),
    Act: vi.fn(async () => view({ version: '4', allowed: [] }, 'clarification')),
  }
  Object.assign(window, { go: { app: { Desk: methods } } })
})
afterEach(() => delete (window as { go?: unknown }).go)

describe('what may be done', () => {
  test.each<[string, string[], string[]]>([
    ['submitted', ['register', 'propose'], ['accept', 'refuse']],
    ['registered', ['take', 'reject_payment', 'propose'], ['take', 'refuse', 'payment']],
    ['in_review', ['request_agency', 'ask_applicant', 'propose'], ['decide', 'ask', 'agency']],
    ['agency_request', ['agency_answer', 'propose'], ['answer', 'decide']],
    ['in_review', ['return_proposal', 'decide'], ['sign', 'return']],
    ['clarification', [], ['wait']],
  ])('in %s with %j is %j', (status, allowed, want) =>
    expect(modesOf(view({ allowed }, status))).toEqual(want),
  )

  test('is nothing but reading once it is decided', () => {
    expect(
      modesOf(view({ allowed: [], decision: { ...noDecision, number: 'Р-1/2026' } }, 'granted')),
    ).toEqual(['done'])
  })
  test('in a request to another body is only a refusal', async () => {
    const review = await begin(view({ allowed: ['propose'] }, 'agency_request'))
    expect(review.outcomes).toEqual(['refused'])
    expect(review.writing.outcome).toBe('refused')
  })
})

describe('a step', () => {
  test('is not sent without its words', async () => {
    const review = await begin()
    review.choose('ask')
    expect(await review.act('ask_applicant')).toBe(false)
    expect(review.errors).toEqual({ text: 'required' })
    expect(methods.Act).not.toHaveBeenCalled()
    review.write({ text: 'Приложите вторую страницу' })
    expect(review.errors).toEqual({})
    expect(await review.act('ask_applicant')).toBe(true)
    expect(methods.Act?.mock.calls[0]?.[1]).toMatchObject({
      event: 'ask_applicant',
      outcome: '',
      version: '3',
    })
  })

  test('of refusing needs reasons and a ground, of granting no ground', async () => {
    const review = await begin()
    review.write({ outcome: 'refused', text: 'Документы недействительны' })
    expect(review.missing()).toEqual({ ground: 'required' })
    review.write({ outcome: 'granted' })
    expect(review.missing()).toEqual({})
  })

  test('keeps what was written when another application is looked at', async () => {
    const review = await begin()
    review.choose('ask')
    review.write({ text: 'Начало вопроса' })
    review.choose('decide')
    review.choose('ask')
    expect(review.writing.text).toBe('Начало вопроса')
    const again = new Review(review.id)
    await again.load()
    again.choose('ask')
    expect(again.writing.text).toBe('Начало вопроса')
  })

  test('hands over what is written, and takes up what an earlier run kept', async () => {
    const review = await begin()
    review.choose('ask')
    review.write({ text: 'Половина вопроса' })
    await review.keep()
    expect(methods.Keep).toHaveBeenLastCalledWith(
      review.id,
      expect.arrayContaining([expect.objectContaining({ mode: 'ask', text: 'Половина вопроса' })]),
    )
    const other = new Review('0193f0a0-0000-7000-8000-00000000ffff')
    methods.Get?.mockResolvedValue(
      view({ written: [{ mode: 'ask', outcome: '', text: 'Было набрано вчера', ground: '' }] }),
    )
    await other.load()
    other.choose('ask')
    expect(other.writing.text).toBe('Было набрано вчера')
  })

  test('that came too late shows what is now, and why it was refused', async () => {
    const review = await begin()
    methods.Act?.mockImplementationOnce(() => refusal('conflict'))
    methods.Get?.mockResolvedValue(view({ version: '9', allowed: [] }, 'withdrawn'))
    review.write({ outcome: 'granted', text: 'Зарегистрировать' })
    expect(await review.act('propose')).toBe(false)
    expect(review.view?.version).toBe('9')
    expect(review.mode).toBe('wait')
    expect(review.failure?.code).toBe('conflict')
  })

  test('that was refused for a field names the field', async () => {
    const review = await begin()
    methods.Act?.mockImplementationOnce(() => refusal('invalid', { ground: 'required' }))
    review.write({ outcome: 'granted', text: 'Зарегистрировать' })
    await review.act('propose')
    expect(review.errors).toEqual({ ground: 'required' })
    expect(review.failure).toBeUndefined()
  })
})

describe('documents', () => {
  test('are opened one after another, and stay opened', async () => {
    const review = await begin()
    expect(review.files.map((f) => f.id)).toEqual(['doc', 'f1'])
    expect(review.unopened?.id).toBe('doc')
    review.open(review.files[0]!)
    expect(review.unopened?.id).toBe('f1')
    review.open(review.files[1]!)
    expect(review.unopened).toBeUndefined()
    expect(new Review(review.id).opened.size).toBe(2)
  })
  test('of an answer count too, once', async () => {
    const question = {
      id: 'q',
      askedAt: '',
      text: '',
      dueDate: '',
      answer: 'да',
      answeredAt: '2026-11-21T10:00:00Z',
    }
    const files = [file({ id: 'f1' }), file({ id: 'f9' })]
    const review = await begin(view({ questions: [{ ...question, files }] }))
    expect(review.files.map((f) => f.id)).toEqual(['doc', 'f1', 'f9'])
  })
})
