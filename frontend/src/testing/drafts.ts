// A draft of the world of samples, its form and what would be signed.
import type { DraftView, FieldView, Preview, StepView } from '../lib/dto.ts'
import * as s from './samples.ts'

const { text } = s

function fields(): FieldView[] {
  const field = s.fieldView
  const choice = (value: string, ru: string, be: string, en: string) => ({ value, label: text(ru, be, en) })
  return [
    field({
      id: 'surname',
      label: text('Фамилия', 'Прозвішча', 'Surname'),
      value: s.valueOf('Ковалёва'),
      source: 'profile',
    }),
    field({ id: 'name', value: s.valueOf('Анна'), source: 'profile' }),
    field({
      id: 'birth',
      type: 'date',
      label: text('Дата рождения', 'Дата нараджэння', 'Date of birth'),
      value: s.valueOf('1985-07-12'),
    }),
    field({
      id: 'number',
      type: 'personal_number',
      label: text('Идентификационный номер', 'Ідэнтыфікацыйны нумар', 'Identification number'),
      value: s.valueOf('4120785A021PB6'),
    }),
    field({
      id: 'basis',
      type: 'radio',
      label: text('Основание', 'Падстава', 'Ground'),
      value: s.valueOf('consent'),
      options: [
        choice('own', 'Жильё принадлежит мне', 'Жыллё належыць мне', 'The dwelling is mine'),
        choice(
          'consent',
          'Собственник согласен на регистрацию',
          'Уласнік згодны на рэгістрацыю',
          'The owner agrees to the registration',
        ),
      ],
    }),
    field({
      id: 'owner',
      label: text('Собственник', 'Уласнік', 'Owner'),
      hint: text(
        'Фамилия, собственное имя и отчество, как в паспорте',
        'Прозвішча, уласнае імя і імя па бацьку, як у пашпарце',
        'As in the passport',
      ),
      value: s.valueOf('Лук’янаў Алесь Міхайлавіч'),
    }),
    field({
      id: 'owner_number',
      type: 'personal_number',
      label: text(
        'Идентификационный номер собственника',
        'Ідэнтыфікацыйны нумар уласніка',
        'Identification number of the owner',
      ),
      value: s.valueOf('3140578A021'),
      errors: ['length'],
    }),
    field({
      id: 'consent_date',
      type: 'date',
      label: text('Дата согласия', 'Дата згоды', 'Date of the consent'),
      value: s.valueOf('31.11.2026'),
      errors: ['date_impossible'],
    }),
    field({
      id: 'owner_phone',
      type: 'phone',
      required: false,
      label: text('Телефон собственника', 'Тэлефон уласніка', 'Phone of the owner'),
    }),
    field({
      id: 'consent_file',
      type: 'file_list',
      label: text('Документы к этому шагу', 'Дакументы да гэтага кроку', 'Documents of this step'),
      files: [
        s.file({
          id: 'f1',
          name: 'Согласие собственника.pdf',
          mediaType: 'application/pdf',
          size: 1_258_291,
          url: '/blob/f1',
        }),
      ],
      maxFiles: 5,
      maxBytes: 10_485_760,
      fileTypes: ['application/pdf', 'image/jpeg', 'image/png'],
    }),
    field({
      id: 'members',
      type: 'table',
      required: false,
      label: text('Члены семьи', 'Члены сям’і', 'Members of the family'),
      rows: [
        {
          id: 'r1',
          cells: [
            s.cellView({ value: s.valueOf('сын') }),
            s.cellView({
              id: 'fio',
              label: text('ФИО', 'Імя', 'Full name'),
              value: s.valueOf('Ковалёв Пётр Ильич'),
            }),
          ],
        },
      ],
      maxRows: 10,
    }),
    field({
      id: 'agree',
      type: 'checkbox',
      label: text(
        'Сведения верны, об ответственности знаю',
        'Звесткі правільныя, пра адказнасць ведаю',
        'The information is true',
      ),
    }),
  ]
}

