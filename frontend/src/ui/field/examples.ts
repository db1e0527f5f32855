// Label, hint, error, control in this order, tied by aria-describedby.
import type { Example } from '../examples.ts'
import Checkbox from './checkbox.svelte'
import Checkboxes from './checkboxes.svelte'
import Combobox from './combobox.svelte'
import DateField from './date-field.svelte'
import Radios from './radios.svelte'
import SelectField from './select-field.svelte'
import TextArea from './text-area.svelte'
import TextField from './text-field.svelte'

const onchange = () => undefined
const choices = [
  { value: 'own', label: 'Жильё принадлежит мне' },
  { value: 'consent', label: 'Собственник согласен на регистрацию' },
]

export default [
  { name: 'text', component: TextField, props: { id: 'f1', label: 'Фамилия', value: 'Ковалёва' } },
  {
    name: 'optional with hint',
    component: TextField,
    props: { id: 'f2', label: 'Собственник', hint: 'Как в паспорте', value: '', optional: true },
  },
  {
    name: 'prefilled',
    component: TextField,
    props: { id: 'f3', label: 'Имя', value: 'Анна', source: 'Из вашего профиля', onclear: onchange },
  },
  {
    name: 'code with an error',
    component: TextField,
    props: {
      id: 'f4',
      kind: 'code',
      width: 'short',
      label: 'Идентификационный номер',
      value: '3140578A021',
      errors: ['Не хватает трёх знаков'],
    },
  },
  {
    name: 'code with a doubt',
    component: TextField,
    props: {
      id: 'f5',
      kind: 'code',
      width: 'short',
      label: 'Идентификационный номер',
      value: '3110575A001PB8',
      warnings: ['Контрольная цифра не сходится'],
    },
  },
  {
    name: 'money',
    component: TextField,
    props: { id: 'f6', kind: 'money', width: 'short', label: 'Доход', value: '1234,50' },
  },
  { name: 'text area', component: TextArea, props: { id: 'f7', label: 'Ответ', value: 'Иванова', max: 12 } },
  {
    name: 'date',
    component: DateField,
    props: { id: 'f8', label: 'Дата согласия', value: '2026-11-12', onchange },
  },
  {
    name: 'select',
    component: SelectField,
    props: { id: 'f9', label: 'Основание', value: 'own', choices, onchange },
  },
  {
    name: 'combobox',
    component: Combobox,
    props: { id: 'f10', label: 'Область', value: 'own', choices, onchange },
  },
  {
    name: 'radios',
    component: Radios,
    props: { id: 'f11', label: 'Основание', value: 'consent', choices, onchange },
  },
  {
    name: 'check boxes',
    component: Checkboxes,
    props: { id: 'f12', label: 'Что приложено', values: ['own'], choices, onchange },
  },
  {
    name: 'check box with an error',
    component: Checkbox,
    props: {
      id: 'f13',
      label: 'Сведения верны',
      checked: false,
      errors: ['Без этого подать нельзя'],
      onchange,
    },
  },
] satisfies Example[]
