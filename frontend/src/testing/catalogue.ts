// The catalogue of the world of samples.
import type { CatalogueList, CatalogueQuery, ProcedureCard, ProcedureView } from '../lib/dto.ts'
import * as s from './samples.ts'
import { birth, copy, family, housing, residence } from './titles.ts'
import type { World } from './world.ts'

const { text } = s

/** The procedures that are known. */
export function procedures(): ProcedureCard[] {
  const card = s.procedureCard
  const closed = { allowed: false, closedReason: 'level_strict' }
  const civil = text('Отдел загса', 'Аддзел загса', 'Civil registry')
  const centre = text('Расчётный центр', 'Разліковы цэнтр', 'Settlement centre')
  return [
    card({ code: '200.13.1', title: residence }),
    card({
      code: '200.5.13',
      number: '5.13',
      title: birth,
      category: 'civil',
      body: civil,
      fee: '45.00',
      termValue: 2,
      level: 'email',
    }),
    card({
      code: '200.1.3.1',
      number: '1.3.1',
      title: family,
      category: 'housing',
      body: centre,
      feeKind: 'free',
      fee: '',
      termUnit: 'same_day',
      level: 'email',
    }),
    card({
      code: '200.1.1.5',
      number: '1.1.5',
      title: housing,
      category: 'housing',
      feeKind: 'free',
      fee: '',
      termValue: 1,
      termUnit: 'months',
      ...closed,
    }),
    card({
      code: '200.11.1.1',
      number: '11.1.1',
      title: text(
        'Выдача паспорта гражданина Республики Беларусь',
        'Выдача пашпарта грамадзяніна Рэспублікі Беларусь',
        'Issue of a passport',
      ),
      category: 'identity',
      fee: '45.00',
      feeVaries: true,
      termValue: 1,
      termUnit: 'months',
      formId: '',
      ...closed,
    }),
    card({
      code: '200.1.3.2',
      number: '1.3.2',
      title: copy,
      category: 'housing',
      body: centre,
      feeKind: 'free',
      fee: '',
      termValue: 5,
      termUnit: 'days',
      level: 'non_strict',
    }),
  ]
}

/** The catalogue after a search. */
export function catalogueList(w: World, q: CatalogueQuery): CatalogueList {
  const words = q.search.toLowerCase()
  const items = w.procedures.filter(
    (p) =>
      (p.title.ru.toLowerCase().includes(words) ||
        p.title.be.toLowerCase().includes(words) ||
        p.number === words) &&
      (!q.category || p.category === q.category) &&
      (!q.onlyOpen || p.allowed) &&
      (!q.onlyFree || p.feeKind === 'free'),
  )
  const counts = new Map<string, number>()
  for (const p of w.procedures) counts.set(p.category, (counts.get(p.category) ?? 0) + 1)
  return {
    version: '2026-11-21',
    total: w.procedures.length,
    items,
    categories: [...counts].map(([category, count]) => ({ category, count })),
  }
}

/** A procedure's page. */
export function documentsOf(w: World, code: string): ProcedureView {
  const card = w.procedures.find((p) => p.code === code)
  if (!card) throw new Error('{"code":"not_found","ref":"K3F9QX"}')
  return {
    card,
    applicants: ['citizen', 'foreigner'],
    documents: [
      { name: text('заявление', 'заява', 'application'), condition: text('', '', '') },
      {
        name: text(
          'паспорт или иной документ, удостоверяющий личность',
          'пашпарт або іншы дакумент, які сведчыць асобу',
          'identity document',
        ),
        condition: text('', '', ''),
      },
      {
        name: text(
          'согласие собственника жилого помещения',
          'згода ўласніка жылога памяшкання',
          'consent of the owner',
        ),
        condition: text(
          'если жильё принадлежит другому',
          'калі жыллё належыць іншаму',
          'if the dwelling belongs to another',
        ),
      },
    ],
    feeLines: card.fee
      ? [
          { variant: '', adds: false, amount: card.fee },
          { variant: 'urgent', adds: true, amount: '90.00' },
        ]
      : [],
    validity: 'indefinite',
    validFor: 0,
    validText: text(''),
    extended: '',
    complaint: true,
    sources: ['Указ Президента Республики Беларусь от 26.04.2010 № 200'],
    note: '',
    unverified: true,
  }
}
