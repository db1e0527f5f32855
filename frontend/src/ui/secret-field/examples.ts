// Label, badge of the layout, eye with a verb; Caps Lock is said.
import type { Example } from '../examples.ts'
import SecretField from './secret-field.svelte'

export default [
  { name: 'empty', component: SecretField, props: { id: 'secret-1', label: 'Пароль к ключу' } },
  {
    name: 'with an error',
    component: SecretField,
    props: { id: 'secret-2', label: 'Пароль', errors: ['Заполните это поле'] },
  },
] satisfies Example[]