/** The shape of a draft after its answers: the branch of the owner, counts of errors. */
export function formOf(d: DraftView): { fields: FieldView[]; steps: StepView[] } {
  const own = d.fields.find((f) => f.id === 'basis')?.value.text === 'own'
  const owned = new Set(['owner', 'owner_number', 'consent_date', 'owner_phone'])
  const shaped = d.fields.map((f) => {
    const errors =
      f.id === 'owner_number' && f.value.text.length === 14
        ? []
        : f.id === 'consent_date' && /^\d{4}-/.test(f.value.text) && f.value.text !== '2026-11-31'
          ? []
          : f.errors
    return { ...f, errors, visible: owned.has(f.id) ? !own : true }
  })
  const steps = d.steps.map((step) => {
    const shown = step.fields.map((id) => shaped.find((f) => f.id === id)).filter((f) => f?.visible)
    return { ...step, errors: shown.filter((f) => f!.errors.length).length }
  })
  return { fields: shaped, steps }
}

/** A draft in the middle of its questions. */
export function draft(): DraftView {
  const step = s.stepView
  const view = s.draftView({
    steps: [
      step({ fields: ['surname', 'name', 'birth', 'number'], ready: 4, total: 4 }),
      step({
        id: 'housing',
        title: text(
          'На каком основании вы живёте по этому адресу',
          'На якой падставе вы жывяце па гэтым адрасе',
          'On what ground you live at this address',
        ),
        fields: ['basis', 'owner', 'owner_number', 'consent_date', 'owner_phone', 'consent_file'],
        ready: 3,
        total: 6,
      }),
      step({
        id: 'family',
        title: text('Члены семьи', 'Члены сям’і', 'Family'),
        fields: ['members'],
        ready: 0,
        total: 1,
      }),
      step({
        id: 'declaration',
        title: text('Подтверждение', 'Пацвярджэнне', 'Declaration'),
        fields: ['agree'],
        ready: 0,
        total: 1,
      }),
    ],
    fields: fields(),
  })
  return { ...view, ...formOf(view) }
}

/** What would be signed. */
export function preview(): Preview {
  return {
    document: s.file({
      id: 'doc',
      name: 'Заявление.pdf',
      mediaType: 'application/pdf',
      size: 84_000,
      url: '/blob/doc',
    }),
    sha256: '9c1a44f07b02' + '3e'.repeat(22) + '5d11e27b',
    size: 4_200,
    recipient: text(
      'Отдел по гражданству и миграции, Первомайский район г. Минска',
      'Аддзел па грамадзянстве і міграцыі, Першамайскі раён г. Мінска',
      'Citizenship and migration unit of Pershamajski district, Minsk',
    ),
    portal: text('Единый портал электронных услуг'),
    files: [
      s.file({
        id: 'f1',
        name: 'Согласие собственника.pdf',
        mediaType: 'application/pdf',
        size: 1_258_291,
        url: '/blob/f1',
      }),
      s.file({
        id: 'f2',
        name: 'Паспорт, страницы 31–33.jpg',
        mediaType: 'image/jpeg',
        size: 4_823_449,
        url: '/blob/f2',
      }),
    ],
    groups: [
      {
        step: 'who',
        title: 'Кто подаёт',
        lines: [
          { field: 'surname', label: 'Фамилия', value: 'Ковалёва' },
          { field: 'name', label: 'Собственное имя', value: 'Анна' },
          { field: 'number', label: 'Идентификационный номер', value: '4120785A021PB6' },
        ],
      },
      {
        step: 'housing',
        title: 'На каком основании вы живёте по этому адресу',
        lines: [
          { field: 'basis', label: 'Основание', value: 'Собственник согласен на регистрацию' },
          { field: 'owner', label: 'Собственник', value: 'Лук’янаў Алесь Міхайлавіч' },
          { field: 'owner_phone', label: 'Телефон собственника', value: '' },
        ],
      },
    ],
    signature: 'required',
    needLevel: '',
    needPay: true,
  }
}
